"""AUC, precision and recall from histograms, against counting pairs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.evaluate import auc, evaluate, histogram

steps = st.lists(st.sampled_from([0, 1, 2, 4999, 5000, 5001, 10_000]), min_size=1, max_size=30)


def counts(*values: int) -> np.ndarray:
    return histogram(np.array(values, np.int32))


@given(steps, steps)
def test_auc_is_the_share_of_pairs_in_order(good: list[int], ordinary: list[int]) -> None:
    pairs = [1.0 if g > o else 0.5 if g == o else 0.0 for g in good for o in ordinary]
    assert auc(counts(*good), counts(*ordinary)) == pytest.approx(sum(pairs) / len(pairs))


def test_auc_of_known_cases() -> None:
    assert auc(counts(9000, 8000), counts(1000)) == 1
    assert auc(counts(1000), counts(9000)) == 0
    assert auc(counts(5000), counts(5000)) == 0.5


def test_precision_and_recall_at_half() -> None:
    found = evaluate(counts(5000, 9000, 4999), counts(6000, 10, 20, 30))
    assert found.precision == pytest.approx(2 / 3)
    assert found.recall == pytest.approx(2 / 3)


def test_an_empty_class_has_no_figures() -> None:
    found = evaluate(counts(), counts(1))
    assert (found.auc, found.precision, found.recall) == (None, None, None)
