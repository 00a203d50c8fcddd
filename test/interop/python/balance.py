"""How verl and Megatron-LM share out sequences: balance.py DIRECTORY, which steps.json is in.

Their functions are taken from their files; what these import is not needed, and stands empty.
"""

import importlib.metadata
import importlib.util
import json
import sys
import time
from math import ceil
from pathlib import Path
from types import ModuleType


class Empty(ModuleType):
    __path__ = []

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Empty(name)


for name in [
    *["torch", "torch.distributed", "verl", "verl.protocol", "verl.utils", "verl.utils.device"],
    *["megatron", "megatron.core", "megatron.core.rerun_state_machine"],
]:
    sys.modules[name] = Empty(name)


def load(distribution, path):
    file = importlib.metadata.distribution(distribution).locate_file(path)
    spec = importlib.util.spec_from_file_location(path, file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


verl = load("verl", "verl/utils/seqlen_balancing.py")
megatron = load("megatron-core", "megatron/core/pipeline_parallel/hybrid_cp_schedule.py")


def by_verl(lengths, ranks, max_tokens):
    """As its trainer does: sequences to ranks, then those of each rank to micro-batches, by their workload."""
    workload = [24576 * length + length**2 for length in lengths]
    parts = verl.get_seqlen_balanced_partitions(workload, ranks, equal_size=True)
    count = max(ceil(sum(lengths[i] for i in part) / max_tokens) for part in parts)
    micro_batches = []
    for part in parts:
        own = verl.get_seqlen_balanced_partitions([workload[i] for i in part], count, equal_size=False)
        # Those that cost most come together, as it sorts them.
        own.sort(key=lambda micro_batch: sum(workload[part[i]] for i in micro_batch), reverse=True)
        micro_batches.append([[part[i] for i in micro_batch] for micro_batch in own])
    return micro_batches


def by_megatron(lengths, devices, tokens_per_device):
    class Ranks:
        @staticmethod
        def size():
            return devices

    scheduler = megatron.BalancedCPScheduler(tokens_per_device, Ranks)
    return scheduler.get_groups_and_subsamples(list(enumerate(lengths)), None)[1]


directory = Path(sys.argv[1])
steps = json.loads((directory / "steps.json").read_text())
results = {}
for name, function in {"verl": by_verl, "megatron": by_megatron}.items():
    start = time.process_time()
    plans = [function(*step) for step in steps[name]]
    seconds = (time.process_time() - start) / len(plans)
    results[name] = {"plans": plans, "milliseconds": 1000 * seconds}
(directory / "plans.json").write_text(json.dumps(results))
