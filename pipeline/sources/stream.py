"""A forward-only view of a file's decompressed bytes that knows where each byte is stored and where damage is."""

from collections import deque
from collections.abc import Iterator

from zstandard import ZstdError

from pipeline.sources.base import InputFile, Split
from pipeline.sources.compression import (
    HEAD_BYTES,
    Block,
    Damage,
    blocks,
    detect,
    zstd_dictionary,
    zstd_dictionary_bytes,
)
from pipeline.sources.files import chunks

MAX_DICTIONARY_BYTES = 64 << 20


class ByteStream:
    """Decompressed bytes; the unread ones are `data[pos:]`.

    Positions called logical count decompressed bytes from where the stream was opened. A logical position is a starting
    point, where a split may begin, when it is the first byte of a compressed member, or any byte of a plain file.
    """

    __slots__ = ("_base", "_blocks", "_marks", "compression", "damage", "data", "ended", "plain_end", "pos", "reach")

    def __init__(self, compression: str, source: Iterator[Block], plain_end: int | None = None) -> None:
        self.compression = compression
        self.plain_end = plain_end
        """Logical position at which a plain file ends, split or not; None where that is not known."""
        self._blocks = source
        self._base = 0
        self._marks: deque[tuple[int, int]] = deque()  # (logical position, stored offset) of each member start
        self.data, self.pos = b"", 0
        self.ended = False
        self.damage: Damage | None = None
        """What the bytes now in the window run into; `resume` goes on behind it."""
        self.reach = 0
        """Stored offset up to which damage made the decompressor look ahead."""

    @property
    def logical(self) -> int:
        return self._base + self.pos

    @property
    def available(self) -> int:
        return len(self.data) - self.pos

    def pull(self) -> bool:
        """One block more in the window; False at the end of the range or at damage."""
        if self.damage is not None or self.ended:
            return False
        try:
            block = next(self._blocks, None)
        except OSError as error:
            block = Block(0, b"", False, _unreadable(error))
            self._blocks = iter(())
        if block is None:
            self.ended = True
            return False
        if block.first:
            self._marks.append((self._base + len(self.data), block.offset))
        if self.pos == len(self.data):
            self._base += self.pos
            self.data, self.pos = block.data, 0
        elif block.data:
            self._base += self.pos
            self.data, self.pos = self.data[self.pos :] + block.data, 0
        if block.damage is not None:
            self.damage = block.damage
            self.reach = max(self.reach, block.damage.reach)
        return True

    def fill(self, size: int) -> bool:
        """Whether at least `size` bytes are in the window, after reading as much as that takes."""
        if self.available >= size:
            return True
        parts = [self.data[self.pos :]]
        have, start = len(parts[0]), self.logical
        self.pos, self._base, self.data = 0, start + have, b""
        while have < size and self.pull():
            parts.append(self.data)
            have += len(self.data)
            self._base, self.data = start + have, b""
        self.data, self._base = b"".join(parts), start
        return have >= size

    def resume(self) -> None:
        """Let go of the window and of the damage at its end; the next byte is the first one behind the damage."""
        self.pos = len(self.data)
        self.damage = None

    def member(self, logical: int) -> tuple[int, int]:
        """(logical start, stored offset) of the member that holds byte `logical`, not before one asked for earlier."""
        marks = self._marks
        while len(marks) > 1 and marks[1][0] <= logical:
            marks.popleft()
        return marks[0] if marks else (0, 0)

    def member_starts(self, low: int, high: int) -> list[int]:
        """Logical positions of known member starts in [low, high)."""
        return [start for start, _ in self._marks if low <= start < high]

    def stored(self, logical: int) -> int:
        """Stored offset of byte `logical`: its own in a plain file, that of its member in a compressed one."""
        start, offset = self.member(logical)
        return offset + logical - start if self.compression == "plain" else offset

    def starting_point(self, logical: int) -> bool:
        return self.compression == "plain" or self.member(logical)[0] == logical


def open_stream(file: InputFile, split: Split) -> ByteStream:
    """The decompressed bytes of a split. Never raises: a file that cannot be read is damage at its beginning."""
    try:
        head = _head(file, HEAD_BYTES)
        compression = detect(head)
        dictionary = None
        if compression == "zstd" and 0 < (size := zstd_dictionary_bytes(head)) <= MAX_DICTIONARY_BYTES:
            dictionary = zstd_dictionary(_head(file, size))
    except (OSError, ZstdError) as error:
        return ByteStream("plain", iter([Block(0, b"", True, _unreadable(error))]))
    read = blocks(compression, split.start, lambda offset: chunks(file.path, offset, split.end), dictionary)
    plain_end = file.size - split.start if compression == "plain" and file.size is not None else None
    return ByteStream(compression, read, plain_end)


def _unreadable(error: Exception) -> Damage:
    # strerror alone: the message of an OSError holds the absolute path, which differs between machines.
    return Damage("unreadable_file", 0, f"{type(error).__name__}: {getattr(error, 'strerror', None) or error}", 0)


def _head(file: InputFile, size: int) -> bytes:
    return b"".join(chunks(file.path, 0, size))
