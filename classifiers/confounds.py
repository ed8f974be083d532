"""What else the two classes differ in, and how good a classifier is where they do not.

A classifier that told long from short documents, or one language from another, would have a good AUC and be of no use.
Two figures of each such property: how well it tells the held-out classes apart by itself, and the AUC of the scores
among held-out documents that are alike in it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from classifiers.evaluate import auc, histogram
from classifiers.examples import Counts, Mask
from classifiers.quality import SCORE_STEPS, Steps

MOST_VALUES = 20
"""That a card lists of a property: those of the most documents."""


def length_band(words: int) -> str:
    """Bands of lengths that double."""
    low = 1 << max(0, words.bit_length() - 1)
    return f"{low:,} to {2 * low - 1:,} words" if words else "no words"


def confounds(
    properties: Mapping[str, Sequence[str]], good: Mask, trained: Mask, judged: Mask, steps: Steps
) -> dict[str, dict[str, Any]]:
    """For each property (of every document a value): `auc_alone`, `auc_among_alike`, and a row a value.

    Alone, a value's score is the share of good ones among the documents trained on that have it, both classes weighing
    the same; values that training has not seen score one half. Among alike documents is the mean over pairs of a good
    and an ordinary document of one value; `pairs` is the share of all pairs that these are. None where there are none.
    """
    found = {}
    for name, given in properties.items():
        values = np.array(given, object)
        alone = np.full(len(values), SCORE_STEPS // 2, np.int32)
        rows, pairs, won = [], 0, 0.0
        for value in sorted(set(given)):
            mine = values == value
            alone[mine] = _share(mine & trained, good, trained)
            goods, others = int((mine & judged & good).sum()), int((mine & judged & ~good).sum())
            inside = auc(histogram(steps[mine & judged & good]), histogram(steps[mine & judged & ~good]))
            if goods or others:
                rows.append({"value": value, "positive": goods, "negative": others, "auc": inside})
            if inside is not None:
                pairs, won = pairs + goods * others, won + inside * goods * others
        every = int((judged & good).sum()) * int((judged & ~good).sum())
        found[name] = {
            "auc_alone": auc(histogram(alone[judged & good]), histogram(alone[judged & ~good])),
            "auc_among_alike": won / pairs if pairs else None,
            "pairs": pairs / every if every else None,
            "values": sorted(rows, key=_by_size)[:MOST_VALUES],
        }
    return found


def _by_size(row: Mapping[str, Any]) -> tuple[int, str]:
    return -(row["positive"] + row["negative"]), row["value"]


def _share(mine: Mask, good: Mask, trained: Mask) -> int:
    """In score steps, from counts: of `mine`, the good ones, were there as many good as ordinary documents."""
    goods, others = (int((trained & side).sum()) for side in (good, ~good))
    counts: Counts = np.array([(mine & good).sum(), (mine & ~good).sum()])
    a, b = int(counts[0]) * others, int(counts[1]) * goods
    return a * SCORE_STEPS // (a + b) if a + b else SCORE_STEPS // 2
