"""Which groups of ranks share which rows of a step; docs/format-plan.md specifies the file."""

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from .errors import SeqpackError
from .storage import Storage

_NUMBERS = ["micro_batch", "first_rank", "degree", "labels"]


class Group(NamedTuple):
    """A group of ranks in a micro-batch of a step."""

    micro_batch: int
    first_rank: int
    degree: int
    labels: int
    # Its rows, by their numbers in the step.
    items: np.ndarray


class Groups:
    """Reads groups: those of any step, in any order."""

    def __init__(self, storage: Storage, path: str, groups: dict[str, Any]) -> None:
        again = "Make the plan again with seqpack curriculum."
        try:
            self._batches = list(pa.ipc.open_stream(storage.map(path)))
        except (OSError, pa.ArrowException):
            raise SeqpackError(
                "bad-plan", f"{path} cannot be read: it is no Arrow stream, or is cut off. {again}"
            ) from None
        rows = [batch.num_rows for batch in self._batches]
        if sum(rows) != groups["rows"]:
            raise SeqpackError(
                "bad-plan", f"{path} cannot be read: it has {sum(rows)} rows of {groups['rows']}. {again}"
            )
        # The first row of each batch.
        self._firsts = np.cumsum([0, *rows])[:-1]

    def of(self, first: int, count: int) -> list[Group]:
        """The `count` groups from one on."""
        groups: list[Group] = []
        while len(groups) < count:
            row = first + len(groups)
            number = int(np.searchsorted(self._firsts, row, side="right")) - 1
            batch = self._batches[number].slice(row - int(self._firsts[number]), count - len(groups))
            numbers = [batch.column(name).to_pylist() for name in _NUMBERS]
            items = [each.values.to_numpy() for each in batch.column("items")]
            groups.extend(Group(*each) for each in zip(*numbers, items, strict=True))
        return groups


def has_groups(plan: dict[str, Any]) -> bool:
    """Whether groups of ranks share the rows of the plan's steps."""
    return "groups" in plan


def require_no_groups(plan: dict[str, Any], what: str) -> None:
    """Refuses a plan with micro-batches."""
    if has_groups(plan):
        raise SeqpackError(
            "bad-option",
            f"the plan cuts steps into micro-batches, which {what}: read them with Plan.batches, or plan without groups of ranks.",
        )
