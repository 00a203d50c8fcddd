"""The torch dataset against the plan itself: any number of workers, states, ranks of the
environment. Called with the directory that reader-plans.mjs has written to, where torch and
torchdata are installed."""

import os
import sys
from pathlib import Path

import torch
from torch.utils.data import DataLoader
from torchdata.stateful_dataloader import StatefulDataLoader

from seqpack_reader import Plan, SeqpackError
from seqpack_reader.torch import Batches

directory = Path(sys.argv[1])
COLUMNS = ["position_ids", "labels", "cu_seqlens"]


def same(batch, due):
    assert batch.keys() == due.keys()
    for name, value in due.items():
        found = batch[name]
        if isinstance(value, list):
            assert found == [each.tolist() for each in value], name
        elif isinstance(value, int):
            assert found == value, name
        else:
            is_borders = name == "cu_seqlens"
            assert found.dtype == (torch.int32 if is_borders else torch.int64), name
            assert found.tolist() == value.tolist(), name


def refused(code, action):
    try:
        action()
    except SeqpackError as error:
        assert error.code == code, error
        return str(error)
    raise AssertionError(code)


if __name__ == "__main__":
    for name in ("grow", "mixed", "flat-masked", "packing"):
        path = directory / f"plan-{name}"
        plan = Plan(path)
        due = [plan.batch(step, 1, 2, COLUMNS) for step in range(len(plan))]
        for workers in (0, 1, 2, 3):
            batches = Batches(path, COLUMNS, rank=1, world_size=2)
            assert len(batches) == len(plan)
            loader = DataLoader(batches, batch_size=None, num_workers=workers)
            found = list(loader)
            assert len(found) == len(due)
            for batch, one in zip(found, due, strict=True):
                same(batch, one)
            if workers > 0:
                refused("state-in-workers", batches.state_dict)
            # Any loader's state by its last batch, and that of a loader which keeps one.
            cut = len(plan) * 2 // 3
            after = batches.state_after(found[cut - 1])
            for state in (after, {"plan": plan.hash, "step": cut}):
                batches.load_state_dict(state)
                assert len(batches) == len(plan) - cut
                rest = list(DataLoader(batches, batch_size=None, num_workers=workers))
                assert [batch["step"] for batch in rest] == list(range(cut, len(plan)))
            options = {"batch_size": None, "num_workers": workers}
            loader = StatefulDataLoader(Batches(path, COLUMNS, 1, 2), **options)
            steps = [batch["step"] for _, batch in zip(range(cut), loader, strict=False)]
            state = loader.state_dict()
            assert steps == list(range(cut))
            loader = StatefulDataLoader(Batches(path, COLUMNS, 1, 2), **options)
            loader.load_state_dict(state)
            rest = list(loader)
            found = [batch["step"] for batch in rest]
            assert found == list(range(cut, len(plan))), (name, workers, cut, found, state)
            same(rest[0], due[cut])
        batches = Batches(path, rank=0, world_size=1, start=3)
        steps = iter(batches)
        assert next(steps)["step"] == 3
        assert batches.state_dict() == {"plan": plan.hash, "step": 4}
    os.environ.update(RANK="3", WORLD_SIZE="4")
    same(next(iter(Batches(path, COLUMNS))), plan.batch(0, 3, 4, COLUMNS))
    os.environ["RANK"] = "4"
    print("  " + refused("bad-option", lambda: Batches(path)))
    os.environ["RANK"] = "first"
    print("  " + refused("bad-option", lambda: Batches(path)))
    batches = Batches(path, rank=0, world_size=1)
    print("  " + refused("other-plan", lambda: batches.load_state_dict({"plan": "0" * 64, "step": 0})))
    batches.load_state_dict({"plan": plan.hash, "step": len(plan)})
    assert list(batches) == [] and len(batches) == 0
    print("  " + refused("bad-option", lambda: batches.load_state_dict({"plan": plan.hash, "step": len(plan) + 1})))
    print("  torch: workers, states and ranks")
