"""Which documents of a component stay: exact Jaccard similarity against kept documents that share a band."""

import numpy as np
import numpy.typing as npt

from pipeline.kernels.compile import kernel

UInt64Array = npt.NDArray[np.uint64]
Int64Array = npt.NDArray[np.int64]
Int32Array = npt.NDArray[np.int32]
BoolArray = npt.NDArray[np.bool_]

BINS = 100
MILLION = 1_000_000
_NOBODY = -1


@kernel
def intersect(sets: UInt64Array, begin: int, end: int, other: int, other_end: int) -> int:
    """How many values two sorted sets share."""
    shared = 0
    while begin < end and other < other_end:
        x, y = sets[begin], sets[other]
        shared += x == y
        begin += x <= y
        other += y <= x
    return shared


@kernel
def _bucket(table: Int64Array, keys: UInt64Array, key: np.uint64) -> int:
    """The slot of the bucket of `key`, or the empty one where it belongs.

    Slots hold (head, tail, count, overflowed). An entry, row * bands + band, is also where its key stands.
    """
    mask = len(table) - 1
    slot = np.int64(key ^ (key >> np.uint64(32))) & mask
    while table[slot, 2] > 0 and keys[table[slot, 0]] != key:
        slot = (slot + 1) & mask
    return slot  # type: ignore[return-value]


@kernel
def resolve(
    starts: Int64Array,
    sets: UInt64Array,
    set_offsets: Int64Array,
    keys: UInt64Array,
    bands: int,
    threshold_millionths: int,
    max_comparisons: int,
    max_bucket: int,
) -> tuple[Int64Array, Int32Array, Int64Array, Int64Array, BoolArray, Int64Array, int]:
    """See `pipeline.dedup.verify.resolve`; `keys` is flat here."""
    n = len(set_offsets) - 1
    witness = np.full(n, _NOBODY, np.int64)
    shared = np.zeros(n, np.int32)
    intersection, union = np.zeros(n, np.int64), np.zeros(n, np.int64)
    unchecked = np.zeros(n, np.bool_)
    compared = np.zeros(BINS, np.int64)
    comparisons = 0

    following = np.empty(len(keys), np.int64)  # the next entry of the same bucket
    common = np.zeros(n, np.int32)  # bands that a kept row shares with the current one
    met = np.empty(n, np.int64)  # the kept rows that share any
    level = np.empty(n, np.int64)  # those of them that share equally many
    at_level = np.zeros(bands + 1, np.int64)
    table = np.zeros((16, 4), np.int64)

    for component in range(len(starts) - 1):
        first, stop = starts[component], starts[component + 1]
        slots = 16
        while slots < 2 * (stop - first) * bands:
            slots *= 2
        if len(table) < slots:
            table = np.zeros((slots, 4), np.int64)
        buckets = table[:slots]
        buckets[:] = 0
        for row in range(first, stop):
            begin, end = set_offsets[row], set_offsets[row + 1]
            size = end - begin
            if size == 0:
                continue
            n_met = 0
            limited = False
            for band in range(bands):
                slot = _bucket(buckets, keys, keys[row * bands + band])
                if buckets[slot, 2] == 0:
                    continue
                limited |= buckets[slot, 3] != 0
                entry = buckets[slot, 0]
                while entry != _NOBODY:
                    kept = entry // bands
                    if common[kept] == 0:
                        met[n_met] = kept
                        n_met += 1
                    common[kept] += 1
                    entry = following[entry]

            at_level[:] = 0
            for i in range(n_met):
                at_level[common[met[i]]] += 1
            left = max_comparisons
            for n_common in range(bands, 0, -1):
                if at_level[n_common] == 0:
                    continue
                if left == 0:
                    limited = True
                    break
                n_level = 0
                in_order = True
                for i in range(n_met):
                    if common[met[i]] == n_common:
                        level[n_level] = met[i]
                        in_order &= n_level == 0 or level[n_level - 1] < met[i]
                        n_level += 1
                if not in_order:
                    level[:n_level].sort()
                for i in range(n_level):
                    if left == 0:
                        limited = True
                        break
                    left -= 1
                    comparisons += 1
                    kept = level[i]
                    other, other_end = set_offsets[kept], set_offsets[kept + 1]
                    fewer, more = min(size, other_end - other), max(size, other_end - other)
                    if fewer * MILLION < threshold_millionths * more:
                        compared[fewer * BINS // more] += 1  # the most that these sizes allow
                        continue
                    both = intersect(sets, begin, end, other, other_end)
                    either = size + other_end - other - both
                    compared[min(both * BINS // either, BINS - 1)] += 1
                    if both * MILLION >= threshold_millionths * either:
                        witness[row] = kept
                        shared[row] = n_common
                        intersection[row] = both
                        union[row] = either
                        break
                if witness[row] != _NOBODY:
                    break
            for i in range(n_met):
                common[met[i]] = 0
            if witness[row] != _NOBODY:
                continue
            unchecked[row] = limited
            for band in range(bands):
                entry = row * bands + band
                slot = _bucket(buckets, keys, keys[entry])
                if buckets[slot, 2] >= max_bucket:
                    buckets[slot, 3] = 1
                    continue
                following[entry] = _NOBODY
                if buckets[slot, 2] == 0:
                    buckets[slot, 0] = entry
                else:
                    following[buckets[slot, 1]] = entry
                buckets[slot, 1] = entry
                buckets[slot, 2] += 1
    return witness, shared, intersection, union, unchecked, compared, comparisons


def warm_up() -> None:
    bounds, values = np.array([0, 1], np.int64), np.zeros(1, np.uint64)
    bounds.flags.writeable = values.flags.writeable = False
    resolve(bounds, values, bounds, values, 1, MILLION, 1, 1)
