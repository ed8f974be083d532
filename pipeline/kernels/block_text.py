"""From scores of blocks to text: which blocks stay, and how they are joined."""

import numpy as np

from pipeline.kernels.block_features import NAMES
from pipeline.kernels.compile import kernel
from pipeline.kernels.html_blocks import ELEMENT, END, KIND, PARENT, PREFORMATTED, START, TAG, Blocks, parse
from pipeline.kernels.html_tags import NUMBER, flags

_LENGTH, _COMMENTS, _HEADING = NAMES.index("length"), NAMES.index("in_comments"), NAMES.index("heading")
GAP_BLOCKS = 2
"""Blocks between two chosen ones that are looked at again, at most."""
_T_TD, _T_TH, _T_TR = NUMBER["td"], NUMBER["th"], NUMBER["tr"]
_SHORT_CELL = 200  # bytes
# What makes a cell layout.
_IS_LAYOUT = flags(["table", "pre", "ul", "ol", "dl", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote"])


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
def _cells_of_data(elements: np.ndarray) -> np.ndarray:
    """Which elements are table cells that hold paragraphs at most and stand in a row of several, bool [m]."""
    is_data = np.zeros(len(elements), np.bool_)
    first = np.zeros(len(elements), np.int64)  # by a row's number its first cell
    for e in range(1, len(elements)):
        tag = elements[e, TAG]
        if tag == _T_TD or tag == _T_TH:  # noqa: SIM109  `in` is slow to compile
            row = _row_of(elements, e)
            if row > 0 and first[row] > 0:
                is_data[e] = is_data[first[row]] = True
            elif row > 0:
                first[row] = e
    for e in range(1, len(elements)):
        if _IS_LAYOUT[elements[e, TAG]]:
            is_data[_cell_of(elements, e)] = False
    return is_data


@kernel
def _join(text: np.ndarray, rows: np.ndarray, elements: np.ndarray, keep: np.ndarray, out: np.ndarray) -> int:
    w = 0
    last_cell, last_row, last_is_line = 0, 0, False
    n = rows.shape[0]
    is_data = np.empty(0, np.bool_)
    b = 0
    while b < n and not keep[b]:
        b += 1
    cell = _cell_of(elements, rows[b, ELEMENT]) if b < n else 0
    while b < n:  # b is the first of the blocks to `end` that stay and stand in `cell`, or in none
        following, count, size, kinds = cell, 0, 0, 0
        end = b
        while end < n and following == cell:
            count += 1
            size += rows[end, END] - rows[end, START]
            kinds |= rows[end, KIND]
            end += 1
            while end < n and not keep[end]:
                end += 1
            if end < n:
                following = _cell_of(elements, rows[end, ELEMENT])
        is_line = cell > 0 and count == 1
        if cell > 0 and 1 < count <= size <= _SHORT_CELL and kinds & PREFORMATTED == 0:
            if is_data.size == 0:
                is_data = _cells_of_data(elements)
            is_line = is_data[cell]
        row = _row_of(elements, cell)
        if is_line and last_is_line and row > 0 and row == last_row:
            for e in range(last_cell + 1, cell + 1):
                if (elements[e, TAG] == _T_TD or elements[e, TAG] == _T_TH) and _row_of(elements, e) == row:
                    out[w] = 9
                    w += 1
        elif w > 0:
            out[w] = 10
            w += 1
        for k in range(b, end):
            if keep[k]:
                if k > b:
                    out[w] = 32 if is_line else 10
                    w += 1
                for i in range(rows[k, START], rows[k, END]):
                    out[w] = text[i]
                    w += 1
        last_cell, last_row, last_is_line = cell, row, is_line
        b, cell = end, following
    return w


def join(page: Blocks, keep: np.ndarray) -> np.ndarray:
    """The text of the chosen blocks, uint8: a line each, but cells of one table row on one line, with tabs between.

    A cell that holds several blocks is joined by spaces if they are short paragraphs and other cells stand beside it;
    else it is layout, and each block has a line. An empty cell counts for its tab.
    """
    out = np.empty(page.text.size + len(page.elements), np.uint8)
    return out[: _join(page.text, page.rows, page.elements, keep, out)]


def warm_up() -> None:
    """Compile for the one type in use."""
    page = parse(np.frombuffer(b"<p>One", np.uint8))
    scores, features = np.zeros(1, np.int32), np.zeros((1, len(NAMES)), np.float32)
    join(page, choose(scores, 0, 0, 0, 0, 0, features, 300.0))
