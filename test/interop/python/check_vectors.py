"""The test vectors of docs/format-plan.md, by the Python reader."""

import hashlib
import json
import sys
from pathlib import Path

import numpy as np

from seqpack_reader.columns import COLUMNS, OF_ROWS, OF_TOKENS, TokenRows
from seqpack_reader.places import SourceRows, mixed, random_numbers, shuffled
from seqpack_reader.plan import _Written, canonical_json
from seqpack_reader.settings import BatchSettings
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
    rows = TokenRows(ids, 1, case["length"], lengths, np.array([len(lengths)]), trained, told=options)
    made = {name: make(rows).tolist() for name, make in OF_TOKENS.items()}
    made |= {name: make(rows)[0].tolist() for name, make in OF_ROWS.items()}
    assert made == case["columns"] and {*made, "loss_weight"} == set(COLUMNS), (made, case)
for case in vectors["shares"]:
    settings = BatchSettings(case["part"], case["parts"], (), case["parts"], case["shares"])
    spans = settings.spans(case["length"])
    assert [i for begin, end in spans for i in range(begin, end)] == case["values"], case
for case in vectors["hashes"]:
    text = canonical_json(json.loads(case["text"], parse_float=_Written))
    assert text == case["canonical"]
    assert hashlib.sha256(text.encode()).hexdigest() == case["sha256"]
print(f"  {sum(map(len, vectors.values()))} vectors")
