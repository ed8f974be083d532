"""What the readers of web archives (warc, wet, arc) share: options, ordinals, splits, and pages from HTTP responses."""

from collections.abc import Callable, Iterator
from itertools import chain

from pydantic import Field

from pipeline.sources.base import InputFile, ReaderOptions, Record, Rejected, Split
from pipeline.sources.framing import Dialect, Frame, frames
from pipeline.sources.http_message import (
    BodyTooLargeError,
    HttpMessage,
    charset,
    decode_body,
    looks_like_html,
    mime_kind,
    mime_type,
)
from pipeline.sources.splits import cut
from pipeline.sources.stream import open_stream


class ArchiveOptions(ReaderOptions):
    """Options of the readers warc, wet and arc."""

    max_record_bytes: int = Field(default=64 << 20, gt=0)
    """Records with more content than this, stored or decoded, are quarantined (`record_too_large`)."""


OutcomeOf = Callable[[InputFile, int, Frame, int], Record | Rejected]
"""(file, ordinal, undamaged frame, max_record_bytes) -> outcome."""


def read_archive(
    file: InputFile, split: Split, dialect: Dialect, options: ArchiveOptions, outcome_of: OutcomeOf
) -> Iterator[Record | Rejected]:
    """One outcome for each frame of the split. A file without any record is one row: `empty_file`, `not_a_warc`."""
    records = frames(open_stream(file, split), dialect, options.max_record_bytes)
    first, second = next(records, None), next(records, None)
    if first is None:
        yield Rejected(split.first_ordinal, "quarantine", "empty_file", f"{file.relpath}: no bytes to read")
        return
    if split.start == 0 and second is None and first.reason == "bad_record_header" and not first.fields:
        first.reason = dialect.foreign
    for ordinal, frame in enumerate(chain([first], [second] if second else [], records), split.first_ordinal):
        if frame.reason:
            yield damaged(file, ordinal, frame)
        else:
            yield outcome_of(file, ordinal, frame, options.max_record_bytes)


def index_archive(file: InputFile, split_bytes: int, dialect: Dialect, options: ArchiveOptions) -> list[Split] | None:
    """Splits at gzip members, zstd frames or (plain files) records; None where the file is one compressed stream."""
    whole = open_stream(file, Split(0, 0, None, 0))
    return cut(((f.starting_point, f.offset) for f in frames(whole, dialect, options.max_record_bytes)), split_bytes)


def splittable_archive(path: str) -> bool:
    """lz4 is read as one stream; every other kind of file may have several members."""
    return not path.lower().endswith(".lz4")


def damaged(file: InputFile, ordinal: int, frame: Frame) -> Rejected:
    return Rejected(
        ordinal,
        "quarantine",
        frame.reason,
        f"{file.relpath}, byte {frame.offset}: {frame.detail}",
        frame.fields.get("warc-record-id"),
        target_url(frame.fields),
    )


def target_url(fields: dict[str, str]) -> str | None:
    """The URL without the angle brackets that wget once wrote around it."""
    url = fields.get("warc-target-uri")
    return None if url is None else url.strip("<>")


def page(
    file: InputFile, ordinal: int, frame: Frame, message: HttpMessage, archive_type: str, max_record_bytes: int
) -> Record | Rejected:
    """A page, or why it is none. `archive_type` is the archive's own word for the type, where HTTP has none."""
    native_id, url, date = frame.fields.get("warc-record-id"), target_url(frame.fields), frame.fields.get("warc-date")

    def rejected(reason: str, detail: str) -> Rejected:
        return Rejected(ordinal, "drop", reason, detail, native_id, url)

    if message.status not in (200, None):
        return rejected("http_status", str(message.status))
    content_type = message.content_type or archive_type
    kind = mime_kind(content_type)
    if kind == "other":
        return rejected("content_type", mime_type(content_type))
    try:
        body = decode_body(message, max_record_bytes)
    except BodyTooLargeError as error:
        detail = f"{file.relpath}, byte {frame.offset}: {error}"
        return Rejected(ordinal, "quarantine", "record_too_large", detail, native_id, url)
    if not body or body.isspace():
        return rejected("empty_body", f"{len(body)} bytes")
    if kind == "unknown" and not looks_like_html(body):
        return rejected("content_type", f"{mime_type(content_type) or 'none'}, and the body does not look like HTML")
    metadata = archive_metadata(file, frame)
    if message.status is not None:
        metadata["http_status"] = str(message.status)
    if content_type:
        metadata["content_type"] = content_type
    return Record(ordinal, native_id, url, date, body, None, charset(content_type), metadata)


def archive_metadata(file: InputFile, frame: Frame) -> dict[str, str]:
    """Where the record stands, so that it can be fetched again."""
    metadata = {"warc_file": file.relpath, "warc_offset": str(frame.offset)}
    for key, name in (("warc_record_id", "warc-record-id"), ("warc_date", "warc-date")):
        if name in frame.fields:
            metadata[key] = frame.fields[name]
    return metadata
