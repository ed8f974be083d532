"""Which of many 64-bit fingerprints differ in few bits, within groups that agree in some of them: all pairs of a small
group; of a large one by the fingerprints between two, which lie in the middle of every pair.
"""

import numpy as np
import numpy.typing as npt

from pipeline.kernels.compile import kernel
from pipeline.kernels.lsh import find, unite
from pipeline.kernels.simhash import bits_set
from pipeline.kernels.words import mix

UInt64Array = npt.NDArray[np.uint64]
Int64Array = npt.NDArray[np.int64]

_ONE = np.uint64(1)
_NOBODY = -1


@kernel
def _chains(values: UInt64Array, agreed: np.uint64, heads: Int64Array, following: Int64Array) -> None:
    """Let `heads` begin a list of the values, ascending, for each way to have the bits `agreed`."""
    mask = len(heads) - 1
    heads[:] = _NOBODY
    for i in range(len(values) - 1, -1, -1):
        bits = values[i] & agreed
        slot = np.int64(mix(bits)) & mask
        while heads[slot] != _NOBODY and values[heads[slot]] & agreed != bits:
            slot = (slot + 1) & mask
        following[i] = heads[slot]
        heads[slot] = i


@kernel
def _join(one: int, other: int, parents: Int64Array, a: Int64Array, b: Int64Array, edges: int) -> int:
    """Note an edge where it connects what was not yet; returns how many there are."""
    if find(parents, one) == find(parents, other):
        return edges
    unite(parents, one, other)
    a[edges], b[edges] = other, one
    return edges + 1


@kernel
def _by_middles(
    values: UInt64Array,
    members: Int64Array,
    free: Int64Array,
    flips: Int64Array,
    near: int,
    parents: Int64Array,
    a: Int64Array,
    b: Int64Array,
    edges: int,
) -> int:
    """Edges among members, which differ in the bits `free` alone.

    Each enters what is `near` flips from it, unless another has, and asks for what is a few more away: so of any pair
    within the distance, the later one finds the earlier one or who entered the same, which is as near to both.
    """
    owner = np.full(1 << len(free), _NOBODY, np.int32)
    for i in members:
        own = 0
        for place in range(len(free)):
            own += int(values[i] >> np.uint64(free[place]) & _ONE) << place
        for number in range(len(flips)):
            middle = own ^ flips[number]
            if owner[middle] != _NOBODY:
                edges = _join(i, np.int64(owner[middle]), parents, a, b, edges)  # type: ignore[arg-type]
            elif number < near:
                owner[middle] = i
    return edges


@kernel
def join(
    values: UInt64Array,
    agreed: np.uint64,
    free: Int64Array,
    flips: Int64Array,
    near: int,
    distance: int,
    parents: Int64Array,
    a: Int64Array,
    b: Int64Array,
    edges: int,
) -> tuple[int, int]:
    """Connect, of distinct values, those that have the same bits `agreed` and differ in at most `distance` bits.

    `free` are the places of all other bits in which any differ. `flips` are the ways to change so many of these as lie
    between a pair's middle and its ends, the first `near` of them those of the nearer end; empty where they would be
    too many. Returns how many edges (a, b) there are now, after `edges` before, and how many comparisons and look-ups.
    """
    n = len(values)
    slots = 16
    while slots < 2 * n:
        slots *= 2
    heads, following, members = np.empty(slots, np.int64), np.empty(n, np.int64), np.empty(n, np.int64)
    _chains(values, agreed, heads, following)
    steps = n
    for slot in range(slots):
        size, at = 0, heads[slot]
        while at != _NOBODY:
            members[size] = at
            size += 1
            at = following[at]
        pairs = size * (size - 1) // 2
        looked_up = size * len(flips) + (1 << len(free))
        if len(flips) > 0 and pairs > looked_up:
            edges = _by_middles(values, members[:size], free, flips, near, parents, a, b, edges)
            steps += looked_up
            continue
        for i in range(1, size):
            value = values[members[i]]
            for j in range(i):
                if bits_set(value ^ values[members[j]]) <= distance:
                    edges = _join(members[i], members[j], parents, a, b, edges)
        steps += pairs
    return edges, steps


@kernel
def within_reach(
    prints: UInt64Array, first: Int64Array, has: Int64Array, known: UInt64Array, distance: int, most: int
) -> tuple[Int64Array, Int64Array, int]:
    """(i, j, cut): for each print i the places j among first[i] to first[i] + has[i] of the known ones, sorted there,
    that differ in at most `distance` bits: those that differ in none first, `most` at most. `cut`: how many have more.
    """
    size = 0
    for i in range(len(prints)):
        size += min(has[i], most)
    rows, places = np.empty(size, np.int64), np.empty(size, np.int64)
    found = cut = 0
    for i in range(len(prints)):
        value, end = prints[i], first[i] + has[i]
        limit = found + most
        for equal in (True, False):
            at = first[i] + np.searchsorted(known[first[i] : end], value) if equal else first[i]
            while at < end and not (equal and known[at] != value):
                if equal or (known[at] != value and bits_set(known[at] ^ value) <= distance):
                    if found == limit:
                        cut += 1
                        break
                    rows[found], places[found] = i, at
                    found += 1
                at += 1
            if found == limit:
                break
    return rows[:found], places[:found], cut


def warm_up() -> None:
    values, places, parents = np.zeros(1, np.uint64), np.zeros(1, np.int64), np.zeros(1, np.int64)
    values.flags.writeable = places.flags.writeable = False
    join(values, values[0], places, places, 1, 1, parents, parents.copy(), parents.copy(), 0)
    within_reach(values, places, places, values, 1, 1)
