"""Gopher's and FineWeb's decisions at their published limits, and the parameters that change them."""

import numpy as np
import pyarrow as pa
import pytest
import reference_filters as reference
from filter_texts import real_texts

from pipeline.filters import FILTERS
from pipeline.filters.examples import GERMAN_PROSE, PROSE

STOP_WORDS = ("the", "be", "to", "of", "and", "that", "have", "with")
TERMINAL = (".", "'", '"', "!", "?", *"。！？．｡؟۔।॥։።។။།")


def quality(text: str) -> str | None:
    m = reference.gopher_quality(text, STOP_WORDS, distinct=True)
    if m["words"] < 50:
        return "too_few_words"
    if m["words"] > 100_000:
        return "too_many_words"
    if m["mean_word_chars"] < 3:
        return "mean_word_too_short"
    if m["mean_word_chars"] > 10:
        return "mean_word_too_long"
    if m["hash_word_ratio"] > 0.1:
        return "too_many_hashes"
    if m["ellipsis_word_ratio"] > 0.1:
        return "too_many_ellipses"
    if m["bullet_line_fraction"] > 0.9:
        return "too_many_bullet_lines"
    if m["ellipsis_line_fraction"] > 0.3:
        return "too_many_ellipsis_lines"
    if m["alpha_word_fraction"] < 0.8:
        return "too_few_alpha_words"
    return "too_few_stop_words" if m["stop_words"] < 2 else None


def repetition(text: str) -> str | None:
    m = reference.gopher_repetition(text)
    if m["duplicate_paragraph_fraction"] > 0.3:
        return "duplicate_paragraphs"
    if m["duplicate_paragraph_char_fraction"] > 0.2:
        return "duplicate_paragraph_chars"
    if m["duplicate_line_fraction"] > 0.3:
        return "duplicate_lines"
    if m["duplicate_line_char_fraction"] > 0.2:
        return "duplicate_line_chars"
    for n, limit in ((2, 0.20), (3, 0.18), (4, 0.16)):
        if m[f"top_{n}gram_char_fraction"] > limit:
            return f"top_{n}gram"
    for n, limit in ((5, 0.15), (6, 0.14), (7, 0.13), (8, 0.12), (9, 0.11), (10, 0.10)):
        if m[f"duplicate_{n}gram_char_fraction"] > limit:
            return f"duplicate_{n}gram"
    return None


def fineweb(text: str) -> str | None:
    m = reference.fineweb(text, TERMINAL, short_line_chars=30)
    if not m["lines"]:
        return "empty"
    if m["terminal_line_fraction"] < 0.12:
        return "few_terminal_lines"
    if m["short_line_fraction"] > 0.67:
        return "many_short_lines"
    if m["duplicate_line_char_fraction"] > 0.01:
        return "duplicate_line_chars"
    return "many_newlines" if m["newline_word_ratio"] > 0.3 else None


@pytest.mark.parametrize(
    ("name", "decide"), [("gopher_quality", quality), ("gopher_repetition", repetition), ("fineweb", fineweb)]
)
def test_decisions_on_real_text_are_those_of_plain_python(name: str, decide, shared) -> None:
    texts = real_texts(shared, max_chars=8_000)[1::5]
    found = FILTERS[name].apply(batch(texts), FILTERS[name].params())
    reasons = [FILTERS[name].reasons[code - 1] if code else None for code in found.code]
    assert reasons == [decide(text) for text in texts]
    assert len(set(reasons)) > 2


def batch(texts: list[str]) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict({"text": pa.array(texts, pa.string())})


def kept(text: str, **params) -> bool:
    chosen = FILTERS["gopher_quality"]
    return bool(chosen.apply(batch([text]), chosen.params(**params)).code[0] == 0)


def test_other_languages_bring_their_stop_words_or_switch_the_rule_off() -> None:
    assert not kept(GERMAN_PROSE)
    assert kept(GERMAN_PROSE, stop_words=("der", "die", "das", "und", "mit"))
    assert kept(GERMAN_PROSE, min_stop_words=0)
    assert kept(GERMAN_PROSE, min_stop_words=0, stop_words=())
    with pytest.raises(ValueError, match="is not one word"):
        kept(PROSE, stop_words=("two words",))


def test_stop_words_are_counted_once_or_as_often_as_they_occur() -> None:
    text = f"{GERMAN_PROSE} the the"
    assert not kept(text)
    assert kept(text, stop_word_count="occurrences")


def test_a_sentence_alone_is_dropped_unless_an_ngram_must_repeat() -> None:
    chosen = FILTERS["gopher_repetition"]
    text = "The mill stands in the bend."
    once = chosen.apply(batch([text, PROSE]), chosen.params())
    assert [chosen.reasons[code - 1] if code else None for code in once.code] == ["top_2gram", None]
    assert once.score[0] == len("The mill") / len(text)
    twice = chosen.apply(batch([text, f"{text} {text}"]), chosen.params(min_top_ngram_count=2))
    assert [chosen.reasons[code - 1] if code else None for code in twice.code] == [None, "top_2gram"]


def test_chinese_prose_is_judged_by_its_characters_and_not_by_their_length() -> None:
    text = (
        "水车立在河湾处，两百年来一直磨着山谷里的粮食。农夫赶着吱呀作响的车，把收成送来，"
        "在院子里端着一杯茶等候，带着白色的袖子回家。没有人记得是谁建的。"
    )
    assert kept(text, min_stop_words=0)
    assert kept(text, stop_words=("的", "着", "在"))
    assert not kept(text[:40], min_stop_words=0)
    repetitive = FILTERS["gopher_repetition"]
    assert repetitive.apply(batch([text, text * 2]), repetitive.params()).code.tolist() == [
        0,
        repetitive.reasons.index("duplicate_5gram") + 1,
    ]


def test_scores_are_the_measured_values() -> None:
    chosen = FILTERS["gopher_quality"]
    result = chosen.apply(batch(["one two three", PROSE]), chosen.params())
    np.testing.assert_equal(result.score, [3, np.nan])
    np.testing.assert_equal(result.threshold, [50, np.nan])
