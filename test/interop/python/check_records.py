"""Compares packed records with the files that they are from, by pyarrow, and reads them
by datasets. Called by run-datasets.mjs with the directory of the rows, and the inputs in their order."""

import json
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from datasets import load_dataset

directory = Path(sys.argv[1])
OWN = ["record_files", "record_numbers", "seq_lengths", "row_cost"]


def load(path):
    if path.suffix == ".parquet":
        return pq.read_table(path)
    try:
        return pa.ipc.open_file(path).read_all()
    except pa.ArrowInvalid:
        return pa.ipc.open_stream(path).read_all()


manifest = json.loads((directory / "records.json").read_text())
inputs = [load(Path(path)) for path in sys.argv[2:]]
records = [table.to_pylist() for table in inputs]
is_passed = manifest["options"]["passThrough"]
columns = inputs[0].column_names if is_passed else []

seen = set()
rows = 0
for shard in manifest["shards"]:
    table = load(directory / shard["path"])
    table.validate(full=True)
    own = OWN if "costColumn" in manifest["options"] else OWN[:-1]
    assert table.column_names == [*columns, *own], table.column_names
    for name in columns:
        expected = inputs[0].schema.field(name).type
        assert table.schema.field(name).type.value_type == expected, name
    assert table.num_rows == shard["rows"]
    rows += table.num_rows
    for row in table.to_pylist():
        places = list(zip(row["record_files"], row["record_numbers"]))
        assert not seen.intersection(places)
        seen.update(places)
        here = [records[file][number] for file, number in places]
        assert row["seq_lengths"] == [record["n"] for record in here]
        assert sum(row["seq_lengths"]) <= manifest["options"]["seqLen"]
        for name in columns:
            assert row[name] == [record[name] for record in here], name
        if "row_cost" in row:
            assert abs(row["row_cost"] - sum(r["cost"] for r in here)) < 1e-6
assert len(seen) == sum(table.num_rows for table in inputs)
assert rows == manifest["summary"]["rows"]

if "image" in columns:
    loaded = load_dataset(str(directory), split="train")
    assert len(loaded) == rows
    image = loaded.features["image"]
    assert (image.feature._type, image.feature.decode) == ("Image", False), image
    assert loaded.features["label"].feature.names == ["cat", "dog"]
    row = loaded[1]
    numbers = [number for number in row["record_numbers"]]
    for name in ["image", "label", "turns"]:
        assert row[name] == [records[0][number][name] for number in numbers], name
print(f"  {rows} rows of {len(seen)} records, {len(columns)} columns passed through")
