"""Which documents of a component stay: exact similarity to kept documents that share a band."""

import math

import numpy as np
import numpy.typing as npt

from pipeline.kernels.compile import kernel
from pipeline.kernels.simhash import BITS, bits_set

UInt64Array = npt.NDArray[np.uint64]
Int64Array = npt.NDArray[np.int64]
Int32Array = npt.NDArray[np.int32]
BoolArray = npt.NDArray[np.bool_]

BINS = 100
MILLION = 1_000_000
JACCARD, CONTAINMENT, MUTUAL, SCALED, HAMMING = 0, 1, 2, 3, 4
"""What the shingles that two documents share are divided by: all that either has, those of the document in question,
those of the larger one, those of the larger one where each that is not shared counts by the length. HAMMING: the bits
of their fingerprints that agree, over all bits."""
SCALED_EVEN, SCALED_LEAST = 1024, 128
"""With `SCALED`, a shingle of the larger document that is not shared counts once where that has 1024 shingles, else by
the fourth root of its length over that: people let a long text differ by a smaller share than a short one. Documents
below 128 shingles count as of that length."""
_NOBODY = -1
# What a bucket's slot holds: its first and last entry, how many, and whether a kept row found no room.
_HEAD, _TAIL, _COUNT, _OVERFLOWED = 0, 1, 2, 3


@kernel
def intersect(sets: UInt64Array, begin: int, end: int, other: int, other_end: int) -> int:
    """How many values two sorted sets share; of multisets, as often as both have them."""
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

    A bucket is a list of entries; an entry, row * bands + band, is also where its key stands.
    """
    mask = len(table) - 1
    slot = np.int64(key ^ (key >> np.uint64(32))) & mask
    while table[slot, _COUNT] > 0 and keys[table[slot, _HEAD]] != key:
        slot = (slot + 1) & mask
    return slot  # type: ignore[return-value]


@kernel
def _slots_for(buckets: int) -> int:
    slots = 16
    while slots < 2 * buckets:
        slots *= 2
    return slots


@kernel
def _wider(table: Int64Array, keys: UInt64Array) -> Int64Array:
    out = np.zeros((2 * len(table), 4), np.int64)
    for slot in range(len(table)):
        if table[slot, _COUNT] > 0:
            out[_bucket(out, keys, keys[table[slot, _HEAD]])] = table[slot]
    return out


@kernel
def _meet(
    row: int,
    bands: int,
    keys: UInt64Array,
    buckets: Int64Array,
    following: Int64Array,
    common: Int32Array,
    met: Int64Array,
) -> tuple[int, bool]:
    """Write the kept rows that share a key with `row` to `met`, and how many keys to `common`, which was 0.

    Returns how many there are, and whether there would be more but for the limit on buckets.
    """
    n_met = 0
    overflowed = False
    for band in range(bands):
        slot = _bucket(buckets, keys, keys[row * bands + band])
        if buckets[slot, _COUNT] == 0:
            continue
        overflowed |= buckets[slot, _OVERFLOWED] != 0
        entry = buckets[slot, _HEAD]
        while entry != _NOBODY:
            kept = entry // bands
            if common[kept] == 0:
                met[n_met] = kept
                n_met += 1
            common[kept] += 1
            entry = following[entry]
    return n_met, overflowed


@kernel
def _rank(met: Int64Array, common: Int32Array, bands: int, limit: int, ranked: Int64Array) -> int:
    """Write the first `limit` of the rows `met` to `ranked`, those with most in common first, then in order."""
    at_level = np.zeros(bands + 1, np.int64)
    for row in met:
        at_level[common[row]] += 1
    n = 0
    for level in range(bands, 0, -1):
        if at_level[level] == 0:
            continue
        begin = n
        in_order = True
        for row in met:
            if common[row] == level:
                in_order &= n == begin or ranked[n - 1] < row
                ranked[n] = row
                n += 1
        if not in_order:
            ranked[begin:n].sort()
        if n >= limit:
            return limit
    return n


@kernel
def _enter(row: int, bands: int, keys: UInt64Array, buckets: Int64Array, following: Int64Array, max_bucket: int) -> int:
    """Put a kept row into the buckets of its keys; returns how many of these are new."""
    new = 0
    for band in range(bands):
        entry = row * bands + band
        slot = _bucket(buckets, keys, keys[entry])
        if buckets[slot, _COUNT] >= max_bucket:
            buckets[slot, _OVERFLOWED] = 1
            continue
        following[entry] = _NOBODY
        if buckets[slot, _COUNT] == 0:
            buckets[slot, _HEAD] = entry
            new += 1
        else:
            following[buckets[slot, _TAIL]] = entry
        buckets[slot, _TAIL] = entry
        buckets[slot, _COUNT] += 1
    return new


@kernel
def _whole(measure: int, size: int, other: int, both: int) -> int:
    if measure == JACCARD:
        return size + other - both
    if measure == CONTAINMENT:
        return size
    larger = max(size, other)
    if measure == SCALED:  # two square roots: those are the same on every processor, powers are not
        weight = math.sqrt(math.sqrt(max(larger, SCALED_LEAST) / SCALED_EVEN))
        return both + math.ceil((larger - both) * weight)
    return larger


@kernel
def wholes(measure: int, sizes: Int64Array, others: Int64Array, both: Int64Array) -> Int64Array:
    """int64 [n]: what `both` shared shingles are a share of, of two documents of so many shingles each."""
    out = np.zeros(len(both), np.int64)
    for pair in range(len(both)):
        out[pair] = _whole(measure, sizes[pair], others[pair], both[pair])
    return out


@kernel
def resolve(
    starts: Int64Array,
    sets: UInt64Array,
    set_offsets: Int64Array,
    keys: UInt64Array,
    bands: int,
    measure: int,
    threshold_millionths: int,
    contained_millionths: int,
    max_comparisons: int,
    max_bucket: int,
    prints: UInt64Array,
    max_distance: int,
    given: int,
) -> tuple[Int64Array, Int32Array, Int64Array, Int64Array, BoolArray, BoolArray, Int64Array, int]:
    """See `pipeline.dedup.verify.resolve`; `keys` is flat here, and `prints` empty where there are none."""
    n = len(set_offsets) - 1
    gated = len(prints) > 0
    distance = 0
    witness = np.full(n, _NOBODY, np.int64)
    shared = np.zeros(n, np.int32)
    intersection, whole = np.zeros(n, np.int64), np.zeros(n, np.int64)
    contained = np.zeros(n, np.bool_)
    unchecked = np.zeros(n, np.bool_)
    compared = np.zeros(BINS, np.int64)
    comparisons = 0

    following = np.empty(len(keys), np.int64)  # the next entry of the same bucket
    common = np.zeros(n, np.int32)
    met, ranked = np.empty(n, np.int64), np.empty(n, np.int64)
    for component in range(len(starts) - 1):
        buckets = np.zeros((_slots_for(bands), 4), np.int64)
        used = 0
        for row in range(starts[component], starts[component + 1]):
            begin, end = set_offsets[row], set_offsets[row + 1]
            size = end - begin
            if size == 0:
                continue
            n_met, overflowed = 0, False
            if row >= given:
                n_met, overflowed = _meet(row, bands, keys, buckets, following, common, met)
            tried = 0
            for i in range(_rank(met[:n_met], common, bands, n_met if gated else max_comparisons, ranked)):
                kept = ranked[i]
                if gated:  # who shares a key is nominated only where few bits differ
                    distance = bits_set(prints[row] ^ prints[kept])
                    if distance > max_distance:
                        continue
                    if tried == max_comparisons:
                        overflowed = True
                        break
                tried += 1
                comparisons += 1
                if measure == HAMMING:
                    both = BITS - distance
                    compared[both * BINS // BITS - both // BITS] += 1
                    if both * MILLION >= threshold_millionths * BITS:
                        witness[row], shared[row] = kept, common[kept]
                        intersection[row], whole[row] = both, BITS
                        break
                    continue
                other, other_end = set_offsets[kept], set_offsets[kept + 1]
                fewer = min(size, other_end - other)
                most = _whole(measure, size, other_end - other, fewer)  # as if the smaller were a part of the larger
                within_reach = contained_millionths > 0 and fewer * MILLION >= contained_millionths * size
                if fewer * MILLION < threshold_millionths * most and not within_reach:
                    compared[min(fewer * BINS // most, BINS - 1)] += 1  # the most that these sizes allow
                    continue
                both = intersect(sets, begin, end, other, other_end)
                of = _whole(measure, size, other_end - other, both)
                compared[min(both * BINS // of, BINS - 1)] += 1
                similar = both * MILLION >= threshold_millionths * of
                if similar or (within_reach and both * MILLION >= contained_millionths * size):
                    witness[row] = kept
                    shared[row] = common[kept]
                    intersection[row] = both
                    whole[row] = of if similar else size
                    contained[row] = not similar
                    break
            for i in range(n_met):
                common[met[i]] = 0
            if witness[row] == _NOBODY:
                unchecked[row] = overflowed or (not gated and n_met > max_comparisons)
                if 2 * (used + bands) > len(buckets):
                    buckets = _wider(buckets, keys)
                used += _enter(row, bands, keys, buckets, following, max_bucket)
    return witness, shared, intersection, whole, contained, unchecked, compared, comparisons


def warm_up() -> None:
    bounds, values = np.array([0, 1], np.int64), np.zeros(1, np.uint64)
    bounds.flags.writeable = values.flags.writeable = False
    resolve(bounds, values, bounds, values, 1, JACCARD, MILLION, 0, 1, 1, values, 0, 0)
    wholes(JACCARD, bounds, bounds, bounds)
