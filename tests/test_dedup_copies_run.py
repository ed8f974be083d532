"""Recipes with the rules for repeated text, as a user runs them."""

import hashlib
import json
import random
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline import recheck_copies, recheck_paragraphs, records
from pipeline.recipe import loads
from pipeline.report.explain import explain
from pipeline.run import RunResult, run
from pipeline.verify import verify
from tests.test_dedup_copies import WORDS

RULES = {"llama3_lines": "{max_copies: 4}", "c4_spans": "{}", "substrings": "{tokens: 12}"}


def write(folder: Path, files: int, reverse: bool = False) -> Path:
    """Some 120 documents with shared passages in files of two sources, written in one order or the other."""
    dice = random.Random(3)
    pool = [" ".join(dice.choices(WORDS, k=7)).capitalize() + "." for _ in range(400)]
    long, short = (
        [" ".join(pool[at : at + size]) for at in range(first, first + 90, 6)] for first, size in ((0, 4), (100, 2))
    )
    rows = []
    for n in range(120):
        own = [f"{dice.choice(part)} {pool[200 + n]}" for part in (long, short, long)]
        rows.append({"id": f"n{n}", "text": "\n".join([*own, f"Subscribe to issue {n}!"])})
    rows[50] = {"id": "n50", "text": "Subscribe to issue 50!"}
    folder.mkdir(parents=True)
    numbers = range(files)
    for number in reversed(numbers) if reverse else numbers:
        name = folder / f"{'new' if number % 2 else 'old'}-{number}.jsonl"
        name.write_text("".join(json.dumps(row) + "\n" for row in rows[number::files]))
    return folder


def go(folder: Path, out: Path, workers: int, rules: Mapping[str, str] = MappingProxyType(RULES)) -> RunResult:
    lines = ["name: t", "seed: 1", "sources:"]
    lines += [f"  {name}: {{reader: jsonl, paths: [{folder}/{name}-*.jsonl]}}" for name in ("old", "new")]
    lines += ["dedup:", "  prefer: [new]", *(f"  {name}: {setting}" for name, setting in rules.items())]
    return run(loads("\n".join(lines)), out, workers=workers)


def digests(out: Path) -> dict[str, str]:
    """Of all that is part of the contract."""
    found = (path for path in sorted(out.rglob("*.parquet")) if "work" not in path.relative_to(out).parts)
    return {str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    folder = tmp_path_factory.mktemp("copies")
    return go(write(folder / "files", 8), folder / "out", workers=1)


def test_neither_workers_nor_the_order_of_files_matter(result: RunResult, tmp_path: Path) -> None:
    again = go(write(tmp_path / "files", 8, reverse=True), tmp_path / "out", workers=3)
    assert digests(Path(result.out)) == digests(Path(again.out))


def test_every_cut_is_on_record(result: RunResult) -> None:
    lines: list[str] = []
    assert verify(result.out, lines.append) == []
    assert any("elsewhere" in line for line in lines)
    documents = {row["id"]: row for row in pq.read_table(Path(result.out, "documents")).to_pylist()}
    report = Path(result.out, "report.html").read_text()
    for name in RULES:
        rows = [row for row in result.manifest["stages"] if row["stage"] == name]
        assert sum(row["cut"] for row in rows) > 5
        assert all(row["rows_in"] == row["rows_out"] + row["dropped"] for row in rows)
        decisions = pq.read_table(Path(result.out, "decisions", name)).to_pylist()
        cut = next(row for row in decisions if row["verdict"] == "cut" and row["id"] in documents)
        assert documents[cut["id"]]["parent_id"] is None
        assert name in explain(result.out, cut["id"])
        assert name in report
    assert "Subscribe" not in "".join(row["text"] for row in documents.values())
    decisions = pq.read_table(Path(result.out, "decisions", "llama3_lines")).to_pylist()
    (gone,) = (row for row in decisions if row["native_id"] == "n50")
    # Digits are 0 in the normal form: 90 of the issues have two.
    assert (gone["verdict"], gone["reason"], gone["score"]) == ("drop", "only_repeated_lines", 90)


def test_verify_finds_a_stretch_that_its_witness_does_not_have(result: RunResult) -> None:
    for name in ("c4_spans", "substrings"):
        path = sorted(Path(result.out, "dedup", name).glob("*.parquet"))[0]
        whole = path.read_bytes()
        rows = pq.read_table(path).to_pylist()
        for row in rows:
            row["text"] = "Something else. That nobody has. Ever said before."
        pq.write_table(pa.Table.from_pylist(rows, records.CUT_SPAN), path)
        problems = list(recheck_copies.recheck(result.out, result.manifest))
        pq.write_table(pa.Table.from_pylist(rows[:0], records.CUT_SPAN), path)
        without = list(recheck_copies.recheck(result.out, result.manifest))
        path.write_bytes(whole)
        assert any("which does not have them" in problem for problem in problems)
        assert any(f"were cut by {name} without a row" in problem for problem in without)


def test_dclms_rule_runs_and_verifies(tmp_path: Path) -> None:
    out = go(write(tmp_path / "files", 4), tmp_path / "out", 2, {"dclm_paragraphs": "{ngram: 5, threshold: 0.7}"})
    assert verify(out.out) == []
    rows = [row for row in out.manifest["stages"] if row["stage"] == "dclm_paragraphs"]
    assert sum(row["cut"] for row in rows) > 10
    spans = pq.read_table(Path(out.out, "dedup", "dclm_paragraphs")).to_pylist()
    assert {row["witness"] for row in spans if row["witness"]} <= {
        row["id"] for row in pq.read_table(Path(out.out, "documents")).to_pylist()
    }


@pytest.mark.parametrize("scope", ["across", "within"])
def test_verify_computes_dclms_shares_again(tmp_path: Path, scope: str) -> None:
    rules = {"dclm_paragraphs": "{ngram: 5, threshold: 0.7}", "scope": scope}
    out = go(write(tmp_path / "files", 4), tmp_path / "out", 1, rules)
    lines: list[str] = []
    assert verify(out.out, lines.append) == []
    assert any("paragraph that was cut has more" in line for line in lines)
    decisions = pq.read_table(Path(out.out, "decisions", "dclm_paragraphs")).to_pylist()
    assert {row["verdict"] for row in decisions} >= {"cut"}
    path = next(iter(sorted(Path(out.out, "dedup", "dclm_paragraphs").glob("*.parquet"))))
    whole = path.read_bytes()
    rows = pq.read_table(path).to_pylist()
    rows[0]["text"] = " ".join(rows[0]["text"].split()[:4] + [f"new{n}" for n in range(40)])
    pq.write_table(pa.Table.from_pylist(rows, records.CUT_SPAN), path)
    said = list(recheck_paragraphs.recheck(out.out, out.manifest))
    assert any(rows[0]["id"] in line and "not more than 0.7" in line for line in said)
    pq.write_table(pa.Table.from_pylist([row for row in rows if row["id"] != rows[0]["id"]], records.CUT_SPAN), path)
    said = list(recheck_paragraphs.recheck(out.out, out.manifest))
    assert [line for line in said if "without a row" in line]
    path.write_bytes(whole)


def test_a_document_that_went_whole_is_shown_whole(tmp_path: Path) -> None:
    """Each of its paragraphs is on record, so that its share can be computed from what is published."""
    words = [f"w{n}" for n in range(80)]
    texts = [
        " ".join(words) + " and much more at the end of the first",
        " ".join(words[:40]) + "\nshort line\n" + " ".join(["b", "c", *words[50:57]]),
    ]
    (tmp_path / "old-0.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    (tmp_path / "new-0.jsonl").write_text(json.dumps({"text": "nothing of that kind stands here"}) + "\n")
    out = go(tmp_path, tmp_path / "out", 1, {"dclm_paragraphs": "{ngram: 5, threshold: 0.8}"})
    (decision,) = pq.read_table(Path(out.out, "decisions", "dclm_paragraphs")).to_pylist()
    assert decision["verdict"] == "drop"
    assert decision["witness"]
    spans = pq.read_table(Path(out.out, "dedup", "dclm_paragraphs")).to_pylist()
    assert [row["text"] for row in spans] == texts[1].split("\n")
    assert verify(out.out) == []


@pytest.mark.parametrize("scope", ["across", "within"])
def test_what_later_rules_cut_raises_no_false_alarm(tmp_path: Path, scope: str) -> None:
    rules = {"dclm_paragraphs": "{ngram: 5, threshold: 0.7}", "substrings": "{tokens: 10, keep_first: false}"}
    rules["scope"] = scope
    out = go(write(tmp_path / "files", 4), tmp_path / "out", 1, rules)
    assert out.manifest["stages"][-1]["stage"] == "substrings"
    assert verify(out.out) == []
