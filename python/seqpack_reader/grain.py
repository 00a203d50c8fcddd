"""Batches of a plan for Grain: `grain.MapDataset.source(Batches("plan/", ...))`."""

import os
from collections.abc import Sequence
from typing import Any

from .batches import Batch
from .groups import require_no_groups
from .plan import Plan


class Batches:
    """A rank's batches as a source of random access; item i is step i. Do not shuffle or batch it.

    Args:
        plan: The plan, or its directory.
        columns: Names of further columns to make.
        rank: In JAX, `jax.process_index()`.
        world_size: In JAX, `jax.process_count()`.
        datasets, filesystem: As of `Plan`.
        chunk, positions, global_attention, pad_loss: As of its `batch`.
    """

    def __init__(
        self,
        plan: Plan | str | os.PathLike[str],
        columns: Sequence[str] = (),
        rank: int = 0,
        world_size: int = 1,
        datasets: Sequence[str | os.PathLike[str]] | None = None,
        filesystem: Any = None,
        chunk: int | None = None,
        positions: str | None = None,
        global_attention: str | None = None,
        pad_loss: bool = False,
    ) -> None:
        self.plan = plan if isinstance(plan, Plan) else Plan(plan, datasets, filesystem)
        require_no_groups(self.plan.info, "are no items of their own here")
        self._asked = (rank, world_size, columns, 1, None, chunk, positions, global_attention, pad_loss)
        self.plan.settings(*self._asked)

    def __len__(self) -> int:
        return len(self.plan)

    def __getitem__(self, step: int) -> Batch:
        return self.plan.batch(int(step), *self._asked)

    def __repr__(self) -> str:
        return f"seqpack_reader.grain.Batches({self.plan.hash[:12]})"
