"""The measures of Gopher's repetition removal (arXiv:2112.11446, Table A1).

A repeated (n+1)-gram begins with a repeated n-gram, so only the 2-grams of a document are all counted; every length
above looks at the positions that still repeat. That is exact, and on ordinary pages several times faster.
"""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.kernels.arrow import Bytes, Offsets, string_buffers
from pipeline.kernels.compile import kernel
from pipeline.kernels.lines import count_characters, hash_bytes, next_line
from pipeline.kernels.tables import find_slot, repeats, table_for
from pipeline.kernels.words import RULES, UNSPACED_WORD, longest, mix, scan_words

UInt64Array = npt.NDArray[np.uint64]
Int32Array = npt.NDArray[np.int32]
Int64Array = npt.NDArray[np.int64]
Float64Array = npt.NDArray[np.float64]

MEASURES = (
    "duplicate_paragraph_fraction",
    "duplicate_paragraph_char_fraction",
    "duplicate_line_fraction",
    "duplicate_line_char_fraction",
    *(f"top_{n}gram_char_fraction" for n in (2, 3, 4)),
    *(f"duplicate_{n}gram_char_fraction" for n in (5, 6, 7, 8, 9, 10)),
)
_LINE_COLUMNS = 4

CLUSTERS_PER_WORD = 2
"""In texts whose words are mostly clusters of a script without spaces, an n-gram spans this many times n of them.

On 422 Chinese web pages this drops 2 that the words of a dictionary segmenter (jieba) keep, and agrees on 84 %; at
1 it drops 54, since names and phrases of five characters come back on any page.
"""
_MAX_TOP, _MAX_NGRAM = 4, 10

_SEED = np.uint64(0x2545F4914F6CDD1D)
_PRIME = np.uint64(0x9E3779B97F4A7C15)


def gopher_repetition_measures(text: pa.Array, min_top_count: int = 1) -> Float64Array:
    """float64 [n, 13], columns as in `MEASURES`: all but the first and third are fractions of the text's characters.

    The most frequent n-gram counts its characters with a space between words, as often as it occurs, if at least
    `min_top_count` times; occurrences may overlap, so a text of one word said over and over measures above 1. A
    repeated 5- to 10-gram counts its words' characters, and the search goes on behind it, so that nothing counts
    twice. Both as in datatrove.
    """
    return _measures(*string_buffers(text), min_top_count)


def warm_up() -> None:
    gopher_repetition_measures(pa.array(["A line."]))


@kernel
def _combine(h: np.uint64, word: np.uint64) -> np.uint64:
    return mix(h * _PRIME + word)


@kernel
def _line_measures(
    data: Bytes, begin: int, end: int, keys: UInt64Array, chars: Int32Array, table: UInt64Array, out: Float64Array
) -> None:
    """Shares of paragraphs and lines that repeat, and their characters, into out[0:4].

    `keys` and `chars` are scratch of at least end - begin + 1: lines fill it from the front, paragraphs from the back.
    """
    lines = 0
    top = len(keys)
    first = top  # of the paragraphs
    is_open = False
    at = begin
    while at <= end:
        start, stop, at = next_line(data, at, end)
        if start == stop:
            is_open = False
            continue
        key = hash_bytes(data, start, stop)
        size = count_characters(data, start, stop)
        keys[lines] = key
        chars[lines] = size
        lines += 1
        if is_open:
            keys[first] = _combine(keys[first], key)
            chars[first] += size + 1
        else:
            first -= 1
            keys[first] = key
            chars[first] = size
            is_open = True
    if lines:
        paragraphs = top - first
        items, characters = repeats(table_for(table, paragraphs), keys[first:], chars[first:], paragraphs)
        out[0] = items / paragraphs
        out[1] = characters
        items, characters = repeats(table_for(table, lines), keys, chars, lines)
        out[2] = items / lines
        out[3] = characters


@kernel
def _ngram_measures(
    hashes: UInt64Array,
    chars: Int32Array,
    flags: Bytes,
    n_words: int,
    min_top_count: int,
    table: UInt64Array,
    out: Float64Array,
) -> None:
    """Characters in the top 2- to 4-grams and in repeated 5- to 10-grams, into out[0:9]."""
    # Sums over the words before: of characters, and of the spaces in front of words.
    char_sums = np.zeros(n_words + 1, np.int64)
    space_sums = np.zeros(n_words + 1, np.int64)
    clusters = 0
    for w in range(n_words):
        is_cluster = flags[w] & UNSPACED_WORD != 0
        clusters += is_cluster
        char_sums[w + 1] = char_sums[w] + chars[w]
        space_sums[w + 1] = space_sums[w] + (not is_cluster)
    scale = CLUSTERS_PER_WORD if 2 * clusters > n_words else 1
    # The n-grams that may still repeat, by position of their first word.
    n_active = max(n_words - 1, 0)
    active = np.arange(n_active, dtype=np.int32)
    grams = np.empty(n_active, np.uint64)
    slots = np.empty(n_active, np.int64)
    for i in range(n_active):
        grams[i] = _combine(_combine(_SEED, hashes[i]), hashes[i + 1])
    for length in range(2, _MAX_NGRAM * scale + 1):
        n = length // scale
        is_measured = length % scale == 0
        used = table_for(table, n_active)
        still_active = 0
        if n <= _MAX_TOP and length <= _MAX_TOP * scale:
            counts = np.zeros(len(used), np.int32)
            for i in range(n_active):
                key = grams[i] | np.uint64(1)
                slots[i] = find_slot(used, key)
                used[slots[i]] = key
                counts[slots[i]] += 1
            most = 1
            top = 0  # where the most frequent one begins: of equally frequent ones the first, repeated or not
            for i in range(n_active):
                count = counts[slots[i]]
                first = active[i]
                if count > most:
                    most = count
                    top = first
                if count > 1 and first + length < n_words:
                    active[still_active] = first
                    grams[still_active] = _combine(grams[i], hashes[first + length])
                    still_active += 1
            if is_measured and n > 1 and most >= min_top_count and length <= n_words:
                spaces = space_sums[top + length] - space_sums[top + 1]
                out[n - 2] = most * (char_sums[top + length] - char_sums[top] + spaces)
        else:
            resume = 0
            for i in range(n_active):
                first = active[i]
                if is_measured and first >= resume:
                    key = grams[i] | np.uint64(1)
                    slot = find_slot(used, key)
                    if used[slot] == key:
                        out[n - 2] += char_sums[first + length] - char_sums[first]
                        resume = first + length
                    used[slot] = key
                if first + length < n_words:
                    active[still_active] = first
                    grams[still_active] = _combine(grams[i], hashes[first + length])
                    still_active += 1
        n_active = still_active


@kernel
def _measures(data: Bytes, offsets: Offsets, min_top_count: int) -> Float64Array:
    n = len(offsets) - 1
    out = np.zeros((n, 13), np.float64)
    most = longest(offsets) + 1  # lines from the front and paragraphs from the back both fit
    starts, stops, chars = np.empty(most, np.int32), np.empty(most, np.int32), np.empty(most, np.int32)
    flags, hashes = np.empty(most, np.uint8), np.empty(most, np.uint64)
    table = np.zeros(16384, np.uint64)
    for row in range(n):
        begin, end = offsets[row], offsets[row + 1]
        characters = count_characters(data, begin, end)
        if characters == 0:
            continue
        _line_measures(data, begin, end, hashes, chars, table, out[row])
        n_words = scan_words(data, begin, end, RULES, starts, stops, chars, flags, hashes)
        _ngram_measures(hashes, chars, flags, n_words, min_top_count, table, out[row, _LINE_COLUMNS:])
        for column in range(13):
            if column != 0 and column != 2:
                out[row, column] /= characters
    return out
