"""Columns that are made of rows of tokens, as src/masks/columns.ts makes them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from .arrow import ragged
from .told import ColumnOptions, ruled_positions

# The label that losses leave out.
IGNORE = -100


@dataclass
class Trees:
    """Of each sequence of rows that are trees of prefixes: it is a node, and a document is those down to its last."""

    # The node above it, by its place in its row; -1 for a root.
    parents: np.ndarray
    # Documents through it.
    multiplicity: np.ndarray


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
    # 0 for tokens that are not to be trained on; of trees, in how many documents each is; None: all are.
    trained: np.ndarray | None
    # The weight of each token's label, as datasets have it; None: not read.
    weights: np.ndarray | None = None
    # Of each row the label after its last token, where its document goes on in another row; None: it never does.
    next_labels: np.ndarray | None = None
    # What columns are told.
    told: ColumnOptions = ColumnOptions()
    # Of each sequence, by column: what rows are carried with.
    carried: dict[str, np.ndarray] = field(default_factory=dict)
    # Where rows are trees of prefixes; None: they are not.
    trees: Trees | None = None

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
        if self.trees is not None:
            above = np.zeros(len(self._with_padding), np.int32)
            above[~self._is_padding] = self._depths
            positions += np.repeat(above, self._with_padding)
        return positions

    @cached_property
    def _row_of(self) -> np.ndarray:
        """The row of each sequence."""
        return np.repeat(np.arange(self.count), self.seq_counts)

    @cached_property
    def _above(self) -> np.ndarray:
        """The sequence that each follows, of those of all rows; -1 for none."""
        if self.trees is None:
            return np.full(len(self.seq_lengths), -1)
        firsts = np.cumsum(self.seq_counts) - self.seq_counts
        return np.where(self.trees.parents < 0, -1, self.trees.parents + firsts[self._row_of])

    @cached_property
    def _depths(self) -> np.ndarray:
        """Tokens of the nodes above each."""
        depths = np.zeros(len(self.seq_lengths), np.int32)
        for node, above in enumerate(self._above.tolist()):
            if above >= 0:
                depths[node] = depths[above] + self.seq_lengths[above]
        return depths

    @cached_property
    def _exits(self) -> np.ndarray:
        """The sequence after the last below each, of those of all rows."""
        exits = np.arange(1, len(self.seq_lengths) + 1)
        for node in range(len(exits) - 1, -1, -1):
            above = self._above[node]
            if above >= 0:
                exits[above] = max(exits[above], exits[node])
        return exits

    def subtree_end(self) -> np.ndarray:
        begins = self._starts[~self._is_padding]
        last = self._exits - 1
        ends = np.full(len(self._with_padding), self.length, np.int64)
        ends[~self._is_padding] = begins[last] + self.seq_lengths[last] - self._row_of * self.length
        return np.repeat(ends.astype(np.int32), self._with_padding)

    def target_from(self) -> np.ndarray:
        begins = self._starts[~self._is_padding]
        targets = np.tile(np.arange(-1, self.length - 1, dtype=np.int32), self.count)
        above = self._above
        ends = begins[above] + self.seq_lengths[above] - 1 - self._row_of * self.length
        targets[begins] = np.where(above < 0, -1, ends)
        targets[self._padding] = -1
        return targets

    def target_weight(self) -> np.ndarray:
        begins = self._starts[~self._is_padding]
        if self.trained is not None:
            weights = self.trained.astype(np.int32)
        else:
            through = np.ones(len(self._with_padding), np.int32)
            through[~self._is_padding] = self._multiplicity
            weights = np.repeat(through, self._with_padding)
        weights[begins[self._above < 0]] = 0
        weights[self._padding] = 0
        return weights

    @property
    def _multiplicity(self) -> np.ndarray:
        return np.ones(len(self.seq_lengths), np.int32) if self.trees is None else self.trees.multiplicity

    def _of_nodes(self, values: np.ndarray) -> list[np.ndarray]:
        return split(values.astype(np.int32), self.seq_counts)

    @property
    def _first_of_row(self) -> np.ndarray:
        return (np.cumsum(self.seq_counts) - self.seq_counts)[self._row_of]

    def node_parent(self) -> list[np.ndarray]:
        return self._of_nodes(np.where(self._above < 0, -1, self._above - self._first_of_row))

    def node_entry(self) -> list[np.ndarray]:
        return self._of_nodes(np.arange(len(self.seq_lengths)) - self._first_of_row)

    def node_exit(self) -> list[np.ndarray]:
        return self._of_nodes(self._exits - self._first_of_row)

    def node_multiplicity(self) -> list[np.ndarray]:
        return self._of_nodes(self._multiplicity)

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
        return self._with_trained_padding(self._loss_mask(), 1)

    def labels(self) -> np.ndarray:
        labels = self._where_labels(self.ids.copy(), IGNORE)
        return self._with_trained_padding(labels, self.told.trained_padding)

    def _loss_mask(self) -> np.ndarray:
        return self._where_labels(np.ones(len(self.ids), np.int32), 0)

    def _with_trained_padding(self, values: np.ndarray, value: int | None) -> np.ndarray:
        if self.told.trained_padding is not None:
            values[self._padding] = value
        return values

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
        return split(self._prompt_lengths(), self.seq_counts)

    def _prompt_lengths(self) -> np.ndarray:
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
        return lengths

    def global_attention_mask(self) -> np.ndarray:
        is_first = self.told.global_attention == "first-token"
        leading = np.ones(len(self.seq_lengths), np.int32) if is_first else self._prompt_lengths()
        mask = np.zeros(len(self.ids), np.int32)
        mask[ragged(self._starts[~self._is_padding], leading)] = 1
        return mask

    def scaled_positions(self) -> np.ndarray:
        assert self.told.positions is not None
        begins = self._starts[~self._is_padding]
        return ruled_positions(self.told.positions, self.position_ids(), self.ids, begins, self.seq_lengths)

    def chunk_offsets(self) -> list[np.ndarray]:
        """Of each row: where each chunk begins, and the end of the last."""
        offsets = np.array([*range(0, self.length, self._chunk), self.length], np.int32)
        return [offsets.copy() for _ in range(self.count)]

    def chunk_loss_tokens(self) -> list[np.ndarray]:
        """Of each row: labels of each chunk, shifted before it is cut."""
        shifted = np.zeros((self.count, self.length), np.int32)
        shifted[:, :-1] = self._loss_mask().reshape(self.count, self.length)[:, 1:]
        counts = np.add.reduceat(shifted, np.arange(0, self.length, self._chunk), axis=1, dtype=np.int32)
        return list(counts)

    @property
    def _chunk(self) -> int:
        assert self.told.chunk is not None
        return self.told.chunk

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
    "global_attention_mask": TokenRows.global_attention_mask,
    "scaled_positions": TokenRows.scaled_positions,
    "subtree_end": TokenRows.subtree_end,
    "target_from": TokenRows.target_from,
    "target_weight": TokenRows.target_weight,
}
BORDERS = "cu_seqlens"
# The same with what sequences are padded with; only of rows whose sequences are cut among ranks.
PADDED_BORDERS = "cu_seqlens_padded"
# Columns with another number of values a row.
OF_ROWS: dict[str, Callable[[TokenRows], list[np.ndarray]]] = {
    BORDERS: TokenRows.cu_seqlens,
    "chunk_offsets": TokenRows.chunk_offsets,
    "chunk_loss_tokens": TokenRows.chunk_loss_tokens,
    "prompt_lengths": TokenRows.prompt_lengths,
    "node_parent": TokenRows.node_parent,
    "node_entry": TokenRows.node_entry,
    "node_exit": TokenRows.node_exit,
    "node_multiplicity": TokenRows.node_multiplicity,
}
# Those of them that name tokens of a row, or are of those, so that rows may not be cut.
OF_WHOLE_ROWS = ("subtree_end", "target_from", "target_weight")
# Columns that say of rows of trees of prefixes what is right.
OF_TREES = (
    *("position_ids", *OF_WHOLE_ROWS),
    *("node_parent", "node_entry", "node_exit", "node_multiplicity"),
)
# Those of them that are of a row's chunks.
OF_CHUNKS = ("chunk_offsets", "chunk_loss_tokens")
# The column that is read, and not made of the others.
WEIGHTS = "loss_weight"
# What rows are stored with and batches are not made of by name.
ALWAYS = frozenset({
    *("input_ids", "seq_lengths", "doc_ids", "doc_offsets", "label_counts", "seq_start_id"),
    *("segment_number", "segment_count", "path_doc_ids", "path_doc_offsets", "path_nodes"),
})
# In the command's order.
COLUMNS = [
    *("position_ids", "segment_ids", "seq_idx", "attention_mask", "loss_mask", "labels", "shift_labels"),
    *(BORDERS, PADDED_BORDERS, "chunk_offsets", "chunk_loss_tokens", "global_attention_mask"),
    *("prompt_lengths", "scaled_positions", "node_parent", "node_entry", "node_exit", "node_multiplicity"),
    *(*OF_WHOLE_ROWS, WEIGHTS),
]
