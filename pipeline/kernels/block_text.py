"""From scores of blocks to text: which blocks stay, and how they are joined."""

import numpy as np

from pipeline.kernels.block_features import NAMES
from pipeline.kernels.compile import kernel
from pipeline.kernels.html_blocks import ELEMENT, END, PARENT, START, TAG, Blocks, parse
from pipeline.kernels.html_tags import NUMBER

_LENGTH, _COMMENTS, _HEADING = NAMES.index("length"), NAMES.index("in_comments"), NAMES.index("heading")
GAP_BLOCKS = 2
"""Blocks between two chosen ones that are looked at again, at most."""
_T_TD, _T_TH, _T_TR = NUMBER["td"], NUMBER["th"], NUMBER["tr"]


@kernel
def _repair(scores: np.ndarray, keep: np.ndarray, gap: int, heading: int, features: np.ndarray) -> None:
    """Close small gaps: blocks between chosen ones that reach `gap`, and headings above chosen ones, `heading`."""
    last, any_before = -1, False
    for b in range(scores.size):
        if not keep[b]:
            continue
        if b > 0 and any_before and not keep[b - 1] and features[b - 1, _HEADING] > 0 and scores[b - 1] >= heading:
            keep[b - 1] = True
        if last >= 0 and b - last <= GAP_BLOCKS + 1:
            for k in range(last + 1, b):
                keep[k] |= scores[k] >= gap
        last, any_before = b, True


@kernel
def choose(
    scores: np.ndarray, threshold: int, reach: int, floor: int, gap: int, heading: int, features: np.ndarray,
    outside_comments: float,
) -> np.ndarray:  # fmt: skip
    """Which blocks are main text, bool [n], by their int32 scores.

    Where no block reaches the threshold, those within `reach` of the best are taken, if the best reaches `floor`.
    Between chosen blocks lower scores will do: `gap` for up to GAP_BLOCKS of them, `heading` for a heading above one.
    Blocks inside containers of reader comments go where at least `outside_comments` (effective length) stays without
    them: below that a page consists of them, as forums do. Infinity keeps them all.
    """
    best = scores.max() if scores.size else threshold
    if best < threshold:
        threshold = best - reach if best >= floor else best + 1
    keep = scores >= threshold
    _repair(scores, keep, gap, heading, features)
    outside, inside = 0.0, 0
    for b in range(scores.size):
        if keep[b]:
            if features[b, _COMMENTS] > 0:
                inside += 1
            else:
                outside += features[b, _LENGTH]
    if inside and outside >= outside_comments:
        for b in range(scores.size):
            if features[b, _COMMENTS] > 0:
                keep[b] = False
    return keep


@kernel
def _cell_of(elements: np.ndarray, element: int) -> int:
    """The table cell that an element is or stands in, 0 where there is none."""
    e = element
    while e > 0 and elements[e, TAG] != _T_TD and elements[e, TAG] != _T_TH:
        e = elements[e, PARENT]
    return max(e, 0)


@kernel
def _row_of(elements: np.ndarray, cell: int) -> int:
    e = cell
    while e > 0 and elements[e, TAG] != _T_TR:
        e = elements[e, PARENT]
    return max(e, 0)


@kernel
def _join(text: np.ndarray, rows: np.ndarray, elements: np.ndarray, keep: np.ndarray, out: np.ndarray) -> int:
    w = 0
    last_cell, last_row, last_alone = 0, 0, False
    n = rows.shape[0]
    following = 0
    for b in range(n):
        if not keep[b]:
            continue
        cell = _cell_of(elements, rows[b, ELEMENT])
        row = _row_of(elements, cell)
        following = b + 1
        while following < n and not keep[following]:
            following += 1
        is_alone = cell > 0 and cell != last_cell
        if is_alone and following < n:
            is_alone = _cell_of(elements, rows[following, ELEMENT]) != cell
        if w > 0:
            if is_alone and last_alone and row > 0 and row == last_row:
                for e in range(last_cell + 1, cell + 1):
                    if (elements[e, TAG] == _T_TD or elements[e, TAG] == _T_TH) and _row_of(elements, e) == row:
                        out[w] = 9
                        w += 1
            else:
                out[w] = 10
                w += 1
        for i in range(rows[b, START], rows[b, END]):
            out[w] = text[i]
            w += 1
        last_cell, last_row, last_alone = cell, row, is_alone
    return w


def join(page: Blocks, keep: np.ndarray) -> np.ndarray:
    """The text of the chosen blocks, uint8: a line each, but cells of one table row on one line, with tabs between.

    A cell that holds several blocks has a line for each of them, since it is layout. An empty cell counts for its tab.
    """
    out = np.empty(page.text.size + len(page.elements), np.uint8)
    return out[: _join(page.text, page.rows, page.elements, keep, out)]


def warm_up() -> None:
    """Compile for the one type in use."""
    page = parse(np.frombuffer(b"<p>One", np.uint8))
    scores, features = np.zeros(1, np.int32), np.zeros((1, len(NAMES)), np.float32)
    join(page, choose(scores, 0, 0, 0, 0, 0, features, 300.0))
