"""What a rank is given of each step, and how."""

import operator
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from .columns import ALWAYS, BORDERS, COLUMNS, OF_CHUNKS, OF_ROWS, OF_WHOLE_ROWS, PADDED_BORDERS, WEIGHTS
from .errors import SeqpackError, quoted, require_choice, require_whole
from .shares import SHARES, sequence_multiple
from .told import ColumnOptions, check_chunk, check_global_attention, column_options

# Kinds of batches: whether each row is one of the batch, padded to a length; else all are one.
IS_PADDED = {"bucketed": True, "packed": True, "flat": False, "streams": True}
# The columns that batches always have besides the usual ones.
_COLUMNS_OF_KIND = {"flat": (BORDERS, "position_ids"), "streams": ("shift_labels",)}
# What a trainer needs beside rows that are cut: without it a share does not say where it is from.
_COLUMNS_OF_SHARES = ("position_ids", "shift_labels")
# And where sequences are cut, as kernels need it that find each in all shares.
_BORDERS_OF_SHARES = (BORDERS, PADDED_BORDERS)
# How ranks of a group share rows where nothing else is asked for: as the plan has counted their padding.
_SHARES_OF_GROUPS = "document-zigzag"
_MOST_RANKS = 2**20
_MOST_MULTIPLE = 2**21


@dataclass(frozen=True)
class BatchSettings:
    rank: int
    world_size: int
    columns: tuple[str, ...]
    # Ranks that share each row, and how it is cut among them.
    sequence_parallel: int
    sequence_shares: str
    # What each sequence is padded to a multiple of, where it is cut by itself; None: rows are cut, if anything is.
    sequence_multiple: int | None = None
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
        return self.sequence_parallel * SHARES[self.sequence_shares].pieces_each

    @property
    def part(self) -> int:
        """Which of the ranks that share a row this is."""
        return self.rank % self.sequence_parallel

    def in_group(self, first_rank: int, degree: int) -> "BatchSettings":
        """Settings for the micro-batch of a group, as if it were all ranks there are."""
        rank = self.rank - first_rank
        if degree == 1:
            # A rank that is by itself has its rows as they are.
            return replace(self, rank=rank, world_size=1, sequence_shares="contiguous", sequence_multiple=None)
        cuts_sequences = SHARES[self.sequence_shares].cuts_sequences
        multiple = sequence_multiple(self.sequence_shares, degree, None) if cuts_sequences else None
        return replace(self, rank=rank, world_size=degree, sequence_parallel=degree, sequence_multiple=multiple)

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
        pieces = SHARES[self.sequence_shares].pieces(self.part, self.pieces)
        return [(piece * size, (piece + 1) * size) for piece in pieces]


def resolve_batches(
    plan: dict[str, Any],
    rank: int,
    world_size: int | None,
    columns: Sequence[str],
    sequence_parallel: int,
    sequence_shares: str | None,
    chunk: int | None = None,
    positions: str | None = None,
    global_attention: str | None = None,
    pad_loss: bool = False,
    multiple: int | None = None,
) -> BatchSettings:
    """Checks what is asked for, and finds the rest."""
    groups = plan.get("groups")
    if world_size is None:
        world_size = 1 if groups is None else groups["ranks"]
    require_whole("rank", rank, 0)
    for option, value in (("world_size", world_size), ("sequence_parallel", sequence_parallel)):
        require_whole(option, value, 1)
        if value > _MOST_RANKS:
            raise SeqpackError("bad-option", f"{option} is {value}: give a whole number from 1 to {_MOST_RANKS}.")
    if multiple is not None:
        require_whole("sequence_multiple", multiple, 1, _MOST_MULTIPLE)
        multiple = operator.index(multiple)
    rank, world_size = operator.index(rank), operator.index(world_size)
    sequence_parallel = operator.index(sequence_parallel)
    if groups is not None:
        _check_groups(groups, world_size, sequence_parallel, sequence_shares, pad_loss, multiple)
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
    is_cut = sequence_parallel > 1 or (groups is not None and groups["degrees"][-1] > 1)
    cutter = "sequence_parallel cuts them: leave one of the two out."
    if groups is not None:
        cutter = "ranks of the plan share them: leave the column out."
    if sequence_shares is not None:
        require_choice("sequence_shares", "way to cut rows", sequence_shares, list(SHARES))
        if not is_cut:
            raise SeqpackError("ignored-option", "sequence_shares says how sequence_parallel cuts rows: give that too.")
    of_whole_rows = next((name for name in columns if name in OF_WHOLE_ROWS), None)
    shares = sequence_shares or ("contiguous" if groups is None else _SHARES_OF_GROUPS)
    cuts_sequences = is_cut and SHARES[shares].cuts_sequences
    of_sequences = next(name for name in SHARES if SHARES[name].cuts_sequences)
    if multiple is not None and not cuts_sequences:
        raise SeqpackError(
            "ignored-option",
            f"sequence_multiple is what sequences are padded to a multiple of where ranks share each: give --sequence-shares {of_sequences} too, or leave it out.",
        )
    if cuts_sequences and "lanes" in plan:
        lanes, of_rows = plan["lanes"], " or ".join(name for name in SHARES if not SHARES[name].cuts_sequences)
        raise SeqpackError(
            "bad-option",
            f"--sequence-shares {shares} pads and cuts each sequence, and the plan's {lanes['count']} lanes read documents in chunks of {lanes['chunk']} tokens, which have one length: give one that cuts rows, {of_rows}.",
        )
    if PADDED_BORDERS in columns and not cuts_sequences:
        raise SeqpackError(
            "bad-option",
            f"{PADDED_BORDERS} are of sequences that are padded and cut among ranks: give {'' if groups else 'sequence_parallel and '}--sequence-shares {of_sequences}, or leave the column out.",
        )

    def is_whole(name: str) -> bool:
        if name in OF_WHOLE_ROWS:
            return True
        # Borders and what is known of sequences hold where all shares have a part of each.
        return name in OF_CHUNKS if cuts_sequences else name in OF_ROWS or name not in COLUMNS

    whole = next((name for name in columns if is_whole(name)), None)
    if is_cut and whole is not None:
        raise SeqpackError(
            "bad-option",
            f"{whole} are of whole rows, and {cutter}",
        )
    if groups is not None and is_cut and WEIGHTS in columns:
        raise SeqpackError(
            "bad-option",
            f"{WEIGHTS} lies as unshifted labels do, and ranks that share rows are given shifted ones: leave the column out.",
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
        borders = _BORDERS_OF_SHARES if cuts_sequences else ()
        needed = (*(name for name in needed if not is_whole(name)), *_COLUMNS_OF_SHARES, *borders)
    settings = BatchSettings(
        rank,
        world_size,
        tuple(dict.fromkeys((*needed, *columns))),
        sequence_parallel,
        shares,
        sequence_multiple(shares, sequence_parallel, multiple) if cuts_sequences else None,
        replace(told, trained_padding=plan["padId"]) if pad_loss else told,
    )
    if groups is None:
        _check_shares(plan, settings)
    elif is_cut and not cuts_sequences and IS_PADDED[plan["batches"]]:
        for degree in groups["degrees"]:
            for stage in plan["stages"]:
                for bucket in stage["buckets"]:
                    settings.in_group(rank, degree).spans(bucket["length"])
    return settings


def _check_groups(
    groups: dict[str, Any],
    world_size: int,
    sequence_parallel: int,
    sequence_shares: str | None,
    pad_loss: bool,
    multiple: int | None,
) -> None:
    """Whether what is asked for is left open by a plan with groups of ranks."""
    if world_size != groups["ranks"]:
        option = "world-size" if groups["rule"] is None else "devices"
        raise SeqpackError(
            "bad-option",
            f"the plan shares each step out among {groups['ranks']} ranks, and there are {world_size} (world_size): give {groups['ranks']}, or plan again with --{option} {world_size}.",
        )
    if sequence_parallel != 1:
        raise SeqpackError(
            "ignored-option",
            "sequence_parallel would change nothing: the plan says how many ranks share rows, micro-batch by micro-batch. Leave it out.",
        )
    if pad_loss:
        raise SeqpackError(
            "bad-option",
            "pad_loss trains on padding, which the labels of the plan's micro-batches do not count: leave it out, or plan without groups of ranks.",
        )
    if groups["degrees"][-1] == 1:
        if sequence_shares is not None:
            raise SeqpackError(
                "ignored-option",
                "sequence_shares would change nothing: no ranks of the plan share rows. Leave it out.",
            )
    elif multiple is not None:
        raise SeqpackError(
            "bad-option",
            "sequence_multiple pads sequences beyond what the plan has counted for each rank: leave it out.",
        )


def _check_shares(plan: dict[str, Any], settings: BatchSettings) -> None:
    """Whether ranks divide the rows of a step, and rows can be cut."""
    world_size, parallel = settings.world_size, settings.sequence_parallel
    if world_size % parallel != 0:
        raise SeqpackError(
            "bad-option",
            f"{parallel} ranks that share a row (sequence_parallel) do not divide the {world_size} ranks (world_size).",
        )
    # Where a plan goes on from another one, ranks may change at a step: each step's stage is checked when it is read.
    for stage in plan["stages"][-1:] if "parents" in plan else plan["stages"]:
        check_stage(plan, stage, settings)


def check_stage(plan: dict[str, Any], stage: dict[str, Any], settings: BatchSettings) -> None:
    """Whether ranks divide the rows of a stage's steps, and these can be cut."""
    parallel, groups = settings.sequence_parallel, settings.groups
    each = f", of {parallel} each," if parallel > 1 else ""
    for bucket in stage["buckets"]:
        rows, length = bucket["batchRows"], bucket["length"]
        if rows % groups != 0:
            what = "lanes of a step" if "lanes" in plan else f"sequences of {length} tokens in a step"
            raise SeqpackError(
                "bad-option",
                f"{groups} ranks{each} do not divide the {rows} {what}: use as many ranks as divide them, or plan again with --world-size {groups}.",
            )
        if parallel > 1 and settings.sequence_multiple is None and IS_PADDED[plan["batches"]]:
            settings.spans(length)
