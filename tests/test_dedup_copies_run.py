"""Recipes with the rules for repeated text, as a user runs them."""

import hashlib
import json
import random
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipeline.recipe import loads
from pipeline.report.explain import explain
from pipeline.run import RunResult, run
from pipeline.verify import verify
from tests.test_dedup_copies import WORDS

RULES = ("ccnet_lines: {keep_first: true}", "llama3_lines: {max_copies: 4}", "c4_spans: {}", "substrings: {tokens: 20}")


def write(folder: Path, files: int, reverse: bool = False) -> Path:
    """Some 120 documents with shared passages in files of two sources, written in one order or the other."""
    dice = random.Random(3)
    pool = [" ".join(dice.choices(WORDS, k=7)).capitalize() + "." for _ in range(150)]
    passages = [" ".join(pool[at : at + 4]) for at in range(0, 140, 5)]
    rows = [
        {"id": f"n{n}", "text": "\n".join([*dice.sample(passages, 3), f"Subscribe to issue {n}!", pool[n]])}
        for n in range(120)
    ]
    rows[50] = {"id": "n50", "text": "Subscribe to issue 50!"}
    folder.mkdir(parents=True)
    numbers = range(files)
    for number in reversed(numbers) if reverse else numbers:
        name = folder / f"{'new' if number % 2 else 'old'}-{number}.jsonl"
        name.write_text("".join(json.dumps(row) + "\n" for row in rows[number::files]))
    return folder


def go(folder: Path, out: Path, rule: str, workers: int) -> RunResult:
    lines = ["name: t", "seed: 1", "sources:"]
    lines += [f"  {name}: {{reader: jsonl, paths: [{folder}/{name}-*.jsonl]}}" for name in ("old", "new")]
    return run(loads("\n".join([*lines, "dedup:", "  prefer: [new]", f"  {rule}"])), out, workers=workers)


def digests(out: Path) -> dict[str, str]:
    """Of all that is part of the contract."""
    found = (path for path in sorted(out.rglob("*.parquet")) if "work" not in path.relative_to(out).parts)
    return {str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


@pytest.mark.parametrize("rule", RULES)
def test_a_run_verifies_and_depends_on_neither_workers_nor_order(
    tmp_path: Path, rule: str, capsys: pytest.CaptureFixture[str]
) -> None:
    name = rule.partition(":")[0]
    one = go(write(tmp_path / "files", 8), tmp_path / "one", rule, workers=1)
    again = go(write(tmp_path / "reversed", 8, reverse=True), tmp_path / "three", rule, workers=3)
    assert verify(one.out) == []
    assert digests(Path(one.out)) == digests(Path(again.out))
    (row,) = (row for row in one.manifest["stages"] if row["stage"] == name and row["source"] == "old")
    assert row["cut"] > 10
    assert row["rows_in"] == row["rows_out"] + row["dropped"] == 60
    decisions = pq.read_table(Path(one.out, "decisions", name)).to_pylist()
    cut = next(row for row in decisions if row["verdict"] == "cut")
    documents = {row["id"]: row for row in pq.read_table(Path(one.out, "documents")).to_pylist()}
    assert documents[cut["id"]]["parent_id"] is None
    assert explain(one.out, cut["id"])
    assert name in Path(one.out, "report.html").read_text()
    if "max_copies" in rule:
        assert "Subscribe" not in "".join(row["text"] for row in documents.values())
        (gone,) = (row for row in decisions if row["native_id"] == "n50")
        assert (gone["verdict"], gone["reason"], gone["score"]) == ("drop", "only_repeated_lines", 120)
