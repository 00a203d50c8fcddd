"""Columns that are made of rows of tokens, as src/masks/columns.ts makes them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .arrow import ragged

# The label that losses leave out.
IGNORE = -100


@dataclass
class TokenRows:
    """Rows of tokens, padded to one length, one after the other."""

    # Of all rows; what is beyond a row's sequences is padding.
    ids: np.ndarray
    # Rows, and tokens of each with padding.
    count: int
    length: int
    # Tokens of all sequences, and how many sequences each row has.
    seq_lengths: np.ndarray
    seq_counts: np.ndarray
    # 0 for tokens that are not to be trained on; None: all are.
    trained: np.ndarray | None
    # The weight of each token's label, as datasets have it; None: not read.
    weights: np.ndarray | None = None
    # Of each row the label after its last token, where its document goes on in another row; None: it never does.
    next_labels: np.ndarray | None = None

    @cached_property
    def _with_padding(self) -> np.ndarray:
        """Tokens of sequences, and the padding of each row as one more, which may be empty."""
        ends = np.cumsum(self.seq_counts)
        before = np.concatenate([[0], np.cumsum(self.seq_lengths, dtype=np.int64)])
        used = before[ends] - before[ends - self.seq_counts]
        return np.insert(self.seq_lengths, ends, self.length - used)

    @cached_property
    def _is_padding(self) -> np.ndarray:
        is_padding = np.zeros(len(self._with_padding), bool)
        is_padding[np.cumsum(self.seq_counts + 1) - 1] = True
        return is_padding

    @cached_property
    def _starts(self) -> np.ndarray:
        return np.cumsum(self._with_padding, dtype=np.int64) - self._with_padding

    @cached_property
    def _padding(self) -> np.ndarray:
        """Places of the tokens of padding."""
        return ragged(self._starts[self._is_padding], self._with_padding[self._is_padding])

    def position_ids(self) -> np.ndarray:
        positions = np.arange(len(self.ids), dtype=np.int32)
        positions -= np.repeat(self._starts.astype(np.int32), self._with_padding)
        return positions

    def segment_ids(self) -> np.ndarray:
        numbers = ragged(np.ones(self.count, np.int64), self.seq_counts + 1)
        numbers[self._is_padding] = 0
        return np.repeat(numbers.astype(np.int32), self._with_padding)

    def seq_idx(self) -> np.ndarray:
        numbers = ragged(np.zeros(self.count, np.int64), self.seq_counts + 1)
        return np.repeat(numbers.astype(np.int32), self._with_padding)

    def attention_mask(self) -> np.ndarray:
        mask = np.ones(len(self.ids), np.int32)
        mask[self._padding] = 0
        return mask

    def loss_mask(self) -> np.ndarray:
        return self._where_labels(np.ones(len(self.ids), np.int32), 0)

    def labels(self) -> np.ndarray:
        return self._where_labels(self.ids.copy(), IGNORE)

    def _where_labels(self, values: np.ndarray, otherwise: int) -> np.ndarray:
        """Values, and another one for tokens that are no labels."""
        if self.trained is not None:
            values[self.trained == 0] = otherwise
        values[self._starts[~self._is_padding]] = otherwise
        values[self._padding] = otherwise
        return values

    def shift_labels(self) -> np.ndarray:
        shifted = np.full((self.count, self.length), IGNORE, np.int32)
        shifted[:, :-1] = self.labels().reshape(self.count, self.length)[:, 1:]
        if self.next_labels is not None:
            goes_on = np.flatnonzero(self.next_labels != IGNORE)
            # Such rows have no padding.
            shifted[goes_on, -1] = self.next_labels[goes_on]
        return shifted.reshape(-1)

    def prompt_lengths(self) -> list[np.ndarray]:
        """Of each row: tokens of each sequence before the first that is trained on; 0 where all are."""
        lengths = np.zeros(len(self.seq_lengths), np.int32)
        if self.trained is not None:
            for i, start in enumerate(self._starts[~self._is_padding].tolist()):
                # The first token of a sequence is no label, whether it is of the prompt or not.
                of_labels = np.flatnonzero(self.trained[start + 1 : start + self.seq_lengths[i]])
                if self.seq_lengths[i] == 1 and self.trained[start] != 0:
                    # All is trained on, beside rows that have a mask.
                    continue
                if len(of_labels) == 0:
                    lengths[i] = self.seq_lengths[i]
                elif of_labels[0] > 0:
                    lengths[i] = of_labels[0] + 1
        return split(lengths, self.seq_counts)

    def cu_seqlens(self) -> list[np.ndarray]:
        """Of each row: 0, and where each sequence ends; padding is one more."""
        ends = self._starts + self._with_padding
        borders = []
        for row, of_row in enumerate(split(ends, self.seq_counts + 1)):
            first = row * self.length
            if len(of_row) > 1 and of_row[-2] == of_row[-1]:
                of_row = of_row[:-1]
            borders.append(np.concatenate([[0], of_row - first]).astype(np.int32))
        return borders


def split(values: np.ndarray, counts: np.ndarray) -> list[np.ndarray]:
    """The values of each row; a view of each."""
    if len(counts) == len(values) and counts.min(initial=1) == 1:
        return list(values[:, None])
    ends = np.cumsum(counts).tolist()
    return [values[end - count : end] for end, count in zip(ends, counts.tolist(), strict=True)]


# Columns with a value for each token.
OF_TOKENS: dict[str, Callable[[TokenRows], np.ndarray]] = {
    "position_ids": TokenRows.position_ids,
    "segment_ids": TokenRows.segment_ids,
    "seq_idx": TokenRows.seq_idx,
    "attention_mask": TokenRows.attention_mask,
    "loss_mask": TokenRows.loss_mask,
    "labels": TokenRows.labels,
    "shift_labels": TokenRows.shift_labels,
}
BORDERS = "cu_seqlens"
# Columns with another number of values a row.
OF_ROWS: dict[str, Callable[[TokenRows], list[np.ndarray]]] = {
    BORDERS: TokenRows.cu_seqlens,
    "prompt_lengths": TokenRows.prompt_lengths,
}
# The column that is read, and not made of the others.
WEIGHTS = "loss_weight"
COLUMNS = [*OF_TOKENS, *OF_ROWS, WEIGHTS]
