"""Loads a dataset of buckets as trainers do, and reads the batches of a plan from
the command through a pipe, as docs/guide/batches.md shows. Called by run-datasets.mjs."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
from datasets import load_dataset, load_from_disk

directory, plan = Path(sys.argv[1]), Path(sys.argv[2])
manifest = json.loads((directory / "seqpack.json").read_text())
buckets = {int(k): v for k, v in manifest["totals"]["buckets"].items()}
rows = {}
for length, bucket in buckets.items():
    name = f"len-{length:05d}"
    loaded = load_dataset(str(directory), name, split="train")
    on_disk = load_from_disk(str(directory / "data" / name))
    assert len(loaded) == len(on_disk) == bucket["rows"], name
    rows[length] = on_disk["input_ids"]
    for a, b in zip(loaded["input_ids"], rows[length]):
        assert a == b and len(a) == length, name
everything = load_dataset(str(directory), split="train")
assert len(everything) == manifest["summary"]["rows"]
print(f"  datasets: {len(buckets)} buckets, {len(everything)} rows")

command = [os.environ["NODE"], "dist/bin/main.js", "batches", str(plan)]
process = subprocess.Popen(command, stdout=subprocess.PIPE)
steps = 0
seen = set()
with pa.ipc.open_stream(process.stdout) as stream:
    for batch in stream:
        ids = batch["input_ids"].flatten().to_numpy().reshape(batch.num_rows, -1)
        length = batch["bucket"][0].as_py()
        assert ids.shape == (4096 // length, length)
        assert batch["step"].to_pylist() == [steps] * batch.num_rows
        for row, number in zip(ids, batch["row"].to_pylist()):
            assert row.tolist() == rows[length][number], (steps, number)
            assert (length, number) not in seen
            seen.add((length, number))
        steps += 1
assert process.wait() == 0
said = json.loads((plan / "curriculum.json").read_text())["totals"]
assert (steps, len(seen)) == (said["steps"], said["rows"])
print(f"  pyarrow: {steps} steps, {len(seen)} rows")
