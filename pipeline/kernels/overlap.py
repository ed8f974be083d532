"""Tokens and shingles as the extraction scorer counts them, hashed: what gold text and page text have in common.

A token is a run of word characters (Python's `\\w`), or one character where the run would begin with kana, a Chinese
character or a Hangul syllable; a shingle is four neighbouring tokens, or all of a text with fewer. Hashes are of 64
bits, so that two different shingles of one page are taken for equal about once in 10^12 pages.
"""

import re
from functools import cache

import numpy as np
import numpy.typing as npt

from pipeline.kernels.arrow import Bytes
from pipeline.kernels.compile import kernel
from pipeline.kernels.unicode import next_character
from pipeline.kernels.words import mix

UInt64Array = npt.NDArray[np.uint64]
Int64Array = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

SHINGLE_TOKENS = 4

_OTHER, _WORD, _SINGLE = 0, 1, 2
_BASE = np.uint64(0x9E3779B97F4A7C1B)
_LETTERS_END = 0x40000
"""Behind the last plane with letters: what follows is unassigned, tags, variation selectors or private."""
_SINGLES = r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"


@cache
def character_kinds() -> Bytes:
    """uint8[0x110000]: what each code point is to a token, by the `re` of this Python, as the scorer has it."""
    characters = "".join(map(chr, range(_LETTERS_END)))
    kinds = np.zeros(0x110000, np.uint8)
    for pattern, kind in ((r"\w", _WORD), (_SINGLES, _SINGLE)):
        for run in re.finditer(f"(?:{pattern})+", characters):
            kinds[run.start() : run.end()] = kind
    kinds.flags.writeable = False
    return kinds


@kernel
def write_tokens(data: Bytes, begin: int, end: int, kinds: Bytes, out: UInt64Array) -> int:
    """Write the hash of each token of data[begin:end] (UTF-8); returns the count, at most end - begin."""
    n = 0
    at = begin
    code, size = 0, 0
    while at < end:
        code, size = next_character(data, at, end)
        at += size
        kind = kinds[code]
        if kind == _OTHER:
            continue
        hashed = np.uint64(code) + _BASE
        if kind == _WORD:
            while at < end:  # characters that begin a token of their own go on with one that has begun, as in `re`
                code, size = next_character(data, at, end)
                if kinds[code] == _OTHER:
                    break
                at += size
                hashed = hashed * _BASE + np.uint64(code)
        out[n] = mix(hashed)
        n += 1
    return n


@kernel
def _block_tokens(data: Bytes, start: Int64Array, end: Int64Array, kinds: Bytes) -> tuple[UInt64Array, Int64Array]:
    room = 0
    for i in range(len(start)):
        room += end[i] - start[i]
    out = np.empty(room, np.uint64)
    bounds = np.zeros(len(start) + 1, np.int64)
    filled = 0
    for i in range(len(start)):
        filled += write_tokens(data, start[i], end[i], kinds, out[filled:])
        bounds[i + 1] = filled
    return out[:filled].copy(), bounds


@kernel
def shingles(tokens: UInt64Array, size: int = SHINGLE_TOKENS) -> UInt64Array:
    """The hashes of all runs of `size` tokens, in order: one for fewer tokens than that, none for no tokens."""
    n = len(tokens)
    width = min(n, size)
    out = np.empty(0 if n == 0 else n - width + 1, np.uint64)
    for i in range(len(out)):
        hashed = np.uint64(width)  # three tokens are no shingle of four
        for k in range(i, i + width):
            hashed = mix(hashed * _BASE + tokens[k])
        out[i] = hashed
    return out


@kernel
def common(left: UInt64Array, right: UInt64Array) -> int:
    """How many items two sorted multisets have in common."""
    n, i, k = 0, 0, 0
    while i < len(left) and k < len(right):
        if left[i] == right[k]:
            n += 1
            i += 1
            k += 1
        elif left[i] < right[k]:
            i += 1
        else:
            k += 1
    return n


@kernel
def selected_tokens(tokens: UInt64Array, bounds: Int64Array, keep: BoolArray) -> UInt64Array:
    """The tokens of the blocks with `keep`, behind each other: those of a text in which white space parts blocks."""
    size = 0
    for i in range(len(keep)):
        if keep[i]:
            size += bounds[i + 1] - bounds[i]
    out = np.empty(size, np.uint64)
    filled = 0
    for i in range(len(keep)):
        if keep[i]:
            for k in range(bounds[i], bounds[i + 1]):
                out[filled] = tokens[k]
                filled += 1
    return out


def block_tokens(text: Bytes, start: npt.ArrayLike, end: npt.ArrayLike) -> tuple[UInt64Array, Int64Array]:
    """(token hashes of all blocks, bounds int64[n + 1]): those of block i, text[start[i]:end[i]], are
    tokens[bounds[i]:bounds[i + 1]]. No token goes over the border of a block.
    """
    data = text.view()
    data.flags.writeable = False  # so that the kernel is compiled for one type alone
    return _block_tokens(data, np.asarray(start, np.int64), np.asarray(end, np.int64), character_kinds())


def text_tokens(text: bytes) -> UInt64Array:
    """The token hashes of a whole text, UTF-8."""
    return block_tokens(np.frombuffer(text, np.uint8), [0], [len(text)])[0]


def sorted_shingles(tokens: UInt64Array) -> UInt64Array:
    """The multiset of shingles, as `common` reads it."""
    return np.sort(shingles(tokens))


def warm_up() -> None:
    tokens = text_tokens(b"a")
    common(sorted_shingles(tokens), sorted_shingles(tokens))
    selected_tokens(tokens, np.array([0, 1]), np.array([True]))
