"""Manifests: which files a dataset has, and the store that a packing is an index of."""

import hashlib
import json
import os
import re
from dataclasses import dataclass
from typing import Any

from .columns import OF_TOKENS, WEIGHTS
from .errors import SeqpackError, quoted
from .storage import Storage, path_from, without_slashes

MANIFEST = "seqpack.json"
FORMAT_VERSION = 5
TOKENS, MASK = "input_ids", "loss_mask"

_OBJECTS = ("settings", "totals", "summary", "tokenizer", "tasks")
_LISTS = ("shards", "index", "inputs", "sources", "beside")


@dataclass
class Bucket:
    """Rows of one length. `shards` are the manifest's: their rows, in this order, are numbered from 0."""

    length: int
    rows: int
    tokens: int
    shards: list[dict[str, Any]]
    # Most tokens of a row.
    capacity: int
    # Whether every row is one sequence that fills it.
    is_full: bool


@dataclass
class Store:
    """A store of tokenized documents, as it was in a state."""

    directory: str
    shards: list[dict[str, Any]]
    # Of its shards.
    columns: list[str]


@dataclass
class OpenDataset:
    directory: str
    manifest: dict[str, Any]
    # SHA-256 of the manifest's file.
    hash: str
    buckets: list[Bucket]
    # Where the tokens of an index are; None: in the rows.
    store: Store | None

    @property
    def columns(self) -> list[str]:
        """Of its shards."""
        return _columns_of(self.manifest["settings"])

    @property
    def is_masked(self) -> bool:
        """Whether some tokens are not to be trained on."""
        return self.manifest["settings"]["isMasked"]

    @property
    def has_trees(self) -> bool:
        """Whether rows are trees of prefixes."""
        return "prefixTree" in self.manifest["settings"]


def open_dataset(storage: Storage, name: str, split: str = "train", is_store: bool = False) -> OpenDataset:
    """A dataset's directory, or that and one of its sources or strata: `data#web`, `data#stratum:short`.

    Args:
        is_store: Whether it is to be a store, whose rows are documents.
    """
    directory, source, stratum = parse_dataset_name(storage, name)
    content, manifest = _read_manifest(storage, directory)
    settings = manifest["settings"]
    names = [each["name"] for each in manifest["sources"]]
    if source is not None and source not in names:
        known = ", ".join(filter(None, names)) or "none with a name"
        raise SeqpackError("unknown-name", f"{directory} has no source {quoted(source)}; it has: {known}.")
    if "lengths" in manifest and not is_store:
        raise SeqpackError(
            "not-packed",
            f"{directory} is a store of documents, which make no batches by themselves: pack it with seqpack pack, and name the packing; or have seqpack curriculum read its documents in order (--order documents).",
        )
    place = None if stratum is None else _place_of_stratum(directory, settings, stratum)
    splits = sorted({bucket["split"] for bucket in settings["buckets"]})
    if is_store and "lengths" not in manifest:
        raise SeqpackError(
            "not-a-store",
            f"{directory} has the layout {settings['layout']}, whose rows are no whole documents, and --order documents reads these in order: name a store, which is built with --layout documents.",
        )
    if split not in splits:
        raise SeqpackError("unknown-name", f"{directory} has no split {quoted(split)}; it has: {', '.join(splits)}.")
    store = _open_store(storage, directory, manifest["store"]) if "store" in manifest else None
    shards = [s for s in manifest["shards"] if s["split"] == split and source in (None, s["source"])]
    if place is not None:
        shards = [shard for shard in shards if shard["stratum"] == place]
    # Those of each stratum have the same lengths.
    by_length = {bucket["length"]: bucket for bucket in settings["buckets"] if bucket["split"] == split}
    buckets = [_bucket(bucket, shards, "prefixTree" in settings) for bucket in by_length.values()]
    return OpenDataset(directory, manifest, hashlib.sha256(content).hexdigest(), buckets, store)


def _columns_of(settings: dict[str, Any]) -> list[str]:
    """The columns of rows, in their order."""
    columns = [TOKENS, "seq_lengths", "doc_ids", "doc_offsets", *settings.get("columns", [])]
    columns += settings.get("carry", [])
    if settings["isMasked"]:
        columns += [MASK, "label_counts"]
    if "prefixTree" in settings:
        columns += ["label_counts", "node_parent", "node_entry", "node_exit", "node_multiplicity"]
        columns += ["path_doc_ids", "path_doc_offsets", "path_nodes"]
    if settings.get("lossWeight") is not None:
        columns += [WEIGHTS]
    left_out = {TOKENS, MASK, WEIGHTS, *OF_TOKENS} if settings.get("isIndex") else ()
    return [name for name in dict.fromkeys(columns) if name not in left_out]


def _bucket(settings: dict[str, Any], shards: list[dict[str, Any]], has_trees: bool) -> Bucket:
    own = [shard for shard in shards if shard["bucket"] == settings["length"]]
    rows, sequences, tokens = (sum(shard[key] for shard in own) for key in ("rows", "sequences", "tokens"))
    capacity = settings["capacity"]
    is_full = rows > 0 and sequences == rows and tokens == rows * capacity and not has_trees
    return Bucket(settings["length"], rows, tokens, own, capacity, is_full)


def _place_of_stratum(directory: str, settings: dict[str, Any], name: str) -> int:
    """The place of a stratum, -1 for "": that of the rows whose documents are in none."""
    places = {bucket["stratum"] for bucket in settings["buckets"] if "stratum" in bucket}
    if not places:
        raise SeqpackError(
            "mixed-strata",
            f"the rows of {directory} mix documents of all lengths: build or pack it with --strata-apart.",
        )
    parts = re.split(r"[,\s]+", settings["strata"]["strata"])
    names = [part.rpartition(":")[0] for part in parts if part]
    place = names.index(name) if name in names else -1
    if (name and place == -1) or place not in places:
        which = f"a stratum {quoted(name)}" if name else "no stratum"
        raise SeqpackError("unknown-name", f"{directory} has no rows of {which}; it has: {', '.join(names)}.")
    return place


def parse_dataset_name(storage: Storage, name: str) -> tuple[str, str | None, str | None]:
    """Directory, source and stratum, "" for none. A directory's own name may have the signs in it."""
    whole = without_slashes(os.fspath(name))
    if storage.exists(f"{whole}/{MANIFEST}"):
        return whole, None, None
    rest, sign, stratum = whole.rpartition("#stratum:")
    if not sign:
        return *_parse_source(storage, whole), None
    return *_parse_source(storage, without_slashes(rest)), stratum


def _parse_source(storage: Storage, whole: str) -> tuple[str, str | None]:
    directory, sign, source = whole.rpartition("#")
    if not sign or storage.exists(f"{whole}/{MANIFEST}"):
        return whole, None
    return without_slashes(directory), source


def is_plain_path(path: object) -> bool:
    """Whether a path that a manifest holds stays below the directory that it is appended to."""
    return (
        isinstance(path, str)
        and not re.search(r"[\\:\0]", path)
        and all(part not in ("", ".", "..") for part in path.split("/"))
    )


def _read_manifest(storage: Storage, directory: str) -> tuple[bytes, dict[str, Any]]:
    path = f"{directory}/{MANIFEST}"
    if not storage.exists(path):
        if not storage.is_directory(directory):
            raise SeqpackError("not-a-dataset", f"there is no directory {directory}.")
        if storage.exists(f"{directory}/.seqpack"):
            raise SeqpackError(
                "unfinished", f"the build of {directory} is not finished: run its seqpack build command again."
            )
        raise SeqpackError("not-a-dataset", f"{directory} is not a dataset of seqpack: it has no {MANIFEST}.")
    content = storage.read(path)
    try:
        manifest = json.loads(content)
        fault = _fault_of(manifest) or _change_of(content)
    except (ValueError, RecursionError) as error:
        fault = f"it is not JSON ({error})"
    if fault is not None:
        raise SeqpackError(
            "bad-manifest",
            f"{path} cannot be used: {fault}. Build the dataset again, or use the version of seqpack that made it.",
        )
    return content, manifest


def _fault_of(manifest: Any) -> str | None:
    version = manifest.get("formatVersion") if isinstance(manifest, dict) else None
    if not isinstance(version, int | float):
        return "it has no formatVersion"
    if version != FORMAT_VERSION:
        return f"its format version is {version}, and this seqpack reads version {FORMAT_VERSION}"
    for key in _OBJECTS:
        if not isinstance(manifest.get(key), dict):
            return f'its "{key}" is missing'
    for key in _LISTS:
        if not isinstance(manifest.get(key), list):
            return f'its "{key}" is missing'
    for number, shard in enumerate(manifest["shards"]):
        path = shard.get("path") if isinstance(shard, dict) else None
        if not is_plain_path(path):
            return f"its shards[{number}].path is not a path below the directory"
    return None


def _is_unsigned(content: bytes) -> bool:
    """Whether a manifest was never signed: what is signed has a field after the last of its own."""
    names = list(json.loads(content))
    return "beside" not in names or names[-1] == "beside"


def _change_of(content: bytes) -> str | None:
    """What a manifest's hash of itself says; an older one has none."""
    body, sign, signature = content.rpartition(b',\n\t"sha256": "')
    due = hashlib.sha256(body).hexdigest().encode() + b'"\n}\n'
    if signature == due if sign else _is_unsigned(content):
        return None
    return "it was changed after it was written: its SHA-256 is another"


def _open_store(storage: Storage, packing: str, named: dict[str, str]) -> Store:
    plan_hash = named["planHash"]
    directory = path_from(packing, named["path"])
    _, manifest = _read_manifest(storage, directory)
    shards = manifest["shards"]
    settings = manifest["settings"]
    columns = _columns_of({name: settings[name] for name in ("isMasked", "carry") if name in settings})
    if manifest["planHash"] == plan_hash:
        return Store(directory, shards, columns)
    for state in manifest.get("history", []):
        if state["planHash"] == plan_hash:
            return Store(directory, [shard for shard in shards if shard["task"] < state["tasks"]], columns)
    raise SeqpackError(
        "store-changed",
        f"{directory} is not the store that {packing} is an index of: it was built anew (its planHash begins with {manifest['planHash'][:12]}, and was {plan_hash[:12]}). Pack it again with seqpack pack, which reads no tokens.",
    )
