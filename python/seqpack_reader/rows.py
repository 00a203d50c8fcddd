"""Rows of a bucket by their number: their tokens, and the lengths of their sequences."""

from typing import Any, NamedTuple

import numpy as np

from .arrow import DAMAGED, SEQ_LENGTHS, ArrowFile, copy_words, groups_of, ragged, runs_of, values_of
from .columns import Trees
from .errors import SeqpackError
from .manifest import MASK, TOKENS, Bucket, OpenDataset, Store
from .shards import OpenFiles, prepare_all

# Columns of tokens in which the first of a sequence has a 0, and has another value in its document.
_FIRST_IS_ZERO = {TOKENS: False, MASK: True}


# Tokens of a row, up to which rows of one length are copied faster together than one by one.
_SHORT = 1024


class RowsOfFile(NamedTuple):
    """Rows of one shard: where they stand among those asked for, and where they are in the file."""

    file: ArrowFile
    which: np.ndarray
    batch: np.ndarray
    row: np.ndarray

    def lists(self, column: str) -> tuple[np.ndarray, np.ndarray]:
        return self.file.lists(column, self.batch, self.row)

    def begins(self, column: str) -> np.ndarray:
        return self.file.begins(column, self.batch, self.row)


class BucketRows:
    """Reads rows of a bucket."""

    def __init__(self, dataset: OpenDataset, bucket: Bucket, files: OpenFiles) -> None:
        self.count = bucket.rows
        self._capacity = bucket.capacity
        self._is_full = bucket.is_full
        self.is_masked = dataset.is_masked
        self.has_trees = dataset.has_trees
        self._directory = dataset.directory
        self._shards = bucket.shards
        self._columns = dataset.columns
        self._files = files
        self._store = None if dataset.store is None else StoreTokens(dataset.store, files)
        self._first_rows = np.cumsum([0, *(shard["rows"] for shard in bucket.shards)])

    def locate(self, rows: np.ndarray) -> list[RowsOfFile]:
        """Where some rows are, shard by shard."""
        shards = np.searchsorted(self._first_rows, rows, side="right") - 1
        groups = groups_of(shards)
        located = []
        for file, (number, which) in zip(self._open(groups), groups, strict=True):
            located.append(RowsOfFile(file, which, *file.batches_of(rows[which] - self._first_rows[number])))
        return located

    def documents(self, rows: np.ndarray) -> np.ndarray:
        """The documents that rows of a store are: the task, times 2^32, and the number in it."""
        tasks = np.array([shard["task"] for shard in self._shards], np.int64)
        of = tasks[np.searchsorted(self._first_rows, rows, side="right") - 1]
        return (of << 32) + rows - self._first_rows[np.searchsorted(tasks, of)]

    def read_chunks(
        self,
        located: list[RowsOfFile],
        starts: np.ndarray,
        counts: np.ndarray,
        out: np.ndarray,
        at: np.ndarray,
        column: str = TOKENS,
    ) -> None:
        """Copies `counts` tokens of each document of a store, from its token `starts` on, to `out` from `at` on."""
        prepare_all([part.file for part in located], column)
        wanted = [(part.file, column, part.begins(column) + starts[part.which], counts[part.which]) for part in located]
        for part, (words, begins) in zip(located, values_of(wanted), strict=True):
            try:
                copy_words(words, begins, counts[part.which], out, at[part.which])
            except ValueError:
                raise part.file.refused(DAMAGED) from None

    def _open(self, groups: list[tuple[int, np.ndarray]]) -> list[ArrowFile]:
        shards = [self._shards[number] for number, _ in groups]
        again = "plan again with seqpack curriculum"
        return self._files.get(self._directory, shards, self._columns, "dataset", again)

    def gather(self, located: list[RowsOfFile], column: str) -> tuple[np.ndarray, np.ndarray]:
        """The values of a column that is a list of int32 a row, one row after the other, and their counts."""
        prepare_all([part.file for part in located], column)
        counts = np.empty(sum(len(part.which) for part in located), np.int64)
        wanted = []
        for part in located:
            begins, ends = part.lists(column)
            counts[part.which] = ends - begins
            wanted.append((part.file, column, begins, ends - begins))
        views: list[np.ndarray] = [counts] * len(counts)
        for part, (words, begins) in zip(located, values_of(wanted), strict=True):
            ends = begins + counts[part.which]
            for which, begin, end in zip(part.which.tolist(), begins.tolist(), ends.tolist(), strict=True):
                views[which] = words[begin:end]
        values = np.concatenate(views)
        if len(values) != counts.sum():
            _require(located, np.array([len(view) for view in views]) == counts)
        return values, counts

    def lengths(self, located: list[RowsOfFile], count: int) -> tuple[np.ndarray, np.ndarray]:
        """Tokens of the sequences of each row, and how many sequences each has."""
        if self._is_full:
            return np.full(count, self._capacity, np.int32), np.ones(count, np.int64)
        lengths, counts = self.gather(located, SEQ_LENGTHS)
        _require(located, counts > 0)
        starts = np.cumsum(counts) - counts
        if lengths.min() < 1 or np.add.reduceat(lengths, starts, dtype=np.int64).max() > self._capacity:
            used = np.add.reduceat(lengths, starts, dtype=np.int64)
            _require(located, (np.minimum.reduceat(lengths, starts) > 0) & (used <= self._capacity))
        return lengths, counts

    def sequences(self, located: list[RowsOfFile], column: str, counts: np.ndarray) -> np.ndarray:
        """The values of a column with one for each of the `counts` sequences of each row."""
        values, found = self.gather(located, column)
        _require(located, found == counts)
        return values

    def trees(self, located: list[RowsOfFile], counts: np.ndarray) -> Trees:
        """The trees of prefixes that rows are, of `counts` nodes each."""
        parents = self.sequences(located, "node_parent", counts)
        multiplicity = self.sequences(located, "node_multiplicity", counts)
        places = np.arange(len(parents)) - np.repeat(np.cumsum(counts) - counts, counts)
        if len(parents) > 0 and (parents.min() < -1 or (parents >= places).any()):
            raise located[0].file.refused(DAMAGED)
        return Trees(parents, multiplicity)

    def read_tree_mask(
        self,
        located: list[RowsOfFile],
        lengths: np.ndarray,
        counts: np.ndarray,
        parents: np.ndarray,
        out: np.ndarray,
        at: np.ndarray,
    ) -> None:
        """Writes in how many documents each token of rows of trees is to be trained on to `out`, from `at` on."""
        assert self._store is not None
        nodes, of_nodes = self.gather(located, "path_nodes")
        starts, of_starts = self.gather(located, "path_doc_offsets")
        documents, of_documents = self.gather(located, "path_doc_ids")
        _require(located, (of_starts == of_nodes) & (of_documents == 2 * of_nodes))
        firsts = np.cumsum(counts) - counts
        above = np.where(parents < 0, -1, parents + np.repeat(firsts, counts)).tolist()
        before = np.cumsum(lengths, dtype=np.int64) - lengths
        begins = before + np.repeat(at - before[firsts], counts)
        out[ragged(begins, lengths)] = 0
        paths = []
        for node in (nodes + np.repeat(firsts, of_nodes)).tolist():
            path = []
            while node >= 0:
                path.append(node)
                node = above[node]
            paths.append(np.array(path[::-1]))
        used = np.array([lengths[path].sum() for path in paths], np.int64)
        read = np.empty(used.sum(), np.int32)
        ends = np.cumsum(used)
        self._store.read(documents.view(np.int64), starts, used, read, ends - used, MASK)
        for path, end, count in zip(paths, ends.tolist(), used.tolist(), strict=True):
            out[ragged(begins[path], lengths[path])] += read[end - count : end]

    @property
    def labels_each(self) -> int | None:
        """Labels of every row; None: they differ."""
        return self._capacity - 1 if self._is_full and not self.is_masked else None

    def labels(self, rows: np.ndarray) -> int:
        """Labels of some rows together."""
        if self.labels_each is not None:
            return len(rows) * self.labels_each
        shards = self._first_rows.searchsorted(rows, side="right") - 1
        total = 0
        groups = groups_of(shards)
        for file, (number, which) in zip(self._open(groups), groups, strict=True):
            total += int(file.labels[rows[which] - self._first_rows[number]].sum())
        return total

    def read(
        self, located: list[RowsOfFile], used: np.ndarray, out: np.ndarray, at: np.ndarray, column: str = TOKENS
    ) -> None:
        """Copies the `used` tokens of each row to `out`, from `at` on."""
        if self._store is not None:
            self._read_index(self._store, located, out, at, column)
            return
        prepare_all([part.file for part in located], column)
        wanted = [(part.file, column, part.begins(column), used[part.which]) for part in located]
        runs = runs_of(out, self._capacity) if self._is_full and self._capacity <= _SHORT else None
        for part, (words, begins) in zip(located, values_of(wanted), strict=True):
            try:
                if runs is None:
                    copy_words(words, begins, used[part.which], out, at[part.which])
                else:
                    runs[at[part.which]] = part.file.runs(words, self._capacity)[begins]
            except (IndexError, ValueError):
                raise part.file.refused(DAMAGED) from None

    def _read_index(
        self, store: "StoreTokens", located: list[RowsOfFile], out: np.ndarray, at: np.ndarray, column: str
    ) -> None:
        lengths, counts = self.gather(located, SEQ_LENGTHS)
        starts, of_starts = self.gather(located, "doc_offsets")
        documents, of_documents = self.gather(located, "doc_ids")
        documents = documents.view(np.int64)
        _require(located, (of_starts == counts) & (of_documents == 2 * counts))
        before = np.cumsum(lengths, dtype=np.int64) - lengths
        first = np.cumsum(counts) - counts
        places = before + np.repeat(at - before[first], counts)
        store.read(documents, starts, lengths, out, places, column)
        if _FIRST_IS_ZERO[column]:
            out[places] = 0


def _require(located: list[RowsOfFile], is_sound: np.ndarray) -> None:
    """Refuses the file of a row that is not sound."""
    if not is_sound.all():
        raise next(part.file for part in located if not is_sound[part.which].all()).refused(DAMAGED)


class StoreTokens:
    """Reads tokens of a store's documents, wherever they are."""

    def __init__(self, store: Store, files: OpenFiles) -> None:
        self._directory = store.directory
        self._columns = store.columns
        self._files = files
        firsts: dict[int, int] = {}
        shards: list[tuple[int, dict[str, Any]]] = []
        for shard in store.shards:
            task = shard["task"]
            shards.append(((task << 32) + firsts.get(task, 0), shard))
            firsts[task] = firsts.get(task, 0) + shard["rows"]
        shards.sort(key=lambda each: each[0])
        self._shards = [shard for _, shard in shards]
        # The id of each shard's first document.
        self._first_ids = np.array([first for first, _ in shards], np.int64)
        # One more of none, which is that of ids before the first.
        self._rows = np.array([*(shard["rows"] for shard in self._shards), 0], np.int64)

    def read(
        self,
        documents: np.ndarray,
        starts: np.ndarray,
        counts: np.ndarray,
        out: np.ndarray,
        at: np.ndarray,
        column: str,
    ) -> None:
        """Copies `counts` tokens of each document, from its token `starts` on, to `out` from `at` on."""
        shards = np.searchsorted(self._first_ids, documents, side="right") - 1
        rows = documents - self._first_ids[shards]
        wrong = np.flatnonzero((shards < 0) | (rows >= self._rows[shards]))
        if len(wrong) > 0:
            task, number = divmod(int(documents[wrong[0]]), 2**32)
            raise SeqpackError(
                "bad-shard",
                f"{self._directory} has no document {number} in its task {task}. Check the packing with seqpack verify.",
            )
        groups = groups_of(shards)
        files = self._open([shard for shard, _ in groups])
        prepare_all(files, column)
        wanted = []
        for file, (_, which) in zip(files, groups, strict=True):
            begins = file.begins(column, *file.batches_of(rows[which])) + starts[which]
            wanted.append((file, column, begins, counts[which]))
        for file, (_, which), (words, begins) in zip(files, groups, values_of(wanted), strict=True):
            try:
                copy_words(words, begins, counts[which], out, at[which])
            except ValueError:
                raise file.refused(DAMAGED) from None

    def _open(self, numbers: list[int]) -> list[ArrowFile]:
        shards = [self._shards[number] for number in numbers]
        again = "pack it again with seqpack pack"
        return self._files.get(self._directory, shards, self._columns, "store", again)
