"""Documents against those of earlier runs that were nominated: who goes, and because of which."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.dedup import minhash, simhash
from pipeline.dedup.arrays import read_only
from pipeline.dedup.deciding import measure_of
from pipeline.dedup.verify import MEASURES
from pipeline.kernels import pair_sets
from pipeline.kernels.resolve import MILLION, wholes
from pipeline.kernels.simhash import BITS

UInt64Array = npt.NDArray[np.uint64]
Int64Array = npt.NDArray[np.int64]
Int32Array = npt.NDArray[np.int32]
BoolArray = npt.NDArray[np.bool_]
Float64Array = npt.NDArray[np.float64]


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


class Prints:
    """Fingerprints of texts, where these alone are compared."""

    def __init__(self, params: Mapping[str, Any]) -> None:
        self._how = {name: params[name] for name in ("shingle", "ngram")}
        self._prints = [np.zeros(0, np.uint64)]

    def add(self, texts: pa.StringArray) -> "Prints":
        """The fingerprints of these texts follow those there are."""
        self._prints.append(simhash.fingerprints(texts, **self._how)[0])
        return self

    def joined(self) -> UInt64Array:
        """Those of all."""
        self._prints = [np.concatenate(self._prints)]
        return self._prints[0]


def compared_by(params: Mapping[str, Any]) -> Sets | Prints:
    """Where to put the texts that are compared."""
    return Prints(params) if measure_of(params) == "hamming" else Sets(params)


class Removed(NamedTuple):
    """What goes, by row; arrays have one element a removal."""

    row: Int64Array
    document: UInt64Array
    similarity: Float64Array
    contained: BoolArray  # goes by containment, where that is not the measure itself
    bands: Int32Array


class Best:
    """The most similar document for each row that is similar enough to one.

    Pairs (row[i], document[i]) share bands[i] keys; `own` holds what rows 0, 1, ... are compared by (`compared_by`).
    What a row goes by (threshold, measure, containment) are `params`, those of the stages. With SimHash, only pairs are
    given that differ in few bits.
    """

    def __init__(
        self,
        row: Int64Array,
        document: UInt64Array,
        bands: Int32Array,
        own: Sets | Prints,
        params: Mapping[str, Any],
    ) -> None:
        order = np.lexsort((row, document))
        self._row, self._document, self._bands = row[order], document[order], bands[order]
        self._own = own
        self._params, self._measure = params, MEASURES[measure_of(params)]
        self._best: dict[int, tuple[bool, float, int, int]] = {}  # similar, similarity, bands, -document
        self.comparisons = 0

    def compare(self, documents: UInt64Array, texts: pa.StringArray) -> Int64Array:
        """Compare these documents (each once) with the rows that ask for them; returns which are the best of some."""
        first = np.searchsorted(self._document, documents)
        count = np.searchsorted(self._document, documents, side="right") - first
        theirs = np.repeat(np.arange(len(documents)), count)
        pair = np.repeat(first - np.cumsum(count) + count, count) + np.arange(len(theirs))
        if isinstance(self._own, Prints):
            some, size, other, both = self._by_prints(self._own, pair, theirs, texts)
        else:
            some, size, other, both = self._by_sets(self._own, pair, theirs, texts)
        pair, theirs = pair[some], theirs[some]
        rows = self._row[pair]
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

    def _by_sets(
        self, own: Sets, pair: Int64Array, theirs: Int64Array, texts: pa.StringArray
    ) -> tuple[Int64Array, ...]:
        """(which pairs' sizes allow them to be similar, their sizes, those of the documents, what both share)."""
        mine, offsets = own.joined()
        values, their_offsets = Sets(self._params).add(texts).joined()
        size, other = np.diff(offsets)[self._row[pair]], np.diff(their_offsets)[theirs]
        similar, contained = self._reached(size, other, np.minimum(size, other))  # as if the one were in the other
        some = np.flatnonzero(similar | contained)
        rows, places = (read_only(side, np.int64) for side in (self._row[pair][some], theirs[some]))
        both = pair_sets.shared(mine, offsets, rows, values, their_offsets, places)
        return some, size[some], other[some], both

    def _by_prints(
        self, own: Prints, pair: Int64Array, theirs: Int64Array, texts: pa.StringArray
    ) -> tuple[Int64Array, ...]:
        """The same of bits, of all pairs."""
        apart = own.joined()[self._row[pair]] ^ Prints(self._params).add(texts).joined()[theirs]
        bits = np.full(len(pair), BITS, np.int64)
        return np.arange(len(pair)), bits, bits, BITS - np.bitwise_count(apart).astype(np.int64)

    def _reached(self, size: Int64Array, other: Int64Array, both: Int64Array) -> tuple[BoolArray, BoolArray]:
        """(similar enough, contained enough) where so many are shared; never without shingles."""
        threshold = round(self._params["threshold"] * MILLION)
        similar = (both > 0) & (both * MILLION >= threshold * self._whole(size, other, both))
        least = self._params["containment"]
        if least is None:
            return similar, np.zeros(len(both), bool)
        return similar, (both > 0) & (both * MILLION >= round(least * MILLION) * size)

    def _whole(self, size: Int64Array, other: Int64Array, both: Int64Array) -> Int64Array:
        if isinstance(self._own, Prints):
            return size
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
