"""Differences between two texts: what is marked is what the other does not have."""

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.report.diff import CONTEXT_WORDS, MAX_CHARS, Segment, common, differences


def _marked(segments: list[Segment]) -> list[str]:
    return [segment.text.strip() for segment in segments if segment.kind == "marked"]


def test_changed_words_are_marked_on_both_sides():
    left, right = differences("The old mill stood here.", "The new mill stood there, still.")
    assert _marked(left) == ["old", "here"]
    assert _marked(right) == ["new", "there, still"]


def test_white_space_is_no_difference():
    left, right = differences("One two\nthree.", "One  two three.")
    assert _marked(left) == _marked(right) == []


def test_scripts_without_spaces_are_compared_by_the_character():
    left, right = differences("今日は雨です。", "今日は雪です。")
    assert (_marked(left), _marked(right)) == (["雨"], ["雪"])


def test_a_late_difference_is_found_and_what_is_before_it_left_out():
    words = [f"word{i}" for i in range(400)]
    left, right = differences(" ".join(words), " ".join([*words[:380], "other", *words[381:]]))
    assert (_marked(left), _marked(right)) == (["word380"], ["other"])
    assert left[0].kind == right[0].kind == "gap"
    assert left[1].text.split() == words[380 - CONTEXT_WORDS : 380]


def test_long_equal_stretches_are_folded():
    words = [f"w{i}" for i in range(200)]
    left, right = differences("a " + " ".join(words) + " b", "c " + " ".join(words) + " d")
    assert [segment.kind for segment in left] == ["marked", "same", "gap", "same", "marked"]
    assert (_marked(left), _marked(right)) == (["a", "b"], ["c", "d"])


def test_where_a_text_was_cut_off_the_rest_of_the_other_is_not_marked():
    # The removed text has a sentence more at its start, so that it was cut off earlier in what both have.
    both = " ".join(f"number{i}" for i in range(600))
    left, right = differences(("A sentence more. " + both)[:4000], both[:4000])
    assert _marked(left) == ["A sentence more."]
    assert _marked(right) == []
    assert left[-1].kind == right[-1].kind == "gap"
    # Of a whole text all is known: what is beyond its end is marked.
    left, right = differences("One two three.", "One two three. Four.")
    assert (_marked(left), _marked(right)) == ([], ["Four."])


def test_nothing_differs():
    assert differences("Same text.", "Same text.") == ([Segment("Same text.", "same")], [Segment("Same text.", "same")])
    assert differences("", "") == ([], [])
    assert _marked(differences("", "Words.")[1]) == ["Words."]


@settings(max_examples=50, deadline=None)
@given(st.text("ab .\n漢", max_size=80), st.text("ab .\n漢", max_size=80))
def test_no_text_is_lost_or_made_up(removed, kept):
    left, right = differences(removed, kept)
    for segments, text in ((left, removed), (right, kept)):
        if not any(segment.kind == "gap" for segment in segments):
            assert "".join(segment.text for segment in segments) == text


def test_one_word_a_thousand_times_takes_no_time():
    left, _ = differences("no " * 1300, "no " * 1200 + "yes " + "no " * 99)
    assert sum(len(segment.text) for segment in left) <= MAX_CHARS


def test_common_stretches_ignore_case_and_lines():
    example = "Question: How many\nlamps are lit on the quay? Answer: seven."
    marked = _marked(common(example, "HOW MANY LAMPS ARE LIT on the quay?"))
    assert marked == ["How many\nlamps are lit on the quay?"]


def test_two_common_words_are_coincidence():
    assert _marked(common("the lamp burns", "on the lamp , and off")) == []
    assert _marked(common("the old lamp burns", "on the old lamp")) == ["the old lamp"]
    assert common("", "x") == []
