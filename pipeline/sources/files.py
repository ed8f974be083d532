"""Bytes of input files: plain `open` for local paths, fsspec for URLs, with a few retries over a network."""

import io
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

T = TypeVar("T")

CHUNK_BYTES = 256 << 10
REMOTE_BLOCK_BYTES = 8 << 20
REMOTE_ATTEMPTS = 4


def is_remote(path: str) -> bool:
    """Whether `path` is an fsspec URL such as https://, s3:// or file://."""
    return "://" in path


def open_binary(path: str) -> io.RawIOBase:
    """A seekable binary file. Opening and reading raise OSError and nothing else."""
    return RemoteFile(path) if is_remote(path) else io.FileIO(path)


def chunks(path: str, start: int, end: int | None) -> Iterator[bytes]:
    """Stored bytes [start, end) in pieces of at most CHUNK_BYTES. Raises OSError when the file cannot be read."""
    position = start
    with open_binary(path) as file:
        if start:
            file.seek(start)
        while end is None or position < end:
            chunk = file.read(CHUNK_BYTES if end is None else min(CHUNK_BYTES, end - position))
            if not chunk:
                return
            position += len(chunk)
            yield chunk


class RemoteFile(io.RawIOBase):
    """A file behind a URL; what fails is tried again from where it stopped. Raises OSError and nothing else."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._position = 0
        self._file: Any = None
        size = self._retrying(lambda file: file.size)
        if size is None:
            raise OSError(f"{path}: the server does not say how long the file is, so it cannot be read in parts")
        self._size = int(size)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = base + offset
        return self._position

    def readinto(self, buffer: Any) -> int:
        wanted = len(buffer)

        def read(file: Any) -> bytes:
            file.seek(self._position)
            data: bytes = file.read(wanted)
            if not data and wanted and self._position < self._size:
                raise OSError(f"no data at byte {self._position} of {self._size}")
            return data

        data = self._retrying(read)
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
        super().close()

    def _retrying(self, action: Callable[[Any], T]) -> T:
        def attempt() -> T:
            if self._file is None:
                import fsspec

                opened = fsspec.open(self._path, "rb", block_size=REMOTE_BLOCK_BYTES, cache_type="readahead")
                self._file = opened.open()
            try:
                return action(self._file)
            except Exception:
                self._file = None
                raise

        return retrying(attempt)


def retrying(action: Callable[[], T]) -> T:
    """`action()`, repeated after 1, 2 and 4 seconds where a network may be to blame, so that a dropped connection does
    not look like a damaged or missing file. Exceptions of all file systems become OSError."""
    for attempt in range(REMOTE_ATTEMPTS):
        try:
            return action()
        except Exception as error:  # each backend has its own classes (aiohttp, botocore, google.api_core, ...)
            if _final(error) or attempt == REMOTE_ATTEMPTS - 1:
                if isinstance(error, OSError):
                    raise
                raise OSError(f"{type(error).__name__}: {error}") from error
        time.sleep(2**attempt)
    raise AssertionError("unreachable")


def _final(error: Exception) -> bool:
    """Whether asking again is useless. fsspec's HTTP says FileNotFoundError for every failure; its cause knows more."""
    for each in (error, error.__cause__):
        status = getattr(each, "status", None)
        if status is not None:
            return status in (401, 403, 404, 410)
    return isinstance(error, (FileNotFoundError, PermissionError)) and error.__cause__ is None
