"""Where files are: on this machine, or at URLs, which a file system of pyarrow or fsspec reads."""

import hashlib
import os
import pickle
import posixpath
import random
import re
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

import pyarrow as pa
from pyarrow import fs

from .errors import SeqpackError

# A URL: what names the storage, with the host or bucket, and the path there.
_URL_PARTS = re.compile(r"([a-z][a-z0-9+.-]+://[^/]*)(.*)", re.IGNORECASE | re.DOTALL)

# Requests at a time, of one process.
_LANES = 128
# Files that are opened at a time, each with several requests.
_OPENERS = 16
# Bytes of a request, where a file is read whole.
_PIECE = 8 << 20
# Bytes that are hashed at a time.
_HASHED = 1 << 20
# How often a request is tried, and the seconds that are waited before it is tried again.
_TRIES, _WAIT = 6, 0.2
# Errors that trying again does not mend, as pyarrow tells them.
_LASTING = re.compile("ACCESS_DENIED|NO_SUCH|INVALID_ACCESS|SIGNATURE|HTTP status 4")

Item = TypeVar("Item")
Result = TypeVar("Result")


def is_far(path: str) -> bool:
    """Whether a path is a URL."""
    return _URL_PARTS.fullmatch(path) is not None


def path_from(directory: str, path: str) -> str:
    """A path that a file in a directory names from there, or in full."""
    if is_far(path) or os.path.isabs(path):
        return path
    url = _URL_PARTS.fullmatch(directory)
    if url is None:
        return without_slashes(os.path.normpath(os.path.join(directory, path)))
    return without_slashes(url[1] + posixpath.normpath(f"{url[2] or '/'}/{path}").replace("//", "/"))


def without_slashes(path: str) -> str:
    return re.sub(r"(?<=[^/])/+$", "", path)


class Storage:
    """Reads files. All that a plan or dataset is of shares one.

    Args:
        filesystem: Reads URLs, whatever they begin with: one of `pyarrow.fs` or of fsspec. Left out: those
            that the URLs name, by pyarrow, or by fsspec where pyarrow knows none.
    """

    def __init__(self, filesystem: Any = None) -> None:
        self.given = filesystem
        self._known: dict[str, fs.FileSystem] = {}
        self._process = os.getpid()
        self._lock = threading.Lock()

    def read(self, path: str) -> bytes:
        """A file as a whole."""
        try:
            if is_far(path):
                far = self.open(path)
                return b"".join(run_all(lambda at: far.read(at, _PIECE), range(0, far.size, _PIECE)))
            with open(path, "rb") as file:
                return file.read()
        except OSError as error:
            raise cannot_read(path, error) from error

    def sha256(self, path: str) -> str:
        """The SHA-256 of a file: of one on this machine a piece is held at a time."""
        if is_far(path):
            return hashlib.sha256(self.read(path)).hexdigest()
        found = hashlib.sha256()
        try:
            with open(path, "rb") as file:
                while piece := file.read(_HASHED):
                    found.update(piece)
        except OSError as error:
            raise cannot_read(path, error) from error
        return found.hexdigest()

    def map(self, path: str) -> pa.Buffer:
        """A file as a whole: mapped into memory, if it is on this machine."""
        if is_far(path):
            return pa.py_buffer(self.read(path))
        with pa.memory_map(path) as file:
            return file.read_buffer()

    def open(self, path: str) -> "FarBytes":
        """A file at a URL. OSError: it cannot be opened."""
        return FarBytes(path, partial(self.open_file, path))

    def open_file(self, path: str) -> pa.NativeFile:
        files, within = self._filesystem_of(path)
        return _tried(files.open_input_file, within)

    def size(self, path: str) -> int | None:
        """Bytes of a file; None: there is none."""
        if is_far(path):
            info = self._info(path)
            return info.size if info.is_file else None
        try:
            return os.path.getsize(path)
        except OSError:
            return None

    def exists(self, path: str) -> bool:
        """Whether there is a file or a directory."""
        return self._info(path).type != fs.FileType.NotFound if is_far(path) else os.path.exists(path)

    def is_directory(self, path: str) -> bool:
        return self._info(path).type == fs.FileType.Directory if is_far(path) else os.path.isdir(path)

    def _info(self, path: str) -> fs.FileInfo:
        try:
            files, within = self._filesystem_of(path)
            return _tried(files.get_file_info, within)
        except OSError as error:
            raise cannot_read(path, error) from error

    def _filesystem_of(self, path: str) -> tuple[fs.FileSystem, str]:
        """What reads a URL, and its path there. Connections are not for processes that are forked off."""
        with self._lock:
            if self._process != os.getpid():
                # They would wait for threads that have not come along, if they were let go.
                _left_behind.append(self._known)
                self._known = {}
                self._process = os.getpid()
                if self.given is not None:
                    self.given = pickle.loads(pickle.dumps(self.given))
            scheme, _, within = path.partition("://")
            bucket = within.split("/", 1)[0]
            top = f"{scheme}://{bucket}"
            if top not in self._known:
                self._known[top] = _wrapped(self.given) if self.given is not None else _filesystem(scheme.lower(), top)
            return self._known[top], within


class FarBytes:
    """A file at a URL, of which ranges are read."""

    def __init__(self, path: str, open_file: Callable[[], pa.NativeFile]) -> None:
        self._path = path
        self._open = open_file
        self.file = open_file()
        self.size: int = self.file.size()
        # The process that opened it: connections are not for those that are forked off.
        self._process = os.getpid()

    def read(self, at: int, size: int) -> bytes:
        """A range, or what there is of it."""
        try:
            if self._process != os.getpid():
                self.file = self._open()
                self._process = os.getpid()
            return _tried(self.file.read_at, size, at)
        except OSError as error:
            raise cannot_read(self._path, error) from error


def _wrapped(filesystem: Any) -> fs.FileSystem:
    return filesystem if isinstance(filesystem, fs.FileSystem) else fs.PyFileSystem(fs.FSSpecHandler(filesystem))


def _filesystem(scheme: str, top: str) -> fs.FileSystem:
    """The file system of URLs. OSError: it cannot be made."""
    try:
        if scheme == "s3":
            return _s3(top.partition("://")[2])
        if scheme in ("gs", "gcs"):
            return fs.GcsFileSystem()
        import fsspec

        return _wrapped(fsspec.filesystem(scheme))
    except (ImportError, ValueError) as error:
        raise SeqpackError(
            "bad-option",
            f"{top} cannot be read: {str(error).rstrip('.')}. Install what reads {scheme}://, or give a file system that does (filesystem).",
        ) from error


def _s3(bucket: str) -> fs.FileSystem:
    """S3 as the command finds it: endpoint, region and credentials of the environment, or of a profile."""
    options: dict[str, Any] = {}
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    if os.environ.get("AWS_NO_SIGN_REQUEST", "").lower() == "true":
        options["anonymous"] = True
    if endpoint:
        scheme, _, host = endpoint.rpartition("://")
        options |= {"endpoint_override": host.rstrip("/"), "scheme": scheme or "https"}
    elif not region:
        region = fs.resolve_s3_region(bucket)
    if region:
        options["region"] = region
    return fs.S3FileSystem(**options)


def reason_of(error: OSError) -> str:
    """Why a file cannot be read, as the command says it."""
    if isinstance(error, FileNotFoundError):
        return "there is no such file or directory"
    return (error.strerror or str(error)).strip().rstrip(".")


def _tried(action: Callable[..., Result], *arguments: Any) -> Result:
    """What an action gives: pyarrow gives up where an answer is cut off."""
    for number in range(_TRIES - 1):
        try:
            return action(*arguments)
        except (FileNotFoundError, PermissionError):
            raise
        except OSError as error:
            if _LASTING.search(str(error)):
                raise
            time.sleep(_WAIT * 2**number * random.random())
    return action(*arguments)


def cannot_read(path: str, error: OSError) -> SeqpackError:
    return SeqpackError("cannot-read", f"cannot read {path}: {reason_of(error)}.")


_left_behind: list[Any] = []
_pools: dict[str, ThreadPoolExecutor] = {}
# Threads do not come along when a process is forked off.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pools.clear)


def run_all(action: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """Requests, side by side. They must not wait for others."""
    return _run("requests", _LANES, action, items)


def open_all(action: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """Opens files side by side."""
    return _run("files", _OPENERS, action, items)


def _run(name: str, most: int, action: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    todo = list(items)
    if len(todo) < 2:
        return [action(item) for item in todo]
    return list(pool(name, most).map(action, todo))


def pool(name: str, most: int) -> ThreadPoolExecutor:
    """The threads of this process for one kind of work, which may wait for other kinds only."""
    return _pools.get(name) or _pools.setdefault(name, ThreadPoolExecutor(most, f"seqpack-{name}"))
