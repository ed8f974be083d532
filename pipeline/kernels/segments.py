"""The lines or sentences of texts, each with where it stands and a hash of its normal form.

The normal form is CCNet's (arXiv:1911.00359, section 3.1; `normalize_for_dedup` in its code): lower case, every digit
0, no punctuation, no control characters. Read as: case is folded, all of category P goes (the code lists 34 signs and
leaves ASCII alone), runs of white space are one blank. Accents stay, as in the code.

A sentence ends behind an end mark, as `kernels.c4` counts them, and at the end of its line.
"""

import numpy as np
import numpy.typing as npt

from pipeline.kernels.arrow import Bytes, Offsets
from pipeline.kernels.c4 import sentence_end
from pipeline.kernels.compile import kernel
from pipeline.kernels.lines import next_line
from pipeline.kernels.unicode import byte_at, class_of, fold_case, next_character
from pipeline.kernels.unicode_rules import FORMAT, SEPARATOR, SPACE
from pipeline.kernels.words import WORD_PRIME, WORD_SEED, mix

Int32Array = npt.NDArray[np.int32]
Int64Array = npt.NDArray[np.int64]
UInt64Array = npt.NDArray[np.uint64]

LINES = 0
SENTENCES = 1

_BLANK = np.uint64(0x20)
_ZERO_DIGIT = np.uint64(0x30)
# The zeros of all decimal digits of Unicode 14 (category Nd); the nine others of each follow.
_ZEROS = np.array([
    0x30, 0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xDE6, 0xE50, 0xED0,
    0xF20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620,
    0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10, 0x104A0, 0x10D30, 0x11066, 0x110F0, 0x11136, 0x111D0,
    0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x11730, 0x118E0, 0x11950, 0x11C50, 0x11D50, 0x11DA0, 0x16A60,
    0x16AC0, 0x16B50, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E950, 0x1FBF0,
], np.int64)  # fmt: skip


@kernel
def _is_digit(code: int) -> bool:
    if code < 0x660:
        return 0x30 <= code <= 0x39
    place = np.searchsorted(_ZEROS, code, side="right") - 1
    return code - _ZEROS[place] < 10


@kernel
def hash_normal(data: Bytes, start: int, stop: int) -> np.uint64:
    """The hash of the normal form of data[start:stop]; WORD_SEED, mixed, where nothing is left of it."""
    h = WORD_SEED
    separated = False
    filled = False
    at = start
    while at < stop:
        byte = byte_at(data, at)
        if byte < 0x80:
            code, size = byte, 1
        else:
            code, size = next_character(data, at, stop)
        at += size
        is_a = class_of(code)
        if is_a & SPACE:
            separated = True
            continue
        if is_a & (SEPARATOR | FORMAT):
            continue
        if separated and filled:
            h = (h ^ _BLANK) * WORD_PRIME
        separated = False
        filled = True
        if _is_digit(code):
            h = (h ^ _ZERO_DIGIT) * WORD_PRIME
        else:
            h = (h ^ np.uint64(fold_case(code))) * WORD_PRIME
    return mix(h)


@kernel
def segments(
    data: Bytes, offsets: Offsets, kind: int
) -> tuple[Int64Array, Int32Array, Int32Array, Int32Array, npt.NDArray[np.bool_], UInt64Array]:
    """(bounds, begins, starts, stops, opens, hashes): row r has the segments bounds[r]:bounds[r + 1].

    Segment i is data[starts[i]:stops[i]], without white space around it; blank lines are none. Of a segment that opens
    a line (`opens`), `begins` is where the line begins, behind the break before it; of others it is their start.
    """
    n = len(offsets) - 1
    room = (offsets[n] - offsets[0]) // 2 + n + 1  # a line needs its break, a sentence white space or a mark
    bounds = np.zeros(n + 1, np.int64)
    begins, starts, stops = np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room, np.int32)
    opens = np.empty(room, np.bool_)
    hashes = np.empty(room, np.uint64)
    filled = 0
    for row in range(n):
        at, end = int(offsets[row]), int(offsets[row + 1])
        while at <= end:
            start, stop, after = next_line(data, at, end)
            begin, first = at, True
            while start < stop:
                last = stop if kind == LINES else sentence_end(data, start, stop)
                begins[filled] = begin if first else start
                starts[filled], stops[filled], opens[filled] = start, last, first
                hashes[filled] = hash_normal(data, start, last)
                filled += 1
                first = False
                start = last
                while start < stop:
                    code, size = next_character(data, start, stop)
                    if class_of(code) & SPACE == 0:
                        break
                    start += size
            at = after
        bounds[row + 1] = filled
    return bounds, begins[:filled], starts[:filled], stops[:filled], opens[:filled], hashes[:filled]


def warm_up() -> None:
    data, offsets = np.zeros(1, np.uint8), np.zeros(2, np.int32)
    data.flags.writeable = offsets.flags.writeable = False
    segments(data, offsets, LINES)
