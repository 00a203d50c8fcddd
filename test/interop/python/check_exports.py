"""Reads exports of seqpack with the readers that trainers use, and compares ids, borders and masks.

Usage: check_exports.py DIRECTORY GROUP; the directory has datasets and their exports as run-exports.mjs makes
them, and the group is "streaming" for what needs torch, "trainers" for megatron-core and OLMo-core, or "others".
What has no reader that can be installed lightly (Megatron, OLMo-core, llm.c, nanoGPT) is read byte by byte
with numpy, as that project's own code does.
"""

import csv
import gzip
import json
import os
import struct
import sys
from functools import partial
from glob import glob
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import ipc

ROOT = Path(sys.argv[1])
FACTS = json.loads((ROOT / "facts.json").read_text())
LENGTH, EOS = FACTS["seqLen"], FACTS["eos"]


def shards(name):
    manifest = json.loads((ROOT / name / "seqpack.json").read_text())
    for shard in manifest["shards"]:
        with pa.memory_map(str(ROOT / name / shard["path"])) as file:
            yield shard, ipc.open_stream(file).read_all()


def rows(name, split="train", bucket=None):
    """Ids, lengths of sequences and mask of each row, as pyarrow reads them."""
    found = []
    for shard, table in shards(name):
        if shard["split"] != split or bucket not in (None, shard["bucket"]):
            continue
        masks = table["loss_mask"].to_pylist() if "loss_mask" in table.column_names else None
        for i, (ids, lengths) in enumerate(zip(table["input_ids"].to_pylist(), table["seq_lengths"].to_pylist())):
            if len(ids) == 0:
                continue
            mask = masks[i] if masks else [int(j > 0) for n in lengths for j in range(n)]
            found.append((ids, lengths, mask))
    assert found, (name, split, bucket)
    return found


def padded(found):
    out = []
    for ids, lengths, mask in found:
        missing = LENGTH - len(ids)
        out.append((ids + [EOS] * missing, lengths + [missing] * (missing > 0), mask + [0] * missing))
    return out


def concat(found, part):
    return [value for row in found for value in row[part]]


def same(found, due, what):
    found, due = list(found), list(due)
    assert len(found) == len(due), f"{what}: {len(found)} of {len(due)}"
    for i, (a, b) in enumerate(zip(found, due)):
        assert list(a) == list(b), f"{what}, number {i}"
    print(f"  {what}: {len(due)} equal")


def reading(name):
    """How an export says that it is read, which is what the docs have."""
    return json.loads((ROOT / name / "seqpack-export.json").read_text())["reading"]


def opened(name, **known):
    """What the line gives that an export says it is read by; `...` in it is 1."""
    os.chdir(ROOT / name)
    return eval("\n".join(reading(name)).replace("...", "1"), known)


def streaming_reads():
    from streaming import StreamingDataset

    for name in ("masked", "store"):
        due = rows(name)
        dataset = opened(f"{name}-mds", StreamingDataset=StreamingDataset)
        samples = [dataset[i] for i in range(len(dataset))]
        assert samples[0]["tokens"].dtype == np.int32
        same((s["tokens"] for s in samples), (r[0] for r in due), f"mosaicml-streaming, {name}")
        same((s["loss_mask"] for s in samples), (r[2] for r in due), f"mosaicml-streaming, masks of {name}")
        if name == "masked":
            same((s["seq_lengths"] for s in samples), (r[1] for r in due), "mosaicml-streaming, borders")


def streaming_writes():
    """The bytes are those that streaming's own writer writes."""
    from streaming import MDSWriter

    out = ROOT / "mds-by-streaming"
    columns = {"doc_ids": "ndarray:int64", "loss_mask": "ndarray:uint8", "seq_lengths": "ndarray:int32", "tokens": "ndarray:int32"}
    documents = [ids for _, table in shards("masked") for ids in table["doc_ids"].to_pylist()]
    with MDSWriter(out=str(out), columns=columns) as writer:
        for (ids, lengths, mask), docs in zip(rows("masked"), documents):
            writer.write({
                "doc_ids": np.array(docs, np.int64),
                "loss_mask": np.array(mask, np.uint8),
                "seq_lengths": np.array(lengths, np.int32),
                "tokens": np.array(ids, np.int32),
            })
    for path in ("index.json", "shard.00000.mds"):
        assert (out / path).read_bytes() == (ROOT / "masked-mds/train" / path).read_bytes(), path
    print("  MDSWriter: the same bytes")


def streaming_writes_prolong():
    """The same of ProLong's columns, which its packing script writes with streaming's writer."""
    from streaming import MDSWriter, StreamingDataset

    out = ROOT / "mds-prolong-by-streaming"
    columns = {"domain": "str", "indices": "ndarray:uint32", "input_ids": "ndarray:uint32", "length": "int", "mask": "ndarray:uint8"}
    due = rows("masked")
    with MDSWriter(out=str(out), columns=columns) as writer:
        for ids, lengths, mask in due:
            ends = np.cumsum(lengths)
            writer.write({
                "domain": "masked",
                "indices": np.array(list(zip(ends - lengths, ends)), np.uint32),
                "input_ids": np.array(ids, np.uint32),
                "length": len(ids),
                "mask": np.array(mask, np.uint8),
            })
    for path in ("index.json", "shard.00000.mds"):
        assert (out / path).read_bytes() == (ROOT / "masked-mds-prolong/train" / path).read_bytes(), path
    dataset = opened("masked-mds-prolong", StreamingDataset=StreamingDataset)
    samples = [dataset[i] for i in range(len(dataset))]
    assert samples[0]["input_ids"].dtype == np.uint32 and samples[0]["indices"].shape == (len(due[0][1]), 2)
    same((s["input_ids"] for s in samples), (r[0] for r in due), "mosaicml-streaming, ProLong's columns")
    same((s["indices"][:, 1] - s["indices"][:, 0] for s in samples), (r[1] for r in due), "mosaicml-streaming, indices")
    assert all(s["length"] == len(r[0]) and s["domain"] == "masked" for s, r in zip(samples, due))
    print("  MDSWriter: the same bytes of ProLong's columns")


def check_litdata():
    from litdata import StreamingDataset, TokensLoader

    dataset = opened("masked-litdata", StreamingDataset=StreamingDataset, TokensLoader=TokensLoader)
    same((dataset[i].tolist() for i in range(len(dataset))), (r[0] for r in padded(rows("masked"))), "litdata")


def check_datatrove():
    from datatrove.utils.dataset import DatatroveFolderDataset

    due = padded(rows("masked"))
    folder = ROOT / "masked-datatrove/train"
    dataset = opened("masked-datatrove", DatatroveFolderDataset=DatatroveFolderDataset)
    items = [dataset[i] for i in range(len(dataset))]
    same((i["input_ids"].tolist() for i in items), (r[0] for r in due), "datatrove")
    same((i["positions"].tolist() for i in items), ([j for n in r[1] for j in range(n)] for r in due), "datatrove, positions")
    loss = np.fromfile(folder / "00000_unshuffled.ds.loss", np.bool_)
    same([loss], [concat(due, 2)], "datatrove, loss")


def check_datasets():
    from datasets import load_dataset, load_from_disk

    due = rows("masked")
    dataset = opened("masked-load-from-disk", load_from_disk=load_from_disk)
    same(dataset["input_ids"], (r[0] for r in due), "load_from_disk")
    same(dataset["loss_mask"], (r[2] for r in due), "load_from_disk, masks")
    splits = load_from_disk(str(ROOT / f"buckets-load-from-disk/len-{LENGTH:05d}"))
    for split in ("train", "validation"):
        same(splits[split]["input_ids"], (r[0] for r in rows("buckets", split, LENGTH)), f"load_from_disk, {split}")
    lines = opened("masked-jsonl", load_dataset=load_dataset)["train"]
    same(lines["seq_lengths"], (r[1] for r in due), "load_dataset of jsonl, borders")
    same(lines["input_ids"], (r[0] for r in due), "load_dataset of jsonl")
    whole = load_dataset(str(ROOT / "masked-jsonl"), split="train", cache_dir=str(ROOT / "cache"))
    assert whole.num_rows == len(due), "load_dataset of the directory takes other files as well"


def check_webdataset():
    import webdataset as wds

    due = rows("masked")
    urls = sorted(glob(str(ROOT / "masked-webdataset/train-*.tar")))
    samples = [s["json"] for s in wds.WebDataset(urls, shardshuffle=False).decode()]
    same((s["input_ids"] for s in samples), (r[0] for r in due), "webdataset")
    same((s["loss_mask"] for s in samples), (r[2] for r in due), "webdataset, masks")


def read_megatron(prefix):
    """As megatron/core/datasets/indexed_dataset.py reads an index."""
    with open(f"{prefix}.idx", "rb") as file:
        assert file.read(9) == b"MMIDIDX\x00\x00"
        (version,) = struct.unpack("<Q", file.read(8))
        (code,) = struct.unpack("<B", file.read(1))
        (sequences,) = struct.unpack("<Q", file.read(8))
        (documents,) = struct.unpack("<Q", file.read(8))
        rest = file.read()
    assert version == 1
    dtype = {4: np.int32, 8: np.uint16}[code]
    lengths = np.frombuffer(rest, np.int32, sequences)
    pointers = np.frombuffer(rest, np.int64, sequences, lengths.nbytes)
    borders = np.frombuffer(rest, np.int64, documents, lengths.nbytes + pointers.nbytes)
    assert len(rest) == lengths.nbytes + pointers.nbytes + borders.nbytes
    assert lengths.shape[0] == sequences and borders[-1] == sequences and borders[0] == 0
    ids = np.memmap(f"{prefix}.bin", dtype=dtype, mode="r")
    size = np.dtype(dtype).itemsize
    return [ids[p // size : p // size + n] for p, n in zip(pointers, lengths)], borders


def check_megatron():
    found, borders = read_megatron(ROOT / "masked-megatron/train_text_document")
    same(found, (r[0] for r in padded(rows("masked"))), "Megatron, rows of one length")
    found, borders = read_megatron(ROOT / "store-megatron/train_text_document")
    same(found, (r[0] for r in rows("store")), "Megatron, documents")
    same([borders], [range(len(found) + 1)], "Megatron, borders")


def check_olmo():
    for name in ("masked", "store"):
        due = rows(name)
        path = str(ROOT / f"{name}-olmo/train/part-00000")
        ids = np.memmap(f"{path}.npy", dtype=np.uint16, mode="r")
        with gzip.open(f"{path}.csv.gz", "rt", newline="") as file:
            borders = [(int(row[0]), int(row[1])) for row in csv.reader(file)]
        sequences = []
        for row, lengths, _ in due:
            at = 0
            for n in lengths:
                sequences.append(row[at : at + n])
                at += n
        same((ids[a:b] for a, b in borders), sequences, f"OLMo, sequences of {name}")
        same([np.fromfile(f"{path}.label-mask", np.bool_)], [concat(due, 2)], f"OLMo, label mask of {name}")


def check_raw():
    due = concat(rows("masked"), 0)
    same([opened("masked-nanogpt", np=np)], [due], "nanoGPT")
    for split, name in (("train", "train"), ("validation", "val")):
        path = ROOT / f"buckets-nanogpt/len-{LENGTH:05d}/{name}.bin"
        same([np.fromfile(path, np.uint16)], [concat(rows("buckets", split, LENGTH), 0)], f"nanoGPT, {name}.bin")
    ids = []
    for path in sorted(glob(str(ROOT / "masked-llm-c/train_*.bin"))):
        # As modded-nanogpt's _load_data_shard.
        header = np.fromfile(path, np.int32, 256)
        assert header[0] == 20240520 and header[1] == 1
        tokens = np.fromfile(path, np.uint16, offset=256 * 4)
        assert len(tokens) == header[2]
        ids.extend(tokens.tolist())
    same([ids], [due], "llm.c")


def trainers_megatron():
    from megatron.core.datasets.gpt_dataset import GPTDataset, GPTDatasetConfig
    from megatron.core.datasets.indexed_dataset import IndexedDataset
    from megatron.core.datasets.utils import Split

    class Tokenizer:
        eod = pad = EOS
        vocab_size = EOS + 1
        unique_identifiers = {"name": "ids"}

    for name, due in (("masked", padded(rows("masked"))), ("store", rows("store"))):
        indexed = IndexedDataset(str(ROOT / f"{name}-megatron/train_text_document"))
        same((indexed[i] for i in range(len(indexed))), (r[0] for r in due), f"megatron-core, {name}")
    prefix = str(ROOT / "masked-megatron/train_text_document")
    more = {"random_seed": 1, "split": "1,0,0", "tokenizer": Tokenizer(), "create_attention_mask": False}
    config = opened("masked-megatron", GPTDatasetConfig=partial(GPTDatasetConfig, **more))
    indexed = IndexedDataset(prefix)
    dataset = GPTDataset(indexed, prefix, np.arange(len(indexed), dtype=np.int32), None, Split.train, config)
    samples = sorted(dataset[i]["tokens"].tolist() for i in range(len(dataset)))
    same(samples, sorted(r[0] for r in padded(rows("masked"))), "GPTDataset, rows in its own order")


def trainers_olmo():
    from olmo_core.data import NumpyDatasetDType, NumpyPackedFSLDatasetConfig, TokenizerConfig
    from olmo_core.data.types import LongDocStrategy

    for name in ("masked", "store"):
        dataset = opened(
            f"{name}-olmo",
            NumpyPackedFSLDatasetConfig=partial(
                NumpyPackedFSLDatasetConfig,
                tokenizer=TokenizerConfig(vocab_size=EOS + 1, eos_token_id=EOS, pad_token_id=0),
                work_dir=str(ROOT / "olmo-work"),
                generate_doc_lengths=True,
                # What the line leaves to the trainer where documents are of any length.
                **({"sequence_length": LENGTH} if name == "store" else {}),
            ),
            NumpyDatasetDType=NumpyDatasetDType,
            LongDocStrategy=LongDocStrategy,
        ).build()
        dataset.prepare()
        found, due = [], []
        for item in (dataset[i] for i in range(len(dataset))):
            ids, mask, at = item["input_ids"].tolist(), item["label_mask"].int().tolist(), 0
            for n in item["doc_lens"].tolist():
                # What pads an instance is a document of id 0, or of nothing, without labels.
                if n > 0 and (any(ids[at : at + n]) or any(mask[at : at + n])):
                    found.append((ids[at : at + n], mask[at : at + n]))
                at += n
        for ids, lengths, mask in rows(name):
            at = 0
            for n in lengths:
                for start in range(at, at + n, LENGTH):
                    end = min(at + n, start + LENGTH)
                    due.append((ids[start:end], mask[start:end]))
                at += n
        same(sorted(found), sorted(due), f"OLMo-core, sequences and masks of {name}")


GROUPS = {
    "trainers": [trainers_megatron, trainers_olmo],
    "streaming": [streaming_reads, streaming_writes, streaming_writes_prolong, check_litdata, check_datatrove],
    "others": [check_datasets, check_webdataset, check_megatron, check_olmo, check_raw],
}
for check in GROUPS[sys.argv[2]]:
    check()
