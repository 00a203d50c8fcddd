"""Compares the Python reader with the streams of `seqpack batches`, value by value. Called
by run.mjs with the directory that reader-plans.mjs has written to."""

import json
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa

from seqpack_reader import Plan

directory = Path(sys.argv[1])
NAMES = {
    "rank": "rank",
    "worldSize": "world_size",
    "columns": "columns",
    "sequenceParallel": "sequence_parallel",
    "sequenceShares": "sequence_shares",
}


def lists_of(value, rows):
    """A column of a batch as the stream has it: a list, or a list of lists."""
    if isinstance(value, int | np.integer):
        return [value] * rows
    if isinstance(value, list):
        return [each.tolist() for each in value]
    return value.tolist() if value.ndim == 2 or rows is None else [value.tolist()]


def check_batch(batch, due, is_flat, what):
    columns = set(due.schema.names)
    assert set(batch) - {"stage", "length"} == columns, (what, set(batch) ^ columns)
    for name in columns:
        said = due.column(name)
        is_list = pa.types.is_list(said.type)
        found = lists_of(batch[name], due.num_rows if is_flat or not is_list else None)
        if not is_flat and not is_list and not isinstance(batch[name], int):
            found = batch[name].tolist()
        assert found == said.to_pylist(), (what, name, found, said.to_pylist())
        if is_list and not isinstance(batch[name], list):
            assert str(batch[name].dtype) == str(said.type.value_type), (what, name)
    ids = batch["input_ids"]
    assert ids.ndim == (1 if is_flat else 2) and batch["length"] == ids.shape[-1], what


plans = {}
steps = 0
cases = json.loads((directory / "cases.json").read_text())
for case in cases:
    name = case["name"]
    plan = plans.setdefault(name, Plan(case["plan"]))
    options = {NAMES[key]: value for key, value in case["options"].items()}
    with pa.memory_map(case["file"]) as source:
        stream = list(pa.ipc.open_stream(source))
    assert len(stream) == len(plan) > 0, name
    for step, due in enumerate(stream):
        batch = plan.batch(step, **options)
        check_batch(batch, due, plan.info["batches"] == "flat", (name, options, step))
        steps += 1
print(f"  {len(cases)} streams, {steps} batches")
