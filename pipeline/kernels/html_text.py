"""Writing text: whitespace folded to one space (kept in `pre`), references decoded, invisible characters left out."""

from typing import Any

import numpy as np

from pipeline.kernels.compile import helper
from pipeline.kernels.html_entities import put_code_point, read_reference
from pipeline.kernels.html_layout import BEGIN, BOLD, BOLDS, LINK, LINKS, PRES, W
from pipeline.kernels.lanes import LANES, copy_lanes, distance_to, fill_lanes

ORDINARY, SPACE, LESS, AMPERSAND, SPECIAL, CONTROL = range(6)


def _byte_classes() -> np.ndarray:
    table = np.full(256, ORDINARY, np.uint8)
    table[:32] = CONTROL
    table[127] = CONTROL
    table[[9, 10, 11, 12, 13, 32]] = SPACE
    table[60], table[38] = LESS, AMPERSAND
    table[[0xC2, 0xE1, 0xE2, 0xE3, 0xEF]] = SPECIAL  # begin characters that are spaces, or nothing
    return table


CLASS = _byte_classes()
# The bytes to the next that is neither ordinary nor a single space.
_plain = distance_to((0, 31), (60, 60), (38, 38), (127, 127), (0xC2, 0xC2), (0xE1, 0xE3), (0xEF, 0xEF), twice=32)


@helper
def begin_space(text: np.ndarray, marks: np.ndarray, state: np.ndarray, w: int) -> int:
    """Write one space unless the block begins here or ends in one; returns the position."""
    if w > state[BEGIN] and text[w - 1] != 32 and text[w - 1] != 10:
        text[w] = 32
        marks[w] = marks[w - 1]
        w += 1
    return w


@helper
def _point(text: np.ndarray, marks: np.ndarray, state: np.ndarray, w: int, point: int, mark: int) -> int:
    """Write a code point that came from a reference."""
    if point == 32 or 9 <= point <= 13 or point == 0xA0 or 0x2000 <= point <= 0x200A or point == 0x3000 \
            or point == 0x202F or point == 0x205F or point == 0x2028 or point == 0x2029 or point == 0x1680:  # fmt: skip
        if state[PRES] > 0 and w > state[BEGIN]:
            text[w] = 10 if point == 10 else 32
            marks[w] = mark
            return w + 1
        return begin_space(text, marks, state, w)
    if (point < 32 and point != 0) or 127 <= point < 160 or point == 0xAD or point == 0xFEFF:
        return w
    after = put_code_point(text, w, point)
    for place in range(w, after):
        marks[place] = mark
    return after


@helper
def _special(data: np.ndarray, i: int, end: int) -> tuple[int, int]:
    """(length, 0 a character, 1 a space, 2 nothing) of what begins at `i` with 0xC2, 0xE1, 0xE2, 0xE3 or 0xEF."""
    byte = data[i]
    if byte == 0xC2:
        if i + 1 < end:
            if data[i + 1] == 0xA0 or data[i + 1] == 0x85:
                return 2, 1
            if data[i + 1] == 0xAD or 0x80 <= data[i + 1] < 0xA0:
                return 2, 2
        return 1, 0
    if i + 2 >= end:
        return 1, 0
    second, third = data[i + 1], data[i + 2]
    if byte == 0xE2 and second == 0x80 and (0x80 <= third <= 0x8A or third == 0xA8 or third == 0xA9 or third == 0xAF):
        return 3, 1
    if byte == 0xE2 and second == 0x81 and third == 0x9F:
        return 3, 1
    if (byte == 0xE3 and second == 0x80 and third == 0x80) or (byte == 0xE1 and second == 0x9A and third == 0x80):
        return 3, 1
    if byte == 0xEF and second == 0xBB and third == 0xBF:
        return 3, 2
    return 1, 0


@helper
def write_text(data: np.ndarray, i: int, end: int, text: np.ndarray, marks: np.ndarray, state: np.ndarray) -> int:
    """Write text from `i` to `end`, if that is the end of the page to the next tag; returns where it stopped."""
    w = state[W]
    pre = state[PRES] > 0
    mark: Any = np.uint8((LINK if state[LINKS] > 0 else 0) | (BOLD if state[BOLDS] > 0 else 0))
    while i < end:
        byte = data[i]
        kind = CLASS[byte]
        if kind == ORDINARY:
            if i + LANES <= data.size:
                copy_lanes(text, w, data, i)
                fill_lanes(marks, w, mark)
                length = min(_plain(data, i), end - i)
                w += length
                i += length
                continue
        elif kind == SPACE:
            if not pre:
                w = begin_space(text, marks, state, w)
                i += 1
                while i < end and CLASS[data[i]] == SPACE:
                    i += 1
                continue
            i += 1
            if byte == 13 or (byte == 10 and w == state[BEGIN]):
                continue
            if byte != 10 and byte != 9:
                byte = np.uint8(32)
        elif kind == LESS:
            if i + 1 < end == data.size and begins_tag(data[i + 1]):
                break
        elif kind == AMPERSAND:
            after, point, second = read_reference(data, i, end)
            if after != i:
                w = _point(text, marks, state, w, point, mark)
                if second:
                    w = _point(text, marks, state, w, second, mark)
                i = after
                continue
        elif kind == SPECIAL:
            length, what = _special(data, i, end)
            if what == 1 and not pre:
                w = begin_space(text, marks, state, w)
            if what == 2 or (what == 1 and not pre):
                i += length
                continue
            if what == 1:
                i += length - 1
                byte = np.uint8(32)
        else:
            i += 1
            continue
        text[w] = byte
        marks[w] = mark
        w += 1
        i += kind != SPACE
    state[W] = w
    return i


@helper
def begins_tag(byte: int) -> bool:
    """Whether the byte after a `<` makes it a tag, or the like."""
    return 97 <= (byte | 32) <= 122 or byte == 47 or byte == 33 or byte == 63
