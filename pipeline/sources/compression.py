"""Stored bytes -> decompressed blocks, one compressed member at a time, going on after damage.

What a file is compressed with is read from its first bytes, never from its name. Concatenated members (gzip), frames
(zstd), streams (bz2, xz) are separate starting points: each has its stored offset, which makes a file cuttable and
lets reading go on at the next member when one is damaged.
"""

import bz2
import io
import lzma
import re
import zlib
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import Any

import zstandard
from fastwarc.stream_io import GzipReader, Lz4Reader

MAGIC = {
    "gzip": re.compile(rb"\x1f\x8b\x08"),  # RFC 1952, 2.3
    "zstd": re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18", re.DOTALL),  # RFC 8878, 3.1
    "bz2": re.compile(rb"BZh[1-9](?:1AY&SY|\x17\x72\x45\x38\x50\x90)", re.DOTALL),
    "xz": re.compile(rb"\xfd7zXZ\x00", re.DOTALL),
    "lz4": re.compile(rb"\x04\x22\x4d\x18", re.DOTALL),
}
# For looking through compressed bytes, where three bytes turn up by chance once in 16 MB: no reserved flag, a known
# level, a known operating system (RFC 1952, 2.3.1).
SEARCH = MAGIC | {
    "gzip": re.compile(rb"\x1f\x8b\x08[\x00-\x1f].{4}[\x00\x02\x04][\x00-\x0d\xff]", re.DOTALL),
}
_GZIP_START = b"\x1f\x8b\x08"
HEAD_BYTES = 16
SUFFIXES = (".gz", ".zst", ".bz2", ".xz", ".lz4")

# A gzip member up to these sizes is inflated in one call by fastwarc (zlib-rs, 1.7 times as fast as zlib here).
ONE_CALL_STORED_BYTES = 4 << 20
ONE_CALL_OUTPUT_BYTES = 16 << 20
FEED_BYTES = 16 << 10
# python-zstandard returns everything that a piece expands to, which can be 30,000 times its size.
ZSTD_FEED_BYTES = 2 << 10
BLOCK_BYTES = 1 << 20


ReadFrom = Callable[[int], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class Damage:
    """Decompressed bytes end here although the file does not say so. `reach`: how far the stored bytes were tried."""

    reason: str
    offset: int
    detail: str
    reach: int
    checksum: bool = False
    """Every byte came out, but they are not the bytes that were compressed."""


@dataclass(frozen=True, slots=True)
class Block:
    """Decompressed bytes of the member at stored `offset`; `damage` follows them."""

    offset: int
    data: bytes
    first: bool
    damage: Damage | None = None


class Window:
    """Stored bytes from `start`, kept from the oldest position still needed."""

    __slots__ = ("chunks", "data", "ended", "read_from", "start")

    def __init__(self, start: int, read_from: ReadFrom) -> None:
        self.read_from = read_from
        self.start, self.chunks, self.data, self.ended = start, read_from(start), b"", False

    def rewind(self, position: int) -> None:
        """Make stored offset `position` readable again, where it was let go by opening the file once more."""
        if not self.start <= position <= self.end:
            self.start, self.chunks, self.data, self.ended = position, self.read_from(position), b"", False

    @property
    def end(self) -> int:
        return self.start + len(self.data)

    def grow(self, keep_from: int) -> bool:
        """One chunk more, dropping what lies before stored offset `keep_from`; False at the end of the range."""
        chunk = next(self.chunks, None)
        if chunk is None:
            self.ended = True
            return False
        kept = self.data[keep_from - self.start :]
        self.data = kept + chunk if kept else chunk
        self.start = keep_from
        return True

    def take(self, position: int, size: int) -> bytes:
        """Up to `size` bytes at stored offset `position`, fewer only at the end of the range."""
        while self.end < position + size and not self.ended:
            self.grow(position)
        at = position - self.start
        return self.data[at : at + size]

    def find(self, pattern: re.Pattern[bytes], position: int) -> int | None:
        """Stored offset of the next match at or after `position`; reads, and lets go, as much as it takes."""
        while True:
            match = pattern.search(self.data, max(position - self.start, 0))
            if match is not None:
                return self.start + match.start()
            position = max(position, self.end - HEAD_BYTES + 1)
            if self.ended or not self.grow(min(position, self.end)):
                return None


def detect(head: bytes) -> str:
    """ "gzip", "zstd", "bz2", "xz", "lz4" or "plain", from the first 16 bytes of a file."""
    return next((kind for kind, magic in MAGIC.items() if magic.match(head)), "plain")


def has_compressed_name(path: str) -> bool:
    return path.lower().endswith(SUFFIXES)


def blocks(kind: str, start: int, read_from: ReadFrom, dictionary: bytes | None = None) -> Iterator[Block]:
    """Decompressed blocks of the stored bytes from offset `start`. Raises OSError where `read_from` does.

    `read_from(offset)` returns the stored bytes from an offset in pieces; `dictionary` is that of a zstd file.
    """
    if kind == "plain":
        return _plain(start, read_from(start))
    if kind == "lz4":
        return _lz4(start, read_from(start))
    window = Window(start, read_from)
    if kind == "gzip":
        return _members(window, kind, lambda: zlib.decompressobj(31), _whole_gzip_member)
    if kind == "zstd":
        options: dict[str, Any] = {} if dictionary is None else {"dict_data": zstandard.ZstdCompressionDict(dictionary)}
        return _members(window, kind, lambda: zstandard.ZstdDecompressor(**options).decompressobj(), None)
    return _members(window, kind, bz2.BZ2Decompressor if kind == "bz2" else _xz, None)


def _xz() -> lzma.LZMADecompressor:
    return lzma.LZMADecompressor(format=lzma.FORMAT_XZ)


def _plain(start: int, chunks: Iterator[bytes]) -> Iterator[Block]:
    position = start
    for chunk in chunks:
        yield Block(position, chunk, first=position == start)
        position += len(chunk)


def _members(
    window: Window,
    kind: str,
    decompressor: Callable[[], Any],
    whole_member: Callable[[Window, int], tuple[bytes, int] | None] | None,
) -> Iterator[Block]:
    position, magic = window.start, MAGIC[kind]
    while head := window.take(position, HEAD_BYTES):
        if magic.match(head):
            whole = whole_member(window, position) if whole_member else None
            if whole is not None:
                data, end = whole
                yield Block(position, data, first=True)
                position = end
                continue
            end, damage = yield from _stream_member(window, position, kind, decompressor)
            if damage is None:
                position = end
                continue
        elif not (damage := _garbage(window, position, kind)):
            return
        else:
            yield Block(position, b"", first=True, damage=damage)
        # Damage can make a member seem to run over the ones behind it, so the search begins where it began.
        window.rewind(position + 1)
        found = window.find(SEARCH[kind], position + 1)
        if found is None:
            return
        position = found


def _garbage(window: Window, position: int, kind: str) -> Damage | None:
    """Bytes between members that start none. Zeros up to the end of the file are padding, as tape writers leave it."""
    head = window.take(position, HEAD_BYTES)
    at = position
    while piece := window.take(at, BLOCK_BYTES):
        if piece.strip(b"\x00"):
            detail = f"no {kind} member starts here: {head[:HEAD_BYTES]!r}"
            return Damage(f"bad_{kind}", position, detail, position + HEAD_BYTES)
        at += len(piece)
    return None


def _whole_gzip_member(window: Window, position: int) -> tuple[bytes, int] | None:
    """(data, stored end) of a member that can be inflated in one call, or None where it has to be streamed.

    The end is guessed from the next member's magic bytes and proven by the member's own length and checksum (RFC 1952,
    2.3.1), so that a wrong guess costs time and nothing else.
    """
    searched = position + 18
    while True:
        found = _find_gzip(window.data, searched - window.start)
        if found >= 0:
            end = window.start + found
            break
        searched = max(searched, window.end - HEAD_BYTES + 1)
        if window.end - position > ONE_CALL_STORED_BYTES:
            return None
        if window.ended or not window.grow(position):
            end = window.end
            break
    member = memoryview(window.data)[position - window.start : end - window.start]
    size = int.from_bytes(member[-4:], "little")
    if size > ONE_CALL_OUTPUT_BYTES or len(member) < 18:
        return None
    try:
        data = GzipReader(io.BytesIO(member)).read(size + 1)
    except OSError:
        return None
    return (data, end) if len(data) == size else None


def _find_gzip(data: bytes, start: int) -> int:
    """Where `SEARCH["gzip"]` first matches, -1 where it does not: ten times as fast as the pattern alone."""
    while (start := data.find(_GZIP_START, start)) >= 0 and not SEARCH["gzip"].match(data, start):
        start += 1
    return start


def _stream_member(
    window: Window, position: int, kind: str, decompressor: Callable[[], Any]
) -> Generator[Block, None, tuple[int, Damage | None]]:
    """Blocks of about BLOCK_BYTES; returns (stored end, damage). Pieces count from the member's start: splits agree."""
    stream, fed = decompressor(), position
    parts: list[bytes] = []
    size, first = 0, True
    damage: Damage | None = None
    while not stream.eof and damage is None:
        piece = _left_over(stream, kind)
        if piece is None:
            piece = window.take(fed, ZSTD_FEED_BYTES if kind == "zstd" else FEED_BYTES)
            fed += len(piece)
            if not piece:
                detail = f"the file ends inside a {kind} member of {fed - position} stored bytes so far"
                damage = Damage(f"truncated_{kind}", position, detail, fed)
                parts.append(stream.flush() if kind == "gzip" else b"")
                break
        before = stream.copy() if kind == "gzip" else None
        try:
            data = stream.decompress(piece) if kind == "zstd" else stream.decompress(piece, BLOCK_BYTES)
        except (zlib.error, zstandard.ZstdError, lzma.LZMAError, OSError, ValueError) as error:
            data = b"" if before is None else _up_to_error(before, piece)
            checksum = before is not None and str(error).endswith(("incorrect data check", "incorrect length check"))
            damage = Damage(f"bad_{kind}", position, f"{kind}: {error}", fed, checksum)
        parts.append(data)
        size += len(data)
        if size >= BLOCK_BYTES and damage is None and not stream.eof:
            yield Block(position, b"".join(parts), first)
            parts, size, first = [], 0, False
    yield Block(position, b"".join(parts), first, damage)
    return (fed - len(stream.unused_data) if damage is None else fed), damage


def _left_over(stream: Any, kind: str) -> bytes | None:
    """Input that BLOCK_BYTES of output did not use up, b"" where the stream holds it itself; None where none is."""
    if kind == "gzip":
        return stream.unconsumed_tail or None
    if kind == "zstd":
        return None
    return None if stream.needs_input else b""


def _up_to_error(stream: Any, piece: bytes) -> bytes:
    """What zlib makes of `piece` before it fails: it drops the output of the failing call, so go byte by byte."""
    parts = []
    for at in range(len(piece)):
        try:
            parts.append(stream.decompress(piece[at : at + 1]))
        except zlib.error:
            break
    return b"".join(parts)


class _Chunks(io.RawIOBase):
    """A file object over an iterator of chunks, for readers that want one. fastwarc asks once where it stands."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks, self._rest, self._position = chunks, b"", 0

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: Any) -> int:
        if not self._rest:
            self._rest = next(self._chunks, b"")
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        self._position += count
        return count


def _lz4(start: int, chunks: Iterator[bytes]) -> Iterator[Block]:
    """One member as far as offsets go: fastwarc does not say where frames begin, and stops at damage."""
    reader = Lz4Reader(_Chunks(chunks))
    first = True
    while True:
        try:
            data = reader.read(BLOCK_BYTES)
        except OSError as error:
            yield Block(start, b"", first, Damage("bad_lz4", start, f"lz4: {error}", start))
            return
        if not data:
            return
        yield Block(start, data, first)
        first = False


def zstd_dictionary_bytes(head: bytes) -> int:
    """Stored size of the frame that holds a .warc.zst file's dictionary, 0 where the file starts with no such frame.

    Source: the IIPC's "Use of Zstandard in WARC files" (skippable frame 0x184D2A5D; its content may be compressed).
    """
    return 8 + int.from_bytes(head[4:8], "little") if head[:4] == b"\x5d\x2a\x4d\x18" else 0


def zstd_dictionary(frame: bytes) -> bytes:
    """The dictionary in that frame."""
    dictionary = frame[8:]
    if dictionary[:4] == b"\x28\xb5\x2f\xfd":
        return zstandard.ZstdDecompressor().decompressobj().decompress(dictionary)
    return dictionary
