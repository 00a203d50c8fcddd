"""Arrow shards: where lists are in them, and copies of these."""

from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from .errors import SeqpackError
from .storage import run_all

# The types that values of lists have.
_TYPES = {pa.int32(): np.int32, pa.int64(): np.int64, pa.float32(): np.float32}
# Columns of every sequence of a row: its tokens, and its labels where the dataset is masked.
SEQ_LENGTHS, LABEL_COUNTS = "seq_lengths", "label_counts"
# What is wrong with a file whose lists are not where they should be, or not as long.
DAMAGED = "a row of it is damaged"
NO_STREAM = "it is no Arrow stream, or is cut off"


class Bounds(NamedTuple):
    """Where the lists of a column begin, batch by batch."""

    # Holds the offsets of its lists, as Arrow has them.
    words: np.ndarray
    # Of each batch the first of these, and the word at which its values begin.
    offsets: np.ndarray
    values: np.ndarray


class ArrowFile:
    """An Arrow IPC stream as 32-bit words, whether all of them are here or not."""

    def __init__(self, schema: pa.Schema, columns: Sequence[str], refused: Callable[[str], SeqpackError]) -> None:
        # Makes what is to be raised where something is wrong with the file.
        self.refused = refused
        if schema.names != list(columns):
            raise refused(f"its columns are {', '.join(schema.names)}, not {', '.join(columns)}")
        # The types of the values of its columns, which are lists.
        self.types = {field.name: _TYPES.get(getattr(field.type, "value_type", None)) for field in schema}
        for name, dtype in self.types.items():
            if dtype is None:
                raise refused(f"its column {name} has values of {schema.field(name).type}")
        self._widths = {name: np.dtype(dtype).itemsize // 4 for name, dtype in self.types.items()}
        # Of each batch, and of the end.
        self.first_rows = np.zeros(1, np.int64)

    def _count(self, counts: Sequence[int], rows: int) -> None:
        """Takes the rows of each batch."""
        self.first_rows = np.cumsum([0, *counts])
        if self.first_rows[-1] != rows:
            raise self.refused(f"it has {self.first_rows[-1]} rows of {rows}")

    def is_ready(self, column: str) -> bool:
        """Whether the bounds of a column's lists are here."""
        raise NotImplementedError

    def bounds(self, column: str) -> Bounds:
        """Those of `seq_lengths` and `label_counts` are in the same words as their values."""
        raise NotImplementedError

    def values(
        self, column: str, begins: np.ndarray, counts: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, list[Callable[[], None]]]:
        """Words that have some runs of a column's values, and where these begin in them, once requests have run."""
        raise NotImplementedError

    def runs(self, words: np.ndarray, count: int) -> np.ndarray:
        return runs_of(words, count)

    def batches_of(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The record batch of each row, and the row's number in it."""
        batch = self.first_rows.searchsorted(rows, side="right") - 1
        return batch, rows - self.first_rows[batch]

    def lists(self, column: str, batch: np.ndarray, row: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The words at which the lists of some rows begin and end."""
        return self.begins(column, batch, row), self.begins(column, batch, row + 1)

    def begins(self, column: str, batch: np.ndarray, row: np.ndarray) -> np.ndarray:
        words, offsets, values = self.bounds(column)
        width = self._widths[column]
        within = words[offsets[batch] + row]
        return values[batch] + (within if width == 1 else within * width)

    @cached_property
    def labels(self) -> np.ndarray:
        """Labels of each row: counted where not all tokens are trained on, else all but the first of each sequence."""
        column, less = (LABEL_COUNTS, 0) if LABEL_COUNTS in self.types else (SEQ_LENGTHS, 1)
        words, offsets, values = self.bounds(column)
        parts = [np.empty(0, np.int32)]
        for rows, offset, first in zip(
            np.diff(self.first_rows).tolist(), offsets.tolist(), values.tolist(), strict=True
        ):
            borders = words[offset : offset + rows + 1]
            counts = words[first : first + borders[-1]] - less
            if len(counts) != borders[-1] or borders.min() < 0 or borders.max() > len(counts):
                raise self.refused(DAMAGED)
            before = np.zeros(len(counts) + 1, np.int32)
            np.cumsum(counts, dtype=np.int32, out=before[1:])
            parts.append(np.diff(before[borders]))
        return np.concatenate(parts)


class MappedFile(ArrowFile):
    """One that is mapped into memory; numbers of values and rows are found without a copy."""

    def __init__(self, path: str, refused: Callable[[str], SeqpackError], rows: int, columns: Sequence[str]) -> None:
        with pa.memory_map(path) as source:
            buffer = source.read_buffer()
        self._words = np.frombuffer(buffer, np.int32, len(buffer) // 4)
        try:
            schema, batches = _read_stream(buffer, rows)
        except (pa.ArrowException, EOFError):
            raise refused(NO_STREAM) from None
        super().__init__(schema, columns, refused)
        self._count([batch.num_rows for batch in batches], rows)
        self._runs: dict[int, np.ndarray] = {}
        self._bounds = {}
        for name in self._widths:
            starts = np.array([_starts(batch.column(name), buffer.address) for batch in batches]).reshape(-1, 2)
            self._bounds[name] = Bounds(self._words, *starts.T)

    def is_ready(self, column: str) -> bool:
        return True

    def bounds(self, column: str) -> Bounds:
        return self._bounds[column]

    def values(
        self, column: str, begins: np.ndarray, counts: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, list[Callable[[], None]]]:
        return self._words, begins, []

    def runs(self, words: np.ndarray, count: int) -> np.ndarray:
        if count not in self._runs:
            self._runs[count] = runs_of(words, count)
        return self._runs[count]


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


def values_of(
    wanted: Sequence[tuple[ArrowFile, str, np.ndarray, np.ndarray]],
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Of each file and column words that have some runs of its values, and where these begin in them.

    Args:
        wanted: Files, columns, and where runs begin and how many words they have. What is not here
            is fetched, side by side.
    """
    found = [file.values(column, begins, counts) for file, column, begins, counts in wanted]
    requests = [request for _, _, own in found for request in own]
    if requests:
        run_all(lambda request: request(), requests)
    return [(words, begins) for words, begins, _ in found]


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
