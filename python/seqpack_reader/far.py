"""Arrow shards at URLs: what is asked for is fetched."""

import struct
import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from .arrow import DAMAGED, LABEL_COUNTS, NO_STREAM, SEQ_LENGTHS, ArrowFile, Bounds
from .errors import SeqpackError
from .storage import FarBytes, run_all

# Bytes that are fetched where a message begins; its first column's bounds are behind it.
_HEAD = 32 << 10
# How far before that a message may begin that is looked for by guess.
_NEAR = 16 << 10
# Words between runs that are fetched as one, and the most of such a request.
_GAP, _MOST_JOINED = (64 << 10) // 4, (2 << 20) // 4
# Of a list of int32, int64 or float32: its validity, its offsets, the validity of its values, and these.
_BUFFERS = 4
# Columns that are small, and that all rows of a step are asked for.
_WITH_VALUES = {SEQ_LENGTHS, LABEL_COUNTS}

Run = tuple[int, int]


class _Batch(NamedTuple):
    rows: int
    # Where the next message begins.
    end: int
    # Position and bytes of each buffer.
    buffers: list[Run]


class FarFile(ArrowFile):
    """A shard of which only the beginnings of its record batches, and the bounds of lists, are held."""

    def __init__(
        self, file: FarBytes, refused: Callable[[str], SeqpackError], rows: int, columns: Sequence[str]
    ) -> None:
        self._file = file
        self._size = file.size
        self._held: list[tuple[int, bytes]] = [(0, self._read(0, min(self._size, 2 * _HEAD)))]
        self._lock = threading.Lock()
        try:
            schema = pa.ipc.open_stream(pa.BufferReader(self._held[0][1])).schema
            batches = self._find_batches(rows)
        except (pa.ArrowException, struct.error, EOFError):
            raise refused(NO_STREAM) from None
        super().__init__(schema, columns, refused)
        if any(len(batch.buffers) != _BUFFERS * len(columns) for batch in batches):
            raise refused(NO_STREAM)
        self._count([batch.rows for batch in batches], rows)
        self._batches = batches
        self._columns = list(columns)
        self._bounds: dict[str, Bounds] = {}
        self.bounds(self._columns[0])
        self._held = []

    def _read(self, at: int, size: int) -> bytes:
        """EOFError: there is less."""
        content = self._file.read(at, size)
        if len(content) != size:
            raise EOFError
        return content

    def _find_batches(self, rows: int) -> list[_Batch]:
        """Reads the messages one after the other; where they begin is guessed, so that they come side by side."""
        at = self._message(0)[1]
        batches: list[_Batch] = []
        found = 0
        while found < rows:
            if len(batches) == 1:
                bytes_of_batch = (self._size - at) * batches[0].rows / (rows - found)
                if bytes_of_batch >= 1:
                    guesses = np.arange(at, self._size, bytes_of_batch).astype(int).tolist()
                    self._fetch([(max(0, guess - _NEAR), _NEAR + _HEAD) for guess in guesses])
            batches.append(self._batch(at))
            found += batches[-1].rows
            at = batches[-1].end
            if batches[-1].rows < 1 or at > self._size:
                raise EOFError
        return batches

    def _message(self, at: int) -> tuple[bytes, int]:
        """The metadata of a message, and where its body begins."""
        mark, size = struct.unpack("<iI", self._bytes(at, 8))
        if mark != -1 or not 0 < size <= self._size - at:
            raise EOFError
        return self._bytes(at + 8, size), at + 8 + size

    def _batch(self, at: int) -> _Batch:
        """Reads a record batch's metadata: https://arrow.apache.org/docs/format/Columnar.html."""
        metadata, body = self._message(at)
        message = _Table(metadata, struct.unpack_from("<I", metadata)[0])
        header = message.table(2)
        (length,) = message.read("<q", 3)
        (rows,) = header.read("<q", 0)
        first, count = header.vector(2)
        numbers = struct.unpack_from(f"<{2 * count}q", metadata, first)
        buffers = [(body + begin, size) for begin, size in zip(numbers[::2], numbers[1::2], strict=True)]
        return _Batch(rows, body + length, buffers)

    def _bytes(self, at: int, size: int) -> bytes:
        for begin, held in self._held:
            if begin <= at and at + size <= begin + len(held):
                return held[at - begin : at - begin + size]
        self._fetch([(at, max(size, _HEAD))])
        begin, held = self._held[-1]
        if len(held) < size:
            raise EOFError
        return held[:size]

    def _fetch(self, runs: Sequence[Run]) -> None:
        whole = [(at, min(size, self._size - at)) for at, size in runs]
        self._held += zip((at for at, _ in whole), run_all(lambda run: self._read(*run), whole), strict=True)

    def is_ready(self, column: str) -> bool:
        return column in self._bounds

    def bounds(self, column: str) -> Bounds:
        known = self._bounds.get(column)
        if known is None:
            with self._lock:
                known = self._bounds.get(column) or self._read_bounds(column)
                self._bounds[column] = known
        return known

    def _read_bounds(self, column: str) -> Bounds:
        first = _BUFFERS * self._columns.index(column)
        runs: list[Run] = []
        values: list[int] = []
        for batch in self._batches:
            runs.append((batch.buffers[first + 1][0], 4 * (batch.rows + 1)))
            at, size = batch.buffers[first + 3]
            if column in _WITH_VALUES:
                runs.append((at, size // 4 * 4))
            values.append(at // 4)
        try:
            parts = self._read_runs(runs)
        except EOFError:
            raise self.refused(NO_STREAM) from None
        places = np.cumsum([0, *(len(part) for part in parts)])[:-1]
        words = np.concatenate(parts) if parts else np.empty(0, np.int32)
        if column in _WITH_VALUES:
            return Bounds(words, places[::2], places[1::2])
        return Bounds(words, places, np.array(values, np.int64))

    def _read_runs(self, runs: Sequence[Run]) -> list[np.ndarray]:
        """Some runs of bytes as words; those that are held are not asked for."""

        def read(run: Run) -> bytes:
            at, size = run
            for begin, held in self._held:
                if begin <= at and at + size <= begin + len(held):
                    return held[at - begin : at - begin + size]
            return self._read(at, size)

        return [np.frombuffer(part, np.int32) for part in run_all(read, runs)]

    def values(
        self, column: str, begins: np.ndarray, counts: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, list[Callable[[], None]]]:
        if column in _WITH_VALUES:
            return self.bounds(column).words, begins, []
        if len(begins) > 0 and (counts.min() < 0 or begins.min() < 0 or 4 * (begins + counts).max() > self._size):
            raise self.refused(DAMAGED)
        words = np.empty(counts.sum(), np.int32)
        places = np.cumsum(counts) - counts
        order = begins.argsort(kind="stable")
        requests: list[Callable[[], None]] = []
        runs: list[tuple[int, int, int]] = []
        start = end = 0
        for begin, count, place in zip(
            begins[order].tolist(), counts[order].tolist(), places[order].tolist(), strict=True
        ):
            if runs and (begin - end > _GAP or max(end, begin + count) - start > _MOST_JOINED):
                requests.append(partial(self._copy, runs, start, end, words))
                runs = []
            if not runs:
                start = end = begin
            runs.append((begin, count, place))
            end = max(end, begin + count)
        if runs:
            requests.append(partial(self._copy, runs, start, end, words))
        return words, places, requests

    def _copy(self, runs: Sequence[tuple[int, int, int]], start: int, end: int, out: np.ndarray) -> None:
        """Fetches the words from `start` to `end`, and copies runs of them to their places."""
        try:
            words = np.frombuffer(self._read(4 * start, 4 * (end - start)), np.int32)
        except EOFError:
            raise self.refused(DAMAGED) from None
        for begin, count, place in runs:
            out[place : place + count] = words[begin - start : begin - start + count]


class _Table:
    """A table of a flatbuffer."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data = data
        self._at = at
        self._fields = at - struct.unpack_from("<i", data, at)[0]

    def _place(self, field: int) -> int:
        (size,) = struct.unpack_from("<H", self._data, self._fields)
        (offset,) = struct.unpack_from("<H", self._data, self._fields + 4 + 2 * field) if 4 + 2 * field < size else (0,)
        if offset == 0:
            raise EOFError
        return self._at + offset

    def read(self, kind: str, field: int) -> tuple[int, ...]:
        return struct.unpack_from(kind, self._data, self._place(field))

    def _followed(self, field: int) -> int:
        place = self._place(field)
        return place + struct.unpack_from("<I", self._data, place)[0]

    def table(self, field: int) -> "_Table":
        return _Table(self._data, self._followed(field))

    def vector(self, field: int) -> tuple[int, int]:
        """Where its first element is, and how many there are."""
        place = self._followed(field)
        return place + 4, struct.unpack_from("<I", self._data, place)[0]
