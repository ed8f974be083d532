"""What a page is read into: its arrays and their columns, and the reader's own."""

from typing import NamedTuple

import numpy as np

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
# Columns of the stack of open elements, int64: what ends with the element is LINK, BOLD, S_PRE and S_MUTE; a
# formula in S_DISPLAY stands on its own; S_SHOWN shows what a script after it may say again.
S_ELEMENT, S_CODE, S_NAME, S_BITS = range(4)
S_PRE, S_MUTE, S_DISPLAY, S_SHOWN = 4, 8, 16, 32
# Places in the reader's state, an int64 array. What is read at W begins a block at BEGIN.
W, BEGIN, BLOCKS, ELEMENTS, WORD_COUNT, TOP, OVERFLOW, TITLE, MATH_END, SEEN_IMAGES, SEEN_BREAK = range(11)
# Open links, bold, preformatted and muted elements; quotation marks of which no more come; the text of the last element
# with S_SHOWN, its end 0 while that is open.
LINKS, BOLDS, PRES, MUTES, NO_QUOTE, NO_APOSTROPHE, SHOWN, SHOWN_END = range(11, 19)
# What the attributes of the tag under way say: ranges of the page; bits, whether its words make it a formula or the
# shadow of one; the bits of the stack that follow from that.
TYPE, TYPE_END, ALT, ALT_END, SOURCE, SOURCE_END, TEX, TEX_END, IS_DISPLAY, SAYS, EFFECTS = range(19, 30)
STATES = 30
