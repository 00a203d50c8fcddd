"""The Python reader's part of far-batches.mjs: batches of plans in a bucket, on one core.

python bench/far_reader.py DIRECTORY SECONDS PLAN ...
"""

import resource
import subprocess
import sys
import time
from itertools import islice

import numpy as np

sys.path.insert(0, "python")
from seqpack_reader import Plan

FIRST = """
import sys, time
sys.path.insert(0, "python")
from seqpack_reader import Plan
began = time.perf_counter()
plan = Plan(sys.argv[1])
plan.batch(len(plan) - 10)
print(time.perf_counter() - began)
"""


def used():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    directory, seconds, *names = sys.argv[1:]
    for name in names:
        far, here = Plan(f"s3://bucket/{name}"), Plan(f"{directory}/{name}")
        for batch, due in zip(islice(far.batches(), 5), here.batches(), strict=False):
            assert all(np.array_equal(batch[key], due[key]) for key in ("input_ids", "step_labels")), name
        first = float(
            subprocess.run(
                [sys.executable, "-c", FIRST, f"s3://bucket/{name}"], check=True, capture_output=True, text=True
            ).stdout
        )
        tokens = rows = 0
        for number, batch in enumerate(far.batches()):
            # What comes before the lanes are full is not counted.
            if number == 30:
                began, busy = time.perf_counter(), used()
            if number < 30:
                continue
            tokens += batch["input_ids"].size
            rows += len(batch["row"])
            if time.perf_counter() - began > float(seconds):
                break
        clock, busy = time.perf_counter() - began, used() - busy
        print(
            f"{name:12} {tokens / clock / 1e6:5.1f} million tokens/s; {tokens / busy / 1e6:5.1f} million tokens and {rows / busy:.0f} rows a second of a core; first batch at a late step after {first:.2f} s",
            flush=True,
        )
    print(f"most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
