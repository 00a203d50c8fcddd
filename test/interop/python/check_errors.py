"""Bad input: the Python reader says what `seqpack batches` says. Called with the directory
that reader-plans.mjs has written to, which it changes."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from seqpack_reader import Dataset, Plan, SeqpackError

directory = Path(sys.argv[1])
NODE = os.environ.get("NODE", "node")


def without_flags(sentence):
    """Options are named as arguments here, and as flags by the command."""
    return re.sub(r"--([a-z-]+)", lambda flag: flag[1].replace("-", "_"), sentence)


def by_command(plan, *flags):
    command = [NODE, "dist/bin/main.js", "batches", str(plan), *flags]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert done.returncode in (2, 4), done
    return done.stderr.removeprefix("seqpack: ").strip()


def by_reader(plan, **options):
    try:
        opened = Plan(plan, options.pop("datasets", None))
        for step in [options.pop("step")] if "step" in options else range(len(opened)):
            opened.batch(step, **options)
    except SeqpackError as error:
        assert isinstance(error, ValueError) and error.code
        return str(error)
    raise AssertionError("nothing was refused")


def same(plan, *flags, **options):
    said, due = by_reader(plan, **options), by_command(plan, *flags)
    assert without_flags(said) == without_flags(due), f"\n{said}\n{due}"


def copied(*names):
    """Plans and datasets that may be broken."""
    where = directory / f"broken-{len(list(directory.glob('broken-*')))}"
    for name in names:
        shutil.copytree(directory / name, where / name)
    return where


def edited(path, **changes):
    path.write_text(json.dumps(json.loads(path.read_text()) | changes, indent=2))


good = directory / "plan-natural"
same(directory / "nothing")
same(good, "--rank", "2", "--world-size", "2", rank=2, world_size=2)
same(good, "--world-size", "3", world_size=3)
same(good, "--from-step", "100000", step=100000)
same(good, "--columns", "labls", columns=["labls"])
same(good, "--sequence-parallel", "2", sequence_parallel=2)
same(good, "--sequence-shares", "zigzag", sequence_shares="zigzag")
same(good, *"--sequence-parallel 64 --world-size 64".split(), sequence_parallel=64, world_size=64)
cut = {"sequence_parallel": 2, "world_size": 2, "columns": ["cu_seqlens"]}
same(good, *"--sequence-parallel 2 --world-size 2 --columns cu_seqlens".split(), **cut)
datasets = [directory / "buckets", directory / "packed"]
same(good, "--datasets", *map(str, datasets), datasets=datasets)
same(good, "--datasets", str(datasets[1]), datasets=datasets[1:])
same(good, "--datasets", str(directory / "no"), datasets=[directory / "no"])
same(good, "--datasets", str(directory / "store"), datasets=[directory / "store"])
same(good, "--datasets", str(directory / "parquet"), datasets=[directory / "parquet"])
same(good, "--datasets", f"{directory / 'buckets'}#web", datasets=[f"{directory / 'buckets'}#web"])

for changes in ({"formatVersion": 99}, {"seed": 9}):
    where = copied("plan-natural")
    edited(where / "plan-natural" / "curriculum.json", **changes)
    same(where / "plan-natural")
where = copied("plan-natural")
same(where / "plan-natural")
(steps,) = (where / "plan-natural").glob("steps-*")
os.truncate(steps, 1000)
same(where / "plan-natural")
steps.unlink()
same(where / "plan-natural")

where = copied("plan-natural", "buckets")
manifest = where / "buckets" / "seqpack.json"
shard = max((where / "buckets" / "data").glob("*/*.arrow"))
os.truncate(shard, shard.stat().st_size // 2)
same(where / "plan-natural")
shard.unlink()
same(where / "plan-natural")
content = manifest.read_bytes()
manifest.write_bytes(content + b"\n")
same(where / "plan-natural")
edited(manifest, formatVersion=99)
same(where / "plan-natural")
manifest.write_bytes(content.replace(b'"path": "data/', b'"path": "../data/', 1))
same(where / "plan-natural")
manifest.unlink()
(where / "buckets" / ".seqpack").mkdir()
same(where / "plan-natural", "--datasets", str(where / "buckets"), datasets=[where / "buckets"])

where = copied("plan-packing", "packing", "store")
shard = next((where / "store" / "data").glob("*.arrow"))
os.truncate(shard, 64)
same(where / "plan-packing")
shard.unlink()
same(where / "plan-packing")
edited(where / "store" / "seqpack.json", planHash="0" * 64)
same(where / "plan-packing")

print("  " + by_reader(directory / "plan-token-budget"))
for number in (-1000, 1000):
    try:
        Dataset(directory / "masked")[number]
    except (IndexError, SeqpackError) as error:
        print(f"  {error}")
for name in ("nothing", "store"):
    try:
        Dataset(directory / name)
    except SeqpackError as error:
        print(f"  {error}")
print("  the command's sentences")
