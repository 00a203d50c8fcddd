"""Packed rows for the recipes of torchtune: `_component_: seqpack_reader.torchtune.PackedRows` in a configuration."""

import os
from importlib.metadata import version
from typing import Any

import numpy as np
import torch
from torchtune.datasets import PackedDataset

from .columns import TokenRows
from .dataset import Dataset
from .errors import SeqpackError
from .rows import MASK, TOKENS


class PackedRows(PackedDataset):
    """Rows of one length as recipes take those that torchtune has packed itself.

    `tokens`, `labels` and `input_pos` are tensors of int64 of the rows' length, and `seq_lens` has the tokens
    of each sequence. Padding is one more sequence, without labels.

    Args:
        tokenizer: Recipes give it; its `pad_id` is what rows are padded with.
        source: The directory of a dataset or packing.
        packed: True; otherwise recipes would leave out where sequences begin.
        length: Of several buckets, the one whose rows are read.
        split: As of `Dataset`.
        shifted: Whether labels stand with the token before. Recipes of torchtune 0.6 shift labels themselves,
            later ones do not; a version that was not tried has to be told.
    """

    def __init__(
        self,
        tokenizer: Any,
        source: str | os.PathLike[str],
        packed: bool = False,
        length: int | None = None,
        split: str = "train",
        shifted: bool | None = None,
    ) -> None:
        if not packed:
            raise SeqpackError(
                "bad-option",
                "without packed: true recipes leave out where sequences begin, and these see each other: write it below _component_.",
            )
        dataset = Dataset(source, split)
        settings = dataset.info["settings"]
        if settings.get("shift", False):
            raise SeqpackError(
                "bad-option", f"the masks of {os.fspath(source)} are stored shifted: build it again without --shift."
            )
        if "prefixTree" in settings:
            raise SeqpackError(
                "bad-option",
                f"{os.fspath(source)} has rows of trees of prefixes (--prefix-tree), in which a token has several successors, and recipes take labels that are shifted: pack the store without it.",
            )
        if length is None and len(dataset.lengths) > 1:
            there = ", ".join(map(str, dataset.lengths))
            raise SeqpackError(
                "bad-option",
                f"{os.fspath(source)} has rows of several lengths, and batches are of one: give length, one of {there}.",
            )
        length = dataset.lengths[0] if length is None else length
        self._rows = dataset.bucket(length)
        self._pad_id = tokenizer.pad_id
        self._shifted = _recipes_take_shifted() if shifted is None else shifted
        # With the token that rows have for shifted targets.
        (self.max_seq_len,) = {b["capacity"] for b in settings["buckets"] if b["length"] == length}

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, idx: int) -> dict[str, torch.Tensor]:
        row = self._rows[idx]
        ids = np.full(self.max_seq_len, self._pad_id, np.int32)
        ids[: len(row[TOKENS])] = row[TOKENS]
        trained = None
        if MASK in row:
            trained = np.zeros(len(ids), np.int32)
            trained[: len(row[MASK])] = row[MASK]
        lengths = row["seq_lengths"]
        made = TokenRows(ids, 1, len(ids), lengths, np.array([len(lengths)]), trained)
        return {
            "tokens": _tensor(ids),
            "labels": _tensor(made.shift_labels() if self._shifted else made.labels()),
            "input_pos": _tensor(made.position_ids()),
            "seq_lens": _tensor(np.diff(made.cu_seqlens()[0])),
        }


def _tensor(values: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(values.astype(np.int64))


def _recipes_take_shifted() -> bool:
    installed = version("torchtune")
    if installed.startswith("0.6."):
        return False
    raise SeqpackError(
        "bad-option",
        f"torchtune {installed} was not tried: give shifted, true where its recipes take shifted labels, as those of its main branch do, and false where they shift labels themselves, as those of 0.6 do.",
    )
