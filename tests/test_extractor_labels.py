"""Labels of blocks: the alignment against a full table, the sweep, and what real gold gives."""

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.extractor.gold import GoldRow, read_set
from classifiers.extractor.labels import Labels, label, oracle
from classifiers.extractor.score import PageScore, prepare, total
from pipeline.kernels.align import CONTINUES, ISOLATED, align
from pipeline.kernels.overlap import Bytes, UInt64Array

FEW_TOKENS = st.lists(st.integers(1, 4), max_size=9)


def ids(tokens: list[int]) -> UInt64Array:
    return np.array(tokens, np.uint64)


def numbered(text: str) -> list[int]:
    """A number for each word."""
    return [int.from_bytes(word.encode()) for word in re.findall(r"\w+", text)]


def label_texts(gold: str, blocks: list[str]) -> Labels:
    row = GoldRow("toy", "1", "", "", "", "", b"", gold, (), ())
    return label(prepare(row), *joined(blocks))


def joined(blocks: list[str]) -> tuple[Bytes, np.ndarray, np.ndarray]:
    parts = [block.encode() for block in blocks]
    sizes = np.array([len(part) for part in parts], np.int32)
    ends = np.cumsum(sizes, dtype=np.int32)
    return np.frombuffer(b"".join(parts), np.uint8), ends - sizes, ends


def most_paid(page: list[int], gold: list[int]) -> int:
    """The whole table: the pay of the best chain, pairs of neighbours on both sides paying more."""
    n, m = len(page), len(gold)
    best = np.zeros((n + 1, m + 1), np.int64)
    ends_here = np.full((n + 1, m + 1), -(10**6), np.int64)
    for i in range(n):
        for j in range(m):
            if page[i] == gold[j]:
                ends_here[i + 1, j + 1] = max(ends_here[i, j] + CONTINUES, best[i, j] + ISOLATED)
            best[i + 1, j + 1] = max(best[i, j + 1], best[i + 1, j], ends_here[i + 1, j + 1])
    return int(best[n, m])


def most_paid_of_all_chains_through(chosen: np.ndarray, page: list[int], gold: list[int]) -> int:
    """The most that a chain of exactly the chosen page tokens is paid; they must all be in it, in order."""
    states = {(-1, -1): 0}  # (the last gold place, the last page place) -> paid
    for i in np.flatnonzero(chosen).tolist():
        following: dict[tuple[int, int], int] = {}
        for (j, previous), paid in states.items():
            for k in range(j + 1, len(gold)):
                if gold[k] == page[i]:
                    pay = CONTINUES if (k, i) == (j + 1, previous + 1) and previous >= 0 else ISOLATED
                    following[k, i] = max(following.get((k, i), 0), paid + pay)
        states = following
    return max(states.values())


@settings(deadline=None, max_examples=400)
@given(FEW_TOKENS, FEW_TOKENS)
def test_no_chain_pays_more(page: list[int], gold: list[int]) -> None:
    chosen = align(ids(page), ids(gold))
    assert len(chosen) == len(page)
    assert most_paid_of_all_chains_through(chosen, page, gold) == most_paid(page, gold)


@pytest.mark.parametrize(
    ("page", "gold", "expected"),
    [
        ("the|x|the cat sat", "the cat sat", "00111"),  # the menu's word is not taken for the article's
        ("a b c|a b c", "a b c", "111000"),  # of two copies the first
        ("a b|x|c d", "a b c d", "11011"),
        ("c d|a b", "a b c d", "1100"),  # in order only, of two that pay the same the earlier on the page
        ("q", "a b", "0"),
        ("", "a", ""),
        ("a", "", "0"),
    ],
)
def test_what_is_matched(page: str, gold: str, expected: str) -> None:
    chosen = align(ids(numbered(page)), ids(numbered(gold)))
    assert "".join("01"[int(each)] for each in chosen) == expected


def test_a_page_with_too_many_pairs_is_aligned_by_longer_runs() -> None:
    rng = np.random.default_rng(3)
    gold = rng.integers(0, 20, 300).astype(np.uint64)
    page = np.concatenate([rng.integers(0, 20, 500), gold, rng.integers(0, 20, 500)]).astype(np.uint64)
    pairs = sum(int((gold == token).sum()) for token in page)
    exact, by_runs, none = align(page, gold), align(page, gold, pairs // 30), align(page, gold, 3)
    assert exact[500:800].all()
    assert by_runs[500:800].all()
    assert by_runs.sum() < 310
    assert not none.any()


def test_the_same_word_over_and_over_takes_no_time_and_is_left_to_the_sweep() -> None:
    labels = label_texts("buy " * 20_000, ["buy " * 20_000, "sell " * 1000])
    assert labels.positive.tolist() == [True, False]


def test_blocks_of_half_their_tokens_are_positive_and_weigh_their_share() -> None:
    blocks = [
        "Home the news",
        "The heron waits in",
        "the reed. ",
        "…",
        "waits here and elsewhere now",
        "in the reed again",
    ]
    labels = label_texts("The heron waits in the reed.", blocks)
    assert labels.positive.tolist() == [False, True, True, False, False, False]
    assert labels.weight.tolist() == pytest.approx([0.5, 4 / 6, 2 / 6, 0, 5 / 6, 4 / 6])
    assert labels.weight.dtype == np.float32
    assert label_texts("short", ["a block longer than that"]).weight.tolist() == [1]


def test_gold_in_another_order_is_found_once() -> None:
    first = "The comment that stands above the article on this page was written later."
    second = "The article itself begins here and goes on for some more words than that, which is why it is aligned."
    blocks = [first, second, first, "The comment that stands elsewhere"]
    labels = label_texts(f"{second} {first}", blocks)
    assert labels.positive.tolist() == [False, True, True, False]
    labels = label_texts(f"{second} {first}", blocks[:2])
    assert labels.positive.tolist() == [True, True]


def test_without_gold_text_nothing_is_learned() -> None:
    labels = label_texts("", ["a", "b c"])
    assert labels.positive.tolist() == [False, False]
    assert labels.weight.tolist() == [0, 0]
    assert label_texts("gold", []).positive.tolist() == []


@settings(deadline=None)
@given(st.lists(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=8), min_size=1, max_size=8), st.data())
def test_gold_made_of_whole_blocks_is_found(words: list[list[str]], data: st.DataObject) -> None:
    """Words of one block do not occur in another, so that there is one answer alone."""
    blocks = [" ".join(f"{word}{number}" for word in block) for number, block in enumerate(words)]
    chosen = data.draw(st.lists(st.booleans(), min_size=len(blocks), max_size=len(blocks)))
    labels = label_texts("\n".join(block for block, keep in zip(blocks, chosen, strict=True) if keep), blocks)
    assert labels.positive.tolist() == chosen


def test_the_oracle_is_the_score_of_the_positive_blocks() -> None:
    gold = prepare(GoldRow("toy", "1", "", "", "", "", b"", "a b c d e f", (), ()))
    labels = label(gold, *joined(["menu of the site", "a b c d e x y z q"]))
    assert oracle(gold, labels) == PageScore(2 / 6, 2 / 3)


RAW = re.compile(rb"<(script|style|svg|title|iframe|noscript)\b.*?</\1\s*>|<!--.*?-->", re.DOTALL | re.IGNORECASE)
INLINE = re.compile(rb"</?(?:a|b|i|em|strong|span|u|font|code|sup|sub|img)\b[^>]*>", re.IGNORECASE)


def crude_blocks(html: bytes) -> list[str]:
    """What stands between two tags that are not inline: enough to know whether labels make sense."""
    parts = re.split(rb"<[^>]*>", INLINE.sub(b"", RAW.sub(b"<>", html)))
    return [part.decode("utf-8", "replace") for part in parts if part.strip()]


@pytest.mark.parametrize(
    ("name", "least"), [("zyte-articles", 0.97), pytest.param("wcxb", 0.93, marks=pytest.mark.slow)]
)
def test_positive_blocks_of_real_pages_score_near_one(shared: Path, name: str, least: float) -> None:
    rows = read_set(shared / "data/extraction" / name)
    golds = [prepare(row) for row in rows]
    labels = [label(gold, *joined(crude_blocks(row.html))) for gold, row in zip(golds, rows, strict=True)]
    assert 0.05 < sum(int(each.positive.sum()) for each in labels) / sum(len(each.positive) for each in labels) < 0.5
    f1 = total(oracle(gold, each) for gold, each in zip(golds, labels, strict=True)).f1
    assert f1 is not None
    assert f1 > least
