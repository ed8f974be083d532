"""Quality policies: the closed forms, exact counts, ties, and no dependence on order."""

import math
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers import policies
from classifiers.evaluate import histogram
from classifiers.policies import Policy, TopCut
from classifiers.quality import SCORE_STEPS
from pipeline.ids import document_id

PARETO = Policy("pareto", 9.0)
PROPORTIONAL = Policy("proportional")

scored = st.lists(st.integers(0, SCORE_STEPS), min_size=1, max_size=200)
drawn = st.floats(0, 1, exclude_max=True, allow_subnormal=False)


def ids(count: int) -> list[bytes]:
    return [document_id("web", "a.warc.gz", ordinal) for ordinal in range(count)]


@pytest.mark.parametrize(
    ("alpha", "score", "chance"),
    [(9, 1.0, 1.0), (9, 0.9, 0.424), (9, 0.5, 0.026), (9, 0.0, 0.00195), (3, 0.5, 0.296), (3, 0.0, 0.125)],
)
def test_pareto_has_the_closed_form_of_the_papers(alpha: float, score: float, chance: float) -> None:
    table = policies.keep_probability(Policy("pareto", alpha))
    assert table[round(score * SCORE_STEPS)] == pytest.approx(chance, rel=0.01)
    assert table[round(score * SCORE_STEPS)] == pytest.approx((2 - score) ** -alpha, abs=1e-12)


@pytest.mark.parametrize("alpha", [3.0, 9.0])
def test_pareto_is_gpt3s_rule_as_its_sampler_draws_it(alpha: float) -> None:
    score = 0.8
    kept = np.random.default_rng(5).pareto(alpha, 200_000) > 1 - score
    chance = policies.keep_probability(Policy("pareto", alpha))[round(score * SCORE_STEPS)]
    assert abs(kept.mean() - chance) < 5 * math.sqrt(chance * (1 - chance) / len(kept))


@pytest.mark.parametrize("policy", [Policy("pareto", 3.0), PARETO, PROPORTIONAL])
def test_keep_rates_by_score_follow_the_closed_form(policy: Policy) -> None:
    count = 100_000
    steps = (np.arange(count, dtype=np.int64) * 7919 % (SCORE_STEPS + 1)).astype(np.int32)
    kept = policies.keep(policy, steps, policies.draws(ids(count), seed=3))
    for low in range(0, SCORE_STEPS, 1000):
        bucket = (steps >= low) & (steps < low + 1000)
        expected = policies.expected_keep(policy, histogram(steps[bucket]))
        error = math.sqrt(expected * (1 - expected) / bucket.sum())
        assert abs(kept[bucket].mean() - expected) < 5 * error


def test_draws_depend_on_seed_and_id_alone() -> None:
    some = ids(50)
    forwards, backwards = policies.draws(some, seed=1), policies.draws(some[::-1], seed=1)
    assert forwards.tolist() == backwards[::-1].tolist()
    assert not set(forwards) & set(policies.draws(some, seed=2))


@pytest.mark.parametrize(("threshold", "lowest"), [(0.5, 5000), (0.018112, 182), (0.0, 0), (1.0, 10_000)])
def test_threshold_keeps_from_the_first_step_that_reaches_it(threshold: float, lowest: int) -> None:
    policy = Policy("threshold", threshold)
    steps = np.arange(SCORE_STEPS + 1, dtype=np.int32)
    kept = policies.keep(policy, steps, np.full(len(steps), 0.999999))
    assert kept.tolist() == (steps >= lowest).tolist()


def test_proportional_never_keeps_zero_and_always_keeps_one() -> None:
    steps = np.array([0, SCORE_STEPS], np.int32)
    assert policies.keep(PROPORTIONAL, steps, np.zeros(2)).tolist() == [False, True]
    assert policies.keep(PROPORTIONAL, steps, np.full(2, 1 - 2**-53)).tolist() == [False, True]


@pytest.mark.parametrize(
    ("fraction", "documents", "kept"), [(0.1, 30, 3), (0.1, 31, 4), (0.1, 1, 1), (0.1, 0, 0), (0.0, 9, 0), (1.0, 9, 9)]
)
def test_top_rounds_up_in_exact_decimals(fraction: float, documents: int, kept: int) -> None:
    assert policies.top_count(Policy("top", fraction), documents) == kept


def cut_of(policy: Policy, steps: np.ndarray, draws: np.ndarray) -> TopCut:
    (cut,) = policies.top_cuts(
        histogram(steps), [policies.top_count(policy, len(steps))], lambda: batches(steps, draws)
    )
    return cut


def batches(steps: np.ndarray, draws: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    yield from ((steps[:3], draws[:3]), (steps[3:], draws[3:]))


@given(scored, st.floats(0, 1))
def test_top_keeps_exactly_the_best(values: list[int], fraction: float) -> None:
    policy, steps = Policy("top", fraction), np.array(values, np.int32)
    draws = policies.draws(ids(len(values)), seed=1)
    cut = cut_of(policy, steps, draws)
    kept = policies.keep(policy, steps, draws, cut)
    assert kept.sum() == policies.top_count(policy, len(values))
    best = sorted(range(len(values)), key=lambda row: (-values[row], draws[row]))
    assert set(np.flatnonzero(kept)) == set(best[: kept.sum()])
    assert policies.expected_keep(policy, histogram(steps)) == kept.sum() / len(values)


@given(scored, st.lists(st.integers(0, 200), min_size=1, max_size=5))
def test_several_cuts_pass_as_many_as_wanted(values: list[int], counts: list[int]) -> None:
    steps = np.array(values, np.int32) // 2500  # five steps, so that most cuts divide one
    draws = policies.draws(ids(len(values)), seed=1)
    counts = [min(count, len(values)) for count in counts]
    cuts = policies.top_cuts(histogram(steps), counts, lambda: batches(steps, draws))
    top = Policy("top", 0.5)
    assert [int(policies.keep(top, steps, draws, cut).sum()) for cut in cuts] == counts


@given(st.sampled_from([PARETO, PROPORTIONAL, Policy("threshold", 0.3)]), st.integers(0, SCORE_STEPS), drawn)
def test_a_dropped_document_missed_the_threshold_it_is_shown(policy: Policy, step: int, draw: float) -> None:
    steps, draws = np.array([step], np.int32), np.array([draw])
    kept = bool(policies.keep(policy, steps, draws)[0])
    assert kept == (step >= policies.needed_step(policy, draws)[0])


@given(st.sampled_from([PARETO, Policy("pareto", 100.0), PROPORTIONAL, Policy("threshold", 0.3)]))
def test_better_scores_are_never_kept_less(policy: Policy) -> None:
    table = policies.keep_probability(policy)
    assert (np.diff(table) >= 0).all()
    assert table[-1] == 1


def test_nothing_is_expected_of_no_documents() -> None:
    assert policies.expected_keep(PARETO, np.zeros(SCORE_STEPS + 1, np.int64)) == 0
    assert policies.expected_keep(Policy("top", 0.5), np.zeros(SCORE_STEPS + 1, np.int64)) == 0


def test_hundredths_count_every_document_once() -> None:
    found = policies.by_hundredth(histogram(np.array([0, 99, 100, 9_999, 10_000], np.int32)))
    assert (found[0], found[1], found[99], sum(found), len(found)) == (2, 1, 2, 5, 100)


def counted(*values: int) -> policies.Counts:
    return np.bincount(values, minlength=SCORE_STEPS + 1).astype(np.int64)


def test_match_finds_the_alpha_that_made_the_goal() -> None:
    crawl = np.full(SCORE_STEPS + 1, 1000, np.int64)
    for alpha in (0.5, 3.0, 9.0):
        kept = np.rint(policies.keep_probability(Policy("pareto", alpha)) * crawl).astype(np.int64)
        assert policies.match_alpha(crawl, policies.by_hundredth(kept)) == (alpha, pytest.approx(0, abs=1e-3))


def test_match_is_the_area_between_two_distributions() -> None:
    every = counted(1050, 9050)
    alpha, distance = policies.match_alpha(every, policies.by_hundredth(counted(9050)))
    assert alpha == policies.ALPHAS[-1]  # the steepest comes nearest
    low, high = (policies.keep_probability(Policy("pareto", alpha))[step] for step in (1050, 9050))
    assert distance == pytest.approx(0.8 * low / (low + high), abs=1e-8)


def test_match_without_documents_is_gpt3s() -> None:
    assert (
        policies.match_alpha(counted(), policies.by_hundredth(counted(1)))
        == policies.match_alpha(counted(1), policies.by_hundredth(counted()))
        == (9.0, 1.0)
    )
