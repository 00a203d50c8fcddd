"""A data loader of a plan for torchtitan: in its configuration, `dataloader=SeqpackDataLoader.Config(plan="plan/")`."""

from dataclasses import dataclass
from typing import Any

import torch
from torchtitan.components.dataloader import ParallelAwareDataloader

from .batches import Batch
from .groups import require_no_groups
from .torch import Batches


class SeqpackDataLoader(ParallelAwareDataloader):
    """Gives what torchtitan's own loader gives: tokens, positions and shifted labels.

    The plan says how many rows a step has, not `local_batch_size`.
    """

    @dataclass(kw_only=True, slots=True)
    class Config(ParallelAwareDataloader.Config):
        plan: str = ""
        """Directory of the plan."""

    def __init__(
        self, config: Config, *, dp_world_size: int, dp_rank: int, snapshot_every_n_steps: int | None = 1, **_: Any
    ) -> None:
        batches = Batches(config.plan, ["position_ids", "shift_labels"], dp_rank, dp_world_size)
        require_no_groups(batches.plan.info, "torchtitan takes for steps")
        super().__init__(
            batches,
            dp_rank=dp_rank,
            dp_world_size=dp_world_size,
            batch_size=None,
            collate_fn=_with_extra_token if batches.plan.info["plusOne"] else _as_titan,
            num_workers=config.num_workers,
            persistent_workers=config.persistent_workers,
            pin_memory=config.pin_memory,
            prefetch_factor=config.prefetch_factor,
            snapshot_every_n_steps=snapshot_every_n_steps,
        )


def _as_titan(batch: Batch) -> tuple[dict[str, torch.Tensor], torch.Tensor]:
    input_ids, positions, labels = (
        torch.atleast_2d(batch[name]) for name in ("input_ids", "position_ids", "shift_labels")
    )
    return {"input": input_ids, "positions": positions}, labels


def _with_extra_token(batch: Batch) -> tuple[dict[str, torch.Tensor], torch.Tensor]:
    """The last token of a row is a label alone."""
    inputs, labels = _as_titan(batch)
    return {name: values[:, :-1] for name, values in inputs.items()}, labels[:, :-1]
