"""GPT-3's removal of benchmark text (arXiv:2005.14165, Appendix C).

"13-grams that overlap": the 13-gram and 200 characters on each side are removed, which splits the document; pieces of
fewer than 200 characters are discarded; a document split into more than 10 pieces is removed. 13-grams in more than 10
training documents are ignored. What the paper leaves open is read as follows:
- the window is 200 characters on each side (public re-implementations read it so), counted in characters, so that it
  may begin inside a word;
- pieces are counted after the short ones are discarded, as the paper's sentences go;
- an n-gram counts once a document, and the whole document is searched: the paper's own search failed on books.
"""

import numpy as np
import numpy.typing as npt

from pipeline.contamination.index import Index, Shares

NGRAM = 13
WINDOW_CHARS = 200
MIN_PIECE_CHARS = 200
MAX_PIECES = 10
MAX_DOCUMENTS = 10  # of a 13-gram that is looked for

REASON = "benchmark_overlap"
TOO_MANY_PIECES = "too_many_pieces"
NO_PIECE_LEFT = "no_piece_left"

Int64Array = npt.NDArray[np.int64]


def common(index: Index, documents: Int64Array) -> npt.NDArray[np.bool_]:
    """bool [grams]: 13-grams that are in more than 10 training documents, which are nobody's own."""
    return index.has_length(NGRAM) & (documents > MAX_DOCUMENTS)


def measure(index: Index, documents: Int64Array) -> Shares:
    """For each example its distinct 13-grams and those found, common ones left out; any at all make it dirty."""
    found = (documents > 0) & ~common(index, documents)
    counts = index.example_counts(NGRAM, found)
    return Shares.of(*counts, dirty=counts[1] > 0)


def pieces(text: str, starts: Int64Array, ends: Int64Array) -> list[str]:
    """What is left of a text around matches at characters starts[i]:ends[i] (ascending), in order.

    Pieces without a visible character are discarded like short ones.
    """
    windows_start = np.maximum(starts - WINDOW_CHARS, 0)
    windows_end = np.minimum(np.maximum.accumulate(ends) + WINDOW_CHARS, len(text))
    # A piece lies between two windows that do not touch, or at an end of the text.
    lefts = np.concatenate([[0], windows_end])
    rights = np.concatenate([windows_start, [len(text)]])
    long = np.flatnonzero(rights - lefts >= MIN_PIECE_CHARS)
    found = (text[lefts[i] : rights[i]] for i in long)
    return [piece for piece in found if not piece.isspace()]


def cut_verdict(left: int) -> tuple[str, str, int]:
    """(verdict, reason, rows_out) of a document of which so many pieces are left."""
    if left == 0:
        return "drop", NO_PIECE_LEFT, 0
    if left > MAX_PIECES:
        return "drop", TOO_MANY_PIECES, 0
    return "cut", REASON, left
