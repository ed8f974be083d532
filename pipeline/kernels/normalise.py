"""The normal form of a text for exact deduplication, and its 128-bit key.

Two texts are exact duplicates when they hold the same letters, digits, marks and symbols in the same order, whatever
their case, their punctuation, and how they are wrapped and spaced. Precisely:
- case is folded, one character to one (ß stays, it does not become ss);
- each run of white space, punctuation (category P) and controls becomes one space, or nothing at the ends of the text
  and between characters of scripts without spaces, where wrapping would otherwise insert one;
- invisible characters (category Cf: soft hyphens, zero-width spaces, direction marks) go;
- symbols (category S: + $ < © emoji) stay, so that programs and formulas do not collapse.
Unicode is not normalised: web text is almost all NFC, and the rare text that differs in this alone is left to
near-duplicate detection.
"""

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import xxhash

from pipeline.kernels.arrow import Bytes, Offsets, string_buffers
from pipeline.kernels.compile import kernel
from pipeline.kernels.unicode import byte_at, class_of, fold_case, next_character
from pipeline.kernels.unicode_rules import EXTENDS, FORMAT, SEPARATOR, UNSPACED

Int64Array = npt.NDArray[np.int64]

KEY_BYTES = 16

_BLANK = 0x20
_MAX_GROWTH = 3  # output bytes an input byte: a byte that is no UTF-8 becomes U+FFFD


def normalise(text: pa.Array) -> pa.Array:
    """large_string array: each text in normal form. Raises as `string_buffers` does."""
    data, offsets = _normalise(*string_buffers(text))
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(data)]
    return pa.Array.from_buffers(pa.large_string(), len(text), buffers)


def content_keys(text: pa.Array) -> pa.Array:
    """binary(16) array: equal keys mean equal content. XXH3-128 of the normal form.

    A text without any content is keyed by its bytes, white space folded, apart from all others: a row of dashes and
    a row of stars are no duplicates of each other. At 1e10 documents the chance of a single collision is 1.5e-19.
    """
    data, offsets = _normalise(*string_buffers(text))
    normal = memoryview(data)  # type: ignore[arg-type]
    bounds = offsets.tolist()
    keys = bytearray()
    for row, (start, stop) in enumerate(pairwise(bounds)):
        # A normal form holds no NUL, so that a text's own bytes behind one cannot be taken for a normal form.
        content = normal[start:stop] if stop > start else b"\0" + b" ".join(text[row].as_py().encode().split())
        keys += xxhash.xxh3_128_digest(content)
    return pa.Array.from_buffers(pa.binary(KEY_BYTES), len(text), [None, pa.py_buffer(bytes(keys))])


def warm_up() -> None:
    content_keys(pa.array(["A line."]))


@kernel
def put_character(out: Bytes, at: int, code: int) -> int:
    """Write a character as UTF-8; returns the position behind it."""
    if code < 0x80:
        out[at] = code
        return at + 1
    if code < 0x800:
        out[at] = 0xC0 | (code >> 6)
        at += 1
    else:
        if code < 0x10000:
            out[at] = 0xE0 | (code >> 12)
            at += 1
        else:
            out[at] = 0xF0 | (code >> 18)
            out[at + 1] = 0x80 | ((code >> 12) & 0x3F)
            at += 2
        out[at] = 0x80 | ((code >> 6) & 0x3F)
        at += 1
    out[at] = 0x80 | (code & 0x3F)
    return at + 1


@kernel
def _normalise(data: Bytes, offsets: Offsets) -> tuple[Bytes, Int64Array]:
    n = len(offsets) - 1
    out = np.empty(_MAX_GROWTH * np.int64(offsets[n] - offsets[0]), np.uint8)
    out_offsets = np.zeros(n + 1, np.int64)
    filled = 0
    for row in range(n):
        end = offsets[row + 1]
        separated = False  # whether a separator waits for what follows
        unspaced = False  # whether the character before is of a script without spaces
        at = offsets[row]
        while at < end:
            byte = byte_at(data, at)
            if byte < 0x80:
                code, size = byte, 1
            else:
                code, size = next_character(data, at, end)
            at += size
            is_a = class_of(code)
            if is_a & SEPARATOR:
                separated = True
                continue
            if is_a & FORMAT:
                continue
            was_unspaced = unspaced
            unspaced = is_a & UNSPACED != 0 or (is_a & EXTENDS != 0 and was_unspaced)
            if separated and filled > out_offsets[row] and not (was_unspaced and unspaced):
                out[filled] = _BLANK
                filled += 1
            separated = False
            filled = put_character(out, filled, fold_case(code))
        out_offsets[row + 1] = filled
    return out[:filled], out_offsets
