"""Paths: local folders and object stores behind one small set of functions.

Local files are written under a temporary name, flushed to disk and renamed. On an object store an object appears when
it is closed, and a rename is a copy and a delete, so there the final name is written directly.
"""

import contextlib
import os
import shutil
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import fsspec
import pyarrow as pa
import xxhash

TEMPORARY_MARK = ".tmp-"


def is_local(path: str) -> bool:
    """True for plain paths. `file://` goes through fsspec on purpose: it is how tests exercise the remote code path."""
    return "://" not in path


def join(*parts: str) -> str:
    """Join path parts with `/`, for local paths and URLs alike."""
    return "/".join([parts[0].rstrip("/"), *(part.strip("/") for part in parts[1:])])


def exists(path: str) -> bool:
    """Whether a file or folder is there."""
    if is_local(path):
        return os.path.exists(path)
    filesystem, inner = fsspec.core.url_to_fs(path)
    # Listings are cached by some filesystems; a commit by another process must be seen.
    filesystem.invalidate_cache()
    return bool(filesystem.exists(inner))


def size(path: str) -> int:
    """Size of a file in bytes."""
    if is_local(path):
        return os.path.getsize(path)
    filesystem, inner = fsspec.core.url_to_fs(path)
    return int(filesystem.size(inner))


def read_bytes(path: str) -> bytes:
    """The whole file. For manifests and other small files only."""
    with fsspec.open(path, "rb") if not is_local(path) else open(path, "rb") as file:
        return file.read()  # type: ignore[no-any-return]


def open_arrow(path: str) -> Any:
    """An open Arrow source: a memory map where the file is local, else a file object that seeks."""
    return pa.memory_map(path) if is_local(path) else fsspec.open(path, "rb").open()


def arrow_batches(path: str, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
    """The record batches of an Arrow file, or some columns of them: only these are read."""
    with open_arrow(path) as source:
        options = None
        if columns is not None:
            names = pa.ipc.open_file(source).schema.names
            options = pa.ipc.IpcReadOptions(included_fields=sorted(names.index(name) for name in columns))
        with pa.ipc.open_file(source, options=options) as reader:
            for number in range(reader.num_record_batches):
                yield reader.get_batch(number)


def open_range(path: str) -> Any:
    """A file object to read some ranges of a file from."""
    return open(path, "rb") if is_local(path) else fsspec.open(path, "rb").open()


class DigestWriter:
    """A write-only binary file that counts and hashes (xxh3-128) what passes through it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._hash = xxhash.xxh3_128()
        self.bytes = 0
        self.closed = False

    def write(self, data: Any) -> int:
        self._hash.update(data)
        length = memoryview(data).nbytes
        self.bytes += length
        self._file.write(data)
        return length

    def tell(self) -> int:
        return self.bytes

    def flush(self) -> None:
        pass

    def close(self) -> None:
        self.closed = True

    def writable(self) -> bool:
        return True

    def readable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return False

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()


@contextlib.contextmanager
def create(path: str) -> Iterator[DigestWriter]:
    """Write a file so that its final name only ever holds the whole content.

    Leaves nothing behind when the body raises; a killed process leaves a temporary file, which `sweep` removes.
    """
    if not is_local(path):
        with fsspec.open(path, "wb", auto_mkdir=True) as remote:
            yield DigestWriter(remote)
        return
    os.makedirs(os.path.dirname(path), exist_ok=True)
    temporary = f"{path}{TEMPORARY_MARK}{uuid.uuid4().hex}"
    try:
        with open(temporary, "wb") as file:
            yield DigestWriter(file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        raise


def write_bytes(path: str, data: bytes) -> None:
    """Write a small file atomically."""
    with create(path) as file:
        file.write(data)


def digest_of(path: str) -> str:
    """xxh3-128 of a file's bytes, read in blocks."""
    state = xxhash.xxh3_128()
    with fsspec.open(path, "rb") if not is_local(path) else open(path, "rb") as file:
        while block := file.read(1 << 22):
            state.update(block)
    return state.hexdigest()


def sweep(folder: str) -> int:
    """Remove temporary files that a killed process left below a local folder; returns how many."""
    if not is_local(folder) or not os.path.isdir(folder):
        return 0
    left = [path for path in Path(folder).rglob(f"*{TEMPORARY_MARK}*") if path.is_file()]
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)


def listing(folder: str) -> list[str]:
    """Names directly below a folder, sorted; empty when it is not there."""
    if is_local(folder):
        return sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    filesystem, inner = fsspec.core.url_to_fs(folder)
    filesystem.invalidate_cache()
    if not filesystem.isdir(inner):
        return []
    return sorted(entry.rstrip("/").rsplit("/", 1)[-1] for entry in filesystem.ls(inner, detail=False))


def remove(path: str) -> None:
    """Remove a file or a whole folder; nothing happens when it is not there."""
    if is_local(path):
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path)
        else:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)
        return
    filesystem, inner = fsspec.core.url_to_fs(path)
    if filesystem.exists(inner):
        filesystem.rm(inner, recursive=True)


def publish(source: str, target: str) -> None:
    """Make a committed work file visible under its public name: a hard link where possible, else a copy."""
    if is_local(target):
        os.makedirs(os.path.dirname(target), exist_ok=True)
        try:
            os.link(source, target)
        except OSError:  # another device, or a filesystem without hard links
            shutil.copyfile(source, target)
        return
    filesystem, inner = fsspec.core.url_to_fs(target)
    filesystem.makedirs(inner.rsplit("/", 1)[0], exist_ok=True)
    filesystem.copy(fsspec.core.url_to_fs(source)[1], inner)
