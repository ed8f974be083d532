"""How many values pairs of sorted sets share, the two sets of a pair being of two collections."""

import numpy as np
import numpy.typing as npt

from pipeline.kernels.compile import kernel

UInt64Array = npt.NDArray[np.uint64]
Int64Array = npt.NDArray[np.int64]


@kernel
def shared(
    left: UInt64Array,
    left_offsets: Int64Array,
    left_rows: Int64Array,
    right: UInt64Array,
    right_offsets: Int64Array,
    right_rows: Int64Array,
) -> Int64Array:
    """int64 [n]: values that left set left_rows[i] and right set right_rows[i] share; of multisets, as often as both
    have them. Set j of a collection is values[offsets[j]:offsets[j + 1]].
    """
    out = np.zeros(len(left_rows), np.int64)
    for pair in range(len(left_rows)):
        i, end = left_offsets[left_rows[pair]], left_offsets[left_rows[pair] + 1]
        k, other_end = right_offsets[right_rows[pair]], right_offsets[right_rows[pair] + 1]
        n = 0
        while i < end and k < other_end:
            x, y = left[i], right[k]
            n += x == y
            i += x <= y
            k += y <= x
        out[pair] = n
    return out


def warm_up() -> None:
    values, places = np.zeros(1, np.uint64), np.array([0, 1], np.int64)
    values.flags.writeable = places.flags.writeable = False
    shared(values, places, places[:1], values, places, places[:1])
