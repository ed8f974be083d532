"""GPT-3's cut and PaLM's measure, against plain readings of the papers."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.contamination import gpt3, palm
from pipeline.contamination.index import STATUSES, GramLength, Shares, build
from pipeline.contamination.layouts import Example
from pipeline.kernels.ngrams import find


def cut(text: str, *spans: tuple[int, int]) -> list[str]:
    starts, ends = (np.array(column, np.int64) for column in zip(*spans))
    return gpt3.pieces(text, starts, ends)


def plain_cut(text: str, spans: list[tuple[int, int]]) -> list[str]:
    """Mark every character that goes, then collect what is left between marks."""
    gone = [any(start - 200 <= at < end + 200 for start, end in spans) for at in range(len(text))]
    pieces, piece = [], ""
    for character, goes in zip([*text, ""], [*gone, True], strict=True):
        if not goes:
            piece += character
        elif piece:
            pieces.append(piece)
            piece = ""
    return [piece for piece in pieces if len(piece) >= 200 and piece.strip()]


@given(
    st.integers(1, 3_000),
    st.lists(st.tuples(st.integers(0, 2_990), st.integers(1, 400)), min_size=1, max_size=12),
    st.lists(st.tuples(st.integers(0, 3_000), st.integers(0, 500)), max_size=2),
)
def test_pieces_are_what_is_200_characters_from_every_match(
    length: int, drawn: list[tuple[int, int]], blanks: list[tuple[int, int]]
) -> None:
    characters = ["aé日𝄞"[at % 4] for at in range(length)]
    for start, size in blanks:
        characters[start : start + size] = " " * len(characters[start : start + size])
    text = "".join(characters)
    spans = sorted((min(start, length - 1), min(start + size, length)) for start, size in drawn)
    assert cut(text, *spans) == plain_cut(text, spans)


def test_a_piece_of_199_characters_goes_and_one_of_200_stays() -> None:
    text = "x" * 399 + "MATCH" + "y" * 400
    assert cut(text, (399, 404)) == ["y" * 200]


def test_matches_whose_windows_meet_leave_nothing_between() -> None:
    assert cut("x" * 2_000, (600, 610), (1_209, 1_219)) == ["x" * 400, "x" * 581]
    assert cut("x" * 2_000, (600, 610), (1_210, 1_220)) == ["x" * 400, "x" * 200, "x" * 580]


@pytest.mark.parametrize(
    ("left", "outcome"),
    [
        (0, ("drop", "no_piece_left", 0)),
        (1, ("cut", "benchmark_overlap", 1)),
        (10, ("cut", "benchmark_overlap", 10)),
        (11, ("drop", "too_many_pieces", 0)),
    ],
)
def test_more_than_ten_pieces_or_none_drop_the_document(left: int, outcome: tuple[str, str, int]) -> None:
    assert gpt3.cut_verdict(left) == outcome


WORDS = [f"w{number}" for number in range(100)]


def status(found: Shares) -> list[str]:
    return [STATUSES[code] for code in found.status]


def documents_with(index, texts: list[str]) -> np.ndarray:  # type: ignore[no-untyped-def]
    """Documents of each n-gram, given a text a document, without n-grams that it repeats."""
    return np.bincount(find(pa.array(texts, pa.string()), index.lookup).gram, minlength=index.grams)


def test_gpt3_ignores_n_grams_in_more_than_ten_documents() -> None:
    leak = " ".join(WORDS[:13])
    index = build([Example("e", leak), Example("f", " ".join(WORDS[:12]))], [GramLength(13, across=True)])
    for count, common, found in ((10, 0, ["dirty", "too_short"]), (11, 1, ["clean", "too_short"])):
        documents = documents_with(index, [leak] * count)
        assert gpt3.common(index, documents).sum() == common
        assert status(gpt3.measure(index, documents)) == found


def test_gpt3_shares_count_n_grams_that_are_not_common() -> None:
    index = build([Example("e", " ".join(WORDS[:16]))], [GramLength(13, across=True)])
    documents = documents_with(index, [" ".join(WORDS[:14])] + [" ".join(WORDS[:13])] * 10)
    found = gpt3.measure(index, documents)
    assert (found.ngrams.tolist(), found.matched.tolist(), found.overlap.tolist()) == ([4], [1], [0.25])


def palm_status(prompt: int, target: int, *texts: str) -> tuple[str, int, int]:
    """Of an example with so many words in prompt and target, after training on the texts."""
    example = Example("e", " ".join(WORDS[:prompt]), " ".join(WORDS[50 : 50 + target]))
    index = build([example], [GramLength(8, across=False)])
    found = palm.measure(index, documents_with(index, list(texts)))
    return status(found)[0], int(found.matched[0]), int(found.ngrams[0])


def test_palm_counts_an_example_dirty_at_seven_tenths_of_its_8_grams() -> None:
    assert palm_status(17, 0, " ".join(WORDS[:14])) == ("dirty", 7, 10)
    assert palm_status(17, 0, " ".join(WORDS[:13])) == ("clean", 6, 10)


def test_palm_takes_8_grams_from_anywhere_in_training() -> None:
    pieces = [" ".join(WORDS[at : at + 8]) for at in range(7)]
    assert palm_status(17, 0, *pieces) == ("dirty", 7, 10)


def test_palm_judges_prompt_and_target_each_by_their_own() -> None:
    assert palm_status(27, 10, " ".join(WORDS[50:60])) == ("dirty", 3, 3)
    assert palm_status(27, 10, " ".join(WORDS[:12])) == ("clean", 5, 20)
    assert palm_status(7, 7, " ".join(WORDS)) == ("too_short", 0, 0)
    assert palm_status(7, 8) == ("clean", 0, 1)
