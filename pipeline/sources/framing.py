"""Records of WARC and ARC files, framed over a byte stream, going on after damage.

fastwarc inflates; the frames are cut here and not by its ArchiveIterator, because that one stops at the first bad
header, takes a missing or negative Content-Length for 0, and a gzip file cut short for its end, without a word.

What is damage: a line where a record should start and none does, a header without a usable length, a length that does
not lead to the next record, and compressed data that does not decompress. Each damaged stretch is one `Frame` with a
reason; bytes without a header that follow it directly belong to it. Reading goes on at the next line that starts a
record, and after a wrong length at the first one inside what the length claimed.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pipeline.sources.compression import Damage
from pipeline.sources.stream import ByteStream

MAX_HEADER_BYTES = 1 << 20
_PEEK_BYTES = 4096
_NOTHING = memoryview(b"")
_NEWLINES = re.compile(rb"[\r\n]*")


@dataclass(frozen=True, slots=True)
class Dialect:
    """What tells WARC from ARC."""

    name: str
    foreign: str
    """The reason given for a file that holds not one record."""
    start: re.Pattern[bytes]
    """Matches the whole first line of a record, at its first byte."""
    next_start: re.Pattern[bytes]
    """The same behind a byte that may stand in front of a record, such as a newline."""
    header_end: re.Pattern[bytes]
    """Found from a record's first byte on, ends where the content begins."""
    record_ends: tuple[bytes, ...]
    """What stands behind the content, any of these; less is accepted where the next record follows."""
    parse: Callable[[bytes], tuple[dict[str, str], int]]
    """Header -> (fields, content length); raises ValueError with what is wrong and, as second argument, the fields."""


@dataclass(slots=True)
class Frame:
    """One record, or one damaged stretch: then `reason` is set, and `fields` only where a header could be read."""

    offset: int
    """Stored offset of the record, or of the compressed member that holds it."""
    fields: dict[str, str]
    content: memoryview = _NOTHING
    reason: str = ""
    detail: str = ""
    starting_point: bool = False
    """A split may start here: first in its member, and no record before it was damaged or looked past this point."""


def frames(stream: ByteStream, dialect: Dialect, max_record_bytes: int) -> Iterator[Frame]:
    """All records of the stream in order. Never raises; every step consumes input, so it ends."""
    damaged = False  # the stretch that ends here is already reported,
    explained = False  # and as damage of the compressed data
    reach = 0  # logical position up to which damage made us look
    while True:
        _skip_newlines(stream)
        if stream.available == 0:
            if stream.damage is None:
                return
            if not explained:
                yield Frame(stream.damage.offset, {}, reason=stream.damage.reason, detail=stream.damage.detail)
            stream.resume()
            damaged = explained = True
            continue
        start = stream.logical
        offset = stream.stored(start)
        first_line = _first_line(stream, dialect)
        if first_line is None:
            if not damaged:
                frame = _no_record(stream, dialect, offset)
                explained = frame.reason != "bad_record_header"
                yield frame
            _to_next_record(stream, dialect)
            damaged, reach = True, max(reach, start + _PEEK_BYTES)
            continue
        safe = not damaged and start >= reach and offset >= stream.reach and stream.starting_point(start)
        frame, looked_to = _record(stream, dialect, offset, first_line, max_record_bytes)
        frame.starting_point = safe
        damaged = bool(frame.reason)
        explained = damaged and stream.damage is not None and frame.reason == stream.damage.reason
        if damaged:
            reach = max(reach, looked_to)
        yield frame


def _no_record(stream: ByteStream, dialect: Dialect, offset: int) -> Frame:
    if stream.damage is not None and stream.data.find(b"\n", stream.pos) < 0:  # the line itself is cut off
        return Frame(offset, {}, reason=stream.damage.reason, detail=stream.damage.detail)
    stream.fill(_PEEK_BYTES)
    found = stream.data[stream.pos : stream.pos + 40]
    return Frame(offset, {}, reason="bad_record_header", detail=f"no {dialect.name} record starts here: {found!r}")


def _skip_newlines(stream: ByteStream) -> None:
    while True:
        match = _NEWLINES.match(stream.data, stream.pos)
        stream.pos = match.end() if match else stream.pos
        if stream.available or not stream.pull():
            return


def _first_line(stream: ByteStream, dialect: Dialect) -> int | None:
    """Length of the line that starts a record at the stream's position, None where none does."""
    while (match := dialect.start.match(stream.data, stream.pos, stream.pos + MAX_HEADER_BYTES)) is None:
        complete = stream.data.find(b"\n", stream.pos) >= 0
        if complete or stream.available >= MAX_HEADER_BYTES or not stream.pull():
            return None
    return match.end() - stream.pos


def _record(
    stream: ByteStream, dialect: Dialect, offset: int, first_line: int, max_record_bytes: int
) -> tuple[Frame, int]:
    """The record at the stream's position, and the logical position up to which damage in it made us look.

    Leaves the stream behind the record; behind its header, where a record may hide in what its length claims; or
    behind its first line, where its header is none.
    """
    while (end := dialect.header_end.search(stream.data, stream.pos, stream.pos + MAX_HEADER_BYTES)) is None:
        if stream.available >= MAX_HEADER_BYTES or not stream.pull():
            break
    header_bytes = (len(stream.data) if end is None else end.end()) - stream.pos
    if end is None or _next_start(stream, dialect, 1, header_bytes) is not None:
        looked_to = stream.logical + stream.available
        cut_off = end is None and stream.available < MAX_HEADER_BYTES
        return _headless(stream, offset, first_line, stream.damage if cut_off else None), looked_to
    header = stream.data[stream.pos : stream.pos + header_bytes]  # not `end`: looking around moves the window
    stream.pos += header_bytes
    try:
        fields, length = dialect.parse(header)
    except ValueError as error:
        problem, fields = error.args
        return Frame(offset, fields, reason="bad_record_header", detail=problem), stream.logical
    content_end = stream.logical + length
    if length > max_record_bytes:
        return _skip(stream, dialect, Frame(offset, fields), length, max_record_bytes), content_end
    complete = stream.fill(length)
    cut = _member_start(stream, dialect, 0, length)
    if not complete or cut is not None:
        have = stream.available if cut is None else cut
        return _truncated(stream, Frame(offset, fields), have, length, cut is not None), content_end
    if not _ends_well(stream, dialect, length):
        at = stream.pos + length
        detail = f"Content-Length {length} does not lead to the end of the record but to {stream.data[at : at + 20]!r}"
        return Frame(offset, fields, reason="bad_content_length", detail=detail), content_end + _PEEK_BYTES
    content = memoryview(stream.data)[stream.pos : stream.pos + length]
    stream.pos += length
    newlines = _NEWLINES.match(stream.data, stream.pos)
    stream.pos = newlines.end() if newlines else stream.pos
    damage = stream.damage
    if damage is not None and damage.checksum and stream.available == 0:
        return Frame(offset, fields, reason=damage.reason, detail=damage.detail), content_end
    return Frame(offset, fields, content), content_end


def _headless(stream: ByteStream, offset: int, first_line: int, damage: Damage | None) -> Frame:
    """A first line whose header does not end before the data, the next record, or MAX_HEADER_BYTES."""
    stream.pos += first_line
    problem = "no blank line ends the header"
    if damage is None:
        return Frame(offset, {}, reason="bad_record_header", detail=problem)
    return Frame(offset, {}, reason=damage.reason, detail=f"{damage.detail}; {problem}")


def _truncated(stream: ByteStream, frame: Frame, have: int, length: int, next_record: bool) -> Frame:
    detail = f"the content ends after {have} of {length} bytes"
    if stream.damage is not None and not next_record:
        frame.reason, frame.detail = stream.damage.reason, f"{stream.damage.detail}; {detail}"
    else:
        frame.reason, frame.detail = "truncated_record", detail
    return frame


def _ends_well(stream: ByteStream, dialect: Dialect, length: int) -> bool:
    """Whether behind `length` bytes of content stand line ends, the next record, a new member, damage or nothing."""
    if stream.data.startswith(dialect.record_ends, stream.pos + length):
        return True
    stream.fill(length + _PEEK_BYTES)
    at = stream.pos + length
    if at == len(stream.data) or stream.data.startswith(dialect.record_ends, at):
        return True
    if stream.compression != "plain" and stream.starting_point(stream.logical + length):
        return True
    newlines = _NEWLINES.match(stream.data, at)
    at = newlines.end() if newlines else at
    return at == len(stream.data) or dialect.start.match(stream.data, at) is not None


def _skip(stream: ByteStream, dialect: Dialect, frame: Frame, length: int, max_record_bytes: int) -> Frame:
    """Pass over content that is too large to hold. A length beyond the end of a plain file is not believed."""
    frame.reason = "record_too_large"
    frame.detail = f"{length} bytes, more than max_record_bytes: {max_record_bytes}"
    start, end = stream.logical, stream.logical + length
    if stream.plain_end is not None and end > stream.plain_end:
        return _truncated(stream, frame, stream.plain_end - start, length, next_record=True)
    while True:
        size = min(end - stream.logical, stream.available)
        cut = _member_start(stream, dialect, 0, size)
        stream.pos += size if cut is None else cut
        if cut is not None:
            return _truncated(stream, frame, stream.logical - start, length, next_record=True)
        if stream.logical == end:
            return frame
        stream.member(stream.logical)
        if stream.available == 0 and not stream.pull():
            return _truncated(stream, frame, stream.logical - start, length, next_record=False)


def _member_start(stream: ByteStream, dialect: Dialect, low: int, high: int) -> int | None:
    """First of the window's next bytes [low, high) at which a compressed member starts with a record.

    Content may span members (block compressors cut where they like), but not members that start like a record.
    """
    if stream.compression == "plain":
        return None
    for start in stream.member_starts(stream.logical + low, stream.logical + high):
        at = start - stream.logical
        stream.fill(at + _PEEK_BYTES)
        if dialect.start.match(stream.data, stream.pos + at):
            return at
    return None


def _next_start(stream: ByteStream, dialect: Dialect, low: int, high: int) -> int | None:
    """First of the window's next bytes [low, high) at which a line or a compressed member starts with a record."""
    match = dialect.next_start.search(stream.data, stream.pos + low - 1, stream.pos + high)
    line = None if match is None else match.start() + 1 - stream.pos
    member = _member_start(stream, dialect, low, high)
    return member if line is None or (member is not None and member < line) else line


def _to_next_record(stream: ByteStream, dialect: Dialect) -> None:
    """Move to the next line or member that starts a record, at least one byte on, or to the end of the window."""
    low = 1
    while True:
        size = stream.available
        found = _next_start(stream, dialect, low, size)
        if found is not None:
            stream.pos += found
            return
        # The last line may go on in the next block and start a record: keep it, and the newline before it.
        grown, scanned = stream.available > size, stream.pos + size
        last_line = stream.data.rfind(b"\n", max(stream.pos, scanned - MAX_HEADER_BYTES), scanned)
        stream.pos = last_line if last_line >= 0 else scanned
        low = 1 if last_line >= 0 else 0
        stream.member(stream.logical)
        if not grown and not stream.pull():
            stream.pos = len(stream.data)
            return
