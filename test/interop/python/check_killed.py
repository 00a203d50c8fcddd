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
PROGRAM = Path(__file__).with_name("train_ranks.py")
RANKS = 2
# Checkpoints are after 5, 10, 15 and 20 steps.
STEPS, KILLED_AFTER, CHECKPOINT = 20, 12, 10


def start(plan, out, loader, pause):
    out.mkdir(exist_ok=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return [
        subprocess.Popen(
            [sys.executable, str(PROGRAM), str(plan), str(out), loader, str(STEPS), str(pause)],
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
    """The steps that were made, and the weights."""
    ranks = start(*run, pause=0)
    steps = [list(steps_of(rank)) for rank in ranks]
    assert [rank.wait() for rank in ranks] == [0] * RANKS
    assert steps[0] == steps[1], steps
    return steps[0], torch.load(run[1] / "weights.pt")


def check(name, loader):
    plan = DIRECTORY / f"plan-{name}"
    out = DIRECTORY / f"{name}-{loader}"
    steps, due = finished(plan, Path(f"{out}-whole"), loader)
    assert steps == list(range(STEPS)), steps
    cut = Path(f"{out}-killed")
    killed(plan, cut, loader)
    assert not (cut / "weights.pt").exists()
    steps, weights = finished(plan, cut, loader)
    assert steps == list(range(CHECKPOINT, STEPS)), steps
    assert weights.keys() == due.keys()
    assert all(torch.equal(weights[key], due[key]) for key in due), (name, loader)
    print(f"  {RANKS} ranks, {loader}, plan {name}: killed after step {KILLED_AFTER}, the same weights after {STEPS}", flush=True)


if __name__ == "__main__":
    check("grow", "stateful")
    check("flat-masked", "torch")
    check("mixed", "trainer")
