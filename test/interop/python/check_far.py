"""Compares what the Python reader gives of plans and datasets in a bucket with what it gives of the same on a disk.
Called with the directory that reader-plans.mjs has written to, and with that of a bucket's files; the environment names
the server of the bucket, which fails now and then."""

import json
import multiprocessing
import shutil
import sys
from pathlib import Path

import fsspec
import numpy as np

from seqpack_reader import Dataset, Plan, SeqpackError
from seqpack_reader.grain import Batches

directory, bucket = map(Path, sys.argv[1:])
TOP = "s3://bucket/cases"
NAMES = {
    **{"worldSize": "world_size", "sequenceParallel": "sequence_parallel", "sequenceShares": "sequence_shares"},
    **{"globalAttention": "global_attention", "padLoss": "pad_loss", "sequenceMultiple": "sequence_multiple"},
}


def same(one, other, what):
    assert one.keys() == other.keys(), what
    for name in one:
        left, right = one[name], other[name]
        if isinstance(left, list):
            assert len(left) == len(right) and all(map(np.array_equal, left, right)), (what, name)
        else:
            assert np.array_equal(left, right), (what, name)
            assert getattr(left, "dtype", None) == getattr(right, "dtype", None), (what, name)


def same_all(some, others, what):
    assert len(some) == len(others), what
    for one, other in zip(some, others, strict=True):
        same(one, other, what)


def sentence(action):
    try:
        action()
    except SeqpackError as error:
        return str(error)
    raise AssertionError("nothing was refused")


def in_child(plan, step, given):
    given.put(plan.batch(step))


if __name__ == "__main__":
    shutil.copytree(directory, bucket / "cases", ignore=shutil.ignore_patterns("broken-*"))
    steps = 0
    cases = json.loads((directory / "cases.json").read_text())
    plans = {
        name: (Plan(directory / f"plan-{name}"), Plan(f"{TOP}/plan-{name}")) for name in {c["name"] for c in cases}
    }
    for case in cases[::4]:
        here, far = plans[case["name"]]
        options = {NAMES.get(key, key): value for key, value in case["options"].items()}
        for step in range(0, len(here), 5):
            same_all(here.micro_batches(step, **options), far.micro_batches(step, **options), case)
            steps += 1
    for name, (here, far) in plans.items():
        # Rows of trees have other labels, and groups of ranks a number of them that is the plan's.
        asked = (0, None if "groups" in here.info else 2, [] if "tree" in name else ["labels"])
        found = list(far.batches(1, 5, *asked))
        assert sorted({batch["step"] for batch in found}) == list(range(1, len(here), 5)), name
        same_all([batch for step in range(1, len(here), 5) for batch in here.micro_batches(step, *asked)], found, name)
        begun = far.batches()
        assert next(begun)["step"] == 0
        begun.close()
    print(f"  {len(plans)} plans in a bucket, {steps} batches")

    for name in ("packed", "parquet", "masked-packing", "buckets"):
        here, far = Dataset(directory / name), Dataset(f"{TOP}/{name}/")
        assert here.info == far.info and len(here) == len(far)
        for number in range(0, len(here), 17):
            same(here[number], far[number], (name, number))
    print("  rows at random")

    # Plans cross to other processes, forked off or not; file systems of fsspec read them as well.
    here, far = plans["packed"]
    for kind in ("fork", "spawn"):
        context = multiprocessing.get_context(kind)
        given = context.Queue()
        child = context.Process(target=in_child, args=(far, 3, given))
        child.start()
        same(here.batch(3), given.get(timeout=60), kind)
        child.join(60)
        assert child.exitcode == 0, (kind, child.exitcode)
    same(here.batch(3), far.batch(3), "after others")
    memory = fsspec.filesystem("memory")
    memory.put(str(directory), "/cases", recursive=True)
    for filesystem in (None, memory):
        there = Plan("memory://cases/plan-packed", filesystem=filesystem)
        same(here.batch(3), there.batch(3), "fsspec")
        assert len(Dataset("memory://cases/parquet", filesystem=filesystem)[0]) > 0
    same(here.batch(3), Batches(f"{TOP}/plan-packed")[3], "grain")
    print("  forked, spawned, by fsspec")

    # What is wrong is said as it is of files on a disk.
    def both(name, change, *copied):
        """The sentences of a plan here and in a bucket, after something has happened to its files."""
        where = f"broken-{len(list(directory.glob('broken-*')))}"
        said = []
        for top, url in ((directory / where, str(directory / where)), (bucket / where, f"s3://bucket/{where}")):
            top.mkdir()
            for each in copied:
                shutil.copytree(directory / each, top / each)
            change(top)

            def read(url=url):
                plan = Plan(f"{url}/{name}")
                for step in range(len(plan)):
                    plan.batch(step)

            said.append(sentence(read).replace(url, "TOP"))
        assert said[0] == said[1], said

    def shard_of(top, name="packed"):
        return max((top / name / "data").glob("*.arrow"))

    def edit(path, change):
        path.write_bytes(change(path.read_bytes()))

    both("plan-packed", lambda top: None)
    both("plan-packed", lambda top: None, "plan-packed")
    both("plan-packing", lambda top: None, "plan-packing", "packing")
    both("plan-packed", lambda top: (top / "packed" / "seqpack.json").unlink(), "plan-packed", "packed")
    both("plan-packed", lambda top: shard_of(top).unlink(), "plan-packed", "packed")
    for damage in (
        lambda content: content[:-5],
        lambda content: bytes(len(content)),
        lambda content: content[: len(content) // 2] + b"\xff" * (len(content) - len(content) // 2),
        lambda content: content.replace(b"seq_lengths", b"seq_lengthz"),
    ):
        both("plan-packed", lambda top, damage=damage: edit(shard_of(top), damage), "plan-packed", "packed")
    for damage in (lambda content: content[:-5], lambda content: bytes(len(content))):
        both(
            "plan-packing",
            lambda top, damage=damage: edit(shard_of(top, "store"), damage),
            *("plan-packing", "packing", "store"),
        )

    def cut(content):
        return content[:-9]

    both("plan-packed", lambda top: edit(top / "packed" / "seqpack.json", cut), "plan-packed", "packed")
    both("plan-packed", lambda top: edit(top / "plan-packed" / "curriculum.json", cut), "plan-packed")
    print("  " + sentence(lambda: Plan("s3://no-such-bucket/plan")))
    print("  " + sentence(lambda: Plan("other://host/plan")))
    print("  the sentences of disks")
