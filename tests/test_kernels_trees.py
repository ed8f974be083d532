"""The tree kernel against trees walked one row at a time, and against LightGBM's own scores."""

import math
import sys
from dataclasses import replace

import numpy as np
import pytest
from lightgbm_helpers import skip_without_lightgbm

from classifiers.extractor.boosting import Parameters, convert, fit, rounded, threshold_key, train
from pipeline.errors import WinnowError
from pipeline.kernels.trees import FIELDS, RESULT, ROWS, Forest, forest, is_sound, key, score


def rows_of(n, width, seed=0):
    """Whole numbers, shares, negative numbers, zeros of both signs, very large and very small ones."""
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(n, width)).astype(np.float32)
    rows[:, 0] = np.floor(np.abs(rows[:, 0]) * 40)
    rows[:, 1] = rows[:, 1] > 0.5
    rows[:, 2] *= np.float32(1e30)
    rows[rng.random((n, width)) < 0.2] = 0.0
    rows[rng.random((n, width)) < 0.05] = -0.0
    return rows


def plain_key(x):
    high = int(np.float32(x).view(np.int32)) >> 16
    return high if high >= 0 else high ^ 0x7FFF


def plain_score(made, row):
    """The steps as the module's docstring says them."""
    total, slots = made.base, [0] * 32
    for feature, threshold, add, left, right, out, _, _ in made.steps.tolist():
        slots[out] = slots[right] + add if plain_key(row[feature]) > threshold else slots[left]
        if out == RESULT:
            total += slots[out]
    return total


def toy():
    """if a > 2: (if b > .5: 40 else 30) else (if b > -1: 20 else 10); then a tree of one node: a > 0 adds 1."""
    steps = [
        (1, threshold_key(-1.0), 10, 0, 0, 1),
        (1, threshold_key(0.5), 10, 0, 0, 2),
        (0, threshold_key(2.0), 20, 1, 2, RESULT),
        (0, threshold_key(0.0), 1, 0, 0, RESULT),
    ]
    table = np.zeros((len(steps), FIELDS), np.int16)
    table[:, :6] = steps
    return forest(table, 10)


def test_toy_forest():
    rows = np.array([[3, 1], [3, 0.5], [2, 0], [2, -1], [-1, -2], [0, -1]], np.float32)
    assert score(toy(), rows).tolist() == [41, 31, 21, 11, 10, 10]


@pytest.mark.parametrize("n", [0, 1, ROWS - 1, ROWS, ROWS + 1, 3 * ROWS + 7])
def test_any_number_of_rows_scores_like_one_row(n):
    rows = rows_of(n, 5, seed=n)
    assert score(toy(), rows).tolist() == [plain_score(toy(), row) for row in rows]


def test_keys_keep_the_order_of_numbers():
    numbers = np.sort(np.concatenate([rows_of(500, 3).ravel() + 0, np.float32([-3e38, 3e38, 1e-40, -1e-40])]))
    keys = [int(key(int(x.view(np.int32)))) for x in numbers]
    assert keys == sorted(keys)
    assert keys == [plain_key(x) for x in numbers]
    assert keys[0] >= -(1 << 15)
    assert keys[-1] < 1 << 15
    assert len({plain_key(x) for x in range(257)}) == 257  # whole numbers to 256 are told apart


@pytest.mark.parametrize("threshold", [0.0, 1e-35, -1e-35, 0.5, -0.5, 1.000001, -1.000001, 12.5, -3e38])
def test_threshold_key_divides_rounded_numbers_as_the_threshold_does(threshold):
    near = np.float32(threshold) * np.linspace(0.9, 1.1, 401, dtype=np.float32)
    numbers = rounded(np.concatenate([near, np.float32([0.0, -0.0, 1.0, -1.0])]))
    for x in numbers[np.isfinite(numbers)]:
        assert (plain_key(x) > threshold_key(threshold)) == (float(x) > threshold), float(x)


def test_unsound_steps_are_known():
    good = toy()
    assert is_sound(good, 2)
    assert not is_sound(good, 1)
    assert not is_sound(Forest(good.steps[:-1], good.ends, 0), 2)
    assert not is_sound(forest(np.zeros((0, FIELDS), np.int16), 0), 2)
    for column, value in ((0, -1), (3, -1), (4, 32), (5, 0), (5, 32)):
        bad = good.steps.copy()
        bad[0, column] = value
        assert not is_sound(forest(bad, 0), 2), (column, value)


@pytest.fixture(scope="module")
def examples():
    skip_without_lightgbm()
    rows = rows_of(3000, 8)
    rng = np.random.default_rng(1)
    odds = rows[:, 3] * 2 + rows[:, 4] * rows[:, 5] - (rows[:, 0] > 20) + rows[:, 1]
    return rows, rng.random(3000) < 1 / (1 + np.exp(-odds)), rng.random(3000).astype(np.float32)


CHOSEN = Parameters(forests=1, trees=40, leaves=31, max_depth=6, seed=5)


def test_equal_to_lightgbm_within_rounding(examples):
    rows, y, weight = examples
    booster = fit(rows, y, weight, CHOSEN)
    made = convert([booster])
    assert is_sound(made.forest, rows.shape[1])
    unseen = rows_of(1000, 8, seed=9)
    expected = booster.predict(rounded(unseen), raw_score=True)
    assert np.abs(score(made.forest, unseen) / made.scale - expected).max() <= CHOSEN.trees * 0.5 / made.scale
    assert score(made.forest, unseen[:50]).tolist() == [plain_score(made.forest, row) for row in unseen[:50]]
    assert np.abs(expected).max() > 0.5


def test_forests_are_averaged(examples):
    rows, y, weight = examples
    boosters = [fit(rows, y, weight, replace(CHOSEN, seed=seed)) for seed in (10, 11)]
    unseen = rows_of(1000, 8, seed=9)
    expected = sum(booster.predict(rounded(unseen), raw_score=True) for booster in boosters) / 2
    made = train(rows, y, weight, replace(CHOSEN, forests=2))
    assert np.abs(score(made.forest, unseen) / made.scale - expected).max() <= CHOSEN.trees / made.scale


def test_training_twice_gives_the_same_trees_whatever_the_threads(examples):
    one = train(*examples, CHOSEN)
    for threads in (1, 2):
        again = train(*examples, replace(CHOSEN, threads=threads))
        assert again.forest.steps.tobytes() == one.forest.steps.tobytes()
        assert (again.forest.base, again.scale) == (one.forest.base, one.scale)
    assert train(*examples, replace(CHOSEN, seed=6)).forest.steps.tobytes() != one.forest.steps.tobytes()


def test_wide_leaves_take_a_smaller_scale(examples):
    rows, y, weight = examples
    booster = fit(rows, y, weight, Parameters(trees=3, learning_rate=8.0))
    made = convert([booster])
    assert made.scale < 1 << 15
    assert math.log2(made.scale).is_integer()
    expected = booster.predict(rounded(rows), raw_score=True)
    assert np.abs(score(made.forest, rows) / made.scale - expected).max() <= 3 * 0.5 / made.scale


def test_one_class_is_refused(examples):
    rows, y, weight = examples
    with pytest.raises(WinnowError, match="all of one class"):
        train(rows, np.zeros_like(y), weight, CHOSEN)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("raise ModuleNotFoundError('no module')", r"pip install 'winnow\[train\]'"),
        ("raise OSError('libgomp.so.1: cannot open')", r"libgomp\.so\.1.*install the OpenMP library"),
    ],
)
def test_what_training_lacks_is_named(source, message, tmp_path, monkeypatch):
    (tmp_path / "lightgbm.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "lightgbm", raising=False)
    with pytest.raises(WinnowError, match=message):
        train(rows_of(10, 3), np.arange(10) > 4, np.ones(10, np.float32), CHOSEN)
