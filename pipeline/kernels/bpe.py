"""Byte-level BPE with GPT-2's pattern on Arrow buffers: words as the pattern cuts them, then merges, lowest rank first.

A word that is a token is looked up whole. Texts with a character that this Python's Unicode does not know, or with a
word of more than MAX_WORD_BYTES bytes, are left to a library.
"""

import io
import unicodedata
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.kernels.arrow import Bytes, Offsets
from pipeline.kernels.compile import kernel
from pipeline.kernels.unicode import byte_at, next_character

Int32Array = npt.NDArray[np.int32]
Int64Array = npt.NDArray[np.int64]
UInt64Array = npt.NDArray[np.uint64]

MAX_WORD_BYTES = 512  # the work on a word grows with the square of its length
_UNSURE, _LETTER, _NUMBER, _SPACE, _OTHER = range(5)
_WHITE_SPACE = (*range(9, 14), 32, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000)
_ASSIGNED_END = 0x40000  # behind the last plane with letters; what follows is rare, and left to a library
_QUOTE, _BLANK = ord("'"), ord(" ")
_S, _D, _M, _T, _L, _V, _R, _E = b"sdmtlvre"
_NONE = np.int32(0x7FFFFFFF)
_FREE = np.uint64(0xFFFFFFFFFFFFFFFF)
_MIX = np.uint64(0x9E3779B97F4A7C15)


class Ranks(NamedTuple):
    """A vocabulary that is ready to encode with: ids are ranks."""

    of_byte: Int32Array  # [256]
    text: Bytes  # the bytes of all tokens, behind each other
    ends: Int64Array  # [tokens + 1]: token t is text[ends[t]:ends[t + 1]]
    ids: Int32Array  # [tokens]
    words: Int32Array  # hash table of tokens by their bytes, -1 where free
    pairs: UInt64Array  # hash table of mergeable pairs, (left id << 32) + right id
    merged: Int32Array  # what each pair becomes


@cache
def character_classes() -> Bytes:
    """uint8 [0x110000]: letter, number, white space or other, as the pattern tells them apart."""
    kinds = dict.fromkeys("MPSZC", _OTHER) | {"L": _LETTER, "N": _NUMBER}
    classes = np.zeros(0x110000, np.uint8)
    for code in range(_ASSIGNED_END):
        category = unicodedata.category(chr(code))
        if category not in ("Cn", "Cs"):
            classes[code] = kinds[category[0]]
    classes[list(_WHITE_SPACE)] = _SPACE
    classes.flags.writeable = False
    return classes


def ranks(tokens: dict[bytes, int], merges: list[tuple[int, int, int]]) -> Ranks:
    """Tokens with their ids, among them all 256 bytes; and merges as ids (left, right, merged)."""
    text = np.frombuffer(b"".join(tokens), np.uint8)
    ends = np.zeros(len(tokens) + 1, np.int64)
    np.cumsum([len(token) for token in tokens], out=ends[1:])
    ids = np.array(list(tokens.values()), np.int32)
    of_byte = np.array([tokens[bytes([byte])] for byte in range(256)], np.int32)
    words, pairs, merged = _tables(text, ends, np.array(merges, np.int64).reshape(-1, 3))
    return Ranks(of_byte, text, ends, ids, words, pairs, merged)


def to_bytes(known: Ranks) -> bytes:
    """The arrays one after the other, as numpy saves them."""
    out = io.BytesIO()
    for array in known:
        np.save(out, array, allow_pickle=False)
    return out.getvalue()


def from_bytes(data: bytes) -> Ranks:
    """What `to_bytes` wrote."""
    stream = io.BytesIO(data)
    known = Ranks(*(np.load(stream, allow_pickle=False) for _ in Ranks._fields))
    known.text.flags.writeable = False  # the type that kernels are compiled for
    return known


@kernel
def _hash(data: Bytes, begin: int, end: int) -> int:
    value = np.uint64(end - begin)
    for at in range(begin, end):
        value = (value ^ np.uint64(byte_at(data, at))) * _MIX
    return np.int64((value ^ (value >> np.uint64(32))) & np.uint64(0x7FFFFFFF))  # type: ignore[return-value]


@kernel
def _pair_slot(pairs: UInt64Array, left: int, right: int) -> int:
    """Where a pair stands, or the free place for it."""
    key = (np.uint64(left) << np.uint64(32)) | np.uint64(right)
    mask = np.int64(pairs.size - 1)
    slot = np.int64((key * _MIX) >> np.uint64(33)) & mask
    while pairs[slot] != key and pairs[slot] != _FREE:
        slot = (slot + 1) & mask
    return slot  # type: ignore[return-value]


@kernel
def _tables(text: Bytes, ends: Int64Array, merges: Int64Array) -> tuple[Int32Array, UInt64Array, Int32Array]:
    size = 1024
    while size < 4 * ends.size or size < 4 * len(merges):
        size *= 2
    words, pairs, merged = np.full(size, -1, np.int32), np.full(size, _FREE, np.uint64), np.zeros(size, np.int32)
    for token in range(ends.size - 1):
        slot = _hash(text, ends[token], ends[token + 1]) & (size - 1)
        while words[slot] >= 0:
            slot = (slot + 1) & (size - 1)
        words[slot] = token
    for i in range(len(merges)):
        slot = _pair_slot(pairs, merges[i, 0], merges[i, 1])
        pairs[slot] = (np.uint64(merges[i, 0]) << np.uint64(32)) | np.uint64(merges[i, 1])
        merged[slot] = merges[i, 2]
    return words, pairs, merged


@kernel
def _whole(known: Ranks, data: Bytes, begin: int, end: int) -> int:
    """The id of a word that is a token, else -1."""
    mask = known.words.size - 1
    slot = _hash(data, begin, end) & mask
    while known.words[slot] >= 0:
        token = known.words[slot]
        first = known.ends[token]
        if known.ends[token + 1] - first == end - begin:
            k = 0
            while k < end - begin and known.text[first + k] == data[begin + k]:
                k += 1
            if k == end - begin:
                return int(known.ids[token])
        slot = (slot + 1) & mask
    return -1


@kernel
def _merged(known: Ranks, left: int, right: int) -> int:
    slot = _pair_slot(known.pairs, left, right)
    return int(known.merged[slot] if known.pairs[slot] != _FREE else _NONE)


@kernel
def _merge(known: Ranks, data: Bytes, begin: int, end: int, parts: Int32Array, next_: Int32Array) -> int:
    """Write the ids of a word to `parts`; returns how many. next_[k] is what parts k and k + 1 become."""
    n = end - begin
    for k in range(n):
        parts[k] = known.of_byte[data[begin + k]]
    for k in range(n - 1):
        next_[k] = _merged(known, parts[k], parts[k + 1])
    while n > 1:
        best = 0
        for k in range(1, n - 1):
            if next_[k] < next_[best]:
                best = k
        if next_[best] == _NONE:
            break
        parts[best] = next_[best]
        n -= 1
        for k in range(best + 1, n):
            parts[k] = parts[k + 1]
            next_[k - 1] = next_[k]
        if best > 0:
            next_[best - 1] = _merged(known, parts[best - 1], parts[best])
        if best < n - 1:
            next_[best] = _merged(known, parts[best], parts[best + 1])
    return n


@kernel
def _word_end(data: Bytes, begin: int, end: int, classes: Bytes) -> int:
    """Where the word that begins at data[begin] ends; -1 at a character of unknown class."""
    first = byte_at(data, begin)
    if first == _QUOTE and begin + 1 < end:
        second = byte_at(data, begin + 1)
        if second in (_S, _D, _M, _T):
            return begin + 2
        if begin + 2 < end:
            third = byte_at(data, begin + 2)
            if (second == _L and third == _L) or (third == _E and second in (_V, _R)):
                return begin + 3
    at = begin
    code, size = next_character(data, at, end)
    kind = classes[code]
    if first == _BLANK and begin + 1 < end:
        code, after = next_character(data, begin + 1, end)
        if classes[code] != _SPACE:  # one blank belongs to the word behind it
            at, size, kind = begin + 1, after, classes[code]
    if kind == _UNSURE:
        return -1
    last = at
    while True:
        last = at
        at += size
        if at >= end:
            return at
        code, size = byte_at(data, at), 1
        if code >= 0x80:
            code, size = next_character(data, at, end)
        if classes[np.uint64(code)] != kind:
            break
    if classes[code] == _UNSURE:
        return -1
    # Of white space before a word the last character is the word's, or stands alone.
    return last if kind == _SPACE and last > begin else at


@kernel
def encode(
    data: Bytes, offsets: Offsets, classes: Bytes, known: Ranks, end_of_text: int
) -> tuple[Int32Array, Int64Array, npt.NDArray[np.bool_]]:
    """(ids, ends, done): row i is ids[ends[i]:ends[i + 1]], its end-of-text id included; nothing where not done[i]."""
    rows = len(offsets) - 1
    out = np.empty(offsets[rows] - offsets[0] + rows, np.int32)
    ends, done = np.zeros(rows + 1, np.int64), np.ones(rows, np.bool_)
    parts, next_ = np.empty(MAX_WORD_BYTES, np.int32), np.empty(MAX_WORD_BYTES, np.int32)
    n = 0
    for row in range(rows):
        at, end = int(offsets[row]), int(offsets[row + 1])
        while at < end:
            stop = _word_end(data, at, end, classes)
            if stop < 0 or stop - at > MAX_WORD_BYTES:
                done[row] = False
                break
            one = _whole(known, data, at, stop)
            if one >= 0:
                out[n] = one
                n += 1
            else:
                count = _merge(known, data, at, stop, parts, next_)
                out[n : n + count] = parts[:count]
                n += count
            at = stop
        if done[row]:
            out[n] = end_of_text
            n += 1
        else:
            n = int(ends[row])
        ends[row + 1] = n
    return out[:n], ends, done


def warm_up() -> None:
    """Compile for the one type in use."""
    known = ranks({bytes([byte]): byte for byte in range(256)} | {b"ab": 256}, [(97, 98, 256)])
    data, offsets = np.frombuffer(b"ab abc", np.uint8), np.array([0, 6], np.int32)
    offsets.flags.writeable = False
    encode(data, offsets, character_classes(), known, 257)
