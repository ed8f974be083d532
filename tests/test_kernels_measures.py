"""The measures of Gopher's and FineWeb's rules against plain Python, on random text and on real text."""

import math

import numpy as np
import pyarrow as pa
import pytest
import reference_filters as reference
from filter_texts import batches, real_texts, repetitive_texts
from hypothesis import given, settings

from pipeline.kernels import fineweb, gopher_quality, gopher_repetition
from pipeline.kernels.fineweb import fineweb_measures
from pipeline.kernels.gopher_quality import gopher_quality_measures
from pipeline.kernels.gopher_repetition import gopher_repetition_measures

STOP_WORDS = ("the", "of", "and", "word", "中", "#")
MARKS = (".", "!", "?", '"', "。", "...")


def column(texts: list[str]) -> pa.Array:
    return pa.array(texts, pa.string())


def table(rows: list[reference.Measures], names: tuple[str, ...]) -> np.ndarray:
    return np.array([[row[name] for name in names] for row in rows], np.float64).reshape(len(rows), len(names))


@settings(max_examples=200, deadline=None)
@given(batches)
def test_quality_measures_are_those_of_the_reference(texts: list[str]) -> None:
    for distinct in (True, False):
        expected = [reference.gopher_quality(text, STOP_WORDS, distinct) for text in texts]
        found = gopher_quality_measures(column(texts), STOP_WORDS, distinct)
        np.testing.assert_array_equal(found, table(expected, gopher_quality.MEASURES))


@settings(max_examples=200, deadline=None)
@given(batches)
def test_repetition_measures_are_those_of_the_reference(texts: list[str]) -> None:
    for least in (1, 2, 3):
        expected = table([reference.gopher_repetition(text, least) for text in texts], gopher_repetition.MEASURES)
        np.testing.assert_array_equal(gopher_repetition_measures(column(texts), least), expected)


@settings(max_examples=200, deadline=None)
@given(batches)
def test_fineweb_measures_are_those_of_the_reference(texts: list[str]) -> None:
    expected = table([reference.fineweb(text, MARKS, 5) for text in texts], fineweb.MEASURES)
    np.testing.assert_array_equal(fineweb_measures(column(texts), MARKS, 5), expected)


@settings(max_examples=50, deadline=None)
@given(repetitive_texts)
def test_measures_stay_within_their_range(text: str) -> None:
    repetition = np.delete(gopher_repetition_measures(column([text])), [4, 5, 6], axis=1)  # top n-grams may overlap
    for measures in (repetition, fineweb_measures(column([text]), MARKS, 5)[:, 1:4]):
        assert (measures >= 0).all()
        assert (measures <= 1).all()


def test_measures_of_real_text_are_those_of_the_reference(shared) -> None:
    texts = real_texts(shared, max_chars=15_000)[::6]
    stop_words = ("the", "be", "to", "of", "and", "that", "have", "with")
    np.testing.assert_array_equal(
        gopher_quality_measures(column(texts), stop_words, True),
        table([reference.gopher_quality(text, stop_words, True) for text in texts], gopher_quality.MEASURES),
    )
    np.testing.assert_array_equal(
        gopher_repetition_measures(column(texts)),
        table([reference.gopher_repetition(text) for text in texts], gopher_repetition.MEASURES),
    )
    np.testing.assert_array_equal(
        fineweb_measures(column(texts), MARKS, 30),
        table([reference.fineweb(text, MARKS, 30) for text in texts], fineweb.MEASURES),
    )


def quality_of(text: str) -> dict[str, float]:
    measures = gopher_quality_measures(column([text]), STOP_WORDS, True)[0]
    return dict(zip(gopher_quality.MEASURES, measures.tolist()))


def repetition_of(text: str) -> dict[str, float]:
    return dict(zip(gopher_repetition.MEASURES, gopher_repetition_measures(column([text]))[0].tolist()))


def test_symbols_are_words_except_where_words_are_counted_for_length() -> None:
    measures = quality_of("one , two ! ## three")
    assert measures["words"] == 3
    assert measures["mean_word_chars"] == 11 / 3
    assert measures["hash_word_ratio"] == 2 / 6
    assert measures["alpha_word_fraction"] == 3 / 6


def test_stop_words_are_distinct_whole_and_in_the_case_given() -> None:
    text = "the of the The often, and"
    assert quality_of(text)["stop_words"] == 3
    assert gopher_quality_measures(column([text, text]), STOP_WORDS, False)[:, -1].tolist() == [4, 4]


def test_word_length_of_scripts_without_spaces_is_not_measured() -> None:
    assert math.isnan(quality_of("水车在河湾处转动了两百年 mill")["mean_word_chars"])
    assert quality_of("水车 the old mill turns")["mean_word_chars"] == 15 / 4
    assert quality_of("水车 mill")["words"] == 3
    assert quality_of("!!")["mean_word_chars"] == 0


def test_lines_are_stripped_and_blank_ones_do_not_count() -> None:
    assert quality_of("• a\r\n\r\n  - b\r\nc…\u3000\n\n")["bullet_line_fraction"] == 2 / 3
    assert quality_of("• a\r\n\r\n  - b\r\nc…\u3000\n\n")["ellipsis_line_fraction"] == 1 / 3


def test_paragraphs_are_lines_without_a_blank_one_between() -> None:
    text = "a b\nc\n \t\na b\nc\n\n\nd"
    assert repetition_of(text)["duplicate_paragraph_fraction"] == 1 / 3
    assert repetition_of(text)["duplicate_paragraph_char_fraction"] == 5 / len(text)
    assert repetition_of(text)["duplicate_line_fraction"] == 2 / 5


def test_top_ngram_counts_spaces_and_ties_go_to_the_first() -> None:
    text = "aa b c1 aa b c2 dddd e f dddd e"
    assert repetition_of(text)["top_2gram_char_fraction"] == 2 * len("aa b") / len(text)
    assert repetition_of("one two three four")["top_2gram_char_fraction"] == len("one two") / 18
    assert repetition_of("one two three four")["top_4gram_char_fraction"] == 1
    assert repetition_of("one two three")["top_4gram_char_fraction"] == 0


def test_top_ngram_may_have_to_occur_more_often_than_once() -> None:
    twice = gopher_repetition_measures(column(["one two three four", "a b c a b"]), 2)
    assert twice[:, gopher_repetition.MEASURES.index("top_2gram_char_fraction")].tolist() == [0, 6 / 9]
    assert twice[:, gopher_repetition.MEASURES.index("top_3gram_char_fraction")].tolist() == [0, 0]


def test_ngrams_of_scripts_without_spaces_span_twice_as_many_clusters() -> None:
    text = "水车在河湾处转动了两水车在河湾处转动了两"
    measures = repetition_of(text)
    assert measures["duplicate_5gram_char_fraction"] == 10 / len(text)
    assert measures["duplicate_6gram_char_fraction"] == 0
    assert measures["top_4gram_char_fraction"] == 2 * 8 / len(text)


def test_repeated_ngrams_do_not_overlap() -> None:
    text = "a b c d e f a b c d e f"
    measures = repetition_of(text)
    assert measures["duplicate_5gram_char_fraction"] == 5 / len(text)
    assert measures["duplicate_6gram_char_fraction"] == 6 / len(text)
    assert measures["duplicate_7gram_char_fraction"] == 0


@pytest.mark.parametrize(
    "text", ["x" * 1_000_000, "one line\n" * 100_000, "\n" * 100_000, "a " * 200_000, "中" * 100_000]
)
def test_extreme_texts_are_measured(text: str) -> None:
    quality = gopher_quality_measures(column(["before", text, "behind"]), STOP_WORDS, True)
    lonely = gopher_quality_measures(column(["behind"]), STOP_WORDS, True)
    np.testing.assert_array_equal(quality[2], lonely[0])
    assert quality[1, 0] == reference.gopher_quality(text, STOP_WORDS, True)["words"]
    assert np.delete(gopher_repetition_measures(column([text])), [4, 5, 6]).max() <= 1
    assert fineweb_measures(column([text]), MARKS, 30)[0, 0] == len(reference.lines_of(text))


def test_invalid_utf8_is_measured_and_reads_nothing_outside() -> None:
    rng = np.random.default_rng(5)
    for size in (1, 2, 3, 7, 1000):
        data = rng.integers(0, 256, size, dtype=np.uint8).tobytes()
        offsets = pa.py_buffer(np.array([0, size], np.int32))
        text = pa.Array.from_buffers(pa.string(), 1, [None, offsets, pa.py_buffer(data)])
        for measures in (
            gopher_quality_measures(text, STOP_WORDS, True),
            gopher_repetition_measures(text),
            fineweb_measures(text, MARKS, 30),
        ):
            assert np.nan_to_num(measures).max() < 1001
