"""C4's line and page rules: the kernel against plain Python, and what each parameter does."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from filter_texts import batches, real_texts
from hypothesis import given, settings
from reference_filters import c4 as reference_c4
from reference_filters import sentences

from pipeline.errors import WinnowError
from pipeline.filters import FilterResult
from pipeline.filters.c4 import C4, C4Params
from pipeline.kernels.arrow import string_buffers
from pipeline.kernels.c4 import count_sentences

GOOD = "The wheel of the mill turns slowly.\nNobody remembers who has built it!\nIs there still grain to grind?"


def judged(texts: list[str], **params) -> FilterResult:
    return C4.apply(pa.RecordBatch.from_pydict({"text": pa.array(texts, pa.string())}), C4Params(**params))


def cleaned(text: str, **params) -> str:
    """What stays of one page, with the page rules off."""
    params = {"min_sentences": None, "min_words_per_line": 2, **params}
    first = "This first line is always kept."
    return judged([f"{first}\n{text}"], **params).text[0].as_py().removeprefix(first).removeprefix("\n")


def reason(text: str, **params) -> str | None:
    code = judged([text], **params).code[0]
    return C4.reasons[code - 1] if code else None


def assert_as_reference(texts: list[str]) -> None:
    result = judged(texts)
    for row, text in enumerate(texts):
        kept, verdict, removed, count = reference_c4(text)
        expected = verdict or ("" if kept else "no_lines_left") or ("too_few_sentences" if count < 3 else "")
        assert (C4.reasons[result.code[row] - 1] if result.code[row] else "") == expected
        assert result.removed_lines[row] == removed
        assert result.text[row].as_py() == (text if expected else kept)
        if expected == "too_few_sentences":
            assert (result.score[row], result.threshold[row]) == (count, 3)


@settings(max_examples=200, deadline=None)
@given(batches)
def test_verdicts_and_text_are_those_of_the_reference(texts: list[str]) -> None:
    assert_as_reference(texts)
    assert_as_reference([f"{text} and so it ends, they say.\n{GOOD}\n{text}" for text in texts])


def test_verdicts_and_text_of_real_pages_are_those_of_the_reference(shared) -> None:
    assert_as_reference(real_texts(shared)[::3])


@settings(max_examples=200, deadline=None)
@given(batches)
def test_sentences_are_those_of_the_reference(texts: list[str]) -> None:
    for text in texts:
        line = " ".join(text.split())
        data, offsets = string_buffers(pa.array([line], pa.string()))
        assert count_sentences(data, offsets[0], offsets[1]) == sentences(line)


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("", 0),
        ("...", 0),
        ("No mark at all", 1),
        ("One. Two! Three? Four", 4),
        ("J. Smith of the U.S. army came at 3.15 p.m. today.", 1),
        ("He said “stop.” She did not (why?) stop...", 3),
        ("Wait... what?!", 2),
        ("水车转动。没有人知道！", 2),
        ("see example.org now.", 1),
    ],
)
def test_sentences(line: str, count: int) -> None:
    data, offsets = string_buffers(pa.array([line]))
    assert count_sentences(data, offsets[0], offsets[1]) == count
    assert sentences(line) == count


def test_lines_without_terminal_punctuation_go_unless_the_rule_is_off() -> None:
    assert cleaned("no end mark here") == ""
    assert cleaned("a trailing thought...") == ""
    assert cleaned('she said "so"') == 'she said "so"'
    assert cleaned("no end mark here", terminal_punctuation=False) == "no end mark here"
    assert cleaned("这 是 一句话。", end_marks=("。", ".")) == "这 是 一句话。"


def test_short_lines_and_lines_with_a_very_long_word_go() -> None:
    line = "One two three four."
    assert cleaned(line, min_words_per_line=5) == ""
    assert cleaned(line, min_words_per_line=4) == line
    assert cleaned("Home.", min_words_per_line=None) == "Home."
    assert cleaned(f"A {'x' * 1001} word.") == ""
    assert cleaned(f"A {'é' * 1000} word.") == f"A {'é' * 1000} word."
    assert cleaned(f"A {'x' * 1001} word.", max_word_chars=None) == f"A {'x' * 1001} word."


def test_citation_marks_are_stripped_with_the_space_they_leave() -> None:
    assert cleaned("It is old.[1][23] [citation needed]") == "It is old."
    assert cleaned("[edit] It is [] old, [a] they say.") == "It is  old, [a] they say."
    assert cleaned("It is old [1] still.", citations=False) == "It is old [1] still."


def test_lines_about_javascript_and_policies_go_unless_the_rule_is_off() -> None:
    assert cleaned("Please enable JavaScript now.") == ""
    assert cleaned("Please enable JavaScript now.", javascript=False) == "Please enable JavaScript now."
    for phrase in ("Terms of Use", "privacy policy", "COOKIE POLICY", "uses cookies", "use of cookies", "use cookies"):
        assert cleaned(f"See our {phrase} for more.") == ""
        assert cleaned(f"See our {phrase} for more.", policy=False) == f"See our {phrase} for more."


def test_page_rules_look_only_at_lines_that_got_that_far() -> None:
    assert reason(f"{GOOD}\nThe text is lorem ipsum still.") == "lorem_ipsum"
    assert reason(f"{GOOD}\nLorem ipsum") is None
    assert reason(f"{GOOD}\nThe text is lorem ipsum still.", lorem_ipsum=False) is None
    assert reason(f"{GOOD}\nThe function begins with {{ here.") == "curly_bracket"
    assert reason(f"{GOOD}\nThe javascript begins with {{ here.") is None
    assert reason(f"{GOOD}\nThe function begins with {{ here.", curly_bracket=False) is None


def test_pages_need_sentences_and_long_lines() -> None:
    assert reason(GOOD, min_sentences=4) == "too_few_sentences"
    assert reason(GOOD, min_sentences=3) is None
    assert reason("Home\nAbout", min_sentences=None) == "no_lines_left"
    assert reason(GOOD, min_long_lines=3, long_line_chars=34) == "too_few_long_lines"
    assert reason(GOOD, min_long_lines=3, long_line_chars=30) is None


def test_bad_words_stand_alone_in_any_case_and_come_from_a_list_or_a_file(tmp_path: Path) -> None:
    page = f"{GOOD}\nIt was a Beastly old thing, they say."
    listed = tmp_path / "words.txt"
    listed.write_text("# ours\n\nbeastly\nc++ (sic)\n", encoding="utf-8")
    assert reason(page, bad_words=("beastly",)) == "bad_word"
    assert reason(page, bad_words=listed) == "bad_word"
    assert reason(page.replace("Beastly old", "beastliest"), bad_words=listed) is None
    assert reason(f"{GOOD}\nWritten in c++ (sic) by someone else.", bad_words=listed) == "bad_word"
    assert reason(f"{GOOD}\nBeastly", bad_words=listed) is None
    assert C4Params(bad_words=listed).files() == (listed,)
    assert C4Params(bad_words=("beastly",)).files() == C4Params().files() == ()


def test_a_missing_or_empty_list_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(WinnowError, match=r"the list .*nowhere\.txt cannot be read .*correct the path"):
        judged([GOOD], bad_words=tmp_path / "nowhere.txt")
    empty = tmp_path / "empty.txt"
    empty.write_text("# nothing\n")
    with pytest.raises(WinnowError, match=r"empty\.txt holds no word"):
        judged([GOOD], bad_words=empty)


def test_a_dropped_page_keeps_its_text_and_a_kept_one_is_stripped() -> None:
    page = f"  Menu\n\n\n{GOOD}\r\n\r\n"
    result = judged([page, "Menu\nToo short."])
    assert result.code.tolist() == [0, C4.reasons.index("no_lines_left") + 1]
    assert result.text.to_pylist() == [GOOD, "Menu\nToo short."]
    assert result.removed_lines.tolist() == [1, 2]
    assert result.removed_lines.dtype == np.int32


def test_many_lines_and_one_huge_word() -> None:
    result = judged(["This line is one of very many.\n" * 100_000, "x" * 1_000_000])
    assert result.code.tolist() == [0, C4.reasons.index("no_lines_left") + 1]
    assert len(result.text[0].as_py()) == 100_000 * 31 - 1
