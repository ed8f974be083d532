"""Hashed features of source code, and the sums of a sparse linear model over them, in integers.

Two families of features, each the hash of a kind and of what stands there, 2^bits buckets a family:

- tokens: words, numbers and runs of one mark, and line ends that say whether the next line is indented more, less or
  alike and whether a blank line lies between; alone, at the beginning of a line and of the text, two in a row (with or
  without a gap between them), three in a row; and the forms of three and of four in a row (a word's letter case, ...);
- grams: two, three and four bytes in a row, where runs of blanks and of digits are one.
"""

import numpy as np
import numpy.typing as npt

from pipeline.kernels.arrow import Bytes, Offsets
from pipeline.kernels.compile import helper, kernel

Int32Array = npt.NDArray[np.int32]
Int64Array = npt.NDArray[np.int64]

TOKENS, GRAMS = 0, 1
FAMILIES = 2
MOST_TIMES = 255  # a feature that occurs more often counts like this
STEPS = 1 << 16  # a score of 1 in the integers of `code_scores`

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_BASIS, _PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)  # FNV-1a
_32 = np.uint64(32)
_GAP = np.uint64(77)

_MARK, _SPACE, _END, _LETTER, _CAPITAL, _DIGIT = 0, 1, 2, 3, 4, 5  # classes of bytes; letters come last
_BLANK = 32


def _classes() -> Bytes:
    found = np.zeros(256, np.uint8)
    found[list(b" \t\r\v\f")] = _SPACE
    found[10] = _END
    found[list(b"abcdefghijklmnopqrstuvwxyz_")] = _LETTER
    found[128:] = _LETTER
    found[list(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ")] = _CAPITAL
    found[list(b"0123456789")] = _DIGIT
    return found


_CLASS = _classes()


@helper
def _mix(a: np.uint64, b: np.uint64) -> np.uint64:
    h = (a ^ (a >> _32) ^ b) * _MULTIPLIER
    return h ^ (h >> _32)


@helper
def _add(h: np.uint64, bits: int, stamp: int, stamps: Int64Array, counts: Int32Array, found: Int32Array, n: int) -> int:
    """One more occurrence of a feature; returns how many different ones there are."""
    bucket = np.int64(h * _MULTIPLIER >> np.uint64(64 - bits))
    if stamps[bucket] != stamp:
        stamps[bucket] = stamp
        counts[bucket] = 0
        found[n] = bucket
        n += 1
    counts[bucket] += 1
    return n


@kernel
def _tokens(
    data: Bytes, start: int, stop: int, bits: int, stamp: int, stamps: Int64Array, counts: Int32Array, found: Int32Array
) -> int:
    """Buckets of the tokens of data[start:stop] in `found`, their numbers in `counts`; returns how many there are."""
    n = 0
    f1 = f2 = f3 = t1 = t2 = gap = np.uint64(1)
    in_line, tokens, indent_before = 0, 0, 0
    at = start
    while at < stop:
        c = _CLASS[data[at]]
        if c == _SPACE:
            gap = np.uint64(2)
            at += 1
            continue
        begun = at
        at += 1
        if c == _END:
            blank = tab = indent = 0
            while at < stop:
                byte = data[at]
                if byte == 10:
                    blank, tab, indent = 1, 0, 0
                elif byte == _BLANK:
                    indent += 1
                elif byte == 9:
                    indent += 4
                    tab = 1
                elif _CLASS[byte] != _SPACE:
                    break
                at += 1
            t = np.uint64(16 + (indent > indent_before) + 2 * (indent < indent_before) + 4 * blank + 8 * tab)
            form = np.uint64(16)
            indent_before = indent
            in_line = 0
        elif c >= _LETTER:
            capital = small = other = False
            h = _BASIS
            at = begun
            while at < stop and _CLASS[data[at]] >= _LETTER:
                k = _CLASS[data[at]]
                capital |= k == _CAPITAL
                small |= k == _LETTER
                other |= k != _DIGIT
                h = (h ^ np.uint64(data[at])) * _PRIME
                at += 1
            t = h ^ (h >> _32)
            if c == _DIGIT:
                while not other and at < stop and (data[at] == 46 or _CLASS[data[at]] == _DIGIT):
                    at += 1
                t = form = np.uint64(45 + other)
            elif data[begun] >= 128:
                form = np.uint64(40)
            elif c == _CAPITAL:
                form = np.uint64(41 if small else 42)
            else:
                form = np.uint64(43 if capital else 44)
        else:
            while at < stop and data[at] == data[begun]:
                at += 1
            t = form = np.uint64(256 * min(4, at - begun)) + np.uint64(data[begun])
        n = _add(_mix(t, np.uint64(11)), bits, stamp, stamps, counts, found, n)
        if c != _END and in_line < 2:
            in_line += 1
            h = _mix(t, np.uint64(13)) if in_line == 1 else _mix(_mix(t1, t), np.uint64(14))
            n = _add(h, bits, stamp, stamps, counts, found, n)
        n = _add(_mix(_mix(t1, t) + gap * _GAP, np.uint64(15)), bits, stamp, stamps, counts, found, n)
        forms = _mix(_mix(f2, f1), form)
        n = _add(_mix(forms + gap * _GAP, np.uint64(16)), bits, stamp, stamps, counts, found, n)
        n = _add(_mix(_mix(forms, f3), np.uint64(17)), bits, stamp, stamps, counts, found, n)
        n = _add(_mix(_mix(_mix(t2, t1), t), np.uint64(18)), bits, stamp, stamps, counts, found, n)
        tokens += 1
        if tokens <= 3:
            n = _add(_mix(t + np.uint64(tokens), np.uint64(19)), bits, stamp, stamps, counts, found, n)
        t2, t1 = t1, t
        f3, f2, f1 = f2, f1, form
        gap = np.uint64(1)
    return n


@kernel
def _grams(
    data: Bytes, start: int, stop: int, bits: int, stamp: int, stamps: Int64Array, counts: Int32Array, found: Int32Array
) -> int:
    """The same of the byte grams."""
    n = 0
    last = np.uint64(10)  # the bytes before, one a byte, the nearest lowest
    for i in range(start, stop):
        byte = data[i]
        if _CLASS[byte] == _DIGIT:
            byte = np.uint8(48)
        elif byte == 9:
            byte = np.uint8(_BLANK)
        elif byte == 13:
            byte = np.uint8(10)
        if (byte == 48 or byte == _BLANK) and last & np.uint64(255) == byte:
            continue
        last = (last << np.uint64(8) | np.uint64(byte)) & np.uint64(0xFFFFFFFF)
        n = _add(_mix(last & np.uint64(0xFFFF), np.uint64(21)), bits, stamp, stamps, counts, found, n)
        n = _add(_mix(last & np.uint64(0xFFFFFF), np.uint64(22)), bits, stamp, stamps, counts, found, n)
        n = _add(_mix(last, np.uint64(23)), bits, stamp, stamps, counts, found, n)
    return n


@kernel
def code_features(
    data: Bytes, offsets: Offsets, max_bytes: int, bits: int, family: int
) -> tuple[Int64Array, Int32Array, Int32Array]:
    """(starts [n + 1], buckets, times) of the first `max_bytes` of each text: row i has [starts[i], starts[i + 1])."""
    n = len(offsets) - 1
    stamps, counts = np.full(1 << bits, -1, np.int64), np.zeros(1 << bits, np.int32)
    found = np.zeros(1 << bits, np.int32)
    starts = np.zeros(n + 1, np.int64)
    buckets, times = np.zeros(1024, np.int32), np.zeros(1024, np.int32)
    for row in range(n):
        start, stop = int(offsets[row]), min(int(offsets[row + 1]), int(offsets[row]) + max_bytes)
        if family == TOKENS:
            m = _tokens(data, start, stop, bits, row, stamps, counts, found)
        else:
            m = _grams(data, start, stop, bits, row, stamps, counts, found)
        first = starts[row]
        if first + m > len(buckets):
            more = np.zeros(first + m, np.int32)
            buckets, times = np.concatenate((buckets, more)), np.concatenate((times, more))
        for i in range(m):
            buckets[first + i] = found[i]
            times[first + i] = min(counts[found[i]], MOST_TIMES)
        starts[row + 1] = first + m
    return starts, buckets[: starts[n]], times[: starts[n]]


@kernel
def code_scores(
    data: Bytes,
    offsets: Offsets,
    max_bytes: int,
    bits: int,
    values: Int32Array,
    rarity: Bytes,
    starts: Int64Array,
    labels: Bytes,
    weights: npt.NDArray[np.int8],
    scales: npt.NDArray[np.float64],
    biases: Int32Array,
) -> Int32Array:
    """int32 [n, labels]: biases and, for each family, sum(value * rarity * weight) / |(value * rarity)| * scale.

    `values` [MOST_TIMES + 1] is by how often a feature occurs; `rarity` [FAMILIES << bits] is 0 for unknown features;
    the weights of bucket b are [starts[b], starts[b + 1]). Sums are integers, the rest is one root, one division and
    one product of IEEE numbers, so that every processor agrees.
    """
    n = len(offsets) - 1
    stamps, counts = np.full(1 << bits, -1, np.int64), np.zeros(1 << bits, np.int32)
    found = np.zeros(1 << bits, np.int32)
    sums = np.zeros(len(biases), np.int64)
    scores = np.zeros((n, len(biases)), np.int32)
    for row in range(n):
        start, stop = int(offsets[row]), min(int(offsets[row + 1]), int(offsets[row]) + max_bytes)
        scores[row] = biases
        for family in range(FAMILIES):
            if family == TOKENS:
                m = _tokens(data, start, stop, bits, 2 * row, stamps, counts, found)
            else:
                m = _grams(data, start, stop, bits, 2 * row + 1, stamps, counts, found)
            sums[:] = 0
            squares = np.int64(0)
            for i in range(m):
                bucket = (family << bits) + found[i]
                if rarity[bucket] == 0:
                    continue
                x = np.int64(values[min(counts[found[i]], MOST_TIMES)]) * np.int64(rarity[bucket])
                squares += x * x
                for entry in range(starts[bucket], starts[bucket + 1]):
                    sums[labels[entry]] += x * weights[entry]
            if squares > 0:
                length = np.sqrt(np.float64(squares))
                for label in range(len(biases)):
                    scores[row, label] += np.int32(np.floor(np.float64(sums[label]) / length * scales[family]))
    return scores


def warm_up() -> None:
    data, offsets = np.frombuffer(b"a b 1\n", np.uint8), np.array([0, 6], np.int32)
    offsets.flags.writeable = False
    none = np.zeros(FAMILIES << 4, np.uint8)
    none.flags.writeable = False
    rows = np.zeros((FAMILIES << 4) + 1, np.int64)
    values, one = np.ones(MOST_TIMES + 1, np.int32), np.zeros(1, np.int32)
    weights = np.zeros(1, np.int8)
    weights.flags.writeable = False
    code_scores(data, offsets, 8, 4, values, none, rows, none, weights, np.ones(FAMILIES), one)
