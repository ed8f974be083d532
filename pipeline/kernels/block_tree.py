"""What the elements of a page say about the blocks inside them: inherited tags, class words, paths, sums of text."""

import numpy as np

from pipeline.kernels.block_measures import GOOD, LENGTH, LINKED, PUNCTUATION
from pipeline.kernels.compile import kernel
from pipeline.kernels.html_blocks import (
    FIRST,
    HIDDEN,
    LAST,
    PARENT,
    STYLE,
    TAG,
    WORDS,
    hash_word,
)
from pipeline.kernels.html_tags import COUNT, IS_BLOCK, NUMBER
from pipeline.kernels.lexicon import lookup

INHERITED = """
    article main nav header footer aside form li table a figure figcaption blockquote pre button label select
    section details dialog noscript ul dl p address center
""".split()  # noqa: SIM905
"""Tags whose blocks carry a flag each, beside that of hidden elements."""
_ALIASES = {"option": "select", "ol": "ul", "menu": "ul", "dir": "ul", "td": "table", "th": "table", "hgroup": "header"}
# Classes and ids by which reader comments go, in whatever language the page is.
_COMMENT_WORDS = """
    comment comments commentlist disqus respond replies reply responses discussion kommentar kommentare commentaire
    commentaires comentario comentarios commenti komentarze reactie reacties
""".split()  # noqa: SIM905

# Columns of what is known of an element.
DEPTH, FLAGS, COMMENTS, OWN, TOTAL, LOWEST, HIGHEST, NEAREST = range(8)
COLUMNS = 8
_STRONG = 1.0  # log odds

_FLAG = np.zeros(COUNT, np.int64)
for _bit, _name in enumerate(INHERITED):
    _FLAG[NUMBER[_name]] |= 1 << _bit
for _name, _alias in _ALIASES.items():
    _FLAG[NUMBER[_name]] |= 1 << INHERITED.index(_alias)
HIDDEN_FLAG = len(INHERITED)
_COMMENT_HASHES = np.array([hash_word(word) for word in _COMMENT_WORDS], np.int64)
_SIEVE = 1024
_MAY_BE_COMMENT = np.zeros(_SIEVE, np.bool_)  # by the last bits of a hash
_MAY_BE_COMMENT[_COMMENT_HASHES % _SIEVE] = True
_NO_CONTAINER = np.zeros(COUNT, np.bool_)
for _name in ("body", "main", "article"):
    _NO_CONTAINER[NUMBER[_name]] = True
_T_A = NUMBER["a"]
_MIX = np.uint64(0x9E3779B97F4A7C15)


@kernel
def _mixed(value: np.uint64, more: int) -> np.uint64:
    value = (value ^ np.uint64(more)) * _MIX
    return value ^ (value >> np.uint64(29))


@kernel
def inherit(
    elements: np.ndarray, words: np.ndarray, slots: np.ndarray, values: np.ndarray, known: np.ndarray, path: np.ndarray
) -> None:
    """Fill `known` float64 [m, COLUMNS] and `path` uint64 [m, 2] (with and without first classes), parents first."""
    for e in range(elements.shape[0]):
        up = elements[e, PARENT]
        tag = elements[e, TAG]
        if up < 0:
            known[e] = 0.0
            path[e, 0] = path[e, 1] = _MIX
            continue
        is_block = IS_BLOCK[tag]
        known[e, DEPTH] = known[up, DEPTH] + is_block
        flags = np.int64(known[up, FLAGS]) | _FLAG[tag]
        if elements[e, HIDDEN]:
            flags |= 1 << HIDDEN_FLAG
        known[e, FLAGS] = flags
        own, lowest, highest = 0.0, 0.0, 0.0
        is_comment = False
        last = elements[e + 1, WORDS] if e + 1 < elements.shape[0] else words.size
        for k in range(elements[e, WORDS], last):
            value = float(lookup(slots, values, words[k]))
            own += value
            lowest = min(lowest, value)
            highest = max(highest, value)
            if _MAY_BE_COMMENT[words[k] & np.uint32(_SIEVE - 1)]:
                for word in _COMMENT_HASHES:
                    is_comment |= np.int64(words[k]) == word
        known[e, OWN] = own
        known[e, TOTAL] = known[up, TOTAL] + own
        known[e, LOWEST] = min(known[up, LOWEST], lowest)
        known[e, HIGHEST] = max(known[up, HIGHEST], highest)
        known[e, NEAREST] = own if abs(own) >= _STRONG else known[up, NEAREST]
        known[e, COMMENTS] = known[up, COMMENTS]
        if is_comment and is_block and not _NO_CONTAINER[tag] and known[e, COMMENTS] == 0:
            known[e, COMMENTS] = e
        if is_block or tag == _T_A:
            path[e, 1] = _mixed(path[up, 1], tag)
            path[e, 0] = _mixed(_mixed(path[up, 0], tag), elements[e, STYLE])
        else:
            path[e, 0], path[e, 1] = path[up, 0], path[up, 1]


@kernel
def add_up(measures: np.ndarray, sums: np.ndarray) -> None:
    """Fill `sums` float64 [n + 1, 5]: length, linked length, punctuation, good length, good blocks before block b."""
    sums[0] = 0.0
    for b in range(measures.shape[0]):
        sums[b + 1, 0] = sums[b, 0] + measures[b, LENGTH]
        sums[b + 1, 1] = sums[b, 1] + measures[b, LINKED]
        sums[b + 1, 2] = sums[b, 2] + measures[b, PUNCTUATION]
        sums[b + 1, 3] = sums[b, 3] + measures[b, GOOD]
        sums[b + 1, 4] = sums[b, 4] + (measures[b, GOOD] > 0)


@kernel
def holder(elements: np.ndarray, known: np.ndarray, sums: np.ndarray, share: float) -> int:
    """The deepest element that holds `share` of the page's good text; the document where there is no such text."""
    wanted = share * sums[sums.shape[0] - 1, 3]
    best = 0
    if wanted <= 0:
        return best
    for e in range(1, elements.shape[0]):
        if IS_BLOCK[elements[e, TAG]] and sums[elements[e, LAST], 3] - sums[elements[e, FIRST], 3] >= wanted \
                and known[e, DEPTH] >= known[best, DEPTH]:  # fmt: skip
            best = e
    return best


@kernel
def readable(rows_element: np.ndarray, elements: np.ndarray, measures: np.ndarray, sums: np.ndarray) -> int:
    """The element that most paragraphs point to: each gives its parent a score and the element above half of it."""
    score = np.zeros(elements.shape[0])
    best, best_score = 0, 0.0
    for b in range(measures.shape[0]):
        if measures[b, LENGTH] < 25:
            continue
        e = rows_element[b]
        points = 1.0 + measures[b, PUNCTUATION] + min(measures[b, LENGTH] / 100, 3.0)
        points *= 1 - measures[b, LINKED] / measures[b, LENGTH]
        up = elements[e, PARENT]
        while up > 0 and not IS_BLOCK[elements[up, TAG]]:
            up = elements[up, PARENT]
        if up < 0:
            continue
        score[up] += points
        above = elements[up, PARENT]
        while above > 0 and not IS_BLOCK[elements[above, TAG]]:
            above = elements[above, PARENT]
        if above > 0:
            score[above] += points / 2
    for e in range(elements.shape[0]):
        if score[e] > 0:
            first, last = elements[e, FIRST], elements[e, LAST]
            length = sums[last, 0] - sums[first, 0]
            value = score[e] * (1 - (sums[last, 1] - sums[first, 1]) / length) if length > 0 else 0.0
            if value > best_score:
                best, best_score = e, value
    return best
