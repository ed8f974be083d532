"""Reader `text`: plain text files, one document a file, a line or a paragraph (text between blank lines)."""

import codecs
from collections.abc import Iterator
from typing import Literal

from pydantic import Field, model_validator

from pipeline.sources.base import WHOLE_FILE, InputFile, Reader, ReaderOptions, Record, Rejected, Split
from pipeline.sources.lines import Problem, lines
from pipeline.sources.splits import cut
from pipeline.sources.stream import ByteStream, open_stream


class TextOptions(ReaderOptions):
    """What is one document, and how its bytes are to be read."""

    unit: Literal["file", "line", "paragraph"] = "file"
    """What is one document; a paragraph ends at a blank line."""
    encoding: str = "utf-8"
    """A Python codec name. Bytes that it cannot decode are quarantined, never replaced."""
    max_record_bytes: int = Field(default=64 << 20, gt=0)
    """Longer documents are quarantined (`record_too_large`)."""

    @model_validator(mode="after")
    def _known_encoding(self) -> "TextOptions":
        try:
            newline = "\n".encode(codecs.lookup(self.encoding).name)
        except LookupError:
            raise ValueError(f"unknown encoding {self.encoding!r}: use a Python codec name such as latin-1") from None
        if self.unit != "file" and newline != b"\n":
            raise ValueError(
                f"unit {self.unit} needs an encoding in which a line feed is one byte, not {self.encoding}"
            )
        return self


def read(file: InputFile, split: Split, options: TextOptions) -> Iterator[Record | Rejected]:
    """One outcome for each unit of the split that is not blank. Documents have no native id but the file's path."""
    stream = open_stream(file, split)
    units = _whole_file(stream, options) if options.unit == "file" else _units(stream, options)
    ordinal = split.first_ordinal
    for _, unit, problem in units:
        if problem is None:
            yield _outcome(file, ordinal, unit, options)
        else:
            detail = f"{file.relpath}, byte {problem.offset}: {problem.detail}"
            yield Rejected(ordinal, "quarantine", problem.reason, detail, file.relpath)
        ordinal += 1
    if ordinal == split.first_ordinal:
        yield Rejected(ordinal, "quarantine", "empty_file", f"{file.relpath}: no text to read", file.relpath)


Unit = tuple[int, bytes, Problem | None]
"""(logical start, bytes, problem in their place)."""


def _outcome(file: InputFile, ordinal: int, unit: bytes, options: TextOptions) -> Record | Rejected:
    encoding = "utf-8-sig" if codecs.lookup(options.encoding).name == "utf-8" else options.encoding
    try:
        text = unit.decode(encoding)
    except UnicodeDecodeError as error:
        reason = "bad_utf8" if encoding == "utf-8-sig" else "bad_encoding"
        detail = f"{file.relpath}, {options.unit} {ordinal}: {error.reason} at byte {error.start} ({options.encoding})"
        return Rejected(ordinal, "quarantine", reason, detail, file.relpath)
    if "\x00" in text:
        detail = f"{file.relpath}, {options.unit} {ordinal}: holds NUL characters, so it is no text"
        return Rejected(ordinal, "quarantine", "not_text", detail, file.relpath)
    return Record(ordinal, file.relpath, None, None, None, text, None, {})


def _whole_file(stream: ByteStream, options: TextOptions) -> Iterator[Unit]:
    """The file in one piece: half a document is not read where the other half is damaged."""
    stream.fill(options.max_record_bytes + 1)
    if stream.damage is not None:
        yield 0, b"", Problem(stream.damage.offset, stream.damage.reason, stream.damage.detail)
    elif stream.available > options.max_record_bytes:
        detail = f"a file of more than max_record_bytes: {options.max_record_bytes}"
        yield 0, b"", Problem(0, "record_too_large", detail)
    elif stream.data[stream.pos :].strip():
        yield 0, stream.data[stream.pos :], None


def _units(stream: ByteStream, options: TextOptions) -> Iterator[Unit]:
    paragraph: list[bytes] = []
    start = size = 0
    too_long = False

    def finished() -> Iterator[Unit]:
        nonlocal paragraph, size, too_long
        if too_long:
            detail = f"a paragraph of more than max_record_bytes: {options.max_record_bytes}"
            yield start, b"", Problem(stream.stored(start), "record_too_large", detail)
        elif paragraph:
            yield start, b"\n".join(paragraph), None
        paragraph, size, too_long = [], 0, False

    for line in lines(stream, options.max_record_bytes):
        if line.problem is not None:
            yield from finished()
            yield line.logical, b"", line.problem
            continue
        data = line.data.removesuffix(b"\r")
        if not data or data.isspace():
            yield from finished()
            continue
        if not paragraph and not too_long:
            start = line.logical
        size += len(data) + 1
        if size > options.max_record_bytes + 1:
            too_long, paragraph = True, []
        if not too_long:
            paragraph.append(data)
        if options.unit == "line":
            yield from finished()
    yield from finished()


def index(file: InputFile, split_bytes: int, options: TextOptions) -> list[Split] | None:
    """Splits at lines or paragraphs; None for a file that is one document or one compressed stream."""
    if options.unit == "file":
        return None
    stream = open_stream(file, WHOLE_FILE)
    return cut(_unit_starts(stream, options), split_bytes)


def _unit_starts(stream: ByteStream, options: TextOptions) -> Iterator[tuple[bool, int]]:
    safe = True
    for start, _, problem in _units(stream, options):
        if problem is not None:
            yield False, problem.offset
        else:
            offset = stream.stored(start)
            yield safe and offset >= stream.reach and stream.starting_point(start), offset
        safe = problem is None


def splittable(path: str) -> bool:
    """By name alone; with `unit: file` there is nothing to cut, and `index` says so without a scan."""
    return not path.lower().endswith(".lz4")


READER = Reader("text", TextOptions, read, index, splittable, extracts=False, summary="plain text files")
