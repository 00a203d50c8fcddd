"""What some columns are told, as src/masks/column-options.ts and positions.ts have it."""

import math
import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from .errors import SeqpackError, quoted, require_choice
from .places import random_numbers

GLOBAL_ATTENTIONS = ["first-token", "prompt-tokens"]
MOST_CHUNK = 2**30
_BITS = 0xFFFF_FFFF


@dataclass(frozen=True)
class ColumnOptions:
    """What some columns are told; None: nothing."""

    chunk: int | None = None
    # A rule as `parse_positions` gives it.
    positions: tuple[str, float, float] | None = None
    global_attention: str | None = None
    # The token that rows are padded with, where padding is to be trained on as a part of the last sequence.
    trained_padding: int | None = None


# What columns have to be told, by option, in the order of errors.
NEEDS = {
    "chunk": ("chunk_offsets", "chunk_loss_tokens"),
    "positions": ("scaled_positions",),
    "global_attention": ("global_attention_mask",),
}


def check_chunk(chunk: Any) -> None:
    is_whole = not isinstance(chunk, bool) and hasattr(chunk, "__index__")
    if not (is_whole and 1 <= chunk.__index__() <= MOST_CHUNK):
        raise SeqpackError(
            "bad-option", f"chunk is {quoted(chunk)}: give a whole number from 1 to {MOST_CHUNK}."
        )


def check_global_attention(name: Any) -> None:
    require_choice("global_attention", "kind of global attention", name, GLOBAL_ATTENTIONS)


def column_options(columns: tuple[str, ...], chunk: Any, positions: Any, global_attention: Any) -> ColumnOptions:
    """What the columns that are asked for are told."""
    rule = None if positions is None else parse_positions(positions)
    given = {"chunk": chunk, "positions": positions, "global_attention": global_attention}
    for option, names in NEEDS.items():
        if given[option] is not None and not any(name in columns for name in names):
            raise SeqpackError(
                "ignored-option",
                f"{option} would change nothing: it is for columns {names[0]}. Give that, or leave it out.",
            )
    for name in columns:
        for option in ("chunk", "positions"):
            if name in NEEDS[option] and given[option] is None:
                raise SeqpackError(
                    "missing-option",
                    f"the column {name} needs {option}: give it, or leave the column out.",
                )
    if global_attention is None and any(name in columns for name in NEEDS["global_attention"]):
        global_attention = GLOBAL_ATTENTIONS[0]
    return ColumnOptions(None if chunk is None else int(chunk), rule, global_attention)


def parse_positions(text: Any) -> tuple[str, float, float]:
    """A rule such as linear:4, stretch:20,4 or random:7: its kind, and its numbers."""
    kind, _, given = text.partition(":") if isinstance(text, str) else ("", "", "")
    numbers = [_number(part) for part in given.split(",")] if given else []
    if kind == "linear" and len(numbers) == 1 and _is_factor(numbers[0]):
        return kind, numbers[0], 0
    if kind == "stretch" and len(numbers) == 2 and _is_whole(numbers[0]) and _is_factor(numbers[1]):
        return kind, numbers[0], numbers[1]
    if kind == "random" and len(numbers) <= 1 and all(map(_is_whole, numbers)):
        return kind, (numbers or [0])[0], 0
    raise SeqpackError(
        "bad-option",
        f"positions is {quoted(text)}: give linear:4, stretch:20,4 or random:7, with numbers of your own.",
    )


def _number(text: str) -> float:
    """A decimal number; nan where it is none."""
    return float(text) if re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", text.strip()) else math.nan


def _is_factor(value: float) -> bool:
    return 0 < value < math.inf


def _is_whole(value: float) -> bool:
    return value >= 0 and value == value // 1 and value < 2**53


def ruled_positions(
    rule: tuple[str, float, float], positions: np.ndarray, ids: np.ndarray, begins: np.ndarray, lengths: np.ndarray
) -> np.ndarray:
    """Positions by a rule. `begins` and `lengths` are those of sequences in `ids`; padding is in none."""
    kind, first, second = rule
    plain = positions.astype(np.float64)
    if kind == "linear":
        return (plain / first).astype(np.float32)
    if kind == "stretch":
        return np.where(plain <= first, plain, first + (plain - first) / second).astype(np.float32)
    for begin, length in zip(begins.tolist(), lengths.tolist(), strict=True):
        key = (int(first), length, _hash_of(ids[begin : begin + length]))
        plain[begin : begin + length] = _random_positions(length, key)
    return plain.astype(np.float32)


def _random_positions(length: int, key: tuple[int, ...]) -> np.ndarray:
    drawn = np.array(random_numbers(length - 1, *key), np.float64)
    sums = np.concatenate([[0.0], np.cumsum(2 * (drawn + 0.5) / 2**32)])
    return sums * ((length - 1) / sums[-1]) if length > 1 else sums


def _hash_of(ids: np.ndarray) -> int:
    """FNV-1a over whole ids."""
    value = 0x811C9DC5
    for each in ids.tolist():
        value = ((value ^ (each & _BITS)) * 0x01000193) & _BITS
    return value
