"""Who stays by a quality score: pure functions of (score, draw), whatever the order of documents.

A document's draw u in [0, 1) is a hash of (seed, its id). pareto, threshold and proportional are one table: the
probability to stay at each score step; a document stays when its draw is below it. `top` needs all of a source's
scores: the step at which the cut falls, and the draw below which documents on that step stay. So does `max_rank`, of
several models (`classifiers.ranks`).
"""

import functools
import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from classifiers.quality import SCORE_STEPS, Steps
from pipeline.ids import hash01

PURPOSE = "quality"
"""Of the draws."""

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
"""Documents by score step, [SCORE_STEPS + 1]."""

GPT3_ALPHA = 9.0
ALPHAS = tuple(quarter / 4 for quarter in range(1, 121))
"""What `match` chooses from."""

# Probabilities are rounded to this many decimals, since the last bits of a power differ from processor to processor.
_DECIMALS = 12
_DRAW_BINS = 1 << 16


@dataclass(frozen=True, slots=True)
class Policy:
    """`parameter` is alpha, the fraction, the threshold or the least bucket; None for proportional, and for `match` at
    first. What max_rank does is in `classifiers.ranks`.
    """

    name: Literal["pareto", "top", "threshold", "proportional", "match", "max_rank"]
    parameter: float | None = None


@dataclass(frozen=True, slots=True)
class TopCut:
    """Scores above `step` stay, and of those on it the documents whose draw is below `draw`."""

    step: int
    draw: float


def draws(ids: list[bytes], seed: int) -> Floats:
    """The draw of each document."""
    return np.array([hash01(seed, PURPOSE, identity) for identity in ids], np.float64)


@functools.lru_cache(maxsize=128)
def keep_probability(policy: Policy) -> Floats:
    """[SCORE_STEPS + 1]: the probability to stay at each step, for policies that look at one document at a time.

    pareto: GPT-3 (arXiv:2005.14165, Appendix A) keeps a document when numpy's pareto(alpha) > 1 - score, which has
    the probability (2 - score)^-alpha. proportional: the score (PaLM, GLaM: pages sampled in proportion to it).
    threshold: 1 from the lowest step that is not below it. Never falls as the score grows.
    """
    if policy.name == "proportional":
        return np.arange(SCORE_STEPS + 1) / SCORE_STEPS
    assert policy.parameter is not None
    if policy.name in ("pareto", "match"):
        scores = (step / SCORE_STEPS for step in range(SCORE_STEPS + 1))
        return np.array([round(math.pow(2 - score, -policy.parameter), _DECIMALS) for score in scores])
    if policy.name == "threshold":
        return (np.arange(SCORE_STEPS + 1) >= math.ceil(_exact(policy.parameter) * SCORE_STEPS)).astype(np.float64)
    raise ValueError(f"{policy.name} looks at all scores of a source: see `top_count` and `TopCut`")


def keep(policy: Policy, steps: Steps, drawn: Floats, cut: TopCut | None = None) -> npt.NDArray[np.bool_]:
    """[n] whether each document stays. `cut` belongs to `top` alone."""
    if policy.name == "top":
        assert cut is not None
        return (steps > cut.step) | ((steps == cut.step) & (drawn < cut.draw))
    return drawn < keep_probability(policy)[steps]


def needed_step(policy: Policy, drawn: Floats, cut: TopCut | None = None) -> Steps:
    """[n] the lowest score step with which each document would have stayed, given its draw: what a decision shows as
    the threshold that the score missed.

    For pareto this is GPT-3's own reading: a drawn threshold that the score has to reach. For `top` it is the step
    of the cut, which a document that lost a tie there did reach.
    """
    if policy.name == "top":
        assert cut is not None
        return np.full(len(drawn), cut.step, np.int32)
    return np.searchsorted(keep_probability(policy), drawn, side="right").astype(np.int32)


def expected_keep(policy: Policy, histogram: Counts) -> float:
    """The share of documents that a policy is expected to keep, given their scores; 0 for no documents."""
    total = int(histogram.sum())
    if not total:
        return 0.0
    if policy.name == "top":
        return top_count(policy, total) / total
    return float(keep_probability(policy) @ histogram) / total


def top_count(policy: Policy, documents: int) -> int:
    """How many documents `top` keeps: fraction * documents rounded up, in exact decimals, so that a source never ends
    without any because it is small.
    """
    assert policy.parameter is not None
    return math.ceil(_exact(policy.parameter) * documents)


def top_step(histogram: Counts, count: int) -> tuple[int, int]:
    """(the step on which the cut falls, how many documents of that step stay) when the best `count` are to stay."""
    if count == 0:
        return SCORE_STEPS, 0
    at_least = np.cumsum(histogram[::-1])[::-1]  # documents on a step or above it
    step = int(np.flatnonzero(at_least >= count)[-1])
    return step, count - int(at_least[step] - histogram[step])


def top_cuts(
    histogram: Counts, counts: Sequence[int], read: Callable[[], Iterator[tuple[Steps, Floats]]]
) -> list[TopCut]:
    """For each of `counts`, the cut that so many of the best documents pass: higher scores first, then lower draws.

    `read` gives (steps, draws) of all documents in any order and is called twice, or not at all where no cut divides
    the documents of a step. Memory holds a histogram of draws for each step with a cut in it, and one of its bins.
    """
    found = [top_step(histogram, count) for count in counts]
    divided = {(step, ties) for step, ties in found if 0 < ties < histogram[step]}
    limits = _tie_draws(read, divided) if divided else {}
    # Draws lie in [0, 1): all documents of a step stay at a limit of 1, none at 0.
    return [TopCut(step, limits.get((step, ties), float(ties > 0))) for step, ties in found]


def _tie_draws(
    read: Callable[[], Iterator[tuple[Steps, Floats]]], wanted: set[tuple[int, int]]
) -> dict[tuple[int, int], float]:
    """(step, count) -> the draw below which exactly `count` draws of that step lie; there are more of that step. Draws
    are 53-bit numbers that differ but for one chance in 2^53 a pair.
    """
    known = np.array(sorted({step for step, _ in wanted}), np.int64)

    def binned() -> Iterator[tuple[npt.NDArray[np.int64], Floats]]:
        for all_steps, all_draws in read():
            place = np.minimum(np.searchsorted(known, all_steps), len(known) - 1)
            mine = known[place] == all_steps
            yield place[mine] * _DRAW_BINS + (all_draws[mine] * _DRAW_BINS).astype(np.int64), all_draws[mine]

    bins = np.zeros(len(known) * _DRAW_BINS, np.int64)
    for places, _ in binned():
        np.add.at(bins, places, 1)
    decisive: dict[tuple[int, int], tuple[int, int]] = {}
    for step, count in wanted:
        first = int(np.searchsorted(known, step)) * _DRAW_BINS
        below = np.cumsum(bins[first : first + _DRAW_BINS])
        bin_ = int(np.searchsorted(below, count, side="right"))
        decisive[step, count] = (first + bin_, count - int(below[bin_] - bins[first + bin_]))
    inside: dict[int, list[Floats]] = {place: [] for place, _ in decisive.values()}
    for places, drawn in binned():
        for place, kept in inside.items():
            kept.append(drawn[places == place])
    return {key: float(np.sort(np.concatenate(inside[place]))[rank]) for key, (place, rank) in decisive.items()}


def match_alpha(histogram: Counts, wanted: Sequence[int]) -> tuple[float, float]:
    """(alpha, distance): the alpha of `ALPHAS` with which the scores of the documents that pareto is expected to keep
    are distributed most like `wanted`, documents by hundredth of the score.

    GPT-3 (arXiv:2005.14165, Appendix A) chose its 9 to match the scores of WebText and names no distance. This one is
    the area between the two distribution functions (earth mover's distance, in units of the score); of equal ones the
    smallest alpha wins. (9, 1) where either side has no documents.
    """
    if not histogram.sum() or not sum(wanted):
        return GPT3_ALPHA, 1.0
    goal = list(itertools.accumulate(wanted))
    found = []
    for alpha in ALPHAS:
        kept = _hundredths(keep_probability(Policy("pareto", alpha)) * histogram)
        sums = list(itertools.accumulate(kept))
        area = math.fsum(abs(ours / sums[-1] - theirs / goal[-1]) for ours, theirs in zip(sums, goal, strict=True))
        found.append((round(area / len(goal), 9), alpha))
    distance, alpha = min(found)
    return alpha, distance


def _hundredths(values: Floats) -> list[float]:
    """Sums in 100 bins of equal width; a score of 1 counts in the last."""
    width = SCORE_STEPS // 100
    bounds = [*range(0, SCORE_STEPS, width), SCORE_STEPS + 1]
    return [math.fsum(values[first:last].tolist()) for first, last in itertools.pairwise(bounds)]


def by_hundredth(histogram: Counts) -> list[int]:
    """Documents by score in 100 bins of equal width; a score of 1 counts in the last."""
    width = SCORE_STEPS // 100
    bins = histogram[:SCORE_STEPS].reshape(100, width).sum(axis=1)
    bins[-1] += histogram[SCORE_STEPS]
    return [int(count) for count in bins]


def _exact(value: float) -> Fraction:
    """The decimal number that was written: 0.1 is one tenth here."""
    return Fraction(repr(value))


def policy_of(raw: dict[str, Any]) -> Policy:
    """A policy from a stage's parameters."""
    return Policy(raw["name"], raw["parameter"])
