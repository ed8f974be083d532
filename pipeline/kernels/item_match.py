"""Where in a document a benchmark item is, words changed, left out or put in between.

Two steps. `windows`: hits of an item's seeds (short n-grams) that lie together in a document, as many as its gate asks
for, make a window. `align`: the best local alignment of the item's words with the window's (Smith and Waterman 1981):
a word that both have adds its weight, one that only one has costs `GAP_COST`. The share of the item's weight that the
alignment has is what decides.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.kernels.compile import kernel

Int64Array = npt.NDArray[np.int64]
Int32Array = npt.NDArray[np.int32]
UInt64Array = npt.NDArray[np.uint64]

GAP_COST = 16  # of a word that only one side has; words weigh MIN_WEIGHT to MAX_WEIGHT
MIN_WEIGHT, MAX_WEIGHT = 1, 64
CONTEXT_WORDS = 8

# Work on one text is bounded: an n-gram that it repeats more often opens no further windows, and pairs of a hit and an
# item beyond this are left out; a text that is all benchmark has a few pairs a word.
_MAX_REPEATS = 1_000
_MAX_PAIRS_A_ROW = 1 << 24
_CONTEXT_BASE = np.uint64(0xD1342543DE82EF95)


class Items(NamedTuple):
    """What is compared: stretches of words, item after item, and the seeds that lead to them.

    offsets    int32 [grams + 1]   gram g is a seed at offsets[g]:offsets[g + 1] of the next two
    seed_items int32               the item
    seed_words int32               the n-gram's first word there
    gates      int32 [items]       seeds that a window needs
    bounds     int64 [items, 2]    the item's words in `hashes` and `weights`
    hashes     uint64 [words]
    weights    int32 [words]
    """

    offsets: Int32Array
    seed_items: Int32Array
    seed_words: Int32Array
    gates: Int32Array
    bounds: Int64Array
    hashes: UInt64Array
    weights: Int32Array


class Windows(NamedTuple):
    """Stretches of words of texts in which an item may be, by (row, item, first): arrays of equal length."""

    row: Int32Array
    item: Int32Array
    first: Int32Array
    end: Int32Array


class Alignments(NamedTuple):
    """The best alignment in each window: arrays by window. Words are counted from 0; ends are behind the last."""

    first_word: Int32Array
    end_word: Int32Array
    item_first: Int32Array
    item_end: Int32Array
    words: Int32Array  # words that both have
    weight: Int32Array  # their weight
    before: UInt64Array  # hashes of the words around the alignment in the text, CONTEXT_WORDS or fewer; 0 for none
    after: UInt64Array


def windows(rows: Int32Array, words: Int32Array, grams: Int32Array, items: Items) -> Windows:
    """Windows of the hits (by row; of several n in any order), at least as many seeds each as the item's gate."""
    if len(rows) == 0:
        nothing = np.zeros(0, np.int32)
        return Windows(nothing, nothing, nothing, nothing)
    return Windows(
        *_windows(rows, words, grams, items.offsets, items.seed_items, items.seed_words, items.gates, items.bounds)
    )


def align(found: Windows, text_of: Int32Array, offsets: Int64Array, hashes: UInt64Array, items: Items) -> Alignments:
    """`text_of` int32 [windows]: which text of (offsets, hashes) (`ngrams.Words`) the window lies in."""
    return Alignments(
        *_align(text_of, found.item, found.first, found.end, offsets, hashes, items.bounds, items.hashes, items.weights)
    )


def warm_up() -> None:
    one = np.zeros(1, np.int32)
    hashes = np.ones(1, np.uint64)
    items = Items(np.array([0, 1], np.int32), one, one, one + 1, np.array([[0, 1]]), hashes, one + 1)
    for array in items:
        array.flags.writeable = False
    found = windows(one.copy(), one.copy(), one.copy(), items)
    align(found, one.copy(), np.array([0, 1]), hashes.copy(), items)


@kernel
def _windows(
    rows: Int32Array,
    words: Int32Array,
    grams: Int32Array,
    offsets: Int32Array,
    seed_items: Int32Array,
    seed_words: Int32Array,
    gates: Int32Array,
    bounds: Int64Array,
) -> tuple[Int32Array, Int32Array, Int32Array, Int32Array]:
    repeats = np.zeros(len(offsets) - 1, np.int32)
    out = np.empty((256, 4), np.int32)
    filled = 0
    begin = 0
    while begin < len(rows):
        end = begin
        n_pairs = 0
        while end < len(rows) and rows[end] == rows[begin]:
            gram = grams[end]
            repeats[gram] += 1
            if repeats[gram] <= _MAX_REPEATS:
                n_pairs += offsets[gram + 1] - offsets[gram]
            end += 1
        n_pairs = min(n_pairs, _MAX_PAIRS_A_ROW)
        keys = np.empty(n_pairs, np.int64)  # (item, word of the text)
        lows = np.empty(n_pairs, np.int32)  # word of the text that the item's first word would be
        n = 0
        for hit in range(begin, end):
            repeats[grams[hit]] = 0
        for hit in range(begin, end):
            gram = grams[hit]
            repeats[gram] += 1
            if repeats[gram] > _MAX_REPEATS:
                continue
            for i in range(offsets[gram], offsets[gram + 1]):
                if n < n_pairs:
                    keys[n] = (np.int64(seed_items[i]) << 32) | words[hit]
                    lows[n] = words[hit] - seed_words[i]
                    n += 1
        for hit in range(begin, end):
            repeats[grams[hit]] = 0
        order = np.argsort(keys)
        at = 0
        while at < n:
            item = keys[order[at]] >> 32
            last = at
            while last < n and keys[order[last]] >> 32 == item:
                last += 1
            length = bounds[item, 1] - bounds[item, 0]
            slack = 4 + length // 8
            gate = gates[item]
            while at < last:  # `tail` pairs lie within an item's length of the first
                start = keys[order[at]] & 0xFFFFFFFF
                tail = at
                low = np.int64(lows[order[at]])
                high = low
                while tail < last and (keys[order[tail]] & 0xFFFFFFFF) - start <= length + slack:
                    low = min(low, np.int64(lows[order[tail]]))
                    high = max(high, np.int64(lows[order[tail]]))
                    tail += 1
                if tail - at < gate:
                    at += 1
                    continue
                if filled == len(out):
                    larger = np.empty((2 * filled, 4), np.int32)
                    larger[:filled] = out
                    out = larger
                out[filled, 0] = rows[begin]
                out[filled, 1] = item
                out[filled, 2] = max(0, max(low, start - length) - slack)
                out[filled, 3] = min(high, start + length + slack) + length + slack
                filled += 1
                at = tail
            at = last
        begin = end
    return out[:filled, 0].copy(), out[:filled, 1].copy(), out[:filled, 2].copy(), out[:filled, 3].copy()


@kernel
def _context(hashes: UInt64Array, first: int, end: int) -> np.uint64:
    value = np.uint64(0)
    for i in range(first, end):
        value = (value + hashes[i]) * _CONTEXT_BASE
    return value


@kernel
def _align(
    text_of: Int32Array,
    items: Int32Array,
    firsts: Int32Array,
    ends: Int32Array,
    offsets: Int64Array,
    hashes: UInt64Array,
    bounds: Int64Array,
    item_hashes: UInt64Array,
    weights: Int32Array,
) -> tuple[Int32Array, Int32Array, Int32Array, Int32Array, Int32Array, Int32Array, UInt64Array, UInt64Array]:
    out = np.zeros((len(items), 6), np.int32)
    context = np.zeros((len(items), 2), np.uint64)
    # Of the best alignment that ends at a cell: score, weight, words, first word of the text and of the item.
    row = np.empty((1024, 5), np.int64)
    diagonal, above = np.empty(5, np.int64), np.empty(5, np.int64)
    for place in range(len(items)):
        text_first, text_end = offsets[text_of[place]], offsets[text_of[place] + 1]
        first = min(text_first + firsts[place], text_end)
        width = min(text_end, text_first + ends[place]) - first
        item = bounds[items[place], 0]
        length = bounds[items[place], 1] - item
        if len(row) < width + 1:
            row = np.empty((2 * width + 1, 5), np.int64)
        for j in range(width + 1):
            row[j, 0] = 0
        best = np.int64(0)
        for i in range(length):
            wanted, weight = item_hashes[item + i], np.int64(weights[item + i])
            diagonal[0] = 0  # row[0] of the row before
            for j in range(1, width + 1):
                matches = hashes[first + j - 1] == wanted
                score = diagonal[0] + weight if matches else diagonal[0] - GAP_COST
                kind = 0
                if row[j, 0] - GAP_COST > score:
                    score = row[j, 0] - GAP_COST
                    kind = 1
                if row[j - 1, 0] - GAP_COST > score:
                    score = row[j - 1, 0] - GAP_COST
                    kind = 2
                for k in range(5):
                    above[k] = row[j, k]
                row[j, 0] = max(score, 0)
                if score > 0 and kind != 1:  # of kind 1 all else stays
                    for k in range(1, 5):
                        row[j, k] = diagonal[k] if kind == 0 else row[j - 1, k]
                    if kind == 0 and matches:
                        if diagonal[0] == 0:
                            row[j, 1], row[j, 2], row[j, 3], row[j, 4] = 0, 0, j - 1, i
                        row[j, 1] += weight
                        row[j, 2] += 1
                        if score > best:
                            best = score
                            out[place, 0] = first - text_first + row[j, 3]
                            out[place, 1] = first - text_first + j
                            out[place, 2] = row[j, 4]
                            out[place, 3] = i + 1
                            out[place, 4] = row[j, 2]
                            out[place, 5] = row[j, 1]
                for k in range(5):
                    diagonal[k] = above[k]
        start, stop = text_first + out[place, 0], text_first + out[place, 1]
        context[place, 0] = _context(hashes, max(text_first, start - CONTEXT_WORDS), start)
        context[place, 1] = _context(hashes, stop, min(text_end, stop + CONTEXT_WORDS))
    return (
        out[:, 0].copy(), out[:, 1].copy(), out[:, 2].copy(), out[:, 3].copy(), out[:, 4].copy(), out[:, 5].copy(),
        context[:, 0].copy(), context[:, 1].copy(),
    )  # fmt: skip
