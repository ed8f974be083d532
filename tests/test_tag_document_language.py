"""The tag of a document's language: second opinions, scripts, mixed and short texts, the model and its training."""

import gzip
import hashlib
import itertools
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import xxhash
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import WinnowError
from pipeline.kernels.label_tree import log_probabilities, predict
from pipeline.kernels.letter_grams import HASH_BITS, MAX_GRAM, gram_buckets
from pipeline.kernels.scripts import pieces
from pipeline.kernels.symbols import string_buffers
from pipeline.recipe.languages import LID_176
from pipeline.tag import load, tag_languages
from pipeline.tag.document_language import (
    MACRO,
    OPINION_CHARS,
    POOLED,
    RELATIVES,
    SCHEMA,
    UNCERTAIN_BELOW,
    UNCERTAIN_LETTERS,
    tag_document_languages,
)  # fmt: skip
from pipeline.tag.neighbours import CARD_FILE, GROUPS, SHIPPED, load_neighbours, unpack
from pipeline.tag.scripts import SCRIPTS, allowed, count_letters, main_script

ENGLISH = "The river rose slowly through the night, and by morning the lower fields were under water. "
GERMAN = "Der Fluss stieg in der Nacht langsam an, und am Morgen standen die unteren Felder unter Wasser. "
RUSSIAN = "Ночью река медленно поднималась, и к утру нижние поля оказались под водой. "
MALAY = "Pihak polis berkata kereta itu ditemui di tepi jalan semalam kerana pemandunya tidak boleh dihubungi. "
AFRIKAANS = "Die rivier het deur die nag stadig gestyg, en teen die oggend was die lande onder water. "
SOMALI = "Webiga ayaa habeenkii si tartiib ah kor ugu kacay, subaxdiina beeraha hoose biyo ayaa fadhiyey. "
NYNORSK = "Elva steig sakte gjennom natta, og om morgonen stod dei lågaste jorda under vatn. Eg veit ikkje kvifor. "


def tag(*texts: str | None) -> list[dict[str, object]]:
    return tag_document_languages(pa.array(texts, pa.string()), "lid.176").to_pylist()


@pytest.mark.parametrize(
    ("text", "expected"), [(MALAY, "ms"), (AFRIKAANS, "af"), (SOMALI, "so"), (NYNORSK, "nn"), (GERMAN, "de")]
)
def test_neighbours_are_told_apart(text: str, expected: str) -> None:
    assert tag(text)[0]["language"] == expected


def test_a_sure_word_of_lid_176_stands_with_its_score() -> None:
    texts = pa.array([ENGLISH, GERMAN, RUSSIAN])
    languages, scores = tag_languages(texts)
    found = tag_document_languages(texts, "lid.176")
    assert found["language"].equals(languages)
    assert found["language_score"].equals(scores)


def test_serbo_croatian_is_named_as_one_of_three() -> None:
    assert MACRO == ("sh",)
    text = "Rijeka je tokom noći polako rasla, i do jutra su donja polja bila pod vodom. "
    assert tag(text)[0]["language"] in {"bs", "hr", "sr"}


@pytest.mark.parametrize(
    ("text", "script"),
    [
        (ENGLISH, "Latn"),
        (RUSSIAN, "Cyrl"),
        ("今日は天気がいいので散歩に行きます。", "Jpan"),
        ("河水在夜里慢慢上涨。", "Hani"),
        ("강물이 밤새 천천히 불어났다.", "Hang"),
        ("नदी रात भर धीरे-धीरे बढ़ती रही।", "Deva"),
        ("ارتفع النهر ببطء طوال الليل.", "Arab"),
        ("ABC русский язык", "Cyrl"),
        ("12 + 30 = 42 😀", "Zyyy"),
        ("", "Zyyy"),
    ],
)
def test_script_by_the_most_letters(text: str, script: str) -> None:
    assert tag(text)[0]["script"] == script


def test_a_language_is_never_told_of_a_script_that_it_is_not_written_in() -> None:
    written = allowed(tuple(LID_176))
    assert not written[SCRIPTS.index("Arab"), LID_176.index("ku")]
    assert written[[SCRIPTS.index("Cyrl"), SCRIPTS.index("Latn")], LID_176.index("sr")].all()
    sorani = "هەموو مرۆڤەکان بە ئازادی و یەکسان لە ماف و کەرامەتدا لەدایک دەبن. ئەوان خاوەنی هۆش و ویژدانن. "
    assert tag(sorani)[0]["language"] == "ckb"
    for row in tag("это шутка " * 3, "Das ist ein Scherz", "هذه مزحة صغيرة", "これは冗談です"):
        assert written[SCRIPTS.index(str(row["script"])), LID_176.index(str(row["language"]))]


def test_a_second_language_is_noticed_with_its_share() -> None:
    (found,) = tag(ENGLISH * 40 + GERMAN * 20)
    assert (found["language"], found["second_language"]) == ("en", "de")
    assert found["second_language_share"] == pytest.approx(1 / 3, abs=0.12)


def test_a_second_language_that_our_own_model_does_not_have() -> None:
    (found,) = tag(ENGLISH * 60 + "河水在夜里慢慢上涨，到了早晨，低处的田地都被水淹没了。" * 30)
    assert (found["language"], found["second_language"]) == ("en", "zh")


def test_the_language_of_most_of_a_document_is_its_first() -> None:
    (found,) = tag(GERMAN * 11 + ENGLISH * 50)
    assert (found["language"], found["second_language"]) == ("en", "de")


def test_two_languages_in_the_beginning_alone() -> None:
    (found,) = tag(ENGLISH * 5 + RUSSIAN * 5)
    assert {found["language"], found["second_language"]} == {"en", "ru"}


@pytest.mark.parametrize("text", [ENGLISH, ENGLISH * 30, GERMAN * 30, NYNORSK * 30, MALAY * 30])
def test_one_language_is_not_mixed(text: str) -> None:
    assert tag(text)[0]["second_language"] is None
    assert tag(text)[0]["second_language_share"] is None


def test_short_texts_are_uncertain_and_long_ones_are_not() -> None:
    assert [row["language_uncertain"] for row in tag("no", "Gift", ENGLISH, RUSSIAN * 3)] == [True, True, False, False]
    assert len(UNCERTAIN_BELOW) == len(UNCERTAIN_LETTERS) + 1


@pytest.mark.parametrize("text", [None, "", " \n", "1234567890 " * 50, "😀🎉" * 40, "!?…", "\u0000"])
def test_texts_without_letters(text: str | None) -> None:
    assert tag(text) == [
        {
            "language": "und",
            "language_score": 0.0,
            "script": "Zyyy",
            "second_language": None,
            "second_language_share": None,
            "language_uncertain": True,
        }
    ]


@pytest.mark.parametrize("text", ["a", "я", "字", "ß", "\u0301"])
def test_one_character(text: str) -> None:
    (found,) = tag(text)
    assert found["language_uncertain"]
    assert found["language"] == "und" or found["language"] in LID_176


def test_ten_megabytes() -> None:
    found = tag(ENGLISH * 110_000, "x" * 10_000_000, "字" * 3_400_000)
    assert found[0]["language"] == "en"
    assert found[2]["script"] == "Hani"


def test_a_row_does_not_depend_on_its_neighbours_and_slices_are_read() -> None:
    texts = [ENGLISH * 40 + GERMAN * 20, None, MALAY, "", RUSSIAN, AFRIKAANS * 12, "ENDE UND SCHLUSS " * 100]
    whole = tag(*texts)
    assert whole == [tag(text)[0] for text in texts]
    assert tag_document_languages(pa.array(texts)[2:5], "lid.176").to_pylist() == whole[2:5]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=300), max_size=4))
def test_any_text_has_a_tag(texts: list[str]) -> None:
    clean = [text.encode("utf-8", "replace").decode() for text in texts]
    found = tag_document_languages(pa.array(clean, pa.string()), "lid.176")
    assert found.schema == SCHEMA
    assert found.num_rows == len(texts)
    scores = found["language_score"].to_numpy()
    assert ((scores >= 0) & (scores <= 1)).all()
    for row in found.to_pylist():
        assert row["second_language"] != row["language"]


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=60), st.sampled_from([ENGLISH, RUSSIAN, "", "</s>"]))
def test_probabilities_of_all_labels_agree_with_the_two_best(text: str, more: str) -> None:
    model = load()
    assert model.tree is not None
    buffers = string_buffers(pa.array([f"{text} {more}".encode("utf-8", "replace").decode()]))
    (numbers,), (scores,) = predict(*buffers, model.tree, 1.0)
    (found,) = log_probabilities(*buffers, model.tree)
    assert np.exp(found).sum() == pytest.approx(1, abs=0.02)
    assert np.exp(found[numbers[0]]) == pytest.approx(scores[0], rel=1e-3)
    assert found.max() == pytest.approx(found[numbers[0]], abs=1e-3)


def test_features_are_runs_of_letters_with_marks_at_the_ends_of_words() -> None:
    def features(text: str) -> list[int]:
        found, starts = gram_buckets(*string_buffers(pa.array([text])))
        assert starts.tolist() == [0, len(found)]
        return sorted(found.tolist())

    places = len("_ab_")
    expected = sum(min(MAX_GRAM, places - start) for start in range(places)) - 2 + 1  # no mark alone; the word itself
    assert len(features("ab")) == expected
    assert features("ab 12 cd!") == sorted(features("ab") + features("cd"))
    assert features("’n dag") == features("'n dag")
    assert features("“ab”") == features("ab")
    assert features("") == features("123 😀 —") == []
    assert max(features("ж" * 1000)) < 1 << HASH_BITS


def test_pieces_begin_and_end_with_whole_characters() -> None:
    data, _ = string_buffers(pa.array(["aжb"]))  # one byte, two, one
    found, offsets = pieces(data, np.array([0, 1, 2, 0]), np.array([2, 3, 4, 4]))
    assert [found[a:b].tobytes().decode() for a, b in itertools.pairwise(offsets)] == ["a", "ж", "b", "aжb"]


def test_letters_are_counted_by_script() -> None:
    letters = count_letters(*string_buffers(pa.array(["ab жж я", "", "×÷1"])))
    assert letters[0, [SCRIPTS.index("Latn"), SCRIPTS.index("Cyrl")]].tolist() == [2, 3]
    assert letters.sum(axis=1).tolist() == [5, 0, 0]
    assert main_script(letters).tolist() == [SCRIPTS.index("Cyrl"), -1, -1]


def test_the_shipped_model_and_its_tables_fit_together() -> None:
    ours = load_neighbours()
    assert set(ours.labels) <= set(LID_176)
    assert [group.labels for group in ours.groups] == list(GROUPS)
    assert all(set(group.labels) <= set(ours.labels) for group in ours.groups)
    assert set(RELATIVES) | set(RELATIVES.values()) <= set(LID_176)
    assert set(RELATIVES.values()) <= set(ours.labels)
    assert all(set(pool) <= set(LID_176) for pool in POOLED)
    assert OPINION_CHARS >= 1000


def test_the_shipped_card_is_that_of_the_model() -> None:
    ours, card = load_neighbours(), json.loads(SHIPPED.with_name(CARD_FILE).read_text("utf-8"))
    assert card["labels"] == list(ours.labels)
    assert card["groups"] == [list(group.labels) for group in ours.groups]
    assert card["weights_not_nought"] == sum(np.count_nonzero(one.weights) for one in (ours.whole, *ours.groups))
    assert card["digest"] == xxhash.xxh3_128_hexdigest(SHIPPED.read_bytes())
    for name, source in card["sources"].items():
        assert source["characters"] > 0
        wanted = {"what", "licence"} if name == "transliterated" else {"what", "licence", "url", "version"}
        assert wanted <= set(source)


def test_a_damaged_model_file_is_named() -> None:
    sound = SHIPPED.read_bytes()
    for damaged in (b"", b"no model", sound[: len(sound) // 2], sound[:-40]):
        with pytest.raises(WinnowError, match=r"file\.model: no model of neighbours"):
            unpack(damaged, "file.model")


def test_a_sure_word_is_changed_among_neighbours_alone() -> None:
    dutch = "Het water in de rivier steeg die nacht langzaam, en tegen de ochtend stonden de velden onder water. "
    assert tag_languages(pa.array([dutch * 12]))[1][0].as_py() > 0.8
    (found,) = tag(dutch * 12 + GERMAN * 12)
    assert {found["language"], found["second_language"]} == {"nl", "de"}
    assert tag(dutch * 12)[0]["language"] == "nl"


@pytest.mark.slow
def test_better_than_lid_176_on_labelled_sentences(shared: Path) -> None:
    with gzip.open(shared / "data/languages/lingua-testdata.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [row for row in map(json.loads, lines) if row["kind"] == "sentences"]
    # Of a hash that nothing was trained on; see benchmarks/languages.py.
    kept = [
        ("no" if row["lang"] == "nb" else row["lang"], row["text"])
        for row in rows
        if int(hashlib.md5(row["text"].encode(), usedforsecurity=False).hexdigest(), 16) % 4 == 3
    ]
    kept = [(label, text) for label, text in kept if label in LID_176]
    texts = pa.array([text for _, text in kept])

    def right(found: pa.Array) -> float:
        return sum(name == label for name, (label, _) in zip(found.to_pylist(), kept)) / len(kept)

    assert right(tag_document_languages(texts, "lid.176")["language"]) > right(tag_languages(texts)[0]) + 0.05
