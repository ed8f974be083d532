"""Tokens of texts for exact substrings, and the windows of n tokens.

Tokens are the words of the kind RULES: case is kept, punctuation counts, and so does every character of scripts
without spaces; texts that differ in white space alone have the same tokens. A window's anchor is the least of the
hashes of its runs of k tokens (winnowing: Schleimer, Wilkerson, Aiken 2003): equal windows have equal anchors, and
neighbouring windows share theirs, so that few anchors stand for many windows.
"""

import numpy as np
import numpy.typing as npt

from pipeline.kernels.arrow import Bytes, Offsets
from pipeline.kernels.compile import kernel
from pipeline.kernels.lines import break_size
from pipeline.kernels.shingles import BASE, power
from pipeline.kernels.words import RULES, longest, mix, scan_words

Int32Array = npt.NDArray[np.int32]
Int64Array = npt.NDArray[np.int64]
UInt64Array = npt.NDArray[np.uint64]
BoolArray = npt.NDArray[np.bool_]

_ZERO = np.uint64(0)


@kernel
def tokens(data: Bytes, offsets: Offsets) -> tuple[Int64Array, Int32Array, Int32Array, BoolArray, UInt64Array]:
    """(bounds, starts, stops, opens, hashes): row r has the tokens bounds[r]:bounds[r + 1].

    Token i is data[starts[i]:stops[i]]; `opens` where a line break, or the beginning of the text, stands before it.
    """
    n = len(offsets) - 1
    room = np.int64(offsets[n] - offsets[0])
    most = longest(offsets)
    bounds = np.zeros(n + 1, np.int64)
    starts, stops = np.empty(room, np.int32), np.empty(room, np.int32)
    opens, hashes = np.empty(room, np.bool_), np.empty(room, np.uint64)
    chars, flags = np.empty(most, np.int32), np.empty(most, np.uint8)
    filled = 0
    for row in range(n):
        begin, end = int(offsets[row]), int(offsets[row + 1])
        count = scan_words(data, begin, end, RULES, starts[filled:], stops[filled:], chars, flags, hashes[filled:])
        before = begin
        for i in range(filled, filled + count):
            opens[i] = i == filled
            for at in range(before, starts[i]):
                if break_size(data, at, end) > 0:
                    opens[i] = True
                    break
            before = stops[i]
        filled += count
        bounds[row + 1] = filled
    return bounds, starts[:filled], stops[:filled], opens[:filled], hashes[:filled]


@kernel
def grams(hashes: UInt64Array, bounds: Int64Array, n: int) -> UInt64Array:
    """The hash of every run of n tokens of each row, by the place of its first; 0 in the last n - 1 places of a row."""
    out = np.zeros(len(hashes), np.uint64)
    oldest = power(n)
    for row in range(len(bounds) - 1):
        first, end = bounds[row], bounds[row + 1]
        if end - first < n:
            continue
        rolling = _ZERO
        for i in range(first, end):
            if i >= first + n:
                rolling -= hashes[i - n] * oldest
            rolling = rolling * BASE + hashes[i]
            if i >= first + n - 1:
                out[i - n + 1] = mix(rolling)
    return out


@kernel
def anchors(shorter: UInt64Array, bounds: Int64Array, n: int, k: int) -> Int64Array:
    """Where the least of the runs of k tokens is (the first, of equal ones) in the window of n at each place.

    `shorter` are the `grams` of k tokens; -1 in the last n - 1 places of a row.
    """
    out = np.full(len(shorter), -1, np.int64)
    inside = n - k  # runs behind the first in a window
    for row in range(len(bounds) - 1):
        least = -1
        for place in range(bounds[row], bounds[row + 1] - n + 1):
            last = place + inside
            if least < place:
                least = place
                for i in range(place + 1, last + 1):
                    if shorter[i] < shorter[least]:
                        least = i
            elif shorter[last] < shorter[least]:
                least = last
            out[place] = least
    return out


def warm_up() -> None:
    data, offsets = np.zeros(1, np.uint8), np.zeros(2, np.int32)
    data.flags.writeable = offsets.flags.writeable = False
    bounds, _, _, _, hashes = tokens(data, offsets)
    anchors(grams(hashes, bounds, 1), bounds, 1, 1)
