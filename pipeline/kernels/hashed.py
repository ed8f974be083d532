"""Logistic regression on hashed words and word pairs, the same to the bit on every processor.

GPT-3's classifier (arXiv:2005.14165, Appendix A) is of this kind: tokenizer, hashed term counts, logistic regression.
Training is stochastic gradient descent in one fixed order, with additions, multiplications and divisions of doubles
alone, which IEEE 754 defines to the last bit: no library's exponential function, no sums that a processor reorders.
Scoring adds integers. A line's logit is the mean over its features, so that its length says nothing.
"""

import math

import numpy as np
import numpy.typing as npt

from pipeline.kernels.arrow import Bytes, Offsets
from pipeline.kernels.compile import kernel

Floats = npt.NDArray[np.float64]
Int32Array = npt.NDArray[np.int32]
Int64Array = npt.NDArray[np.int64]

_BLANK = 0x20
_BASIS, _PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)  # FNV-1a, 64 bits
_PAIR = np.uint64(0x9E3779B97F4A7C15)
_MIX_1, _MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)  # splitmix64's finaliser
_LOG2_E = 1.4426950408889634
_LN2_HIGH, _LN2_LOW = 0.693147180369123816490, 1.90821492927058770002e-10  # their sum is ln 2; the first has few bits
_TERMS = 14
_FARTHEST = 30.0


@kernel
def chance(logit: float) -> float:
    """The logistic function, of logits within 30 of zero, by a Taylor series: the same bits everywhere."""
    x = min(max(logit, -_FARTHEST), _FARTHEST)
    twos = math.floor(-x * _LOG2_E + 0.5)
    rest = (-x - twos * _LN2_HIGH) - twos * _LN2_LOW
    power = 1.0
    for term in range(_TERMS, 0, -1):
        power = 1.0 + power * rest / term
    step = 2.0 if twos > 0 else 0.5
    for _ in range(abs(int(twos))):
        power *= step
    return 1.0 / (1.0 + power)


@kernel
def _bucket(h: np.uint64, bits: int) -> int:
    h = (h ^ (h >> np.uint64(30))) * _MIX_1
    h = (h ^ (h >> np.uint64(27))) * _MIX_2
    return int((h ^ (h >> np.uint64(31))) >> np.uint64(64 - bits))


@kernel
def _features(data: Bytes, at: int, end: int, bits: int, pairs: bool, out: Int32Array) -> int:
    """Buckets of the words of data[at:end], and of pairs of neighbours; returns how many."""
    found, before = 0, np.uint64(0)
    while at < end:
        if data[at] == _BLANK:
            at += 1
            continue
        h = _BASIS
        while at < end and data[at] != _BLANK:
            h = (h ^ np.uint64(data[at])) * _PRIME
            at += 1
        if pairs and found:
            out[found] = _bucket(before * _PAIR + h, bits)
            found += 1
        out[found] = _bucket(h, bits)
        found += 1
        before = h
    return found


@kernel
def train_hashed(
    data: Bytes,
    offsets: Offsets,
    good: Bytes,
    weights: Floats,
    bits: int,
    pairs: bool,
    first: int,
    total: int,
    rate: float,
) -> None:
    """Go once over lines of plain words, in their order, and change `weights` (one a bucket, 2^bits).

    The learning rate falls from `rate` to zero over `total` lines of all calls, of which `first` came before.
    """
    longest = 0
    for row in range(len(offsets) - 1):
        longest = max(longest, offsets[row + 1] - offsets[row])
    features = np.empty(longest + 2, np.int32)
    for row in range(len(offsets) - 1):
        count = _features(data, int(offsets[row]), int(offsets[row + 1]), bits, pairs, features)
        if count == 0:
            continue
        logit = 0.0
        for i in range(count):
            logit += weights[features[i]]
        slope = chance(logit / count) - good[row]
        step = rate * (1.0 - (first + row) / total) * slope / count
        for i in range(count):
            weights[features[i]] -= step


@kernel
def sum_hashed(
    data: Bytes, offsets: Offsets, values: Int32Array, bits: int, pairs: bool
) -> tuple[Int64Array, Int32Array]:
    """(sum of values, number of features) of each row of plain words; (0, 0) where there are no words."""
    n = len(offsets) - 1
    totals, counts = np.zeros(n, np.int64), np.zeros(n, np.int32)
    longest = 0
    for row in range(n):
        longest = max(longest, offsets[row + 1] - offsets[row])
    features = np.empty(longest + 2, np.int32)
    for row in range(n):
        count = _features(data, int(offsets[row]), int(offsets[row + 1]), bits, pairs, features)
        total = 0
        for i in range(count):
            total += values[features[i]]
        totals[row], counts[row] = total, count
    return totals, counts


@kernel
def newton_sums(logits: Floats, target: Floats, weight: Floats, scale: float, shift: float) -> Floats:
    """First and second derivatives of the weighted logistic loss by (scale, shift): [d1, d2, d11, d12, d22]."""
    found = np.zeros(5)
    for row in range(len(logits)):
        p = chance(scale * logits[row] + shift)
        slope, bend = weight[row] * (p - target[row]), weight[row] * p * (1.0 - p)
        found[0] += slope * logits[row]
        found[1] += slope
        found[2] += bend * logits[row] * logits[row]
        found[3] += bend * logits[row]
        found[4] += bend
    return found


def warm_up() -> None:
    line, offsets = np.frombuffer(b"a b", np.uint8), np.array([0, 3], np.int32)
    offsets.flags.writeable = False
    train_hashed(line, offsets, np.frombuffer(b"\1", np.uint8), np.zeros(16), 4, True, 0, 1, 1.0)
    sum_hashed(line, offsets, np.zeros(16, np.int32), 4, True)
    newton_sums(np.zeros(1), np.zeros(1), np.zeros(1), 1.0, 0.0)
