"""Reader `warc`: HTML pages from WARC files, versions 0.17 to 1.1.

A document is a `response` with status 200 (or none) and an HTML type, or a `resource` or `conversion` record of an
HTML type. Every other record is dropped: `record_type`, `not_http`, `http_status`, `content_type`, `empty_body`.
"""

import re
from collections.abc import Iterator

from pipeline.sources.archive import (
    ArchiveOptions,
    index_archive,
    page,
    read_archive,
    splittable_archive,
    target_url,
)
from pipeline.sources.base import InputFile, Reader, Record, Rejected, Split
from pipeline.sources.framing import Dialect, Frame
from pipeline.sources.http_message import HttpMessage, mime_kind, mime_type, parse_response

# Twice in one line is how a converter wrote it.
_VERSION_LINE = rb"(?i:WARC)/\d+(?:\.\d+)*(?:[ \t]+(?i:WARC)/\d+(?:\.\d+)*)*[ \t]*\r?\n"


def parse_header(header: bytes) -> tuple[dict[str, str], int]:
    """Version line and fields, lower-case names, first value of each -> (fields, content length).

    Raises ValueError(problem, fields) without a usable Content-Length.
    """
    try:
        text = header.decode("utf-8")
    except UnicodeDecodeError:
        text = header.decode("latin-1")
    fields: dict[str, str] = {}
    name = ""
    for line in text.split("\n")[1:]:
        if line[:1] in (" ", "\t") and name:
            fields[name] = f"{fields[name]} {line.strip()}".strip()
            continue
        name, colon, value = line.partition(":")
        name = name.strip().lower()
        if not colon or name in fields:
            name = ""
        else:
            fields[name] = value.strip()
    length = fields.get("content-length", "")
    if not (length.isascii() and length.isdigit() and len(length) < 19):
        raise ValueError(f"Content-Length is {length!r}" if length else "no Content-Length", fields)
    return fields, int(length)


WARC = Dialect(
    name="WARC",
    foreign="not_a_warc",
    start=re.compile(_VERSION_LINE),
    next_start=re.compile(rb"[\n\x00]" + _VERSION_LINE),  # zeros: what a file system leaves of a lost block
    header_end=re.compile(rb"\n\r?\n"),
    record_ends=(b"\r\n\r\n", b"\n\n"),  # WARC 1.1, section 4; archives with line feeds alone exist
    parse=parse_header,
)


def outcome_of(file: InputFile, ordinal: int, frame: Frame, max_record_bytes: int) -> Record | Rejected:
    """The page in an undamaged record, or why it holds none."""
    fields = frame.fields
    record_type, content_type = fields.get("warc-type", "").lower(), fields.get("content-type", "")
    if record_type == "response":
        message = parse_response(frame.content)
        if message.status is not None or mime_type(content_type) in ("application/http", ""):
            return page(file, ordinal, frame, message, "", max_record_bytes)
        if mime_kind(content_type) != "html":
            native_id, url = fields.get("warc-record-id"), target_url(fields)
            return Rejected(ordinal, "drop", "not_http", mime_type(content_type), native_id, url)
        # Some crawlers store the body alone and its type where "application/http" belongs.
        return page(file, ordinal, frame, message, content_type, max_record_bytes)
    if record_type in ("resource", "conversion") and mime_kind(content_type) == "html":
        message = HttpMessage(None, content_type, "", "", frame.content)
        return page(file, ordinal, frame, message, "", max_record_bytes)
    detail = record_type[:80] or "none"
    if record_type in ("resource", "conversion"):
        detail += f" of type {mime_type(content_type) or 'none'}"
    return Rejected(ordinal, "drop", "record_type", detail, fields.get("warc-record-id"), target_url(fields))


def read(file: InputFile, split: Split, options: ArchiveOptions) -> Iterator[Record | Rejected]:
    """One outcome for each record of the split."""
    return read_archive(file, split, WARC, options, outcome_of)


def index(file: InputFile, split_bytes: int, options: ArchiveOptions) -> list[Split] | None:
    """Splits of about `split_bytes` stored bytes; None for a file that is one compressed stream."""
    return index_archive(file, split_bytes, WARC, options)


READER = Reader(
    "warc", ArchiveOptions, read, index, splittable_archive, extracts=True, summary="HTML pages of WARC files"
)
