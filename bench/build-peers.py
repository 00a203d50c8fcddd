"""Builds what bench/build.mjs builds, by what people use today.

python3 bench/build-peers.py PEER INPUT TOKENIZER SEQ_LEN OUT   one of the peers below
python3 bench/build-peers.py parquet JSONL OUT                  the corpus as Parquet
python3 bench/build-peers.py halves JSONL OUT                   the corpus in two files
python3 bench/build-peers.py digest KIND SEQ_LEN OUT            what a peer wrote, as JSON
python3 bench/build-peers.py versions                           of the packages, as here

INPUT is a .jsonl, .jsonl.gz or .parquet file with the field `text`, TOKENIZER a
tokenizer.json. EOS is added to every document; longer documents are split.
"""

import glob
import hashlib
import json
import os
import re
import sys

CORES = 2
EOS = "<|end_of_text|>"


def glue(path, tokenizer_file, seq_len, out):
    """gigatoken, seqpacker, numpy and pyarrow, all in memory.

    gigatoken's own readers take less time than orjson or pyarrow.json before it. EOS is
    put into place as tokens are copied to their rows, the one copy there is.
    """
    from concurrent.futures import ThreadPoolExecutor

    import gigatoken
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq
    from seqpacker import Packer

    tokenizer = gigatoken.Tokenizer(tokenizer_file)
    kind = "Parquet" if path.endswith(".parquet") else "Jsonl"
    source = getattr(gigatoken, f"{kind}FileSource")
    documents = tokenizer.encode_files(source([path]))
    offsets = np.asarray(documents.layout.offsets)
    tokens = np.asarray(documents.layout.content.data).view(np.int32)

    lengths = np.diff(offsets) + 1
    pieces = -(-lengths // seq_len)
    document = np.repeat(np.arange(len(lengths)), pieces)
    first = np.repeat(np.cumsum(pieces) - pieces, pieces)
    start = (np.arange(len(document)) - first) * seq_len
    length = np.minimum(seq_len, lengths[document] - start)

    items, borders = Packer(seq_len, "obfd").pack_flat(length)
    packs = np.split(items, borders)
    order = np.random.default_rng(0).permutation(len(packs))
    packs = [packs[i] for i in order]
    chosen = np.concatenate(packs)

    document, start, length = document[chosen], start[chosen], length[chosen]
    at = np.concatenate([[0], np.cumsum(length)])
    is_last = start + length == lengths[document]
    ids = np.empty(at[-1], np.int32)
    for source_at, target_at, count in zip(
        (offsets[document] + start).tolist(),
        at.tolist(),
        (length - is_last).tolist(),
    ):
        ids[target_at : target_at + count] = tokens[source_at : source_at + count]
    ids[at[1:][is_last] - 1] = token_id(tokenizer_file, EOS)

    rows = np.concatenate([[0], np.cumsum([len(pack) for pack in packs])])
    lists = pa.ListArray.from_arrays
    table = pa.table(
        {
            "input_ids": lists(at[rows].astype(np.int32), ids),
            "seq_lengths": lists(rows.astype(np.int32), length.astype(np.int32)),
            "doc_ids": lists(rows.astype(np.int32), document.astype(np.int32)),
        }
    )
    os.mkdir(out)
    shard_rows = 2**26 // seq_len // 4

    def write(shard):
        pq.write_table(
            table.slice(shard * shard_rows, shard_rows),
            os.path.join(out, f"train-{shard:05}.parquet"),
            compression="snappy",
            use_dictionary=False,
            row_group_size=512,
        )

    with ThreadPoolExecutor(CORES) as threads:
        list(threads.map(write, range(-(-len(table) // shard_rows))))


def token_id(tokenizer_file, token):
    with open(tokenizer_file, encoding="utf8") as file:
        added = json.load(file)["added_tokens"]
    return next(entry["id"] for entry in added if entry["content"] == token)


def datasets_trl(path, tokenizer_file, seq_len, out):
    """datasets.map with tokenizers in two processes, then TRL's packing.

    Arrow tables go in and out, which is faster than Python lists. What comes out is the
    Arrow cache that datasets keeps: not shuffled, not written as Parquet.
    """
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    os.environ["HF_DATASETS_OFFLINE"] = "1"
    import datasets
    import numpy as np
    import pyarrow as pa
    from tokenizers import Tokenizer
    from trl.data_utils import pack_dataset

    datasets.disable_progress_bars()
    tokenizer = Tokenizer.from_file(tokenizer_file)
    eos = np.array([tokenizer.token_to_id(EOS)], np.int32)

    def tokenize(table):
        encodings = tokenizer.encode_batch_fast(
            table["text"].to_pylist(), add_special_tokens=False
        )
        parts = []
        for encoding in encodings:
            parts += [np.array(encoding.ids, np.int32), eos]
        lengths = [len(encoding) + 1 for encoding in encodings]
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
        ids = pa.ListArray.from_arrays(offsets, np.concatenate(parts))
        return pa.table({"input_ids": ids})

    kind = "parquet" if path.endswith(".parquet") else "json"
    dataset = datasets.load_dataset(
        kind, data_files=path, split="train", cache_dir=out
    ).with_format("arrow")
    dataset = dataset.map(
        tokenize, batched=True, num_proc=CORES, remove_columns=dataset.column_names
    )
    # TRL's bfd drops what is longer than a row; bfd_split splits it as the others do.
    packed = pack_dataset(
        dataset, seq_len, "bfd_split", {"num_proc": CORES, "batch_size": 5000}
    )
    with open(os.path.join(out, "files.json"), "w", encoding="utf8") as files:
        json.dump([file["filename"] for file in packed.cache_files], files)


def datatrove(path, tokenizer_file, _, out):
    """datatrove's tokenizing pipeline, two tasks in two processes.

    INPUT is a directory of two files, since a task takes whole files. It makes files of
    shuffled documents and their ends, from which its reader cuts windows: nothing is packed.
    """
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.readers import JsonlReader
    from datatrove.pipeline.tokens import DocumentTokenizer

    LocalPipelineExecutor(
        pipeline=[
            JsonlReader(path),
            DocumentTokenizer(
                out, tokenizer_file, eos_token=EOS, batch_size=1000, seed=0
            ),
        ],
        tasks=CORES,
        workers=CORES,
        logging_dir=f"{out}-logs",
        start_method="fork",
    ).run()


def parquet(path, out):
    import pyarrow.json
    import pyarrow.parquet as pq

    options = pyarrow.json.ReadOptions(block_size=2**23)
    table = pyarrow.json.read_json(path, read_options=options)
    pq.write_table(
        table, out, compression="zstd", row_group_size=1000, use_dictionary=False
    )


def halves(path, out):
    os.makedirs(out, exist_ok=True)
    with open(path, "rb") as lines:
        parts = list(lines)
    for core in range(CORES):
        with open(os.path.join(out, f"{core}.jsonl"), "wb") as file:
            file.writelines(parts[core::CORES])


def versions():
    """Of what the requirements name, as they are here."""
    from importlib.metadata import version

    here = os.path.dirname(os.path.abspath(__file__))
    names = []
    for path in sorted(glob.glob(os.path.join(here, "requirements*.txt"))):
        with open(path, encoding="utf8") as lines:
            names += [re.match(r"[\w-]+", line)[0] for line in lines]
    return ", ".join(f"{name} {version(name)}" for name in sorted(names))


def digest(kind, seq_len, out):
    """Tokens, and a hash of all sequences of up to a row, whatever their order."""
    import numpy as np

    hashes = []
    tokens = 0
    for ids, lengths in readers[kind](out):
        tokens += len(ids)
        end = 0
        for length in lengths:
            start, end = end, end + length
            for at in range(start, end, seq_len):
                piece = np.asarray(ids[at : min(at + seq_len, end)], np.int32)
                hashes.append(hashlib.blake2b(piece, digest_size=16).digest())
        if end != len(ids):
            sys.exit(f"{out}: lengths do not add up")
    whole = hashlib.sha256(b"".join(sorted(hashes))).hexdigest()
    return {"tokens": tokens, "sequences": len(hashes), "digest": whole}


def shards(out):
    import pyarrow.parquet as pq

    paths = glob.glob(os.path.join(out, "**", "train-*.parquet"), recursive=True)
    for path in sorted(paths):
        yield from rows_of(
            pq.read_table(path, columns=["input_ids", "seq_lengths"]).to_batches()
        )


def arrow_cache(out):
    import pyarrow as pa

    with open(os.path.join(out, "files.json"), encoding="utf8") as files:
        for path in json.load(files):
            with pa.memory_map(path) as source:
                yield from rows_of(pa.ipc.open_stream(source))


def rows_of(batches):
    for batch in batches:
        ids, lengths = batch["input_ids"], batch["seq_lengths"]
        yield ids.flatten().to_numpy(), lengths.flatten().to_numpy()


def datatrove_files(out):
    import numpy as np

    for path in sorted(glob.glob(os.path.join(out, "*.ds"))):
        ends = np.fromfile(f"{path}.index", np.uint64).astype(np.int64)
        yield np.fromfile(path, np.int32), np.diff(ends, prepend=0)


peers = {"glue": glue, "datasets": datasets_trl, "datatrove": datatrove}
readers = {
    "seqpack": shards,
    "glue": shards,
    "datasets": arrow_cache,
    "datatrove": datatrove_files,
}

if __name__ == "__main__":
    what, *arguments = sys.argv[1:]
    if what in peers:
        path, tokenizer_file, seq_len, out = arguments
        peers[what](path, tokenizer_file, int(seq_len), out)
    elif what == "digest":
        kind, seq_len, out = arguments
        print(json.dumps(digest(kind, int(seq_len), out)))
    elif what == "versions":
        print(versions())
    else:
        {"parquet": parquet, "halves": halves}[what](*arguments)
