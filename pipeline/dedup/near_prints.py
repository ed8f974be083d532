"""Of many distinct fingerprints, who is connected by pairs that differ in few bits: exact, and linear in their number.

The bits in which any of them differ are cut into blocks once more, and for each choice of `distance` blocks those that
agree in all others are brought together (`pipeline.dedup.simhash` says why no pair is missed). So many blocks are made
that few bits are left to differ: then a group that is large all the same is not compared each with each, but each is
looked up from the fingerprints in the middle of all pairs that it could be in, of which there are few.
"""

from functools import cache
from itertools import combinations, pairwise
from math import comb
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.dedup.arrays import read_only
from pipeline.errors import WinnowError
from pipeline.kernels import near_prints as kernels
from pipeline.kernels.simhash import BITS

UInt64Array = npt.NDArray[np.uint64]
Int64Array = npt.NDArray[np.int64]

MOST_STEPS = 10**12
"""Comparisons for one key, half an hour or more: what would take more fails instead."""
_FREE_BITS = 24  # left to differ: a table of all their values has 64 MiB
_MOST_TABLES, _MOST_FLIPS = 20_000, 1 << 16
_NO_FLIPS = read_only([], np.int64)
_STEPS_A_TABLE = 20  # what it costs to bring a fingerprint to its group, in comparisons


class Connected(NamedTuple):
    """Edges (a[i], b[i]) between places of values, at most one fewer than values; `steps`: comparisons and look-ups."""

    a: Int64Array
    b: Int64Array
    steps: int


def connect(values: UInt64Array, distance: int) -> Connected:
    """Edges between distinct values uint64 [n] that differ in at most `distance` bits, which connect all that such
    pairs connect. Memory beside the values: 90 bytes a value, and 64 MiB.

    Raises WinnowError where it would take more than MOST_STEPS.
    """
    n = len(values)
    varying = int(np.bitwise_or.reduce(values ^ values[:1], initial=np.uint64(0)))
    places = [bit for bit in range(BITS) if varying >> bit & 1]
    tables = _tables(len(places), distance)
    if 2 * len(tables) * _STEPS_A_TABLE > n:
        tables = ()
    likely = n * (len(tables) * _STEPS_A_TABLE if tables else n // 2)
    if likely > MOST_STEPS:
        raise WinnowError(
            f"{n:,} different fingerprints share one key of dedup.simhash; to find those within {distance} bits of "
            f"each other takes {likely:.1e} comparisons, and at most {MOST_STEPS:.0e} are made: give more `blocks`, so "
            "that keys have more bits, or a smaller `distance`"
        )
    parents, a, b = np.arange(n), np.empty(n, np.int64), np.empty(n, np.int64)
    values = read_only(values, np.uint64)
    edges = steps = 0
    for chosen in tables or (tuple(range(len(places))),):
        free = [places[place] for place in chosen]
        agreed = np.uint64(varying & ~sum(1 << bit for bit in free))
        flips, near = _flips(len(free), distance) if tables else (_NO_FLIPS, 0)
        where = read_only(free, np.int64)
        edges, more = kernels.join(values, agreed, where, flips, near, distance, parents, a, b, edges)
        steps += more
        if edges == n - 1:
            break
    return Connected(a[:edges], b[:edges], steps)


@cache
def _tables(varying: int, distance: int) -> tuple[tuple[int, ...], ...]:
    """For each table, which of the bits that vary are left to differ; none where it would take too many tables."""
    for blocks in range(distance + 1, varying + 1):
        bounds = [varying * block // blocks for block in range(blocks + 1)]
        sizes = sorted(stop - start for start, stop in pairwise(bounds))
        free = sum(sizes[blocks - distance :]) if varying > _FREE_BITS else varying
        if comb(blocks, distance) > _MOST_TABLES or sum(_ways(free, distance)) > _MOST_FLIPS:
            continue
        if free == varying:
            return (tuple(range(varying)),)
        if free <= _FREE_BITS:
            block = [range(start, stop) for start, stop in pairwise(bounds)]
            return tuple(tuple(bit for one in some for bit in one) for some in combinations(block, distance))
    return ()


def _ways(free: int, distance: int) -> list[int]:
    """How many ways there are to change 0, 1, ... bits of so many, up to half of `distance`, rounded up."""
    return [comb(free, changed) for changed in range(distance - distance // 2 + 1)]


@cache
def _flips(free: int, distance: int) -> tuple[Int64Array, int]:
    """(these ways, fewest changes first; how many of them change up to half of `distance`, rounded down)."""
    ways = _ways(free, distance)
    changed = (some for count in range(len(ways)) for some in combinations(range(free), count))
    flips = [sum(1 << bit for bit in some) for some in changed]
    return read_only(flips, np.int64), sum(ways[: distance // 2 + 1])
