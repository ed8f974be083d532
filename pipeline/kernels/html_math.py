"""Mathematics: TeX source from annotations, scripts and images, written between dollar signs."""

import numpy as np

from pipeline.kernels.compile import helper
from pipeline.kernels.formula_signs import DELIMITERS, IMAGE_SOURCES, LEVELS_ABOVE
from pipeline.kernels.html_layout import (
    BEGIN,
    EFFECTS,
    MATH_END,
    MUTES,
    S_BITS,
    S_DISPLAY,
    SHOWN,
    SHOWN_END,
    TOP,
    W,
)
from pipeline.kernels.html_names import is_letter, is_space
from pipeline.kernels.html_tags import name_value, raw_end, tag_name
from pipeline.kernels.html_text import write_text
from pipeline.kernels.lanes import LANES, distance_to_byte, first_letters, number_of

_ANNOTATION = name_value("annotation")
_DISPLAY, _TEXT, _STYLE, _LE = (number_of(letters) for letters in ("\\display", "\\textsty", "style", "le"))
# A row each: length of both delimiters, first and last byte of the opening and of the closing one, whether it displays.
_DELIMITERS = np.array(
    [[len(o), ord(o[0]), ord(o[-1]), ord(c[0]), ord(c[-1]), displays] for o, c, displays in DELIMITERS], np.int64
)
assert all(len(opening) == len(closing) <= 2 for opening, closing, _ in DELIMITERS)
_X = 4
assert all(source[_X] == "x" for source in IMAGE_SOURCES)  # a rare letter that all have in one place
_SOURCE_LENGTHS = np.array([len(source) for source in IMAGE_SOURCES])
_SOURCES = np.array([list(source.encode().ljust(max(_SOURCE_LENGTHS))) for source in IMAGE_SOURCES], np.uint8)


@helper
def _strip(data: np.ndarray, start: int, end: int) -> tuple[int, int]:
    while start < end and is_space(data[start]):
        start += 1
    while end > start and is_space(data[end - 1]):
        end -= 1
    return start, end


@helper
def _style_end(data: np.ndarray, start: int, end: int) -> int:
    """Position after the `\\displaystyle` or `\\textstyle` that begins at `start`, which it is where there is none."""
    after = start
    if end - start >= 13 and first_letters(data, start, 8) == _DISPLAY and first_letters(data, start + 8, 5) == _STYLE:
        after = start + 13
    if end - start >= 10 and first_letters(data, start, 8) == _TEXT and first_letters(data, start + 8, 2) == _LE:
        after = start + 10
    return start if after < end and is_letter(data[after]) else after


@helper
def write_math(
    data: np.ndarray, start: int, end: int, is_display: bool, text: np.ndarray, marks: np.ndarray, state: np.ndarray
) -> None:
    """Write TeX source between one or two dollar signs, without the wrapper `{\\displaystyle ...}` and what it may
    have for delimiters, as `pipeline.extract.formulas` does."""
    start, end = _strip(data, start, end)
    is_wrapped = end - start > 15 and data[start] == 123 and data[end - 1] == 125
    if is_wrapped and _style_end(data, start + 1, end) == start + 14:
        start, end = _strip(data, start + 1, end - 1)
    start, end = _strip(data, _style_end(data, start, end), end)
    for k in range(len(_DELIMITERS)):
        length = _DELIMITERS[k, 0]
        if end - start > 2 * length \
                and data[start] == _DELIMITERS[k, 1] and data[start + length - 1] == _DELIMITERS[k, 2] \
                and data[end - length] == _DELIMITERS[k, 3] and data[end - 1] == _DELIMITERS[k, 4]:  # fmt: skip
            start, end = _strip(data, start + length, end - length)
            is_display = is_display or _DELIMITERS[k, 5] != 0
            break
    if start >= end or state[MUTES] > 0:
        return
    signs = 2 if is_display else 1
    for _ in range(signs):
        text[state[W]] = 36
        marks[state[W]] = 0
        state[W] += 1
    write_text(data, start, end, text, marks, state)
    w = state[W]
    while text[w - 1] == 32:
        w -= 1
    for _ in range(signs):
        text[w] = 36
        marks[w] = 0
        w += 1
    state[W] = w
    state[MATH_END] = w


@helper
def is_displayed(stack: np.ndarray, state: np.ndarray) -> bool:
    """Whether the formula of the tag under way stands on its own, by its classes and those of what is around."""
    bits = state[EFFECTS]
    for k in range(max(1, state[TOP] - LEVELS_ABOVE), state[TOP]):
        bits |= stack[k, S_BITS]
    return bits & S_DISPLAY != 0


@helper
def is_formula_source(data: np.ndarray, start: int, end: int) -> bool:
    """Whether the address of a picture, data[start:end], is that of a service that draws formulas."""
    i = start + _X
    while i < end:
        step = distance_to_byte(data, i, np.uint8(120))
        i += step
        if step == LANES or i >= end:
            continue
        for k in range(len(_SOURCES)):
            length = _SOURCE_LENGTHS[k]
            same = 0
            while i - _X + length <= end and same < length and data[i - _X + same] == _SOURCES[k, same]:
                same += 1
            if same == length:
                return True
        i += 1
    return False


@helper
def drop_shown(text: np.ndarray, state: np.ndarray) -> None:
    """Take back what MathJax shows of the formula whose script comes now, if it stands right before that."""
    w = state[W]
    if state[SHOWN_END] > state[SHOWN] >= state[BEGIN]:
        w -= w > state[SHOWN_END] and text[w - 1] == 32
        if w == state[SHOWN_END]:
            state[W] = state[SHOWN]


@helper
def says_tex(data: np.ndarray, start: int, end: int) -> bool:
    """Whether `tex`, not `text`, stands in data[start:end], in any case."""
    for i in range(start, end - 2):
        is_tex = (data[i] | 32) == 116 and (data[i + 1] | 32) == 101 and (data[i + 2] | 32) == 120
        if is_tex and (i + 3 >= end or (data[i + 3] | 32) != 116):
            return True
    return False


@helper
def annotation(data: np.ndarray, start: int, end: int) -> tuple[int, int]:
    """The content of the TeX annotation in data[start:end], empty where there is none."""
    i = start
    while i < end:
        if data[i] == 60 and i + 1 < end and is_letter(data[i + 1]):
            after, value = tag_name(data, i + 1)
            if value == _ANNOTATION:
                close = after
                while close < end and data[close] != 62:
                    close += 1
                if says_tex(data, after, close):
                    return close + 1, min(raw_end(data, close, value), end)
            i = after
        else:
            i += 1
    return 0, 0
