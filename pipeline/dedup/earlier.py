"""Documents against those of earlier runs: who is compared with whom. Only the earlier ones can stay."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.dedup.arrays import read_only
from pipeline.dedup.near_prints import MOST_STEPS
from pipeline.dedup.verify import MAX_COMPARISONS
from pipeline.errors import WinnowError
from pipeline.kernels.near_prints import within_reach

UInt64Array = npt.NDArray[np.uint64]
Int64Array = npt.NDArray[np.int64]
Int32Array = npt.NDArray[np.int32]

MAX_BUCKET = 64
"""Earlier documents that one key leads to."""
_PAIRS_AT_ONCE = 2_000_000  # 60 MB


class Near(NamedTuple):
    """What else decides who is nominated, with SimHash: fingerprints, one element a key."""

    own: UInt64Array
    known: UInt64Array
    distance: int  # bits in which they may differ


def nominate(
    keys: UInt64Array,
    nodes: UInt64Array,
    known: UInt64Array,
    documents: UInt64Array,
    *,
    max_bucket: int = MAX_BUCKET,
    near: Near | None = None,
) -> Iterator[tuple[UInt64Array, UInt64Array, Int32Array, int]]:
    """(nodes, documents, keys that they share, look-ups cut short), some millions at a time, each pair once.

    `keys` are those of `nodes`, `known` those of `documents` (one element a key). A key leads to the first `max_bucket`
    documents that have it; with `near`, to that many of those that differ in so few bits, equal fingerprints first.
    Time grows with sorting the keys and with the pairs, which are `max_bucket` a key at most; with `near`, with the
    pairs that share a key. Raises WinnowError where these are too many.
    """
    order = np.lexsort((documents, known) if near is None else (documents, near.known, known))
    known = known[order]
    distinct, place = np.unique(documents[order], return_inverse=True)
    theirs = None if near is None else read_only(near.known[order], np.uint64)
    order = np.argsort(nodes, kind="stable")
    keys, nodes = keys[order], nodes[order]
    first = np.searchsorted(known, keys)
    has = np.searchsorted(known, keys, side="right") - first
    hit = has > 0
    nodes, first, has = nodes[hit], first[hit], has[hit]
    if near is not None and (steps := int(has.sum())) > MOST_STEPS:
        raise WinnowError(
            f"{steps:.1e} pairs with documents of earlier runs share a key of dedup.simhash, and at most "
            f"{MOST_STEPS:.0e} are looked at: give more `blocks`, so that keys have more bits, or a smaller `distance`"
        )
    own_prints = None if near is None else near.own[order][hit]
    count = np.minimum(has, max_bucket)
    ends = np.cumsum(count)
    begin = 0
    while begin < len(nodes):
        before = ends[begin - 1] if begin else 0
        end = max(begin + 1, int(np.searchsorted(ends, before + _PAIRS_AT_ONCE, side="right")))
        end = int(np.searchsorted(nodes, nodes[end - 1], side="right"))  # a node's keys stay together
        some = slice(begin, end)
        begin = end
        if near is None or own_prints is None or theirs is None:
            row = np.repeat(np.arange(len(count[some])), count[some])
            at = np.arange(len(row)) + np.repeat(first[some] - (ends[some] - count[some] - before), count[some])
            cut = int((has[some] > max_bucket).sum())
        else:
            mine = read_only(own_prints[some], np.uint64)
            begins, counts = read_only(first[some], np.int64), read_only(has[some], np.int64)
            row, at, cut = within_reach(mine, begins, counts, theirs, near.distance, max_bucket)
        # One number a pair, which sorts ten times as fast as two.
        own, node = np.unique(nodes[some], return_inverse=True)
        pairs = node[row] << 32 | place[at]
        pairs.sort()
        new = np.flatnonzero(np.diff(pairs, prepend=-1))
        shared = np.diff(np.append(new, len(pairs))).astype(np.int32)
        pairs = pairs[new]
        yield own[pairs >> 32], distinct[pairs & 0xFFFFFFFF], shared, cut


def most_shared(
    row: Int32Array, document: UInt64Array, shared: Int32Array, *, most: int = MAX_COMPARISONS
) -> tuple[Int32Array, UInt64Array, Int32Array, int]:
    """Of each row's documents the `most` that share most keys with it, by (row, document), and how many rows had more.

    A pair may be given several times; what it shares is added up.
    """
    order = np.lexsort((document, row))
    row, document, shared = row[order], document[order], shared[order]
    if not len(row):
        return row, document, shared, 0
    new = np.flatnonzero(np.append(True, (row[1:] != row[:-1]) | (document[1:] != document[:-1])))
    row, document, shared = row[new], document[new], np.add.reduceat(shared, new)
    order = np.lexsort((document, -shared, row))
    begins = np.flatnonzero(np.append(True, row[1:] != row[:-1]))
    rank = np.arange(len(row)) - np.repeat(begins, np.diff(np.append(begins, len(row))))
    chosen = np.sort(order[rank < most])
    return row[chosen], document[chosen], shared[chosen].astype(np.int32), int((rank == most).sum())
