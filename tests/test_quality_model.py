"""The classifier: equal bytes every time, fastText's own probabilities in integers, and files that are refused."""

import struct
import subprocess
import sys
from pathlib import Path

import fasttext
import numpy as np
import pyarrow as pa
import pytest

from classifiers import quality
from classifiers.calibrate import platt
from classifiers.fasttext_file import QualityModelError, read_model, recalibrated
from classifiers.features import prepare
from classifiers.quality import SCORE_STEPS, HyperParameters, Model
from pipeline.tag import language
from tests.quality_texts import examples, text

SMALL = HyperParameters(epoch=20, bucket=5_000)
TRAIN = """
import hashlib
from classifiers import quality
from tests.quality_texts import examples
chosen = quality.HyperParameters(epoch=20, bucket=5_000)
print(hashlib.sha256(quality.train(examples(40), chosen=chosen, seed={seed}, name="m")).hexdigest())
"""


@pytest.fixture(scope="module")
def data() -> bytes:
    return quality.train(examples(40), chosen=SMALL, seed=1, name="m")


@pytest.fixture(scope="module")
def model(data: bytes) -> Model:
    return quality.from_bytes(data, "m")


def trained_elsewhere(seed: int) -> str:
    root = Path(__file__).parents[1]
    return subprocess.run(
        [sys.executable, "-c", TRAIN.format(seed=seed)], cwd=root, check=True, capture_output=True, text=True
    ).stdout


def test_two_processes_train_the_same_bytes() -> None:
    assert trained_elsewhere(1) == trained_elsewhere(1)


def test_the_seed_matters(data: bytes) -> None:
    assert quality.train(examples(40), chosen=SMALL, seed=2, name="m") != data


def test_it_tells_unseen_texts_apart(model: Model) -> None:
    good = model.score(pa.array([text(True, seed) for seed in range(1000, 1030)]))
    spam = model.score(pa.array([text(False, seed) for seed in range(1000, 1030)]))
    assert good.min() > SCORE_STEPS / 2 > spam.max()
    assert good.dtype == np.int32


def probability(loaded: object, line: str) -> float:
    found = loaded.f.predict(line + "\n", 2, 0.0, "strict")  # type: ignore[attr-defined]
    (score,) = (score for score, label in found if label == quality.POSITIVE)
    return float(score)


def test_scores_are_fasttexts_probabilities(model: Model, data: bytes, tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(data)
    loaded = fasttext.load_model(str(tmp_path / "model.bin"))
    texts = [text(good, seed, words) for good in (True, False) for seed in range(20) for words in (1, 2, 30, 400)]
    texts += ["unseen wörter übereinander 漢字 العربية", "star", "unseen"]
    plain = prepare(pa.array(texts))
    theirs = np.array([probability(loaded, line) for line in plain.to_pylist()])
    # fastText adds 1e-5 to every probability (src/loss.cc), and half a step is rounding.
    assert np.abs(model.score_prepared(plain) / SCORE_STEPS - theirs).max() <= 0.5 / SCORE_STEPS + 2e-5


def test_a_batch_scores_as_its_rows_do(model: Model) -> None:
    texts = [text(True, 1), "", text(False, 2), "漢字"]
    alone = [int(model.score(pa.array([value]))[0]) for value in texts]
    assert model.score(pa.array(texts)).tolist() == alone
    assert model.score(pa.array(texts).slice(1, 2)).tolist() == alone[1:3]
    assert model.score(pa.array([], pa.string())).tolist() == []


@pytest.mark.parametrize("words", ["", " \n", "--- *** !!!", "\u200b\u00ad"])
def test_a_text_without_words_scores_zero(model: Model, words: str) -> None:
    assert model.score(pa.array([words])).tolist() == [0]


def test_monsters_score_something(model: Model) -> None:
    monsters = ["star " * 1_000_000, "x" * 1_000_000, "漢" * 100_000, "a\u0301" * 100_000]
    scores = model.score(pa.array(monsters))
    assert scores[0] > SCORE_STEPS / 2
    assert ((scores >= 0) & (scores <= SCORE_STEPS)).all()


def test_a_calibrated_model_is_an_ordinary_one(model: Model, data: bytes, tmp_path: Path) -> None:
    changed = recalibrated(data, model.linear, 2.5, -0.75)
    (tmp_path / "model.bin").write_bytes(changed)
    loaded, ours = fasttext.load_model(str(tmp_path / "model.bin")), quality.from_bytes(changed, "m")
    plain = prepare(pa.array([text(good, seed) for good in (True, False) for seed in range(20)] + ["unseen words"]))
    assert np.abs(ours.logits(plain) - (2.5 * model.logits(plain) - 0.75)).max() < 1e-4
    theirs = np.array([probability(loaded, line) for line in plain.to_pylist()])
    assert np.abs(ours.score_prepared(plain) / SCORE_STEPS - theirs).max() <= 0.5 / SCORE_STEPS + 2e-5


def test_calibration_finds_the_chances_that_made_the_labels() -> None:
    dice = np.random.default_rng(1)
    logits = dice.normal(size=40_000)
    good = dice.random(40_000) < 1 / (1 + np.exp(-3 * logits))
    scale, shift = platt(logits, good)
    assert scale == pytest.approx(3, abs=0.15)
    assert shift == pytest.approx(0, abs=0.1)
    assert platt(logits - 1, good)[1] == pytest.approx(shift + scale, abs=0.01)


def test_calibration_keeps_the_order_and_stays_finite() -> None:
    apart = np.array([-1.0, -0.9, 0.9, 1.0])
    scale, shift = platt(apart, apart > 0)
    assert 1 < scale <= 10
    assert shift == pytest.approx(0, abs=0.01)
    assert platt(apart, apart < 0)[0] == 0.1
    assert platt(apart, np.ones(4, bool)) == platt(np.zeros(4), apart > 0) == (1, 0)


def test_small_samples_are_gone_over_more_often() -> None:
    assert [quality.hyper_parameters(count).epoch for count in (0, 100, 30_000, 10**5, 10**6)] == [10, 10, 7, 2, 1]


def test_a_file_cut_anywhere_is_refused(data: bytes) -> None:
    for length in (0, 3, 4, 50, 91, 92, 100, 500, len(data) // 2, len(data) - 1):
        with pytest.raises(QualityModelError, match=r"quality model web/model\.bin: .*(cut short|not a fastText)"):
            read_model(data[:length], "web/model.bin")


def test_more_than_the_model_is_refused(data: bytes) -> None:
    with pytest.raises(QualityModelError, match="3 bytes behind the end"):
        read_model(data + b"abc", "m")


def test_damaged_numbers_are_refused(data: bytes) -> None:
    damaged = data[:-4] + struct.pack("<f", float("nan"))
    with pytest.raises(QualityModelError, match="not finite"):
        read_model(damaged, "m")


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"loss": "hs"}, "no classifier with a softmax"),
        ({"minn": 2, "maxn": 4}, "parts of words"),
    ],
)
def test_other_kinds_of_models_are_refused(tmp_path: Path, options: dict[str, object], problem: str) -> None:
    other = foreign(tmp_path, ["__label__positive a b c", "__label__negative d e f"], **options)
    with pytest.raises(QualityModelError, match=problem):
        quality.from_bytes(other, "m")


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        (["__label__a x y", "__label__b z y"], "labels are a and b; one of them must be positive or hq"),
        (["__label__positive x", "__label__negative y", "__label__other z"], "3 classes; two are needed"),
        (["__label__positive x"], "1 classes"),
    ],
)
def test_other_classes_are_refused(tmp_path: Path, lines: list[str], problem: str) -> None:
    with pytest.raises(QualityModelError, match=problem):
        quality.from_bytes(foreign(tmp_path, lines), "m")


def test_dclms_labels_are_known(tmp_path: Path) -> None:
    lines = [f"__label__{'hq' if good else 'cc'} {words}" for good, words in examples(30)]
    scores = quality.from_bytes(foreign(tmp_path, lines), "m").score(pa.array([text(True, 99), text(False, 99)]))
    assert scores[0] > SCORE_STEPS / 2 > scores[1]


def foreign(folder: Path, lines: list[str], **options: object) -> bytes:
    (folder / "train.txt").write_text("".join(f"{line}\n" for line in lines))
    settings: dict[str, object] = {"dim": 4, "bucket": 100, "minCount": 1, "epoch": 30, "thread": 1, "verbose": 0}
    trained = fasttext.train_supervised(input=str(folder / "train.txt"), wordNgrams=2, **{**settings, **options})
    trained.save_model(str(folder / "model.bin"))
    return (folder / "model.bin").read_bytes()


def test_a_language_model_is_refused() -> None:
    path = language.model_file().path
    with pytest.raises(QualityModelError, match=r"lid\.176"):
        quality.load(str(path))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(QualityModelError, match=r"no-such\.bin: cannot be read"):
        quality.load(str(tmp_path / "no-such.bin"))


def test_a_remote_file_is_read(tmp_path: Path, data: bytes, model: Model) -> None:
    (tmp_path / "model.bin").write_bytes(data)
    assert quality.load(f"file://{tmp_path}/model.bin").digest == model.digest


def test_training_on_nothing_is_an_error() -> None:
    with pytest.raises(QualityModelError, match="could not train"):
        quality.train([], chosen=SMALL, seed=1, name="m")


def test_a_trainer_that_diverges_is_an_error() -> None:
    with pytest.raises(QualityModelError, match="NaN"):
        quality.train(examples(40), chosen=HyperParameters(epoch=20, lr=1e30, bucket=1_000), seed=1, name="m")
