"""Lines of a byte stream, going on after damage: what the readers of line-based files (jsonl, text) share."""

from collections.abc import Iterator
from typing import NamedTuple

from pipeline.sources.stream import ByteStream


class Problem(NamedTuple):
    """A stretch that is no line: damage, or too many bytes without a line end. `offset` counts stored bytes."""

    offset: int
    reason: str
    detail: str


class Line(NamedTuple):
    """One line without its line feed, or a problem in its place. `logical` is where it starts in the stream."""

    logical: int
    data: bytes
    problem: Problem | None = None


def lines(stream: ByteStream, max_line_bytes: int) -> Iterator[Line]:
    """All lines in order. Never raises. What damage cuts off is one problem, with the damage itself."""
    damaged = False
    while True:
        if stream.available == 0 and not stream.pull():
            if stream.damage is None:
                return
            if not damaged:
                yield _damage(stream)
            stream.resume()
            damaged = True
            continue
        last = stream.data.rfind(b"\n", stream.pos)
        if last >= 0:
            at, complete = stream.logical, stream.data[stream.pos : last]
            stream.member(at)
            stream.pos = last + 1
            damaged = False
            for data in complete.split(b"\n"):
                yield Line(at, data) if len(data) <= max_line_bytes else _too_long(stream, at, max_line_bytes)
                at += len(data) + 1
        elif stream.available > max_line_bytes:
            yield _too_long(stream, stream.logical, max_line_bytes)
            _drop_line(stream)
        elif not stream.fill(2 * stream.available) and stream.data.find(b"\n", stream.pos) < 0:
            if stream.damage is None:
                if stream.available:
                    yield Line(stream.logical, stream.data[stream.pos :])
                return
            yield _damage(stream)
            stream.resume()
            damaged = True


def _damage(stream: ByteStream) -> Line:
    assert stream.damage is not None
    problem = Problem(stream.damage.offset, stream.damage.reason, stream.damage.detail)
    return Line(stream.logical, b"", problem)


def _too_long(stream: ByteStream, at: int, max_line_bytes: int) -> Line:
    detail = f"a line of more than max_record_bytes: {max_line_bytes}"
    return Line(at, b"", Problem(stream.stored(at), "record_too_large", detail))


def _drop_line(stream: ByteStream) -> None:
    """Move behind the next line feed, or to the end of the bytes or to damage, holding one block at a time."""
    while (end := stream.data.find(b"\n", stream.pos)) < 0:
        stream.pos = len(stream.data)
        if not stream.pull():
            return
    stream.pos = end + 1
