"""What a rank is given of each step, and how."""

import operator
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from .columns import ALWAYS, BORDERS, COLUMNS, OF_ROWS, OF_WHOLE_ROWS, WEIGHTS
from .errors import SeqpackError, quoted, require_choice, require_whole
from .told import ColumnOptions, check_chunk, check_global_attention, column_options

# Kinds of batches: whether each row is one of the batch, padded to a length; else all are one.
IS_PADDED = {"bucketed": True, "packed": True, "flat": False, "streams": True}
# The columns that batches always have besides the usual ones.
_COLUMNS_OF_KIND = {"flat": (BORDERS, "position_ids"), "streams": ("shift_labels",)}
# What a trainer needs beside rows that are cut: without it a share does not say where it is from.
_COLUMNS_OF_SHARES = ("position_ids", "shift_labels")
# Ways to cut rows: pieces of equal length that each rank gets of a row.
_PIECES_EACH = {"contiguous": 1, "zigzag": 2}
_MOST_RANKS = 2**20


@dataclass(frozen=True)
class BatchSettings:
    rank: int
    world_size: int
    columns: tuple[str, ...]
    # Ranks that share each row, and how it is cut among them.
    sequence_parallel: int
    sequence_shares: str
    # What columns are told.
    told: ColumnOptions = ColumnOptions()

    @property
    def groups(self) -> int:
        return self.world_size // self.sequence_parallel

    @property
    def group(self) -> int:
        return self.rank // self.sequence_parallel

    @property
    def pieces(self) -> int:
        """Pieces into which all rows are cut."""
        return self.sequence_parallel * _PIECES_EACH[self.sequence_shares]

    def spans(self, length: int) -> list[tuple[int, int]]:
        """The parts of a row that are this rank's, each from and to a token."""
        if length % self.pieces != 0:
            each = self.pieces // self.sequence_parallel
            how = "divides" if each == 1 else f"divides, times {each},"
            raise SeqpackError(
                "bad-option",
                f"rows of {length} tokens cannot be cut into {self.pieces} equal parts, as {self.sequence_shares} shares of {self.sequence_parallel} ranks need (sequence_parallel): give a number of ranks that {how} the row.",
            )
        size = length // self.pieces
        part = self.rank % self.sequence_parallel
        pieces = [part] if self.sequence_shares == "contiguous" else [part, self.pieces - 1 - part]
        return [(piece * size, (piece + 1) * size) for piece in pieces]


def resolve_batches(
    plan: dict[str, Any],
    rank: int,
    world_size: int,
    columns: Sequence[str],
    sequence_parallel: int,
    sequence_shares: str | None,
    chunk: int | None = None,
    positions: str | None = None,
    global_attention: str | None = None,
    pad_loss: bool = False,
) -> BatchSettings:
    """Checks what is asked for, and finds the rest."""
    require_whole("rank", rank, 0)
    for option, value in (("world_size", world_size), ("sequence_parallel", sequence_parallel)):
        require_whole(option, value, 1)
        if value > _MOST_RANKS:
            raise SeqpackError("bad-option", f"{option} is {value}: give a whole number from 1 to {_MOST_RANKS}.")
    rank, world_size = operator.index(rank), operator.index(world_size)
    sequence_parallel = operator.index(sequence_parallel)
    if rank >= world_size:
        raise SeqpackError(
            "bad-option",
            f"there is no rank {rank} (rank) among {world_size} ranks (world_size): give one from 0 to {world_size - 1}.",
        )
    if isinstance(columns, str) or not isinstance(columns, Sequence):
        raise SeqpackError("bad-option", f"columns is {quoted(columns)}: give a list of names.")
    for name in columns:
        # Other names may be those of columns that datasets are carried with.
        if not isinstance(name, str) or name in ALWAYS or name in COLUMNS:
            require_choice("columns", "column", name, COLUMNS)
    if chunk is not None:
        check_chunk(chunk)
    if global_attention is not None:
        check_global_attention(global_attention)
    if not isinstance(pad_loss, bool):
        raise SeqpackError("bad-option", f"pad_loss is {quoted(pad_loss)}: give true or false.")
    is_cut = sequence_parallel > 1
    if sequence_shares is not None:
        require_choice("sequence_shares", "way to cut rows", sequence_shares, list(_PIECES_EACH))
        if not is_cut:
            raise SeqpackError("ignored-option", "sequence_shares says how sequence_parallel cuts rows: give that too.")
    of_whole_rows = next((name for name in columns if name in OF_WHOLE_ROWS), None)
    whole = next((name for name in columns if name in (*OF_ROWS, *OF_WHOLE_ROWS) or name not in COLUMNS), None)
    if is_cut and whole is not None:
        raise SeqpackError(
            "bad-option",
            f"{whole} are of whole rows, and sequence_parallel cuts them: leave one of the two out.",
        )
    if is_cut and WEIGHTS in columns:
        raise SeqpackError(
            "bad-option",
            f"{WEIGHTS} lies as unshifted labels do, and sequence_parallel gives shifted ones: leave one of the two out.",
        )
    if pad_loss and of_whole_rows is not None:
        raise SeqpackError(
            "bad-option",
            f"{of_whole_rows} has padding apart from the last sequence, and pad_loss makes it a part of that: leave one of the two out.",
        )
    if "lanes" in plan and of_whole_rows is not None:
        raise SeqpackError(
            "bad-option",
            f"{of_whole_rows} is of one row, and documents go on in the row of the next step: take shift_labels.",
        )
    has_answers = IS_PADDED[plan["batches"]] and "lanes" not in plan
    if pad_loss and (is_cut or not has_answers):
        instead = "sequence_parallel" if is_cut else f"plan other --batches than {plan['batches']}"
        raise SeqpackError(
            "ignored-option",
            f"pad_loss is for rows that are padded and not cut among ranks: leave it out, or {instead}.",
        )
    told = column_options(tuple(columns), chunk, positions, global_attention)
    needed: tuple[str, ...] = _COLUMNS_OF_KIND.get(plan["batches"], ())
    if is_cut:
        needed = (*(name for name in needed if name != BORDERS), *_COLUMNS_OF_SHARES)
    settings = BatchSettings(
        rank,
        world_size,
        tuple(dict.fromkeys((*needed, *columns))),
        sequence_parallel,
        sequence_shares or "contiguous",
        replace(told, trained_padding=plan["padId"]) if pad_loss else told,
    )
    _check_shares(plan, settings)
    return settings


def _check_shares(plan: dict[str, Any], settings: BatchSettings) -> None:
    """Whether ranks divide the rows of a step, and rows can be cut."""
    world_size, parallel, groups = settings.world_size, settings.sequence_parallel, settings.groups
    if world_size % parallel != 0:
        raise SeqpackError(
            "bad-option",
            f"{parallel} ranks that share a row (sequence_parallel) do not divide the {world_size} ranks (world_size).",
        )
    each = f", of {parallel} each," if parallel > 1 else ""
    has_lanes = "lanes" in plan
    for stage in plan["stages"]:
        for bucket in stage["buckets"]:
            rows, length = bucket["batchRows"], bucket["length"]
            if rows % groups != 0:
                what = "lanes of a step" if has_lanes else f"sequences of {length} tokens in a step"
                raise SeqpackError(
                    "bad-option",
                    f"{groups} ranks{each} do not divide the {rows} {what}: use as many ranks as divide them, or plan again with --world-size {groups}.",
                )
            if parallel > 1 and IS_PADDED[plan["batches"]]:
                settings.spans(length)
