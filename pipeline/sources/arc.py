"""Reader `arc`: HTML pages from ARC files, versions 1 and 2, the Internet Archive's format before WARC.

A record is one line `URL IP date type length` (version 2 has five more fields before the length) and `length` bytes.
"""

import re
from collections.abc import Iterator

from pipeline.sources.archive import ArchiveOptions, index_archive, page, read_archive, splittable_archive, target_url
from pipeline.sources.base import InputFile, Reader, Record, Rejected, Split
from pipeline.sources.framing import Dialect, Frame
from pipeline.sources.http_message import parse_response

# The URL may hold spaces, so the line is told from both ends: a scheme, then an address, 8 to 20 digits, and the rest.
_URL_LINE = rb"[A-Za-z][A-Za-z0-9+.\-]*:[^\r\n]+? [0-9A-Fa-f.:]+ \d{8,20} [^\r\n]* ?-?\w+[ \t]*\r?\n"
_FIELDS = re.compile(r"(?P<url>.+?) (?P<ip>[0-9A-Fa-f.:]+) (?P<date>\d{8,20}) (?P<rest>.*)")
_FILE_HEADER = "filedesc:"


def parse_url_line(header: bytes) -> tuple[dict[str, str], int]:
    """A URL record's line -> (its fields under WARC's names, content length). Raises ValueError(problem, fields)."""
    try:
        text = header.decode("utf-8").rstrip()
    except UnicodeDecodeError:
        text = header.decode("latin-1").rstrip()
    match = _FIELDS.fullmatch(text)
    if match is None:
        raise ValueError(f"not a URL record: {text[:80]!r}", {})
    mime, *others = match["rest"].split(" ")
    fields = {"warc-target-uri": match["url"], "arc-type": mime if others else ""}
    date = iso_date(match["date"])
    if date is not None:
        fields["warc-date"] = date
    length = match["rest"].rsplit(" ", 1)[-1]
    if not (length.isascii() and length.isdigit() and len(length) < 19):
        raise ValueError(f"the length is {length!r}", fields)
    return fields, int(length)


def iso_date(digits: str) -> str | None:
    """ "20080619093439" -> "2008-06-19T09:34:39Z"; None where it has no 14 digits."""
    if len(digits) < 14:
        return None
    year, month, day, hour, minute, second = (digits[a:b] for a, b in zip((0, 4, 6, 8, 10, 12), (4, 6, 8, 10, 12, 14)))
    return f"{year}-{month}-{day}T{hour}:{minute}:{second}Z"


ARC = Dialect(
    name="ARC",
    foreign="not_an_arc",
    start=re.compile(_URL_LINE),
    next_start=re.compile(rb"\n" + _URL_LINE),
    header_end=re.compile(rb"\n"),
    record_ends=(b"\n", b"\r\n"),
    parse=parse_url_line,
)


def outcome_of(file: InputFile, ordinal: int, frame: Frame, max_record_bytes: int) -> Record | Rejected:
    """The page in an undamaged record, or why it holds none."""
    url = target_url(frame.fields) or ""
    scheme = url.partition(":")[0].lower()
    if scheme == _FILE_HEADER[:-1]:
        return Rejected(ordinal, "drop", "record_type", "filedesc", None, url)
    if scheme not in ("http", "https"):
        return Rejected(ordinal, "drop", "not_http", frame.fields["arc-type"] or scheme, None, url)
    return page(file, ordinal, frame, parse_response(frame.content), frame.fields["arc-type"], max_record_bytes)


def read(file: InputFile, split: Split, options: ArchiveOptions) -> Iterator[Record | Rejected]:
    """One outcome for each record of the split."""
    return read_archive(file, split, ARC, options, outcome_of)


def index(file: InputFile, split_bytes: int, options: ArchiveOptions) -> list[Split] | None:
    """Splits of about `split_bytes` stored bytes; None for a file that is one compressed stream."""
    return index_archive(file, split_bytes, ARC, options)


READER = Reader(
    "arc", ArchiveOptions, read, index, splittable_archive, extracts=True, summary="HTML pages of ARC files"
)
