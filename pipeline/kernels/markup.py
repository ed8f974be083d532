"""Marks of markup in the beginnings of texts: wikitext's, and what may begin a tag or a command."""

import numpy as np
import numpy.typing as npt

from pipeline.kernels.arrow import Bytes, Offsets
from pipeline.kernels.compile import kernel

CHARS = 0  # characters that were looked at
LINKS, LINK_ENDS, TEMPLATES, TEMPLATE_ENDS, BOLD, HEADINGS, NOTES, ROWS, END_TAGS, BACKSLASHES = range(1, 11)
COLUMNS = 11

_LF, _APOSTROPHE, _SLASH, _LESS, _EQUALS, _OPEN, _BACKSLASH, _CLOSE, _BRACE, _BAR, _BRACE_END = b"\n'/<=[\\]{|}"
_R, _E, _F, _DASH = b"ref-"
_BEGINS = np.zeros(256, np.bool_)
_BEGINS[[_LF, _APOSTROPHE, _LESS, _OPEN, _BACKSLASH, _CLOSE, _BRACE, _BRACE_END]] = True
_RUN_COLUMN, _RUN_LENGTH = np.zeros(256, np.int64), np.zeros(256, np.int64)
for _byte, _column, _length in (
    (_OPEN, LINKS, 2), (_CLOSE, LINK_ENDS, 2), (_BRACE, TEMPLATES, 2), (_BRACE_END, TEMPLATE_ENDS, 2),
    (_APOSTROPHE, BOLD, 3), (_BACKSLASH, BACKSLASHES, 1),
):  # fmt: skip
    _RUN_COLUMN[_byte], _RUN_LENGTH[_byte] = _column, _length


@kernel
def mark_counts(data: Bytes, offsets: Offsets, max_chars: int) -> npt.NDArray[np.int64]:
    """int64 [n, COLUMNS]: how often each mark stands in the first `max_chars` characters (UTF-8) of each text:
    `[[ ]] {{ }} '''`, then `==` and `|-` behind a line feed and `<ref`, `</` and backslashes. Four brackets are two.
    """
    n = len(offsets) - 1
    counts = np.zeros((n, COLUMNS), np.int64)
    for row in range(n):
        i, end, chars = int(offsets[row]), int(offsets[row + 1]), 0
        for k in range(i, end):
            begins = data[k] & 0xC0 != 0x80
            if begins and chars == max_chars:
                end = k
                break
            chars += begins
        found = counts[row]
        found[CHARS] = chars
        while i < end:
            byte = data[i]
            if not _BEGINS[byte]:
                i += 1
            elif byte == _LF:
                if i + 2 < end:
                    found[HEADINGS] += data[i + 1] == _EQUALS and data[i + 2] == _EQUALS
                    found[ROWS] += data[i + 1] == _BAR and data[i + 2] == _DASH
                i += 1
            elif byte == _LESS:
                if i + 1 < end:
                    found[END_TAGS] += data[i + 1] == _SLASH
                if i + 3 < end:
                    found[NOTES] += data[i + 1] == _R and data[i + 2] == _E and data[i + 3] == _F
                i += 1
            else:
                start = i
                while i < end and data[i] == byte:
                    i += 1
                found[_RUN_COLUMN[byte]] += (i - start) // _RUN_LENGTH[byte]
    return counts


def warm_up() -> None:
    offsets = np.array([0, 2], np.int32)
    offsets.flags.writeable = False
    mark_counts(np.frombuffer(b"[[", np.uint8), offsets, 1)
