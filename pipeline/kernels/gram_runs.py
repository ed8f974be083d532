"""Hits of single n-grams -> runs: stretches of a text that follow an example word by word.

A run begins at the first place where the example has the n-gram, and goes on as long as the next hit is the next word
in both. So a run's words are the same in the text and in the example, and each hit is in a run of each example that
has its n-gram.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.kernels.compile import kernel

Int64Array = npt.NDArray[np.int64]
Int32Array = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]

# Work on one text is bounded: it may be one n-gram a million times, which a hundred thousand examples share. Pairs of
# a hit and an example beyond this make no runs; a text that is all benchmark has a few a word.
MAX_VISITS_A_ROW = 1 << 22


class Postings(NamedTuple):
    """Which examples have an n-gram, of one n.

    offsets    int64 [grams + 1]  gram g has entries offsets[g]:offsets[g + 1] of the next two, by example
    examples   int32              the example, once a gram
    positions  int32              the first word of its first occurrence there
    firsts     int64 [examples + 1]  example e has words firsts[e]:firsts[e + 1] of `sequence`
    sequence   int32 [words]      the gram that begins at each word of all examples, -1 where none does
    """

    offsets: Int64Array
    examples: Int32Array
    positions: Int32Array
    firsts: Int64Array
    sequence: Int32Array


class Runs(NamedTuple):
    """By (row, first hit, example): arrays of equal length."""

    row: Int32Array
    example: Int32Array
    first_hit: Int64Array  # places in the arrays of hits
    last_hit: Int64Array
    first_word: Int32Array  # of the example
    last_word: Int32Array  # of the example: the first word of the last n-gram
    matched: Int32Array  # distinct n-grams of the example that the row has, in this run or another


def runs(
    rows: Int32Array,
    words: Int32Array,
    grams: Int32Array,
    postings: Postings,
    wanted: Bools,
    documents: Int64Array,
    *,
    max_runs_a_row: int,
) -> Runs:
    """Runs of the hits (by row and word, one n) with the examples marked in `wanted`: the longest of each row.

    Adds to documents[example] one for each row that has any of the example's n-grams, wanted or not; a row's hits are
    therefore never divided between two calls.
    """
    if len(rows) == 0:
        nothing32, nothing64 = np.zeros(0, np.int32), np.zeros(0, np.int64)
        return Runs(nothing32, nothing32, nothing64, nothing64, nothing32, nothing32, nothing32)
    return Runs(*_runs(rows, words, grams, *postings, wanted, documents, max_runs_a_row))


def warm_up() -> None:
    one32, bounds = np.zeros(1, np.int32), np.array([0, 1])
    postings = Postings(bounds, one32, one32, bounds, one32)
    for array in postings:
        array.flags.writeable = False
    hit = np.zeros(1, np.int32)
    runs(hit, hit.copy(), hit.copy(), postings, np.ones(1, np.bool_), np.zeros(1, np.int64), max_runs_a_row=1)


@kernel
def _runs(
    rows: Int32Array,
    words: Int32Array,
    grams: Int32Array,
    offsets: Int64Array,
    posting_examples: Int32Array,
    positions: Int32Array,
    firsts: Int64Array,
    sequence: Int32Array,
    wanted: Bools,
    documents: Int64Array,
    max_runs: int,
) -> tuple[Int32Array, Int32Array, Int64Array, Int64Array, Int32Array, Int32Array, Int32Array]:
    n_examples = len(firsts) - 1
    met_in = np.full(n_examples, -1, np.int32)  # the last row that has one of the example's n-grams
    matched = np.zeros(n_examples, np.int32)
    open_run = np.full(n_examples, -1, np.int64)  # the example's last run in that row
    gram_met_in = np.full(len(offsets) - 1, -1, np.int32)

    room = 1024
    out = np.empty((7, room), np.int64)
    filled = 0
    begin = 0
    while begin < len(rows):
        row = rows[begin]
        end = begin
        row_filled = filled
        visits = 0
        while end < len(rows) and rows[end] == row:
            gram = grams[end]
            is_new = gram_met_in[gram] != row
            gram_met_in[gram] = row
            makes_runs = visits < MAX_VISITS_A_ROW
            if is_new or makes_runs:
                for i in range(offsets[gram], offsets[gram + 1]):
                    example = posting_examples[i]
                    visits += 1
                    if met_in[example] != row:
                        met_in[example] = row
                        matched[example] = 0
                        open_run[example] = -1
                        documents[example] += 1
                    if is_new:
                        matched[example] += 1
                    if not makes_runs or not wanted[example]:
                        continue
                    run = open_run[example]
                    if run >= 0 and words[out[3, run]] + 1 == words[end]:
                        following = firsts[example] + out[5, run] + 1
                        if following < firsts[example + 1] and sequence[following] == gram:
                            out[3, run] = end
                            out[5, run] += 1
                            continue
                    if filled == room:
                        larger = np.empty((7, 2 * room), np.int64)
                        larger[:, :room] = out
                        out = larger
                        room *= 2
                    out[0, filled] = row
                    out[1, filled] = example
                    out[2, filled] = end
                    out[3, filled] = end
                    out[4, filled] = positions[i]
                    out[5, filled] = positions[i]
                    open_run[example] = filled
                    filled += 1
            end += 1
        if filled - row_filled > max_runs:
            lengths = out[5, row_filled:filled] - out[4, row_filled:filled]
            longest = np.sort(np.argsort(-lengths, kind="mergesort")[:max_runs])
            for place in range(max_runs):
                out[:, row_filled + place] = out[:, row_filled + longest[place]]
            filled = row_filled + max_runs
        for run in range(row_filled, filled):
            out[6, run] = matched[out[1, run]]
        begin = end
    return (
        out[0, :filled].astype(np.int32), out[1, :filled].astype(np.int32), out[2, :filled].copy(),
        out[3, :filled].copy(), out[4, :filled].astype(np.int32), out[5, :filled].astype(np.int32),
        out[6, :filled].astype(np.int32),
    )  # fmt: skip
