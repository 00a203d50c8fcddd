"""Batches of a plan for PyTorch. Needs torch, which is not installed with this package."""

import os
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch.utils.data import IterableDataset, get_worker_info

from .batches import Batch
from .columns import BORDERS, PADDED_BORDERS
from .errors import SeqpackError, quoted, require_whole
from .groups import has_groups
from .plan import Plan


class Batches(IterableDataset[Batch]):
    """A rank's batches, step by step, as tensors of int64.

    Give it to a data loader with `batch_size=None`. Its workers take steps in turns, so that any number
    of them gives the plan's order. Of plans with micro-batches each is a batch, and a state
    resumes at the first of a step; there can be one worker. Every iteration begins at `start`, or at the state that was loaded.

    `seq_lengths` and `cu_seqlens` of padded rows are lists, and `cu_seqlens` of flat batches are
    int32, as attention kernels take them.

    Args:
        plan: The plan, or its directory.
        columns: Names of further columns to make.
        rank: Of the ranks that share steps; default RANK of the environment, or 0.
        world_size: How many of these there are; default WORLD_SIZE of the environment, or 1.
        start: First step.
        datasets, filesystem, sequence_parallel, sequence_shares: As of `Plan` and its `batch`.
        chunk, positions, global_attention, pad_loss, sequence_multiple: As of its `batch`.
    """

    def __init__(
        self,
        plan: Plan | str | os.PathLike[str],
        columns: Sequence[str] = (),
        rank: int | None = None,
        world_size: int | None = None,
        start: int = 0,
        datasets: Sequence[str | os.PathLike[str]] | None = None,
        sequence_parallel: int = 1,
        sequence_shares: str | None = None,
        filesystem: Any = None,
        chunk: int | None = None,
        positions: str | None = None,
        global_attention: str | None = None,
        pad_loss: bool = False,
        sequence_multiple: int | None = None,
    ) -> None:
        super().__init__()
        self.plan = plan if isinstance(plan, Plan) else Plan(plan, datasets, filesystem)
        rank = _of_environment("RANK", 0) if rank is None else rank
        ranks = self.plan.info["groups"]["ranks"] if has_groups(self.plan.info) else 1
        world_size = _of_environment("WORLD_SIZE", ranks) if world_size is None else world_size
        asked = (rank, world_size, columns, sequence_parallel, sequence_shares)
        self._asked = (*asked, chunk, positions, global_attention, pad_loss, sequence_multiple)
        self.plan.settings(*self._asked)
        self._state: dict[str, Any] = {}
        self._next = 0
        # Set by workers, in memory that they share: what they have read is not what the trainer has.
        self._in_workers = torch.zeros(1, dtype=torch.uint8).share_memory_()
        self.load_state_dict({"plan": self.plan.hash, "step": start})

    def __len__(self) -> int:
        """Batches of an iteration."""
        return self.plan.count_batches(self._state["step"])

    def __iter__(self) -> Iterator[Batch]:
        worker = get_worker_info()
        number, workers = (0, 1) if worker is None else (worker.id, worker.num_workers)
        of = self._state.get("worker")
        if of is not None and of != [number, workers]:
            raise SeqpackError(
                "other-workers",
                f"the state is of {of[1]} workers of a data loader, and there are {workers}: give as many (num_workers).",
            )
        if workers > 1 and has_groups(self.plan.info):
            raise SeqpackError(
                "bad-option",
                f"the plan cuts steps into micro-batches, which {workers} workers of a data loader would give in another order: give one (num_workers).",
            )
        self._in_workers[0] = worker is not None
        self._next = self._state["step"] + (number if of is None else 0)
        return self._from_here(workers)

    def _from_here(self, workers: int) -> Iterator[Batch]:
        for batch in self.plan.batches(self._next, workers, *self._asked):
            if _is_last(batch):
                self._next = batch["step"] + workers
            yield tensors(batch)

    def state_dict(self) -> dict[str, Any]:
        """What resumes after the batch that was given last; of one worker, in a worker of StatefulDataLoader."""
        worker = get_worker_info()
        if worker is not None:
            return {**self._state_at(self._next), "worker": [worker.id, worker.num_workers]}
        if self._in_workers[0]:
            raise SeqpackError(
                "state-in-workers",
                "workers of a data loader have read ahead of the trainer: take the state of torchdata's StatefulDataLoader, or state_after of the last batch.",
            )
        return self._state_at(self._next)

    def _state_at(self, step: int) -> dict[str, Any]:
        _, world_size, _, sequence_parallel, *_ = self._asked
        return self.plan.state(step, world_size, sequence_parallel)

    def state_after(self, batch: Batch) -> dict[str, Any]:
        """What resumes at the step after a batch, whatever data loader gave it."""
        return self._state_at(int(batch["step"]) + int(_is_last(batch)))

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Begins where a run was; also with another number of ranks, unless it is of a worker.

        Of documents in order only where no rank would need what another one's model remembers.
        """
        plan, step = state.get("plan"), state.get("step")
        if not isinstance(plan, str) or not isinstance(step, int):
            raise SeqpackError(
                "bad-option", f'the state {quoted(state)} is none: give one such as {{"plan": "...", "step": 1200}}.'
            )
        require_whole("start", step, 0)
        _, world_size, _, sequence_parallel, *_ = self._asked
        self.plan.require_state(state, world_size, sequence_parallel)
        # A run that is at its end may look again: there is nothing left for it.
        if step > len(self.plan) and "worker" not in state:
            self.plan.step(step)
        self._state = dict(state)
        self._next = step
        self._in_workers[0] = False


def _is_last(batch: Batch) -> bool:
    """Whether it is the last of its step."""
    return batch.get("micro_batch", 0) + 1 == batch.get("micro_batches", 1)


def tensors(batch: Batch) -> Batch:
    """The same with tensors for arrays."""
    return {name: _tensor(name, value) for name, value in batch.items()}


def _tensor(name: str, value: Any) -> Any:
    if isinstance(value, np.ndarray):
        tensor = torch.from_numpy(np.ascontiguousarray(value))
        return tensor if name in (BORDERS, PADDED_BORDERS) else tensor.long()
    # Thousands of small tensors would not cross from a worker to the trainer.
    return [each.tolist() for each in value] if isinstance(value, list) else value


def _of_environment(name: str, default: int) -> int:
    text = os.environ.get(name, "")
    if text == "":
        return default
    if not text.isdecimal():
        raise SeqpackError(
            "bad-option", f"{name} of the environment is {quoted(text)}: give a whole number of at least 0."
        )
    return int(text)
