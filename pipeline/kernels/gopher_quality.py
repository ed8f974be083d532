"""The measures of Gopher's quality rules (arXiv:2112.11446, Appendix A)."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.kernels.arrow import Bytes, Offsets, string_buffers
from pipeline.kernels.compile import kernel
from pipeline.kernels.lines import next_line
from pipeline.kernels.unicode import byte_at
from pipeline.kernels.words import (
    ALPHA_WORD,
    RULES,
    SYMBOL_WORD,
    UNSPACED_WORD,
    longest,
    scan_words,
    word_hashes,
)

UInt64Array = npt.NDArray[np.uint64]
Float64Array = npt.NDArray[np.float64]

MEASURES = (
    "words",  # that are not symbols
    "mean_word_chars",  # of those, without the clusters of scripts without spaces; nan where these are the majority
    "hash_word_ratio",  # "#" to all words
    "ellipsis_word_ratio",  # "..." and "…" to all words
    "bullet_line_fraction",
    "ellipsis_line_fraction",
    "alpha_word_fraction",  # of all words
    "stop_words",
)

_HASH, _DOT = 0x23, 0x2E
_IS_COUNTED = np.zeros(256, np.bool_)  # "#", and the first bytes of "..." and "…"
_IS_COUNTED[[_HASH, _DOT, 0xE2]] = True


def gopher_quality_measures(text: pa.Array, stop_words: tuple[str, ...], distinct: bool) -> Float64Array:
    """float64 [n, 8], columns as in `MEASURES`; fractions of no words or lines are 0.

    Stop words match in the case given; `distinct` counts each once. Raises ValueError for a stop word that the
    scanner would split.
    """
    data, offsets = string_buffers(text)
    return _measures(data, offsets, np.sort(word_hashes(stop_words, RULES)), distinct)


def warm_up() -> None:
    gopher_quality_measures(pa.array(["A line."]), ("a",), True)


@kernel
def _is_ellipsis(data: Bytes, at: int, end: int) -> bool:
    """Whether "..." or "…", both three bytes, stand at data[at]."""
    if at + 3 > end:
        return False
    if data[at] == _DOT:
        return data[at + 1] == _DOT and data[at + 2] == _DOT
    return data[at] == 0xE2 and data[at + 1] == 0x80 and data[at + 2] == 0xA6


@kernel
def _begins_with_bullet(data: Bytes, start: int, stop: int) -> bool:
    if data[start] == 0x2D:
        return True
    return stop - start >= 3 and data[start] == 0xE2 and data[start + 1] == 0x80 and data[start + 2] == 0xA2


@kernel
def _measures(data: Bytes, offsets: Offsets, stop_hashes: UInt64Array, distinct: bool) -> Float64Array:
    n = len(offsets) - 1
    out = np.zeros((n, 8), np.float64)
    most = longest(offsets)
    starts, stops, chars = np.empty(most, np.int32), np.empty(most, np.int32), np.empty(most, np.int32)
    flags, hashes = np.empty(most, np.uint8), np.empty(most, np.uint64)
    last_seen = np.full(len(stop_hashes), -1, np.int64)  # the row in which a stop word was met last
    stop_bits = np.uint64(0)  # by their low six bits, a quick no for almost every word
    for h in stop_hashes:
        stop_bits |= np.uint64(1) << (h & np.uint64(63))
    for row in range(n):
        begin, end = offsets[row], offsets[row + 1]
        words = scan_words(data, begin, end, RULES, starts, stops, chars, flags, hashes)
        plain = spaced = spaced_chars = alpha = stop_words = 0
        for w in range(words):
            is_a = flags[w]
            alpha += is_a & ALPHA_WORD != 0
            if is_a & SYMBOL_WORD == 0:
                plain += 1
                if is_a & UNSPACED_WORD == 0:
                    spaced += 1
                    spaced_chars += chars[w]
            if (stop_bits >> (hashes[w] & np.uint64(63))) & np.uint64(1):
                which = np.searchsorted(stop_hashes, hashes[w])
                if which < len(stop_hashes) and stop_hashes[which] == hashes[w]:
                    stop_words += not distinct or last_seen[which] != row
                    last_seen[which] = row
        number_signs = ellipses = 0
        at = begin
        while at < end:
            size = 1
            if _IS_COUNTED[byte_at(data, at)]:
                number_signs += byte_at(data, at) == _HASH
                if _is_ellipsis(data, at, end):
                    ellipses += 1
                    size = 3
            at += size
        lines = bullet_lines = ellipsis_lines = 0
        at = begin
        while at <= end:
            start, stop, at = next_line(data, at, end)
            if start < stop:
                lines += 1
                bullet_lines += _begins_with_bullet(data, start, stop)
                ellipsis_lines += stop - start >= 3 and _is_ellipsis(data, stop - 3, stop)
        out[row, 0] = plain
        if 2 * spaced < plain:
            out[row, 1] = np.nan
        elif spaced:
            out[row, 1] = spaced_chars / spaced
        if words:
            out[row, 2] = number_signs / words
            out[row, 3] = ellipses / words
            out[row, 6] = alpha / words
        if lines:
            out[row, 4] = bullet_lines / lines
            out[row, 5] = ellipsis_lines / lines
        out[row, 7] = stop_words
    return out
