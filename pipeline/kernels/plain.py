"""The plain words of a text, as classifiers read them: folded case, one blank between words, nothing else.

Words are those of the kind `MATCHING` (pipeline.kernels.words): runs of letters, digits and marks; in scripts without
spaces every cluster is a word. Symbols and punctuation separate. Every ASCII digit becomes 0, so that a classifier
sees that there is a year or a price, and cannot learn when a crawl was made.
"""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.kernels.arrow import Bytes, Offsets, string_array, string_buffers
from pipeline.kernels.compile import kernel
from pipeline.kernels.normalise import put_character
from pipeline.kernels.unicode import byte_at, class_of, fold_case, next_character
from pipeline.kernels.unicode_rules import EXTENDS, FORMAT, JOINS_NEXT, SEPARATOR, SYMBOL, UNSPACED

_BLANK, _ZERO, _NINE = 0x20, 0x30, 0x39
_MAX_CHARACTER_BYTES = 4 + 1  # with the blank before it

# ASCII letters in folded case and digits as 0, which are most of most texts; 0 for all that takes a closer look.
_ASCII_PLAIN = np.array(
    [ord("0" if chr(c).isdigit() else chr(c).lower()) if c < 128 and chr(c).isalnum() else 0 for c in range(256)],
    np.uint8,
)


def plain_words(texts: pa.Array, max_chars: int) -> pa.Array:
    """string array: the words of each text up to its first `max_chars` characters that belong to words.

    Raises as `string_buffers` does.
    """
    return string_array(*_plain(*string_buffers(texts), max_chars))


def warm_up() -> None:
    plain_words(pa.array(["A line."]), 10)


@kernel
def _plain(data: Bytes, offsets: Offsets, max_chars: int) -> tuple[Bytes, npt.NDArray[np.int32]]:
    n = len(offsets) - 1
    room = 0
    for row in range(n):
        room += min(max_chars, int(offsets[row + 1] - offsets[row])) * _MAX_CHARACTER_BYTES
    out = np.empty(room, np.uint8)
    out_offsets = np.zeros(n + 1, np.int32)
    filled = 0
    for row in range(n):
        end = offsets[row + 1]
        begin = filled
        separated = False  # whether a separator waits for what follows
        cluster = False  # whether the character before belongs to a cluster of a script without spaces
        joins = False  # whether the character before pulls this one into its cluster
        chars = 0
        at = offsets[row]
        while at < end and chars < max_chars:
            byte = byte_at(data, at)
            if byte == _BLANK:
                separated = True
                at += 1
                continue
            folded = _ASCII_PLAIN[byte]
            if folded:
                if (separated or cluster) and filled > begin:
                    out[filled] = _BLANK
                    filled += 1
                separated = cluster = joins = False
                while folded:
                    out[filled] = folded
                    filled += 1
                    chars += 1
                    at += 1
                    folded = _ASCII_PLAIN[byte_at(data, at)] if at < end and chars < max_chars else 0
                continue
            if byte < 0x80:
                code, size = byte, 1
            else:
                code, size = next_character(data, at, end)
            at += size
            is_a = class_of(code)
            if is_a & (SEPARATOR | SYMBOL):
                separated = True
                continue
            if is_a & FORMAT:
                continue
            if is_a & EXTENDS:
                begins = separated
                cluster = cluster and not separated
            elif is_a & UNSPACED:
                begins = separated or not joins
                cluster = True
            else:
                begins = separated or cluster
                cluster = False
            if begins and filled > begin:
                out[filled] = _BLANK
                filled += 1
            joins = is_a & JOINS_NEXT != 0
            separated = False
            if _ZERO <= code <= _NINE:
                code = _ZERO
            filled = put_character(out, filled, fold_case(code))
            chars += 1
        out_offsets[row + 1] = filled
    return out[:filled], out_offsets
