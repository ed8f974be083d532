import numpy as np
import pyarrow as pa
import pytest
from filter_texts import real_texts, texts
from hypothesis import given, settings

from pipeline.kernels.arrow import string_buffers
from pipeline.kernels.word_hashes import hash_words, most_words
from pipeline.kernels.words import MATCHING, scan_words

Found = tuple[list[int], list[int], list[int]]


def found(text: str) -> Found:
    """Hashes, starts and stops of a text's words; the text stands between others."""
    data, offsets = string_buffers(pa.array(["été ", text, "x"]))
    begin, end = int(offsets[1]), int(offsets[2])
    room = most_words(end - begin)
    hashes, starts, stops = np.zeros(room, np.uint64), np.zeros(room, np.int32), np.zeros(room, np.int32)
    n = hash_words(data, begin, end, hashes, starts, stops)
    alone = np.zeros(room, np.uint64)
    assert hash_words(data, begin, end, alone, None, None) == n
    assert np.array_equal(alone, hashes)
    return hashes[:n].tolist(), starts[:n].tolist(), stops[:n].tolist()


def scanned(text: str) -> Found:
    data, offsets = string_buffers(pa.array(["été ", text, "x"]))
    begin, end = int(offsets[1]), int(offsets[2])
    room = end - begin
    starts, stops, chars = np.zeros(room, np.int32), np.zeros(room, np.int32), np.zeros(room, np.int32)
    flags, hashes = np.zeros(room, np.uint8), np.zeros(room, np.uint64)
    n = scan_words(data, begin, end, MATCHING, starts, stops, chars, flags, hashes)
    return hashes[:n].tolist(), starts[:n].tolist(), stops[:n].tolist()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        (" ... \n", 0),
        ("The quick, brown fox", 4),
        ("x-y_z", 3),
        ("don't", 2),
        ("naïveté cafe\u0301 a\u00adb", 3),
        ("word中文word", 4),
        ("ภาษาไทย", 4),
        ("ไa", 2),
        ("\u0301a \u0301", 1),
        ("a\u200b b", 2),
    ],
)
def test_words_are_counted_and_hashed_as_the_general_scanner_does(text: str, words: int) -> None:
    assert len(found(text)[0]) == words
    assert found(text) == scanned(text)


@settings(max_examples=500, deadline=None)
@given(texts)
def test_hashes_and_places_are_those_of_the_general_scanner(text: str) -> None:
    assert found(text) == scanned(text)


def test_hashes_and_places_in_real_text_are_those_of_the_general_scanner(shared) -> None:
    for text in real_texts(shared)[::3]:
        assert found(text) == scanned(text)


def test_bytes_that_are_no_text_separate_words_as_they_do_for_the_general_scanner() -> None:
    data = np.frombuffer(b"ab\xffcd \xe4\xb8 e\xf0\x9f", np.uint8)
    hashes, none = np.zeros(len(data), np.uint64), np.zeros(len(data), np.int32)
    wanted = np.zeros(len(data), np.uint64)
    n = scan_words(data, 0, len(data), MATCHING, none, none.copy(), none.copy(), np.zeros(len(data), np.uint8), wanted)
    assert hash_words(data, 0, len(data), hashes, None, None) == n == 3
    assert np.array_equal(hashes, wanted)
