"""MinHash signatures and LSH band keys (Broder 1997; Indyk and Motwani 1998).

The permutations are datasketch's scheme "affine32": the 32-bit hash goes through MurmurHash3's finaliser once, then
permutation k is a_k h + b_k modulo 2^32 with a_k odd.
"""

import numpy as np
import numpy.typing as npt

from pipeline.kernels.arrow import Bytes, Offsets
from pipeline.kernels.compile import kernel
from pipeline.kernels.shingles import BASE, WORDS, most_units, power, shingle_in_place, write_units
from pipeline.kernels.words import longest, mix

UInt32Array = npt.NDArray[np.uint32]
UInt64Array = npt.NDArray[np.uint64]
BoolArray = npt.NDArray[np.bool_]

NOTHING = np.uint32(0xFFFFFFFF)
"""The signature of an empty set, in every place."""

_MIX_1, _MIX_2 = np.uint32(0x85EBCA6B), np.uint32(0xC2B2AE35)
_16, _13 = np.uint32(16), np.uint32(13)
_32, _ZERO, _ONE, _TWO = np.uint64(32), np.uint64(0), np.uint64(1), np.uint64(2)


@kernel
def premix(h: np.uint32) -> np.uint32:
    """The 32-bit finaliser of MurmurHash3 (Appleby)."""
    h = np.uint32(np.uint32(h ^ (h >> _16)) * _MIX_1)
    h = np.uint32(np.uint32(h ^ (h >> _13)) * _MIX_2)
    return np.uint32(h ^ (h >> _16))


@kernel
def lower(signature: UInt32Array, hashes: UInt32Array, n: int, a: UInt32Array, b: UInt32Array) -> None:
    """Take the first n shingle hashes into a signature. They are mixed in place."""
    for i in range(n):
        hashes[i] = premix(hashes[i])
    # Four at a time: each place of the signature is read and written once for four shingles.
    whole = n - n % 4
    for i in range(0, whole, 4):
        h0, h1, h2, h3 = hashes[i], hashes[i + 1], hashes[i + 2], hashes[i + 3]
        for k in range(len(signature)):
            ak, bk = a[k], b[k]
            v0, v1 = np.uint32(ak * h0 + bk), np.uint32(ak * h1 + bk)
            v2, v3 = np.uint32(ak * h2 + bk), np.uint32(ak * h3 + bk)
            signature[k] = min(signature[k], min(min(v0, v1), min(v2, v3)))
    for i in range(whole, n):
        h0 = hashes[i]
        for k in range(len(signature)):
            signature[k] = min(signature[k], np.uint32(a[k] * h0 + b[k]))


@kernel
def signatures(
    data: Bytes, offsets: Offsets, kind: int, ngram: int, a: UInt32Array, b: UInt32Array
) -> tuple[UInt32Array, BoolArray]:
    """uint32[n, hashes] and whether the row has a shingle. A shingle's 32-bit hash is the high half of its 64 bits."""
    n = len(offsets) - 1
    out = np.full((n, len(a)), NOTHING, np.uint32)
    some = np.zeros(n, np.bool_)
    room = most_units(longest(offsets), kind)
    units = np.empty(room, np.uint64)
    hashes = np.empty(room, np.uint32)
    oldest = power(ngram)
    for row in range(n):
        count = write_units(data, offsets[row], offsets[row + 1], kind, units)
        count = shingle_in_place(units, count, ngram, oldest)
        for i in range(count):
            hashes[i] = np.uint32(units[i] >> _32)
        some[row] = count > 0
        lower(out[row], hashes, count, a, b)
    return out, some


@kernel
def _key_of(values: UInt32Array, at: int, rows: int, h: np.uint64) -> np.uint64:
    """A 64-bit hash of values[at:at + rows], begun at `h`: a polynomial of them, two at a time, mixed."""
    place = np.uint64(at)  # unsigned indices: no tests for negative ones in the loop that grouping spends its time in
    for _ in range(rows // 2):
        h = h * BASE + (np.uint64(values[place]) << _32 | np.uint64(values[place + _ONE]))
        place += _TWO
    if rows % 2 == 1:
        h = h * BASE + np.uint64(values[place])
    return mix(h)


@kernel
def _begin(band: int, salt: np.uint64) -> np.uint64:
    return mix(salt + np.uint64(band + 1) * BASE)


@kernel
def keys_of_bands(signatures: UInt32Array, first: int, rows: int, out: UInt64Array) -> None:
    """Write the keys of the bands from `first` on, without salt, to `out` [bands, n]."""
    values = signatures.reshape(-1)
    begun = np.empty(len(out), np.uint64)
    for band in range(len(out)):
        begun[band] = _begin(first + band, _ZERO)
    for row in range(len(signatures)):
        at = row * signatures.shape[1] + first * rows
        for band in range(len(out)):
            out[band, row] = _key_of(values, at + band * rows, rows, begun[band])


@kernel
def band_keys(signatures: UInt32Array, bands: int, rows: int, salt: UInt64Array) -> UInt64Array:
    """uint64[n, bands]: a hash of the row's salt, the band's number and its values."""
    n = len(signatures)
    values = signatures.reshape(-1)
    out = np.empty((n, bands), np.uint64)
    for row in range(n):
        for band in range(bands):
            at = row * signatures.shape[1] + band * rows
            out[row, band] = _key_of(values, at, rows, _begin(band, salt[row]))
    return out


def warm_up() -> None:
    data, offsets = np.zeros(1, np.uint8), np.zeros(2, np.int32)
    a, salt = np.ones(1, np.uint32), np.zeros(1, np.uint64)
    for array in (data, offsets, a, salt):
        array.flags.writeable = False
    signed, _ = signatures(data, offsets, WORDS, 2, a, a)
    signed.flags.writeable = False
    band_keys(signed, 1, 1, salt)
