"""Finding a byte as fast as the C library does."""

from typing import Any

import numpy as np
from numba.core import types

from pipeline.kernels.compile import helper, kernel

# Addresses go as integers: in all calling conventions of 64-bit systems the two travel alike.
_memchr: Any = types.ExternalFunction("memchr", types.intp(types.intp, types.int32, types.uintp))
_memcmp: Any = types.ExternalFunction("memcmp", types.int32(types.intp, types.intp, types.uintp))


@kernel
def find_byte(data: np.ndarray, start: int, end: int, byte: int) -> int:
    """The first place of `byte` in data[start:end] (uint8, contiguous), else `end`."""
    if start >= end:
        return end
    base = data.ctypes.data
    found = _memchr(base + start, byte, end - start)
    return end if found == 0 else found - base


@helper
def same_bytes(data: np.ndarray, one: int, other: int, length: int) -> bool:
    """Whether data[one:one + length] and data[other:other + length] (uint8, contiguous) are equal."""
    base = data.ctypes.data
    return _memcmp(base + one, base + other, length) == 0
