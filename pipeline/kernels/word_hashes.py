"""The hashes of a text's words, and nothing else: the scanner for comparing texts.

Words are those of `words.scan_words` of the kind MATCHING, with the same hashes; leaving out what shingles and n-grams
do not ask for makes this several times faster.
"""

import numpy as np
import numpy.typing as npt

from pipeline.kernels.arrow import Bytes
from pipeline.kernels.compile import kernel
from pipeline.kernels.unicode import byte_at, class_of, fold_case, next_character
from pipeline.kernels.unicode_rules import EXTENDS, FORMAT, JOINS_NEXT, SPACE, SYMBOL, UNSPACED
from pipeline.kernels.words import WORD_PRIME, WORD_SEED, mix

UInt64Array = npt.NDArray[np.uint64]
Int32Array = npt.NDArray[np.int32]

_NONE, _WORD, _CLUSTER = 0, 1, 2
_BLANK = 0x20
ASCII_END = 0x80

# ASCII letters and digits in folded case; 0 for all that ends a word and for bytes of longer characters.
ASCII_FOLDED = np.array([ord(chr(c).lower()) if c < 128 and chr(c).isalnum() else 0 for c in range(256)], np.uint64)


@kernel
def most_words(size: int) -> int:
    """The most words that `size` bytes can hold: words of ASCII need something between them, clusters are longer."""
    return size // 2 + 1


@kernel
def hash_words(
    data: Bytes, begin: int, end: int, hashes: UInt64Array, starts: Int32Array | None, stops: Int32Array | None
) -> int:
    """Write the hash of each MATCHING word of data[begin:end] to `hashes`; returns the count.

    `starts` and `stops`, both arrays or both None, take the words' byte positions in `data`, equal to those of
    `scan_words`. Each array has `most_words(end - begin)` elements or more.
    """
    n = 0
    open_as = _NONE
    h = WORD_SEED
    start = begin
    joins = False
    at = begin
    while True:
        if open_as != _CLUSTER:
            run = at
            while at < end:
                folded = ASCII_FOLDED[byte_at(data, at)]
                if folded == 0:
                    break
                h = (h ^ folded) * WORD_PRIME
                at += 1
            if at > run and open_as == _NONE:
                open_as = _WORD
                start = run
        byte = byte_at(data, at) if at < end else _BLANK
        if byte < ASCII_END and ASCII_FOLDED[byte] == 0:  # the end of the text, too, closes the last word
            if open_as != _NONE:
                hashes[n] = mix(h)
                if starts is not None and stops is not None:
                    starts[n] = start
                    stops[n] = at
                n += 1
                open_as = _NONE
                h = WORD_SEED
            if at >= end:
                return n
            at += 1
            continue

        code, size = next_character(data, at, end)
        is_a = class_of(code)
        goes_on = False
        opens = _NONE
        if is_a & (SPACE | SYMBOL):
            pass
        elif is_a & FORMAT:
            at += size
            continue
        elif is_a & EXTENDS:
            goes_on = open_as != _NONE
        elif is_a & UNSPACED:
            goes_on = open_as == _CLUSTER and joins
            opens = _CLUSTER
        else:
            goes_on = open_as == _WORD
            opens = _WORD

        if not goes_on:
            if open_as != _NONE:
                hashes[n] = mix(h)
                if starts is not None and stops is not None:
                    starts[n] = start
                    stops[n] = at
                n += 1
            open_as = opens
            h = WORD_SEED
            if opens == _NONE:
                at += size
                continue
            start = at
        joins = is_a & JOINS_NEXT != 0
        h = (h ^ np.uint64(fold_case(code))) * WORD_PRIME
        at += size
