"""Documents against those of earlier runs: who is compared, and who goes. Only the earlier ones can stay."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.dedup import minhash
from pipeline.dedup.arrays import read_only
from pipeline.dedup.deciding import measure_of
from pipeline.dedup.verify import MAX_COMPARISONS, MEASURES
from pipeline.kernels import pair_sets
from pipeline.kernels.resolve import MILLION, wholes

UInt64Array = npt.NDArray[np.uint64]
Int64Array = npt.NDArray[np.int64]
Int32Array = npt.NDArray[np.int32]
BoolArray = npt.NDArray[np.bool_]
Float64Array = npt.NDArray[np.float64]

MAX_BUCKET = 64
"""Earlier documents that one key leads to."""
_PAIRS_AT_ONCE = 2_000_000  # 60 MB


def nominate(
    keys: UInt64Array, nodes: UInt64Array, known: UInt64Array, documents: UInt64Array, *, max_bucket: int = MAX_BUCKET
) -> Iterator[tuple[UInt64Array, UInt64Array, Int32Array, int]]:
    """(nodes, documents, keys that they share, look-ups cut short), some millions at a time, each pair once.

    `keys` are those of `nodes`, `known` those of `documents` (one element a key). A key leads to the first `max_bucket`
    documents that have it. Time grows with sorting the keys and with the pairs, which are `max_bucket` a key at most.
    """
    order = np.lexsort((documents, known))
    known = known[order]
    distinct, place = np.unique(documents[order], return_inverse=True)
    order = np.argsort(nodes, kind="stable")
    keys, nodes = keys[order], nodes[order]
    first = np.searchsorted(known, keys)
    has = np.searchsorted(known, keys, side="right") - first
    hit = has > 0
    nodes, first, has = nodes[hit], first[hit], has[hit]
    count = np.minimum(has, max_bucket)
    ends = np.cumsum(count)
    begin = 0
    while begin < len(nodes):
        before = ends[begin - 1] if begin else 0
        end = max(begin + 1, int(np.searchsorted(ends, before + _PAIRS_AT_ONCE, side="right")))
        end = int(np.searchsorted(nodes, nodes[end - 1], side="right"))  # a node's keys stay together
        some = slice(begin, end)
        offset = np.arange(int(count[some].sum())) - np.repeat(ends[some] - count[some] - before, count[some])
        # One number a pair, which sorts ten times as fast as two.
        own, node = np.unique(nodes[some], return_inverse=True)
        pairs = np.repeat(node, count[some]) << 32 | place[np.repeat(first[some], count[some]) + offset]
        pairs.sort()
        new = np.flatnonzero(np.append(True, pairs[1:] != pairs[:-1]))
        shared = np.diff(np.append(new, len(pairs))).astype(np.int32)
        pairs = pairs[new]
        yield own[pairs >> 32], distinct[pairs & 0xFFFFFFFF], shared, int((has[some] > max_bucket).sum())
        begin = end


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


class Sets:
    """Shingles of texts, as `params` of a stage ask for them."""

    def __init__(self, params: Mapping[str, Any]) -> None:
        self._how = {name: params[name] for name in ("shingle", "ngram", "repeats")}
        self._values: list[UInt64Array] = [np.zeros(0, np.uint64)]
        self._offsets: list[Int64Array] = [np.zeros(1, np.int64)]

    def add(self, texts: pa.StringArray) -> "Sets":
        """The sets of these texts follow those there are."""
        values, offsets = minhash.shingle_sets(texts, **self._how)
        self._values.append(values)
        self._offsets.append(self._offsets[-1][-1] + offsets[1:])
        return self

    def joined(self) -> tuple[UInt64Array, Int64Array]:
        """(values, offsets) of all."""
        self._values, self._offsets = [np.concatenate(self._values)], [np.concatenate(self._offsets)]
        return read_only(self._values[0], np.uint64), read_only(self._offsets[0], np.int64)


class Removed(NamedTuple):
    """What goes, by row; arrays have one element a removal."""

    row: Int64Array
    document: UInt64Array
    similarity: Float64Array
    contained: BoolArray  # goes by containment, where that is not the measure itself
    bands: Int32Array


class Best:
    """The most similar document for each row that is similar enough to one.

    Pairs (row[i], document[i]) share bands[i] band keys; `own` holds the sets of rows 0, 1, .... What a row goes by
    (threshold, measure, containment) are `params`, those of `dedup.minhash`.
    """

    def __init__(
        self, row: Int64Array, document: UInt64Array, bands: Int32Array, own: Sets, params: Mapping[str, Any]
    ) -> None:
        order = np.lexsort((row, document))
        self._row, self._document, self._bands = row[order], document[order], bands[order]
        self._own, self._own_offsets = own.joined()
        self._params, self._measure = params, MEASURES[measure_of(params)]
        self._best: dict[int, tuple[bool, float, int, int]] = {}  # similar, similarity, bands, -document
        self.comparisons = 0

    def compare(self, documents: UInt64Array, texts: pa.StringArray) -> Int64Array:
        """Compare these documents (each once) with the rows that ask for them; returns which are the best of some."""
        values, offsets = Sets(self._params).add(texts).joined()
        first = np.searchsorted(self._document, documents)
        count = np.searchsorted(self._document, documents, side="right") - first
        theirs = np.repeat(np.arange(len(documents)), count)
        pair = np.repeat(first - np.cumsum(count) + count, count) + np.arange(len(theirs))
        size = np.diff(self._own_offsets)[self._row[pair]]
        other = np.diff(offsets)[theirs]
        similar, contained = self._reached(size, other, np.minimum(size, other))  # as if the one were in the other
        some = np.flatnonzero(similar | contained)
        pair, theirs, size, other = pair[some], theirs[some], size[some], other[some]
        rows = self._row[pair]
        both = pair_sets.shared(
            self._own, self._own_offsets, read_only(rows, np.int64), values, offsets, read_only(theirs, np.int64)
        )
        self.comparisons += len(pair)
        similar, contained = self._reached(size, other, both)
        score = both / np.maximum(np.where(similar, self._whole(size, other, both), size), 1)
        won = []
        for at in np.flatnonzero(similar | contained).tolist():
            found = (bool(similar[at]), float(score[at]), int(self._bands[pair[at]]), -int(documents[theirs[at]]))
            if found > self._best.get(row := int(rows[at]), (False, -1.0, 0, 0)):
                self._best[row] = found
                won.append(int(theirs[at]))
        return np.unique(np.array(won, np.int64))

    def _reached(self, size: Int64Array, other: Int64Array, both: Int64Array) -> tuple[BoolArray, BoolArray]:
        """(similar enough, contained enough) where so many are shared; never without shingles."""
        threshold = round(self._params["threshold"] * MILLION)
        similar = (both > 0) & (both * MILLION >= threshold * self._whole(size, other, both))
        least = self._params["containment"]
        if least is None:
            return similar, np.zeros(len(both), bool)
        return similar, (both > 0) & (both * MILLION >= round(least * MILLION) * size)

    def _whole(self, size: Int64Array, other: Int64Array, both: Int64Array) -> Int64Array:
        return wholes(self._measure, *(read_only(each, np.int64) for each in (size, other, both)))

    def found(self) -> Removed:
        """What goes, in the order of rows."""
        rows = sorted(self._best)
        best = [self._best[row] for row in rows]
        return Removed(
            np.array(rows, np.int64),
            np.array([-document for *_, document in best], np.uint64),
            np.array([score for _, score, _, _ in best], np.float64),
            np.array([not similar for similar, *_ in best], bool),
            np.array([shared for _, _, shared, _ in best], np.int32),
        )
