"""Shingles of a text: the hashes of all runs of `ngram` neighbouring words, or of characters.

- `WORDS`: the words of the kind MATCHING (kernels.words): folded case, no punctuation; a cluster a word in scripts
  without spaces.
- `CHARACTERS`: the characters of those words, and one blank wherever white space or symbols stand between two words.
  Between two clusters of scripts without spaces there is none, so that wrapped lines do not differ.

A text with fewer units than `ngram` has one shingle, made of all it has; a text without words has none.
"""

import numpy as np
import numpy.typing as npt

from pipeline.kernels.arrow import Bytes, Offsets
from pipeline.kernels.compile import kernel
from pipeline.kernels.unicode import byte_at, class_of, fold_case, next_character
from pipeline.kernels.unicode_rules import EXTENDS, FORMAT, SPACE, SYMBOL, UNSPACED
from pipeline.kernels.word_hashes import ASCII_END, ASCII_FOLDED, hash_words, most_words
from pipeline.kernels.words import mix

UInt64Array = npt.NDArray[np.uint64]
Int64Array = npt.NDArray[np.int64]

WORDS = 0
CHARACTERS = 1

_BLANK = np.uint64(0x20)
# Of polynomials modulo 2^64: odd, and 3 modulo 8, so that differences of its powers lose as few bits as possible.
BASE = np.uint64(0x9E3779B97F4A7C1B)
_ONE, _ZERO = np.uint64(1), np.uint64(0)


@kernel
def most_units(data_size: int, kind: int) -> int:
    """The most words or characters, as hashed here, of a text of that many bytes."""
    return most_words(data_size) if kind == WORDS else data_size + 1


@kernel
def write_units(data: Bytes, begin: int, end: int, kind: int, units: UInt64Array) -> int:
    """Write a number for each word (its hash) or character of data[begin:end]; returns the count."""
    if kind == WORDS:
        return hash_words(data, begin, end, units, None, None)
    return write_characters(data, begin, end, units)


@kernel
def write_characters(data: Bytes, begin: int, end: int, units: UInt64Array) -> int:
    """Write each character, as `CHARACTERS` has them, as its folded code point; returns the count."""
    n = 0
    separated = True  # whether white space or symbols, or the beginning, stand before
    unspaced = False  # whether the character before is of a script without spaces
    at = begin
    while at < end:
        byte = byte_at(data, at)
        if byte < ASCII_END:
            folded = ASCII_FOLDED[byte]
            at += 1
            if folded == 0:
                separated = True
                continue
            if separated and n > 0:
                units[n] = _BLANK
                n += 1
            separated = unspaced = False
            units[n] = folded
            n += 1
            continue
        code, size = next_character(data, at, end)
        at += size
        is_a = class_of(code)
        if is_a & (SPACE | SYMBOL):
            separated = True
            continue
        if is_a & FORMAT or (is_a & EXTENDS and separated):
            continue
        was_unspaced = unspaced
        unspaced = is_a & UNSPACED != 0 or (is_a & EXTENDS != 0 and was_unspaced)
        if separated and n > 0 and not (was_unspaced and unspaced):
            units[n] = _BLANK
            n += 1
        separated = False
        units[n] = np.uint64(fold_case(code))
        n += 1
    return n


@kernel
def power(ngram: int) -> np.uint64:
    """What the oldest unit of a shingle is multiplied by."""
    out = _ONE
    for _ in range(ngram - 1):
        out *= BASE
    return out


@kernel
def shingle_in_place(units: UInt64Array, n: int, ngram: int, oldest: np.uint64) -> int:
    """Replace n units by the 64-bit hashes of their shingles; returns the count. `oldest` comes from `power`.

    A rolling polynomial of the units, modulo 2^64, mixed: the cost does not depend on `ngram`.
    """
    if n == 0:
        return 0
    rolling = _ZERO
    first = min(n, ngram)
    for i in range(first):
        rolling = rolling * BASE + units[i]
    for i in range(first, n):
        gone = units[i - ngram] * oldest
        units[i - ngram] = mix(rolling)
        rolling = (rolling - gone) * BASE + units[i]
    units[n - first] = mix(rolling)
    return n - first + 1


@kernel
def shingle_sets(data: Bytes, offsets: Offsets, kind: int, ngram: int, repeats: bool) -> tuple[UInt64Array, Int64Array]:
    """The sorted shingle hashes of each row, behind each other, and int64[n + 1] where each row's begin.

    Distinct ones, or with `repeats` each as often as it occurs.
    """
    n = len(offsets) - 1
    room = 0
    for row in range(n):
        room += most_units(offsets[row + 1] - offsets[row], kind)
    out = np.empty(room, np.uint64)
    bounds = np.zeros(n + 1, np.int64)
    oldest = power(ngram)
    filled = 0
    for row in range(n):
        own = out[filled:]
        count = shingle_in_place(own, write_units(data, offsets[row], offsets[row + 1], kind, own), ngram, oldest)
        own[:count].sort()
        distinct = 0
        for i in range(count):
            if repeats or i == 0 or own[i] != own[distinct - 1]:
                own[distinct] = own[i]
                distinct += 1
        filled += distinct
        bounds[row + 1] = filled
    return out[:filled], bounds  # what is not filled was never touched and takes no memory


def warm_up() -> None:
    data, offsets = np.zeros(1, np.uint8), np.zeros(2, np.int32)
    data.flags.writeable = offsets.flags.writeable = False
    shingle_sets(data, offsets, WORDS, 2, False)
