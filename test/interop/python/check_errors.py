"""Bad input: the Python reader says what `seqpack batches` says. Called with the directory
that reader-plans.mjs has written to, which it changes."""

import json
import os
import re
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pyarrow as pa

from seqpack_reader import Dataset, Plan, SeqpackError

directory = Path(sys.argv[1])
NODE = os.environ.get("NODE", "node")


def without_flags(sentence):
    """Options are named as arguments here, and as flags by the command; what a parser of JSON says is its own."""
    sentence = re.sub(r"it is not JSON \(.*\)\.", "it is not JSON.", sentence)
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
            opened.micro_batches(step, **options)
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


def damages(path):
    """The file of a shard, damaged in one way after another: each time its length is another, or its content."""
    content = path.read_bytes()
    size = len(content)
    for damaged in (
        b"",
        content[: size // 2],
        content[:-5],
        content + b"\0",
        bytes(size),
        content.replace(b"seq_lengths", b"seq_lengthz"),
    ):
        path.write_bytes(damaged)
        yield
    # The borders of the first rows' sequences.
    stream = pa.py_buffer(content)
    column = pa.ipc.open_stream(stream).read_next_batch().column("seq_lengths")
    borders = column.buffers()[1].address - stream.address
    for value in (0, 2**31 - 1, -16):
        rows = struct.pack("<i", value) * len(column)
        path.write_bytes(content[: borders + 4] + rows + content[borders + 4 + len(rows) :])
        yield
    path.write_bytes(content)


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
by_document = {"sequence_parallel": 2, "world_size": 2, "sequence_shares": "document-zigzag"}
as_flags = "--sequence-parallel 2 --world-size 2 --sequence-shares document-zigzag".split()
for multiple in (6, 0, 2**22):
    same(good, *as_flags, "--sequence-multiple", str(multiple), sequence_multiple=multiple, **by_document)
same(good, *as_flags, *"--columns chunk_offsets --chunk 4".split(), columns=["chunk_offsets"], chunk=4, **by_document)
same(directory / "plan-weights", *as_flags, "--columns", "loss_weight", columns=["loss_weight"], **by_document)
same(directory / "plan-streams", *as_flags, **by_document)
same(good, "--sequence-multiple", "4", sequence_multiple=4)
same(good, "--columns", "cu_seqlens_padded", columns=["cu_seqlens_padded"])
same(good, "--columns", "chunk_offsets", columns=["chunk_offsets"])
same(good, "--columns", "scaled_positions", columns=["scaled_positions"])
same(good, *"--columns chunk_offsets --chunk 0".split(), columns=["chunk_offsets"], chunk=0)
same(good, "--chunk", "4", chunk=4)
same(good, "--positions", "linear:4", positions="linear:4")
same(good, "--global-attention", "first-token", global_attention="first-token")
same(good, "--global-attention", "first-tokens", global_attention="first-tokens")
for rule in ("linear", "linear:0", "stretch:1", "stretch:-1,2", "random:0.5", "random:1,2", "cubic:3"):
    same(good, "--columns", "scaled_positions", "--positions", rule, columns=["scaled_positions"], positions=rule)
same(good, *"--sequence-parallel 2 --world-size 2 --pad-loss".split(), sequence_parallel=2, world_size=2, pad_loss=True)
same(directory / "plan-flat-packed", "--pad-loss", pad_loss=True)
same(directory / "plan-carried", "--columns", "versions", columns=["versions"])
trees = directory / "plan-trees"
for name in ("labels", "shift_labels", "cu_seqlens", "loss_mask"):
    same(trees, "--columns", name, columns=[name])
same(trees, *"--sequence-parallel 2 --world-size 2".split(), sequence_parallel=2, world_size=2)
same(trees, "--pad-loss", pad_loss=True)
padded = {"pad_loss": True, "columns": ["target_weight"]}
same(directory / "plan-packed", *"--pad-loss --columns target_weight".split(), **padded)
cut = {"sequence_parallel": 2, "world_size": 2, "columns": ["target_from"]}
same(directory / "plan-packed", *"--sequence-parallel 2 --world-size 2 --columns target_from".split(), **cut)
same(directory / "plan-streams", "--columns", "subtree_end", columns=["subtree_end"])
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
content = steps.read_bytes()
middle = len(content) // 2
flipped = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
for damaged in (b"", content[:1000], content[:-5], bytes(len(content)), flipped):
    steps.write_bytes(damaged)
    same(where / "plan-natural", "--datasets", str(datasets[0]), datasets=datasets[:1])
steps.unlink()
same(where / "plan-natural")
whole = where / "plan-natural" / "curriculum.json"
content = whole.read_bytes()
for damaged in (b"", content[: len(content) // 2], content[:-3]):
    whole.write_bytes(damaged)
    same(where / "plan-natural")
whole.unlink()
same(where / "plan-natural")

groups = directory / "plan-flat-groups"
same(groups, "--world-size", "8", world_size=8)
same(groups, "--rank", "4", rank=4)
same(groups, *"--sequence-parallel 2".split(), sequence_parallel=2)
same(groups, "--sequence-multiple", "64", sequence_multiple=64)
same(groups, "--pad-loss", pad_loss=True)
same(groups, "--columns", "loss_weight", columns=["loss_weight"])
same(groups, *"--columns cu_seqlens --sequence-shares zigzag".split(), columns=["cu_seqlens"], sequence_shares="zigzag")
same(directory / "plan-micro-groups", "--sequence-shares", "zigzag", sequence_shares="zigzag")
streams = directory / "plan-streams"
same(streams, "--world-size", "3", world_size=3)
same(streams, "--columns", "loss_weight", columns=["loss_weight"])
same(streams, "--datasets", str(directory / "packed"), datasets=[directory / "packed"])
where = copied("plan-streams")
(lanes,) = (where / "plan-streams").glob("lanes-*")
content = lanes.read_bytes()
for damaged in (b"", content[:-5], bytes(len(content))):
    lanes.write_bytes(damaged)
    same(where / "plan-streams", "--datasets", str(directory / "store"), datasets=[directory / "store"])
lanes.unlink()
same(where / "plan-streams")
where = copied("plan-streams", "store")
shard = max((where / "store" / "data").glob("*.arrow"))
content = shard.read_bytes()
for damaged in (b"", content[:-5], bytes(len(content)), content.replace(b"doc_ids", b"doc_idz")):
    shard.write_bytes(damaged)
    same(where / "plan-streams")

where = copied("plan-natural", "buckets")
manifest = where / "buckets" / "seqpack.json"
content = manifest.read_bytes()
for damaged in (b"", content[: len(content) // 2], content[:-3]):
    manifest.write_bytes(damaged)
    same(where / "plan-natural")
manifest.write_bytes(content)
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

# Shards of rows, of an index and of the store that it is of. What has the length that it had and can be
# read is given as it is: the manifest's hashes are for `seqpack verify`.
where = copied("plan-packed", "packed")
for _ in damages(max((where / "packed" / "data").glob("*.arrow"))):
    same(where / "plan-packed")
where = copied("plan-packing", "packing", "store")
for _ in damages(max((where / "packing" / "data").glob("*.arrow"))):
    same(where / "plan-packing")
shard = max((where / "store" / "data").glob("*.arrow"))
content = shard.read_bytes()
for damaged in (b"", content[:-5], bytes(len(content)), content.replace(b"doc_ids", b"doc_idz")):
    shard.write_bytes(damaged)
    same(where / "plan-packing")
shard.write_bytes(content)
shard = next((where / "store" / "data").glob("*.arrow"))
os.truncate(shard, 64)
same(where / "plan-packing")
shard.unlink()
same(where / "plan-packing")
edited(where / "store" / "seqpack.json", planHash="0" * 64)
same(where / "plan-packing")

# Of the same length, with other tokens: read by both alike, and found by `seqpack verify`.
where = copied("plan-packed", "packed")
shard = max((where / "packed" / "data").glob("*.arrow"))
content = bytearray(shard.read_bytes())
content[len(content) // 2] ^= 1
shard.write_bytes(content)
for step in range(len(Plan(where / "plan-packed"))):
    Plan(where / "plan-packed").batch(step)
done = subprocess.run([NODE, "dist/bin/main.js", "batches", str(where / "plan-packed")], stdout=subprocess.DEVNULL)
assert done.returncode == 0
done = subprocess.run([NODE, "dist/bin/main.js", "verify", str(where / "packed")], capture_output=True, text=True)
assert done.returncode == 4 and f"{shard.name} has another SHA-256" in done.stdout + done.stderr, done

# Shards of Parquet, which are no batches.
where = copied("parquet")
shard = min((where / "parquet" / "data").glob("*.parquet"))
content = shard.read_bytes()
size = len(content)
for damaged, why in (
    (b"", f"it has 0 bytes of {size}"),
    (content[: size // 2], f"it has {size // 2} bytes of {size}"),
    (content[:-5], f"it has {size - 5} bytes of {size}"),
    (bytes(size), "it is no Parquet file, or is cut off"),
    (content[:4] + b"\xff" * (size // 2) + content[4 + size // 2 :], "a row of it is damaged"),
):
    shard.write_bytes(damaged)
    try:
        rows = list(Dataset(where / "parquet"))
        raise AssertionError(f"nothing was refused, {why}")
    except SeqpackError as error:
        assert str(error) == f"{shard} cannot be read: {why}. Check the dataset with seqpack verify.", error
shard.unlink()
try:
    Dataset(where / "parquet")[0]
except SeqpackError as error:
    assert error.code == "dataset-changed" and "no such file" in str(error), error

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
