"""fastText's prediction for a classifier on parts of words with a tree of labels (Joulin et al. 2016,
arXiv:1607.01759; src/dictionary.cc, quantmatrix.cc, loss.cc): the same arithmetic in the same order, on Arrow buffers.

A line is its words, each as `<word>`, and the end of the line. A word's features are itself, where it is in the
dictionary, and its parts of `minn` to `maxn` characters, each the row of a hash; the mean of all rows goes down the
tree.
"""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.kernels.arrow import Bytes, Offsets
from pipeline.kernels.compile import kernel
from pipeline.kernels.letter_runs import SLACK, run_hashes
from pipeline.kernels.linear import find_word, hash_word, word_table
from pipeline.kernels.words import longest

_BEGIN, _END = 0x3C, 0x3E
_WORDS = np.int64(1) << 32  # above every hash
_DIMENSIONS = 16  # of lid.176
_END_OF_LINE = np.frombuffer(b"</s>", np.uint8)
_LABEL = np.frombuffer(b"__label__", np.uint8)
LOWEST = np.float32(-12.0)
"""The least log probability that `log_probabilities` tells: below, its roundings say more than the text."""
_IS_SPACE = np.zeros(256, np.bool_)
_IS_SPACE[[0x00, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x20]] = True


class Tree(NamedTuple):
    """A model. Word i is words[bounds[i]:bounds[i + 1]] and row i; part h is the row that `slots` names."""

    words: npt.NDArray[np.uint8]
    bounds: npt.NDArray[np.int64]
    table: npt.NDArray[np.int32]
    present: npt.NDArray[np.uint8]
    """A bit a bucket: whether it has a row; and one that is set a word."""
    slots: npt.NDArray[np.int32]
    """[a power of two, 2]: (part, row), -1 where there is none."""
    rows: npt.NDArray[np.float32]
    """[features, dimensions]"""
    inner: npt.NDArray[np.float32]
    """[labels - 1, dimensions]: the inner nodes of the tree; the last one is its root."""
    children: npt.NDArray[np.int32]
    """[labels - 1, 2]: below `labels` a label, from there on an inner node."""
    shape: npt.NDArray[np.int64]
    """buckets, minn, maxn, the row of the end of the line or -1"""


@kernel
def slots_of(parts: npt.NDArray[np.int32], rows: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """`Tree.slots` of some parts and their rows."""
    size = 16
    while size < 3 * len(parts):
        size *= 2
    slots = np.full((size, 2), -1, np.int32)
    for i in range(len(parts)):
        slot = parts[i] & (size - 1)
        while slots[slot, 0] >= 0:
            slot = (slot + 1) & (size - 1)
        slots[slot, 0] = parts[i]
        slots[slot, 1] = rows[i]
    return slots


def present_of(parts: npt.NDArray[np.int32], buckets: int, words: int) -> npt.NDArray[np.uint8]:
    """`Tree.present`."""
    found = np.zeros(buckets + words + 7, np.bool_)
    found[parts] = True
    found[buckets:] = True
    return np.packbits(found, bitorder="little")


@kernel
def children_of(counts: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
    """`Tree.children`: Huffman's tree of labels, of which the rarest are last (HierarchicalSoftmaxLoss::buildTree)."""
    n = len(counts)
    total = np.full(2 * n - 1, 10**15, np.int64)
    total[:n] = counts
    children = np.zeros((n - 1, 2), np.int32)
    leaf, node = n - 1, n
    for i in range(n, 2 * n - 1):
        for side in range(2):
            if leaf >= 0 and total[leaf] < total[node]:
                children[i - n, side] = leaf
                leaf -= 1
            else:
                children[i - n, side] = node
                node += 1
        total[i] = total[children[i - n, 0]] + total[children[i - n, 1]]
    return children


@kernel
def _matches(data: Bytes, at: int, end: int, mark: Bytes) -> bool:
    same = at + len(mark) <= end
    i = 0
    while same and i < len(mark):
        same = data[at + i] == mark[i]
        i += 1
    return same


@kernel
def _rows_of(hashes: npt.NDArray[np.int64], tree: Tree, rows: npt.NDArray[np.int32]) -> int:
    """The rows of the features that have one, in order; returns how many those are.

    Nine of ten have none. Which do is looked up without a branch, so that the cache misses of many overlap.
    """
    buckets = tree.shape[0]
    inverse = (np.int64(1) << 32) // buckets
    known = 0
    for i in range(len(hashes)):
        h = hashes[i]
        part = h - ((h * inverse) >> 32) * buckets  # h % buckets, or so much more
        part = part - buckets if part >= buckets else part
        part = buckets + (h - _WORDS) if h >= _WORDS else part
        rows[known] = part
        known += tree.present[part >> 3] >> (part & 7) & 1
    mask = len(tree.slots) - 1
    for i in range(known):
        part = rows[i]
        if part >= buckets:  # a whole word
            rows[i] = part - buckets
            continue
        slot = part & mask
        while tree.slots[slot, 0] != part:
            slot = (slot + 1) & mask
        rows[i] = tree.slots[slot, 1]
    return known


@kernel
def _mean(rows: npt.NDArray[np.float32], ids: npt.NDArray[np.int32], hidden: npt.NDArray[np.float32]) -> None:
    """The mean of some rows, added up in their order."""
    hidden[:] = 0
    if rows.shape[1] == _DIMENSIONS:  # a fixed number, for the compiler
        for i in range(len(ids)):
            for d in range(_DIMENSIONS):
                hidden[d] += rows[ids[i], d]
    else:
        for i in range(len(ids)):
            for d in range(rows.shape[1]):
                hidden[d] += rows[ids[i], d]
    scale = np.float32(1.0 / len(ids))
    for d in range(len(hidden)):
        hidden[d] *= scale


@kernel
def _log(x: np.float32) -> np.float32:
    return np.float32(math.log(np.float64(x) + 1e-5))


@kernel
def _best_two(
    hidden: npt.NDArray[np.float32],
    tree: Tree,
    least: np.float32,
    stack_node: npt.NDArray[np.int32],
    stack_score: npt.NDArray[np.float32],
    labels: npt.NDArray[np.int32],
    scores: npt.NDArray[np.float32],
) -> None:
    """The two most probable labels of log probability `least` and more, the best first; -1 and 0 where there is none
    (HierarchicalSoftmaxLoss::dfs).
    """
    n = len(tree.inner) + 1
    first, second = -1, -1
    high, next_high = np.float32(-np.inf), np.float32(-np.inf)
    found = 0
    stack_node[0], stack_score[0], top = 2 * n - 2, np.float32(0), 1
    while top:
        top -= 1
        node, score = stack_node[top], stack_score[top]
        if score < least or (found == 2 and score < next_high):
            continue
        if node < n:
            if found < 2:
                found += 1
            elif score == next_high:
                continue
            if score > high:
                next_high, second = high, first
                high, first = score, node
            else:
                next_high, second = score, node
            continue
        f = np.float32(0)
        for d in range(len(hidden)):
            f += tree.inner[node - n, d] * hidden[d]
        f = np.float32(1.0 / np.float64(np.float32(1) + np.float32(math.exp(-f))))
        stack_node[top], stack_score[top] = tree.children[node - n, 1], score + _log(f)
        top += 1
        stack_node[top] = tree.children[node - n, 0]
        stack_score[top] = score + _log(np.float32(1.0 - np.float64(f)))
        top += 1
    labels[0], labels[1] = first, second
    scores[0] = np.float32(math.exp(high)) if first >= 0 else np.float32(0)
    scores[1] = np.float32(math.exp(next_high)) if second >= 0 else np.float32(0)


@kernel
def log_probabilities(data: Bytes, offsets: Offsets, tree: Tree) -> npt.NDArray[np.float32]:
    """[n, labels] of each text, read as one line; a text of which nothing is known has LOWEST everywhere."""
    n, labels = len(offsets) - 1, len(tree.inner) + 1
    found = np.full((n, labels), LOWEST, np.float32)
    word, hashes, rows = _space(offsets, tree)
    hidden = np.empty(tree.rows.shape[1], np.float32)
    scores = np.zeros(2 * labels - 1, np.float32)
    for row in range(n):
        count = _features(data, int(offsets[row]), int(offsets[row + 1]), tree, word, hashes)
        count = _rows_of(hashes[:count], tree, rows)
        if not count:
            continue
        _mean(tree.rows, rows[:count], hidden)
        for node in range(2 * labels - 2, labels - 1, -1):  # parents have higher numbers
            f = np.float32(0)
            for d in range(len(hidden)):
                f += tree.inner[node - labels, d] * hidden[d]
            right = np.float32(1.0 / np.float64(np.float32(1) + np.float32(math.exp(-f))))
            scores[tree.children[node - labels, 1]] = scores[node] + _log(right)
            scores[tree.children[node - labels, 0]] = scores[node] + _log(np.float32(1.0 - np.float64(right)))
        for label in range(labels):
            found[row, label] = max(scores[label], LOWEST)
    return found


@kernel
def predict(
    data: Bytes, offsets: Offsets, tree: Tree, enough: float
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
    """(labels, probabilities) [n, 2] of the two best labels of each text, read as one line; label -1: none.

    A label of the probability `enough`, above one half, is told alone: the search for it is shorter. 1 and more: never.
    """
    n = len(offsets) - 1
    labels, scores = np.full((n, 2), -1, np.int32), np.zeros((n, 2), np.float32)
    word, hashes, rows = _space(offsets, tree)
    hidden = np.empty(tree.rows.shape[1], np.float32)
    stack_node = np.empty(len(tree.inner) + 2, np.int32)
    stack_score = np.empty(len(tree.inner) + 2, np.float32)
    for row in range(n):
        count = _features(data, int(offsets[row]), int(offsets[row + 1]), tree, word, hashes)
        count = _rows_of(hashes[:count], tree, rows)
        if not count:
            continue
        _mean(tree.rows, rows[:count], hidden)
        if enough < 1:
            _best_two(hidden, tree, np.float32(math.log(enough)), stack_node, stack_score, labels[row], scores[row])
        if labels[row, 0] < 0:
            _best_two(hidden, tree, _log(np.float32(0)), stack_node, stack_score, labels[row], scores[row])
    return labels, scores


@kernel
def _space(offsets: Offsets, tree: Tree) -> tuple[Bytes, npt.NDArray[np.int64], npt.NDArray[np.int32]]:
    """Room for a word, and for the features of a text and their rows."""
    size = longest(offsets)
    # A word of k bytes has at most k + 2 places to start at.
    most = (2 * size + 3) * (tree.shape[2] + 1) + 1 + SLACK
    return np.zeros(size + 2 + SLACK, np.uint8), np.empty(most, np.int64), np.empty(most, np.int32)


@kernel
def _features(data: Bytes, at: int, end: int, tree: Tree, word: Bytes, hashes: npt.NDArray[np.int64]) -> int:
    """Write the words (from _WORDS on) and hashes of parts of the line data[at:end], in fastText's order; how many."""
    count = 0
    while at < end:
        if _IS_SPACE[data[at]]:
            at += 1
            continue
        if data[at] == _BEGIN and _matches(data, at, end, _END_OF_LINE):  # would end the line
            at += len(_END_OF_LINE)
            continue
        start, size = at, 0
        word[0] = _BEGIN
        while at < end and not _IS_SPACE[data[at]]:
            if data[at] == _BEGIN and _matches(data, at, end, _END_OF_LINE):
                break
            size += 1
            word[size] = data[at]
            at += 1
        known, _ = find_word(tree.words, tree.bounds, tree.table, data, start, at, hash_word(data, start, at))
        if known >= 0:
            hashes[count] = _WORDS + known
            count += 1
        elif _matches(data, start, at, _LABEL):
            continue
        word[size + 1] = _END
        count = run_hashes(word, size + 2, tree.shape[1], tree.shape[2], True, hashes, count)
    if tree.shape[3] >= 0:
        hashes[count] = _WORDS + tree.shape[3]
        count += 1
    return count


def warm_up() -> None:
    words, bounds = np.frombuffer(b"a</s>", np.uint8), np.array([0, 1, 5], np.int64)
    one = np.zeros(1, np.int32)
    rows = np.zeros((3, 2), np.float32)
    shape = np.array([10, 2, 4, 1])
    table, children = word_table(words, bounds), children_of(np.ones(2, np.int64))
    tree = Tree(words, bounds, table, present_of(one, 10, 2), slots_of(one, one), rows, rows[:1], children, shape)
    data, offsets = np.frombuffer(b"a line", np.uint8), np.array([0, 6], np.int32)
    offsets.flags.writeable = False
    predict(data, offsets, tree, 0.6)
    log_probabilities(data, offsets, tree)
