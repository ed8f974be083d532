"""What a block of text is made of, in numbers that mean the same in every script.

Lengths are effective lengths: code points without spaces, those of Chinese, Japanese and Korean counted 2.5 times,
since each says about as much as 2.5 letters. No measure knows words, case or bytes.
"""

import numpy as np

from pipeline.kernels.compile import kernel
from pipeline.kernels.html_blocks import BOLD, END, LINK, START
from pipeline.kernels.unicode import byte_at

# Columns of the measures of a block.
LENGTH, LINKED, BOLDED, PUNCTUATION, TERMINAL, DIGITS, LINKS, ENDS_TERMINAL, GOOD, TRUNCATED = range(10)
MEASURES = 10

_PUNCTUATION, _TERMINAL, _DIGIT, _BLANK = 1, 2, 4, 8
_ONE, _WIDE = 2, 5  # lengths are counted in halves
_ELLIPSIS = 0x2026
_AFTER_ELLIPSIS = 20 * _ONE
_FNV, _PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)


def _ascii_classes() -> np.ndarray:
    table = np.zeros(128, np.uint8)
    for character in "!\"'(),-.:;?":
        table[ord(character)] = _PUNCTUATION
    for character in ".!?":
        table[ord(character)] |= _TERMINAL
    for character in "0123456789":
        table[ord(character)] = _DIGIT
    table[[9, 10, 32]] = _BLANK
    return table


_ASCII = _ascii_classes()
_WEIGHTS = np.where(_ASCII & _BLANK, 0, _ONE)


@kernel
def _is_wide(point: int) -> bool:
    return 0x2E80 <= point <= 0x9FFF or 0xAC00 <= point <= 0xD7AF or 0xF900 <= point <= 0xFAFF or point >= 0x20000


@kernel
def _class_of(point: int) -> int:
    """Punctuation of other scripts than the Latin."""
    if 0x2010 <= point <= 0x205E:
        return _PUNCTUATION | (_TERMINAL if point in (0x2026, 0x203C, 0x2047, 0x2049) else 0)
    if 0x3001 <= point <= 0x3003 or 0x3008 <= point <= 0x3011:
        return _PUNCTUATION | (_TERMINAL if point == 0x3002 else 0)
    if 0xFF01 <= point <= 0xFF1F:
        if 0xFF10 <= point <= 0xFF19:
            return _DIGIT
        return _PUNCTUATION | (_TERMINAL if point in (0xFF01, 0xFF0E, 0xFF1F) else 0)
    if point in (0x060C, 0x061B, 0x00AB, 0x00BB, 0x00BF, 0x00A1, 0x0387, 0x055D, 0x1363):
        return _PUNCTUATION
    if point in (0x061F, 0x06D4, 0x0964, 0x0965, 0x0589, 0x104A, 0x104B, 0x1362, 0x1367, 0x17D4, 0xFF61):
        return _PUNCTUATION | _TERMINAL
    return 0


@kernel
def _other(text: np.ndarray, i: int, end: int) -> tuple[int, int]:
    """(code point, bytes) of a character above ASCII; those of four bytes count as one of two."""
    byte = byte_at(text, i)
    if byte < 0xE0:
        return (byte & 31) << 6 | (byte_at(text, i + 1) & 63 if i + 1 < end else 0), 2
    if byte < 0xF0:
        point = (byte & 15) << 12
        if i + 2 < end:
            point |= (byte_at(text, i + 1) & 63) << 6 | (byte_at(text, i + 2) & 63)
        return point, 3
    return 0x20000 if byte == 0xF0 and i + 1 < end and text[i + 1] >= 0xA0 else 0x10000, 4


@kernel
def measure(
    text: np.ndarray, marks: np.ndarray, rows: np.ndarray, out: np.ndarray, hashes: np.ndarray, good_length: float
) -> None:
    """Fill `out` float64 [n, MEASURES] and `hashes` uint64 [n] (of the text's bytes).

    GOOD is the block's length where it reads like running text, else 0: at most .3 of it linked, and either
    `good_length` long or half that with a sentence's end in it. TRUNCATED: three dots are at its end, as after the
    first words of something that stands elsewhere; "read more" or an address may follow.
    """
    for b in range(rows.shape[0]):
        halves = linked = bolded = punctuation = terminal = digits = links = dots = last = was_link = 0
        after_ellipsis = -1  # halves up to there
        value = _FNV
        i, end = int(rows[b, START]), int(rows[b, END])
        while i < end:
            point, mark = byte_at(text, i), byte_at(marks, i)
            step = 1
            if point < 0x80:
                kind, weight = int(np.int64(_ASCII[point])), _WEIGHTS[point]
                dots = dots + 1 if point == 46 else 0
            else:
                point, step = _other(text, i, end)
                kind = _class_of(point)
                weight = _WIDE if _is_wide(point) and kind == 0 else _ONE
                dots = 0
            value = (value ^ np.uint64(point)) * _PRIME
            halves += weight
            if dots == 3 or (step == 3 and point == _ELLIPSIS):
                after_ellipsis = halves
            is_link = mark & LINK
            linked += weight * is_link
            links += is_link & ~was_link
            was_link = is_link
            bolded += weight * (mark & BOLD)
            punctuation += kind & _PUNCTUATION
            terminal += kind & _TERMINAL
            digits += kind & _DIGIT
            last = last if kind & _BLANK else kind
            i += step
        length = halves / _ONE
        out[b, LENGTH] = length
        out[b, LINKED] = linked / (_ONE * LINK)
        out[b, BOLDED] = bolded / (_ONE * BOLD)
        out[b, PUNCTUATION] = punctuation
        out[b, TERMINAL] = terminal / _TERMINAL
        out[b, DIGITS] = digits / _DIGIT
        out[b, LINKS] = links / LINK
        out[b, ENDS_TERMINAL] = (last & _TERMINAL) >> 1
        reads_well = length >= good_length or (terminal > 0 and length >= good_length / 2)
        out[b, GOOD] = length if reads_well and out[b, LINKED] <= 0.3 * length else 0.0
        out[b, TRUNCATED] = after_ellipsis >= 0 and halves - after_ellipsis <= _AFTER_ELLIPSIS
        hashes[b] = value


def warm_up() -> None:
    """Compile for the one type in use."""
    text = np.frombuffer("Ein Satz. 一。".encode(), np.uint8).copy()
    rows = np.array([[0, text.size, 0, 0, 0]], np.int32)
    measure(text, np.zeros_like(text), rows, np.empty((1, MEASURES)), np.empty(1, np.uint64), 80.0)
