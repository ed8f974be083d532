"""Shingles, MinHash signatures and band keys of texts.

What a shingle is: pipeline.kernels.shingles. Permutation parameters are those that datasketch (>= 2.0) draws by default
(scheme "affine32", seed 1), so that signatures are equal to datasketch's for the same 32-bit shingle hashes.
"""

from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.dedup.arrays import read_only
from pipeline.kernels import minhash, shingles
from pipeline.kernels.arrow import string_buffers

UInt32Array = npt.NDArray[np.uint32]
UInt64Array = npt.NDArray[np.uint64]
Int64Array = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

SHINGLES = {"word": shingles.WORDS, "char": shingles.CHARACTERS}

_DATASKETCH_SEED = 1


@cache
def permutations(hashes: int) -> tuple[UInt32Array, UInt32Array]:
    """(a, b) uint32 [hashes] of the permutations a h + b modulo 2^32."""
    if hashes < 1:
        raise ValueError(f"a signature needs at least one hash, not {hashes}")
    draw = np.random.RandomState(_DATASKETCH_SEED)  # the generator whose numbers are to be had again
    a = draw.randint(0, 1 << 31, hashes, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    b = draw.randint(0, 1 << 32, hashes, dtype=np.uint32)
    return read_only(a, np.uint32), read_only(b, np.uint32)


def signatures(texts: pa.Array, *, shingle: str, ngram: int, hashes: int) -> tuple[UInt32Array, BoolArray]:
    """(uint32 [n, hashes], bool [n]: whether the text has any shingle).

    The signature of a text without shingles is 0xFFFFFFFF throughout. Raises ValueError for an unknown `shingle`, for
    counts below one and for nulls, TypeError for arrays of another type than string.
    """
    a, b = permutations(hashes)
    return minhash.signatures(*string_buffers(texts), _kind(shingle), _positive(ngram), a, b)


def band_keys(signatures: UInt32Array, *, bands: int, rows: int, salt: UInt64Array) -> UInt64Array:
    """uint64 [n, bands]: a hash of (salt, band, the band's `rows` values); equal keys mean equal values.

    Two different values share a key with probability 2^-64. `salt` uint64 [n] keeps scopes apart. Raises ValueError
    where the signatures are shorter than bands * rows, or the lengths differ.
    """
    if _positive(bands) * _positive(rows) > signatures.shape[1]:
        raise ValueError(f"{bands} bands of {rows} rows need {bands * rows} hashes, there are {signatures.shape[1]}")
    if len(salt) != len(signatures):
        raise ValueError(f"{len(salt)} salts for {len(signatures)} signatures")
    return minhash.band_keys(read_only(signatures, np.uint32), bands, rows, read_only(salt, np.uint64))


def shingle_sets(texts: pa.Array, *, shingle: str, ngram: int, repeats: bool = False) -> tuple[UInt64Array, Int64Array]:
    """(uint64 hashes, int64 [n + 1]): the sorted shingles of text i are hashes[offsets[i]:offsets[i + 1]].

    Each once, or with `repeats` as often as it occurs (a multiset).
    """
    return shingles.shingle_sets(*string_buffers(texts), _kind(shingle), _positive(ngram), repeats)


def s_curve(similarity: float, bands: int, rows: int) -> float:
    """The probability that two sets of this Jaccard similarity share a band: 1 - (1 - s^rows)^bands."""
    return 1 - (1 - similarity**rows) ** bands


def _kind(shingle: str) -> int:
    if shingle not in SHINGLES:
        raise ValueError(f"shingle {shingle!r} is not one of {', '.join(SHINGLES)}")
    return SHINGLES[shingle]


def _positive(count: int) -> int:
    if count < 1:
        raise ValueError(f"a count of {count}; it must be at least 1")
    return int(count)
