"""What a word is: one scanner over UTF-8 bytes, with two named kinds.

`RULES`, for the published rule filters, whose thresholds were set on tokens in which punctuation counts:
- whitespace separates words; a run of one repeated symbol ("...", "--", "!!") is a word, a symbol word;
- . , @ _ : / & ( ) [ ] stay inside a word between two word characters ("3.5", "a@b.org", "and/or", "R&D", "f(x"), the
  hyphen does not;
- any of - + . @ / \\ in front of a word character and behind white space begins the word ("-1", "@name", "/usr");
- ' and ’ between two word characters begin a word that they belong to ("don't" is "don" and "'t");
- the full stop of an initial stays with it ("J.", "U.S."); from "://" a word runs on to the next whitespace;
- case is kept.
Under the same rules as with spaCy's English tokens (datatrove), this gives 98.7 % equal decisions on Gopher's quality
rules, of which the share of words with a letter is the touchy one: benchmarks/peers/gopher.py.

`MATCHING`, for comparing texts (shingles, n-grams): runs of letters, digits and marks, in folded case, without
symbols and invisible characters.

Scripts that set no spaces between words (Chinese, Japanese, Thai, Lao, Khmer, Burmese): in both kinds every
orthographic cluster is a word: a Han character, a kana, or a consonant with its vowel signs and marks. So n-grams of
words are character n-grams there, and word counts are character counts: about 1.5 times the words that a dictionary
would find in Chinese, 3 times in Thai. The flag `UNSPACED_WORD` tells clusters apart. The length of a cluster says
nothing about prose: Gopher's mean word length leaves clusters out and is not judged where they are the majority, and
its n-grams span two clusters a word there.
"""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.kernels.arrow import Bytes, Offsets, string_buffers
from pipeline.kernels.compile import kernel
from pipeline.kernels.unicode import byte_at, class_of, fold_case, next_character
from pipeline.kernels.unicode_rules import ALPHA, EXTENDS, FORMAT, JOINS_NEXT, SPACE, SYMBOL, UNSPACED

UInt64Array = npt.NDArray[np.uint64]
Int32Array = npt.NDArray[np.int32]

RULES = 0
MATCHING = 1

# Bits of a word's flags.
ALPHA_WORD = 1  # has a letter
SYMBOL_WORD = 2  # is a run of one symbol
UNSPACED_WORD = 4  # is a cluster of a script without spaces

# What the open word is while scanning.
_NONE, _WORD, _SYMBOLS, _CLUSTER, _ADDRESS = 0, 1, 2, 3, 4

_NO_WORD_CHARACTER = SPACE | SYMBOL | UNSPACED | EXTENDS | FORMAT
_BLANK, _DOT, _COLON, _SLASH, _APOSTROPHE, _CURLY_APOSTROPHE = 0x20, 0x2E, 0x3A, 0x2F, 0x27, 0x2019

# ASCII letters (3) and digits (2) of words, and ASCII in folded case.
_ASCII_WORD = np.array([(2 | chr(c).isalpha()) if c < 128 and chr(c).isalnum() else 0 for c in range(256)], np.uint8)
_ASCII_FOLD = np.array([ord(chr(c).lower()) if c < 128 else c for c in range(256)], np.uint8)

WORD_SEED = np.uint64(0x9E3779B97F4A7C15)
WORD_PRIME = np.uint64(0x9FB21C651E98DF25)
# The finaliser of MurmurHash3 (Appleby): every input bit reaches every output bit.
_MIX_1, _MIX_2, _33 = np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53), np.uint64(33)


@kernel
def mix(h: np.uint64) -> np.uint64:
    """A bijection of 64-bit words in which every input bit reaches every output bit."""
    h = (h ^ (h >> _33)) * _MIX_1
    h = (h ^ (h >> _33)) * _MIX_2
    return h ^ (h >> _33)


@kernel
def _stays_inside(code: int) -> bool:
    return code in (0x2E, 0x2C, 0x40, 0x5F, 0x3A, 0x2F, 0x26, 0x28, 0x29, 0x5B, 0x5D)


@kernel
def _may_begin(code: int) -> bool:
    return code in (0x2D, 0x2B, 0x2E, 0x40, 0x2F, 0x5C)


@kernel
def _is_word_character(data: Bytes, at: int, end: int) -> bool:
    if at >= end:
        return False
    code, _ = next_character(data, at, end)
    return class_of(code) & _NO_WORD_CHARACTER == 0


@kernel
def _is_initial(data: Bytes, start: int, last: int, last_at: int) -> bool:
    """Whether the last character of a word that began at `start` is a letter alone, or alone behind a full stop."""
    return (last_at == start or data[last_at - 1] == _DOT) and class_of(last) & ALPHA != 0


@kernel
def _begins_address(data: Bytes, at: int, end: int) -> bool:
    """Whether "//" and one more visible character follow."""
    if at + 2 >= end or data[at] != _SLASH or data[at + 1] != _SLASH:
        return False
    code, _ = next_character(data, at + 2, end)
    return class_of(code) & SPACE == 0


@kernel
def scan_words(
    data: Bytes,
    begin: int,
    end: int,
    kind: int,
    starts: Int32Array,
    stops: Int32Array,
    chars: Int32Array,
    flags: Bytes,
    hashes: UInt64Array,
) -> int:
    """Write one entry a word of data[begin:end] to the five arrays (each end - begin long or more); returns the count.

    `starts` and `stops` are byte positions in `data`, `chars` code points, `hashes` 64-bit hashes of the characters
    (folded, for MATCHING). Bytes that are no UTF-8 count as U+FFFD each.
    """
    n = 0
    open_as = _NONE
    h = WORD_SEED
    length = 0
    bits = 0
    start = begin
    last, last_at = 0, begin  # the character before that is no mark, and where it stands
    joins = False
    at = begin
    while at <= end:
        if open_as == _WORD:  # the rest of a run of ASCII letters and digits, and the next one behind a single space
            run = at
            while at < end:
                byte = byte_at(data, at)
                is_word = _ASCII_WORD[byte]
                if is_word == 0:
                    break
                bits |= is_word & ALPHA_WORD
                h = (h ^ np.uint64(_ASCII_FOLD[byte] if kind == MATCHING else byte)) * WORD_PRIME
                at += 1
            length += at - run
            if at > run:
                last_at = at - 1
                last = byte_at(data, last_at)
            if at + 1 < end and byte_at(data, at) == _BLANK and _ASCII_WORD[byte_at(data, at + 1)] != 0:
                starts[n] = start
                stops[n] = at
                chars[n] = length
                flags[n] = bits
                hashes[n] = mix(h)
                n += 1
                at += 1
                start = at
                h = WORD_SEED
                length = 0
                bits = 0
                continue
        if at < end:
            code, size = next_character(data, at, end)
            is_a = class_of(code)
        else:
            code, size, is_a = _BLANK, 1, SPACE  # closes the last word

        # Whether the character goes on with the open word, and if not, as what it opens the next.
        goes_on = False
        opens = _NONE
        if is_a & SPACE:
            pass
        elif open_as == _ADDRESS:
            goes_on = True
        elif is_a & SYMBOL:
            if kind == RULES:
                opens = _SYMBOLS
                if open_as == _NONE:
                    if _may_begin(code) and _is_word_character(data, at + size, end):
                        opens = _WORD
                elif open_as == _SYMBOLS:
                    goes_on = code == last
                elif open_as == _WORD and last != _DOT:  # an initial's full stop ends what symbols can be inside of
                    if code == _DOT and _is_initial(data, start, last, last_at):
                        goes_on = at + 1 == end or data[at + 1] != _DOT
                    if goes_on:
                        pass
                    elif code == _COLON and _begins_address(data, at + 1, end):
                        open_as = _ADDRESS
                        goes_on = True
                    elif _stays_inside(code):
                        goes_on = _is_word_character(data, at + size, end)
                    elif code in (_APOSTROPHE, _CURLY_APOSTROPHE) and _is_word_character(data, at + size, end):
                        opens = _WORD
        elif is_a & FORMAT:
            if kind == MATCHING:
                at += size
                continue
            goes_on = open_as != _NONE
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
                starts[n] = start
                stops[n] = at
                chars[n] = length
                flags[n] = bits
                hashes[n] = mix(h)
                n += 1
            open_as = opens
            if opens == _NONE:
                at += size
                continue
            start = at
            h = WORD_SEED
            length = 0
            bits = SYMBOL_WORD if opens == _SYMBOLS else UNSPACED_WORD if opens == _CLUSTER else 0

        if is_a & ALPHA:
            bits |= ALPHA_WORD
        if is_a & FORMAT == 0:
            joins = is_a & JOINS_NEXT != 0
            if is_a & EXTENDS == 0:
                last, last_at = code, at
        h = (h ^ np.uint64(fold_case(code) if kind == MATCHING else code)) * WORD_PRIME
        length += 1
        at += size
    return n


@kernel
def longest(offsets: Offsets) -> int:
    """Bytes of the longest row."""
    most = 0
    for row in range(len(offsets) - 1):
        most = max(most, offsets[row + 1] - offsets[row])
    return most


@kernel
def _scan_one(data: Bytes, begin: int, end: int, kind: int) -> tuple[Int32Array, Int32Array, Bytes]:
    most = end - begin
    starts, stops, chars = np.empty(most, np.int32), np.empty(most, np.int32), np.empty(most, np.int32)
    flags, hashes = np.empty(most, np.uint8), np.empty(most, np.uint64)
    n = scan_words(data, begin, end, kind, starts, stops, chars, flags, hashes)
    return starts[:n], stops[:n], flags[:n]


def split_words(text: str, kind: int) -> list[str]:
    """The words of one text, as written. For tests, messages and parameters; kernels call `scan_words`."""
    data, offsets = string_buffers(pa.array([text], pa.string()))
    starts, stops, _ = _scan_one(data, offsets[0], offsets[1], kind)
    raw = data.tobytes()
    return [raw[start:stop].decode() for start, stop in zip(starts.tolist(), stops.tolist())]


def word_hashes(words: tuple[str, ...], kind: int) -> UInt64Array:
    """The hash of each word as `scan_words` gives it. Raises ValueError for what it would not see as one word."""
    for word in words:
        if split_words(word, kind) != [word]:
            raise ValueError(f"{word!r} is not one word but {split_words(word, kind)}; list its parts or leave it out")
    data, offsets = string_buffers(pa.array(words, pa.string()))
    return _hash_each(data, offsets, kind)


@kernel
def _hash_each(data: Bytes, offsets: Offsets, kind: int) -> UInt64Array:
    out = np.empty(len(offsets) - 1, np.uint64)
    most = len(data)
    starts, stops, chars = np.empty(most, np.int32), np.empty(most, np.int32), np.empty(most, np.int32)
    flags, hashes = np.empty(most, np.uint8), np.empty(most, np.uint64)
    for row in range(len(offsets) - 1):
        scan_words(data, offsets[row], offsets[row + 1], kind, starts, stops, chars, flags, hashes)
        out[row] = hashes[0]
    return out
