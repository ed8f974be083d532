"""Winnow's own method: an item is in a document that has most of its words, by weight, in their order and together.

`stretches` says what of an item is compared and what its words weigh. Light edits are found since short n-grams lead
to a stretch and an alignment that bears gaps decides (`kernels/item_match.py`): at least `MIN_SHARE` of the weight.

A match does not count when its surroundings say that it is boilerplate: when more than `MAX_DOCUMENTS` documents have
the same match with the same 8 words before and behind it; for a match of a part of the stretch it is enough that those
before, those behind or the part itself are the same. A leak, which stands in other surroundings each time, counts
however often it occurs.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.contamination.index import Index, Shares
from pipeline.contamination.matches import MAX_RUNS_A_DOCUMENT, Matches
from pipeline.contamination.stretches import Stretches
from pipeline.contamination.tables import CANDIDATE
from pipeline.kernels.item_match import align, windows
from pipeline.kernels.ngrams import Hits, words

MIN_SHARE = 0.75
CANDIDATE_SHARE = 0.5  # a match below MIN_SHARE is no contamination, but is told of clean items
FULL_SHARE = 0.9  # of the stretch's words between the first and the last that match: a match of the whole of it
MAX_DOCUMENTS = 10
MAX_STRAYS = 4

REASON = "benchmark_overlap"

_PRIME_1, _PRIME_2 = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD1342543DE82EF95)

Int32Array = npt.NDArray[np.int32]
Int64Array = npt.NDArray[np.int64]
UInt64Array = npt.NDArray[np.uint64]
Bools = npt.NDArray[np.bool_]


class Candidates(NamedTuple):
    """Matches that may count, by row; columns of CANDIDATE. Words of the item count within its stretch."""

    row: Int32Array
    item: Int32Array
    span_start: Int64Array
    span_end: Int64Array
    first_word: Int32Array
    end_word: Int32Array
    words: Int32Array
    weight: Int32Array
    before: UInt64Array
    after: UInt64Array

    def share(self, stretches: Stretches) -> npt.NDArray[np.float64]:
        return np.asarray(self.weight / stretches.totals[self.item])

    def is_enough(self, stretches: Stretches) -> Bools:
        """Whether the share is that of a match."""
        return np.asarray(self.weight >= MIN_SHARE * stretches.totals[self.item])

    def take(self, chosen: Bools | Int64Array) -> "Candidates":
        return Candidates._make(column[chosen] for column in self)


def candidates(rows: Int32Array, texts: pa.Array, hits: Hits, stretches: Stretches) -> pa.RecordBatch:
    """CANDIDATE rows of a batch of documents; `hits` have their places in the batch as rows."""
    items = stretches.items
    found = windows(hits.row, hits.word, hits.gram, items)
    if not len(found.row):
        return pa.RecordBatch.from_arrays([pa.array([], field.type) for field in CANDIDATE], schema=CANDIDATE)
    places = np.unique(found.row)
    of_texts = words(texts.take(pa.array(places)))
    text_of = np.searchsorted(places, found.row).astype(np.int32)
    aligned = align(found, text_of, of_texts.offsets, of_texts.hashes, items)
    stays = np.flatnonzero(aligned.weight >= CANDIDATE_SHARE * stretches.totals[found.item])
    first = of_texts.offsets[text_of[stays]]
    kept = Candidates(
        row=rows[found.row[stays]],
        item=found.item[stays],
        span_start=of_texts.start_char[first + aligned.first_word[stays]],
        span_end=of_texts.end_char[first + aligned.end_word[stays] - 1],
        first_word=aligned.item_first[stays],
        end_word=aligned.item_end[stays],
        words=aligned.words[stays],
        weight=aligned.weight[stays],
        before=aligned.before[stays],
        after=aligned.after[stays],
    )
    order = np.lexsort((kept.span_end, kept.span_start, kept.item, kept.row))
    kept = kept.take(order)
    same = np.zeros(len(order), bool)  # windows that overlap may have the same best alignment
    if len(order):
        same[1:] = np.logical_and.reduce([column[1:] == column[:-1] for column in kept[:4]])
    return pa.RecordBatch.from_arrays([pa.array(column) for column in kept.take(~same)], schema=CANDIDATE)


def read(batch: pa.RecordBatch) -> Candidates:
    """CANDIDATE rows as arrays."""
    return Candidates._make(batch.column(name).to_numpy() for name in Candidates._fields)


def contexts(found: Candidates, stretches: Stretches) -> list[int]:
    """Keys of the surroundings of matches, each once a document; `found` has all rows of its documents."""
    mine = found.take(found.is_enough(stretches))
    whole = _is_whole(mine, stretches)
    keys: set[tuple[int, int]] = set()
    for of_kind in (*_sides(mine), np.where(whole, _both(mine), _part(mine, 0, 0))):
        keys.update(zip(mine.row.tolist(), of_kind.tolist(), strict=True))
    return [key for _, key in keys if key]


def counting(found: Candidates, stretches: Stretches, boilerplate: UInt64Array) -> Candidates:
    """The matches that count; `boilerplate`: keys of surroundings that more than MAX_DOCUMENTS have."""
    mine = found.take(found.is_enough(stretches))
    before, after = (np.isin(key, boilerplate) for key in _sides(mine))
    # A word by chance may lengthen a match at either end.
    strays = [(first, last) for first in range(MAX_STRAYS + 1) for last in range(MAX_STRAYS + 1)]
    part = np.logical_or.reduce([np.isin(_part(mine, *stray), boilerplate) for stray in strays])
    of_part = before | after | part
    return mine.take(~np.where(_is_whole(mine, stretches), np.isin(_both(mine), boilerplate), of_part))


def _is_whole(found: Candidates, stretches: Stretches) -> Bools:
    lengths = stretches.bounds[found.item, 1] - stretches.bounds[found.item, 0]
    return np.asarray(found.end_word - found.first_word >= FULL_SHARE * lengths)


def _sides(found: Candidates) -> tuple[UInt64Array, UInt64Array]:
    """Keys of each match's item with the words before it, and with those behind it; 0 where there are none."""
    return (
        np.where(found.before > 0, _key(found, found.before, 1), np.uint64(0)),
        np.where(found.after > 0, _key(found, found.after, 2), np.uint64(0)),
    )


def _both(found: Candidates) -> UInt64Array:
    """Keys of each match's item with the words on both sides; 0 where there are none on either."""
    known = (found.before > 0) | (found.after > 0)
    return np.where(known, _key(found, found.before * _PRIME_1 + found.after, 3), np.uint64(0))


def _part(found: Candidates, first: int, last: int) -> UInt64Array:
    """Keys of the part of the stretch that matches, without so many words at its ends."""
    starts = (found.first_word + first).astype(np.uint64) << np.uint64(32)
    return _key(found, starts | (found.end_word - last).astype(np.uint64), 4)


def _key(found: Candidates, what: UInt64Array, kind: int) -> UInt64Array:
    item = (found.item.astype(np.uint64) + np.uint64(1)) * _PRIME_2
    mixed = ((what ^ item) + np.uint64(kind)) * _PRIME_1
    mixed ^= mixed >> np.uint64(29)
    return np.asarray(np.maximum(mixed * _PRIME_2, np.uint64(1)))


class Owned(NamedTuple):
    """Matches by example: `match` is the candidate, `owner` the place in the stretches' `owners`."""

    match: Int64Array
    owner: Int64Array
    example: Int32Array
    words: Int32Array
    share: npt.NDArray[np.float64]


def owned(stretches: Stretches, found: Candidates) -> Owned:
    """One row a match and example that has the stretch, by match."""
    firsts = stretches.owner_offsets[found.item]
    counts = stretches.owner_offsets[found.item + 1] - firsts
    match = np.repeat(np.arange(len(found.row)), counts)
    owner = np.repeat(firsts, counts) + np.arange(len(match)) - np.repeat(np.cumsum(counts) - counts, counts)
    return Owned(match, owner, stretches.owners[owner], found.words[match], found.share(stretches)[match])


def matches(index: Index, stretches: Stretches, found: Candidates) -> Matches:
    """One match an example that has the stretch; of a document at most MAX_RUNS_A_DOCUMENT, the largest shares."""
    every = owned(stretches, found)
    order = np.lexsort((every.owner, every.match, -every.share, found.row[every.match]))
    rows = found.row[every.match][order]
    rank = np.arange(len(order)) - np.searchsorted(rows, rows)
    chosen = np.sort(order[rank < MAX_RUNS_A_DOCUMENT])
    match, owner = every.match[chosen], every.owner[chosen]
    first_word = stretches.owner_words[owner]
    return Matches(
        row=found.row[match],
        example=every.example[chosen],
        matched=every.words[chosen],
        overlap=every.share[chosen],
        span_start=found.span_start[match],
        span_end=found.span_end[match],
        example_start=index.word_start[first_word + found.first_word[match]].astype(np.int64),
        example_end=index.word_end[first_word + found.end_word[match] - 1].astype(np.int64),
    )


def testable(index: Index, stretches: Stretches) -> Shares:
    """Of each example the words that are compared; those without are too short. What matches is known later."""
    lengths = np.diff(stretches.bounds)[:, 0]
    by_owner = np.repeat(lengths, np.diff(stretches.owner_offsets))
    compared = np.bincount(stretches.owners, by_owner, minlength=index.examples).astype(np.int32)
    nothing = np.zeros(index.examples, np.int32)
    return Shares.of(compared, nothing, dirty=nothing > 0)
