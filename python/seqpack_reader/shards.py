"""Shards of datasets and stores, opened."""

import os
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from .arrow import ArrowFile, MappedFile
from .errors import SeqpackError
from .far import FarFile
from .storage import FarBytes, Storage, is_far, open_all, reason_of

File = TypeVar("File")

# Files that one reader has open at a time.
_MOST_OPEN = 256


class OpenFiles:
    """Files that are open: the one opened first is let go first."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self._open: dict[tuple[str, str], ArrowFile] = {}

    def get(
        self, directory: str, shards: Sequence[dict[str, Any]], columns: Sequence[str], what: str, again: str
    ) -> list[ArrowFile]:
        """The files of some shards: see `open_shard`."""
        files = [self._open.get((directory, shard["path"])) for shard in shards]
        missing = [number for number, file in enumerate(files) if file is None]

        def opened(number: int) -> ArrowFile:
            return self._opened(directory, shards[number], columns, what, again)

        found = open_all(opened, missing) if is_far(directory) else map(opened, missing)
        for number, file in zip(missing, found, strict=True):
            while len(self._open) >= _MOST_OPEN:
                self._open.pop(next(iter(list(self._open))), None)
            files[number] = self._open[directory, shards[number]["path"]] = file
        return files  # type: ignore[return-value]

    def _opened(
        self, directory: str, shard: dict[str, Any], columns: Sequence[str], what: str, again: str
    ) -> ArrowFile:
        def open_file(file: str | FarBytes, refused: Callable[[str], SeqpackError]) -> ArrowFile:
            rows = shard["rows"]
            return (
                MappedFile(file, refused, rows, columns)
                if isinstance(file, str)
                else FarFile(file, refused, rows, columns)
            )

        return open_shard(self.storage, directory, shard, what, again, open_file)


def prepare_all(files: Sequence[ArrowFile], column: str) -> None:
    """Sees to it that the bounds of a column's lists are here."""
    missing = [file for file in files if not file.is_ready(column)]
    if missing:
        open_all(lambda file: file.bounds(column), missing)


def open_shard(
    storage: Storage,
    directory: str,
    shard: dict[str, Any],
    what: str,
    again: str,
    open_file: Callable[[str | FarBytes, Callable[[str], SeqpackError]], File],
) -> File:
    """The file of a shard. `what` it is of, and what to do `again` where that was built anew, end the sentences.

    Args:
        open_file: Is given the path, or what reads the file where that is far, and what makes the error to raise where
            something is wrong with it.
    """
    path = f"{directory}/{shard['path']}"

    def refused(why: str) -> SeqpackError:
        return SeqpackError("bad-shard", f"{path} cannot be read: {why}. Check the {what} with seqpack verify.")

    try:
        file = storage.open(path) if is_far(path) else path
        size = os.path.getsize(path) if isinstance(file, str) else file.size
        if size != shard["bytes"]:
            raise refused(f"it has {size} bytes of {shard['bytes']}")
        return open_file(file, refused)
    except FileNotFoundError:
        raise SeqpackError(
            "dataset-changed",
            f"cannot read {path}: there is no such file or directory. The {what} was built anew, moved or removed while it was read: {again}.",
        ) from None
    except OSError as error:
        raise refused(reason_of(error)) from error
