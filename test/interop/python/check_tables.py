"""Reads a dataset as tables, by DuckDB and Polars, and compares it with its manifest and with what
pyarrow reads. Called by run-datasets.mjs with the dataset's directory."""

import json
import sys
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

directory = Path(sys.argv[1])
manifest = json.loads((directory / "seqpack.json").read_text())
summary, totals = manifest["summary"], manifest["totals"]
said = (summary["rows"], summary["sequences"], summary["tokens"])
is_arrow = manifest["settings"]["format"] == "arrow"
paths = sorted(str(directory / shard["path"]) for shard in manifest["shards"])

# What a list of each of pyarrow's types is to the others.
TYPES = {
    pa.int32(): ("INTEGER[]", pl.List(pl.Int32)),
    pa.int64(): ("BIGINT[]", pl.List(pl.Int64)),
    pa.int8(): ("TINYINT[]", pl.List(pl.Int8)),
    pa.uint8(): ("UTINYINT[]", pl.List(pl.UInt8)),
    pa.float32(): ("FLOAT[]", pl.List(pl.Float32)),
}


def by_pyarrow(path):
    if not is_arrow:
        return pq.read_table(path)
    with pa.memory_map(path) as source:
        return pa.ipc.open_stream(source).read_all()


due = pa.concat_tables(by_pyarrow(path) for path in paths)
types = {field.name: TYPES[field.type.value_type] for field in due.schema}

# DuckDB reads Arrow through pyarrow alone, and Polars reads streams but does not scan them.
rows = "due" if is_arrow else f"read_parquet({paths!r})"
frames = pl.concat([pl.read_ipc_stream(path) for path in paths]).lazy() if is_arrow else pl.scan_parquet(paths)

found = {name: kind for name, kind, *_ in duckdb.sql(f"describe select * from {rows}").fetchall()}
assert found == {name: kind for name, (kind, _) in types.items()}, found
assert frames.collect_schema() == {name: kind for name, (_, kind) in types.items()}, frames.collect_schema()

counts = "select count(*), sum(len(seq_lengths)), sum(len(input_ids))"
found = duckdb.sql(f"{counts} from {rows}").fetchall()
assert found == [said], f"DuckDB: {found} is not {said}"
other = duckdb.sql(f"select count(*) from {rows} where list_sum(seq_lengths) <> len(input_ids)").fetchall()
assert other == [(0,)], other

ids, lengths = pl.col("input_ids").list, pl.col("seq_lengths").list
found = frames.select(pl.len(), sequences=lengths.len().sum(), tokens=ids.len().sum()).collect().row(0)
assert found == said, f"Polars: {found} is not {said}"
assert frames.filter(lengths.sum() != ids.len()).collect().height == 0

assert frames.collect().to_arrow().cast(due.schema).equals(due), "Polars: other values"
assert duckdb.sql(f"select * from {rows}").to_arrow_table().cast(due.schema).equals(due), "DuckDB: other values"

# Documents of the index have the tokens that rows have of them, and those that were dropped.
index = f"read_parquet({[str(directory / file['path']) for file in manifest['index']]!r})"
of_rows = f"select unnest(doc_ids) as doc_id, unnest(seq_lengths) as n from {rows}"
other = duckdb.sql(f"""
    with sums as (select doc_id, sum(n) as n from ({of_rows}) group by doc_id)
    select count(*), count(*) filter (coalesce(n, 0) <> tokens - dropped_tokens)
    from {index} left join sums using (doc_id)
""").fetchall()
assert other == [(totals["documents"], 0)], other
print(f"  DuckDB, Polars: {len(types)} columns of {said[0]} rows, {said[2]} tokens, {other[0][0]} documents")
