"""Letters by script, and pieces of texts: what the tags of documents' languages are told beside the words."""

import numpy as np
import numpy.typing as npt

from pipeline.kernels.arrow import Bytes, Offsets
from pipeline.kernels.compile import kernel


@kernel
def letters_by_script(
    data: Bytes, offsets: Offsets, script_of: npt.NDArray[np.uint8], scripts: int, max_bytes: int
) -> npt.NDArray[np.int32]:
    """int32 [n, scripts]: letters of each script in the first `max_bytes` of each text.

    script_of[c] is the script of code point c, `scripts` where it is no letter; code points behind its end are none.
    """
    n = len(offsets) - 1
    found = np.zeros((n, scripts + 1), np.int32)
    for row in range(n):
        at, end = int(offsets[row]), int(min(offsets[row + 1], offsets[row] + max_bytes))
        while at < end:
            byte = np.int64(data[at])
            size = 1
            if byte >= 0xC0:
                size = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
                byte &= 0xFF >> (size + 1)
                for i in range(1, size):
                    byte = (byte << 6) | (data[at + i] & 0x3F if at + i < end else 0)
            found[row, script_of[byte] if byte < len(script_of) else scripts] += 1
            at += size
    return found[:, :scripts].copy()


@kernel
def pieces(
    data: Bytes, starts: npt.NDArray[np.int64], stops: npt.NDArray[np.int64]
) -> tuple[Bytes, npt.NDArray[np.int32]]:
    """(data, offsets) of the stretches data[starts[i]:stops[i]], without the parts of characters at their ends."""
    n = len(starts)
    offsets = np.zeros(n + 1, np.int32)
    total = 0
    for i in range(n):
        total += stops[i] - starts[i]
    found = np.empty(total, np.uint8)
    at = 0
    for i in range(n):
        start, stop = starts[i], stops[i]
        while start < stop and data[start] & 0xC0 == 0x80:
            start += 1
        while stop > start and stop < len(data) and data[stop] & 0xC0 == 0x80:
            stop -= 1
        for j in range(start, stop):
            found[at] = data[j]
            at += 1
        offsets[i + 1] = at
    return found[:at].copy(), offsets


def warm_up() -> None:
    data, offsets = np.frombuffer(b"a line", np.uint8), np.array([0, 6], np.int32)
    offsets.flags.writeable = False
    letters_by_script(data, offsets, np.zeros(128, np.uint8), 1, 100)
    pieces(data, np.zeros(1, np.int64), np.full(1, 6))
