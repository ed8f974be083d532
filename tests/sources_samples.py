"""Archives and files for the tests of the readers, written byte by byte so that every kind of damage can be planted."""

import gzip
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pipeline.sources import READERS, WHOLE_FILE, InputFile, Record, Rejected

PAGE = b"<!doctype html><html><body><p>The heron waits in the shallows.</p></body></html>"


def warc_record(
    record_type: str = "response",
    content: bytes = b"",
    *,
    content_type: str | None = None,
    url: str = "http://reed.example/",
    record_id: str = "<urn:uuid:00000000-0000-0000-0000-000000000001>",
    length: object = None,
    version: str = "WARC/1.0",
    end: bytes = b"\r\n\r\n",
) -> bytes:
    """One record as it stands in an uncompressed file; `length` lies where it is given."""
    lines = [version, f"WARC-Type: {record_type}", f"WARC-Record-ID: {record_id}", "WARC-Date: 2024-05-06T07:08:09Z"]
    lines.append(f"WARC-Target-URI: {url}")
    if content_type is None and record_type == "response":
        content_type = "application/http; msgtype=response"
    if content_type:
        lines.append(f"Content-Type: {content_type}")
    lines.append(f"Content-Length: {len(content) if length is None else length}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content + end


def http(body: bytes = PAGE, *, status: str = "200 OK", headers: Iterable[str] = ("Content-Type: text/html",)) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *headers]).encode() + b"\r\n\r\n" + body


def page_record(number: int = 0, body: bytes = PAGE) -> bytes:
    """A response with a page, its number in its URL and id."""
    return warc_record(content=http(body), url=f"http://reed.example/{number}", record_id=f"<urn:uuid:{number:08d}>")


def members(records: Iterable[bytes]) -> bytes:
    """One gzip member a record, as archives should be."""
    return b"".join(gzip.compress(record, mtime=0) for record in records)


def input_file(path: Path, data: bytes | None = None) -> InputFile:
    if data is not None:
        path.write_bytes(data)
    size = path.stat().st_size if path.is_file() else None
    return InputFile("src", str(path), path.name, size, "1")


def read_all(reader: str, file: InputFile, **options: Any) -> list[Record | Rejected]:
    """Every outcome of the file, with the rule that ordinals are dense checked."""
    made = READERS[reader].options(**options)
    outcomes = list(READERS[reader].read(file, WHOLE_FILE, made))
    assert [outcome.ordinal for outcome in outcomes] == list(range(len(outcomes)))
    return outcomes


def read_splits(reader: str, file: InputFile, split_bytes: int, **options: Any) -> list[Record | Rejected] | None:
    """Every outcome of every split, or None for a file that cannot be cut."""
    made = READERS[reader].options(**options)
    splits = READERS[reader].index(file, split_bytes, made)
    if splits is None:
        return None
    assert [split.index for split in splits] == list(range(len(splits)))
    assert splits[0].start == 0
    assert splits[-1].end is None
    return [outcome for split in splits for outcome in READERS[reader].read(file, split, made)]


def tally(outcomes: Iterable[Record | Rejected]) -> dict[str, int]:
    """How many documents ("document") and how many rows of each reason."""
    return dict(Counter("document" if isinstance(each, Record) else each.reason for each in outcomes))


def documents(outcomes: Iterable[Record | Rejected]) -> list[Record]:
    return [outcome for outcome in outcomes if isinstance(outcome, Record)]


def quarantined(outcomes: Iterable[Record | Rejected]) -> list[Rejected]:
    return [each for each in outcomes if isinstance(each, Rejected) and each.verdict == "quarantine"]
