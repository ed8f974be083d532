"""SimHash: a 64-bit fingerprint of a text's shingles, and the search for all pairs that differ in few of its bits.

The search is exact. Cut the 64 bits into `blocks` blocks: two fingerprints that differ in `distance` bits or fewer
differ in at most as many blocks, so they agree in all of some `blocks - distance` of them. With one table for each
choice of that many blocks, whose key is the bits of these, every such pair shares a key (Manku, Jain, Das Sarma 2007,
section 3); whoever shares one is compared by all 64 bits.
"""

from functools import cache
from itertools import combinations, pairwise
from math import comb

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.dedup import near_prints
from pipeline.dedup.arrays import read_only
from pipeline.dedup.minhash import SHINGLES
from pipeline.kernels import simhash as kernels
from pipeline.kernels.arrow import string_buffers
from pipeline.kernels.simhash import BITS

UInt64Array = npt.NDArray[np.uint64]
BoolArray = npt.NDArray[np.bool_]

FEW = 4096
"""Different fingerprints of one key that are compared each with each."""


def fingerprints(texts: pa.Array, *, shingle: str, ngram: int) -> tuple[UInt64Array, BoolArray]:
    """(uint64 [n], bool [n]: whether the text has any shingle; without one the fingerprint is 0).

    Bit b is set where more than half of the shingles' 64-bit hashes have it, each counted as often as it occurs.
    Raises ValueError for an unknown `shingle`, an `ngram` below one and nulls, TypeError for arrays of another type.
    """
    if shingle not in SHINGLES or ngram < 1:
        raise ValueError(f"shingles of {ngram} {shingle!r}: at least 1 of {', '.join(SHINGLES)}")
    return kernels.fingerprints(*string_buffers(texts), SHINGLES[shingle], ngram)


def tables(blocks: int, distance: int) -> int:
    """Keys a fingerprint. Raises ValueError where blocks and distance do not fit."""
    if not 0 <= distance < blocks <= BITS:
        raise ValueError(f"{blocks} blocks cannot find pairs at distance {distance}: more blocks than that, at most 64")
    return comb(blocks, distance)


@cache
def masks(blocks: int, distance: int) -> UInt64Array:
    """uint64 [tables]: the bits that make each table's key, in blocks as equal as can be."""
    tables(blocks, distance)
    bounds = [BITS * block // blocks for block in range(blocks + 1)]
    block = [(1 << stop) - (1 << start) for start, stop in pairwise(bounds)]
    return read_only(np.array([sum(some) for some in combinations(block, blocks - distance)], np.uint64), np.uint64)


def table_keys(prints: UInt64Array, *, blocks: int, distance: int, salt: UInt64Array) -> UInt64Array:
    """uint64 [n, tables]: equal keys mean equal bits in the table's blocks, and equal salts uint64 [n]."""
    if len(salt) != len(prints):
        raise ValueError(f"{len(salt)} salts for {len(prints)} fingerprints")
    return kernels.masked_keys(read_only(prints, np.uint64), masks(blocks, distance), read_only(salt, np.uint64))


def group(
    keys: UInt64Array, nodes: UInt64Array, prints: UInt64Array, *, distance: int
) -> tuple[UInt64Array, UInt64Array]:
    """(a, b), both uint64: edges that connect what shares a key and differs in at most `distance` bits.

    Time beside sorting is linear in the number of keys, however many share one (`near_prints`). Memory beside inputs
    and result: 64 bytes a key, and for one that more than FEW different fingerprints share, 130 bytes each and 64 MiB.

    Raises WinnowError where layouts with large distances would compare too many.
    """
    order = np.lexsort((nodes, prints, keys))
    key, value, node = (read_only(column, np.uint64) for column in (keys, prints, nodes))
    a, b, hot = kernels.near_edges(key, value, node, read_only(order, np.int64), distance, FEW)
    starts, stops = [a], [b]
    for begin, end in hot.tolist():
        distinct, first = np.unique(prints[order[begin:end]], return_index=True)
        found = near_prints.connect(distinct, distance)
        owners = nodes[order[begin + first]]
        starts.append(owners[found.a])
        stops.append(owners[found.b])
    return np.concatenate(starts), np.concatenate(stops)


def similarity(distance: int) -> float:
    """The share of the 64 bits that agree at a distance."""
    return (BITS - distance) / BITS
