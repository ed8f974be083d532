"""Which documents a classifier is trained and judged on."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers import noise
from classifiers.confounds import confounds, length_band
from classifiers.evaluate import auc, histogram
from classifiers.examples import (
    MIN_CLASS_DOCUMENTS,
    PIECE_WORDS,
    Examples,
    allot,
    balanced,
    check_class,
    cut_pieces,
    held_out,
    level,
)
from classifiers.fasttext_file import QualityModelError
from pipeline.ids import document_id
from tests.quality_texts import text


def some(*groups: tuple[str, bool, list[str]], pieces: int = 1) -> Examples:
    """(source, good, keys) -> examples, a document of so many pieces a key."""
    sources = [source for source, _, keys in groups for _ in keys]
    good = np.array([side for _, side, keys in groups for _ in keys], bool)
    keys = [key for _, _, found in groups for key in found]
    ids = [document_id("s", "f", row) for row in range(len(keys))]
    return Examples(sources, good, ids, keys, np.full(len(keys), PIECE_WORDS * pieces))


def hosts(count: int, pages: int) -> list[str]:
    return [f"host:site{host}.example" for host in range(count) for _ in range(pages)]


def test_folds_keep_hosts_together_and_cut_single_files() -> None:
    examples = some(("web", False, hosts(60, 3)), ("wiki", True, ["file:wiki/a.jsonl"] * 60))
    found = noise.folds(examples, seed=1)
    assert all(len(set(found[first : first + 3])) == 1 for first in range(0, 180, 3))
    assert set(found[:180]) == set(found[180:]) == {0, 1, 2}


def test_labels_that_the_other_documents_contradict_are_found() -> None:
    examples = some(("web", False, hosts(60, 1)), ("wiki", True, ["file:wiki/a.jsonl"] * 60), pieces=12)
    wrong = [0, 7, 30, 61, 99]  # texts of the other kind
    texts = [text((row >= 60) != (row in wrong), row) for row in range(120)]
    aside = np.arange(120) % 10 == 9

    def lines(taken: np.ndarray) -> Iterator[tuple[bool, str]]:
        for row, piece in cut_pieces(texts, taken):
            yield bool(examples.good[row]), piece

    def found(least: float) -> list[int]:
        rows = noise.contradicted(
            examples, aside, least, seed=1, name="web", lines=lines, texts=lambda: iter([pa.array(texts)])
        )
        return np.flatnonzero(rows).tolist()

    assert found(0.1) == [0, 7, 30, 61]  # 99 is aside
    assert found(1e-9) == []


def test_what_classes_differ_in_is_told_from_what_a_score_adds() -> None:
    good = np.array([True, False] * 60)
    languages = ["en" if row < 40 else ("en" if side else "fr") for row, side in enumerate(good)]
    steps = np.where(np.array(languages) == "en", 9000, 1000).astype(np.int32)  # reads nothing but the language
    trained, judged = np.arange(120) % 3 > 0, np.arange(120) % 3 == 0
    found = confounds({"language": languages, "length": ["all"] * 120}, good, trained, judged, steps)
    assert found["language"]["auc_alone"] == auc(*(histogram(steps[judged & side]) for side in (good, ~good)))
    assert 0.75 < found["language"]["auc_alone"] < 0.9
    assert found["language"]["auc_among_alike"] == 0.5
    assert 0 < found["language"]["pairs"] < 1
    assert [row["value"] for row in found["language"]["values"]] == ["en", "fr"]
    assert found["language"]["values"][1] == {"value": "fr", "positive": 0, "negative": 13, "auc": None}
    assert (found["length"]["auc_alone"], found["length"]["pairs"]) == (0.5, 1.0)
    assert found["length"]["auc_among_alike"] == found["language"]["auc_alone"]


def test_lengths_fall_into_bands_that_double() -> None:
    assert [length_band(words) for words in (0, 1, 2, 3, 1023, 1024)] == [
        "no words", "1 to 1 words", "2 to 3 words", "2 to 3 words", "512 to 1,023 words", "1,024 to 2,047 words",
    ]  # fmt: skip


def test_sources_share_a_class_equally_up_to_what_they_have() -> None:
    assert allot({"wiki": 1000, "books": 10, "talks": 500}, 300) == {"books": 10, "talks": 145, "wiki": 145}
    assert allot({"wiki": 5, "books": 0}, 300) == {"books": 0, "wiki": 5}


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 1000), min_size=1), st.integers(0, 2000))
def test_allotting_takes_all_it_may(sizes: dict[str, int], total: int) -> None:
    found = allot(sizes, total)
    assert sum(found.values()) == min(total, sum(sizes.values()))
    assert all(0 <= found[name] <= sizes[name] for name in sizes)


def test_hosts_are_wholly_on_one_side() -> None:
    examples = some(("web", False, hosts(100, 5)), ("blogs", False, hosts(80, 3)))
    aside, rules = held_out(examples, seed=1)
    sides: dict[str, set[bool]] = {}
    for key, mine in zip(examples.keys, aside.tolist(), strict=True):
        sides.setdefault(key, set()).add(mine)
    assert {len(found) for found in sides.values()} == {1}
    assert 0.1 < aside.mean() < 0.3
    assert rules == {"web": "host", "blogs": "host"}


def test_a_single_file_is_split_by_document() -> None:
    examples = some(("wiki", True, ["file:wiki/a.jsonl"] * 50), ("web", False, hosts(100, 1)))
    aside, rules = held_out(examples, seed=1)
    assert rules == {"wiki": "document", "web": "host"}
    assert aside[:50].sum() == 10


def test_the_split_follows_the_documents_not_their_order() -> None:
    keys = hosts(40, 2) + ["file:web/a.jsonl"] * 40
    examples = some(("web", False, keys), ("wiki", True, ["file:wiki/a.jsonl"] * 20))
    backwards = Examples(
        examples.sources[::-1], examples.good[::-1], examples.ids[::-1], examples.keys[::-1], examples.words[::-1]
    )
    (aside, rules), (reversed_aside, reversed_rules) = held_out(examples, seed=1), held_out(backwards, seed=1)
    assert aside.tolist() == reversed_aside[::-1].tolist()
    assert rules == reversed_rules


def test_classes_are_trained_on_equally() -> None:
    examples = some(("web", False, hosts(300, 1)), ("wiki", True, ["f"] * 30), ("books", True, ["g"] * 200))
    aside, _ = held_out(examples, seed=1)
    taken = balanced(examples, aside, "web")
    assert taken[examples.good].sum() == taken[~examples.good].sum() > 150
    assert not taken[aside].any()
    names = np.array(examples.sources)
    assert taken[names == "wiki"].sum() == 24


def test_a_file_of_many_documents_does_not_drown_the_others() -> None:
    files = ["file:news"] * 900 + ["file:books"] * 6 + ["file:talks"] * 4
    examples = some(("web", False, hosts(300, 1)), ("good", True, files), pieces=1)
    examples.words[900 + 300 : 906 + 300] = 60 * PIECE_WORDS
    taken = balanced(examples, np.zeros(len(files) + 300, bool), "web")
    keys = np.array(examples.keys)
    assert [int(taken[keys == f"file:{name}"].sum()) for name in ("news", "books", "talks")] == [148, 148, 4]
    assert sorted(taken[keys == "file:books"]) == [24, 24, 25, 25, 25, 25]
    assert taken[keys == "file:news"].tolist() == [1] * 148 + [0] * 752


def test_a_host_of_many_pages_does_not_drown_the_others() -> None:
    pages = ["host:large.example"] * 500 + hosts(50, 1)
    examples = some(("web", False, pages), ("good", True, ["file:a"] * 100))
    taken = balanced(examples, np.zeros(650, bool), "web")
    assert (taken[:500].sum(), taken[500:550].sum()) == (50, 50)


@given(st.lists(st.integers(0, 30), min_size=1), st.integers(0, 300))
def test_shares_are_level(sizes: list[int], total: int) -> None:
    shares = level(np.array(sizes, np.int64), total)
    assert shares.sum() == min(total, sum(sizes))
    assert (shares <= sizes).all()
    cut = shares[shares < sizes]
    if len(cut):
        assert shares.max() - cut.min() <= 1
        assert sorted(cut.tolist(), reverse=True) == cut.tolist()


def test_pieces_are_spread_over_a_text_and_texts_take_turns() -> None:
    texts = [" ".join(f"{name}{i:02}" for i in range(23)) for name in "abc"]
    found = cut_pieces(texts, np.array([5, 2, 0]))
    assert [row for row, _ in found] == [0, 1, 0, 0, 0, 1, 0]
    assert " ".join(piece for row, piece in found if row == 0) == texts[0]
    assert [piece for row, piece in found if row == 1] == ["b05 b06 b07 b08 b09", "b15 b16 b17 b18 b19"]
    assert cut_pieces(["", "one"], np.array([0, 1])) == [(1, "one")]


def test_documents_without_words_are_not_trained_on() -> None:
    examples = some(("web", False, hosts(50, 1)), ("wiki", True, ["f"] * 50))
    examples.words[:30] = 0
    chosen = balanced(examples, np.zeros(100, bool), "web")
    assert chosen[:50].tolist() == [0] * 30 + [1] * 20
    assert chosen[50:].sum() == 20


@pytest.mark.parametrize("good", [True, False])
def test_a_class_of_too_few_is_named(good: bool) -> None:
    kind = "positive" if good else "negative"
    with pytest.raises(QualityModelError, match=f"'web': its {kind} sources \\(wiki\\) have 1 documents.*{kind}"):
        check_class(1, good, "web", ["wiki"])
    check_class(MIN_CLASS_DOCUMENTS, good, "web")
