"""How well scores tell two classes apart, from histograms of scores: exact, with ties, in whatever order they came."""

from dataclasses import dataclass

import numpy as np

from classifiers.fasttext_file import QualityModelError
from classifiers.policies import Counts
from classifiers.quality import SCORE_STEPS, Steps

MIN_JUDGED = 5
"""Held-out documents of each class, below which an AUC under one half may be chance."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Of held-out documents. None where a class has none, or where nothing was called good (precision).

    Precision depends on how many documents of each class there are, the other two do not.
    """

    auc: float | None
    precision: float | None
    recall: float | None


def histogram(steps: Steps) -> Counts:
    """Documents by score step."""
    return np.bincount(steps, minlength=SCORE_STEPS + 1).astype(np.int64)


def evaluate(good: Counts, ordinary: Counts) -> Evaluation:
    """AUC, and precision and recall of calling scores from 0.5 good, from the two classes' histograms."""
    called, missed = int(good[SCORE_STEPS // 2 :].sum()), int(good[: SCORE_STEPS // 2].sum())
    wrongly = int(ordinary[SCORE_STEPS // 2 :].sum())
    return Evaluation(
        auc=auc(good, ordinary),
        precision=called / (called + wrongly) if called + wrongly else None,
        recall=called / (called + missed) if called + missed else None,
    )


def auc(good: Counts, ordinary: Counts) -> float | None:
    """The chance that a good document scores above an ordinary one, ties counting half; None where a class is empty."""
    pairs = int(good.sum()) * int(ordinary.sum())
    if not pairs:
        return None
    below = np.cumsum(ordinary) - ordinary
    twice = sum(g * (2 * b + t) for g, b, t in zip(good.tolist(), below.tolist(), ordinary.tolist(), strict=True))
    return twice / (2 * pairs)


def check_direction(good: Counts, ordinary: Counts, name: str) -> None:
    """Raises QualityModelError where held-out ordinary documents score higher than good ones, if there are a few."""
    found = auc(good, ordinary)
    if found is None or found >= 0.5 or min(good.sum(), ordinary.sum()) < MIN_JUDGED:
        return
    raise QualityModelError(
        f"quality model {name!r}: on held-out documents its AUC is {found:.3f}, below one half: it calls ordinary text "
        "good. The labels are swapped, or the positive and negative sources hold the same kind of text: look at "
        "`positive` and `negative` of its `train`"
    )


def precision_recall(good: Counts, ordinary: Counts) -> list[dict[str, float | None]]:
    """Precision and recall of calling scores from each tenth on good; precision None where nothing is called good."""
    found: list[dict[str, float | None]] = []
    for tenth in range(11):
        least = tenth * SCORE_STEPS // 10
        right, wrong, every = int(good[least:].sum()), int(ordinary[least:].sum()), int(good.sum())
        precision = right / (right + wrong) if right + wrong else None
        found.append({"score": tenth / 10, "precision": precision, "recall": right / every if every else None})
    return found


def calibration(good: Counts, ordinary: Counts) -> list[dict[str, float | int | None]]:
    """By tenth of the score: documents, their mean score, and the share of good ones, were there as many good as
    ordinary documents, which is what scores are calibrated to. None where there are no documents or no other class.
    """
    found: list[dict[str, float | int | None]] = []
    steps = np.arange(SCORE_STEPS + 1)
    goods, others = int(good.sum()), int(ordinary.sum())
    for tenth in range(10):
        last = SCORE_STEPS + 1 if tenth == 9 else (tenth + 1) * SCORE_STEPS // 10
        part = slice(tenth * SCORE_STEPS // 10, last)
        g, o = int(good[part].sum()), int(ordinary[part].sum())
        total = int(((good + ordinary)[part] * steps[part]).sum())
        found.append({
            "from": tenth / 10, "documents": g + o,
            "mean_score": total / (g + o) / SCORE_STEPS if g + o else None,
            "share_good": g * others / (g * others + o * goods) if g + o and goods and others else None,
        })  # fmt: skip
    return found
