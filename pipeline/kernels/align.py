"""Which tokens of a page stand in its gold text: an alignment in order, and a sweep for what stands elsewhere.

The alignment is the chain of pairs (page token, equal gold token), rising in both, that pays most: 1 for a pair that
continues a run of neighbours on both sides, .15 for one that does not. A menu's "the" is therefore never taken for the
article's, where that has its neighbours around it.

Only pairs of equal tokens are visited (Hunt and Szymanski 1977), each in O(log gold tokens). A page with more pairs
than MAX_PAIRS is aligned by runs of two, four or eight tokens in place of single ones; one that still has more (the
same few words over and over) is not aligned, and left to the sweep. So time and memory are bounded: 100 MB and about a
second a page, and O(n log n) beyond that.
"""

import numpy as np
import numpy.typing as npt

from pipeline.kernels.compile import kernel
from pipeline.kernels.overlap import BoolArray, Int64Array, UInt64Array, selected_tokens, shingles, sorted_shingles

Int32Array = npt.NDArray[np.int32]

CONTINUES, ISOLATED = 20, 3
"""What a pair pays, in twentieths."""
MAX_PAIRS = 1 << 23
RUN_TOKENS = (1, 2, 4, 8)


def align(page: UInt64Array, gold: UInt64Array, max_pairs: int = MAX_PAIRS) -> BoolArray:
    """bool[len(page)]: the tokens (hashes, see kernels.overlap) of the page that the alignment finds in the gold."""
    for width in RUN_TOKENS:
        page_runs, gold_runs = shingles(page, width), shingles(gold, width)
        order = np.argsort(gold_runs, kind="stable")
        ordered = gold_runs[order]
        first, last = (np.searchsorted(ordered, page_runs, side) for side in ("left", "right"))
        if int((last - first).sum()) <= max_pairs:
            return _spread(_best_chain(first, last, order), width, len(page))
    return np.zeros(len(page), np.bool_)


@kernel
def _best_chain(first: Int64Array, last: Int64Array, order: Int64Array) -> BoolArray:
    """bool[n]: the page's places in the best chain; order[first[i]:last[i]] are the gold's places equal to place i.

    Among chains that pay the same, the one whose pairs come earlier on the page.
    """
    n_pairs = (last - first).sum()
    places = np.empty(n_pairs, np.int32)  # of each pair, on the page
    before = np.empty(n_pairs, np.int32)  # the pair that it builds on, -1 for none
    n_gold = len(order)
    best, best_pair = np.zeros(n_gold + 1, np.int64), np.full(n_gold + 1, -1, np.int32)  # prefix maxima, Fenwick 1994
    run_place, run_paid = np.full(n_gold, -2, np.int64), np.zeros(n_gold, np.int64)  # the last pair at a gold place
    run_pair = np.full(n_gold, -1, np.int32)
    pair, top, top_pair = 0, 0, -1
    for i in range(len(first)):
        # From the right, so that a pair builds on pairs of earlier places alone.
        for at in range(last[i] - 1, first[i] - 1, -1):
            j = order[at]
            paid, previous = 0, -1
            slot = j
            while slot > 0:
                if best[slot] > paid:
                    paid, previous = best[slot], int(best_pair[slot])
                slot -= slot & -slot
            paid += ISOLATED
            if j > 0 and run_place[j - 1] == i - 1 and run_paid[j - 1] + CONTINUES >= paid:
                paid, previous = run_paid[j - 1] + CONTINUES, int(run_pair[j - 1])
            places[pair], before[pair] = i, previous
            run_place[j], run_paid[j], run_pair[j] = i, paid, pair
            slot = j + 1
            while slot <= n_gold:
                if paid > best[slot]:
                    best[slot], best_pair[slot] = paid, pair
                slot += slot & -slot
            if paid > top:
                top, top_pair = paid, pair
            pair += 1
    chosen = np.zeros(len(first), np.bool_)
    while top_pair >= 0:
        chosen[places[top_pair]] = True
        top_pair = int(before[top_pair])
    return chosen


@kernel
def _spread(runs: BoolArray, width: int, n: int) -> BoolArray:
    """bool[n]: the tokens of the runs of `width` tokens that are chosen; fewer tokens than that are one run."""
    out = np.zeros(n, np.bool_)
    for i in range(len(runs)):
        if runs[i]:
            out[i : i + width] = True
    return out


def found_elsewhere(
    tokens: UInt64Array, bounds: Int64Array, chosen: BoolArray, gold_shingles: UInt64Array, share: float
) -> BoolArray:
    """bool[n]: the blocks, not yet chosen, that have at least `share` of their shingles in what of the gold the chosen
    ones leave. In page order; each takes its shingles with it. `gold_shingles` are sorted.
    """
    distinct, counts = np.unique(gold_shingles, return_counts=True)
    taken, times = np.unique(sorted_shingles(selected_tokens(tokens, bounds, chosen)), return_counts=True)
    where = np.searchsorted(distinct, taken)
    known = where < len(distinct)
    known[known] = distinct[where[known]] == taken[known]
    counts[where[known]] -= np.minimum(times[known], counts[where[known]])
    return _take(tokens, bounds, chosen, distinct, counts, share)


@kernel
def _take(
    tokens: UInt64Array,
    bounds: Int64Array,
    chosen: BoolArray,
    distinct: UInt64Array,
    counts: Int64Array,
    share: float,
) -> BoolArray:
    out = np.zeros(len(chosen), np.bool_)
    for block in range(len(chosen)):
        if chosen[block] or bounds[block + 1] == bounds[block]:
            continue
        own = shingles(tokens[bounds[block] : bounds[block + 1]])
        at = np.searchsorted(distinct, own)
        hits = 0
        for i in range(len(own)):
            if at[i] < len(distinct) and distinct[at[i]] == own[i] and counts[at[i]] > 0:
                counts[at[i]] -= 1
                hits += 1
            else:
                at[i] = len(distinct)
        if hits >= share * len(own) and hits > 0:
            out[block] = True
            continue
        for i in range(len(own)):
            if at[i] < len(distinct):
                counts[at[i]] += 1
    return out
