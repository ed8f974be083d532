"""Gold pages ready to train on: blocks, labels, words of their classes, and the part of the hosts they belong to."""

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from classifiers.extractor.gold import GoldRow, fold
from classifiers.extractor.labels import Labels, label
from classifiers.extractor.lexicon import WordTokens, word_tokens
from classifiers.extractor.score import PageScore, PreparedGold, prepare, score_blocks
from pipeline.ids import hash01
from pipeline.kernels.html_blocks import Blocks, parse

HELD_OUT = -1
"""The part of pages that nothing is trained on."""
HELD_OUT_PURPOSE = "extractor held-out host"
SPLIT_SEED = 0
"""Of held-out hosts: the same for every training, so that trainings compare. Folds depend on a training's own seed."""


@dataclass(frozen=True)
class Page:
    row: GoldRow
    blocks: Blocks
    gold: PreparedGold
    labels: Labels
    words: WordTokens
    part: int  # a fold, or HELD_OUT

    @property
    def is_article(self) -> bool:
        """Sets without page types hold articles."""
        return self.row.page_type in ("", "article")

    def score(self, keep: npt.NDArray[np.bool_]) -> PageScore:
        """Of the text of some blocks."""
        return score_blocks(self.gold, self.labels.tokens, self.labels.bounds, keep, self._folded)

    @cached_property
    def _folded(self) -> list[str]:
        if not (self.gold.with_snippets or self.gold.without_snippets):
            return []
        text = self.blocks.text
        ends = zip(self.blocks.start, self.blocks.end, strict=True)
        return [" ".join(bytes(text[start:end]).decode("utf-8", "replace").split()) for start, end in ends]


def prepare_pages(
    rows: Sequence[GoldRow], *, held_out: float, folds: int, seed: int, unseen: Container[str] = ()
) -> Iterator[Page]:
    """The pages that have gold text and blocks. A share `held_out` of hosts is in no fold, nor are `unseen` ones."""
    for row in rows:
        gold = prepare(row)
        blocks = parse(np.frombuffer(row.html, np.uint8))
        if not gold.counts or not len(blocks.rows):
            continue
        labels = label(gold, blocks.text, blocks.start, blocks.end)
        words = word_tokens(blocks, np.diff(labels.bounds), labels.positive)
        is_unseen = row.host in unseen or is_held_out(row.host, held_out)
        part = HELD_OUT if is_unseen else fold(row.host, folds, seed)
        yield Page(row, blocks, gold, labels, words, part)


def is_held_out(host: str, share: float) -> bool:
    """Whether a host takes no part in training, where a `share` of hosts does not."""
    return hash01(SPLIT_SEED, HELD_OUT_PURPOSE, host.encode("utf-8", "surrogatepass")) < share
