"""Which examples have an n-gram, and from single n-grams to runs: stretches of text that follow an example.

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
_SHARE_BITS, _WORD_BITS = 20, 32


class Postings(NamedTuple):
    """Which examples have an n-gram, of one n.

    offsets    int32 [grams + 1]  gram g has entries offsets[g]:offsets[g + 1] of the next two, by example
    examples   int32              the example, once a gram
    positions  int32              the first word of its first occurrence there
    firsts     int64 [examples + 1]  example e has words firsts[e]:firsts[e + 1] of `sequence`
    sequence   int32 [words]      the gram that begins at each word of all examples, -1 where none does
    """

    offsets: Int32Array
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
    ngrams: Int32Array,
    wanted: Bools,
    documents: Int64Array,
    *,
    max_runs_a_row: int,
) -> Runs:
    """Runs of the hits (by row and word, one n) with the examples marked in `wanted`.

    Of a row at most `max_runs_a_row`, or as many as it has distinct n-grams: those of the examples of which the row
    has the largest share (of `ngrams` int32 [examples], their distinct n-grams), of equal ones the longest. So an
    example that is there as a whole goes before thousands that share a phrase with it.

    Adds to documents[example] one for each row that has any of the example's n-grams, wanted or not; a row's hits are
    therefore never divided between two calls.
    """
    if len(rows) == 0:
        nothing32, nothing64 = np.zeros(0, np.int32), np.zeros(0, np.int64)
        return Runs(nothing32, nothing32, nothing64, nothing64, nothing32, nothing32, nothing32)
    return Runs(*_runs(rows, words, grams, *postings, ngrams, wanted, documents, max_runs_a_row))


def invert(sequences: Int32Array, firsts: Int64Array, grams: int) -> tuple[Int32Array, Int32Array, Int32Array]:
    """(offsets, examples, positions) of `Postings`; `sequences` [lengths, words] has a row for each n."""
    return _invert(sequences, firsts, grams)


def count_parts(sequence: Int32Array, firsts: Int64Array, prompt_words: Int32Array, found: Bools) -> Int64Array:
    """int64 [examples, 2, 2]: of an example's prompt and of its target the distinct n-grams, and those marked in
    `found` (bool [grams]).
    """
    return _count_parts(sequence, firsts, prompt_words, found)


def warm_up() -> None:
    hit, bounds = np.zeros(1, np.int32), np.array([0, 1])
    for array in (sequence := hit.copy(), bounds):
        array.flags.writeable = False
    postings = Postings(*invert(sequence.reshape(1, 1), bounds, 1), bounds, sequence)
    count_parts(sequence, bounds, sequence, np.ones(1, np.bool_))
    for array in postings:
        array.flags.writeable = False
    everyone, documents = np.ones(1, np.bool_), np.zeros(1, np.int64)
    runs(hit, hit.copy(), hit.copy(), postings, np.ones(1, np.int32), everyone, documents, max_runs_a_row=1)


@kernel
def _invert(sequences: Int32Array, firsts: Int64Array, grams: int) -> tuple[Int32Array, Int32Array, Int32Array]:
    offsets = np.zeros(grams + 1, np.int32)
    examples = np.empty(0, np.int32)
    positions = np.empty(0, np.int32)
    for fills in (False, True):  # counts first
        last_example = np.full(grams, -1, np.int32)
        if fills:
            offsets = np.cumsum(offsets).astype(np.int32)
            examples = np.empty(offsets[grams], np.int32)
            positions = np.empty(offsets[grams], np.int32)
            at = offsets[:grams].copy()
        for place in range(len(sequences)):
            for example in range(len(firsts) - 1):
                for word in range(firsts[example], firsts[example + 1]):
                    gram = sequences[place, word]
                    if gram < 0 or last_example[gram] == example:
                        continue
                    last_example[gram] = example
                    if fills:
                        examples[at[gram]] = example
                        positions[at[gram]] = word - firsts[example]
                        at[gram] += 1
                    else:
                        offsets[gram + 1] += 1
    return offsets, examples, positions


@kernel
def _count_parts(sequence: Int32Array, firsts: Int64Array, prompt_words: Int32Array, found: Bools) -> Int64Array:
    counts = np.zeros((len(firsts) - 1, 2, 2), np.int64)
    last_part = np.full(len(found), -1, np.int64)
    for example in range(len(firsts) - 1):
        for word in range(firsts[example], firsts[example + 1]):
            gram = sequence[word]
            part = np.int64(word - firsts[example] >= prompt_words[example])
            if gram < 0 or last_part[gram] == 2 * example + part:
                continue
            last_part[gram] = 2 * example + part
            counts[example, part, 0] += 1
            counts[example, part, 1] += found[gram]
    return counts


@kernel
def _runs(
    rows: Int32Array,
    words: Int32Array,
    grams: Int32Array,
    offsets: Int32Array,
    posting_examples: Int32Array,
    positions: Int32Array,
    firsts: Int64Array,
    sequence: Int32Array,
    ngrams: Int32Array,
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
        distinct = 0
        while end < len(rows) and rows[end] == row:
            gram = grams[end]
            is_new = gram_met_in[gram] != row
            gram_met_in[gram] = row
            distinct += is_new
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
        for run in range(row_filled, filled):
            out[6, run] = matched[out[1, run]]
        room_for = max(max_runs, distinct)
        if filled - row_filled > room_for:
            rank = np.empty(filled - row_filled, np.int64)
            for place in range(len(rank)):
                run = row_filled + place
                share = (out[6, run] << _SHARE_BITS) // ngrams[out[1, run]]
                rank[place] = -((share << _WORD_BITS) + out[5, run] - out[4, run])
            best = np.sort(np.argsort(rank, kind="mergesort")[:room_for])
            for place in range(room_for):
                out[:, row_filled + place] = out[:, row_filled + best[place]]
            filled = row_filled + room_for
        begin = end
    return (
        out[0, :filled].astype(np.int32), out[1, :filled].astype(np.int32), out[2, :filled].copy(),
        out[3, :filled].copy(), out[4, :filled].astype(np.int32), out[5, :filled].astype(np.int32),
        out[6, :filled].astype(np.int32),
    )  # fmt: skip
