"""HTML to blocks of text: one linear pass over the bytes, no tree library, no Python object an element.

A block is the inline text between two edges of block-level elements or line breaks, whitespace folded and references
decoded; `pre` keeps its lines. Elements are kept in document order, parents first, and hold a contiguous range of
blocks, so that a sum over a subtree is a difference of two prefix sums. Unclosed and stray tags follow the Standard
where it matters for text (WHATWG HTML, section 13.2): implied ends of p, li, dt, dd, rows, cells and options; an end
tag closes nothing outside its table cell. Any bytes are read in linear time, and never out of bounds.
"""

from typing import NamedTuple

import numpy as np

from pipeline.kernels.compile import borrowed, kernel
from pipeline.kernels.find import find_byte
from pipeline.kernels.html import comment_end, raw_text_end
from pipeline.kernels.html_entities import put_code_point, read_reference
from pipeline.kernels.html_names import find_name, fnv1a, is_letter, is_space, read_name
from pipeline.kernels.html_tags import (
    CLOSES,
    CLOSES_P,
    CUSTOM,
    HAS_IMPLIED_END,
    HASHES,
    IS_BLOCK,
    IS_BOLD,
    IS_CELL,
    IS_PREFORMATTED,
    IS_SKIPPED,
    IS_VOID,
    NUMBER,
    OF_TABLE,
    SLOTS,
    STOPS,
)

MAX_DEPTH = 512
"""Elements that nest deeper give their text to the last one above."""
MAX_WORDS = 24
"""Words of attributes that are kept of an element."""

# Bits of `Blocks.kind`, `Blocks.marks` and `Blocks.hidden`.
PREFORMATTED, AFTER_BREAK = 1, 2
LINK, BOLD = 1, 2
DISPLAY_NONE, HIDDEN_ATTRIBUTE, ARIA_HIDDEN = 1, 2, 4


class Blocks(NamedTuple):
    """A page: n blocks and m elements; block i is text[start[i]:end[i]]. Element 0 stands for the document."""

    text: np.ndarray
    """uint8, UTF-8 where the page was; the title first, then all blocks, a line feed after each."""
    marks: np.ndarray
    """uint8 a byte of `text`: LINK, BOLD."""
    rows: np.ndarray
    """int32 [n, 5]: START and END in `text`; ELEMENT, the innermost block-level one; KIND, bits; IMAGES since the block
    before."""
    elements: np.ndarray
    """int64 [m, 7]: TAG, a number of `html_tags` (0 for the document and unknown names); PARENT (-1 for the document);
    FIRST and LAST: it holds blocks FIRST to LAST - 1 (inline elements approximately); STYLE, the hash of its first
    class or 0; HIDDEN, bits; WORDS, where its words begin (they end where those of the next element begin)."""
    words: np.ndarray
    """uint32: hashes of the words of class, id, role, itemprop and itemtype, whole and split; also custom names."""
    title: int
    """The title is text[:title]."""

    @property
    def start(self) -> np.ndarray:
        """int32 [n]"""
        return np.ascontiguousarray(self.rows[:, START])

    @property
    def end(self) -> np.ndarray:
        """int32 [n]"""
        return np.ascontiguousarray(self.rows[:, END])


# Columns of `Blocks.rows` and `Blocks.elements`.
START, END, ELEMENT, KIND, IMAGES = range(5)
TAG, PARENT, FIRST, LAST, STYLE, HIDDEN, WORDS = range(7)
# Columns of the stack of open elements, int64: what ends with the element is LINK, BOLD, _PRE and _MUTE.
_ELEMENT, _CODE, _NAME, _BITS = range(4)
_PRE, _MUTE = 4, 8
# Places in the state, an int64 array.
(
    _W, _START, _BLOCKS, _ELEMENTS, _WORDS, _TOP, _OVERFLOW, _LINKS, _BOLDS, _PRES, _MUTES, _IMAGES, _BREAK, _MATH_END,
    _TITLE, _TYPE, _TYPE_END, _ALT, _ALT_END, _TEX, _TEX_END, _DISPLAY, _MUTING, _NO_QUOTE, _NO_APOSTROPHE, _FORMULA,
    _STATES,
) = range(27)  # fmt: skip

_ORDINARY, _SPACE, _LESS, _AMPERSAND, _SPECIAL, _CONTROL = range(6)


def _byte_classes() -> np.ndarray:
    table = np.full(256, _ORDINARY, np.uint8)
    table[:32] = _CONTROL
    table[127] = _CONTROL
    table[[9, 10, 11, 12, 13, 32]] = _SPACE
    table[60], table[38] = _LESS, _AMPERSAND
    table[[0xC2, 0xE1, 0xE2, 0xE3, 0xEF]] = _SPECIAL  # begin characters that are spaces, or nothing
    return table


def _ends_of_names() -> np.ndarray:
    table = np.zeros(256, np.uint8)
    table[[9, 10, 11, 12, 13, 32, 47, 61, 62]] = 1  # spaces / = >
    return table


def hash_word(word: str) -> int:
    """What stands in `Blocks.words` for a word in lower case: FNV-1a, 32 bits."""
    value = 0x811C9DC5
    for byte in word.encode():
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return value


def _packed(name: str) -> int:
    return int.from_bytes(name.encode()[:8], "little")


_CLASS = _byte_classes()
_ENDS_NAME = _ends_of_names()
_FNV32, _PRIME32, _MASK32 = 0x811C9DC5, 0x01000193, 0xFFFFFFFF
_A_CLASS, _A_ID, _A_ROLE, _A_ITEMPROP, _A_ITEMTYPE, _A_STYLE, _A_HIDDEN, _A_ARIA_HIDDEN = (
    _packed(n) for n in ("class", "id", "role", "itemprop", "itemtype", "style", "hidden", "aria-hid")
)
_A_TYPE, _A_ALT, _A_ALTTEXT, _A_DISPLAY = (_packed(n) for n in ("type", "alt", "alttext", "display"))
_WORD_KATEX_HTML = hash_word("katex-html")
_WORDS_MATHJAX = np.array(
    [hash_word(f"mathjax{kind}") for kind in ("_preview", "_display", "_svg", "_chtml")], np.int64
)
_WORDS_FORMULA = np.array(
    [
        hash_word(w)
        for w in ("mwe-math-fallback-image-inline", "mwe-math-fallback-image-display", "tex", "latex", "math")
    ],
    np.int64,
)
(
    _T_A, _T_BR, _T_IMG, _T_MATH, _T_P, _T_PRE, _T_SCRIPT, _T_STYLE, _T_SVG, _T_TITLE, _T_BODY, _T_TD, _T_TH, _T_TABLE,
    _T_BUTTON, _T_TR,
) = (
    NUMBER[name]
    for name in "a br img math p pre script style svg title body td th table button tr".split()  # noqa: SIM905
)  # fmt: skip
_H_HTML, _H_HEAD, _H_HR, _H_ANNOTATION = (np.uint64(fnv1a(name)) for name in ("html", "head", "hr", "annotation"))
_N_CODES = CUSTOM + 1


@kernel
def _begin_space(text: np.ndarray, marks: np.ndarray, state: np.ndarray, w: int) -> int:
    """Write one space unless the block begins here or ends in one; returns the position."""
    if w > state[_START] and text[w - 1] != 32 and text[w - 1] != 10:
        text[w] = 32
        marks[w] = marks[w - 1]
        w += 1
    return w


@kernel
def _point(text: np.ndarray, marks: np.ndarray, state: np.ndarray, w: int, point: int, mark: int) -> int:
    """Write a code point that came from a reference."""
    if point == 32 or 9 <= point <= 13 or point == 0xA0 or 0x2000 <= point <= 0x200A or point == 0x3000 \
            or point == 0x202F or point == 0x205F or point == 0x2028 or point == 0x2029 or point == 0x1680:  # fmt: skip
        if state[_PRES] > 0 and w > state[_START]:
            text[w] = 10 if point == 10 else 32
            marks[w] = mark
            return w + 1
        return _begin_space(text, marks, state, w)
    if (point < 32 and point != 0) or 127 <= point < 160 or point == 0xAD or point == 0xFEFF:
        return w
    after = put_code_point(text, w, point)
    marks[w:after] = mark
    return after


@kernel
def _special(data: np.ndarray, i: int, end: int) -> tuple[int, int]:
    """(length, 0 a character, 1 a space, 2 nothing) of what begins at `i` with 0xC2, 0xE1, 0xE2, 0xE3 or 0xEF."""
    byte = data[i]
    if byte == 0xC2:
        if i + 1 < end:
            if data[i + 1] == 0xA0 or data[i + 1] == 0x85:
                return 2, 1
            if data[i + 1] == 0xAD or data[i + 1] < 0xA0:
                return 2, 2
        return 1, 0
    if i + 2 >= end:
        return 1, 0
    second, third = data[i + 1], data[i + 2]
    if byte == 0xE2 and second == 0x80 and (third <= 0x8A or third == 0xA8 or third == 0xA9 or third == 0xAF):
        return 3, 1
    if byte == 0xE2 and second == 0x81 and third == 0x9F:
        return 3, 1
    if (byte == 0xE3 and second == 0x80 and third == 0x80) or (byte == 0xE1 and second == 0x9A and third == 0x80):
        return 3, 1
    if byte == 0xEF and second == 0xBB and third == 0xBF:
        return 3, 2
    return 1, 0


@kernel
def _text(
    data: np.ndarray, i: int, end: int, up_to_tag: bool, text: np.ndarray, marks: np.ndarray, state: np.ndarray
) -> int:
    """Write text from `i` to `end`, or to the next tag; returns where it stopped."""
    w = state[_W]
    pre = state[_PRES] > 0
    mark = np.uint8((LINK if state[_LINKS] > 0 else 0) | (BOLD if state[_BOLDS] > 0 else 0))
    while i < end:
        byte = data[i]
        kind = _CLASS[byte]
        if kind == _ORDINARY:
            while True:
                text[w] = data[i]
                marks[w] = mark
                w += 1
                i += 1
                if i >= end or _CLASS[data[i]] != _ORDINARY:
                    break
        elif kind == _SPACE:
            if not pre:
                w = _begin_space(text, marks, state, w)
                i += 1
                while i < end and _CLASS[data[i]] == _SPACE:
                    i += 1
                continue
            if byte == 10:
                if w > state[_START]:
                    text[w] = 10
                    marks[w] = mark
                    w += 1
            elif byte != 13:
                text[w] = 9 if byte == 9 else 32
                marks[w] = mark
                w += 1
            i += 1
        elif kind == _LESS:
            if up_to_tag and i + 1 < end and (
                is_letter(data[i + 1]) or data[i + 1] == 47 or data[i + 1] == 33 or data[i + 1] == 63
            ):  # fmt: skip
                break
            text[w] = byte
            marks[w] = mark
            w += 1
            i += 1
        elif kind == _AMPERSAND:
            after, point, second = read_reference(data, i, end)
            if after == i:
                text[w] = byte
                marks[w] = mark
                w += 1
                i += 1
            else:
                w = _point(text, marks, state, w, point, mark)
                if second:
                    w = _point(text, marks, state, w, second, mark)
                i = after
        elif kind == _SPECIAL:
            length, what = _special(data, i, end)
            if what == 0:
                text[w] = byte
                marks[w] = mark
                w += 1
            elif what == 1:
                if pre:
                    text[w] = 32
                    marks[w] = mark
                    w += 1
                else:
                    w = _begin_space(text, marks, state, w)
            i += length
        else:
            i += 1
    state[_W] = w
    return i


@kernel
def _flush(text: np.ndarray, marks: np.ndarray, rows: np.ndarray, stack: np.ndarray, state: np.ndarray) -> None:
    """End the block under way, if it holds any text."""
    w, start = state[_W], state[_START]
    while w > start and (text[w - 1] == 32 or text[w - 1] == 10 or text[w - 1] == 9):
        w -= 1
    if w > start:
        number = state[_BLOCKS]
        rows[number, START] = start
        rows[number, END] = w
        k = state[_TOP] - 1
        while k > 0 and not IS_BLOCK[stack[k, _CODE]]:
            k -= 1
        rows[number, ELEMENT] = stack[k, _ELEMENT]
        rows[number, KIND] = (PREFORMATTED if state[_PRES] > 0 else 0) | (AFTER_BREAK if state[_BREAK] else 0)
        rows[number, IMAGES] = state[_IMAGES]
        state[_BLOCKS] = number + 1
        state[_IMAGES] = 0
        state[_BREAK] = 0
        text[w] = 10
        marks[w] = 0
        w += 1
    state[_W] = w
    state[_START] = w


@kernel
def _pop(top: int, elements: np.ndarray, stack: np.ndarray, open_names: np.ndarray, state: np.ndarray) -> None:
    """Close the open elements from `top` on."""
    for k in range(top, state[_TOP]):
        elements[stack[k, _ELEMENT], LAST] = state[_BLOCKS]
        _end_effects(k, stack, state)
        open_names[stack[k, _NAME] & 255] -= 1
    state[_TOP] = top


@kernel
def _end_effects(k: int, stack: np.ndarray, state: np.ndarray) -> None:
    bits = stack[k, _BITS]
    state[_LINKS] -= 1 if bits & LINK else 0
    state[_BOLDS] -= 1 if bits & BOLD else 0
    state[_PRES] -= 1 if bits & _PRE else 0
    state[_MUTES] -= 1 if bits & _MUTE else 0
    stack[k, _BITS] = 0


@kernel
def _add_words(data: np.ndarray, i: int, end: int, limit: int, words: np.ndarray, state: np.ndarray) -> int:
    """Hash the words of an attribute, whole and split at punctuation, digits and capitals; returns its first."""
    first_whole = 0
    while i < end:
        if is_space(data[i]):
            i += 1
            continue
        whole, part, part_size, parts = _FNV32, _FNV32, 0, 0
        was_lower = False
        while True:
            at_end = i >= end or is_space(data[i])
            byte = np.int64(0) if at_end else np.int64(data[i])
            is_upper = 65 <= byte <= 90
            is_word = is_upper or 97 <= byte <= 122 or byte >= 128
            if (not is_word or (is_upper and was_lower)) and part_size > 0:
                if part_size > 1 and state[_WORDS] < limit:
                    words[state[_WORDS]] = part
                    state[_WORDS] += 1
                parts += 1
                part, part_size = _FNV32, 0
            if at_end:
                break
            lower = byte | 32 if is_upper else byte
            whole = ((whole ^ lower) * _PRIME32) & _MASK32
            if is_word:
                part = ((part ^ lower) * _PRIME32) & _MASK32
                part_size += 1
                was_lower = not is_upper
            else:
                was_lower = False
                parts += 1  # a sign or a digit: the whole is another word than its part
            i += 1
        if parts > 1 and state[_WORDS] < limit:
            words[state[_WORDS]] = whole
            state[_WORDS] += 1
        if first_whole == 0:
            first_whole = whole
        if whole == _WORD_KATEX_HTML:
            state[_MUTING] |= state[_MATH_END] == state[_W]
        for word in _WORDS_MATHJAX:
            state[_MUTING] |= whole == word
        for word in _WORDS_FORMULA:
            state[_FORMULA] |= whole == word
    return first_whole


@kernel
def _says_none(data: np.ndarray, i: int, end: int) -> bool:
    """Whether a style holds `display: none` or `visibility: hidden`."""
    while i + 3 < end:
        if (
            (data[i] | 32) == 110
            and (data[i + 1] | 32) == 111
            and (data[i + 2] | 32) == 110
            and (data[i + 3] | 32) == 101
        ):
            k = i - 1
            while k >= 0 and is_space(data[k]):
                k -= 1
            if k >= 7 and data[k] == 58:
                k -= 1
                while k >= 0 and is_space(data[k]):
                    k -= 1
                return (data[k] | 32) == 121 and k >= 6 and (data[k - 6] | 32) == 100  # d......y
        elif data[i] == 104 and data[i + 1] == 105 and data[i + 2] == 100 and data[i + 3] == 100:
            return i >= 11 and ((data[i - 2] | 32) == 121 or (data[i - 1] | 32) == 121 or data[i - 1] == 58)
        i += 1
    return False


@kernel
def _attributes(
    data: np.ndarray, i: int, element: int, elements: np.ndarray, words: np.ndarray, state: np.ndarray
) -> tuple[int, bool]:
    """(position after `>`, whether `/>`) of a start tag from the end of its name; size + 1 where it is cut."""
    size = data.size
    limit = elements[element, WORDS] + MAX_WORDS
    while True:
        while i < size and (is_space(data[i]) or data[i] == 47):
            i += 1
        if i >= size:
            return size + 1, False
        if data[i] == 62:
            return i + 1, data[i - 1] == 47
        name, length = 0, 0
        while i < size and (_ENDS_NAME[data[i]] == 0 or (data[i] == 61 and length == 0)):
            byte = np.int64(data[i])
            if length < 8:
                name |= (byte | 32 if 65 <= byte <= 90 else byte) << (8 * length)
            length += 1
            i += 1
        while i < size and is_space(data[i]):
            i += 1
        start = end = i
        if i < size and data[i] == 61:
            i += 1
            while i < size and is_space(data[i]):
                i += 1
            if i < size and (data[i] == 34 or data[i] == 39):
                quote = data[i]
                i += 1
                start = i
                missing = _NO_QUOTE if quote == 34 else _NO_APOSTROPHE
                if state[missing] == 0:
                    i = find_byte(data, i, size, quote)
                    if i >= size:  # the quotation is never closed: it ends with the tag, in browsers with the page
                        state[missing] = 1
                        i = start
                if state[missing]:
                    while i < size and data[i] != 62 and not is_space(data[i]):
                        i += 1
                end = i
                if i < size and data[i] == quote:
                    i += 1
            else:
                start = i
                while i < size and data[i] != 62 and not is_space(data[i]):
                    i += 1
                end = i
        if name == _A_CLASS and length == 5:
            first = _add_words(data, start, end, limit, words, state)
            if elements[element, STYLE] == 0:
                elements[element, STYLE] = first
        elif (
            (name == _A_ID and length == 2)
            or (name == _A_ROLE and length == 4)
            or (name == _A_ITEMPROP and length == 8)
            or (name == _A_ITEMTYPE and length == 8)
        ):
            _add_words(data, start, end, limit, words, state)
        elif name == _A_STYLE and length == 5:
            if _says_none(data, start, end):
                elements[element, HIDDEN] |= DISPLAY_NONE
        elif name == _A_HIDDEN and length == 6:
            elements[element, HIDDEN] |= HIDDEN_ATTRIBUTE
        elif name == _A_ARIA_HIDDEN and length == 11:
            if end - start == 4:  # true
                elements[element, HIDDEN] |= ARIA_HIDDEN
        elif name == _A_TYPE and length == 4:
            state[_TYPE], state[_TYPE_END] = start, end
        elif name == _A_ALT and length == 3:
            state[_ALT], state[_ALT_END] = start, end
        elif name == _A_ALTTEXT and length == 7:
            state[_TEX], state[_TEX_END] = start, end
        elif name == _A_DISPLAY and length == 7:
            state[_DISPLAY] = end - start == 5 and data[start] | 32 == 98  # block


@kernel
def _math(
    data: np.ndarray, start: int, end: int, is_display: bool, text: np.ndarray, marks: np.ndarray, state: np.ndarray
) -> None:
    """Write TeX source between dollar signs, without the wrapper `{\\displaystyle ...}`."""
    while start < end and is_space(data[start]):
        start += 1
    while end > start and is_space(data[end - 1]):
        end -= 1
    if end - start > 15 and data[start] == 123 and data[start + 1] == 92 and data[start + 2] == 100 \
            and data[start + 3] == 105 and data[start + 13] == 101 and data[end - 1] == 125:  # fmt: skip
        start, end = start + 14, end - 1
        while start < end and is_space(data[start]):
            start += 1
    if start >= end or state[_MUTES] > 0:
        return
    signs = 2 if is_display else 1
    for _ in range(signs):
        text[state[_W]] = 36
        marks[state[_W]] = 0
        state[_W] += 1
    _text(data, start, end, False, text, marks, state)
    w = state[_W]
    while text[w - 1] == 32:
        w -= 1
    for _ in range(signs):
        text[w] = 36
        marks[w] = 0
        w += 1
    state[_W] = w
    state[_MATH_END] = w


@kernel
def _says_tex(data: np.ndarray, start: int, end: int) -> bool:
    """Whether `tex` stands in data[start:end], in any case."""
    for i in range(start, end - 2):
        if (data[i] | 32) == 116 and (data[i + 1] | 32) == 101 and (data[i + 2] | 32) == 120:
            return True
    return False


@kernel
def _annotation(data: np.ndarray, start: int, end: int) -> tuple[int, int]:
    """The content of the TeX annotation in data[start:end], empty where there is none."""
    i = start
    while i < end:
        if data[i] == 60 and i + 1 < end and is_letter(data[i + 1]):
            after, value = read_name(data, i + 1)
            if value == _H_ANNOTATION:
                close = after
                while close < end and data[close] != 62:
                    close += 1
                if _says_tex(data, after, close):
                    return close + 1, min(raw_text_end(data, close, value), end)
            i = after
        else:
            i += 1
    return 0, 0


@kernel
def _imply_ends(
    code: int,
    text: np.ndarray,
    marks: np.ndarray,
    rows: np.ndarray,
    elements: np.ndarray,
    stack: np.ndarray,
    open_names: np.ndarray,
    state: np.ndarray,
) -> None:
    """Close what the start tag of an element closes."""
    if CLOSES_P[code]:
        k = state[_TOP] - 1
        while k > 0:
            open_code = stack[k, _CODE]
            if open_code == _T_P:
                _flush(text, marks, rows, stack, state)
                _pop(k, elements, stack, open_names, state)
                break
            if IS_CELL[open_code] or open_code in (_T_TABLE, _T_BUTTON):
                break
            k -= 1
    if HAS_IMPLIED_END[code]:
        cut = 0
        k = state[_TOP] - 1
        while k > 0:
            open_code = stack[k, _CODE]
            if CLOSES[code, open_code]:
                cut = k
            elif STOPS[code, open_code]:
                break
            k -= 1
        if cut:
            if IS_BLOCK[code]:
                _flush(text, marks, rows, stack, state)
            if code == _T_A:  # blocks inside a forgotten link go on without it
                _end_effects(cut, stack, state)
            else:
                _pop(cut, elements, stack, open_names, state)


@kernel
def _open(
    code: int,
    name: int,
    element: int,
    text: np.ndarray,
    marks: np.ndarray,
    stack: np.ndarray,
    open_names: np.ndarray,
    state: np.ndarray,
) -> None:
    top = state[_TOP]
    if top >= MAX_DEPTH:
        state[_OVERFLOW] += 1
        return
    bits = 0
    if code == _T_A:
        w = state[_W]
        # Links side by side are labels of their own, whatever keeps them apart on the screen.
        if w > state[_START] and marks[w - 1] & LINK and state[_LINKS] == 0 and state[_PRES] == 0:
            state[_W] = _begin_space(text, marks, state, w)
        bits |= LINK
        state[_LINKS] += 1
    if IS_BOLD[code]:
        bits |= BOLD
        state[_BOLDS] += 1
    if IS_PREFORMATTED[code]:
        bits |= _PRE
        state[_PRES] += 1
    if state[_MUTING]:
        bits |= _MUTE
        state[_MUTES] += 1
    stack[top, _ELEMENT] = element
    stack[top, _CODE] = code
    stack[top, _NAME] = name
    stack[top, _BITS] = bits
    open_names[name & 255] += 1
    state[_TOP] = top + 1


@kernel
def _close(
    code: int,
    name: int,
    text: np.ndarray,
    marks: np.ndarray,
    rows: np.ndarray,
    elements: np.ndarray,
    stack: np.ndarray,
    open_names: np.ndarray,
    state: np.ndarray,
) -> None:
    """An end tag."""
    is_block = IS_BLOCK[code]
    if is_block:
        _flush(text, marks, rows, stack, state)
    if state[_OVERFLOW] > 0:
        state[_OVERFLOW] -= 1
        return
    if open_names[name & 255] == 0:
        return
    crosses = False
    k = state[_TOP] - 1
    while k > 0 and stack[k, _NAME] != name:
        open_code = stack[k, _CODE]
        if (IS_CELL[open_code] or open_code == _T_TABLE) and not OF_TABLE[code]:
            return
        crosses |= IS_BLOCK[open_code]
        k -= 1
    if k <= 0:
        return
    if crosses and not is_block:
        _end_effects(k, stack, state)  # the blocks inside stay open, and go on without it
        open_names[name & 255] -= 1
        stack[k, _NAME] = 0
        open_names[0] += 1
    else:
        _pop(k, elements, stack, open_names, state)


@kernel
def _start_tag(
    data: np.ndarray,
    i: int,
    no_end: np.ndarray,
    text: np.ndarray,
    marks: np.ndarray,
    rows: np.ndarray,
    elements: np.ndarray,
    words: np.ndarray,
    stack: np.ndarray,
    open_names: np.ndarray,
    state: np.ndarray,
) -> int:
    """Read the start tag whose name begins at `i`; returns the position after it, or after what it skips."""
    size = data.size
    after, name = read_name(data, i)
    code = find_name(SLOTS, HASHES, name)
    element = state[_ELEMENTS]
    elements[element, WORDS] = state[_WORDS]
    elements[element, STYLE] = 0
    elements[element, HIDDEN] = 0
    if code == 0:
        for k in range(i, after):
            if data[k] == 45:
                code = CUSTOM
        if code == CUSTOM:
            _add_words(data, i, after, elements[element, WORDS] + MAX_WORDS, words, state)
    state[_TYPE] = state[_TYPE_END] = state[_ALT] = state[_ALT_END] = state[_TEX] = state[_TEX_END] = 0
    state[_DISPLAY] = state[_MUTING] = state[_FORMULA] = 0
    after, is_closed = _attributes(data, after, element, elements, words, state)
    if after > size or name in (_H_HTML, _H_HEAD):
        state[_WORDS] = elements[element, WORDS]
        return min(after, size)
    if IS_SKIPPED[code]:
        state[_WORDS] = elements[element, WORDS]
        return _skip(data, after, code, name, is_closed, no_end, text, marks, state)
    if code == _T_MATH and not is_closed:
        end = raw_text_end(data, after, name) if not no_end[code] else size
        no_end[code] |= end >= size
        tex, tex_end = _annotation(data, after, end) if end < size else (0, 0)
        if tex_end <= tex and state[_TEX_END] > state[_TEX] and end < size:
            tex, tex_end = state[_TEX], state[_TEX_END]
        if tex_end > tex:
            state[_WORDS] = elements[element, WORDS]
            _math(data, tex, tex_end, state[_DISPLAY] != 0, text, marks, state)
            return end
    _imply_ends(code, text, marks, rows, elements, stack, open_names, state)
    if code == _T_BR and state[_PRES] > 0:
        if state[_W] > state[_START]:
            text[state[_W]] = 10
            marks[state[_W]] = 0
            state[_W] += 1
    elif IS_BLOCK[code] or code == _T_BR or name == _H_HR:
        _flush(text, marks, rows, stack, state)
        if code == _T_BR:
            state[_BREAK] = 1
    if code == _T_IMG:
        state[_IMAGES] += 1
        if state[_FORMULA] and state[_ALT_END] > state[_ALT] and state[_MATH_END] != state[_W]:
            _math(data, state[_ALT], state[_ALT_END], False, text, marks, state)
    if IS_VOID[code]:
        state[_WORDS] = elements[element, WORDS]
        return after
    elements[element, TAG] = code
    elements[element, PARENT] = stack[state[_TOP] - 1, _ELEMENT]
    elements[element, FIRST] = elements[element, LAST] = state[_BLOCKS]
    state[_ELEMENTS] = element + 1
    if not is_closed:
        _open(code, np.int64(name), element, text, marks, stack, open_names, state)
    return after


@kernel
def _skip(
    data: np.ndarray, after: int, code: int, name: np.uint64, is_closed: bool, no_end: np.ndarray, text: np.ndarray,
    marks: np.ndarray, state: np.ndarray,
) -> int:  # fmt: skip
    """Position of the end tag of an element whose content is no text; writes what the content of some is worth."""
    size = data.size
    if is_closed and code != _T_SCRIPT and code != _T_STYLE:
        return after
    end = raw_text_end(data, after, name) if not no_end[code] else size
    if end >= size:
        no_end[code] = True
        return size if code in (_T_SCRIPT, _T_STYLE) else after
    if code == _T_TITLE:
        if state[_TITLE] < 0 and state[_W] == 0:
            _text(data, after, end, False, text, marks, state)
            while state[_W] > 0 and text[state[_W] - 1] == 32:
                state[_W] -= 1
            state[_TITLE] = state[_W]
            text[state[_W]] = 10
            marks[state[_W]] = 0
            state[_W] += 1
            state[_START] = state[_W]
    elif code == _T_SCRIPT and state[_TYPE_END] - state[_TYPE] >= 8:
        start = state[_TYPE]  # math/tex
        if (
            (data[start] | 32) == 109 and (data[start + 3] | 32) == 104 and data[start + 4] == 47
            and _says_tex(data, start + 5, start + 8)
        ):  # fmt: skip
            _math(data, after, end, state[_TYPE_END] - start > 14, text, marks, state)
    return end


@kernel
def _read(
    data: np.ndarray, text: np.ndarray, marks: np.ndarray, rows: np.ndarray, elements: np.ndarray, words: np.ndarray,
    state: np.ndarray, stack: np.ndarray, open_names: np.ndarray, no_end: np.ndarray,
) -> None:  # fmt: skip
    size = data.size
    elements[0] = 0
    elements[0, PARENT] = -1
    state[_ELEMENTS] = state[_TOP] = 1
    state[_TITLE] = state[_MATH_END] = -1
    i = 0
    while i < size:
        following = data[i + 1] if i + 1 < size else np.uint8(0)
        if data[i] != 60 or not (is_letter(following) or following == 47 or following == 33 or following == 63):
            if state[_MUTES] > 0:
                i = find_byte(data, i + 1, size, 60)
            else:
                i = _text(data, i, size, True, text, marks, state)
        elif is_letter(following):
            i = _start_tag(data, i + 1, no_end, text, marks, rows, elements, words, stack, open_names, state)
        elif following == 47 and i + 2 < size and is_letter(data[i + 2]):
            i, name = read_name(data, i + 2)
            code = find_name(SLOTS, HASHES, name)
            if code == _T_BR:
                _flush(text, marks, rows, stack, state)
            else:
                _close(code, np.int64(name), text, marks, rows, elements, stack, open_names, state)
            i = find_byte(data, i, size, 62) + 1
        elif following == 33 and i + 3 < size and data[i + 2] == 45 and data[i + 3] == 45:
            i = comment_end(data, i + 4)
        else:
            i = find_byte(data, i, size, 62) + 1
    _flush(text, marks, rows, stack, state)
    _pop(0, elements, stack, open_names, state)
    elements[state[_ELEMENTS], WORDS] = state[_WORDS]


@kernel
def _scan(
    data: np.ndarray, text: np.ndarray, marks: np.ndarray, rows: np.ndarray, elements: np.ndarray, words: np.ndarray
) -> tuple[int, int, int, int, int]:
    """Fill the arrays; returns (blocks, elements, bytes of title, of text, words)."""
    state, stack, open_names = (
        np.zeros(_STATES, np.int64),
        np.zeros((MAX_DEPTH + 1, 4), np.int64),
        np.zeros(256, np.int64),
    )
    no_end = np.zeros(_N_CODES, np.bool_)
    _read(
        borrowed(data), borrowed(text), borrowed(marks), borrowed(rows), borrowed(elements), borrowed(words),
        borrowed(state), borrowed(stack), borrowed(open_names), borrowed(no_end),
    )  # fmt: skip
    return state[_BLOCKS], state[_ELEMENTS], max(state[_TITLE], 0), state[_W], state[_WORDS]


def parse(html: np.ndarray) -> Blocks:
    """The blocks of a page; `html` is uint8, UTF-8 or any charset that agrees with ASCII."""
    tags = int(np.count_nonzero(html == 60)) + 2
    size = html.size
    room = size + size // 4 + 64  # a reference of 5 bytes can become 6
    text = np.empty(room, np.uint8)
    marks = np.empty(room, np.uint8)
    rows = np.empty((tags, 5), np.int32)
    elements = np.empty((tags + 1, 7), np.int64)
    words = np.empty(min(size, MAX_WORDS * tags) + MAX_WORDS, np.uint32)
    n, m, title, text_size, word_count = _scan(html, text, marks, rows, elements, words)
    return Blocks(text[:text_size], marks[:text_size], rows[:n], elements[:m], words[:word_count], title)


def warm_up() -> None:
    """Compile for the one type in use."""
    parse(np.frombuffer(b"<title>t</title><p>One <a href=x>two</a>", np.uint8))
