"""Reader `wet`: the plain text that Common Crawl extracted, from the `conversion` records of WET files."""

from collections.abc import Iterator

from pipeline.sources.archive import (
    ArchiveOptions,
    archive_metadata,
    index_archive,
    read_archive,
    splittable_archive,
    target_url,
)
from pipeline.sources.base import InputFile, Reader, Record, Rejected, Split
from pipeline.sources.framing import Frame
from pipeline.sources.http_message import mime_type
from pipeline.sources.warc import WARC


def outcome_of(file: InputFile, ordinal: int, frame: Frame, max_record_bytes: int) -> Record | Rejected:
    """The text of a `conversion` record of a text type (UTF-8, as WET files are)."""
    fields = frame.fields
    native_id, url = fields.get("warc-record-id"), target_url(fields)
    record_type, mime = fields.get("warc-type", "").lower(), mime_type(fields.get("content-type", ""))
    if record_type != "conversion":
        return Rejected(ordinal, "drop", "record_type", record_type[:80] or "none", native_id, url)
    if mime not in ("text/plain", ""):
        return Rejected(ordinal, "drop", "content_type", mime, native_id, url)
    try:
        text = str(frame.content, "utf-8")
    except UnicodeDecodeError as error:
        detail = f"{file.relpath}, byte {frame.offset}: {error.reason} at byte {error.start} of the content"
        return Rejected(ordinal, "quarantine", "bad_utf8", detail, native_id, url)
    if not text.strip():
        return Rejected(ordinal, "drop", "empty_body", f"{len(text)} characters", native_id, url)
    metadata = archive_metadata(file, frame)
    languages = fields.get("warc-identified-content-language")
    if languages:
        metadata["warc_identified_content_language"] = languages
    return Record(ordinal, native_id, url, fields.get("warc-date"), None, text, None, metadata)


def read(file: InputFile, split: Split, options: ArchiveOptions) -> Iterator[Record | Rejected]:
    """One outcome for each record of the split."""
    return read_archive(file, split, WARC, options, outcome_of)


def index(file: InputFile, split_bytes: int, options: ArchiveOptions) -> list[Split] | None:
    """Splits of about `split_bytes` stored bytes; None for a file that is one compressed stream."""
    return index_archive(file, split_bytes, WARC, options)


READER = Reader(
    "wet", ArchiveOptions, read, index, splittable_archive, extracts=False, summary="extracted text of WET files"
)
