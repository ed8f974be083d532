"""What a page says twice is kept once."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.kernels.html_blocks import parse
from pipeline.kernels.repeats import MIN_TOKENS, drop_repeats

ONE = "The ferry left the northern quay at seven with eleven people and two goats on board."
TWO = "Nobody had told the captain that the bridge would stay closed for the whole of the winter."
THREE = "By the evening a second boat was found, an old one, which had carried coal until the war."


def kept(*paragraphs: str) -> list[bool]:
    page = parse(np.frombuffer("".join(f"<p>{text}</p>" for text in paragraphs).encode(), np.uint8))
    return drop_repeats(page.text, page.rows, np.ones(len(page.rows), np.bool_)).tolist()


def test_the_whole_goes_and_the_paragraphs_stay() -> None:
    assert kept(f"{ONE} {TWO} {THREE}", ONE, TWO, THREE) == [False, True, True, True]
    assert kept(ONE, TWO, f"{ONE} {TWO}", f"{ONE} {TWO}") == [True, True, False, False]


def test_of_equal_blocks_the_first_stays() -> None:
    assert kept(ONE, TWO, ONE, ONE) == [True, True, False, False]


def test_what_says_something_of_its_own_stays() -> None:
    assert kept(ONE, f"{ONE} {TWO}") == [False, True]  # the shorter stands in the longer, which says more
    assert kept(f"{ONE} {TWO}", f"{TWO} {THREE}") == [True, True]
    assert kept("Read more here", "Read more here") == [True, True]  # shorter than MIN_TOKENS


def test_blocks_that_were_not_chosen_do_not_count() -> None:
    page = parse(np.frombuffer(f"<p>{ONE}<p>{ONE}".encode(), np.uint8))
    assert drop_repeats(page.text, page.rows, np.array([False, True])).tolist() == [False, True]


def test_scripts_without_spaces() -> None:
    text = "昨日の夜、港の北側で古い船が見つかり、町の人々は朝まで語り合った。"
    assert kept(text, text) == [True, False]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(st.sampled_from("abcdefgh"), max_size=40).map(" ".join), max_size=12))
def test_no_shingle_is_lost_altogether(paragraphs: list[str]) -> None:
    stay = kept(*paragraphs)
    texts = [text for text in paragraphs if text.strip()]
    assert len(stay) == len(texts)
    for text, is_kept in zip(texts, stay, strict=True):
        if len(text.split()) < MIN_TOKENS:
            assert is_kept
        if not is_kept:  # nearly all of it stands in what stays
            words = text.split()
            left = [other.split() for other, other_kept in zip(texts, stay, strict=True) if other_kept]
            shingles = {tuple(words[i : i + 5]) for i in range(len(words) - 4)}
            found = {tuple(other[i : i + 5]) for other in left for i in range(len(other) - 4)}
            assert shingles & found
