"""What one rank gets of a step, as numpy arrays."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .arrow import ragged
from .columns import COLUMNS, OF_ROWS, OF_TOKENS, WEIGHTS, TokenRows, split
from .errors import SeqpackError, require_choice
from .manifest import MASK, OpenDataset
from .places import SourceRows, mixed, shuffled
from .rows import BucketRows
from .settings import IS_PADDED, BatchSettings
from .shards import OpenFiles
from .storage import Storage

if TYPE_CHECKING:
    from .plan import Step

# Names and arrays; docs/guide/python.md lists them.
Batch = dict[str, Any]

# Columns that want to know what is to be trained on.
_OF_LABELS = {
    *("loss_mask", "labels", "shift_labels", "prompt_lengths"),
    *("chunk_loss_tokens", "global_attention_mask"),
}


class StageBucket:
    """A bucket of a stage: finds the row at each of its places."""

    def __init__(self, bucket: dict[str, Any], readers: list[BucketRows], seed: int) -> None:
        self.length: int = bucket["length"]
        self.readers = readers
        self.datasets = np.array([source["dataset"] for source in bucket["sources"]], np.int32)
        self._sources = [SourceRows(s["dataset"], s["first"], s["rows"]) for s in bucket["sources"]]
        self._seed = seed
        # Labels of every row; None: they differ.
        each = {reader.labels_each for reader in readers}
        self.labels_each = each.pop() if len(each) == 1 else None

    def find(self, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The source of each place, and the row of the source's dataset."""
        source, place = mixed(self._sources, places)
        rows = np.empty_like(places)
        for number, reader in enumerate(self.readers):
            of_source = np.flatnonzero(source == number)
            if len(of_source) == 0:
                continue
            epochs = place[of_source] // reader.count
            for epoch in np.unique(epochs).tolist():
                which = of_source[epochs == epoch]
                key = (self._seed, self._sources[number].dataset, self.length, epoch)
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

    def __init__(self, plan: dict[str, Any], datasets: Sequence[OpenDataset], storage: Storage) -> None:
        self._plan = plan
        self._is_padded = IS_PADDED[plan["batches"]]
        self._extra = int(plan["plusOne"])
        self._datasets = datasets
        files = OpenFiles(storage)
        known: dict[tuple[int, int], BucketRows] = {}
        for number, dataset in enumerate(datasets):
            for bucket in dataset.buckets:
                known[number, bucket.length] = BucketRows(dataset, bucket, files)
        self._stages = [
            [
                StageBucket(b, [known[s["dataset"], b["length"]] for s in b["sources"]], plan["seed"])
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

    def read(self, number: int, step: "Step", settings: BatchSettings) -> Batch:
        bucket = self._stages[step.stage][step.bucket]
        each = step.batch_size // settings.groups
        first = settings.group * each
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
        token_rows, width, rank_labels = self._read_rows(bucket, source, rows, step, settings, needs_mask)
        count, length = token_rows.count, token_rows.length
        spans = [(0, length)] if settings.sequence_parallel == 1 else settings.spans(width)

        def given(values: np.ndarray) -> np.ndarray:
            parts = [values.reshape(count, length)[:, begin:end] for begin, end in spans]
            whole = parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)
            return whole if self._is_padded else whole[0]

        input_ids = given(token_rows.ids)
        batch: Batch = {
            "step": number,
            "stage": step.stage,
            "length": input_ids.shape[-1],
            "step_labels": rank_labels if step_labels is None else step_labels,
            "rank_labels": rank_labels,
            "dataset": bucket.datasets[source],
            "bucket": np.full(len(rows), bucket.length, np.int32),
            "row": rows,
            "input_ids": input_ids,
            "seq_lengths": token_rows.seq_lengths,
        }
        if self._is_padded:
            batch["seq_lengths"] = split(token_rows.seq_lengths, token_rows.seq_counts)
        for name in settings.columns:
            if name in OF_ROWS:
                of_rows = OF_ROWS[name](token_rows)
                batch[name] = of_rows if self._is_padded else of_rows[0]
            elif name == WEIGHTS:
                batch[name] = given(token_rows.weights)
            elif name in token_rows.carried:
                carried = token_rows.carried[name]
                batch[name] = split(carried, token_rows.seq_counts) if self._is_padded else carried
            else:
                batch[name] = given(OF_TOKENS[name](token_rows))
        return batch

    def _read_rows(
        self,
        bucket: StageBucket,
        source: np.ndarray,
        rows: np.ndarray,
        step: "Step",
        settings: BatchSettings,
        needs_mask: bool,
    ) -> tuple[TokenRows, int, int]:
        """The rows of a rank, the tokens of a row that is cut among ranks, and the labels."""
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
        size = count * length
        # What is read is written over at once: only what is left is padding.
        is_full = size == used.sum()
        ids = np.empty(size, np.int32) if is_full else np.full(size, self._plan["padId"], np.int32)
        trained = None
        weights = np.zeros(size, np.float32) if WEIGHTS in settings.columns else None
        carried = {name: np.empty_like(lengths) for name in settings.columns if name not in COLUMNS}
        for reader, which, located, _, of_part in parts:
            for name, values in carried.items():
                values[ragged(starts[which], of_part)] = reader.sequences(located, name, of_part)
            reader.read(located, used[which], ids, at[which])
            if needs_mask and reader.is_masked:
                trained = np.ones(size, np.int32) if trained is None else trained
                reader.read(located, used[which], trained, at[which], MASK)
            if weights is not None:
                reader.read(located, used[which], weights.view(np.int32), at[which], WEIGHTS)
        seq_counts = counts if self._is_padded else np.array([len(lengths)])
        labels = sum(
            reader.labels(rows[which]) if reader.is_masked else int(of_rows.sum()) - len(of_rows)
            for reader, which, _, of_rows, _ in parts
        )
        token_rows = TokenRows(ids, count, length, lengths, seq_counts, trained, weights, settings.told, carried)
        return token_rows, width, labels


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
