"""SimHash fingerprints (Charikar 2002) and the pairs of them that differ in few bits (Manku, Jain, Das Sarma 2007).

Bit b of a fingerprint is set where more than half of a text's shingle hashes have it, each as often as it occurs. The
64 counts are kept side by side, one binary digit of all of them a word: adding a hash is a ripple of carries.
"""

import numpy as np
import numpy.typing as npt

from pipeline.kernels.arrow import Bytes, Offsets
from pipeline.kernels.compile import kernel
from pipeline.kernels.lsh import find, unite
from pipeline.kernels.shingles import BASE, WORDS, most_units, power, shingle_in_place, write_units
from pipeline.kernels.words import longest, mix

UInt64Array = npt.NDArray[np.uint64]
Int64Array = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

BITS = 64
_DIGITS = 40  # of a count: more shingles than any text has
_ZERO, _ONE, _TWO, _FOUR, _56 = np.uint64(0), np.uint64(1), np.uint64(2), np.uint64(4), np.uint64(56)
_ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
_PAIRS, _FOURS = np.uint64(0x3333333333333333), np.uint64(0x0F0F0F0F0F0F0F0F)
_ODD, _BYTES = np.uint64(0x5555555555555555), np.uint64(0x0101010101010101)


@kernel
def bits_set(x: np.uint64) -> int:
    """How many bits are set: the form that compilers know as one instruction."""
    x = x - ((x >> _ONE) & _ODD)
    x = (x & _PAIRS) + ((x >> _TWO) & _PAIRS)
    x = (x + (x >> _FOUR)) & _FOURS
    return np.int64((x * _BYTES) >> _56)  # type: ignore[return-value]


@kernel
def majority(hashes: UInt64Array, n: int, digits: UInt64Array) -> np.uint64:
    """The bits that more than half of the first n hashes have. `digits` is room to work in."""
    used = 0
    while n >> used:
        digits[used] = _ZERO
        used += 1
    pairs = n - n % 2
    for i in range(0, pairs, 2):  # two at a time: their sum enters one digit higher
        one, other = hashes[i], hashes[i + 1]
        low, high = one ^ other, one & other
        before = digits[0]
        digits[0] = before ^ low
        carry = high | (before & low)
        for place in range(1, used):
            before = digits[place]
            digits[place] = before ^ carry
            carry &= before
    if pairs < n:
        carry = hashes[pairs]
        for place in range(used):
            before = digits[place]
            digits[place] = before ^ carry
            carry &= before
    more, same = _ZERO, _ALL
    for place in range(used - 1, -1, -1):  # compare all counts with n // 2, highest digit first
        if (n >> 1) >> place & 1:
            same &= digits[place]
        else:
            more |= same & digits[place]
            same &= ~digits[place]
    return more


@kernel
def fingerprints(data: Bytes, offsets: Offsets, kind: int, ngram: int) -> tuple[UInt64Array, BoolArray]:
    """uint64[n] and whether the row has a shingle; without any, the fingerprint is 0."""
    n = len(offsets) - 1
    out, some = np.zeros(n, np.uint64), np.zeros(n, np.bool_)
    units = np.empty(most_units(longest(offsets), kind), np.uint64)
    digits = np.empty(_DIGITS, np.uint64)
    oldest = power(ngram)
    for row in range(n):
        count = shingle_in_place(units, write_units(data, offsets[row], offsets[row + 1], kind, units), ngram, oldest)
        some[row] = count > 0
        out[row] = majority(units, count, digits)
    return out, some


@kernel
def masked_keys(prints: UInt64Array, masks: UInt64Array, salt: UInt64Array) -> UInt64Array:
    """uint64[n, masks]: a hash of the row's salt, the mask's number and the bits of the fingerprint below the mask."""
    out = np.empty((len(prints), len(masks)), np.uint64)
    for row in range(len(prints)):
        for number in range(len(masks)):
            begun = mix(salt[row] + np.uint64(number + 1) * BASE)
            out[row, number] = mix(begun ^ (prints[row] & masks[number]))
    return out


@kernel
def near_edges(
    keys: UInt64Array, prints: UInt64Array, nodes: UInt64Array, order: Int64Array, distance: int, few: int
) -> tuple[UInt64Array, UInt64Array, Int64Array]:
    """(a, b, hot): edges that connect, of the rows with one key, all that differ in at most `distance` bits, directly
    or through others. `order` sorts the rows by (key, fingerprint, node). At most one edge a row.

    Of a key with more than `few` distinct fingerprints only rows with the same one are connected; `hot`, int64 [n, 2],
    says where in `order` such a key begins and ends.
    """
    n = len(order)
    a, b = np.empty(n, np.uint64), np.empty(n, np.uint64)
    values, owners = np.empty(few, np.uint64), np.empty(few, np.uint64)  # of the key's distinct fingerprints
    parents = np.empty(few, np.int64)
    hot = np.empty((n // (few + 1), 2), np.int64)
    edges = begin = keys_hot = 0
    while begin < n:
        key = keys[order[begin]]
        end, distinct = begin, 0
        value, owner = prints[order[begin]], nodes[order[begin]]
        while end < n and keys[order[end]] == key:
            row = order[end]
            if end > begin and prints[row] == value:
                a[edges], b[edges] = owner, nodes[row]
                edges += 1
            else:
                value, owner = prints[row], nodes[row]
                if distinct < few:
                    values[distinct], owners[distinct], parents[distinct] = value, owner, distinct
                distinct += 1
            end += 1
        if distinct > few:
            hot[keys_hot, 0], hot[keys_hot, 1] = begin, end
            keys_hot += 1
            distinct = 0
        for i in range(1, distinct):
            value = values[i]
            for j in range(i):
                if bits_set(value ^ values[j]) <= distance and find(parents, i) != find(parents, j):
                    unite(parents, i, j)
                    a[edges], b[edges] = owners[j], owners[i]
                    edges += 1
        begin = end
    return a[:edges].copy(), b[:edges].copy(), hot[:keys_hot].copy()


def warm_up() -> None:
    data, offsets, values = np.zeros(1, np.uint8), np.zeros(2, np.int32), np.zeros(1, np.uint64)
    places = np.zeros(1, np.int64)
    for array in (data, offsets, values, places):
        array.flags.writeable = False
    fingerprints(data, offsets, WORDS, 2)
    masked_keys(values, values, values)
    near_edges(values, values, values, places, 1, 1)
