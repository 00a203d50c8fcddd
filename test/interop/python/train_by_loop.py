"""A rank of a training run on a plan that goes on from its last checkpoint, as a user would write it.

Usage: train_by_loop.py PLAN OUT STEPS PAUSE LOADER; RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT are in the
environment. LOADER is "stateful" for torchdata's, or "torch" for torch's own. Each step is told when it is done,
and takes PAUSE seconds more. The weights are in OUT/weights.pt at the end.
"""

import os
import sys
import time
from pathlib import Path

import torch
import torch.distributed as dist
from torch.utils.data import DataLoader
from torchdata.stateful_dataloader import StatefulDataLoader

from seqpack_reader.torch import Batches

PLAN, OUT, STEPS, PAUSE, LOADER = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]), sys.argv[5]
RANK = int(os.environ["RANK"])
SAVE_STEPS = 5


class Model(torch.nn.Module):
    """A layer in which tokens see those before them in their sequence."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.tokens = torch.nn.Embedding(4096, 32)
        self.positions = torch.nn.Embedding(1024, 32)
        self.layer = torch.nn.TransformerEncoderLayer(32, 1, 64, dropout=0, batch_first=True)
        self.logits = torch.nn.Linear(32, 4096)

    def forward(self, ids, positions, segments):
        seen = (segments[:, :, None] == segments[:, None, :]).tril()
        hidden = self.tokens(ids) + self.positions(positions)
        return self.logits(self.layer(hidden, ~seen))


def told(step):
    print(f"step {step}", flush=True)
    time.sleep(PAUSE)


def save(path, value):
    """All of a file, or none."""
    part = path.with_suffix(".part")
    with open(part, "wb") as file:
        torch.save(value, file)
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)


def train():
    batches = Batches(PLAN, ["position_ids", "segment_ids", "shift_labels"])
    kind = StatefulDataLoader if LOADER == "stateful" else DataLoader
    loader = kind(batches, batch_size=None, num_workers=2)
    model = Model()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    latest = OUT / "latest.pt"
    if latest.exists():
        state = torch.load(OUT / f"step-{torch.load(latest)}-rank-{RANK}.pt")
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        (loader if LOADER == "stateful" else batches).load_state_dict(state["reader"])
    for batch in loader:
        step = batch["step"]
        logits = model(*(torch.atleast_2d(batch[name]) for name in ("input_ids", "position_ids", "segment_ids")))
        labels = batch["shift_labels"].flatten()
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), labels, reduction="sum") / batch["step_labels"]
        optimizer.zero_grad()
        loss.backward()
        for parameter in model.parameters():
            dist.all_reduce(parameter.grad)
        optimizer.step()
        done = step + 1
        if done % SAVE_STEPS == 0:
            reader = loader.state_dict() if LOADER == "stateful" else batches.state_after(batch)
            state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "reader": reader}
            save(OUT / f"step-{done}-rank-{RANK}.pt", state)
            # The checkpoint is there once those of all ranks are.
            dist.barrier()
            if RANK == 0:
                save(latest, done)
        told(step)
        if done == STEPS:
            break
    return model


if __name__ == "__main__":
    torch.set_num_threads(1)
    dist.init_process_group("gloo")
    model = train()
    if RANK == 0:
        save(OUT / "weights.pt", model.state_dict())
    # A rank that leaves while another is still at work may be aborted on its way out.
    dist.barrier()
    dist.destroy_process_group()
