"""Bytes of input files: plain `open` for local paths, fsspec for URLs, with a few retries over a network."""

import time
from collections.abc import Iterator
from typing import IO, Any

CHUNK_BYTES = 256 << 10
REMOTE_BLOCK_BYTES = 8 << 20
REMOTE_ATTEMPTS = 4


def is_remote(path: str) -> bool:
    """Whether `path` names an fsspec URL such as https:// or s3:// (file:// counts: fsspec opens it)."""
    return "://" in path


def open_binary(path: str) -> IO[bytes]:
    """A seekable binary file; raises OSError (also for the exceptions that remote file systems invent)."""
    if not is_remote(path):
        return open(path, "rb", buffering=0)
    import fsspec

    try:
        opened: Any = fsspec.open(path, "rb", block_size=REMOTE_BLOCK_BYTES, cache_type="readahead").open()
    except OSError:
        raise
    except Exception as error:  # each backend has its own classes (aiohttp, botocore, google.api_core, ...)
        raise OSError(f"{type(error).__name__}: {error}") from error
    return opened


def chunks(path: str, start: int, end: int | None) -> Iterator[bytes]:
    """Stored bytes [start, end) in pieces of at most CHUNK_BYTES. Raises OSError when the file cannot be read.

    A remote read that fails is repeated from where it stopped, with 1, 2 and 4 seconds between the attempts, so that a
    dropped connection does not look like a damaged file.
    """
    position, failures = start, 0
    while True:
        try:
            with open_binary(path) as file:
                file.seek(position)
                while end is None or position < end:
                    chunk = file.read(CHUNK_BYTES if end is None else min(CHUNK_BYTES, end - position))
                    if not chunk:
                        return
                    position += len(chunk)
                    failures = 0
                    yield chunk
                return
        except GeneratorExit:
            raise
        except Exception as error:
            failures += 1
            if not is_remote(path) or isinstance(error, FileNotFoundError) or failures == REMOTE_ATTEMPTS:
                if isinstance(error, OSError):
                    raise
                raise OSError(f"{type(error).__name__}: {error}") from error
            time.sleep(2 ** (failures - 1))
