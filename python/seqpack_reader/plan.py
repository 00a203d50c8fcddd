"""Plans of `seqpack curriculum`: which rows make each step."""

import hashlib
import json
import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from .batches import Batch, BatchReader
from .errors import SeqpackError, require_whole
from .groups import Groups
from .lanes import Lanes, Ranks
from .manifest import MANIFEST, OpenDataset, is_plain_path, open_dataset, parse_dataset_name
from .settings import IS_PADDED, BatchSettings, check_stage, resolve_batches
from .storage import Storage, is_far, path_from, pool, without_slashes

PLAN_FILE = "curriculum.json"
PLAN_VERSION = 3
# That of plans that have none of what came after it.
_PLAIN_PLAN_VERSION = 2

# Bytes of a file on another machine up to which all of it is read to be compared.
_MOST_FAR = 1 << 25

# Steps that are read at a time of far datasets, and the tokens of a rank up to which there are more than two.
_MOST_AHEAD, _TOKENS_AHEAD = 16, 1 << 22


class Step(NamedTuple):
    """A step as the plan has it; docs/format-plan.md says what its numbers are."""

    stage: int
    bucket: int
    length: int
    batch_size: int
    offset: int
    # Of plans with lanes, else 0.
    labels: int = 0
    # Of plans with groups of ranks: where those of the step are, how many, and the micro-batches that they make.
    first_group: int = 0
    groups: int = 0
    micro_batches: int = 1


class Plan:
    """A plan of `seqpack curriculum`, and the batches of its steps: any step, in any order.

    Args:
        path: The plan's directory, or the URL of one.
        datasets: Where the plan's datasets are, in its order, if they were moved.
        filesystem: What reads URLs, of the plan and of its datasets: a file system of `pyarrow.fs` or of fsspec.
            Left out: those that the URLs name.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        datasets: Sequence[str | os.PathLike[str]] | None = None,
        filesystem: Any = None,
    ) -> None:
        self.path = without_slashes(os.fspath(path))
        storage = Storage(filesystem)
        self.info: dict[str, Any] = _read_plan(storage, self.path)
        self._moved = [datasets] if isinstance(datasets, str | os.PathLike) else datasets
        self._settings: dict[tuple[Any, ...], BatchSettings] = {}
        self._steps = _read_steps(storage, f"{self.path}/{self.info['steps']['path']}", len(self))
        opened = _open_datasets(storage, self.path, self.info, self._moved)
        lanes = self.info.get("lanes")
        self._lanes = None if lanes is None else Lanes(storage, f"{self.path}/{lanes['path']}", lanes)
        groups = self.info.get("groups")
        self._groups = None if groups is None else Groups(storage, f"{self.path}/{groups['path']}", groups)
        self._reader = BatchReader(self.info, opened, storage, self._lanes)
        stores = [each.store.directory for each in opened if each.store is not None]
        self._is_far = any(map(is_far, [*stores, *(each.directory for each in opened)]))
        self._filesystem = filesystem

    def __reduce__(self) -> tuple[Any, ...]:
        return Plan, (self.path, self._moved, self._filesystem)

    @property
    def hash(self) -> str:
        """Identifies the plan: keep it with the step in a checkpoint."""
        return self.info["planHash"]

    def __len__(self) -> int:
        return self.info["totals"]["steps"]

    def step(self, number: int) -> Step:
        require_whole("step", number, 0)
        if number >= len(self):
            raise SeqpackError(
                "bad-option",
                f"there is no step {number}: the plan has {len(self)}, from 0 to {len(self) - 1}, and {len(self)} is its end. Plan more --tokens or --epochs to go on.",
            )
        batch, row = divmod(number, len(self._steps[0]["stage"]))
        return Step(**{name: column.item(row) for name, column in self._steps[batch].items()})

    def count_batches(self, start: int = 0) -> int:
        """Batches of a rank from the step `start` on: one a step, or one a micro-batch."""
        if self._groups is None:
            return max(0, len(self) - start)
        counts = np.concatenate([each["micro_batches"] for each in self._steps])
        return int(counts[start:].sum())

    def batch(
        self,
        step: int,
        rank: int = 0,
        world_size: int | None = None,
        columns: Sequence[str] = (),
        sequence_parallel: int = 1,
        sequence_shares: str | None = None,
        chunk: int | None = None,
        positions: str | None = None,
        global_attention: str | None = None,
        pad_loss: bool = False,
        sequence_multiple: int | None = None,
    ) -> Batch:
        """What one rank gets of a step, as `seqpack batches` gives it.

        Args:
            world_size: How many ranks there are; None: 1, or those of a plan that has groups of ranks.
            columns: Names of further columns to make, or that the datasets carry.
            sequence_parallel: Ranks that share each row; ranks that follow one another share one.
            sequence_shares: How rows are cut among these: "contiguous" or "zigzag"; or how each of their sequences
                is: "document-zigzag" or "document-contiguous".
            chunk: Tokens of a chunk, for the columns chunk_offsets and chunk_loss_tokens.
            positions: The rule of scaled_positions: "linear:4", "stretch:20,4" or "random:7".
            global_attention: Tokens of global_attention_mask: "first-token" or "prompt-tokens".
            pad_loss: Whether padding is trained on, as a part of a row's last sequence.
            sequence_multiple: What each sequence is padded to a multiple of, where it is cut by itself; None: the
                parts it is cut into.

        Raises:
            SeqpackError: says what is wrong and what to do.
        """
        if self._groups is not None:
            raise SeqpackError(
                "bad-option",
                "the plan cuts steps into micro-batches: read those of a step with micro_batches, or all of them with batches.",
            )
        told = (chunk, positions, global_attention, pad_loss, sequence_multiple)
        settings = self._asked(rank, world_size, columns, sequence_parallel, sequence_shares, *told)
        planned = self.step(step)
        if "parents" in self.info:
            check_stage(self.info, self.info["stages"][planned.stage], settings)
        return self._reader.read(step, planned, settings)

    def micro_batches(self, step: int, *options: Any, **named: Any) -> list[Batch]:
        """What one rank gets of each micro-batch of a step; of a step that is not cut, its batch.

        Args:
            options: The other arguments of `batch`.
            named: The same, by name.
        """
        if self._groups is None:
            return [self.batch(step, *options, **named)]
        planned = self.step(step)
        settings = self._asked(*options, **named)
        groups = self._groups.of(planned.first_group, planned.groups)
        return self._reader.read_micro_batches(step, planned, settings, groups)

    def batches(
        self, start: int = 0, stride: int = 1, rank: int = 0, world_size: int | None = None, *options: Any
    ) -> Iterator[Batch]:
        """Those of every `stride`th step from `start` on, one micro-batch after the other.

        Of far datasets several steps are read at a time.

        Args:
            options: The other arguments of `batch`, in its order.
        """
        steps = range(start, len(self), stride)
        if not self._is_far:
            for step in steps:
                yield from self.micro_batches(step, rank, world_size, *options)
            return
        under_way: deque[tuple[int, Future[list[Batch]]]] = deque()
        left = iter(steps)
        tokens = 0
        try:
            while True:
                while len(under_way) < _MOST_AHEAD and (len(under_way) < 2 or tokens < _TOKENS_AHEAD):
                    step = next(left, None)
                    if step is None:
                        break
                    planned = self.step(step)
                    size = planned.batch_size * planned.length // (world_size or 1)
                    tokens += size
                    read = pool("steps", _MOST_AHEAD).submit(self.micro_batches, step, rank, world_size, *options)
                    under_way.append((size, read))
                if not under_way:
                    return
                size, read = under_way.popleft()
                yield from read.result()
                tokens -= size
        finally:
            for _, read in under_way:
                read.cancel()

    def state(self, step: int, world_size: int = 1, sequence_parallel: int = 1) -> dict[str, Any]:
        """What a run keeps to go on at a step; of documents in order also the ranks, which keep what models remember."""
        state: dict[str, Any] = {"plan": self.hash, "step": step}
        if self._lanes is not None:
            state["worldSize"] = world_size
            if sequence_parallel > 1:
                state["sequenceParallel"] = sequence_parallel
        return state

    def require_state(self, state: dict[str, Any], world_size: int = 1, sequence_parallel: int = 1) -> None:
        """Refuses a state that ranks as many as these cannot go on with."""
        parents = {each["planHash"]: each["step"] for each in self.info.get("parents", ())}
        if state["plan"] != self.hash and state["step"] > parents.get(state["plan"], state["step"]):
            raise SeqpackError(
                "other-plan",
                f"the state is at step {state['step']} of the plan {state['plan'][:12]}, from which this one goes on at step {parents[state['plan']]}: take an earlier state, or begin with start.",
            )
        if state["plan"] != self.hash and state["plan"] not in parents:
            raise SeqpackError(
                "other-plan",
                f"the state is of the plan {state['plan'][:12]}, and this plan is {self.hash[:12]}: name the plan that it is of, or begin with start.",
            )
        if self._lanes is not None and "worldSize" in state:
            before = Ranks(state["worldSize"], state.get("sequenceParallel", 1))
            self._lanes.require_same(state["step"], before, Ranks(world_size, sequence_parallel))

    def _asked(
        self,
        rank: int = 0,
        world_size: int | None = None,
        columns: Sequence[str] = (),
        sequence_parallel: int = 1,
        sequence_shares: str | None = None,
        chunk: int | None = None,
        positions: str | None = None,
        global_attention: str | None = None,
        pad_loss: bool = False,
        sequence_multiple: int | None = None,
    ) -> BatchSettings:
        """The settings for the arguments of `batch`."""
        names = tuple(columns) if isinstance(columns, list) else columns
        told = (chunk, positions, global_attention, pad_loss, sequence_multiple)
        return self.settings(rank, world_size, names, sequence_parallel, sequence_shares, *told)

    def settings(
        self,
        rank: int,
        world_size: int | None,
        columns: Sequence[str],
        sequence_parallel: int = 1,
        sequence_shares: str | None = None,
        *told: Any,
    ) -> BatchSettings:
        """What is asked for, checked."""
        asked = (rank, world_size, columns, sequence_parallel, sequence_shares, *told)
        try:
            known = self._settings.get(asked)
        except TypeError:
            known = None
        if known is None:
            known = resolve_batches(self.info, *asked)
            self._reader.require_carried(known.columns)
            self._reader.require_trees(known)
            if len(self._settings) < 1024:
                key = (rank, world_size, tuple(columns), sequence_parallel, sequence_shares, *told)
                self._settings[key] = known
        return known


def _read_plan(storage: Storage, directory: str) -> dict[str, Any]:
    path = f"{directory}/{PLAN_FILE}"
    if not storage.exists(path):
        raise SeqpackError(
            "not-a-plan",
            f"{directory} is not a plan of seqpack: it has no {PLAN_FILE}. Make one with seqpack curriculum.",
        )
    content = storage.read(path)
    try:
        plan = json.loads(content)
        fault = _fault_of(storage, directory, plan, content)
    except (ValueError, RecursionError) as error:
        fault = f"it is not JSON ({error})"
    if fault is not None:
        raise SeqpackError("bad-plan", f"{path} cannot be used: {fault}. Make the plan again with seqpack curriculum.")
    if plan["batches"] not in IS_PADDED:
        raise SeqpackError(
            "kind-of-batches",
            f"the plan has {plan['batches']} batches, which the Python reader does not make: it reads {', '.join(IS_PADDED)}. Read them with seqpack batches {directory}, or plan others (--batches).",
        )
    return plan


def _fault_of(storage: Storage, directory: str, plan: Any, content: bytes) -> str | None:
    version = plan.get("formatVersion") if isinstance(plan, dict) else None
    if version not in (_PLAIN_PLAN_VERSION, PLAN_VERSION):
        return (
            f"its format version is {version}, and this seqpack reads versions {_PLAIN_PLAN_VERSION} and {PLAN_VERSION}"
        )
    # Numbers with a fraction as they are written: another language may write them in its own way.
    rest = json.loads(content, parse_float=_Written)
    rest.pop("planHash", None)
    text = canonical_json(rest).encode("utf8", "surrogatepass")
    if plan.get("planHash") != hashlib.sha256(text).hexdigest():
        return "it was changed after it was made: its hash is another"
    for what in ("steps", "lanes", "groups"):
        file = plan.get(what)
        if file is None:
            continue
        if not is_plain_path(file["path"]):
            return f"its {what} are outside its directory, {file['path']}"
        size = storage.size(f"{directory}/{file['path']}")
        if size is None:
            return f"{file['path']} is missing"
        if size != file["bytes"]:
            return f"{file['path']} has {size} bytes of {file['bytes']}"
        path = f"{directory}/{file['path']}"
        if not (is_far(path) and size > _MOST_FAR) and storage.sha256(path) != file["sha256"]:
            return f"{file['path']} has another SHA-256 than the plan says"
    return None


class _Written(str):
    """A number as a file has it."""


def canonical_json(value: Any) -> str:
    """JSON with the keys of every object sorted, and nothing between its parts."""
    if isinstance(value, _Written):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{canonical_json(key)}:{canonical_json(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical_json, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _read_steps(storage: Storage, path: str, count: int) -> list[dict[str, np.ndarray]]:
    """Of each record batch the columns of `Step`."""
    try:
        steps = list(pa.ipc.open_stream(storage.map(path)))
    except (OSError, pa.ArrowException):
        raise SeqpackError(
            "bad-plan",
            f"{path} cannot be read: it is no Arrow stream, or is cut off. Make the plan again with seqpack curriculum.",
        ) from None
    found = sum(batch.num_rows for batch in steps)
    if found != count:
        raise SeqpackError(
            "bad-plan",
            f"{path} cannot be read: it has {found} rows of {count}. Make the plan again with seqpack curriculum.",
        )
    names = [name for name in Step._fields if not steps or name in steps[0].schema.names]
    return [{name: batch.column(name).to_numpy() for name in names} for batch in steps]


def _open_datasets(
    storage: Storage, directory: str, plan: dict[str, Any], moved: Sequence[str | os.PathLike[str]] | None
) -> list[OpenDataset]:
    planned = plan["datasets"]
    if moved is not None and len(moved) != len(planned):
        raise SeqpackError(
            "bad-option",
            f"the plan is of {len(planned)} datasets, and {len(moved)} are named (datasets): name each, in the plan's order.",
        )
    datasets = []
    for number, known in enumerate(planned):
        here = path_from(directory, known["path"])
        path = here if moved is None else os.fspath(moved[number])
        where = parse_dataset_name(storage, path)[0]
        if moved is None and not storage.exists(f"{where}/{MANIFEST}"):
            raise SeqpackError(
                "dataset-moved",
                f"there is no dataset at {where}, where the plan has it: say where it is now (datasets).",
            )
        found = open_dataset(storage, path, is_store="lanes" in plan)
        kind = found.manifest["settings"]["format"]
        if kind != "arrow":
            raise SeqpackError(
                "not-random",
                f"{where} has {kind} shards, and its rows are to be read in random order: convert it with seqpack convert {where} --format arrow --out {where}-arrow.",
            )
        rows = [{"length": b.length, "rows": b.rows, "tokens": b.tokens} for b in found.buckets]
        if found.hash != known["manifest"] or rows != known["buckets"]:
            raise SeqpackError(
                "dataset-changed",
                f"{path} is not the dataset that the plan was made of: the SHA-256 of its seqpack.json is {found.hash[:12]}, and was {known['manifest'][:12]}. Plan again with seqpack curriculum, or name the right one (datasets).",
            )
        datasets.append(found)
    return datasets
