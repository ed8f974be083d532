"""Max of ranks over several models: exact buckets, whatever the order of documents."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers import policies, ranks
from classifiers.evaluate import histogram
from classifiers.policies import TopCut
from pipeline.ids import document_id


def draws(count: int) -> np.ndarray:
    return policies.draws([document_id("web", "a", row) for row in range(count)], seed=1)


def cuts_of(steps: np.ndarray, drawn: np.ndarray, buckets: int) -> list[TopCut]:
    return ranks.bucket_cuts(histogram(steps), buckets, lambda: iter([(steps[:5], drawn[:5]), (steps[5:], drawn[5:])]))


def plain_buckets(values: list[int], drawn: np.ndarray, buckets: int) -> list[int]:
    """Sort, number, divide."""
    order = sorted(range(len(values)), key=lambda row: (-values[row], drawn[row]))
    place = {row: rank for rank, row in enumerate(order)}
    return [buckets - 1 - place[row] * buckets // len(values) for row in range(len(values))]


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=120), st.sampled_from([2, 3, 20]), st.booleans())
def test_a_bucket_is_a_share_of_the_ranking(values: list[int], buckets: int, tied: bool) -> None:
    values = [value // 4000 for value in values] if tied else values
    steps, drawn = np.array(values, np.int32), draws(len(values))
    found = ranks.bucket_of(steps, drawn, cuts_of(steps, drawn, buckets))
    assert found.tolist() == plain_buckets(values, drawn, buckets)


def test_a_hundred_documents_fall_into_twenty_buckets_of_five() -> None:
    steps, drawn = np.arange(100, dtype=np.int32), draws(100)
    found = ranks.bucket_of(steps, drawn, cuts_of(steps, drawn, 20))
    assert np.bincount(found).tolist() == [5] * 20
    assert found[[0, 4, 5, 94, 95, 99]].tolist() == [0, 0, 1, 18, 19, 19]


@pytest.mark.parametrize("count", [1, 7])
def test_of_few_documents_the_best_is_in_the_highest_bucket(count: int) -> None:
    steps, drawn = np.arange(count, dtype=np.int32), draws(count)
    assert ranks.bucket_of(steps, drawn, cuts_of(steps, drawn, 20)).max() == 19


def test_the_highest_bucket_of_any_model_counts() -> None:
    steps, drawn = np.array([[0, 30], [10, 20], [20, 10], [30, 0]], np.int32), draws(4)
    cuts = [cuts_of(steps[:, model], drawn, 4) for model in (0, 1)]
    each, best = ranks.best_bucket(steps, drawn, cuts)
    assert each.tolist() == [[0, 3], [1, 2], [2, 1], [3, 0]]
    assert best.tolist() == [3, 2, 2, 3]
    assert ranks.called_good(each, 2).tolist() == [0b10, 0b10, 0b01, 0b01]
    assert ranks.called_good(each, 1).tolist() == [0b10, 0b11, 0b11, 0b01]


def test_two_models_that_score_alike_rank_alike_also_where_scores_are_tied() -> None:
    steps, drawn = np.repeat(np.arange(3, dtype=np.int32), 20), draws(60)
    both = np.stack([steps, steps], axis=1)
    each, best = ranks.best_bucket(both, drawn, [cuts_of(steps, drawn, 20)] * 2)
    assert (each == best[:, None]).all()
    assert np.bincount(best).tolist() == [3] * 20


def test_the_order_of_documents_does_not_matter() -> None:
    steps = np.array([5, 5, 5, 1, 9, 5, 5], np.int32)
    drawn = draws(7)
    expected = ranks.bucket_of(steps, drawn, cuts_of(steps, drawn, 3)).tolist()
    for order in itertools.islice(itertools.permutations(range(7)), 0, 5040, 97):
        places = list(order)
        found = ranks.bucket_of(steps[places], drawn[places], cuts_of(steps[places], drawn[places], 3))
        assert [found[places.index(row)] for row in range(7)] == expected


def test_nothing_is_ranked_where_there_are_no_documents() -> None:
    empty = np.zeros(0, np.int32)
    each, best = ranks.best_bucket(np.zeros((0, 2), np.int32), np.zeros(0), [cuts_of(empty, np.zeros(0), 20)] * 2)
    assert (each.shape, best.shape) == ((0, 2), (0,))
