"""Where the copies of segments stand: a 64-bit hash a copy, token histograms of it, and integer positions.

Everything is integer arithmetic, so that no processor's floating-point contraction can move a segment. All kernels
take documents as `id_words` uint64[n, 2] (the 16 id bytes, little-endian) and `n_tokens` int64[n].
"""

import numpy as np
import numpy.typing as npt

from pipeline.kernels.compile import kernel

UInt64Array = npt.NDArray[np.uint64]
Int64Array = npt.NDArray[np.int64]
Int32Array = npt.NDArray[np.int32]

# SplitMix64 (Steele, Lea, Flood 2014): the increment, and the finaliser that Stafford calls variant 13.
_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_30, _27, _31 = np.uint64(30), np.uint64(27), np.uint64(31)
# A copy's index and a segment's index share one word: 2^24 epochs, 2^40 segments a document.
_SEGMENT_BITS = np.uint64(40)
_FRACTION_BITS = np.uint64(32)
_WORD_BITS = np.uint64(64)


@kernel
def _mix(z: np.uint64) -> np.uint64:
    z = (z ^ (z >> _30)) * _MIX_1
    z = (z ^ (z >> _27)) * _MIX_2
    return z ^ (z >> _31)


@kernel
def _document_state(key: np.uint64, low: np.uint64, high: np.uint64) -> np.uint64:
    return _mix(_mix(key + _GAMMA ^ low) + _GAMMA ^ high)


@kernel
def _copy_hash(state: np.uint64, segment: int, epoch: int) -> np.uint64:
    word = (np.uint64(epoch) << _SEGMENT_BITS) | np.uint64(segment)
    return _mix(state + (word + np.uint64(1)) * _GAMMA)


@kernel
def document_hashes(id_words: UInt64Array, key: np.uint64) -> UInt64Array:
    """uint64[n]: one hash a document under `key`."""
    out = np.empty(len(id_words), dtype=np.uint64)
    for row in range(len(id_words)):
        out[row] = _document_state(key, id_words[row, 0], id_words[row, 1])
    return out


@kernel
def copy_hashes(id_words: UInt64Array, segments: Int32Array, epochs: Int32Array, key: np.uint64) -> UInt64Array:
    """uint64[n]: u of the given (document, segment, copy) triples. For tests and for tracing."""
    out = np.empty(len(id_words), dtype=np.uint64)
    for row in range(len(id_words)):
        out[row] = _copy_hash(_document_state(key, id_words[row, 0], id_words[row, 1]), segments[row], epochs[row])
    return out


@kernel
def segment_histogram(
    id_words: UInt64Array, n_tokens: Int64Array, key: np.uint64, seq_len_tokens: int, epochs_count: int, bin_bits: int
) -> Int64Array:
    """int64[epochs_count, 2^bin_bits]: tokens of the segments whose u falls in a bin, for each copy."""
    histogram = np.zeros((epochs_count, 1 << bin_bits), dtype=np.int64)
    bin_shift = _WORD_BITS - np.uint64(bin_bits)
    for row in range(len(n_tokens)):
        state = _document_state(key, id_words[row, 0], id_words[row, 1])
        left = n_tokens[row]
        segment = 0
        while left > 0:
            own = min(left, seq_len_tokens)
            for epoch in range(epochs_count):
                histogram[epoch, np.int64(_copy_hash(state, segment, epoch) >> bin_shift)] += own
            left -= own
            segment += 1
    return histogram


@kernel
def _twice_centre(u: np.uint64, own: int, cumulative: Int64Array, bin_bits: int) -> int:
    """2 F(u) U: twice the place of a segment's middle in its epoch's line of tokens.

    With `below` tokens in lower bins, `inside` in this bin and f the fraction of u within its bin:
    F U = below + own/2 + f (inside - own). A lone segment sits at the middle of its own mass.
    """
    u_bin = np.int64(u >> (_WORD_BITS - np.uint64(bin_bits)))
    below = cumulative[u_bin]
    inside = cumulative[u_bin + 1] - below
    fraction = np.int64((u << np.uint64(bin_bits)) >> (_WORD_BITS - _FRACTION_BITS))
    # 2 * inside stays below 2^31 up to 10^9 tokens in a bin, so the product fits.
    return 2 * below + own + ((fraction * (2 * (inside - own))) >> np.int64(_FRACTION_BITS))


@kernel
def place_segments(
    id_words: UInt64Array,
    n_tokens: Int64Array,
    key: np.uint64,
    seq_len_tokens: int,
    cumulative: Int64Array,
    target_tokens: int,
    bin_bits: int,
) -> tuple[Int32Array, Int32Array, Int32Array, Int64Array]:
    """The kept copies: document row, segment, epoch, and twice the token place of the segment's middle.

    `cumulative` int64[epochs, 2^bin_bits + 1] is the running sum of each epoch's histogram, starting with 0. Copy k is
    kept when k U + F U < target_tokens. In the order of rows, then segments, then epochs.
    """
    epochs_count = cumulative.shape[0]
    unique = cumulative[0, -1]
    kept = 0
    # Twice over the documents rather than room for every copy: with 0.01 epochs that room would be 100 times too much.
    for row in range(len(n_tokens)):
        state = _document_state(key, id_words[row, 0], id_words[row, 1])
        left = n_tokens[row]
        segment = 0
        while left > 0:
            own = min(left, seq_len_tokens)
            kept += epochs_count - 1
            last = epochs_count - 1
            place = 2 * last * unique + _twice_centre(_copy_hash(state, segment, last), own, cumulative[last], bin_bits)
            if place < 2 * target_tokens:
                kept += 1
            left -= own
            segment += 1
    rows = np.empty(kept, dtype=np.int32)
    segments = np.empty(kept, dtype=np.int32)
    epochs = np.empty(kept, dtype=np.int32)
    places = np.empty(kept, dtype=np.int64)
    at = 0
    for row in range(len(n_tokens)):
        state = _document_state(key, id_words[row, 0], id_words[row, 1])
        left = n_tokens[row]
        segment = 0
        while left > 0:
            own = min(left, seq_len_tokens)
            for epoch in range(epochs_count):
                place = 2 * epoch * unique + _twice_centre(
                    _copy_hash(state, segment, epoch), own, cumulative[epoch], bin_bits
                )
                # Only the last epoch is cut: all others end at or below the target.
                if place < 2 * target_tokens:
                    rows[at] = row
                    segments[at] = segment
                    epochs[at] = epoch
                    places[at] = place
                    at += 1
            left -= own
            segment += 1
    return rows, segments, epochs, places
