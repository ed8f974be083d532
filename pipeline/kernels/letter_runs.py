"""Hashes of the runs of letters in a word: what both models of languages are made of (`label_tree`, `letter_grams`)."""

import numpy as np
import numpy.typing as npt

from pipeline.kernels.arrow import Bytes
from pipeline.kernels.compile import kernel

FNV_BASIS, FNV_PRIME = np.uint32(2166136261), np.uint32(16777619)
SLACK = 4
"""Entries behind the last hash, and bytes behind the word, that may be written or read."""
_SIGN = np.uint32(0xFFFFFF00)
_FOUR = 4


@kernel
def run_hashes(
    word: Bytes, size: int, least: int, most: int, signed: bool, found: npt.NDArray[np.int64], count: int
) -> int:
    """Write the FNV-1a hash of each run of `least` to `most` characters of word[:size] behind found[:count], by where
    it begins and then by length; returns the new count. A word's first and last character alone are no run. With
    `signed` a byte from 128 on counts as a negative number, as in fastText.
    """
    wide = np.uint8(0)
    for i in range(size):
        wide |= word[i]
    if wide < 0x80 and most == _FOUR:  # no branches: what does not count is written over
        for i in range(size):
            h = np.uint32((FNV_BASIS ^ np.uint32(word[i])) * FNV_PRIME)
            found[count] = h
            count += least == 1 and 0 < i < size - 1
            h = np.uint32((h ^ np.uint32(word[i + 1])) * FNV_PRIME)
            found[count] = h
            count += least <= 2 and i + 2 <= size
            h = np.uint32((h ^ np.uint32(word[i + 2])) * FNV_PRIME)
            found[count] = h
            count += least <= 3 and i + 3 <= size
            h = np.uint32((h ^ np.uint32(word[i + 3])) * FNV_PRIME)
            found[count] = h
            count += i + _FOUR <= size
        return count
    sign = _SIGN if signed else np.uint32(0)
    for i in range(size):
        if word[i] & 0xC0 == 0x80:
            continue
        h = FNV_BASIS
        j, n = i, 1
        while j < size and n <= most:
            while True:
                byte = np.uint32(word[j])
                h = np.uint32((h ^ (byte | sign if byte >= 128 else byte)) * FNV_PRIME)
                j += 1
                if j >= size or word[j] & 0xC0 != 0x80:
                    break
            if n >= least and not (n == 1 and (i == 0 or j == size)):
                found[count] = h
                count += 1
            n += 1
    return count
