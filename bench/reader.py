"""Reads the plans that reader.mjs has made, and says how fast: medians of five."""

import sys
import time
from statistics import median

from seqpack_reader import Plan

ROUNDS = 5
READ = 200e6

directory = sys.argv[1]


def seconds(action):
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def read(plan, **options):
    tokens = step = 0
    began = time.perf_counter()
    while tokens < READ and step < len(plan):
        tokens += plan.batch(step, **options)["input_ids"].size
        step += 1
    return tokens / (time.perf_counter() - began)


def last_step():
    plan = Plan(f"{directory}/plan million")
    assert len(plan) > 1_000_000
    plan.step(len(plan) - 1)


def last_batch():
    plan = Plan(f"{directory}/plan million")
    plan.batch(len(plan) - 1)


for name, action in {"opened, last step of a million found": last_step, "and its batch read": last_batch}.items():
    print(f"{name:46}{1000 * median(seconds(action) for _ in range(ROUNDS)):6.1f} ms")

cases = {
    name: (name, {}) for name in ("all buckets", "bucket of 256", "bucket of 8192", "packed", "flat", "packing")
}
cases |= {
    "packed, position_ids and labels": ("packed", {"columns": ["position_ids", "labels"]}),
    "packed, one rank of eight": ("packed", {"rank": 3, "world_size": 8}),
    "bucket of 256, one rank of eight": ("bucket of 256", {"rank": 3, "world_size": 8}),
}
for title, (name, options) in cases.items():
    plan = Plan(f"{directory}/plan {name}")
    rates = [read(plan, **options) for _ in range(ROUNDS + 1)][1:]
    print(f"{title:46}{median(rates) / 1e6:6.0f} million tokens/s")
