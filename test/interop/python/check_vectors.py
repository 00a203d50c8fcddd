"""The test vectors of docs/format-plan.md, by the Python reader."""

import hashlib
import json
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa

from seqpack_reader.columns import (
    BORDERS,
    COLUMNS,
    IGNORE,
    OF_ROWS,
    OF_TOKENS,
    OF_TREES,
    PADDED_BORDERS,
    TokenRows,
    Trees,
)
from seqpack_reader.errors import SeqpackError
from seqpack_reader.groups import Group, Groups
from seqpack_reader.lanes import LANE_COLUMNS, Lanes
from seqpack_reader.places import BucketPlaces, SourceRows, mixed, random_numbers, shuffled
from seqpack_reader.plan import Plan, _Written, canonical_json
from seqpack_reader.settings import BatchSettings
from seqpack_reader.shares import share_sequences
from seqpack_reader.storage import Storage
from seqpack_reader.told import ColumnOptions, parse_positions

vectors = json.loads(Path(sys.argv[1]).read_text())
for case in vectors["random"]:
    assert random_numbers(len(case["numbers"]), *case["key"]) == case["numbers"], case
for case in vectors["permutation"]:
    assert shuffled(np.array(case["places"]), case["count"], *case["key"]).tolist() == case["rows"], case
for case in vectors["mixed"]:
    sources = [SourceRows(**source) for source in case["sources"]]
    source, place = mixed(sources, np.array(case["places"]))
    assert (source.tolist(), place.tolist()) == (case["source"], case["place"]), case
for case in vectors["spans"]:
    bucket = BucketPlaces([SourceRows(**source) for source in case["sources"]], case["spans"])
    source, place = bucket.find(np.array(case["places"]))
    assert (source.tolist(), place.tolist()) == (case["source"], case["place"]), case
for case in vectors["rows"]:
    ids = np.zeros(case["length"], np.int32)
    trained = None if case["lossMask"] is None else np.ones_like(ids)
    ids[: len(case["ids"])] = case["ids"]
    if trained is not None:
        trained[: len(case["ids"])] = case["lossMask"]
    lengths = np.array(case["seqLengths"], np.int32)
    told = case["told"]
    options = ColumnOptions(
        told["chunk"], parse_positions(told["positions"]), told["globalAttention"], told.get("trainedPadding")
    )
    following = np.array([case.get("nextLabel", IGNORE)], np.int32)
    trees = case.get("tree")
    rows = TokenRows(
        *(ids, 1, case["length"], lengths, np.array([len(lengths)]), trained),
        next_labels=following,
        told=options,
        trees=trees and Trees(*(np.array(trees[name], np.int32) for name in ("parents", "multiplicity"))),
    )
    names = OF_TREES if trees else [*OF_TOKENS, *OF_ROWS]
    made = {name: OF_TOKENS[name](rows).tolist() for name in names if name in OF_TOKENS}
    made |= {name: OF_ROWS[name](rows)[0].tolist() for name in names if name in OF_ROWS}
    assert made == case["columns"] and (trees or {*made, "loss_weight", PADDED_BORDERS} == set(COLUMNS)), (made, case)
for case in vectors["lanes"]:
    table = pa.table({name: pa.array(case["documents"][name]) for name in LANE_COLUMNS})
    with tempfile.TemporaryDirectory() as directory:
        path = f"{directory}/lanes.arrow"
        with pa.ipc.new_stream(path, table.schema) as stream:
            stream.write_table(table)
        lanes = Lanes(Storage(None), path, {**case, "rows": table.num_rows})
    for step in [*range(len(case["read"])), *reversed(range(len(case["read"])))]:
        due = [table.slice(i, 1).to_pylist()[0] for i in case["read"][step] if i is not None]
        found = lanes.at(step, 0, case["count"])
        assert [dict(zip(LANE_COLUMNS, each, strict=True)) for each in zip(*found, strict=True)] == due, (step, case)
        last = lanes.at(step, case["count"] - 1, 1)
        assert last.row.tolist() == [each["row"] for each in due if each["lane"] == case["count"] - 1], (step, case)
for case in vectors["groups"]:
    table = pa.table({name: pa.array(values) for name, values in case["rows"].items()})
    with tempfile.TemporaryDirectory() as directory:
        path = f"{directory}/groups.arrow"
        with pa.ipc.new_stream(path, table.schema) as stream:
            stream.write_table(table, max_chunksize=4)
        groups = Groups(Storage(None), path, {"rows": table.num_rows})
    for first, count in [*case["steps"], *reversed(case["steps"])]:
        found = [{**group._asdict(), "items": group.items.tolist()} for group in groups.of(first, count)]
        assert found == table.select(Group._fields).slice(first, count).to_pylist(), (first, case)
for case in vectors["shares"]:
    settings = BatchSettings(case["part"], case["parts"], (), case["parts"], case["shares"])
    spans = settings.spans(case["length"])
    assert [i for begin, end in spans for i in range(begin, end)] == case["values"], case
for case in vectors["sequenceShares"]:
    lengths = np.array(case["seqLengths"], np.int32)
    asked = (case["shares"], case["parts"], case["part"], case["multiple"], case["most"], case["width"])
    share = share_sequences(lengths, np.array([len(lengths)]), *asked)
    assert (share.places[0].tolist(), share.beyond[0].tolist()) == (case["tokens"], case["beyond"]), case
    assert {name: of_rows[0].tolist() for name, of_rows in share.borders.items()} == {
        name: case[name] for name in (BORDERS, PADDED_BORDERS)
    }, case
for case in vectors["states"]:
    plan = Plan.__new__(Plan)
    plan.info, plan._lanes = case, None
    try:
        plan.require_state(case["state"])
        assert case["isTaken"], case
    except SeqpackError as error:
        assert error.code == "other-plan" and not case["isTaken"], case
for case in vectors["hashes"]:
    text = canonical_json(json.loads(case["text"], parse_float=_Written))
    assert text == case["canonical"]
    assert hashlib.sha256(text.encode()).hexdigest() == case["sha256"]
print(f"  {sum(map(len, vectors.values()))} vectors")
