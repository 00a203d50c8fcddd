"""Reads plans and datasets of seqpack without Node: memory-mapped shards, into numpy.

plan = Plan("plan/")
plan.batch(0, rank=0, world_size=8)["input_ids"]
"""

from .batches import Batch
from .dataset import Dataset
from .errors import SeqpackError
from .plan import Plan

__all__ = ["Batch", "Dataset", "Plan", "SeqpackError"]
