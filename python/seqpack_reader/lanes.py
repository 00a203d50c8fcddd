"""What lanes of a plan read at a step; docs/format-plan.md specifies the file."""

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from .errors import SeqpackError
from .storage import Storage

LANE_COLUMNS = ["lane", "first_step", "dataset", "tokens", "prefix_length", "row"]
# Windows that are kept: as many as a step is of, within these.
_FEWEST_KEPT, _MOST_KEPT = 4, 64


class Chunks(NamedTuple):
    """What some lanes read: of each the number, the step of its document's first chunk, and the document."""

    lane: np.ndarray
    first_step: np.ndarray
    dataset: np.ndarray
    tokens: np.ndarray
    prefix_length: np.ndarray
    row: np.ndarray


class Ranks(NamedTuple):
    """Ranks as they share lanes: in groups, of which each has some lanes and shares their rows."""

    world_size: int
    sequence_parallel: int

    def first_of(self, lane: int, lanes: int) -> int:
        """The first of the ranks that read a lane."""
        return lane * (self.world_size // self.sequence_parallel) // lanes * self.sequence_parallel

    def __str__(self) -> str:
        if self.sequence_parallel == 1:
            return f"{self.world_size} ranks"
        return f"{self.world_size} ranks, of which {self.sequence_parallel} share each row"


class Lanes:
    """Finds what lanes read: any step, in any order."""

    def __init__(self, storage: Storage, path: str, lanes: dict[str, Any]) -> None:
        self.count: int = lanes["count"]
        self.chunk: int = lanes["chunk"]
        again = "Make the plan again with seqpack curriculum."
        try:
            table = pa.ipc.open_stream(storage.map(path)).read_all()
        except (OSError, pa.ArrowException):
            raise SeqpackError(
                "bad-plan", f"{path} cannot be read: it is no Arrow stream, or is cut off. {again}"
            ) from None
        if table.num_rows != lanes["rows"]:
            raise SeqpackError(
                "bad-plan", f"{path} cannot be read: it has {table.num_rows} rows of {lanes['rows']}. {again}"
            )
        self._table = table.select(LANE_COLUMNS)
        windows = lanes["windows"]
        self._begins = np.array([window["firstStep"] for window in windows], np.int64)
        self._ends = np.array([window["endStep"] for window in windows], np.int64)
        # The first row of each window, and the end.
        self._rows = np.cumsum([0, *(window["rows"] for window in windows)])
        self._windows: dict[int, tuple[np.ndarray, Chunks]] = {}

    def at(self, step: int, first: int, count: int) -> Chunks:
        """What those of `count` lanes from `first` on read that have a document at a step."""
        found = []
        numbers = np.flatnonzero((self._begins <= step) & (step < self._ends)).tolist()
        for number in numbers:
            keys, window = self._window(number, min(_MOST_KEPT, max(_FEWEST_KEPT, len(numbers))))
            lanes = np.arange(first, first + count)
            # The last document of each lane that begins no later.
            places = np.searchsorted(keys, (lanes << 32) + step, side="right") - 1
            there = places[(places >= 0) & (window.lane[places] == lanes)]
            last = step - window.first_step[there] < -(-window.tokens[there] // self.chunk)
            found.append(Chunks(*(column[there[last]] for column in window)))
        columns = zip(*found, strict=True) if found else ([np.empty(0, np.int64)] for _ in LANE_COLUMNS)
        joined = Chunks(*map(np.concatenate, columns))
        order = joined.lane.argsort()
        return Chunks(*(column[order] for column in joined))

    def require_same(self, step: int, before: Ranks, now: Ranks) -> None:
        """Refuses other ranks where a lane within its document would be read by another rank than before."""
        if before == now:
            return
        chunks = self.at(step, 0, self.count)
        for lane, first_step in zip(chunks.lane.tolist(), chunks.first_step.tolist(), strict=True):
            had, has = before.first_of(lane, self.count), now.first_of(lane, self.count)
            if first_step < step and (had != has or before.sequence_parallel != now.sequence_parallel):
                raise SeqpackError(
                    "other-ranks",
                    f"the state is of {before}, and there are {now}: at step {step} lane {lane} goes on with chunk {step - first_step} of its document, whose beginning rank {had} has read and rank {has} would go on with. Give as many ranks as before (world_size), or, where what the model remembers is kept by lane, begin with start {step} in place of the state.",
                )

    def _window(self, number: int, most: int) -> tuple[np.ndarray, Chunks]:
        """A window and the keys that its rows are sorted by; `most` windows are kept."""
        known = self._windows.get(number)
        if known is None:
            rows = self._table.slice(self._rows[number], self._rows[number + 1] - self._rows[number])
            window = Chunks(*(column.to_numpy().astype(np.int64) for column in rows.columns))
            known = ((window.lane << 32) + window.first_step, window)
            while len(self._windows) >= most:
                self._windows.pop(next(iter(list(self._windows))), None)
            self._windows[number] = known
        return known
