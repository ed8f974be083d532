"""Bytes of input files: plain `open` for local paths, fsspec for URLs, with a few retries over a network."""

import io
import time
from collections.abc import Iterator
from typing import Any

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
    """A file behind a URL. What fails is tried again from where it stopped, with 1, 2 and 4 seconds in between, so
    that a dropped connection does not look like a damaged file. Exceptions of all file systems become OSError."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._position = 0
        self._file: Any = None
        self._size = int(self._retrying(lambda file: file.size))

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
            if not data and self._position < self._size and wanted:
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

    def _retrying(self, action: Any) -> Any:
        import fsspec

        for attempt in range(REMOTE_ATTEMPTS):
            try:
                if self._file is None:
                    opened = fsspec.open(self._path, "rb", block_size=REMOTE_BLOCK_BYTES, cache_type="readahead")
                    self._file = opened.open()
                return action(self._file)
            except (FileNotFoundError, PermissionError):
                raise
            except Exception as error:  # each backend has its own classes (aiohttp, botocore, google.api_core, ...)
                self._file = None
                if attempt == REMOTE_ATTEMPTS - 1:
                    raise OSError(f"{type(error).__name__}: {error}") from error
                time.sleep(2**attempt)
        raise AssertionError("unreachable")
