"""Logistic regression on hashed words: the same bytes on every machine, the formula it stands for, refused files."""

import hashlib
import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers import logistic, quality
from classifiers.fasttext_file import QualityModelError
from classifiers.features import prepare
from classifiers.logistic import HashedModel, LogisticParameters, read_model, write_model
from classifiers.quality import SCORE_STEPS, Model
from pipeline.kernels.hashed import chance, train_hashed
from pipeline.kernels.linear import ONE
from tests.quality_texts import GOOD_WORDS, examples, text

SMALL = LogisticParameters(epoch=20, bits=12)
GOLDEN = "b7c7ff8cd478373b8065d8492d00ffbbd2078b80b5fd5b0f5cf590501e3a1156"
"""SHA-256 of the model that `data` trains: the same on every processor with IEEE 754 doubles."""


def lines() -> list[tuple[bool, str]]:
    return examples(40)


@pytest.fixture(scope="module")
def data() -> bytes:
    return logistic.train(lines, 80, chosen=SMALL, name="m")


@pytest.fixture(scope="module")
def model(data: bytes) -> Model:
    return quality.from_bytes(data, "m")


def test_every_machine_trains_these_bytes(data: bytes) -> None:
    assert hashlib.sha256(data).hexdigest() == GOLDEN


def test_how_lines_fall_into_batches_does_not_matter(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logistic, "_BATCH_LINES", 7)
    assert logistic.train(lines, 80, chosen=SMALL, name="m") == data


@given(st.floats(-40, 40))
def test_the_logistic_function_is_right_to_fifteen_digits(logit: float) -> None:
    bounded = min(max(logit, -30.0), 30.0)
    assert chance(logit) == pytest.approx(1 / (1 + math.exp(-bounded)), rel=1e-14)
    assert chance(logit) == chance.py_func(logit)  # type: ignore[attr-defined]  # nothing was fused or reordered


def test_it_tells_unseen_texts_apart(model: Model) -> None:
    good = model.score(pa.array([text(True, seed) for seed in range(1000, 1030)]))
    spam = model.score(pa.array([text(False, seed) for seed in range(1000, 1030)]))
    assert good.min() > SCORE_STEPS / 2 > spam.max()


def test_a_score_is_the_mean_of_what_words_and_pairs_weigh() -> None:
    parts = HashedModel(np.arange(1 << 16, dtype=np.int32), 16, True)
    words = HashedModel(parts.values, 16, False)

    def one(model: HashedModel, plain: str) -> tuple[int, int]:
        totals, counts = model.sums(pa.array([plain]))
        return int(totals[0]), int(counts[0])

    (a, _), (b, _) = one(words, "light"), one(words, "bends")
    assert one(words, "light bends light") == (2 * a + b, 3)
    pair = one(parts, "light bends")[0] - a - b
    turned = one(parts, "bends light")[0] - a - b
    assert pair != turned
    assert one(parts, "light bends light") == (2 * a + b + pair + turned, 5)
    assert one(parts, "") == (0, 0)


def test_a_step_follows_the_gradient() -> None:
    """One line, one step: every weight of its two words moves by rate * (1 - first / total) * (good - p) / features."""
    weights = np.zeros(1 << 16)
    offsets = np.array([0, 11], np.int32)
    offsets.flags.writeable = False
    train_hashed(
        np.frombuffer(b"light bends", np.uint8), offsets, np.frombuffer(b"\1", np.uint8), weights, 16, False, 1, 4, 2.0
    )
    assert sorted(weights[weights != 0]) == [0.375, 0.375]  # 2 * 3/4 * (1 - 1/2) / 2


def test_length_says_nothing(model: Model) -> None:
    short, long = model.logits(prepare(pa.array(["star light", "star light " * 200])))
    seam = abs(float(long - short))
    assert seam < 1.5  # the pair (light, star) alone is new
    assert model.logits(prepare(pa.array(["star " * 300]))) == pytest.approx(
        model.logits(prepare(pa.array(["star " * 30]))), abs=0.2
    )


def test_a_calibrated_model_is_of_the_same_family(data: bytes, model: Model) -> None:
    plain = prepare(pa.array([text(good, seed) for good in (True, False) for seed in range(20)]))
    before = model.logits(plain)
    good = np.array([True] * 20 + [False] * 20)
    changed = quality.from_bytes(quality.calibrated(data, before, good, "m"), "m")
    assert isinstance(changed.linear, HashedModel)
    slope = (changed.logits(plain) - changed.logits(plain)[0])[1:] / (before - before[0])[1:]
    assert slope == pytest.approx(np.full(39, slope[0]), abs=1e-2)
    assert changed.score_prepared(plain)[:20].min() > changed.score_prepared(plain)[20:].max()


def test_a_batch_scores_as_its_rows_do(model: Model) -> None:
    texts = [text(True, 1), "", text(False, 2), "漢字", "x", "a", "."]
    alone = [int(model.score(pa.array([value]))[0]) for value in texts]
    assert model.score(pa.array(texts)).tolist() == alone
    assert model.score(pa.array(texts).slice(1, 2)).tolist() == alone[1:3]
    assert alone[1] == alone[6] == 0
    assert model.score(pa.array([], pa.string())).tolist() == []


def test_ten_megabytes_score_as_their_head(model: Model) -> None:
    whole = model.score(pa.array([f"{GOOD_WORDS} " * 70_000, "x" * 10_000_000]))
    assert whole[0] == model.score(pa.array([f"{GOOD_WORDS} " * 100]))[0] > SCORE_STEPS / 2
    assert 0 <= whole[1] <= SCORE_STEPS


def test_a_file_cut_anywhere_is_refused(data: bytes) -> None:
    for length in (0, 3, 8, 20, 35, 36, 100, len(data) // 2, len(data) - 1):
        with pytest.raises(QualityModelError, match=r"quality model web/model\.bin: .*(cut short|not a)"):
            quality.from_bytes(data[:length], "web/model.bin")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda data: data + b"abc", "3 bytes behind the end"),
        (lambda data: data[:-1] + bytes([data[-1] ^ 1]), "numbers are damaged"),
        (lambda data: data[:8] + b"\2" + data[9:], "format 2; format 1 is read"),
        (lambda data: data[:12] + b"\xff" + data[13:], "header is damaged"),
    ],
)
def test_damaged_files_are_refused(data: bytes, change: object, problem: str) -> None:
    with pytest.raises(QualityModelError, match=problem):
        read_model(change(data), "m")  # type: ignore[operator]


def test_a_file_of_the_other_family_is_read_as_what_it_is(data: bytes) -> None:
    other = quality.train(examples(10), chosen=quality.HyperParameters(epoch=1, bucket=1_000), seed=1, name="m")
    with pytest.raises(QualityModelError, match="not a logistic regression"):
        read_model(other, "m")
    assert isinstance(quality.from_bytes(data, "m").linear, HashedModel)
    assert not isinstance(quality.from_bytes(other, "m").linear, HashedModel)


def test_numbers_out_of_proportion_are_refused() -> None:
    values = np.zeros(16, np.int32)
    values[3] = 2_001 * ONE - 1 if 2_001 * ONE < 2**31 else 2**31 - 1
    assert read_model(write_model(HashedModel(np.zeros(16, np.int32), 4, True)), "m").bits == 4
    with pytest.raises(QualityModelError, match="damaged"):
        read_model(write_model(HashedModel(values, 4, True)), "m")


@pytest.mark.parametrize("rate", [1e30, float("nan"), float("inf")])
def test_a_trainer_that_diverges_is_an_error(rate: float) -> None:
    with pytest.raises(QualityModelError, match="NaN"):
        logistic.train(lines, 80, chosen=LogisticParameters(epoch=2, lr=rate, bits=12), name="m")


def test_training_on_nothing_is_an_error() -> None:
    with pytest.raises(QualityModelError, match="no text with words"):
        logistic.train(list, 0, chosen=SMALL, name="m")


def test_training_on_one_letter_works() -> None:
    found = logistic.train(lambda: [(True, "a"), (False, "b")] * 50, 100, chosen=SMALL, name="m")
    scores = quality.from_bytes(found, "m").score(pa.array(["a", "b"]))
    assert scores[0] > SCORE_STEPS / 2 > scores[1]
