"""Character references (`&amp;`, `&#8217;`, `&copy` without its semicolon) as WHATWG HTML reads them in text."""

from html.entities import html5
from typing import Any

import numpy as np

from pipeline.kernels.compile import helper
from pipeline.kernels.html_names import fnv1a

MAX_NAME = 32  # the longest name has 31 letters and digits
MAX_BYTES = 8  # the longest text of a reference in UTF-8 has 6 bytes
# Numbers 128 to 159 mean windows-1252 (WHATWG HTML, section 13.2.5.80).
_WINDOWS_1252 = np.array([ord(bytes([b]).decode("cp1252", "replace")) for b in range(128, 160)], np.int32)
_SLOTS = 8192


def _tables() -> tuple[np.ndarray, ...]:
    """Open addressing by the FNV-1a hash of a name: hash, first and second code point, whether `;` may be left out."""
    hashes = np.zeros(_SLOTS, np.uint64)
    points = np.zeros((_SLOTS, 2), np.int32)
    bare = np.zeros(_SLOTS, np.bool_)
    for name, text in html5.items():
        if not name.endswith(";"):
            continue
        value = fnv1a(name[:-1])
        slot = value & (_SLOTS - 1)
        while hashes[slot]:
            slot = (slot + 1) & (_SLOTS - 1)
        hashes[slot] = value
        points[slot, : len(text)] = [ord(character) for character in text]
        bare[slot] = name[:-1] in html5
    return hashes, points, bare


_HASHES, _POINTS, _IS_BARE = _tables()
_LONGEST_BARE = max(len(name) for name in html5 if not name.endswith(";"))
_FNV_OFFSET, _FNV_PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)


@helper
def put_code_point(out: np.ndarray, at: int, point: int) -> int:
    """Write a code point as UTF-8; returns the position after it. Surrogates and what is no character become U+FFFD."""
    if point > 0x10FFFF or 0xD800 <= point <= 0xDFFF or point == 0:
        point = 0xFFFD
    if point < 0x80:
        out[at] = point
        return at + 1
    if point < 0x800:
        out[at] = 0xC0 | (point >> 6)
        out[at + 1] = 0x80 | (point & 63)
        return at + 2
    if point < 0x10000:
        out[at] = 0xE0 | (point >> 12)
        out[at + 1] = 0x80 | ((point >> 6) & 63)
        out[at + 2] = 0x80 | (point & 63)
        return at + 3
    out[at] = 0xF0 | (point >> 18)
    out[at + 1] = 0x80 | ((point >> 12) & 63)
    out[at + 2] = 0x80 | ((point >> 6) & 63)
    out[at + 3] = 0x80 | (point & 63)
    return at + 4


@helper
def _find(value: np.uint64) -> int:
    slot: Any = np.int64(value & np.uint64(_SLOTS - 1))
    while _HASHES[slot] != 0:
        if _HASHES[slot] == value:
            return slot
        slot = (slot + 1) & (_SLOTS - 1)
    return -1


@helper
def _number(data: np.ndarray, start: int, end: int) -> tuple[int, int]:
    """(position after, code point) of a numeric reference whose `#` stands at `start`; -1 where it is none."""
    i = start + 1
    is_hexadecimal = i < end and (data[i] | 32) == 120
    if is_hexadecimal:
        i += 1
    first = i
    point: Any = 0
    while i < end:
        byte = data[i]
        if 48 <= byte <= 57:
            digit: Any = np.int64(byte) - 48
        elif is_hexadecimal and 97 <= (byte | 32) <= 102:
            digit = np.int64(byte | 32) - 87
        else:
            break
        point = min(point * (16 if is_hexadecimal else 10) + digit, 0x110000)
        i += 1
    if i == first:
        return start, -1
    if i < end and data[i] == 59:
        i += 1
    if 128 <= point < 160:
        point = int(_WINDOWS_1252[point - 128])
    return i, point


@helper
def read_reference(data: np.ndarray, start: int, end: int) -> tuple[int, int, int]:
    """(position after, code point, second code point or 0) of the reference whose `&` stands at `start`.

    The position is `start` where there is none: then the `&` is text. `end` bounds what is read.
    """
    i = start + 1
    if i < end and data[i] == 35:
        after, point = _number(data, i, end)
        return (start if point < 0 else after), point, 0
    value = _FNV_OFFSET
    best, best_end = -1, start
    limit = min(end, i + MAX_NAME)
    while i < limit:
        byte = data[i]
        if not (48 <= byte <= 57 or 97 <= (byte | 32) <= 122):
            break
        value = (value ^ np.uint64(byte)) * _FNV_PRIME
        i += 1
        if i - start - 1 <= _LONGEST_BARE:
            slot = _find(value)
            if slot >= 0 and _IS_BARE[slot]:
                best, best_end = slot, i
    if i < end and data[i] == 59:
        slot = _find(value)
        if slot >= 0:
            return i + 1, int(_POINTS[slot, 0]), int(_POINTS[slot, 1])
    if best < 0:
        return start, -1, 0
    return best_end, int(_POINTS[best, 0]), int(_POINTS[best, 1])
