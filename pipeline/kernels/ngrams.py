"""Word n-grams as 64-bit hashes, and the look-up of all n-grams of running text in an index of wanted ones.

Words are those of `words.MATCHING` in a text's form (`matching_form`): neither wrapping, case, punctuation, Unicode
form nor markup hides a text. Positions are always those in the text as it is. The hash of an n-gram is the polynomial
of its words' hashes in `_BASE` modulo 2^64, which rolls on with one multiplication a word. A false match of one n-gram
takes a collision of 64 bits: at 3e6 wanted n-grams, 0.2 are expected in 1e12 words.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.kernels.arrow import Bytes, Offsets, string_buffers
from pipeline.kernels.compile import kernel
from pipeline.kernels.matching_form import form_row, to_source
from pipeline.kernels.word_hashes import hash_words, most_words
from pipeline.kernels.words import longest

UInt64Array = npt.NDArray[np.uint64]
Int64Array = npt.NDArray[np.int64]
Int32Array = npt.NDArray[np.int32]

_BASE = np.uint64(0xD1342543DE82EF95)
_ONE, _SIX, _63 = np.uint64(1), np.uint64(6), np.uint64(63)
# About 2 % of other n-grams pass the filter. With 4 million wanted n-grams of a length, one that stays in a core's
# second-level cache (2 MB) passes 15 %, and takes twice the time.
_FILTER_BITS_A_GRAM = 16
_MAX_FILTER_WORDS = 1 << 20


class Lookup(NamedTuple):
    """Wanted n-grams, numbered by (place of n in `ns`, hash).

    ns       int64 [m]          the lengths in words
    keys     uint64 [grams]     the hashes; those of ns[i] ascend from buckets[i, 0] to buckets[i, -1]
    buckets  int32 [m, 2^k + 1] the first gram whose hash's highest k bits are at least j
    filter   uint64 [m, 2^f]    two bits a gram in one word: says no to nearly all n-grams of other texts
    """

    ns: Int64Array
    keys: UInt64Array
    buckets: npt.NDArray[np.int32]
    filter: npt.NDArray[np.uint64]


class Hits(NamedTuple):
    """Wanted n-grams found in a batch of texts, by (row, place of n, word): arrays of equal length."""

    row: Int32Array
    n: npt.NDArray[np.int8]
    gram: Int32Array
    word: Int32Array  # the n-gram's first word, counted from 0
    start_char: Int64Array  # of the first word
    end_char: Int64Array  # behind the last


class Words(NamedTuple):
    """All words of a batch of texts: row r has words offsets[r]:offsets[r + 1]; positions are characters."""

    offsets: Int64Array
    start_char: Int64Array
    end_char: Int64Array
    hashes: UInt64Array


def lookup(ns: list[int], keys: list[UInt64Array]) -> Lookup:
    """Number the n-grams: keys[i] are the distinct hashes of length ns[i], ascending."""
    most = max(map(len, keys))
    bucket_bits = max(1, most.bit_length())
    words = min(_MAX_FILTER_WORDS, 1 << max(10, (most * _FILTER_BITS_A_GRAM // 64).bit_length()))
    buckets = np.empty((len(ns), (1 << bucket_bits) + 1), np.int32)
    bits = np.zeros((len(ns), words), np.uint64)
    first = 0
    bounds = np.arange(1 << bucket_bits, dtype=np.uint64) << np.uint64(64 - bucket_bits)
    for place, found in enumerate(keys):
        buckets[place, :-1] = first + np.searchsorted(found, bounds)
        first += len(found)
        buckets[place, -1] = first
        ones = (_ONE << (found & _63)) | (_ONE << ((found >> _SIX) & _63))
        np.bitwise_or.at(bits[place], (found >> _shift(words)).astype(np.int64), ones)
    return Lookup(np.array(ns, np.int64), np.concatenate(keys), buckets, bits)


def find(texts: pa.Array, wanted: Lookup) -> Hits:
    """The wanted n-grams of each text, as a whole and never line by line. Raises as `string_buffers` does."""
    data, offsets = string_buffers(texts)
    return Hits(*_find(data, offsets, wanted.ns, wanted.keys, wanted.buckets, wanted.filter))


def words(texts: pa.Array) -> Words:
    """The words of each text."""
    return Words(*_words(*string_buffers(texts)))


def gram_hashes(hashes: UInt64Array, n: int) -> UInt64Array:
    """uint64 [max(0, words - n + 1)]: the hash of the n-gram that begins at each word."""
    return _roll(hashes, n)


def count_documents(hits: Hits, last_row: Int32Array, documents: npt.NDArray[np.int64]) -> None:
    """Add to documents[gram] the rows that have the gram, each once.

    `last_row` int32 [grams] remembers the last row a gram was met in, so that rows may go on in the next batch; it
    starts out as -1.
    """
    _count(hits.row, hits.gram, last_row, documents)


def warm_up() -> None:
    texts = pa.array(["one two three four"])
    wanted = lookup([2], [np.sort(gram_hashes(words(texts).hashes, 2))])
    for array in wanted:
        array.flags.writeable = False
    count_documents(find(texts, wanted), np.full(3, -1, np.int32), np.zeros(3, np.int64))


def _shift(filter_words: int) -> np.uint64:
    return np.uint64(64 - (filter_words.bit_length() - 1))


@kernel
def _roll(hashes: UInt64Array, n: int) -> UInt64Array:
    out = np.empty(max(0, len(hashes) - n + 1), np.uint64)
    leaving = _power(n)
    h = np.uint64(0)
    for at in range(len(hashes)):
        h = h * _BASE + hashes[at]
        if at >= n:
            h -= leaving * hashes[at - n]
        if at >= n - 1:
            out[at - n + 1] = h
    return out


@kernel
def _power(n: int) -> np.uint64:
    power = _ONE
    for _ in range(n):
        power *= _BASE
    return power


@kernel
def _words(data: Bytes, offsets: Offsets) -> tuple[Int64Array, Int64Array, Int64Array, UInt64Array]:
    n = len(offsets) - 1
    most = most_words(longest(offsets))
    hashes, starts, stops = np.empty(most, np.uint64), np.empty(most, np.int32), np.empty(most, np.int32)
    form, edits = np.empty(2 * most, np.uint8), np.empty((64, 4), np.int64)
    row_offsets = np.zeros(n + 1, np.int64)
    total: Any = np.int64(offsets[n] - offsets[0]) // 2 + n
    all_starts, all_stops = np.empty(total, np.int64), np.empty(total, np.int64)
    all_hashes = np.empty(total, np.uint64)
    filled = 0
    for row in range(n):
        form, size, edits, n_edits = form_row(data, offsets[row], offsets[row + 1], form, edits)
        if most_words(size) > len(hashes):
            most = 2 * most_words(size)
            hashes, starts, stops = np.empty(most, np.uint64), np.empty(most, np.int32), np.empty(most, np.int32)
        found = hash_words(form, 0, size, hashes, starts, stops)
        if filled + found > len(all_hashes):
            total = 2 * (filled + found)
            all_starts, all_stops = _grown(all_starts, total), _grown(all_stops, total)
            all_hashes = _grown(all_hashes, total)
        for i in range(found):
            all_starts[filled + i] = starts[i]
            all_stops[filled + i] = stops[i]
            all_hashes[filled + i] = hashes[i]
        to_source(edits, n_edits, offsets[row], all_starts, filled, filled + found, 0)
        to_source(edits, n_edits, offsets[row], all_stops, filled, filled + found, 1)
        _to_characters(data, offsets[row], all_starts, filled, filled + found)
        _to_characters(data, offsets[row], all_stops, filled, filled + found)
        filled += found
        row_offsets[row + 1] = filled
    return row_offsets, all_starts[:filled].copy(), all_stops[:filled].copy(), all_hashes[:filled].copy()


@kernel
def _to_characters(data: Bytes, begin: int, positions: Int64Array, first: int, last: int) -> None:
    """Replace ascending byte positions[first:last] in valid UTF-8 by characters counted from data[begin]."""
    at = np.int64(begin)
    chars = np.int64(0)
    for i in range(first, last):
        while at < positions[i]:
            chars += data[at] & 0xC0 != 0x80
            at += 1
        positions[i] = chars


@kernel
def _grown(array: Any, size: int) -> Any:
    larger = np.empty(size, array.dtype)
    larger[: len(array)] = array
    return larger


@kernel
def _find(
    data: Bytes, offsets: Offsets, ns: Int64Array, keys: UInt64Array, buckets: Int32Array, filters: UInt64Array
) -> tuple[Int32Array, npt.NDArray[np.int8], Int32Array, Int32Array, Int64Array, Int64Array]:
    most = most_words(longest(offsets))
    hashes, starts, stops = np.empty(most, np.uint64), np.empty(most, np.int32), np.empty(most, np.int32)
    form, edits = np.empty(2 * most, np.uint8), np.empty((64, 4), np.int64)
    filter_shift, bucket_shift = np.uint64(64), np.uint64(64)
    size = filters.shape[1]
    while size > 1:
        filter_shift -= _ONE
        size >>= 1
    size = buckets.shape[1] - 1
    while size > 1:
        bucket_shift -= _ONE
        size >>= 1

    room = 1024
    out_row, out_n, out_gram = np.empty(room, np.int32), np.empty(room, np.int8), np.empty(room, np.int32)
    out_word, out_start, out_end = np.empty(room, np.int32), np.empty(room, np.int64), np.empty(room, np.int64)
    filled = 0
    for row in range(len(offsets) - 1):
        form, size, edits, n_edits = form_row(data, offsets[row], offsets[row + 1], form, edits)
        if most_words(size) > len(hashes):
            most = 2 * most_words(size)
            hashes, starts, stops = np.empty(most, np.uint64), np.empty(most, np.int32), np.empty(most, np.int32)
        count = hash_words(form, 0, size, hashes, starts, stops)
        for place in range(len(ns)):
            n = ns[place]
            leaving = _power(n)
            first = filled
            h = np.uint64(0)
            for at in range(count):
                h = h * _BASE + hashes[at]
                if at < n - 1:
                    continue
                if at >= n:
                    h -= leaving * hashes[at - n]
                bits = filters[place, np.int64(h >> filter_shift)]
                if (bits >> (h & _63)) & (bits >> ((h >> _SIX) & _63)) & _ONE == 0:
                    continue
                bucket = np.int64(h >> bucket_shift)
                for gram in range(buckets[place, bucket], buckets[place, bucket + 1]):
                    if keys[gram] == h:
                        if filled == room:
                            room *= 2
                            out_row, out_n, out_gram = (
                                _grown(out_row, room),
                                _grown(out_n, room),
                                _grown(out_gram, room),
                            )
                            out_word = _grown(out_word, room)
                            out_start, out_end = _grown(out_start, room), _grown(out_end, room)
                        out_row[filled] = row
                        out_n[filled] = n
                        out_gram[filled] = gram
                        out_word[filled] = at - n + 1
                        out_start[filled] = starts[at - n + 1]
                        out_end[filled] = stops[at]
                        filled += 1
                        break
            if filled > first:
                to_source(edits, n_edits, offsets[row], out_start, first, filled, 0)
                to_source(edits, n_edits, offsets[row], out_end, first, filled, 1)
                _to_characters(data, offsets[row], out_start, first, filled)
                _to_characters(data, offsets[row], out_end, first, filled)
    return (
        out_row[:filled].copy(), out_n[:filled].copy(), out_gram[:filled].copy(),
        out_word[:filled].copy(), out_start[:filled].copy(), out_end[:filled].copy(),
    )  # fmt: skip


@kernel
def _count(rows: Int32Array, grams: Int32Array, last_row: Int32Array, documents: Int64Array) -> None:
    for i in range(len(rows)):
        gram = grams[i]
        if last_row[gram] != rows[i]:
            last_row[gram] = rows[i]
            documents[gram] += 1
