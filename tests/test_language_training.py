"""Training of the second opinion on languages: the command, its card, the same bytes, and what it refuses."""

import gzip
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from classifiers import language as training
from classifiers.language_data import DOCUMENT_WORDS, is_held_out, joined, read_texts
from pipeline.cli import main
from pipeline.errors import WinnowError
from pipeline.kernels.letter_grams import HASH_BITS
from pipeline.kernels.symbols import string_buffers
from pipeline.tag.neighbours import CARD_FILE, MODEL_FILE, Neighbours, Softmax, pack, unpack

NAMES = ("mill", "rope", "sail", "tide", "crew", "loaf", "yard", "kiln", "barn", "weir")
FORMS = {
    "en": "The {0} rose slowly through the night, and by morning the {1} was under water.",
    "id": "Air di {0} naik perlahan karena hujan, dan pada pagi hari {1} sudah terendam.",
    "ms": "Paras air di {0} meningkat kerana hujan, dan menjelang pagi {1} telah ditenggelami.",
}
SMALL = training.Settings(
    min_chars=3000, whole=training.Fit(chars=4000, passes=2, kept=0), group=training.Fit(chars=8000, passes=3, kept=0)
)


def rows() -> list[dict[str, str]]:
    pairs = [(a, b) for a in NAMES for b in NAMES]
    found = [
        {"lang": name, "source": "own", "text": form.format(*pair)} for name, form in FORMS.items() for pair in pairs
    ]
    return [
        *found,
        {"lang": "ru", "source": "more", "text": "Ночью река поднималась."},
    ]


def write(path: Path, lines: list[dict[str, str]]) -> Path:
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in lines)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def test_training_is_the_same_each_time_and_tells_its_languages_apart(tmp_path: Path) -> None:
    texts = read_texts([write(tmp_path / "texts.jsonl.gz", rows())])
    first, second = training.train(texts, SMALL), training.train(texts, SMALL)
    assert first.file == second.file != training.train(texts, replace(SMALL, seed=2)).file
    again = unpack(first.file, "copy")
    assert again.labels == ("en", "id", "ms")  # too little Russian
    small = string_buffers(pa.array([form.format("boat", "oven").lower() for form in FORMS.values()] + [""]))
    assert again.whole.log_probabilities(*small).argmax(axis=1).tolist()[:3] == [0, 1, 2]
    assert [group.labels for group in again.groups] == [("id", "ms")]
    found = again.groups[0].log_probabilities(*small)
    assert found.argmax(axis=1).tolist()[1:3] == [0, 1]
    assert np.exp(found).sum(axis=1) == pytest.approx(1)


def test_held_out_texts_judge_and_are_trained_on_by_refit_alone(tmp_path: Path) -> None:
    texts = read_texts([write(tmp_path / "texts.jsonl", rows())])
    held_out = sum(is_held_out(row["text"]) for row in rows() if row["lang"] != "ru")
    plain, refit = training.train(texts, SMALL), training.train(texts, SMALL, refit=True)
    assert plain.held_out == refit.held_out
    assert plain.held_out["texts"]["number"] == held_out > 0
    assert plain.held_out["texts"]["right_by_source"] == {"own": [held_out, held_out]}
    assert not any(is_held_out(text) for sources in plain.texts.values() for ts in sources.values() for text in ts)
    assert refit.texts == texts
    assert plain.file != refit.file


def test_weights_say_how_much_of_a_source_is_read() -> None:
    sources = {"long": ["a" * 50] * 100, "short": ["b" * 50] * 100}

    def share(weights: dict[str, float]) -> float:
        drawn = training.draw(sources, 20_000, weights, np.random.default_rng(0))
        return sum("b" in piece for piece in drawn) / len(drawn)

    assert share({}) == pytest.approx(0.5, abs=0.1)
    assert share({"long": 9.0}) == pytest.approx(0.25, abs=0.1)


def test_texts_are_joined_to_documents() -> None:
    assert joined(["one two"] * (DOCUMENT_WORDS // 2 + 3)) == ["\n".join(["one two"] * (DOCUMENT_WORDS // 2))]
    assert len(joined(["字" * 150] * 6)) == 2
    assert joined([]) == []


def test_a_model_of_several_softmaxes_is_read_as_it_was_written() -> None:
    rng = np.random.default_rng(0)

    def softmax(*labels: str) -> Softmax:
        weights = rng.integers(-127, 128, (1 << HASH_BITS, len(labels))).astype(np.int8)
        return Softmax(labels, weights, rng.random(len(labels)).astype(np.float32), 0.1)

    model = Neighbours(softmax("en", "id", "ms"), (softmax("id", "ms"),))
    again = unpack(pack(model), "copy")
    assert again == model
    for one, other in zip((again.whole, *again.groups), (model.whole, *model.groups), strict=True):
        assert (one.weights == other.weights).all()
        assert (one.bias == other.bias).all()


def test_the_command_writes_a_model_and_its_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "Settings", lambda seed: replace(SMALL, seed=seed))
    texts = write(tmp_path / "texts.jsonl.gz", rows())
    described = {"own": {"version": "1", "licence": "ours", "weight": 2}, "more": {"version": "2", "licence": "ours"}}
    (tmp_path / "sources.json").write_text(json.dumps(described))
    main(["train", "language", str(texts), "--sources", str(tmp_path / "sources.json"), "--out", str(tmp_path / "m")])
    card = json.loads((tmp_path / "m" / CARD_FILE).read_text("utf-8"))
    model = unpack((tmp_path / "m" / MODEL_FILE).read_bytes(), "model")
    assert card["labels"] == list(model.labels) == ["en", "id", "ms"]
    assert card["left_out"] == ["ru"]
    assert card["sources"]["own"]["licence"] == "ours"
    assert card["training"]["settings"]["seed"] == 1
    assert card["data"][0]["file"] == "texts.jsonl.gz"
    assert card["held_out"]["texts"]["accuracy"] == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            b'{"lang": "en", "source": "own", "text": "a"}\n{"lang": "en"}\n',
            "line 2: no object with lang, source, text",
        ),
        (b'{"lang": "en", "source": "own", "text": 3}\n', "line 1: no object with lang, source, text"),
        (b"[]\n", "line 1: no object with lang, source, text"),
        (b"\xff\xfe", "one JSON object a line"),
    ],
)
def test_unsound_lines_are_named(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "texts.jsonl"
    path.write_bytes(content)
    with pytest.raises(WinnowError, match=message):
        read_texts([path])


def test_a_file_that_is_cut_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "texts.jsonl.gz", rows())
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(WinnowError, match=r"texts\.jsonl\.gz"):
        read_texts([path])


def test_training_needs_two_languages(tmp_path: Path) -> None:
    with pytest.raises(WinnowError, match="two are needed"):
        training.train({"ru": {"own": ["Ночью река поднималась."]}})


@pytest.mark.parametrize(
    ("sources", "message"),
    [
        ({"own": {"weight": 0}, "more": {"url": "x"}}, "own: weight 0 is no positive number"),
        ({"own": {"url": "x"}}, "nothing is said of the sources more"),
        ({"own": {"url": "x"}, "more": {"url": "x"}, "other": {"url": "x"}}, "no text has the sources other"),
        (["own"], "one JSON object is wanted"),
        ({"own": "x"}, "one JSON object is wanted"),
    ],
)
def test_sources_that_do_not_fit_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], sources: object, message: str
) -> None:
    texts = write(tmp_path / "texts.jsonl.gz", rows())
    (tmp_path / "sources.json").write_text(json.dumps(sources))
    with pytest.raises(SystemExit) as stopped:
        main(["train", "language", str(texts), "--sources", str(tmp_path / "sources.json"), "--out", str(tmp_path)])
    assert stopped.value.code == 1
    assert message in capsys.readouterr().err
    assert not (tmp_path / MODEL_FILE).exists()
