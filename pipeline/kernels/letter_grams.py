"""Hashed runs of letters: the features of the second opinion on languages (`pipeline.tag.neighbours`), and its sums.

A word is a run of letters (ASCII letters, and other characters except general punctuation and those above U+FFFF), with
apostrophes inside it; digits and signs part words. Its features are its runs of 1 to MAX_GRAM characters, with a mark
at both ends of the word, and the word itself; each is a hash of HASH_BITS bits. Texts are in small letters.
"""

import numpy as np
import numpy.typing as npt

from pipeline.kernels.arrow import Bytes, Offsets
from pipeline.kernels.compile import kernel
from pipeline.kernels.letter_runs import FNV_BASIS, FNV_PRIME, run_hashes
from pipeline.kernels.words import longest

MAX_GRAM = 4
HASH_BITS = 15

_MASK = np.uint32((1 << HASH_BITS) - 1)
_MAX_WORD = 250  # bytes; longer words are cut in pieces
_MARK, _APOSTROPHE = 0x5F, 0x27
_MIX = np.uint32(0x85EBCA6B)  # of MurmurHash3's finaliser
_FEW = 8  # labels, for which one sum at a time is quicker
_NO_OVERFLOW = 256  # sums of so many weights of at most 127 fit in 16 bits


@kernel
def _read_word(data: Bytes, at: int, end: int, word: Bytes) -> tuple[int, int]:
    """(its length with a mark at both ends, or 1 where there is none; the position behind it and what ended it)."""
    size, first = 1, at
    word[0] = _MARK
    while at < end and size < _MAX_WORD:
        byte = data[at]
        more = data[at + 1] if at + 1 < end else np.uint8(0)
        if byte < 0x80:
            letter = 97 <= (byte | 32) <= 122
            if not letter and not (byte == _APOSTROPHE and at > first - 1 and (97 <= more <= 122 or more >= 0x80)):
                break
            word[size] = byte
            size += 1
            at += 1
        elif byte == 0xE2 and more == 0x80 and at + 2 < end:  # general punctuation
            last = data[at + 2]
            if last == 0x99:
                word[size] = _APOSTROPHE
                size += 1
            elif last != 0x8C and last != 0x8D:  # what joins and parts letters is passed over
                break
            at += 3
        elif byte == 0xC2 or byte >= 0xF0 or (byte == 0xD8 and more == 0x8C):  # Latin-1 signs, emoji, Arabic comma
            break
        else:
            word[size] = byte
            size += 1
            at += 1
    if at < end and size < _MAX_WORD:
        at += 1
        while at < end and data[at] & 0xC0 == 0x80:
            at += 1
    if size > 1:
        word[size] = _MARK
        size += 1
    return size, at


@kernel
def _buckets(data: Bytes, at: int, end: int, word: Bytes, found: npt.NDArray[np.int64]) -> int:
    """Write the features of data[at:end]; returns their number, at most `_most` of its bytes."""
    count = 0
    while at < end:
        size, at = _read_word(data, at, end, word)
        if size == 1:
            continue
        count = run_hashes(word, size, 1, MAX_GRAM, False, found, count)
        h = FNV_BASIS
        for i in range(size):
            h = np.uint32((h ^ np.uint32(word[i])) * FNV_PRIME)
        found[count] = np.uint32(h * np.uint32(31) + np.uint32(7))
        count += 1
    for i in range(count):
        h = np.uint32(found[i])
        h = np.uint32((h ^ (h >> np.uint32(15))) * _MIX)
        found[i] = (h ^ (h >> np.uint32(13))) & _MASK
    return count


@kernel
def _most(size: int) -> int:
    """Features of so many bytes: a word of k has k + 2 places to start at, and a byte parts it from the next."""
    return (MAX_GRAM + 1) * 2 * (size + 1) + 16


@kernel
def gram_buckets(data: Bytes, offsets: Offsets) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
    """(features of all texts one after another, where those of each begin [n + 1])."""
    n = len(offsets) - 1
    found = np.empty(_most(len(data) + n), np.int32)
    starts = np.zeros(n + 1, np.int64)
    word = np.zeros(_MAX_WORD + 8, np.uint8)
    buckets = np.empty(_most(longest(offsets)), np.int64)
    for row in range(n):
        count = _buckets(data, int(offsets[row]), int(offsets[row + 1]), word, buckets)
        found[starts[row] : starts[row] + count] = buckets[:count]
        starts[row + 1] = starts[row] + count
    return found[: starts[n]].copy(), starts


@kernel
def gram_sums(
    data: Bytes, offsets: Offsets, weights: npt.NDArray[np.int8]
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """(sums of the features' weights int32 [n, labels], numbers of features [n]); `weights` are [buckets, labels]."""
    n, labels = len(offsets) - 1, weights.shape[1]
    sums, counts = np.zeros((n, labels), np.int32), np.zeros(n, np.int32)
    found = np.empty(_most(longest(offsets)), np.int64)
    word = np.zeros(_MAX_WORD + 8, np.uint8)
    some = np.empty(labels, np.int16)
    for row in range(n):
        count = _buckets(data, int(offsets[row]), int(offsets[row + 1]), word, found)
        counts[row] = count
        if labels <= _FEW:
            for label in range(labels):
                total = 0
                for i in range(count):
                    total += weights[found[i], label]
                sums[row, label] = total
            continue
        i = 0
        while i + 4 <= count:
            stop = min(i + _NO_OVERFLOW, count)
            some[:] = 0
            while i + 4 <= stop:
                a, b, c, d = found[i], found[i + 1], found[i + 2], found[i + 3]
                for label in range(labels):
                    some[label] += (np.int16(weights[a, label]) + np.int16(weights[b, label])) + (
                        np.int16(weights[c, label]) + np.int16(weights[d, label])
                    )
                i += 4
            for label in range(labels):
                sums[row, label] += some[label]
        while i < count:
            for label in range(labels):
                sums[row, label] += weights[found[i], label]
            i += 1
    return sums, counts


def warm_up() -> None:
    data, offsets = np.frombuffer(b"a line", np.uint8), np.array([0, 6], np.int32)
    offsets.flags.writeable = False
    gram_buckets(data, offsets)
    weights = np.zeros((1 << HASH_BITS, 2), np.int8)
    weights.flags.writeable = False  # as a model's are, which lie in its file's bytes
    gram_sums(data, offsets, weights)
