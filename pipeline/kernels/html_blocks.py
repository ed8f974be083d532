"""HTML to blocks of text: one linear pass over the bytes, no tree library, no Python object an element.

A block is the inline text between two edges of block-level elements or line breaks, whitespace folded and references
decoded; `pre` keeps its lines. Elements are kept in document order, parents first, and hold a contiguous range of
blocks, so that a sum over a subtree is a difference of two prefix sums. Unclosed and stray tags follow the Standard
where it matters for text (WHATWG HTML, section 13.2): implied ends of p, li, dt, dd, rows, cells and options; an end
tag closes nothing outside its table cell. Any bytes are read in linear time, and never out of bounds.
"""

from typing import Any

import numpy as np

from pipeline.kernels.compile import borrowed, helper, inlined, kernel
from pipeline.kernels.find import find_byte
from pipeline.kernels.html import comment_end
from pipeline.kernels.html_attributes import (
    DISPLAYS,
    FORMULA,
    REPEATS,
    SEEN,
    SEEN_COLUMNS,
    SHADOW,
    SHOWS,
    add_words,
    hash_word,
    read_attributes,
)
from pipeline.kernels.html_layout import (
    AFTER_BREAK,
    ALT,
    ALT_END,
    ARIA_HIDDEN,
    BEGIN,
    BLOCKS,
    BOLD,
    DISPLAY_NONE,
    EFFECTS,
    ELEMENT,
    ELEMENTS,
    END,
    FIRST,
    HIDDEN,
    HIDDEN_ATTRIBUTE,
    IMAGES,
    IS_DISPLAY,
    KIND,
    LAST,
    LINK,
    MATH_END,
    MAX_DEPTH,
    MAX_WORDS,
    MUTES,
    PARENT,
    PREFORMATTED,
    PRES,
    S_DISPLAY,
    S_ELEMENT,
    S_MUTE,
    S_SHOWN,
    SAYS,
    SEEN_BREAK,
    SEEN_IMAGES,
    SOURCE,
    SOURCE_END,
    START,
    STATES,
    STYLE,
    TAG,
    TEX,
    TEX_END,
    TITLE,
    TOP,
    TYPE,
    TYPE_END,
    WORD_COUNT,
    WORDS,
    Blocks,
    W,
)
from pipeline.kernels.html_math import annotation, drop_shown, is_displayed, is_formula_source, says_tex, write_math
from pipeline.kernels.html_names import is_letter
from pipeline.kernels.html_stack import close_element, flush, imply_ends, open_element, pop
from pipeline.kernels.html_tags import (
    CUSTOM,
    IS_BLOCK,
    IS_SKIPPED,
    IS_VOID,
    NUMBER,
    find_tag,
    name_value,
    raw_end,
    tag_name,
)
from pipeline.kernels.html_text import CLASS, SPACE, begin_space, begins_tag, write_text
from pipeline.kernels.lanes import LANES, distance_to

__all__ = [
    "AFTER_BREAK", "ARIA_HIDDEN", "BOLD", "DISPLAY_NONE", "ELEMENT", "END", "FIRST", "HIDDEN", "HIDDEN_ATTRIBUTE",
    "IMAGES", "KIND", "LAST", "LINK", "MAX_DEPTH", "MAX_WORDS", "PARENT", "PREFORMATTED", "START", "STYLE", "TAG",
    "WORDS", "Blocks", "hash_word", "parse", "warm_up",
]  # fmt: skip

_BR, _IMG, _MATH, _SCRIPT, _STYLE, _TITLE = (NUMBER[name] for name in ("br", "img", "math", "script", "style", "title"))
_HTML, _HEAD = name_value("html"), name_value("head")
_to_text = distance_to((0, 8), (14, 31), (33, 255))


@inlined
def _start_tag(
    data: np.ndarray, i: int, no_end: np.ndarray, text: np.ndarray, marks: np.ndarray, rows: np.ndarray,
    elements: np.ndarray, words: np.ndarray, seen: np.ndarray, stack: np.ndarray, open_names: np.ndarray,
    state: np.ndarray,
) -> int:  # fmt: skip
    """Read the start tag whose name begins at `i`; returns the position after it, or after what it skips."""
    size = data.size
    after, name = tag_name(data, i)
    code = find_tag(name)
    element = state[ELEMENTS]
    elements[element, WORDS] = state[WORD_COUNT]
    elements[element, STYLE] = 0
    elements[element, HIDDEN] = 0
    if code == 0:
        for k in range(i, after):
            if data[k] == 45:
                code = CUSTOM
        if code == CUSTOM:
            add_words(data, i, after, elements[element, WORDS] + MAX_WORDS, words, state)
    for place in range(TYPE, STATES):
        state[place] = 0
    after, is_closed = read_attributes(data, after, element, elements, words, seen, state)
    says = state[SAYS]
    if says:
        is_muting = says & REPEATS != 0 or (says & SHADOW != 0 and state[MATH_END] == state[W])
        state[EFFECTS] = is_muting * S_MUTE | (says & DISPLAYS != 0) * S_DISPLAY | (says & SHOWS != 0) * S_SHOWN
    if after > size or name == _HTML or name == _HEAD:  # noqa: SIM109  `in` is slow to compile
        state[WORD_COUNT] = elements[element, WORDS]
        return min(after, size)
    if IS_SKIPPED[code]:
        state[WORD_COUNT] = elements[element, WORDS]
        return _skip(data, after, code, name, is_closed, no_end, text, marks, state)
    if code == _MATH and not is_closed:
        end = raw_end(data, after, name) if not no_end[code] else size
        no_end[code] |= end >= size
        tex, tex_end = annotation(data, after, end) if end < size else (0, 0)
        if tex_end <= tex and state[TEX_END] > state[TEX] and end < size:
            tex, tex_end = state[TEX], state[TEX_END]
        if tex_end > tex:
            state[WORD_COUNT] = elements[element, WORDS]
            is_display = state[IS_DISPLAY] != 0 or is_displayed(stack, state)
            write_math(data, tex, tex_end, is_display, text, marks, state)
            return end
    if code == _BR and state[PRES] > 0:
        if state[W] > state[BEGIN]:
            text[state[W]] = 10
            marks[state[W]] = 0
            state[W] += 1
    elif IS_BLOCK[code] or code == _BR:
        if state[W] > state[BEGIN]:
            flush(text, marks, rows, stack, state)
        if code == _BR:
            state[SEEN_BREAK] = 1
    imply_ends(code, elements, stack, open_names, state)
    if code == _IMG:
        state[SEEN_IMAGES] += 1
        if state[ALT_END] > state[ALT] and state[MATH_END] != state[W] \
                and (says & FORMULA or is_formula_source(data, state[SOURCE], state[SOURCE_END])):  # fmt: skip
            write_math(data, state[ALT], state[ALT_END], is_displayed(stack, state), text, marks, state)
            state[MATH_END] = -1  # two images side by side are two formulas
    if IS_VOID[code]:
        state[WORD_COUNT] = elements[element, WORDS]
        return after
    elements[element, TAG] = code
    elements[element, PARENT] = stack[state[TOP] - 1, S_ELEMENT]
    elements[element, FIRST] = elements[element, LAST] = state[BLOCKS]
    state[ELEMENTS] = element + 1
    if not is_closed:
        open_element(code, int(np.int64(name)), element, text, marks, stack, open_names, state)
    return after


@helper
def _skip(
    data: np.ndarray, after: int, code: int, name: np.uint64, is_closed: bool, no_end: np.ndarray, text: np.ndarray,
    marks: np.ndarray, state: np.ndarray,
) -> int:  # fmt: skip
    """Position of the end tag of an element whose content is no text; writes what the content of some is worth."""
    size = data.size
    if is_closed and code != _SCRIPT and code != _STYLE:
        return after
    end = raw_end(data, after, name) if not no_end[code] else size
    if end >= size:
        no_end[code] = True
        return size if code == _SCRIPT or code == _STYLE else after  # noqa: SIM109
    if code == _TITLE:
        if state[TITLE] < 0 and state[W] == 0:
            write_text(data, after, end, text, marks, state)
            while state[W] > 0 and text[state[W] - 1] == 32:
                state[W] -= 1
            state[TITLE] = state[W]
            text[state[W]] = 10
            marks[state[W]] = 0
            state[W] += 1
            state[BEGIN] = state[W]
    elif code == _SCRIPT and state[TYPE_END] - state[TYPE] >= 8:
        start = state[TYPE]  # math/tex
        if (
            (data[start] | 32) == 109 and (data[start + 3] | 32) == 104 and data[start + 4] == 47
            and says_tex(data, start + 5, start + 8)
        ):  # fmt: skip
            drop_shown(text, state)
            write_math(data, after, end, state[TYPE_END] - start > 14, text, marks, state)
    return end


@helper
def _read(
    data: np.ndarray, text: np.ndarray, marks: np.ndarray, rows: np.ndarray, elements: np.ndarray, words: np.ndarray,
    seen: np.ndarray, state: np.ndarray, stack: np.ndarray, open_names: np.ndarray, no_end: np.ndarray,
) -> None:  # fmt: skip
    size = data.size
    elements[0] = 0
    elements[0, PARENT] = -1
    state[ELEMENTS] = state[TOP] = 1
    state[TITLE] = state[MATH_END] = -1
    i = int(np.int64(0))  # a plain 0 would be a type of its own, and compile its callees twice
    while i < size:
        following: Any = data[i + 1] if i + 1 < size else np.uint8(0)
        if data[i] != 60 or not begins_tag(following):
            if state[MUTES] > 0:
                i = find_byte(data, i + 1, size, 60)
            elif CLASS[data[i]] == SPACE and state[PRES] == 0:  # most of what stands between tags
                state[W] = begin_space(text, marks, state, state[W])
                while i < size and CLASS[data[i]] == SPACE:
                    i += _to_text(data, i)
            else:
                i = write_text(data, i, size, text, marks, state)
        elif is_letter(following):
            i = _start_tag(data, i + 1, no_end, text, marks, rows, elements, words, seen, stack, open_names, state)
        elif following == 47 and i + 2 < size and is_letter(data[i + 2]):
            i, name = tag_name(data, i + 2)
            code = find_tag(name)
            if state[W] > state[BEGIN] and (IS_BLOCK[code] or code == _BR):
                flush(text, marks, rows, stack, state)
            if code != _BR:
                close_element(code, int(np.int64(name)), elements, stack, open_names, state)
            if i < size and data[i] != 62:
                i = find_byte(data, i, size, 62)
            i += 1
        elif following == 33 and i + 3 < size and data[i + 2] == 45 and data[i + 3] == 45:
            i = comment_end(data, i + 4)
        else:
            i = find_byte(data, i, size, 62) + 1
    flush(text, marks, rows, stack, state)
    pop(int(np.int64(0)), elements, stack, open_names, state)
    elements[state[ELEMENTS], WORDS] = state[WORD_COUNT]


@kernel
def _scan(
    data: np.ndarray, text: np.ndarray, marks: np.ndarray, rows: np.ndarray, elements: np.ndarray, words: np.ndarray
) -> tuple[int, int, int, int, int]:
    """Fill the arrays; returns (blocks, elements, bytes of title, of text, words)."""
    state = np.zeros(STATES, np.int64)
    stack = np.zeros((MAX_DEPTH + 1, 4), np.int64)
    open_names = np.zeros(256, np.int64)
    seen = np.empty((SEEN, SEEN_COLUMNS), np.int64)
    seen[:, 0] = 0
    no_end = np.zeros(CUSTOM + 1, np.bool_)
    _read(
        borrowed(data), borrowed(text), borrowed(marks), borrowed(rows), borrowed(elements), borrowed(words),
        borrowed(seen), borrowed(state), borrowed(stack), borrowed(open_names), borrowed(no_end),
    )  # fmt: skip
    return state[BLOCKS], state[ELEMENTS], max(state[TITLE], 0), state[W], state[WORD_COUNT]


@kernel
def _count(data: np.ndarray, byte: int) -> int:
    count = 0
    for i in range(data.size):
        count += data[i] == byte
    return count


def parse(html: np.ndarray) -> Blocks:
    """The blocks of a page; `html` is uint8, UTF-8 or any charset that agrees with ASCII."""
    if html.size < LANES:
        html = np.concatenate([html, np.full(LANES - html.size, 32, np.uint8)])
    tags = _count(html, 60) + 2
    size = html.size
    room = size + size // 4 + 64 + LANES  # a reference of 5 bytes can become 6
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
