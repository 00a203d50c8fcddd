"""gigatoken's part of tokenize.mjs: the same passes over the same texts, on the thread that calls.

Takes a job as JSON from its input, and gives the result as JSON.
"""

import base64
import hashlib
import json
import resource
import sys
import time
from pathlib import Path

import gigatoken
import numpy as np

BATCH_BYTES = 0.5e6


def batches(part, texts, begin, end):
    """Texts that begin between two places of a part, as tokenize.mjs puts them together."""
    made = []
    total = 0
    for number, text in enumerate(texts):
        if total >= end:
            break
        size = len(text.encode())
        total += size
        if total - size < begin:
            continue
        if not made or made[-1]["bytes"] >= BATCH_BYTES:
            made.append({"keys": [], "texts": [], "bytes": 0})
        made[-1]["keys"].append(f"{part} {number}")
        made[-1]["texts"].append(text)
        made[-1]["bytes"] += size
    return made


def encoded(tokenizer, made, seconds):
    """What a pass gives, its bytes and its time."""
    results = []
    size = 0
    began = time.perf_counter()
    for batch in made:
        results.append((batch, tokenizer.encode_batch(batch["texts"], parallel=False)))
        size += batch["bytes"]
        if time.perf_counter() - began > seconds:
            break
    return results, size, time.perf_counter() - began


def digests(results):
    for batch, lists in results:
        for key, ids in zip(batch["keys"], lists, strict=True):
            content = np.asarray(ids, dtype=np.int32).tobytes()
            yield [key, base64.b64encode(hashlib.sha1(content).digest()).decode()]


def main():
    job = json.load(sys.stdin)
    corpus = json.loads(Path(job["corpus"]).read_text())
    size = job["megabytes"] * 1e6
    tokenizer = gigatoken.Tokenizer(str(Path(job["path"]) / "tokenizer.json"))
    warm, unseen = (corpus[part] for part in ("warm", "unseen"))
    parts = {
        "fresh": batches("warm", warm, 0, size),
        "more": batches("warm", warm, size, size * 1.2),
        "unseen": batches("unseen", unseen, 0, size),
    }
    rates, found = {}, []
    megabytes = 0
    for name in ("fresh", "more", "unseen", "again", "seen"):
        results, done, seconds = encoded(tokenizer, parts.get(name, parts["unseen"]), job["seconds"])
        found.append(results)
        if name in ("fresh", "unseen", "seen"):
            rates[name] = done / 1e6 / seconds
        if name == "unseen":
            megabytes = done / 1e6
    usage = resource.getrusage(resource.RUSAGE_SELF)
    cpu = usage.ru_utime + usage.ru_stime
    result = {
        "name": "gigatoken",
        "rates": rates,
        "megabytes": megabytes,
        "cores": 1,
        "digests": [each for results in found for each in digests(results)],
        "cpuSeconds": cpu,
    }
    json.dump(result, sys.stdout)


main()
