"""AUC, precision and recall from histograms, against counting pairs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.evaluate import auc, calibration, check_direction, evaluate, histogram, precision_recall
from classifiers.fasttext_file import QualityModelError

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


def test_precision_and_recall_by_score() -> None:
    rows = precision_recall(counts(10_000, 4000), counts(4000, 1000))
    assert [row["score"] for row in rows] == [tenth / 10 for tenth in range(11)]
    assert (rows[0]["precision"], rows[0]["recall"]) == (0.5, 1.0)
    assert rows[4] == {"score": 0.4, "precision": pytest.approx(2 / 3), "recall": 1.0}
    assert rows[10] == {"score": 1.0, "precision": 1.0, "recall": 0.5}
    assert precision_recall(counts(1), counts(2))[10] == {"score": 1.0, "precision": None, "recall": 0.0}


def test_calibration_weighs_both_classes_the_same() -> None:
    rows = calibration(counts(9500, 9600, 500), counts(9700, *[600] * 9))
    assert [row["documents"] for row in rows] == [10, *[0] * 8, 3]
    assert rows[9]["mean_score"] == pytest.approx(0.96)
    assert rows[9]["share_good"] == pytest.approx((2 / 3) / (2 / 3 + 1 / 10))
    assert rows[5] == {"from": 0.5, "documents": 0, "mean_score": None, "share_good": None}
    assert calibration(counts(10_000), counts(0))[9]["documents"] == 1


def test_a_model_that_is_the_wrong_way_round_is_refused() -> None:
    low, high = counts(*[1000] * 5), counts(*[9000] * 5)
    check_direction(high, low, "web")
    check_direction(low, low, "web")
    check_direction(counts(*[1000] * 4), high, "web")  # too few to say
    with pytest.raises(QualityModelError, match=r"'web': on held-out documents its AUC is 0\.000.*labels are swapped"):
        check_direction(low, high, "web")
