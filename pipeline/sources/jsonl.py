"""Reader `jsonl`: one JSON object a line (.jsonl, .ndjson, .json), plain or compressed with gzip, zstd, bz2, xz, lz4.

A line that is no object, or has no text, is quarantined and reading goes on. Blank lines are no records. Fields that
are not named by an option and hold a string, a number or a boolean become metadata, as do those of an object in a field
called `metadata` or `meta`.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import orjson

from pipeline.sources.base import WHOLE_FILE, InputFile, Reader, Record, Rejected, Split
from pipeline.sources.lines import Line, lines
from pipeline.sources.rows import RowOptions, row_outcome
from pipeline.sources.splits import cut
from pipeline.sources.stream import ByteStream, open_stream

_BOM = b"\xef\xbb\xbf"
_OPENING_BYTES = 64 << 10
_OBJECT_LINE = re.compile(rb"(?:^|\n)(?:\xef\xbb\xbf)?[ \t\r]*\{")


def read(file: InputFile, split: Split, options: RowOptions) -> Iterator[Record | Rejected]:
    """One outcome for each line of the split that is not blank."""
    stream = open_stream(file, split)
    ordinal = split.first_ordinal
    # A file that is cut was looked at as a whole by `index`.
    if split.start == 0 and split.end is None and not _starts_like_jsonl(stream):
        detail = f"{file.relpath}: no line of the first {_OPENING_BYTES} bytes starts a JSON object; write one a line"
        yield Rejected(ordinal, "quarantine", "not_jsonl", detail)
        return
    for line in lines(stream, options.max_record_bytes):
        if line.problem is not None:
            problem = line.problem
            yield Rejected(
                ordinal, "quarantine", problem.reason, f"{file.relpath}, byte {problem.offset}: {problem.detail}"
            )
        elif not line.data or line.data.isspace():
            continue
        else:
            yield _outcome(file, ordinal, line, stream, options)
        ordinal += 1
    if ordinal == split.first_ordinal:
        yield Rejected(ordinal, "quarantine", "empty_file", f"{file.relpath}: no bytes to read")


def _starts_like_jsonl(stream: ByteStream) -> bool:
    """False for a file that is something else altogether, which would otherwise be one bad line after the other."""
    stream.fill(_OPENING_BYTES)
    opening = stream.data[stream.pos : stream.pos + _OPENING_BYTES]
    return not opening.strip() or _OBJECT_LINE.search(opening) is not None


def _outcome(file: InputFile, ordinal: int, line: Line, stream: ByteStream, options: RowOptions) -> Record | Rejected:
    try:
        row = orjson.loads(line.data)
    except orjson.JSONDecodeError:
        try:
            row = _parse_leniently(line.data)
        except UnicodeDecodeError as error:
            return _bad(file, ordinal, line, stream, "bad_utf8", f"{error.reason} at byte {error.start} of the line")
        except (ValueError, RecursionError) as error:
            return _bad(file, ordinal, line, stream, "bad_json", str(error))
    if not isinstance(row, dict):
        return _bad(file, ordinal, line, stream, "bad_json", f"a JSON object is expected, not {type(row).__name__}")
    return row_outcome(file, ordinal, row, options, _where(line, stream))


def _bad(file: InputFile, ordinal: int, line: Line, stream: ByteStream, reason: str, problem: str) -> Rejected:
    return Rejected(ordinal, "quarantine", reason, f"{file.relpath}, {_where(line, stream)}: {problem}")


def _where(line: Line, stream: ByteStream) -> str:
    """The line's stored offset; in a compressed file its member's, and how far into the decompressed member."""
    if stream.compression == "plain":
        return f"byte {stream.stored(line.logical)}"
    start, offset = stream.member(line.logical)
    return f"member at byte {offset}, decompressed byte {line.logical - start}"


def _parse_leniently(data: bytes) -> Any:
    """What orjson is too strict for and real files have: NaN, a byte order mark, escapes of half a surrogate pair."""
    return _without_surrogates(json.loads(data.removeprefix(_BOM).decode("utf-8")))


def _without_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_without_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {_without_surrogates(key): _without_surrogates(item) for key, item in value.items()}
    return value


def index(file: InputFile, split_bytes: int, options: RowOptions) -> list[Split] | None:
    """Splits at lines of a plain file, or at members and frames that start with a line; None where there are none."""
    stream = open_stream(file, WHOLE_FILE)
    if not _starts_like_jsonl(stream):
        return None
    return cut(line_starts(stream, options.max_record_bytes), split_bytes)


def line_starts(stream: ByteStream, max_line_bytes: int) -> Iterator[tuple[bool, int]]:
    """(may a split start here, stored offset) of each line that is a record, and of each problem."""
    safe = True
    for line in lines(stream, max_line_bytes):
        if line.problem is not None:
            yield False, line.problem.offset
            safe = False
        elif line.data and not line.data.isspace():
            offset = stream.stored(line.logical)
            yield safe and offset >= stream.reach and stream.starting_point(line.logical), offset
            safe = True


def splittable(path: str) -> bool:
    """lz4 is read as one stream; any other file may have lines, or members that start with one."""
    return not path.lower().endswith(".lz4")


READER = Reader("jsonl", RowOptions, read, index, splittable, extracts=False, summary="one JSON object a line")
