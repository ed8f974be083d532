"""What every reader shares: input files, splits of them, and the outcome of each record.

A reader turns one split of one file into a stream of `Record` (a document candidate) and `Rejected` (a record that is
no document, or damage). Ordinals are dense from 0 over the whole file, and the splits of a file give exactly what one
sequential read gives, so a document's id never depends on how a file was cut.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict


@dataclass(frozen=True, slots=True)
class InputFile:
    """One file of a source. `path` is absolute or a URL; `relpath` is unique in the source and part of document ids."""

    source: str
    path: str
    relpath: str
    size: int | None
    """Bytes as stored, None where the server does not say."""
    etag: str
    """The server's etag, or the modification time in nanoseconds: changes when the content does."""


@dataclass(frozen=True, slots=True)
class Split:
    """A range [start, end) of a file: stored bytes, or row groups for Parquet. `end` None is the end of the file."""

    index: int
    start: int
    end: int | None
    first_ordinal: int


WHOLE_FILE = Split(0, 0, None, 0)


@dataclass(frozen=True, slots=True)
class Record:
    """One document candidate: either `content` (a page to extract) or `text` (ready), never both."""

    ordinal: int
    native_id: str | None
    url: str | None
    date: str | None
    """ISO 8601 as given by the file, UTC."""
    content: bytes | None
    """Raw page bytes after HTTP transfer- and content-decoding."""
    text: str | None
    charset: str | None
    """As declared by the HTTP header; says nothing about what the bytes are."""
    metadata: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that is no document (`drop`), or one that could not be read (`quarantine`)."""

    ordinal: int
    verdict: Literal["drop", "quarantine"]
    reason: str
    detail: str
    native_id: str | None = None
    url: str | None = None


class ReaderOptions(BaseModel):
    """Base of every reader's options: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True)
class Reader:
    """A named way to read files. Its functions are pure in (file content, split, options) and never raise on bad files.

    `read(file, split, options)` yields one outcome for each record of the split, in order of ordinals.
    `index(file, split_bytes, options)` scans a file once and returns splits of about `split_bytes` stored bytes, or
    None where the file cannot be cut (a gzip stream of one member).
    `splittable(path)` says by name alone, without opening, whether `index` can ever return more than one split.
    """

    name: str
    options: type[ReaderOptions]
    read: Callable[[InputFile, Split, Any], Iterator[Record | Rejected]]
    index: Callable[[InputFile, int, Any], list[Split] | None]
    splittable: Callable[[str], bool]
    extracts: bool
    """Its records are pages whose `content` needs extraction; readers with an `html` option: see `yields_pages`."""
    summary: str

    def yields_pages(self, options: ReaderOptions) -> bool:
        """Whether records read under `options` carry `content` that needs extraction."""
        return self.extracts or getattr(options, "html", None) is not None
