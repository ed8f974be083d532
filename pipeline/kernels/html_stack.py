"""The stack of open elements: what a tag opens and closes, and the block of text that its edge ends."""

import numpy as np

from pipeline.kernels.compile import helper, inlined
from pipeline.kernels.html_layout import (
    AFTER_BREAK,
    BEGIN,
    BLOCKS,
    BOLD,
    BOLDS,
    EFFECTS,
    ELEMENT,
    END,
    IMAGES,
    KIND,
    LAST,
    LINK,
    LINKS,
    MAX_DEPTH,
    MUTES,
    OVERFLOW,
    PREFORMATTED,
    PRES,
    S_BITS,
    S_CODE,
    S_ELEMENT,
    S_MUTE,
    S_NAME,
    S_PRE,
    S_SHOWN,
    SEEN_BREAK,
    SEEN_IMAGES,
    SHOWN,
    SHOWN_END,
    START,
    TOP,
    W,
)
from pipeline.kernels.html_tags import (
    CLOSES,
    CLOSES_P,
    HAS_IMPLIED_END,
    IS_BLOCK,
    IS_BOLD,
    IS_CELL,
    IS_PREFORMATTED,
    NUMBER,
    OF_TABLE,
    STOPS,
)
from pipeline.kernels.html_text import begin_space

_A, _P, _TABLE, _BUTTON = (NUMBER[name] for name in ("a", "p", "table", "button"))


@helper
def flush(text: np.ndarray, marks: np.ndarray, rows: np.ndarray, stack: np.ndarray, state: np.ndarray) -> None:
    """End the block under way, if it holds any text."""
    w, start = state[W], state[BEGIN]
    while w > start and (text[w - 1] == 32 or text[w - 1] == 10 or text[w - 1] == 9):
        w -= 1
    if w > start:
        number = state[BLOCKS]
        rows[number, START] = start
        rows[number, END] = w
        k = state[TOP] - 1
        while k > 0 and not IS_BLOCK[stack[k, S_CODE]]:
            k -= 1
        rows[number, ELEMENT] = stack[k, S_ELEMENT]
        rows[number, KIND] = (PREFORMATTED if state[PRES] > 0 else 0) | (AFTER_BREAK if state[SEEN_BREAK] else 0)
        rows[number, IMAGES] = state[SEEN_IMAGES]
        state[BLOCKS] = number + 1
        state[SEEN_IMAGES] = 0
        state[SEEN_BREAK] = 0
        text[w] = 10
        marks[w] = 0
        w += 1
    state[W] = w
    state[BEGIN] = w


@helper
def pop(top: int, elements: np.ndarray, stack: np.ndarray, open_names: np.ndarray, state: np.ndarray) -> None:
    """Close the open elements from `top` on."""
    for k in range(top, state[TOP]):
        elements[stack[k, S_ELEMENT], LAST] = state[BLOCKS]
        end_effects(k, stack, state)
        open_names[stack[k, S_NAME] & 255] -= 1
    state[TOP] = top


@helper
def end_effects(k: int, stack: np.ndarray, state: np.ndarray) -> None:
    """End what the element at `k` does to the text in it; it stays open."""
    bits = stack[k, S_BITS]
    if bits:
        state[LINKS] -= bits & LINK != 0
        state[BOLDS] -= bits & BOLD != 0
        state[PRES] -= bits & S_PRE != 0
        state[MUTES] -= bits & S_MUTE != 0
        if bits & S_SHOWN:
            state[SHOWN_END] = state[W]
        stack[k, S_BITS] = 0


@inlined
def imply_ends(code: int, elements: np.ndarray, stack: np.ndarray, open_names: np.ndarray, state: np.ndarray) -> None:
    """Close what the start tag of an element closes. If it ends blocks, `flush` went before."""
    if CLOSES_P[code]:
        k = state[TOP] - 1
        while k > 0:
            open_code = stack[k, S_CODE]
            if open_code == _P:
                pop(k, elements, stack, open_names, state)
                break
            if IS_CELL[open_code] or open_code == _TABLE or open_code == _BUTTON:  # noqa: SIM109  `in` is slow to compile
                break
            k -= 1
    if HAS_IMPLIED_END[code]:
        cut = 0
        k = state[TOP] - 1
        while k > 0:
            open_code = stack[k, S_CODE]
            if CLOSES[code, open_code]:
                cut = k
            elif STOPS[code, open_code]:
                break
            k -= 1
        if cut and code == _A:  # blocks inside a forgotten link go on without it
            end_effects(cut, stack, state)
        elif cut:
            pop(cut, elements, stack, open_names, state)


@inlined
def open_element(
    code: int, name: int, element: int, text: np.ndarray, marks: np.ndarray, stack: np.ndarray,
    open_names: np.ndarray, state: np.ndarray,
) -> None:  # fmt: skip
    """Put an element on the stack."""
    top = state[TOP]
    if top >= MAX_DEPTH:
        state[OVERFLOW] += 1
    else:
        bits = 0
        if code == _A:
            w = state[W]
            # Links side by side are labels of their own, whatever keeps them apart on the screen.
            if w > state[BEGIN] and marks[w - 1] & LINK and state[LINKS] == 0 and state[PRES] == 0:
                state[W] = begin_space(text, marks, state, w)
            bits |= LINK
            state[LINKS] += 1
        if IS_BOLD[code]:
            bits |= BOLD
            state[BOLDS] += 1
        if IS_PREFORMATTED[code]:
            bits |= S_PRE
            state[PRES] += 1
        if state[EFFECTS]:
            bits |= state[EFFECTS]
            state[MUTES] += bits & S_MUTE != 0
            if bits & S_SHOWN:
                state[SHOWN], state[SHOWN_END] = state[W], 0
        stack[top, S_ELEMENT] = element
        stack[top, S_CODE] = code
        stack[top, S_NAME] = name
        stack[top, S_BITS] = bits
        open_names[name & 255] += 1
        state[TOP] = top + 1


@inlined
def close_element(
    code: int, name: int, elements: np.ndarray, stack: np.ndarray, open_names: np.ndarray, state: np.ndarray
) -> None:
    """Close what an end tag closes. If it ends blocks, `flush` went before."""
    if state[OVERFLOW] > 0:
        state[OVERFLOW] -= 1
        return
    if open_names[name & 255] == 0:
        return
    crosses = False
    k = state[TOP] - 1
    while k > 0 and stack[k, S_NAME] != name:
        open_code = stack[k, S_CODE]
        if (IS_CELL[open_code] or open_code == _TABLE) and not OF_TABLE[code]:
            return
        crosses |= IS_BLOCK[open_code]
        k -= 1
    if k <= 0:
        return
    if crosses and not IS_BLOCK[code]:
        end_effects(k, stack, state)  # the blocks inside stay open, and go on without it
        open_names[name & 255] -= 1
        stack[k, S_NAME] = 0
        open_names[0] += 1
    else:
        pop(k, elements, stack, open_names, state)
