"""What kernels know of characters: UTF-8 decoding, the class of a character and its folded case."""

import numpy as np

from pipeline.kernels import unicode_data
from pipeline.kernels.arrow import Bytes
from pipeline.kernels.compile import kernel
from pipeline.kernels.unicode_rules import N_CODE_POINTS, unpack

_CLASS_INDEX = unpack(unicode_data.CLASS_INDEX, np.uint8)
_CLASS_BLOCKS = unpack(unicode_data.CLASS_BLOCKS, np.uint8)
_FOLD_INDEX = unpack(unicode_data.FOLD_INDEX, np.uint8)
_FOLD_BLOCKS = unpack(unicode_data.FOLD_BLOCKS, np.int32)

_REPLACEMENT = 0xFFFD


@kernel
def byte_at(data: Bytes, at: int) -> int:
    """data[at]; the unsigned index spares numba's test for a negative one, a fifth of the time of a scan."""
    return np.int64(data[np.uint64(at)])  # type: ignore[return-value]


@kernel
def next_character(data: Bytes, at: int, end: int) -> tuple[int, int]:
    """(code point, bytes) of the character at data[at], at < end. A byte that begins no valid form is (U+FFFD, 1)."""
    first = byte_at(data, at)
    if first < 0x80:
        return first, 1
    if first >= 0xF0:
        size, code = 4, first & 0x07
    elif first >= 0xE0:
        size, code = 3, first & 0x0F
    else:
        size, code = 2, first & 0x1F
    if first < 0xC2 or first > 0xF4 or at + size > end:
        return _REPLACEMENT, 1
    for i in range(at + 1, at + size):
        follow = byte_at(data, i)
        if follow & 0xC0 != 0x80:
            return _REPLACEMENT, 1
        code = (code << 6) | (follow & 0x3F)
    if code >= N_CODE_POINTS:
        return _REPLACEMENT, 1
    return code, size


@kernel
def previous_character(data: Bytes, begin: int, at: int) -> tuple[int, int]:
    """(code point, bytes) of the character that ends before data[at], begin < at."""
    start = at - 1
    while start > begin and at - start < 4 and data[start] & 0xC0 == 0x80:
        start -= 1
    code, size = next_character(data, start, at)
    if start + size == at:
        return code, size
    return _REPLACEMENT, 1


@kernel
def class_of(code: int) -> int:
    """The class bits (unicode_rules) of a code point."""
    block = np.int64(_CLASS_INDEX[code >> 8]) << 8
    return np.int64(_CLASS_BLOCKS[block | (code & 0xFF)])  # type: ignore[return-value]


@kernel
def fold_case(code: int) -> int:
    """The code point that stands for all cases of this one."""
    block = np.int64(_FOLD_INDEX[code >> 8]) << 8
    return code + np.int64(_FOLD_BLOCKS[block | (code & 0xFF)])  # type: ignore[return-value]
