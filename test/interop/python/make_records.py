"""Writes records of every type that is passed through, by pyarrow, as Parquet and
Arrow. Called by run-datasets.mjs with a directory."""

import decimal
import json
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

COUNT = 500
directory = Path(sys.argv[1])


def column(type, value, every=7):
    """Values of a type, some of them null."""
    values = [None if i % every == 3 else value(i) for i in range(COUNT)]
    return pa.array(values, type)


text = "é{}".format
columns = {
    "n": pa.array([1 + i * 37 % 200 for i in range(COUNT)], pa.int64()),
    "cost": pa.array([i % 13 + 0.5 for i in range(COUNT)]),
    "string": column(pa.string(), text),
    "large_string": column(pa.large_string(), text),
    "binary": column(pa.binary(), lambda i: bytes([i % 256]) * (i % 50)),
    "large_binary": column(pa.large_binary(), lambda i: b"x" * (i % 5)),
    "fixed_binary": column(pa.binary(5), lambda i: bytes([i % 256]) * 5),
    "list": column(pa.list_(pa.string()), lambda i: ["a", None, text(i)][: i % 4]),
    "large_list": column(pa.large_list(pa.int16()), lambda i: [i, None][: i % 3]),
    "fixed_list": column(pa.list_(pa.float32(), 3), lambda i: [i / 2, None, 3]),
    "map": column(
        pa.map_(pa.string(), pa.int32()),
        lambda i: [(f"k{j}", j) for j in range(i % 3)],
    ),
    "struct": column(
        pa.struct([("bytes", pa.binary()), ("path", pa.string())]),
        lambda i: {"bytes": b"xy" * (i % 4), "path": None if i % 3 else text(i)},
    ),
    "turns": column(
        pa.list_(pa.struct([("role", pa.string()), ("text", pa.string())])),
        lambda i: [{"role": "user", "text": text(j)} for j in range(i % 3)],
    ),
    "bool": column(pa.bool_(), lambda i: i % 2 == 0),
    "uint8": column(pa.uint8(), lambda i: i % 256),
    "uint64": column(pa.uint64(), lambda i: 2**63 + i),
    "float16": column(pa.float16(), lambda i: np.float16(i)),
    "decimal128": column(pa.decimal128(20, 2), lambda i: decimal.Decimal("-1.23") * i),
    "decimal256": column(pa.decimal256(50, 2), lambda i: decimal.Decimal("1.23") * i),
    "date32": column(pa.date32(), lambda i: i),
    "time64": column(pa.time64("ns"), lambda i: i),
    "timestamp": column(pa.timestamp("us", "Europe/Berlin"), lambda i: i * 10**9),
    "timestamp_ns": column(pa.timestamp("ns"), lambda i: i * 10**9 + 7),
    "duration": column(pa.duration("ms"), lambda i: i),
    "dictionary": column(pa.string(), lambda i: "xyz"[i % 3]).dictionary_encode(),
    "small_dictionary": pa.DictionaryArray.from_arrays(
        pa.array([i % 3 for i in range(COUNT)], pa.int8()), ["u", "v", "w"]
    ),
    "list_of_dictionary": column(
        pa.list_(pa.string()), lambda i: ["q", "r", None][: i % 4]
    ).cast(pa.list_(pa.dictionary(pa.int32(), pa.string()))),
    "null": pa.nulls(COUNT),
}
plain = pa.table(columns)
views = plain.append_column(
    "string_view", column(pa.string_view(), lambda i: "long enough " * (i % 3) + text(i))
)
features = {
    "n": {"dtype": "int64", "_type": "Value"},
    "label": {"names": ["cat", "dog"], "_type": "ClassLabel"},
    "image": {"_type": "Image", "decode": False},
    "turns": [{"text": {"dtype": "string", "_type": "Value"}}],
}
images = pa.table(
    {
        "n": columns["n"],
        "label": pa.array([i % 2 for i in range(COUNT)]),
        "image": columns["struct"],
        "turns": column(
            pa.list_(pa.struct([("text", pa.string())])),
            lambda i: [{"text": text(i)}] * (i % 3),
            COUNT + 4,
        ),
    }
).replace_schema_metadata({"huggingface": json.dumps({"info": {"features": features}})})

pq.write_table(plain, directory / "types.parquet", row_group_size=200)
pq.write_table(images, directory / "images.parquet", row_group_size=200)
for name, options in [
    ("file", {}),
    ("lz4", {"compression": "lz4"}),
    ("zstd", {"compression": "zstd"}),
]:
    with pa.ipc.new_file(
        directory / f"{name}.arrow",
        views.schema,
        options=pa.ipc.IpcWriteOptions(**options),
    ) as writer:
        writer.write_table(views, max_chunksize=150)
with pa.ipc.new_stream(directory / "stream.arrow", views.schema) as writer:
    writer.write_table(views, max_chunksize=150)
