"""Reads the splits of a dataset by datasets, and compares them with its manifest.
Called by run-datasets.mjs with the dataset's directory."""

import json
import sys
from pathlib import Path

from datasets import load_dataset, load_from_disk

directory = Path(sys.argv[1])
manifest = json.loads((directory / "seqpack.json").read_text())
buckets = manifest["summary"]["buckets"]
documents = {}

splits = load_dataset(str(directory))
assert set(splits) == {"train", "validation"}, splits
for split in splits:
    rows = load_dataset(str(directory), split=split)
    said = sum(b["rows"] for b in buckets if b["split"] == split)
    tokens = sum(b["tokens"] for b in buckets if b["split"] == split)
    assert rows.num_rows == said > 0, f"{split}: {rows.num_rows} is not {said}"
    assert sum(len(ids) for ids in rows["input_ids"]) == tokens, split
    documents[split] = {doc for ids in rows["doc_ids"] for doc in ids}
    print(f"  {split}: {said} rows, {tokens} tokens")
assert not documents["train"] & documents["validation"]

if manifest["settings"]["format"] == "arrow":
    for bucket in manifest["settings"]["buckets"]:
        rows = load_from_disk(str(directory / bucket["directory"]))
        assert str(rows.split) == bucket["split"], rows.split
