"""The score is the one that the shared scorer gives."""

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from extractor_gold import gold_line, record_id, write_set
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.extractor.gold import GoldRow, read_set
from classifiers.extractor.score import PageScore, Score, prepare, score_blocks, score_text, total, total_by
from pipeline.kernels.overlap import block_tokens, character_kinds, common, shingles, sorted_shingles, text_tokens

TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|\w+")
TEXTS = st.text(
    st.sampled_from("ab_1 .\u00e9\u0301\u4e2d\u304a\ud55c\u0939\u093f\u200d\U0001d7d8\U00020000\n"), max_size=40
)


def row(text: str, page_type: str = "", with_: tuple[str, ...] = (), without: tuple[str, ...] = ()) -> GoldRow:
    return GoldRow("toy", "1", "", "", page_type, "", b"", text, with_, without)


def reference_shingles(text: str) -> Counter:
    tokens = TOKEN.findall(text)
    if len(tokens) < 4:
        return Counter([tuple(tokens)] if tokens else [])
    return Counter(tuple(tokens[i : i + 4]) for i in range(len(tokens) - 3))


@settings(deadline=None)
@given(TEXTS)
def test_tokens_are_those_of_the_pattern(text: str) -> None:
    names: dict[int, str] = {}
    expected = TOKEN.findall(text)
    hashes = text_tokens(text.encode()).tolist()
    assert len(hashes) == len(expected)
    for hashed, token in zip(hashes, expected, strict=True):
        assert names.setdefault(hashed, token) == token
    assert len(names) == len(set(expected))


def test_every_character_is_what_the_pattern_takes_it_for() -> None:
    kinds = character_kinds()
    for code in (*range(0x3000), 0x3041, 0x9FFF, 0xA000, 0xAC00, 0xD7AF, 0xD7B0, 0xD800, 0x1D7D8, 0x20000, 0x10FFFF):
        text = chr(code)
        assert (kinds[code] > 0) == bool(TOKEN.findall(text)), hex(code)
        assert (kinds[code] == 2) == (len(TOKEN.findall(text * 2)) == 2), hex(code)


@settings(deadline=None)
@given(TEXTS, TEXTS)
def test_common_shingles_are_those_of_both_multisets(left: str, right: str) -> None:
    a, b = reference_shingles(left), reference_shingles(right)
    ours = sorted_shingles(text_tokens(left.encode())), sorted_shingles(text_tokens(right.encode()))
    assert [len(each) for each in ours] == [a.total(), b.total()]
    assert common(*ours) == common(*ours[::-1]) == (a & b).total()


def test_a_text_of_three_tokens_is_no_shingle_of_four() -> None:
    three = shingles(np.array([1, 2, 3], np.uint64))
    four = shingles(np.array([0, 1, 2, 3], np.uint64))
    assert len(three) == len(four) == 1
    assert three[0] != four[0]


def test_figures_of_a_page() -> None:
    gold = prepare(row("a b c d e f", with_=("b c", "zzz"), without=("q", "e f")))
    score = score_text(gold, "x a b c\n d e  f q")  # 5 shingles, 3 of them in the gold, which has 3
    assert score == PageScore(0.6, 1.0, found=1, missed=1, wrong=2, snippets=True)
    assert score.f1 == pytest.approx(0.75)
    assert score_text(gold, None) == PageScore(0.0, 0.0, found=0, missed=2, wrong=0, snippets=True)
    assert score_text(prepare(row("")), "a b c d e f") == PageScore(None, None)


def test_totals_are_of_averages_and_groups_are_apart() -> None:
    rows = [row("a b c d", "forum"), row("a b c d", "article"), row("", "article", with_=("a",))]
    scores = [score_text(prepare(each), text) for each, text in zip(rows, ("a b c d x y z q", "a b c d", "a"))]
    assert total(scores) == Score(2, 0.6, 1.0, pytest.approx(0.75), 1, 1.0, 1.0, 1.0)
    groups = total_by(lambda each: each.page_type, rows, scores)
    assert list(groups) == ["article", "forum"]
    assert (groups["article"].f1, groups["forum"].precision, groups["forum"].snippet_f1) == (1.0, 0.2, None)
    assert total([]) == Score(0, None, None, None, 0, None, None, None)


@settings(deadline=None)
@given(st.lists(st.tuples(TEXTS, st.booleans()), min_size=1, max_size=6), TEXTS)
def test_the_score_of_blocks_is_that_of_their_text(blocks: list[tuple[str, bool]], gold_text: str) -> None:
    parts = [text.encode() for text, _ in blocks]
    ends = np.cumsum([len(part) for part in parts])
    starts = ends - [len(part) for part in parts]
    data, keep = np.frombuffer(b"".join(parts), np.uint8), np.array([kept for _, kept in blocks])
    tokens, bounds = block_tokens(data, starts, ends)
    gold = prepare(row(gold_text))
    assert score_blocks(gold, tokens, bounds, keep) == score_text(gold, "\n".join(t for t, kept in blocks if kept))


def test_snippets_of_blocks_are_looked_for_in_the_folded_text() -> None:
    gold = prepare(row("", with_=("one two", "two three", "four"), without=("five", "one two three")))
    texts = ["one two", "three", "five", "four"]
    data = np.frombuffer("".join(texts).encode(), np.uint8)
    ends = np.cumsum([len(text) for text in texts])
    tokens, bounds = block_tokens(data, ends - [len(text) for text in texts], ends)
    keep = np.array([True, True, False, False])
    found = score_blocks(gold, tokens, bounds, keep, texts)
    assert found == score_text(gold, "one two\nthree")
    assert (found.found, found.missed, found.wrong) == (2, 1, 1)
    assert not score_blocks(gold, tokens, bounds, keep).snippets


def run_scorer(shared: Path, folder: Path, base: Path, rows: list[GoldRow], texts: list[str | None]) -> dict:
    """What the shared scorer prints for these texts; a page of None has no document."""
    kept = [(each.id, text) for each, text in zip(rows, texts, strict=True) if text is not None]
    table = pa.table(
        {
            "text": pa.array([text for _, text in kept], pa.string()),
            "url": pa.array(["" for _ in kept], pa.string()),
            "metadata": pa.array([[("warc_record_id", key)] for key, _ in kept], pa.map_(pa.string(), pa.string())),
        }
    )
    pq.write_table(table, folder / "documents.parquet")
    program = shared / "checks/score_extraction.py"
    command = [sys.executable, str(program), "--json", "--documents", str(folder), "--gold", f"{base}.gold.jsonl.gz"]
    return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)[0]


def assert_equal(ours: Score, theirs: dict) -> None:
    names = ("precision", "recall", "f1", "snippet_precision", "snippet_recall", "snippet_f1")
    assert {name for name in names if getattr(ours, name) is not None} == {name for name in names if name in theirs}
    for name in names:
        if name in theirs:
            assert getattr(ours, name) == pytest.approx(theirs[name], abs=1e-12), name
    assert max(ours.pages, ours.snippet_pages) == theirs["pages"]


def test_a_set_of_every_kind_of_gold_scores_as_the_shared_scorer_has_it(shared: Path, tmp_path: Path) -> None:
    lines = [
        gold_line(0, main_content="The heron waits in the shallows, and waits in the shallows again."),
        gold_line(1, main_content_marked="<p>鷺は浅瀬で待つ。3月</p><h>Reed</h> <3 of them>"),
        gold_line(2, main_content="Two words", **{"with": ["Two  words"], "without": ["Two", "three"]}),
        gold_line(3, main_content="lost page, no document"),
        gold_line(4, main_content="", **{"with": ["a", ""], "without": []}),
        gold_line(5, main_content="...!", main_content_marked="not read"),
        gold_line(6, main_content="empty text of a page"),
    ]
    texts = [
        "waits in the shallows The heron waits in the shallows waits in the",
        "鷺は浅瀬で待つ 3月 Reed of them",
        "Two\nwords",
        None,
        "A b",
        "some text and more",
        "",
    ]
    base = write_set(tmp_path, lines, dict.fromkeys(range(7), b"<p>x</p>"))
    rows = list(read_set(base))
    assert [each.id for each in rows] == [record_id(number) for number in range(7)]
    ours = total(score_text(prepare(each), text) for each, text in zip(rows, texts, strict=True))
    assert_equal(ours, run_scorer(shared, tmp_path, base, rows, texts))


@pytest.mark.parametrize(
    "name",
    [
        "zyte-articles",
        "cleanportaleval",
        *(pytest.param(n, marks=pytest.mark.slow) for n in ("wcxb", "trafilatura-eval", "daniel-multilingual")),
    ],
)
def test_real_pages_score_as_the_shared_scorer_has_it(shared: Path, tmp_path: Path, name: str) -> None:
    """The text is whatever stands outside of tags, so that precision and recall are both far from 0 and 1."""
    base = shared / "data/extraction" / name
    rows = list(read_set(base))
    texts = [re.sub(r"<script.*?</script>|<[^>]*>", " ", each.html.decode(), flags=re.DOTALL) for each in rows]
    ours = total(score_text(prepare(each), text) for each, text in zip(rows, texts, strict=True))
    assert_equal(ours, run_scorer(shared, tmp_path, base, rows, list(texts)))
