"""How ranks share rows, as src/masks/sequence-parallel.ts and row-share.ts have it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from .arrow import ragged
from .columns import BORDERS, IGNORE, PADDED_BORDERS
from .errors import SeqpackError

# Tokens of the rows of a batch.
_MOST_TOKENS = 2**31 - 1


class Way(NamedTuple):
    """A way to cut rows."""

    # Whether each sequence is cut, once it is padded to a multiple; else the row is, with its padding.
    cuts_sequences: bool
    # Pieces of equal length that each rank gets of what is cut.
    pieces_each: int
    # The numbers of the pieces of a rank, of all pieces there are.
    pieces: Callable[[int, int], list[int]]


def _in_order(part: int, all_pieces: int) -> list[int]:
    return [part]


def _zigzag(part: int, all_pieces: int) -> list[int]:
    return [part, all_pieces - 1 - part]


SHARES = {
    "contiguous": Way(False, 1, _in_order),
    "zigzag": Way(False, 2, _zigzag),
    "document-zigzag": Way(True, 2, _zigzag),
    "document-contiguous": Way(True, 1, _in_order),
}

# What columns have for tokens that a sequence is padded with: a number; what its last token has; or on from that.
REPEATED, COUNTED = "repeated", "counted"
PADDING: dict[str, int | str] = {
    "position_ids": COUNTED,
    "segment_ids": 0,
    "seq_idx": REPEATED,
    "attention_mask": 0,
    "loss_mask": 0,
    "labels": IGNORE,
    "shift_labels": IGNORE,
    "global_attention_mask": 0,
    "scaled_positions": REPEATED,
    "subtree_end": REPEATED,
    "target_from": -1,
    "target_weight": 0,
}


def sequence_multiple(shares: str, parts: int, multiple: int | None) -> int:
    """What each sequence is padded to a multiple of before it is cut."""
    pieces = parts * SHARES[shares].pieces_each
    if multiple is not None and multiple % pieces != 0:
        raise SeqpackError(
            "bad-option",
            f"sequences that are padded to a multiple of {multiple} (sequence_multiple) cannot be cut into {pieces} equal parts, as {shares} shares of {parts} ranks need: give a multiple of {pieces}.",
        )
    return pieces if multiple is None else multiple


@dataclass(frozen=True)
class SequenceShares:
    """The share that a rank has of the sequences of some rows."""

    # Tokens of a row that columns are made of, with padding at its end.
    length: int
    # Of each token of the share, where it is in these rows, one row after the other; padding is where the last token is
    # that it follows.
    places: np.ndarray
    # How far it is beyond that token; 0: it is none of this padding.
    beyond: np.ndarray
    # By column, of each row: 0, and where each sequence ends; padding at the row's end is one more. Without what sequences
    # are padded with, and with it.
    borders: dict[str, list[np.ndarray]]

    def cut(self, values: np.ndarray, padding: int | str) -> np.ndarray:
        """The share of a column; a row of it for each row."""
        given = values[self.places]
        if padding == COUNTED:
            given += self.beyond.astype(given.dtype)
        elif padding != REPEATED:
            given[self.beyond > 0] = padding
        return given


def share_sequences(
    lengths: np.ndarray,
    counts: np.ndarray,
    shares: str,
    parts: int,
    part: int,
    multiple: int,
    most: int | None = None,
    width: int | None = None,
) -> SequenceShares:
    """The share of one rank.

    Args:
        lengths: Tokens of the sequences of all rows, one row after the other.
        counts: Sequences of each row.
        most: Tokens of a row that are given, from its beginning; None: all.
        width: Tokens of each row as it is cut; None: as many as the longest has once its sequences are padded.
    """
    rows = len(counts)
    row_of = np.repeat(np.arange(rows), counts)
    lengths = lengths.astype(np.int64)
    ends = np.cumsum(lengths)
    used = np.bincount(row_of, lengths, rows).astype(np.int64)
    firsts = np.cumsum(used) - used
    starts = ends - lengths - firsts[row_of]
    given = lengths if most is None else np.clip(most - starts, 0, lengths)
    padded = -(-given // multiple) * multiple
    of_rows = np.bincount(row_of, padded, rows).astype(np.int64)
    width = int(of_rows.max(initial=0)) if width is None else width
    if width * rows > _MOST_TOKENS:
        raise SeqpackError(
            "bad-option",
            f"the rows of a step have {width * rows} tokens once each sequence is padded to a multiple of {multiple} (sequence_multiple), and batches have at most {_MOST_TOKENS}: give a smaller multiple, or fewer ranks that share a row (sequence_parallel).",
        )
    tails = width - of_rows
    length = int((used + tails).max(initial=0))
    # Sequences of which something is given, and padding at the ends of rows.
    kept, has_tail = np.flatnonzero(given > 0), np.flatnonzero(tails > 0)
    row_of = np.concatenate([row_of[kept], has_tail])
    order = np.argsort(row_of, kind="stable")
    row_of = row_of[order]
    starts = np.concatenate([starts[kept], used[has_tail]])[order]
    given = np.concatenate([given[kept], tails[has_tail]])[order]
    padded = np.concatenate([padded[kept], tails[has_tail]])[order]
    pieces = parts * SHARES[shares].pieces_each
    mine = np.array(SHARES[shares].pieces(part, pieces))
    size = np.repeat(padded // pieces, len(mine))
    offsets = ragged(np.tile(mine, len(padded)) * size, size)
    sequence = np.repeat(np.arange(len(padded)), padded // pieces * len(mine))
    beyond = np.maximum(offsets - (given[sequence] - 1), 0)
    places = row_of[sequence] * length + starts[sequence] + offsets - beyond
    rows_end = np.cumsum(np.bincount(row_of, minlength=rows))[:-1]
    return SequenceShares(
        length,
        places.reshape(rows, -1),
        beyond.reshape(rows, -1),
        {
            BORDERS: [_borders(each) for each in np.split(given, rows_end)],
            PADDED_BORDERS: [_borders(each) for each in np.split(padded, rows_end)],
        },
    )


def _borders(lengths: np.ndarray) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
