"""Mathematics: TeX source from annotations, scripts and images, written between dollar signs."""

import numpy as np

from pipeline.kernels.compile import helper
from pipeline.kernels.html_layout import MATH_END, MUTES, W
from pipeline.kernels.html_names import is_letter, is_space
from pipeline.kernels.html_tags import name_value, raw_end, tag_name
from pipeline.kernels.html_text import write_text

_ANNOTATION = name_value("annotation")


@helper
def write_math(
    data: np.ndarray, start: int, end: int, signs: int, text: np.ndarray, marks: np.ndarray, state: np.ndarray
) -> None:
    """Write TeX source between one or two dollar signs, without the wrapper `{\\displaystyle ...}`."""
    while start < end and is_space(data[start]):
        start += 1
    while end > start and is_space(data[end - 1]):
        end -= 1
    if end - start > 15 and data[start] == 123 and data[start + 1] == 92 and data[start + 2] == 100 \
            and data[start + 3] == 105 and data[start + 13] == 101 and data[end - 1] == 125:  # fmt: skip
        start, end = start + 14, end - 1
        while start < end and is_space(data[start]):
            start += 1
    if start >= end or state[MUTES] > 0:
        return
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
