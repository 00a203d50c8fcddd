"""Arrow shards, mapped into memory: where lists are in them, and copies of these."""

import os
from collections.abc import Callable, Sequence
from functools import cached_property, partial
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa

from .errors import SeqpackError

File = TypeVar("File")

# The types that values of lists have.
_TYPES = {pa.int32(): np.int32, pa.int64(): np.int64, pa.float32(): np.float32}
# Columns of every sequence of a row: its tokens, and its labels where the dataset is masked.
SEQ_LENGTHS, LABEL_COUNTS = "seq_lengths", "label_counts"
# What is wrong with a file whose lists are not where they should be, or not as long.
DAMAGED = "a row of it is damaged"
# Files that one reader maps at a time.
_MOST_OPEN = 256


class ArrowFile:
    """An Arrow IPC stream as 32-bit words; numbers of values and rows are found without a copy."""

    def __init__(
        self, path: str, refused: Callable[[str], SeqpackError], rows: int, columns: Sequence[str]
    ) -> None:
        # Makes what is to be raised where something is wrong with the file.
        self.refused = refused
        with pa.memory_map(path) as source:
            buffer = source.read_buffer()
        self.words = np.frombuffer(buffer, np.int32, len(buffer) // 4)
        try:
            schema, batches = _read_stream(buffer, rows)
        except (pa.ArrowException, EOFError):
            raise refused("it is no Arrow stream, or is cut off") from None
        if schema.names != list(columns):
            raise refused(f"its columns are {', '.join(schema.names)}, not {', '.join(columns)}")
        # The types of the values of its columns, which are lists.
        self.types = {field.name: _TYPES.get(getattr(field.type, "value_type", None)) for field in schema}
        for name, dtype in self.types.items():
            if dtype is None:
                raise refused(f"its column {name} has values of {schema.field(name).type}")
        self._widths = {name: np.dtype(dtype).itemsize // 4 for name, dtype in self.types.items()}
        self.first_rows = np.cumsum([0, *(batch.num_rows for batch in batches)])
        if self.first_rows[-1] != rows:
            raise refused(f"it has {self.first_rows[-1]} rows of {rows}")
        self._runs: dict[int, np.ndarray] = {}
        self._starts = {
            name: np.array([_starts(batch.column(name), buffer.address) for batch in batches]).reshape(-1, 2).T
            for name in self._widths
        }

    def batches_of(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The record batch of each row, and the row's number in it."""
        batch = self.first_rows.searchsorted(rows, side="right") - 1
        return batch, rows - self.first_rows[batch]

    def lists(self, column: str, batch: np.ndarray, row: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The words at which the lists of some rows begin and end."""
        return self.begins(column, batch, row), self.begins(column, batch, row + 1)

    def begins(self, column: str, batch: np.ndarray, row: np.ndarray) -> np.ndarray:
        offsets, values = self._starts[column]
        width = self._widths[column]
        within = self.words[offsets[batch] + row]
        return values[batch] + (within if width == 1 else within * width)

    def runs(self, count: int) -> np.ndarray:
        if count not in self._runs:
            self._runs[count] = runs_of(self.words, count)
        return self._runs[count]

    @cached_property
    def labels(self) -> np.ndarray:
        """Labels of each row: counted where not all tokens are trained on, else all but the first of each sequence."""
        column, less = (LABEL_COUNTS, 0) if LABEL_COUNTS in self.types else (SEQ_LENGTHS, 1)
        parts = [np.empty(0, np.int32)]
        for rows, offset, first in zip(np.diff(self.first_rows).tolist(), *self._starts[column].tolist(), strict=True):
            borders = self.words[offset : offset + rows + 1]
            values = self.words[first : first + borders[-1]] - less
            if len(values) != borders[-1] or borders.min() < 0 or borders.max() > len(values):
                raise self.refused(DAMAGED)
            before = np.zeros(len(values) + 1, np.int32)
            np.cumsum(values, dtype=np.int32, out=before[1:])
            parts.append(np.diff(before[borders]))
        return np.concatenate(parts)


def _read_stream(buffer: pa.Buffer, rows: int) -> tuple[pa.Schema, list[pa.RecordBatch]]:
    """The record batches of an Arrow stream up to a number of rows; EOFError where it has fewer."""
    reader = pa.ipc.open_stream(buffer)
    batches = []
    while rows > 0:
        try:
            batches.append(reader.read_next_batch())
        except StopIteration:
            raise EOFError from None
        rows -= batches[-1].num_rows
    return reader.schema, batches


def _starts(column: pa.ListArray, address: int) -> tuple[int, int]:
    """The words of the file at which a column's offsets and values begin."""
    _, offsets, _, values = column.buffers()
    return (offsets.address - address) // 4, (values.address - address) // 4 if values else 0


class OpenFiles:
    """Files that are mapped: the one opened first is let go first."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, str], ArrowFile] = {}

    def get(self, directory: str, shard: dict[str, Any], columns: Sequence[str], what: str, again: str) -> ArrowFile:
        """The file of a shard: see `open_shard`."""
        key = (directory, shard["path"])
        file = self._open.get(key)
        if file is None:
            while len(self._open) >= _MOST_OPEN:
                self._open.pop(next(iter(list(self._open))), None)
            open_file = partial(ArrowFile, rows=shard["rows"], columns=columns)
            file = self._open[key] = open_shard(directory, shard, what, again, open_file)
        return file


def open_shard(
    directory: str,
    shard: dict[str, Any],
    what: str,
    again: str,
    open_file: Callable[[str, Callable[[str], SeqpackError]], File],
) -> File:
    """The file of a shard. `what` it is of, and what to do `again` where that was built anew, end the sentences.

    Args:
        open_file: Is given the path, and what makes the error to raise where something is wrong with the file.
    """
    path = f"{directory}/{shard['path']}"

    def refused(why: str) -> SeqpackError:
        return SeqpackError("bad-shard", f"{path} cannot be read: {why}. Check the {what} with seqpack verify.")

    try:
        size = os.stat(path).st_size
        if size != shard["bytes"]:
            raise refused(f"it has {size} bytes of {shard['bytes']}")
        return open_file(path, refused)
    except FileNotFoundError:
        raise SeqpackError(
            "dataset-changed",
            f"cannot read {path}: there is no such file or directory. The {what} was built anew, moved or removed while it was read: {again}.",
        ) from None
    except OSError as error:
        raise refused(error.strerror or str(error)) from error


def groups_of(numbers: np.ndarray) -> list[tuple[int, np.ndarray]]:
    """Each number there is, and where it stands."""
    if len(numbers) == 0:
        return []
    order = numbers.argsort(kind="stable")
    in_order = numbers[order]
    borders = [0, *((in_order[1:] != in_order[:-1]).nonzero()[0] + 1).tolist(), len(numbers)]
    return [(int(in_order[first]), order[first:end]) for first, end in pairwise(borders)]


def ragged(starts: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """starts[0], starts[0] + 1, ... counts[0] of them, then those of the next."""
    ends = counts.cumsum()
    total = int(ends[-1]) if len(ends) else 0
    return (starts - (ends - counts)).repeat(counts) + np.arange(total)


def copy_words(words: np.ndarray, begins: np.ndarray, counts: np.ndarray, out: np.ndarray, at: np.ndarray) -> None:
    """Copies runs of words to their places in `out`."""
    for begin, count, to in zip(begins.tolist(), counts.tolist(), at.tolist(), strict=True):
        out[to : to + count] = words[begin : begin + count]


def runs_of(words: np.ndarray, count: int) -> np.ndarray:
    """All runs of `count` words, as values that are copied whole: a view, whose value i begins at word i."""
    return np.ndarray(max(0, len(words) - count + 1), f"V{4 * count}", words, strides=(4,))
