"""How well scores tell two classes apart, from histograms of scores: exact, with ties, in whatever order they came."""

from dataclasses import dataclass

import numpy as np

from classifiers.policies import Counts
from classifiers.quality import SCORE_STEPS, Steps


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
