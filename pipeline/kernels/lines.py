"""What a line is, for every filter, and what the rules ask of one.

A line ends at a mandatory break of Unicode (LF, CR, CRLF, VT, FF, NEL, LS, PS; UAX #14), stands without surrounding
white space, and is not blank. A paragraph is a run of lines without a blank one between them. The same definition
serves every filter. Reference implementations split at line feeds and keep white space, which on pages with CRLF or
trailing blanks finds repeated "lines" that nobody sees; on stripped text with LF both agree.
"""

import numpy as np

from pipeline.kernels.arrow import Bytes, Offsets
from pipeline.kernels.compile import kernel
from pipeline.kernels.unicode import byte_at, class_of, next_character, previous_character
from pipeline.kernels.unicode_rules import SPACE
from pipeline.kernels.words import mix

_LF, _CR = 0x0A, 0x0D
_MAY_BREAK = np.zeros(256, np.bool_)  # first bytes of line breaks
_MAY_BREAK[[0x0A, 0x0B, 0x0C, 0x0D, 0xC2, 0xE2]] = True
_SEED, _PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)  # FNV-1a (Fowler, Noll, Vo), 64 bits


@kernel
def break_size(data: Bytes, at: int, end: int) -> int:
    """Bytes of the line break at data[at], 0 where there is none."""
    byte = data[at]
    if byte > _CR and byte != 0xC2 and byte != 0xE2:
        return 0
    if byte == _CR:
        return 2 if at + 1 < end and data[at + 1] == _LF else 1
    if _LF <= byte < _CR:
        return 1
    if byte == 0xC2 and at + 1 < end and data[at + 1] == 0x85:
        return 2
    if byte == 0xE2 and at + 2 < end and data[at + 1] == 0x80 and (data[at + 2] == 0xA8 or data[at + 2] == 0xA9):
        return 3
    return 0


@kernel
def next_line(data: Bytes, at: int, end: int) -> tuple[int, int, int]:
    """(start, stop, after): the line from data[at] without white space around it, and where the next one begins.

    `after` is past `end` by one where no break closes the line. Start equals stop on a blank line.
    """
    stop = at
    size = 0
    while stop < end:
        if _MAY_BREAK[byte_at(data, stop)]:
            size = break_size(data, stop, end)
            if size > 0:
                break
        stop += 1
    after = stop + size if size > 0 else end + 1
    start = at
    while start < stop:
        code, size = next_character(data, start, stop)
        if class_of(code) & SPACE == 0:
            break
        start += size
    while stop > start:
        code, size = previous_character(data, start, stop)
        if class_of(code) & SPACE == 0:
            break
        stop -= size
    return start, stop, after


@kernel
def count_characters(data: Bytes, start: int, stop: int) -> int:
    """Code points: the bytes that do not go on with one."""
    count = 0
    for byte in data[start:stop]:
        count += byte & 0xC0 != 0x80
    return count


@kernel
def hash_bytes(data: Bytes, start: int, stop: int) -> np.uint64:
    h = _SEED
    for byte in data[start:stop]:
        h = (h ^ np.uint64(byte)) * _PRIME
    return mix(h)


@kernel
def ends_with_any(data: Bytes, start: int, stop: int, marks: Bytes, mark_offsets: Offsets) -> bool:
    """Whether data[start:stop] ends with one of the packed strings."""
    for mark in range(len(mark_offsets) - 1):
        size = mark_offsets[mark + 1] - mark_offsets[mark]
        if size <= stop - start:
            same = True
            for i in range(size):
                if data[stop - size + i] != marks[mark_offsets[mark] + i]:
                    same = False
                    break
            if same:
                return True
    return False
