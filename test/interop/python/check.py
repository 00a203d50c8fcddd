"""Reads a dataset as trainers do, by datasets and pyarrow, and compares it
with its manifest. Called by run-datasets.mjs with the dataset's directory."""

import itertools
import json
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from datasets import load_dataset, load_from_disk

directory = Path(sys.argv[1])
manifest = json.loads((directory / "seqpack.json").read_text())
totals = manifest["totals"]
summary = manifest["summary"]
settings = manifest["settings"]
is_arrow = settings["format"] == "arrow"


def check_rows(rows, what):
    tokens = sequences = count = 0
    for row in rows:
        assert sum(row["seq_lengths"]) == len(row["input_ids"]), what
        assert len(row["doc_ids"]) == len(row["seq_lengths"]), what
        assert len(row["doc_offsets"]) == len(row["seq_lengths"]), what
        if settings["columns"]:
            ends = list(itertools.accumulate(row["seq_lengths"]))
            assert row["cu_seqlens"] == [0, *ends], what
            assert row["seq_start_id"] == [0, *ends[:-1]], what
            positions = [i for n in row["seq_lengths"] for i in range(n)]
            assert row["position_ids"] == positions, what
            labels = [
                -100 if i == 0 else token
                for i, token in zip(positions, row["input_ids"])
            ]
            assert row["labels"] == labels, what
            mask = [int(label != -100) for label in labels]
            assert row["loss_mask"] == row["loss_weight"] == mask, what
        tokens += len(row["input_ids"])
        sequences += len(row["seq_lengths"])
        count += 1
    found = (count, sequences, tokens)
    said = (summary["rows"], summary["sequences"], summary["tokens"])
    assert found == said, f"{what}: {found} is not {said}"
    print(f"  {what}: {count} rows, {tokens} tokens")


dataset = load_dataset(str(directory), split="train")
weights = ["loss_weight"] if settings["lossWeight"] else []
assert set(dataset.column_names) == {
    "input_ids", "seq_lengths", "doc_ids", "doc_offsets",
    *settings["columns"], *weights,
}, dataset.column_names
types = {name: str(feature) for name, feature in dataset.features.items()}
for name, kind in types.items():
    assert ("float32" if name == "loss_weight" else "int") in kind, types
check_rows(dataset, "load_dataset")
check_rows(
    load_dataset(str(directory), split="train", streaming=True), "streaming"
)
if is_arrow:
    index = pa.concat_tables(
        pq.read_table(directory / file["path"]) for file in manifest["index"]
    )
else:
    index = load_dataset(str(directory), "index", split="train")
assert len(index) == totals["documents"]
assert sum(index["tokens"].to_pylist() if is_arrow else index["tokens"]) == totals["textTokens"] + totals["specialTokens"]
print(f"  index: {len(index)} documents")

for shard in manifest["shards"]:
    path = directory / shard["path"]
    if is_arrow:
        with pa.memory_map(str(path)) as source:
            table = pa.ipc.open_stream(source).read_all()
    else:
        table = pq.read_table(path)
        groups = pq.ParquetFile(path).metadata
        sizes = [groups.row_group(i).num_rows for i in range(groups.num_row_groups)]
        assert len(set(sizes[:-1])) <= 1, sizes
    table.validate(full=True)
    assert table.num_rows == shard["rows"]
    assert table.schema.field("input_ids").type == pa.list_(pa.int32())
    assert table.schema.field("doc_ids").type == pa.list_(pa.int64())
print(f"  pyarrow: {len(manifest['shards'])} shards")

if is_arrow:
    check_rows(load_from_disk(str(directory / "data")), "load_from_disk")
