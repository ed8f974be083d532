"""fastText's linear classifier of two classes, in integers: the same score on every processor.

With two classes and a softmax, fastText's probability (Joulin et al. 2016, arXiv:1607.01759) is the logistic function
of the mean over a line's features (its words, the end of the line, and hashed n-grams of both) of one number a
feature. Those numbers are rounded once to multiples of 1/ONE; the sums are integers.
"""

import numpy as np
import numpy.typing as npt

from pipeline.kernels.arrow import Bytes, Offsets
from pipeline.kernels.compile import kernel

Int32Array = npt.NDArray[np.int32]
Int64Array = npt.NDArray[np.int64]

ONE = 1 << 20

_BLANK = 0x20
# FNV-1a, 32 bits; and the multiplier of n-gram hashes (fastText, src/dictionary.cc).
_FNV_BASIS, _FNV_PRIME, _32_BITS = np.uint64(2166136261), np.uint64(16777619), np.uint64(0xFFFFFFFF)
_SIGN = np.uint64(0xFFFFFF00)
_NGRAM = np.uint64(116049371)
_SIGN_64 = np.uint64(0xFFFFFFFF00000000)


@kernel
def hash_word(data: Bytes, start: int, stop: int) -> np.uint64:
    """fastText's 32-bit hash of a word: FNV-1a over signed bytes."""
    h = _FNV_BASIS
    for at in range(start, stop):
        h = _hash_byte(h, data[at])
    return h


@kernel
def _hash_byte(h: np.uint64, byte: np.uint8) -> np.uint64:
    widened = np.uint64(byte)
    if widened >= np.uint64(128):
        widened |= _SIGN
    return ((h ^ widened) * _FNV_PRIME) & _32_BITS


@kernel
def find_word(
    words: Bytes, bounds: Int64Array, table: Int32Array, data: Bytes, start: int, stop: int, h: np.uint64
) -> tuple[int, int]:
    """(number of the word data[start:stop], or -1; its slot in the table). Word i is words[bounds[i]:bounds[i + 1]]."""
    mask = len(table) - 1
    slot = int(h) & mask
    while table[slot] >= 0:
        word = int(table[slot])
        first = bounds[word]
        if bounds[word + 1] - first == stop - start:
            same = True
            for i in range(stop - start):
                if words[first + i] != data[start + i]:
                    same = False
                    break
            if same:
                return word, slot
        slot = (slot + 1) & mask
    return -1, slot


@kernel
def word_table(words: Bytes, bounds: Int64Array) -> Int32Array:
    """Word numbers by hash, -1 where there is none, at a load of at most one half."""
    count = len(bounds) - 1
    size = 16
    while size < 2 * count:
        size *= 2
    table = np.full(size, -1, np.int32)
    for word in range(count):
        start, stop = int(bounds[word]), int(bounds[word + 1])
        found, slot = find_word(words, bounds, table, words, start, stop, hash_word(words, start, stop))
        if found < 0:
            table[slot] = word
    return table


@kernel
def read_entries(data: Bytes, at: int, count: int) -> tuple[int, Int64Array, Int64Array, Bytes]:
    """(position behind, starts, stops, types) of `count` dictionary entries of a model file; -1 where it ends early.

    An entry is a word, a zero, a count of eight bytes and a type of one.
    """
    starts, stops = np.zeros(count, np.int64), np.zeros(count, np.int64)
    types = np.zeros(count, np.uint8)
    for entry in range(count):
        starts[entry] = at
        while at < len(data) and data[at] != 0:
            at += 1
        stops[entry] = at
        at += 10
        if at > len(data):
            return -1, starts, stops, types
        types[entry] = data[at - 1]
    return at, starts, stops, types


@kernel
def sum_features(
    data: Bytes,
    offsets: Offsets,
    words: Bytes,
    bounds: Int64Array,
    table: Int32Array,
    values: Int32Array,
    end_of_line: int,
    end_hash: np.uint64,
    buckets: int,
    ngram: int,
) -> tuple[Int64Array, Int32Array]:
    """(sum of values, number of features) of each row of plain words; (0, 0) where there are no words.

    `values` holds one number a word, then one a bucket of n-grams. `end_of_line` is the number of the word that ends
    every line, -1 where the model has none.
    """
    n = len(offsets) - 1
    totals, counts = np.zeros(n, np.int64), np.zeros(n, np.int32)
    longest = 0
    for row in range(n):
        longest = max(longest, offsets[row + 1] - offsets[row])
    hashes = np.empty(longest // 2 + 2, np.uint64)
    n_words = len(bounds) - 1
    for row in range(n):
        at, end = int(offsets[row]), int(offsets[row + 1])
        length, total, count = 0, 0, 0
        while at < end:
            if data[at] == _BLANK:
                at += 1
                continue
            start = at
            h = _FNV_BASIS
            while at < end and data[at] != _BLANK:  # as `hash_word`, which would go over the word once more
                h = _hash_byte(h, data[at])
                at += 1
            word, _ = find_word(words, bounds, table, data, start, at, h)
            if word >= 0:
                total += values[word]
                count += 1
            hashes[length] = _signed(h)
            length += 1
        if length == 0:
            continue
        if end_of_line >= 0:
            total += values[end_of_line]
            count += 1
        hashes[length] = _signed(end_hash)
        length += 1
        for i in range(length if buckets > 0 else 0):
            h = hashes[i]
            for j in range(i + 1, min(length, i + ngram)):
                h = h * _NGRAM + hashes[j]
                total += values[n_words + np.int64(h % np.uint64(buckets))]
                count += 1
        totals[row], counts[row] = total, count
    return totals, counts


@kernel
def _signed(h: np.uint64) -> np.uint64:
    """A 32-bit hash as fastText widens it: as a signed number."""
    return h | _SIGN_64 if h & np.uint64(0x80000000) else h


@kernel
def steps_of(totals: Int64Array, counts: Int32Array, limits: Int64Array) -> Int32Array:
    """How many of the sorted `limits` (multiples of 1/ONE) each row's mean reaches; 0 for rows without features."""
    steps = np.zeros(len(totals), np.int32)
    for row in range(len(totals)):
        low, high = 0, len(limits) if counts[row] else 0
        while low < high:
            middle = (low + high) // 2
            if totals[row] >= limits[middle] * counts[row]:
                low = middle + 1
            else:
                high = middle
        steps[row] = low
    return steps


def warm_up() -> None:
    words = np.frombuffer(b"a</s>", np.uint8)
    bounds = np.array([0, 1, 5], np.int64)
    table = word_table(words, bounds)
    line, offsets = np.frombuffer(b"a a", np.uint8), np.array([0, 3], np.int32)
    offsets.flags.writeable = False
    values = np.zeros(3, np.int32)
    summed = sum_features(line, offsets, words, bounds, table, values, 1, hash_word(words, 1, 5), 1, 2)
    steps_of(*summed, np.zeros(1, np.int64))
    read_entries(line, 0, 0)
