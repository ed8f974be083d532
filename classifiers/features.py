"""The text a quality classifier sees, in training and in scoring alike."""

import pyarrow as pa

from pipeline.kernels.plain import plain_words

MAX_CHARS = 4_000
"""Characters of words read from the head of a document. Bounds the cost, and keeps the length of a document out of the
score: long pages would otherwise be told from short ones by their number of rare words."""


def prepare(texts: pa.Array) -> pa.Array:
    """string [n] -> string [n]: the first MAX_CHARS characters of each text that belong to words, in plain form.

    Case is folded, symbols, punctuation and invisible characters are gone, one blank separates words, every digit is
    0, and in scripts without spaces every character cluster is a word. So neither markup nor the typography of a
    corpus can be learnt, and no line holds a line feed or fastText's own marks (`__label__`, `</s>`). Empty where a
    text has no words. Raises TypeError for other types and ValueError for nulls.
    """
    return plain_words(texts, MAX_CHARS)
