"""Compares the Python reader with the streams of `seqpack batches`, value by value. Called
by run-reader.mjs with the directory that reader-plans.mjs has written to."""

import json
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa

from seqpack_reader import Dataset, Plan, SeqpackError
from seqpack_reader.grain import Batches

directory = Path(sys.argv[1])
NAMES = {
    "rank": "rank",
    "worldSize": "world_size",
    "columns": "columns",
    "sequenceParallel": "sequence_parallel",
    "sequenceShares": "sequence_shares",
    "sequenceMultiple": "sequence_multiple",
    "chunk": "chunk",
    "positions": "positions",
    "globalAttention": "global_attention",
    "padLoss": "pad_loss",
}


def lists_of(value, rows):
    """A column of a batch as the stream has it: a list, or a list of lists."""
    if isinstance(value, int | float | np.integer):
        return [value] * rows
    if isinstance(value, list):
        return [each.tolist() for each in value]
    return value.tolist() if value.ndim == 2 or rows is None else [value.tolist()]


def check_batch(batch, due, is_flat, what):
    # How much of the stream follows is of the stream.
    columns = set(due.schema.names) - {"batches_left"}
    assert set(batch) == columns, (what, set(batch) ^ columns)
    for name in columns:
        said = due.column(name)
        is_list = pa.types.is_list(said.type)
        found = lists_of(batch[name], due.num_rows if is_flat or not is_list else None)
        if not is_flat and not is_list and not isinstance(batch[name], int | float):
            found = batch[name].tolist()
        assert found == said.to_pylist(), (what, name, found, said.to_pylist())
        if is_list and not isinstance(batch[name], list):
            assert batch[name].dtype == np.dtype(said.type.value_type.to_pandas_dtype()), (what, name)
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
    assert len(stream) == plan.count_batches() >= len(plan) > 0, name
    batches = (batch for step in range(len(plan)) for batch in plan.micro_batches(step, **options))
    for step, (due, batch) in enumerate(zip(stream, batches, strict=True)):
        check_batch(batch, due, plan.info["batches"] == "flat", (name, options, step))
        steps += 1
print(f"  {len(cases)} streams, {steps} batches")

# Rows at random: of Parquet as of Arrow; of a packing as of the rows that it stands for; and those of batches.
for one, other in (("packed", "parquet"), ("masked-packing", "masked-rows")):
    a, b = Dataset(directory / one), Dataset(directory / other)
    assert len(a) == len(b) > 50
    for i in np.random.default_rng(0).permutation(len(a)).tolist():
        left, right = a[i], b[i]
        assert left.keys() == right.keys()
        for name in left:
            assert left[name].dtype == right[name].dtype, name
            assert left[name].tolist() == right[name].tolist(), (one, i, name)
plan, buckets = plans["natural"], Dataset(directory / "buckets")
assert [len(buckets.bucket(n)) for n in buckets.lengths] == [b["rows"] for b in plan.info["datasets"][0]["buckets"]]
batch = plan.batch(3)
for ids, length, row in zip(batch["input_ids"], batch["bucket"], batch["row"], strict=True):
    assert buckets.bucket(length)[row]["input_ids"].tolist() == ids.tolist()
assert [len(row["input_ids"]) for row in buckets] == sorted(len(row["input_ids"]) for row in buckets)
print("  rows at random")

# States of documents in order know their ranks.
streams = plans["streams"]
state = streams.state(1, 4)
assert state == {"plan": streams.hash, "step": 1, "worldSize": 4}
streams.require_state(state, 4)
streams.require_state(streams.state(0, 4), 2)
within = next(step for step in range(1, len(streams)) if streams.batch(step)["chunk"][-1] > 0)
try:
    streams.require_state(streams.state(within, 2), 4)
    raise AssertionError("nothing was refused")
except SeqpackError as error:
    assert error.code == "other-ranks", error
    print(f"  {error}")
assert "worldSize" not in plan.state(3, 4)

# A plan takes the states of those that it goes on from, up to where they are the same.
appended = plans["appended"]
for name, step in (("regrouped", 30), ("skipped", 20), ("moving", 5)):
    before = plans[name]
    appended.require_state(before.state(step))
    for number in range(step):
        mine, its = appended.batch(number, 1, 2), before.batch(number, 1, 2)
        assert all(np.array_equal(mine[column], its[column]) for column in ("row", "dataset", "input_ids")), number
    try:
        appended.require_state(before.state(step + 1))
        raise AssertionError("nothing was refused")
    except SeqpackError as error:
        assert error.code == "other-plan", error
        print(f"  {error}")

source = Batches(plan, rank=1, world_size=2)
try:
    import grain
except ImportError:
    print("  grain: not installed")
else:
    steps = grain.MapDataset.source(source).to_iter_dataset()
    given = iter(steps)
    found = [next(given) for _ in range(5)]
    state = given.get_state()
    found += list(given)
    assert len(found) == len(plan)
    for step, batch in enumerate(found):
        assert batch["step"] == step
        assert batch["input_ids"].tolist() == plan.batch(step, 1, 2)["input_ids"].tolist()
    given = iter(steps)
    given.set_state(state)
    assert [batch["step"] for batch in given] == list(range(5, len(plan)))
    print("  grain: steps, and a state")
