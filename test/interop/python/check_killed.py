"""A run of two ranks that is killed between checkpoints and goes on has the weights, bit by bit, of
one that was not killed. Called with the directory that reader-plans.mjs has written to."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import torch

DIRECTORY = Path(sys.argv[1])
RANKS = 2
# Checkpoints are after 5, 10, 15 and 20 steps.
STEPS, KILLED_AFTER, CHECKPOINT = 20, 12, 10


def start(program, plan, out, loader, pause):
    out.mkdir(exist_ok=True)
    path = Path(__file__).with_name(program)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return [
        subprocess.Popen(
            [sys.executable, path, plan, out, str(STEPS), str(pause), *loader],
            stdout=subprocess.PIPE,
            text=True,
            # What is killed is a rank with the workers of its data loader.
            start_new_session=True,
            env={
                **os.environ,
                "RANK": str(rank),
                "LOCAL_RANK": str(rank),
                "WORLD_SIZE": str(RANKS),
                "MASTER_ADDR": "127.0.0.1",
                "MASTER_PORT": str(port),
                "OMP_NUM_THREADS": "1",
            },
        )
        for rank in range(RANKS)
    ]


def steps_of(rank):
    """The steps that a rank tells, as it tells them."""
    for line in rank.stdout:
        if line.startswith("step "):
            yield int(line.split()[1])


def killed(*run):
    ranks = start(*run, pause=0.3)
    for rank in ranks:
        assert KILLED_AFTER in steps_of(rank), "it ended before"
    for rank in ranks:
        os.killpg(rank.pid, signal.SIGKILL)
    for rank in ranks:
        assert rank.wait() == -signal.SIGKILL, rank.returncode


def finished(*run):
    """The steps that were made."""
    ranks = start(*run, pause=0)
    steps = [list(steps_of(rank)) for rank in ranks]
    assert [rank.wait() for rank in ranks] == [0] * RANKS
    assert steps[0] == steps[1], steps
    return steps[0]


def check(program, name, *loader):
    plan = DIRECTORY / f"plan-{name}"
    whole, cut = (DIRECTORY / f"{name}-{how}" for how in ("whole", "killed"))
    steps = finished(program, plan, whole, loader)
    assert steps == list(range(STEPS)), steps
    killed(program, plan, cut, loader)
    assert not (cut / "weights.pt").exists()
    steps = finished(program, plan, cut, loader)
    assert steps == list(range(CHECKPOINT, STEPS)), steps
    due, weights = (torch.load(out / "weights.pt") for out in (whole, cut))
    assert weights.keys() == due.keys()
    assert all(torch.equal(weights[key], due[key]) for key in due), name
    how = " ".join([program, *loader])
    print(f"  {RANKS} ranks of {how}: killed after step {KILLED_AFTER}, the same weights after {STEPS}", flush=True)


if __name__ == "__main__":
    check("train_by_loop.py", "grow", "stateful")
    check("train_by_loop.py", "flat-masked", "torch")
    check("train_by_trainer.py", "mixed")
