"""What one rank gets of a step, as numpy arrays."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .arrow import ragged
from .columns import (
    BORDERS,
    COLUMNS,
    IGNORE,
    OF_ROWS,
    OF_TOKENS,
    OF_TREES,
    PADDED_BORDERS,
    WEIGHTS,
    TokenRows,
    Trees,
    split,
)
from .errors import SeqpackError, require_choice
from .groups import Group
from .lanes import Chunks, Lanes
from .manifest import MASK, OpenDataset
from .places import BucketPlaces, SourceRows, shuffled
from .rows import BucketRows
from .settings import IS_PADDED, BatchSettings
from .shards import OpenFiles
from .shares import PADDING, SequenceShares, share_sequences
from .storage import Storage

if TYPE_CHECKING:
    from .plan import Step

# Names and arrays; docs/guide/python.md lists them.
Batch = dict[str, Any]

# The length of the bucket of a store, whose rows are documents.
_ANY_LENGTH = 0

# Columns that want to know what is to be trained on.
_OF_LABELS = {
    *("loss_mask", "labels", "shift_labels", "prompt_lengths"),
    *("chunk_loss_tokens", "global_attention_mask", "target_weight"),
}
# Columns that want to know the trees of prefixes that rows are.
_OF_TREES = set(OF_TREES)


class StageBucket:
    """A bucket of a stage: finds the row at each of its places."""

    def __init__(self, bucket: dict[str, Any], readers: list[BucketRows], seed: int) -> None:
        self.length: int = bucket["length"]
        self.readers = readers
        self.datasets = np.array([source["dataset"] for source in bucket["sources"]], np.int32)
        self._places = BucketPlaces(
            [SourceRows(s["dataset"], s["first"], s["rows"]) for s in bucket["sources"]], bucket.get("spans")
        )
        self._seed = seed
        # Labels of every row; None: they differ.
        each = {reader.labels_each for reader in readers}
        self.labels_each = each.pop() if len(each) == 1 else None

    def find(self, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The source of each place, and the row of the source's dataset."""
        source, place = self._places.find(places)
        rows = np.empty_like(places)
        for number, reader in enumerate(self.readers):
            of_source = np.flatnonzero(source == number)
            if len(of_source) == 0:
                continue
            epochs = place[of_source] // reader.count
            for epoch in np.unique(epochs).tolist():
                which = of_source[epochs == epoch]
                key = (self._seed, int(self.datasets[number]), self.length, epoch)
                rows[which] = shuffled(place[which] - epoch * reader.count, reader.count, *key)
        return source, rows

    def labels(self, source: np.ndarray, rows: np.ndarray) -> int:
        """Labels of some rows together."""
        total = 0
        for number, reader in enumerate(self.readers):
            of_source = rows[source == number]
            total += reader.labels(of_source)
        return total


class BatchReader:
    """Reads what a rank gets of the steps of a plan."""

    def __init__(
        self, plan: dict[str, Any], datasets: Sequence[OpenDataset], storage: Storage, lanes: Lanes | None
    ) -> None:
        self._plan = plan
        self._is_padded = IS_PADDED[plan["batches"]]
        self._extra = int(plan["plusOne"])
        self._datasets = datasets
        self._lanes = lanes
        files = OpenFiles(storage)
        known: dict[tuple[int, int], BucketRows] = {}
        for number, dataset in enumerate(datasets):
            for bucket in dataset.buckets:
                known[number, bucket.length] = BucketRows(dataset, bucket, files)
        self._stages = [
            [
                StageBucket(
                    b, [known[s["dataset"], _ANY_LENGTH if lanes else b["length"]] for s in b["sources"]], plan["seed"]
                )
                for b in stage["buckets"]
            ]
            for stage in plan["stages"]
        ]

    def require_carried(self, columns: Sequence[str]) -> None:
        """Whether all datasets are carried with columns that are not made."""
        for name in columns:
            if name in COLUMNS:
                continue
            without = [each for each in self._datasets if name not in each.manifest["settings"].get("carry", ())]
            if len(without) == len(self._datasets):
                require_choice("columns", "column", name, COLUMNS)
            if without:
                raise SeqpackError(
                    "bad-option",
                    f"{without[0].directory} has no column {name}: leave it out, or build with --carry {name}.",
                )

    def require_trees(self, settings: BatchSettings) -> None:
        """Whether rows of trees of prefixes can be given as is asked for."""
        of_trees = next((each for each in self._datasets if each.has_trees), None)
        if of_trees is None:
            return
        wrong = next((name for name in settings.columns if name not in OF_TREES), None)
        if "groups" in self._plan:
            what = "a plan of groups of ranks"
            why = "what a token sees may be anywhere before it; plan without --parallel-plan, or pack the store without --prefix-tree"
        elif settings.sequence_parallel > 1:
            what = f"sequence_parallel {settings.sequence_parallel}"
            why = "what a token sees may be anywhere before it; give each row to one rank, or pack the store without --prefix-tree"
        elif settings.told.trained_padding is not None:
            what = "pad_loss"
            why = "padding follows on none of the documents that end in a row; leave it out"
        elif wrong is not None:
            what = wrong
            why = "a token may have several successors, and several documents; take position_ids, subtree_end, target_from and target_weight"
        else:
            return
        raise SeqpackError(
            "bad-option", f"{what} cannot be had of {of_trees.directory}, whose rows are trees of prefixes: {why}."
        )

    def read(self, number: int, step: "Step", settings: BatchSettings) -> Batch:
        bucket = self._stages[step.stage][step.bucket]
        each = step.batch_size // settings.groups
        first = settings.group * each
        if self._lanes is not None:
            if WEIGHTS in settings.columns:
                _require_weights(self._datasets)
            chunks = self._lanes.at(step.offset, first, each)
            return self._batch_of_lanes(number, step, settings, bucket, chunks, first, each)
        step_labels = None
        if bucket.labels_each is not None:
            step_labels = step.batch_size * bucket.labels_each
            source, rows = bucket.find(step.offset + np.arange(first, first + each))
        else:
            source, rows = bucket.find(step.offset + np.arange(step.batch_size))
            if each < step.batch_size:
                step_labels = bucket.labels(source, rows)
            source, rows = source[first : first + each], rows[first : first + each]
        needs_mask = not _OF_LABELS.isdisjoint(settings.columns)
        if WEIGHTS in settings.columns:
            _require_weights(self._datasets)
        token_rows, cut, rank_labels = self._read_rows(bucket, source, rows, step, settings, needs_mask)
        labels = (rank_labels if step_labels is None else step_labels, rank_labels)
        if settings.told.trained_padding is not None:
            labels = self._with_padding(bucket, step, labels, token_rows)
        places = {"dataset": bucket.datasets[source], "row": rows}
        batch = self._batch(number, step, settings, bucket, token_rows, cut, labels, places)
        if WEIGHTS in settings.columns:
            batch["step_weight"] = self._weight_of_step(bucket, step)
            batch["rank_weight"] = _sum_of_weights(bucket, source, rows)
        return batch

    def read_micro_batches(
        self, number: int, step: "Step", settings: BatchSettings, groups: list[Group]
    ) -> list[Batch]:
        """What a rank gets of each micro-batch of a step that these groups share."""
        bucket = self._stages[step.stage][step.bucket]
        own = [group for group in groups if 0 <= settings.rank - group.first_rank < group.degree]
        labels = sum(group.labels for group in groups), sum(group.labels for group in own)
        needs_mask = not _OF_LABELS.isdisjoint(settings.columns)
        is_weighted = WEIGHTS in settings.columns
        sums = {}
        if is_weighted:
            _require_weights(self._datasets)
            of_rank = np.concatenate([group.items for group in own]).astype(np.int64)
            sums["step_weight"] = self._weight_of_step(bucket, step)
            sums["rank_weight"] = _sum_of_weights(bucket, *bucket.find(step.offset + of_rank))
        batches = []
        for group in own:
            source, rows = bucket.find(step.offset + group.items.astype(np.int64))
            in_group = settings.in_group(group.first_rank, group.degree)
            token_rows, cut, _ = self._read_rows(bucket, source, rows, step, in_group, needs_mask)
            places = {"dataset": bucket.datasets[source], "row": rows}
            batch = self._batch(number, step, in_group, bucket, token_rows, cut, labels, places)
            batch.update(sums)
            if is_weighted:
                batch["micro_batch_weight"] = _sum_of_weights(bucket, source, rows)
            batch["micro_batch_labels"] = group.labels
            batch["micro_batch"], batch["micro_batches"] = group.micro_batch, step.micro_batches
            batch["degree"], batch["first_rank"] = group.degree, group.first_rank
            batches.append(batch)
        return batches

    def _weight_of_step(self, bucket: StageBucket, step: "Step") -> float:
        return _sum_of_weights(bucket, *bucket.find(step.offset + np.arange(step.batch_size)))

    def _with_padding(
        self, bucket: StageBucket, step: "Step", labels: tuple[int, int], rows: TokenRows
    ) -> tuple[int, int]:
        """Labels of a step and of a rank, with padding as labels."""
        source, places = bucket.find(step.offset + np.arange(step.batch_size))
        used = 0
        for number, reader in enumerate(bucket.readers):
            of_source = places[source == number]
            if len(of_source) > 0:
                used += int(reader.lengths(reader.locate(of_source), len(of_source))[0].sum())
        of_rank = rows.count * rows.length - int(rows.seq_lengths.sum())
        return labels[0] + step.batch_size * rows.length - used, labels[1] + of_rank

    def _batch(
        self,
        number: int,
        step: "Step",
        settings: BatchSettings,
        bucket: StageBucket,
        token_rows: TokenRows,
        cut: int | SequenceShares,
        labels: tuple[int, int],
        places: dict[str, np.ndarray],
    ) -> Batch:
        """Rows as they are given: of each so many tokens are cut among ranks, or its sequences are."""
        count, length = token_rows.count, token_rows.length
        share = cut if isinstance(cut, SequenceShares) else None
        is_whole = settings.sequence_parallel == 1 or isinstance(cut, SequenceShares)
        spans = [(0, length)] if is_whole else settings.spans(cut)

        def given(values: np.ndarray, padding: int | str) -> np.ndarray:
            if share is not None:
                rows = share.cut(values, padding)
                return rows if self._is_padded else rows[0]
            parts = [values.reshape(count, length)[:, begin:end] for begin, end in spans]
            whole = parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)
            return whole if self._is_padded else whole[0]

        input_ids = given(token_rows.ids, self._plan["padId"])
        batch: Batch = {
            "step": number,
            "stage": step.stage,
            "length": input_ids.shape[-1],
            "step_labels": labels[0],
            "rank_labels": labels[1],
            "bucket": np.full(len(places["row"]), bucket.length, np.int32),
            **places,
            "input_ids": input_ids,
            "seq_lengths": token_rows.seq_lengths,
        }
        if self._is_padded:
            batch["seq_lengths"] = split(token_rows.seq_lengths, token_rows.seq_counts)
        for name in settings.columns:
            if name in OF_ROWS or name == PADDED_BORDERS:
                borders = {} if share is None else share.borders
                # What is not cut is not padded either.
                whole = OF_ROWS[BORDERS if name == PADDED_BORDERS else name]
                of_rows = borders[name] if name in borders else whole(token_rows)
                batch[name] = of_rows if self._is_padded else of_rows[0]
            elif name == WEIGHTS:
                batch[name] = given(token_rows.weights, 0)
            elif name in token_rows.carried:
                carried = token_rows.carried[name]
                batch[name] = split(carried, token_rows.seq_counts) if self._is_padded else carried
            else:
                batch[name] = given(OF_TOKENS[name](token_rows), PADDING[name])
        return batch

    def _batch_of_lanes(
        self,
        number: int,
        step: "Step",
        settings: BatchSettings,
        bucket: StageBucket,
        chunks: Chunks,
        first: int,
        count: int,
    ) -> Batch:
        """The chunks that lanes from `first` on read; a lane that has no more has a row of padding."""
        length = step.length
        lanes = chunks.lane - first
        numbers = step.offset - chunks.first_step
        starts = numbers * length
        used = np.minimum(length, chunks.tokens - starts)
        goes_on = starts + length < chunks.tokens
        ids = np.full(count * length, self._plan["padId"], np.int32)
        is_masked = any(reader.is_masked for reader in bucket.readers)
        trained = np.ones(count * length, np.int32) if is_masked else None
        next_labels = np.full(count, IGNORE, np.int32)
        documents = np.empty(len(lanes), np.int64)
        carried = {name: np.empty(len(lanes), np.int32) for name in settings.columns if name not in COLUMNS}
        for source, reader in enumerate(bucket.readers):
            which = np.flatnonzero(chunks.dataset == bucket.datasets[source])
            if len(which) == 0:
                continue
            rows, begins, counts, at = chunks.row[which], starts[which], used[which], lanes[which] * length
            documents[which] = reader.documents(rows)
            located = reader.locate(rows)
            for name, values in carried.items():
                values[which] = reader.sequences(located, name, np.ones(len(which), np.int64))
            reader.read_chunks(located, begins, counts, ids, at)
            # One token more, which is the label of the last.
            more = which[goes_on[which]]
            after = np.empty(len(more), np.int32)
            ends, ones, places = starts[more] + length, np.ones(len(more), np.int64), np.arange(len(more))
            located_more = reader.locate(chunks.row[more])
            reader.read_chunks(located_more, ends, ones, after, places)
            if reader.is_masked:
                reader.read_chunks(located, begins, counts, trained, at, MASK)
                is_trained = np.empty(len(more), np.int32)
                reader.read_chunks(located_more, ends, ones, is_trained, places, MASK)
                after[is_trained == 0] = IGNORE
            next_labels[lanes[more]] = after
        seq_counts = np.zeros(count, np.int64)
        seq_counts[lanes] = 1
        lengths = used.astype(np.int32)
        told = settings.told
        token_rows = TokenRows(ids, count, length, lengths, seq_counts, trained, None, next_labels, told, carried)

        def of_lanes(values: np.ndarray, otherwise: int, dtype: type = np.int32) -> np.ndarray:
            column = np.full(count, otherwise, dtype)
            column[lanes] = values
            return column

        places = {
            "dataset": of_lanes(chunks.dataset, -1),
            "row": of_lanes(chunks.row, -1, np.int64),
            "start": of_lanes(starts, 0),
            "document": of_lanes(documents, -1, np.int64),
            "chunk": of_lanes(numbers, -1),
            "first_chunk": of_lanes(numbers == 0, 0),
            "last_chunk": of_lanes(~goes_on, 0),
            "prefix_length": of_lanes(chunks.prefix_length, 0),
        }
        labels = int(np.count_nonzero(token_rows.shift_labels() != IGNORE))
        return self._batch(number, step, settings, bucket, token_rows, length, (step.labels, labels), places)

    def _read_rows(
        self,
        bucket: StageBucket,
        source: np.ndarray,
        rows: np.ndarray,
        step: "Step",
        settings: BatchSettings,
        needs_mask: bool,
    ) -> tuple[TokenRows, int | SequenceShares, int]:
        """The rows of a rank, the tokens of a row that is cut among ranks or the shares of sequences, and the labels."""
        parts = []
        for number, reader in enumerate(bucket.readers):
            which = np.flatnonzero(source == number)
            if len(which) > 0:
                located = reader.locate(rows[which])
                parts.append((reader, which, located, *reader.lengths(located, len(which))))
        counts = np.empty(len(rows), np.int64)
        for _, which, _, _, of_part in parts:
            counts[which] = of_part
        starts = np.cumsum(counts) - counts
        lengths = np.empty(counts.sum(), np.int32)
        for _, which, _, of_rows, of_part in parts:
            lengths[ragged(starts[which], of_part)] = of_rows
        used = np.add.reduceat(lengths, starts, dtype=np.int64)
        if self._is_padded:
            width, tokens = step.length, step.length + self._extra
            length, count, at = tokens, len(rows), np.arange(len(rows)) * tokens
        else:
            tokens = int(used.sum())
            width = -(-tokens // settings.pieces) * settings.pieces
            length, count, at = width, 1, np.cumsum(used) - used
        seq_counts = counts if self._is_padded else np.array([len(lengths)])
        share = None
        if settings.sequence_multiple is not None:
            asked = (settings.sequence_shares, settings.sequence_parallel, settings.part, settings.sequence_multiple)
            # Rows that are cut give a token beyond the bucket's length as a label alone.
            share = share_sequences(lengths, seq_counts, *asked, step.length if self._is_padded else None)
            length = share.length
            at = np.arange(count) * length if self._is_padded else at
        size = count * length
        # What is read is written over at once: only what is left is padding.
        is_full = size == used.sum()
        ids = np.empty(size, np.int32) if is_full else np.full(size, self._plan["padId"], np.int32)
        trained = None
        weights = np.zeros(size, np.float32) if WEIGHTS in settings.columns else None
        carried = {name: np.empty_like(lengths) for name in settings.columns if name not in COLUMNS}
        trees = None
        if any(reader.has_trees for reader, *_ in parts) and not _OF_TREES.isdisjoint(settings.columns):
            trees = Trees(np.full_like(lengths, -1), np.ones_like(lengths))
        for reader, which, located, of_rows, of_part in parts:
            own = ragged(starts[which], of_part)
            for name, values in carried.items():
                values[own] = reader.sequences(located, name, of_part)
            reader.read(located, used[which], ids, at[which])
            if reader.has_trees and trees is not None:
                found = reader.trees(located, of_part)
                trees.parents[own], trees.multiplicity[own] = found.parents, found.multiplicity
            if needs_mask and reader.is_masked:
                trained = np.ones(size, np.int32) if trained is None else trained
                if trees is not None and reader.has_trees:
                    reader.read_tree_mask(located, of_rows, of_part, trees.parents[own], trained, at[which])
                else:
                    reader.read(located, used[which], trained, at[which], MASK)
            if weights is not None:
                reader.read(located, used[which], weights.view(np.int32), at[which], WEIGHTS)
        for reader, which, _, of_rows, of_part in parts:
            if trained is not None and trees is not None and reader.has_trees and not reader.is_masked:
                # All is trained on, beside rows that have a mask: in every document.
                through = trees.multiplicity[ragged(starts[which], of_part)]
                trained[ragged(at[which], used[which])] = np.repeat(through, of_rows)
        labels = sum(
            reader.labels(rows[which]) if reader.is_masked or reader.has_trees else int(of_rows.sum()) - len(of_rows)
            for reader, which, _, of_rows, _ in parts
        )
        token_rows = TokenRows(
            ids, count, length, lengths, seq_counts, trained, weights, told=settings.told, carried=carried, trees=trees
        )
        return token_rows, width if share is None else share, labels


def _require_weights(datasets: Sequence[OpenDataset]) -> None:
    """Whether all datasets have weights of labels, and of one kind."""
    first = datasets[0]
    for dataset in datasets:
        directory, kind = dataset.directory, dataset.manifest["settings"]["lossWeight"]
        if dataset.store is not None:
            raise SeqpackError(
                "bad-option",
                f"{directory} is an index, and has no loss_weight: leave the column out, or write its rows out with seqpack export.",
            )
        if kind is None:
            raise SeqpackError(
                "bad-option",
                f"{directory} has no loss_weight: leave the column out, or build with --loss-weight token.",
            )
        known = first.manifest["settings"]["lossWeight"]
        if kind != known:
            raise SeqpackError(
                "other-rows",
                f"{first.directory} has weights by {known}, and {directory} by {kind}: build both the same way.",
            )


def _sum_of_weights(bucket: StageBucket, source: np.ndarray, rows: np.ndarray) -> float:
    """The weights of the labels of rows, added one after the other: what it comes to hangs on their order."""
    parts = []
    used = np.empty(len(rows), np.int64)
    for number, reader in enumerate(bucket.readers):
        which = np.flatnonzero(source == number)
        if len(which) > 0:
            located = reader.locate(rows[which])
            lengths, counts = reader.lengths(located, len(which))
            used[which] = np.add.reduceat(lengths, np.cumsum(counts) - counts, dtype=np.int64)
            parts.append((reader, which, located))
    at = np.cumsum(used) - used
    weights = np.empty(int(used.sum()), np.float32)
    for reader, which, located in parts:
        reader.read(located, used[which], weights.view(np.int32), at[which], WEIGHTS)
    return float(np.cumsum(weights, dtype=np.float64)[-1])
