"""Which row a place of a plan is: computed, not stored. docs/format-plan.md specifies it."""

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

ROUNDS = 6
_BITS = 0xFFFF_FFFF


class SourceRows(NamedTuple):
    """Places of a dataset's bucket, epoch after epoch: `rows` of them, from `first` on."""

    dataset: int
    first: int
    rows: int


def random_numbers(count: int, *key: int) -> list[int]:
    """The first of the stream of 32-bit integers that a key gives (sfc32)."""
    a, b, c, d = 0x9E3779B9, 0x243F6A88, 0xB7E15162, 1

    def following() -> int:
        nonlocal a, b, c, d
        t = (a + b + d) & _BITS
        d = (d + 1) & _BITS
        a = b ^ (b >> 9)
        b = (c + (c << 3)) & _BITS
        c = (((c << 21) | (c >> 11)) + t) & _BITS
        return t

    for part in key:
        a ^= part & _BITS
        b ^= (part >> 32) & _BITS
        for _ in range(15):
            following()
    return [following() for _ in range(count)]


@lru_cache(maxsize=4096)
def _round_keys(*key: int) -> list[np.uint32]:
    return [np.uint32(number) for number in random_numbers(ROUNDS, *key)]


_SHIFT_16, _SHIFT_13 = np.uint32(16), np.uint32(13)
_FACTOR_1, _FACTOR_2 = np.uint32(0x85EBCA6B), np.uint32(0xC2B2AE35)


def _add_mixed(digits: np.ndarray, others: np.ndarray, key: np.uint32, base: np.uint32) -> None:
    """Adds to digits the finalizer of MurmurHash3 of each other digit xor the key, modulo their base."""
    h = others ^ key
    h ^= h >> _SHIFT_16
    h *= _FACTOR_1
    h ^= h >> _SHIFT_13
    h *= _FACTOR_2
    h ^= h >> _SHIFT_16
    # Before and after, so that the sum has no more than 32 bits.
    h %= base
    digits += h
    digits %= base


def shuffled(places: np.ndarray, count: int, *key: int) -> np.ndarray:
    """The numbers at some places of a random permutation of 0..count-1.

    A Feistel network over pairs of digits; numbers out of range are mixed again.
    """
    keys = _round_keys(*key)
    rows = math.ceil(math.sqrt(count))
    columns = math.ceil(count / rows)
    numbers = np.empty_like(places)
    left = np.arange(len(places))
    at = places
    while True:
        row, column = (digits.astype(np.uint32) for digits in np.divmod(at, columns))
        for turn in range(0, ROUNDS, 2):
            _add_mixed(row, column, keys[turn], np.uint32(rows))
            _add_mixed(column, row, keys[turn + 1], np.uint32(columns))
        at = row.astype(np.int64) * columns + column
        inside = at < count
        numbers[left] = at
        left, at = left[~inside], at[~inside]
        if len(left) == 0:
            return numbers


def _scaled(at: np.ndarray, part: int, whole: int) -> np.ndarray:
    """floor(at * part / whole), exactly."""
    if len(at) > 0 and int(at.max()) * part >= 2**63:
        return (at.astype(object) * part // whole).astype(np.int64)
    return at * part // whole


def mixed(sources: Sequence[SourceRows], places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The source of each place, and its place there: rows of all sources are laid in evenly."""
    source = np.full(len(places), len(sources) - 1)
    place = np.empty_like(places)
    left = np.arange(len(places))
    at = places
    total = sum(rows for _, _, rows in sources)
    for number, (_, first, rows) in enumerate(sources[:-1]):
        before = _scaled(at, rows, total)
        is_of = _scaled(at + 1, rows, total) > before
        source[left[is_of]] = number
        place[left[is_of]] = first + before[is_of]
        at, left = (at - before)[~is_of], left[~is_of]
        total -= rows
    place[left] = sources[-1].first + at
    return source, place


class BucketPlaces:
    """Which source the places of a stage's bucket are of. Its spans are mixed one by one; without any it is one."""

    def __init__(self, sources: Sequence[SourceRows], spans: Sequence[Sequence[int]] | None) -> None:
        counts = np.array([[rows for _, _, rows in sources]] if spans is None else spans, np.int64)
        self._starts = np.cumsum(counts.sum(axis=1)) - counts.sum(axis=1)
        firsts = np.array([first for _, first, _ in sources], np.int64) + np.cumsum(counts, axis=0) - counts
        self._spans = [
            [SourceRows(s.dataset, first, rows) for s, first, rows in zip(sources, *of_span, strict=True)]
            for of_span in zip(firsts.tolist(), counts.tolist(), strict=True)
        ]

    def find(self, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The source of each place, and its place in that dataset's bucket."""
        if len(self._spans) == 1:
            return mixed(self._spans[0], places)
        source, place = np.empty_like(places), np.empty_like(places)
        spans = np.searchsorted(self._starts, places, "right") - 1
        for span in np.unique(spans).tolist():
            which = np.flatnonzero(spans == span)
            source[which], place[which] = mixed(self._spans[span], places[which] - self._starts[span])
        return source, place
