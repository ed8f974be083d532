"""Texts and benchmarks that are hardly any, or far too much: all methods of deduplication and contamination at once."""

import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from pipeline.publish import publish
from pipeline.recipe import loads
from pipeline.run import make_plan
from pipeline.verify import verify
from tests.test_near_stages import edited, text
from tests.toy_documents import run_all

LINES = "ccnet_lines: {}, llama3_lines: {}, c4_spans: {}, substrings: {}, dclm_paragraphs: {}"
METHODS = "winnow: cut, gpt3: measure, palm: measure, gopher: measure, llama3: measure"
COPIES = 2_000
LEAKED = text(70, 60)


def rows_of(out: str, name: str) -> list[dict[str, Any]]:
    return pq.read_table(Path(out, name)).to_pylist()


def texts(large: int) -> dict[str, str]:
    """`large`: bytes of the largest."""
    dice = random.Random(1)
    signs = "".join(chr(0x4E00 + dice.randrange(3000)) for _ in range(2_000))
    vocabulary = [f"w{number:x}" for number in range(20_000)]
    book = " ".join(dice.choices(vocabulary, k=large // 5))
    found = {
        "empty": "", "blank": " \n\t ", "dots": "...", "one word": "Mill", "one word, again": "Mill",
        "repeated": "go " * 50_000, "repeated lines": "go on\n" * 20_000, "no spaces": "x" * 500_000,
        "signs": signs, "signs, nearly": f"{signs}吗", "book": book, "book, nearly": edited(book, 1, 9),
        "leak": f"{text(71, 200)} {LEAKED} {text(72, 200)}",
    }  # fmt: skip
    return found | {f"copy {number}": text(5) for number in range(COPIES)}


def write_benchmark(path: Path) -> None:
    """Items twice, without some fields, with empty ones, of one word, of one word many times, and no JSON at all."""
    rows: list[Any] = [
        {"question": LEAKED, "answer": "yes"}, {"question": LEAKED, "answer": "yes"}, {"question": LEAKED},
        {"answer": "alone"}, {"question": ""}, {"question": None, "answer": None}, {"other": 1}, 7, [],
        {"question": "Mill"}, {"question": "go " * 3_000, "answer": "go"},
    ]  # fmt: skip
    path.write_text("\n".join([*map(json.dumps, rows), "{no json", ""]))


SCALED = "minhash: {similarity: scaled, repeats: true, ngram: 2, bands: 50, rows: 4, hashes: 200, threshold: 0.7}"


@pytest.mark.parametrize(
    ("near", "large"), [pytest.param(SCALED, 10_000_000, marks=pytest.mark.slow), ("simhash: {}", 100_000)]
)
def test_documents_and_benchmarks_of_all_kinds(tmp_path: Path, near: str, large: int) -> None:
    given = texts(large)
    (tmp_path / "web.jsonl").write_text(
        "".join(json.dumps({"id": name, "text": value}) + "\n" for name, value in given.items())
    )
    write_benchmark(tmp_path / "quiz.jsonl")
    recipe = f"""\
name: t
seed: 1
sources: {{web: {{reader: jsonl, paths: [web.jsonl]}}}}
dedup: {{exact: false, {near}, {LINES}, write_index: true}}
contamination: {{benchmarks: [quiz.jsonl], methods: {{{METHODS}}}}}
"""
    plan = make_plan(loads(recipe, folder=tmp_path), str(tmp_path / "out"))
    run_all(plan.graph)
    publish(plan)
    out = plan.graph.out
    assert verify(out) == []
    stays = {row["native_id"] for row in rows_of(out, "documents")}
    lost = Counter(row["native_id"] for row in rows_of(out, "decisions") if row["verdict"] != "cut")
    assert set(lost.values()) == {1}  # each has one outcome
    assert stays | set(lost) == set(given)
    assert not stays & set(lost)
    method = near.partition(":")[0]
    removed = {row["native_id"] for row in rows_of(out, f"decisions/{method}")}
    assert sum(name.startswith("copy") for name in removed) == COPIES - 1
    assert {"signs", "book"} <= removed  # the longer ones stay
    assert not removed & {"empty", "blank", "dots", "leak", "no spaces"}  # no shingles, or nobody like them
    items = rows_of(out, "contamination/examples.parquet")
    assert [row["example"] for row in items if row["problem"] is None][:3] == ["0", "1", "2"]
    dirty = {(row["example"], row["method"]) for row in rows_of(out, "contamination/matches.parquet")}
    assert {("0", "winnow"), ("1", "winnow"), ("2", "winnow")} <= dirty
    assert "leak" in stays
    assert not any(LEAKED in row["text"] for row in rows_of(out, "documents"))
