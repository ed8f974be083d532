"""Labels of a page's blocks: which of them hold its main text, by alignment with the gold text.

A block is positive when at least half of its tokens are matched by the alignment (kernels.align), or at least 70 % of
its shingles stand in what the blocks found so far leave of the gold: that is gold in another order than the page's.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from classifiers.extractor.score import PageScore, PreparedGold, score_blocks
from pipeline.kernels.align import align, found_elsewhere
from pipeline.kernels.arrow import Bytes
from pipeline.kernels.overlap import BoolArray, Int64Array, UInt64Array, block_tokens

Float32Array = npt.NDArray[np.float32]

MATCHED_SHARE = 0.5
ELSEWHERE_SHARE = 0.7


@dataclass(frozen=True, slots=True)
class Labels:
    """Of the n blocks of a page."""

    positive: BoolArray
    weight: Float32Array
    """Tokens of the block / tokens of the gold, at most 1: a page counts about once, long blocks for more."""
    tokens: UInt64Array
    bounds: Int64Array
    """int64[n + 1]; the tokens of block i are tokens[bounds[i]:bounds[i + 1]]."""


def label(gold: PreparedGold, text: Bytes, start: npt.ArrayLike, end: npt.ArrayLike) -> Labels:
    """The labels of the blocks text[start[i]:end[i]] (UTF-8). Where there is no gold text all weights are 0."""
    tokens, bounds = block_tokens(text, start, end)
    sizes = np.diff(bounds)
    if not len(gold.tokens):
        return Labels(np.zeros(len(sizes), np.bool_), np.zeros(len(sizes), np.float32), tokens, bounds)
    matched = np.concatenate(([0], np.cumsum(align(tokens, gold.tokens))))
    positive = (np.diff(matched[bounds]) >= MATCHED_SHARE * sizes) & (sizes > 0)
    positive |= found_elsewhere(tokens, bounds, positive, gold.shingles, ELSEWHERE_SHARE)
    weight = np.minimum(sizes / len(gold.tokens), 1).astype(np.float32)
    return Labels(positive, weight, tokens, bounds)


def oracle(gold: PreparedGold, labels: Labels) -> PageScore:
    """The score of the text made of the positive blocks: what a model without an error would have."""
    return score_blocks(gold, labels.tokens, labels.bounds, labels.positive)
