"""Packs lengths by the packers that this Python can import; prints JSON.

python3 bench/pack-peers.py FILE CAPACITY [NAME ...], the file holding int32 lengths;
only the packers of these names, or all.
"""

import array
import ast
import dataclasses
import importlib.util
import json
import math
import os
import sys
import time
import typing
from collections import defaultdict, deque

lengths = array.array("i")
with open(sys.argv[1], "rb") as file:
    lengths.frombytes(file.read())
lengths = list(lengths)
capacity = int(sys.argv[2])
wanted = sys.argv[3:]
results = []


def measure(name, make):
    """`make` imports, and returns a function that packs and counts the packs."""
    if wanted and name not in wanted:
        return
    try:
        run = make()
    except ImportError:
        results.append({"name": name, "missing": True})
        return
    held = peak_bytes()
    worked = time.process_time()
    began = time.perf_counter()
    packs = run()
    results.append(
        {
            "name": name,
            "packs": packs,
            "seconds": time.perf_counter() - began,
            "processor": time.process_time() - worked,
            "bytes": peak_bytes() - held,
        }
    )


def peak_bytes():
    """The most memory that this program has had, without what started it."""
    with open("/proc/self/status", encoding="ascii") as status:
        line = next(line for line in status if line.startswith("VmHWM"))
    return 1024 * int(line.split()[1])


def definitions(package, path, names, namespace):
    """Classes and functions of a package's file, without importing what else it needs."""
    spec = importlib.util.find_spec(package)
    if spec is None:
        raise ImportError(package)
    file = os.path.join(os.path.dirname(spec.origin), path)
    with open(file, encoding="utf8") as source:
        tree = ast.parse(source.read())
    tree.body = [node for node in tree.body if getattr(node, "name", None) in names]
    exec(compile(tree, file, "exec"), namespace)
    return namespace


def light_bin_pack():
    import lightbinpack

    return lambda: len(lightbinpack.obfd(lengths, capacity))


def seqpacker(strategy):
    def make():
        from seqpacker import Packer

        packer = Packer(capacity=capacity, strategy=strategy)
        return lambda: len(packer.pack(lengths))

    return make


def trl():
    import numpy as np
    import pyarrow
    import pyarrow.types
    import pyarrow as pa
    import pyarrow.compute as pc

    # It moves the tokens, so they have to be there: a byte each here.
    if sum(lengths) > 5e8:
        raise ImportError("too many tokens for it")
    names = {"_pack_bfd", "_SegmentTree", "_check_if_columns_can_be_packed"}
    namespace = {
        "np": np,
        "pa": pa,
        "pyarrow": pyarrow,
        "pc": pc,
        "defaultdict": defaultdict,
        "deque": deque,
        "Literal": typing.Literal,
    }
    pack_bfd = definitions("trl", "data_utils.py", names, namespace)["_pack_bfd"]
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    values = np.zeros(offsets[-1], dtype=np.int8)
    table = pa.table({"input_ids": pa.ListArray.from_arrays(offsets, values)})
    return lambda: pack_bfd(table, capacity).num_rows


def olmo_core():
    import numpy as np

    names = {"SegmentTreeNode", "SegmentTree", "InstancePacker"}
    namespace = {
        "np": np,
        "defaultdict": defaultdict,
        "deque": deque,
        "math": math,
        "dataclass": dataclasses.dataclass,
        **{name: getattr(typing, name) for name in typing.__all__},
    }
    path = os.path.join("data", "utils.py")
    packer = definitions("olmo_core", path, names, namespace)["InstancePacker"]
    ends = np.cumsum(lengths)
    documents = np.stack([ends - lengths, ends], axis=1)
    return lambda: len(packer(capacity).pack_documents(documents)[0])


measure("LightBinPack (obfd)", light_bin_pack)
measure("seqpacker (obfd)", seqpacker("obfd"))
measure("seqpacker (ffd)", seqpacker("ffd"))
measure("TRL (bfd)", trl)
measure("OLMo-core", olmo_core)
print(json.dumps(results))
