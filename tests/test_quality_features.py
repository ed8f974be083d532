"""The text a classifier sees: plain words, a bounded head, nothing that a corpus's typography gives away."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.features import MAX_CHARS, prepare
from pipeline.kernels.plain import plain_words


def plain(text: str) -> str:
    return str(prepare(pa.array([text], pa.string()))[0].as_py())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Dog,\n\nand its LEAD!", "the dog and its lead"),
        ("``Quoted'' as in old corpora -- and | menus >", "quoted as in old corpora and menus"),
        ("In 1998 it cost $3.50", "in 0000 it cost 0 00"),
        ("__label__positive </s> still text", "label positive s still text"),
        ("so\u00adft\u200b hyphens", "soft hyphens"),
        ("犬と猫。", "犬 と 猫"),
        ("abc犬def", "abc 犬 def"),
        ("เกาะ", "เกาะ"),
        ("naïve Straße ΣΊΣΥΦΟΣ", "naïve straße σίσυφοσ"),
        ("e\u0301te\u0301", "e\u0301te\u0301"),
        ("", ""),
        (" \n\t ... !!! $$$ ", ""),
    ],
)
def test_plain_words(text: str, expected: str) -> None:
    assert plain(text) == expected


def test_letters_and_digits_are_all_of_ascii_that_does_not_separate() -> None:
    texts = [f"a{chr(code)}b" for code in range(128)]
    for text, found in zip(texts, prepare(pa.array(texts)).to_pylist(), strict=True):
        letter = "0" if text[1].isdigit() else text[1].lower()
        assert found == (f"a{letter}b" if text[1].isalnum() else "a b")


@pytest.mark.parametrize("text", ["ab犬cd", "犬ab", "a\u0301b", "a\u200bb", "犬\u0301a", "กa", "éa.b", "x" * 30])
@pytest.mark.parametrize("chars", [1, 2, 3, 5])
def test_every_place_to_stop_gives_the_head_of_the_whole(text: str, chars: int) -> None:
    found, whole = (str(plain_words(pa.array([text]), limit)[0].as_py()) for limit in (chars, 100))
    assert whole.startswith(found)
    assert len(found.replace(" ", "")) == min(chars, len(whole.replace(" ", "")))


def test_the_head_is_bounded_by_characters_of_words() -> None:
    assert plain("." * 10_000 + " word") == "word"
    assert plain("x" * 1_000_000) == "x" * MAX_CHARS
    assert plain("word " * 1_000_000) == " ".join(["word"] * (MAX_CHARS // 4))
    assert plain("漢" * 10_000) == " ".join("漢" * MAX_CHARS)


def test_rows_do_not_see_each_other() -> None:
    texts = ["One.", "", "漢字", "Two words"]
    assert prepare(pa.array(texts)).to_pylist() == [plain(text) for text in texts]
    assert prepare(pa.array(texts).slice(2)).to_pylist() == [plain(text) for text in texts[2:]]


def test_other_types_and_nulls_are_refused() -> None:
    with pytest.raises(TypeError, match="large_string"):
        prepare(pa.array(["a"], pa.large_string()))
    with pytest.raises(ValueError, match="row 1"):
        prepare(pa.array(["a", None]))


@given(st.text(max_size=200))
def test_plain_text_is_one_line_and_stays_as_it_is(text: str) -> None:
    found = plain(text.encode("utf-8", "replace").decode())
    assert plain(found) == found
    assert len(found.splitlines()) <= 1
    assert not set(found) & set("_<>$|`.,123456789\n\t\r\0")
    assert "  " not in found
    assert found.strip(" ") == found
