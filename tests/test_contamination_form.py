"""What is one text in matching, however it is written, and the way back to its own positions."""

import unicodedata

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.kernels.matching_form import matching_form
from pipeline.kernels.ngrams import words


def hashes(text: str) -> list[int]:
    return words(pa.array([text], pa.string())).hashes.tolist()


def spans(text: str) -> list[str]:
    found = words(pa.array([text], pa.string()))
    return [text[start:end] for start, end in zip(found.start_char.tolist(), found.end_char.tolist(), strict=True)]


@pytest.mark.parametrize(
    ("plain", "written"),
    [
        ("salt & pepper", "salt &amp; pepper"),
        ("don't stop", "don&#39;t stop"),
        ("don't stop", "don&amp;#x27;t stop"),
        ("café au lait", "caf&eacute; au lait"),
        ("café au lait", "cafe\u0301 au lait"),
        ("café au lait", 'json = "caf\\u00e9 au\\nlait"'.removeprefix("json = ")),
        ("café au lait", "CAFÉ AU LAIT"),
        ("one two three", "one&nbsp;two\u00a0three"),
        ("one two three", "<p>one <b>two</b><br/>three</p>"),
        ("one two three", '<div class="a b"\n id=x>one</div><div>two</div><!-- four --><td>three'),
        ("one two three", "&lt;p&gt;one&lt;/p&gt;&lt;p&gt;two three&lt;/p&gt;"),
        ("water is H2O", "water is H<sub>2</sub>O"),
        ("see the map of it", "see [the map](https://example.org/a_(b)?c=d#e) of it"),
        ("one two three", "**one** _two_ `three`"),
        ("one two three", "> # one\n> two\n* three"),
        ("the set of all x", "the \\text{set} of \\mathbf{all} $x$"),
        ("x y", "\\begin{align*}\nx \\quad y\n\\end{align*}"),
        ("x y", "\\left( x \\right) y"),
        ("Straße", "STRASSE"),
        ("ﬁne", "FINE"),
        ("x²", "x2"),
        ("１２ ＡＢ", "12 ab"),
        ("한국어", unicodedata.normalize("NFD", "한국어")),
        ("がぎ", unicodedata.normalize("NFD", "がぎ")),
        ("résumé", "r\u00adésumé"),
    ],
)
def test_two_ways_to_write_one_text(plain: str, written: str) -> None:
    assert hashes(plain) == hashes(written), (matching_form(plain), matching_form(written))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a < b and c > d", ["a", "b", "and", "c", "d"]),
        ("vector<int> v", ["vector", "int", "v"]),
        ("AT&T or R&D; &unknown;", ["AT", "T", "or", "R", "D", "unknown"]),
        ("f[i](j k) [a](b)", ["f", "i", "j", "k", "a", "b"]),
        ("\\theta \\neq \\nu", ["theta", "neq", "nu"]),
        ("\\frac{1}{2}", ["frac", "1", "2"]),
        ("\\u12", ["u12"]),
        ("<b", ["b"]),
        ("&#xD800; &#0; &#99999999;", []),
        ("\\", []),
        ("&", []),
        ("[](", []),
        ("\u0301", []),
    ],
)
def test_what_is_no_markup_stays(text: str, found: list[str]) -> None:
    assert [span for span in spans(text) if any(map(str.isalnum, span))] == found


def test_positions_are_those_of_the_text_as_it_is() -> None:
    text = "Cafe\u0301 H<sub>2</sub>O &eacute;t&eacute; \\nfoo 한국 ½ <br>日本 &amp;amp; end"
    assert spans(text) == [
        "Cafe\u0301", "H<sub>2</sub>O", "&eacute;t&eacute;", "foo", "한국", "½", "½", "日", "本", "end"
    ]  # fmt: skip


letters = st.text(st.sampled_from("abcé ñÅ½ﬁ가각힣がパｶﾞ日本ТёЙ ,.\n&;<>/\\[]()#nbtu0123'"), max_size=40)


@settings(deadline=None)  # the first call compiles
@given(letters)
def test_all_unicode_forms_have_the_same_words(text: str) -> None:
    forms = {tuple(hashes(unicodedata.normalize(form, text))) for form in ("NFC", "NFD", "NFKC", "NFKD")}
    assert forms == {tuple(hashes(text))}


@settings(deadline=None)
@given(st.lists(letters, max_size=5), letters)
def test_a_text_has_the_same_words_in_any_company(others: list[str], text: str) -> None:
    batch = [*others, text, *others]
    found = words(pa.array(batch, pa.string()))
    first, end = found.offsets[len(others)], found.offsets[len(others) + 1]
    assert found.hashes[first:end].tolist() == hashes(text)
    for row, value in enumerate(batch):
        mine = slice(found.offsets[row], found.offsets[row + 1])
        starts, ends = found.start_char[mine].tolist(), found.end_char[mine].tolist()
        assert all(0 <= start < end <= len(value) for start, end in zip(starts, ends, strict=True))
        assert starts == sorted(starts)
