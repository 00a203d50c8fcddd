"""Rows of one dataset or packing at random, as they are stored."""

import operator
import os
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from .arrow import DAMAGED, values_of
from .errors import SeqpackError
from .manifest import MASK, TOKENS, Bucket, OpenDataset, open_dataset
from .rows import BucketRows
from .shards import OpenFiles, open_shard, prepare_all
from .storage import FarBytes, Storage

# Row groups of Parquet that one bucket holds.
_ROW_GROUPS = 8

Row = dict[str, np.ndarray]


class Dataset(Sequence[Row]):
    """The rows of a dataset or packing: those of the shortest bucket first, in the manifest's order.

    Rows are not padded. Arrow shards are mapped into memory. Of Parquet shards whole row
    groups are read and the last ones kept: reading in order is fast, reading at random slow.

    Args:
        path: Its directory, or that and one of its sources or strata: `data#web`, `data#stratum:short`.
        split: "train", or the name of rows that are held out.
        filesystem: What reads URLs: see `Plan`.
    """

    def __init__(self, path: str | os.PathLike[str], split: str = "train", filesystem: Any = None) -> None:
        self._asked = (os.fspath(path), split, filesystem)
        storage = Storage(filesystem)
        self._dataset = open_dataset(storage, os.fspath(path), split)
        files = OpenFiles(storage)
        kind = _ParquetRows if self._dataset.manifest["settings"]["format"] == "parquet" else _ArrowRows
        self._buckets = {b.length: BucketView(kind(self._dataset, b, files), b.rows) for b in self._dataset.buckets}
        self._ends = np.cumsum([bucket.rows for bucket in self._dataset.buckets])

    def __reduce__(self) -> tuple[Any, ...]:
        return Dataset, self._asked

    @property
    def info(self) -> dict[str, Any]:
        """The manifest."""
        return self._dataset.manifest

    @property
    def lengths(self) -> list[int]:
        """The lengths of its buckets."""
        return list(self._buckets)

    def bucket(self, length: int) -> "BucketView":
        """The rows of one length."""
        if length not in self._buckets:
            there = ", ".join(map(str, self._buckets))
            raise SeqpackError("no-bucket", f"{self._asked[0]} has no bucket of {length}; it has: {there}.")
        return self._buckets[length]

    def __len__(self) -> int:
        return sum(map(len, self._buckets.values()))

    def __getitem__(self, number: int) -> Row:  # type: ignore[override]
        number = _checked(number, len(self))
        place = int(np.searchsorted(self._ends, number, side="right"))
        bucket = self._dataset.buckets[place]
        return self._buckets[bucket.length][number - int(self._ends[place]) + bucket.rows]


class BucketView(Sequence[Row]):
    """Rows of one length by their number, which is `row` in batches."""

    def __init__(self, rows: "_ArrowRows | _ParquetRows", count: int) -> None:
        self._rows = rows
        self._count = count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, number: int) -> Row:  # type: ignore[override]
        return self._rows.row(_checked(number, self._count))

    def __iter__(self) -> Iterator[Row]:
        return map(self.__getitem__, range(self._count))


def _checked(number: int, count: int) -> int:
    place = operator.index(number)
    if not -count <= place < count:
        raise IndexError(f"there is no row {place}: there are {count}.")
    return place % count


class _ArrowRows:
    def __init__(self, dataset: OpenDataset, bucket: Bucket, files: OpenFiles) -> None:
        self._rows = BucketRows(dataset, bucket, files)
        self._of_store = [TOKENS, MASK] if dataset.is_masked else [TOKENS]

    def row(self, number: int) -> Row:
        located = self._rows.locate(np.array([number]))
        file = located[0].file
        row: Row = {}
        wanted = []
        for name in file.types:
            prepare_all([file], name)
            begins, ends = located[0].lists(name)
            wanted.append((file, name, begins, ends - begins))
        for (name, dtype), (words, begins), (*_, counts) in zip(
            file.types.items(), values_of(wanted), wanted, strict=True
        ):
            row[name] = words[begins[0] : begins[0] + counts[0]].view(dtype)
        for name in self._of_store:
            if name not in row:
                used = self._rows.lengths(located, 1)[0].sum(keepdims=True)
                values = np.empty(used[0], np.int32)
                self._rows.read(located, used, values, np.zeros(1, np.int64), name)
                row[name] = values
        return row


class _ParquetRows:
    def __init__(self, dataset: OpenDataset, bucket: Bucket, files: OpenFiles) -> None:
        self._storage = files.storage
        self._directory = dataset.directory
        self._shards = bucket.shards
        self._first_rows = np.cumsum([0, *(shard["rows"] for shard in bucket.shards)])
        self._group = lru_cache(maxsize=_ROW_GROUPS)(self._read_group)
        self._open = lru_cache(maxsize=_ROW_GROUPS)(self._open_shard)

    def row(self, number: int) -> Row:
        shard = int(np.searchsorted(self._first_rows, number, side="right")) - 1
        left = number - int(self._first_rows[shard])
        metadata = self._open(shard)[0].metadata
        group = 0
        while left >= metadata.row_group(group).num_rows:
            left -= metadata.row_group(group).num_rows
            group += 1
        table = self._group(shard, group)
        return {name: table.column(name)[left].values.to_numpy() for name in table.column_names}

    def _open_shard(self, number: int) -> tuple[pq.ParquetFile, Callable[[str], SeqpackError]]:
        shard = self._shards[number]

        def open_file(file: str | FarBytes, refused: Callable[[str], SeqpackError]) -> tuple[Any, ...]:
            try:
                opened = pq.ParquetFile(file if isinstance(file, str) else file.file)
            except (OSError, pa.ArrowException):
                raise refused("it is no Parquet file, or is cut off") from None
            if opened.metadata.num_rows != shard["rows"]:
                raise refused(f"it has {opened.metadata.num_rows} rows of {shard['rows']}")
            return opened, refused

        return open_shard(self._storage, self._directory, shard, "dataset", "open it again", open_file)

    def _read_group(self, shard: int, group: int) -> pa.Table:
        file, refused = self._open(shard)
        try:
            return file.read_row_group(group).combine_chunks()
        except (OSError, pa.ArrowException):
            raise refused(DAMAGED) from None
