"""The form of a text in which benchmarks and documents are compared, and the way back to the text's own positions.

What is written in different ways is one: characters of any Unicode form and case (`matching_rules`), character
references of HTML, also of references, and escapes of strings (\\n, \\u00e9) are read; tags of HTML, comments, targets
of Markdown links and LaTeX commands that only dress their argument are left out. The word scanner then drops
punctuation, and with it what else there is of Markdown and TeX.

Both sides are treated alike, so that a doubtful reading (`<b` in a program) costs no match. A text's form is made row
by row, with a list of edits: rows of (first, end) bytes in the form and (first, end) in the data that they stand for.
Between edits bytes are the same.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.kernels import matching_data
from pipeline.kernels.arrow import Bytes, Offsets, string_buffers
from pipeline.kernels.compile import borrowed, kernel
from pipeline.kernels.html_entities import read_reference
from pipeline.kernels.html_names import find_name, is_letter, is_space, name_table
from pipeline.kernels.matching_rules import GONE, HANGUL, LENGTH_BITS, UNCHANGED
from pipeline.kernels.normalise import put_character
from pipeline.kernels.unicode import next_character
from pipeline.kernels.unicode_rules import unpack

Int64Array = npt.NDArray[np.int64]

_INDEX = unpack(matching_data.INDEX, np.uint8)
_BLOCKS = unpack(matching_data.BLOCKS, np.int32)
_POINTS = unpack(matching_data.POINTS, np.int32)
_LENGTH_MASK = (1 << LENGTH_BITS) - 1
_HANGUL_FIRST, _HANGUL_LAST = HANGUL

# Tags inside words, and tags that part them.
_JOINING = ["b", "big", "em", "font", "i", "mark", "s", "small", "strong", "sub", "sup", "tt", "u", "wbr"]
_PARTING = [
    "a", "abbr", "address", "article", "aside", "blockquote", "body", "br", "button", "caption", "center", "cite",
    "code", "dd", "del", "details", "div", "dl", "dt", "figcaption", "figure", "footer", "form", "h1", "h2", "h3",
    "h4", "h5", "h6", "head", "header", "hr", "html", "img", "input", "ins", "kbd", "label", "li", "link", "main",
    "math", "meta", "nav", "ol", "option", "p", "pre", "q", "samp", "section", "select", "span", "strike",
    "summary", "table", "tbody", "td", "th", "thead", "title", "tr", "ul", "var", "video",
]  # fmt: skip
_TAG_SLOTS, _TAG_HASHES = name_table(_JOINING + _PARTING)
_JOINS = len(_JOINING)  # tags up to this number join
# LaTeX commands that dress what follows; of \begin and \end the argument goes, too.
_ENVIRONMENTS = ["begin", "end"]
_DRESSES = [
    "big", "bigg", "biggl", "biggr", "bigl", "bigr", "bm", "boldsymbol", "boxed", "displaystyle", "emph", "fbox",
    "hbox", "item", "left", "limits", "mathbb", "mathbf", "mathcal", "mathfrak", "mathit", "mathrm", "mathsf",
    "mathtt", "mbox", "noindent", "nolimits", "operatorname", "par", "qquad", "quad", "right", "scriptstyle",
    "text", "textbf", "textit", "textmd", "textnormal", "textrm", "textsc", "textsf", "textstyle", "texttt",
    "textup", "underline",
]  # fmt: skip
# Commands that begin like the escapes \n, \r and \t; a newline before "eq" is rarer than \neq.
_COMMANDS = [
    "nabla", "natural", "ne", "nearrow", "neg", "neq", "newcommand", "newline", "nexists", "ngeq", "ni", "nleq",
    "nmid", "nonumber", "not", "notin", "nu", "raisebox", "rangle", "rceil", "ref", "renewcommand", "rfloor", "rho",
    "rightarrow", "rightharpoonup", "rm", "root", "rvert", "tag", "tan", "tanh", "tau", "tbinom", "tfrac",
    "therefore", "theta", "thickapprox", "tilde", "times", "title", "to", "top", "triangle", "triangleq",
]  # fmt: skip
_LATEX_SLOTS, _LATEX_HASHES = name_table(_ENVIRONMENTS + _DRESSES + _COMMANDS)
_ENVIRONMENT, _DRESS = len(_ENVIRONMENTS), len(_ENVIRONMENTS) + len(_DRESSES)

_MAX_MARKUP_BYTES = 1_000  # of a tag or link target; a longer one is text
_AMP, _LT, _GT, _BACKSLASH, _BRACKET, _PAREN, _PAREN_END, _BLANK = 0x26, 0x3C, 0x3E, 0x5C, 0x5D, 0x28, 0x29, 0x20
_SPECIAL = np.array([byte >= 0x80 or byte in b"&<\\]" for byte in range(256)], np.bool_)
_FNV_OFFSET, _FNV_PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)
_SLACK = 64  # bytes that one step may write beyond what it reads; the longest form has 18 characters


def matching_form(text: str) -> str:
    """The form of one text, for tests and messages: kernels call `form_row`."""
    data, offsets = string_buffers(pa.array([text], pa.string()))
    return _form_one(data, offsets).tobytes().decode()


def warm_up() -> None:
    matching_form("a <b>&amp;</b>")


@kernel
def _form_one(data: Bytes, offsets: Offsets) -> Bytes:
    out, size, _, _ = form_row(data, offsets[0], offsets[1], np.empty(16, np.uint8), np.empty((16, 4), np.int64))
    return out[:size]


@kernel
def form_row(data: Bytes, begin: int, end: int, out: Bytes, edits: Int64Array) -> tuple[Bytes, int, Int64Array, int]:
    """(form, its bytes, edits, their number) of data[begin:end]; `out` and `edits` are written to, or larger ones."""
    source = borrowed(data)
    filled = 0
    n_edits = 0
    at: Any = np.int64(begin)
    while at < end:
        if len(out) < filled + end - at + _SLACK:
            larger = np.empty(2 * (filled + end - at + _SLACK), np.uint8)
            larger[:filled] = out[:filled]
            out = larger
        while at < end and not _SPECIAL[source[at]]:
            out[filled] = source[at]
            filled += 1
            at += 1
        if at >= end:
            break
        first = filled
        after: Any = at
        byte = source[at]
        if byte >= 0x80:
            code, size = next_character(source, at, end)
            after = at + size
            filled, joins = _put_form(out, filled, code)
            if joins and first > 0:  # a mark belongs to the character before it
                if n_edits > 0 and edits[n_edits - 1, 1] == first:
                    edits[n_edits - 1, 3] = after
                    at = after
                    continue
                while first > 0 and out[first - 1] & 0xC0 == 0x80:
                    first -= 1
                first = max(0, first - 1)
                at -= filled - first
            elif filled == first + size and _same(source, at, out, first, size):
                at = after
                continue
        elif byte == _AMP:
            after, point, second = _reference(source, at, end)
            if after > at:
                is_tag = False
                if point == _LT:
                    tag_after, joins = _tag(source, after, end)
                    if tag_after > 0:
                        after = tag_after
                        is_tag = True
                        if not joins:
                            out[filled] = _BLANK
                            filled += 1
                if not is_tag:
                    filled, _ = _put_form(out, filled, point)
                    if second > 0:
                        filled, _ = _put_form(out, filled, second)
        elif byte == _LT:
            tag_after, joins = _tag(source, at + 1, end)
            if tag_after > 0:
                after = tag_after
                if not joins:
                    out[filled] = _BLANK
                    filled += 1
        elif byte == _BRACKET:
            after = _link(source, at, end)
            if after > at:
                out[filled] = _BLANK
                filled += 1
        else:
            after, point = _escape(source, at, end)
            if after > at:
                filled, _ = _put_form(out, filled, point)
        if after == at:  # nothing of the kind: the character itself
            out[filled] = byte
            filled += 1
            at += 1
            continue
        if n_edits == len(edits):
            more = np.empty((2 * n_edits, 4), np.int64)
            more[:n_edits] = edits
            edits = more
        edits[n_edits, 0] = first
        edits[n_edits, 1] = filled
        edits[n_edits, 2] = at
        edits[n_edits, 3] = after
        n_edits += 1
        at = after
    return out, filled, edits, n_edits


@kernel
def to_source(
    edits: Int64Array, n_edits: int, begin: int, positions: Int64Array, first: int, last: int, behind: int
) -> None:
    """Replace ascending positions[first:last] in the form by positions in the data, where the row begins at `begin`.

    `behind` is 0 for positions of first bytes and 1 for positions behind last ones.
    """
    passed = 0
    for i in range(first, last):
        place = positions[i] - behind
        while passed < n_edits and edits[passed, 0] <= place:
            passed += 1
        if passed == 0:
            positions[i] = begin + place + behind
        elif place < edits[passed - 1, 1]:
            positions[i] = edits[passed - 1, 2 + behind]
        else:
            positions[i] = edits[passed - 1, 3] + place - edits[passed - 1, 1] + behind


@kernel
def _same(data: Any, at: int, out: Bytes, first: int, size: int) -> bool:
    for i in range(size):  # noqa: SIM110  # numba compiles no generators
        if data[at + i] != out[first + i]:
            return False
    return True


@kernel
def _entry(code: int) -> int:
    return int(_BLOCKS[(np.int64(_INDEX[code >> 8]) << 8) | (code & 0xFF)])


@kernel
def _put_form(out: Bytes, at: int, code: int) -> tuple[int, bool]:
    """(position behind the form of a character, whether it has none)."""
    if code < 0x80:
        out[at] = code
        return at + 1, False
    if _HANGUL_FIRST <= code <= _HANGUL_LAST:
        place = code - _HANGUL_FIRST
        at = put_character(out, at, 0x1100 + place // 588)
        at = put_character(out, at, 0x1161 + place % 588 // 28)
        if place % 28:
            at = put_character(out, at, 0x11A7 + place % 28)
        return at, False
    if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        code = 0xFFFD
    entry = _entry(code)
    if entry == GONE:
        return at, True
    if entry == UNCHANGED:
        return put_character(out, at, code), False
    first = entry >> LENGTH_BITS
    for i in range(first, first + (entry & _LENGTH_MASK)):
        at = put_character(out, at, _POINTS[i])
    return at, False


@kernel
def _reference(data: Any, at: int, end: int) -> tuple[int, int, int]:
    """As `read_reference`, with a semicolon behind; &amp;nbsp; is &nbsp;."""
    after, point, second = read_reference(data, at, end)
    if after == at or data[after - 1] != 0x3B:
        return at, 0, 0
    while point == _AMP:
        inner, inner_point, inner_second = read_reference(data, after - 1, end)
        if inner == after - 1 or data[inner - 1] != 0x3B:
            break
        after, point, second = inner, inner_point, inner_second
    return after, point, second


@kernel
def _name(data: Any, at: int, end: int, digits: bool) -> tuple[int, np.uint64]:
    """(end, FNV-1a in lower case) of the letters at `at`, and digits behind them where those belong to names."""
    value = _FNV_OFFSET
    first = at
    while at < end and (is_letter(data[at]) or (digits and at > first and 48 <= data[at] <= 57)):
        byte = np.int64(data[at])
        value = (value ^ np.uint64(byte | 0x20 if byte >= 65 else byte)) * _FNV_PRIME
        at += 1
    return at, value


@kernel
def _tag(data: Any, at: int, end: int) -> tuple[int, bool]:
    """(position behind the tag whose name or slash is at `at`, whether it joins words); (-1, ...) for no known tag."""
    end = min(end, at + _MAX_MARKUP_BYTES)
    if at + 2 < end and data[at] == 33 and data[at + 1] == 45 and data[at + 2] == 45:  # a comment
        for i in range(at + 5, end):
            if data[i] == _GT and data[i - 1] == 45 and data[i - 2] == 45:
                return i + 1, False
        return -1, False
    if at < end and data[at] == 47:
        at += 1
    at, value = _name(data, at, end, True)
    number = find_name(_TAG_SLOTS, _TAG_HASHES, value)
    if number == 0 or at >= end or not (is_space(data[at]) or data[at] in (47, _GT, _AMP)):
        return -1, False
    while at < end and data[at] != _LT:
        if data[at] == _GT:
            return at + 1, number <= _JOINS
        if data[at] == _AMP and at + 3 < end and data[at + 1] | 32 == 103 and data[at + 2] | 32 == 116:  # &gt;
            return at + 3 + (data[at + 3] == 0x3B), number <= _JOINS
        at += 1
    return -1, False


@kernel
def _link(data: Any, at: int, end: int) -> int:
    """The position behind the target of a Markdown link whose text ends at `at`; `at` where there is none."""
    if at + 1 >= end or data[at + 1] != _PAREN:
        return at
    depth = 0
    is_address = False
    for i in range(at + 1, min(end, at + _MAX_MARKUP_BYTES)):
        byte = data[i]
        if byte == _PAREN:
            depth += 1
        elif byte == _PAREN_END:
            depth -= 1
            if depth == 0:
                return i + 1 if is_address else at
        elif is_space(byte):
            return at
        elif byte in (0x2F, 0x23, 0x2E):  # / # .
            is_address = True
    return at


@kernel
def _escape(data: Any, at: int, end: int) -> tuple[int, int]:
    """(position behind what the backslash at `at` begins, the character that it stands for); (at, 0) for nothing."""
    if at + 1 >= end or not is_letter(data[at + 1]):
        return at, 0
    after, value = _name(data, at + 1, min(end, at + 32), False)
    number = find_name(_LATEX_SLOTS, _LATEX_HASHES, value)
    letter = np.int64(data[at + 1]) | 32
    if 0 < number <= _DRESS:
        if number <= _ENVIRONMENT and after < end and data[after] == 0x7B:
            for i in range(after, min(end, after + 32)):
                if data[i] == 0x7D:
                    return i + 1, _BLANK
        return after, _BLANK
    if number == 0 and letter in (110, 114, 116):
        if at + 2 < end and data[at + 2] >= 0x80 and _entry(next_character(data, at + 2, end)[0]) == GONE:
            return at, 0  # a letter with a mark
        return at + 2, _BLANK
    if letter == 117 and at + 5 < end:
        code: Any = 0
        for i in range(at + 2, at + 6):
            byte = np.int64(data[i])
            if 48 <= byte <= 57:
                code = code * 16 + byte - 48
            elif 97 <= byte | 32 <= 102:
                code = code * 16 + (byte | 32) - 87
            else:
                return at, 0
        return at + 6, code if code < 0xD800 or code > 0xDFFF else 0xFFFD
    return at, 0
