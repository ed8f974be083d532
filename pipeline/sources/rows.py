"""Rows with named fields -> records: what the readers jsonl and parquet share."""

import math
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Literal

from pydantic import Field, model_validator

from pipeline.sources.base import InputFile, ReaderOptions, Record, Rejected

# Where no field is named, the first of these that a row has. Common corpora differ: C4 and Dolma write text, RedPajama
# raw_content, The Stack content; C4 timestamp, Dolma created and added, FineWeb date.
TEXT_FIELDS = ("text", "content", "raw_content")
ID_FIELDS = ("id", "doc_id", "docid", "uuid")
URL_FIELDS = ("url", "source_url", "uri")
DATE_FIELDS = ("date", "timestamp", "created", "added", "published")
METADATA_FIELDS = ("metadata", "meta")

_FIRST_SECOND = 10**8
_FIRST_MILLISECOND = 10**11


class RowOptions(ReaderOptions):
    """Names of fields. A name that is not given falls back to the usual ones, such as `timestamp` for the date."""

    text: str | None = None
    """Ready text (default: text, content or raw_content)."""
    html: str | None = None
    """A page to extract, instead of `text`."""
    id: str | None = None
    """The row's own id (default: id, doc_id, docid or uuid)."""
    url: str | None = None
    """Default: url, source_url or uri, also inside a field metadata or meta."""
    date: str | None = None
    """Default: date, timestamp, created, added or published, also inside a field metadata or meta."""
    max_record_bytes: int = Field(default=64 << 20, gt=0)
    """Longer rows are quarantined (`record_too_large`)."""

    @model_validator(mode="after")
    def _one_content(self) -> "RowOptions":
        if self.text is not None and self.html is not None:
            raise ValueError("text and html exclude each other: a row is either ready text or a page to extract")
        return self


def row_outcome(
    file: InputFile, ordinal: int, row: Mapping[str, Any], options: RowOptions, where: str
) -> Record | Rejected:
    """A row's document. `where` (line or row, as the user would look it up) goes into the detail of what is wrong."""
    id_field, id_value = _find(row, options.id, ID_FIELDS)
    url_field, url_value = _find(row, options.url, URL_FIELDS, METADATA_FIELDS)
    date_field, date_value = _find(row, options.date, DATE_FIELDS, METADATA_FIELDS)
    native_id, url, date = _scalar(id_value), _scalar(url_value), iso_date(date_value)
    wanted = options.html or options.text
    field, content = _find(row, wanted, TEXT_FIELDS)

    def rejected(verdict: Literal["drop", "quarantine"], reason: str, detail: str) -> Rejected:
        return Rejected(ordinal, verdict, reason, detail, native_id, url)

    if content is None:
        missing = wanted or " or ".join(TEXT_FIELDS)
        problem = f"no field {missing}; the row has {', '.join(map(str, list(row)[:20])) or 'no fields'}"
        return rejected("quarantine", "missing_text", f"{file.relpath}, {where}: {problem}")
    if not isinstance(content, (str, bytes)):
        problem = f"field {field} holds {type(content).__name__}, not a string"
        return rejected("quarantine", "text_not_a_string", f"{file.relpath}, {where}: {problem}")
    if not content.strip():
        return rejected("drop", "empty_text", f"{len(content)} characters")
    metadata = row_metadata(row, {field, id_field, url_field, date_field})
    if options.html is not None:
        page, charset = (content, None) if isinstance(content, bytes) else (content.encode("utf-8"), "utf-8")
        return Record(ordinal, native_id, url, date, page, None, charset, metadata)
    if isinstance(content, bytes):
        try:
            content = content.decode("utf-8")
        except UnicodeDecodeError as error:
            return rejected("quarantine", "bad_utf8", f"{file.relpath}, {where}: field {field}: {error.reason}")
    return Record(ordinal, native_id, url, date, None, content, None, metadata)


def _find(
    row: Mapping[str, Any], named: str | None, usual: tuple[str, ...], inside: tuple[str, ...] = ()
) -> tuple[str | None, Any]:
    """(field, value) of the named field, which may be a path such as meta.url, or of the first usual one there is.

    Usual names are looked for in the row, then in the objects that its fields `inside` hold.
    """
    if named is not None:
        if named in row:
            return named, row[named]
        value: Any = row
        for key in named.split("."):
            if not isinstance(value, Mapping) or key not in value:
                return None, None
            value = value[key]
        return named, value
    for name in usual:
        if row.get(name) is not None:
            return name, row[name]
    for outer in inside:
        inner = row.get(outer)
        if isinstance(inner, Mapping):
            for name in usual:
                if inner.get(name) is not None:
                    return f"{outer}.{name}", inner[name]
    return None, None


def row_metadata(row: Mapping[str, Any], used: set[str | None]) -> dict[str, str]:
    """Scalar fields that are not `used`, as strings; an object called metadata or meta adds its own by their names."""
    metadata: dict[str, str] = {}
    for name, value in row.items():
        if name not in used and (text := _scalar(value)) is not None:
            metadata[str(name)] = text
    for outer in METADATA_FIELDS:
        inner = row.get(outer)
        if isinstance(inner, Mapping):
            for name, value in inner.items():
                if f"{outer}.{name}" not in used and (text := _scalar(value)) is not None:
                    metadata[f"{outer}.{name}" if name in row or name in metadata else str(name)] = text
    return metadata


def _scalar(value: Any) -> str | None:
    """JSON's spelling of a scalar; None for null, lists, objects and bytes."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return None


def iso_date(value: Any) -> str | None:
    """Strings as they are; seconds or milliseconds since 1970 as ISO 8601; times without a zone are taken as UTC."""
    if isinstance(value, datetime):
        utc = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        return utc.isoformat().replace("+00:00", "Z")
    if isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value):
        seconds = value / 1000 if abs(value) >= _FIRST_MILLISECOND else value
        if _FIRST_SECOND <= abs(seconds) < _FIRST_MILLISECOND:
            return datetime.fromtimestamp(int(seconds), UTC).isoformat().replace("+00:00", "Z")
    return _scalar(value)
