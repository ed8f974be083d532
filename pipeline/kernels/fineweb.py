"""The measures of FineWeb's rules on lines."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.kernels.arrow import Bytes, Offsets, packed, string_buffers
from pipeline.kernels.compile import kernel
from pipeline.kernels.lines import count_characters, ends_with_any, hash_bytes, next_line
from pipeline.kernels.tables import repeats, table_for
from pipeline.kernels.words import RULES, longest, scan_words

Float64Array = npt.NDArray[np.float64]

MEASURES = (
    "lines",
    "terminal_line_fraction",
    "short_line_fraction",
    "duplicate_line_char_fraction",
    "newline_word_ratio",
)


def fineweb_measures(text: pa.Array, terminal_marks: tuple[str, ...], short_line_chars: int) -> Float64Array:
    """float64 [n, 5], columns as in `MEASURES`; fractions of no lines or words are 0."""
    data, offsets = string_buffers(text)
    return _fineweb_measures(data, offsets, *packed(terminal_marks), short_line_chars)


def warm_up() -> None:
    fineweb_measures(pa.array(["A line."]), (".",), 30)


@kernel
def _fineweb_measures(
    data: Bytes, offsets: Offsets, marks: Bytes, mark_offsets: Offsets, short_line_chars: int
) -> Float64Array:
    n = len(offsets) - 1
    out = np.zeros((n, 5), np.float64)
    most = longest(offsets)
    starts, stops, chars = np.empty(most, np.int32), np.empty(most, np.int32), np.empty(most, np.int32)
    flags, hashes = np.empty(most, np.uint8), np.empty(most, np.uint64)
    table = np.zeros(1024, np.uint64)
    for row in range(n):
        begin, end = offsets[row], offsets[row + 1]
        lines = terminal = short = all_chars = breaks = 0
        at = begin
        while at <= end:
            start, stop, after = next_line(data, at, end)
            breaks += after <= end
            at = after
            if start == stop:
                continue
            hashes[lines] = hash_bytes(data, start, stop)
            chars[lines] = count_characters(data, start, stop)
            all_chars += chars[lines]
            short += chars[lines] <= short_line_chars
            terminal += ends_with_any(data, start, stop, marks, mark_offsets)
            lines += 1
        out[row, 0] = lines
        if lines == 0:
            continue
        _, repeated_chars = repeats(table_for(table, lines), hashes, chars, lines)
        words = scan_words(data, begin, end, RULES, starts, stops, chars, flags, hashes)
        out[row, 1] = terminal / lines
        out[row, 2] = short / lines
        out[row, 3] = repeated_chars / max(all_chars, 1)
        out[row, 4] = breaks / max(words, 1)
    return out
