"""The guard on what deduplication may remove: exit code 3 before anything is tokenized, and what it was lost to."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from pipeline import cli
from pipeline.errors import GuardTripped
from pipeline.recipe import loads
from pipeline.run import run

STORY = "the old mill by the river was sold to a baker who wanted to grind his own flour again"
OTHER = STORY.replace("mill", "barn").replace("baker", "miller").replace("river", "road")
TOKENS = (
    "mixture: {budget_tokens: 200, weights: {web: 0.5, own: 0.5}, max_epochs: 100}\n"
    "tokenizer: {train: {vocab_size: 257}}\nshards: {seq_len_tokens: 2, count: 1}\n"
)


def recipe(folder: Path, dedup: str, rest: str = "") -> str:
    return (
        f"name: t\nseed: 1\nsources:\n  web: {{reader: jsonl, paths: ['{folder}/web.jsonl']}}\n"
        f"  own: {{reader: jsonl, paths: ['{folder}/own.jsonl']}}\ndedup: {{{dedup}}}\n{rest}"
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    web = [*[STORY] * 5, *[OTHER] * 3, "a page of its own about nothing that the others say"]
    for name, texts in (("web", web), ("own", ["one more page that is like no other page here"])):
        rows = ({"text": text, "url": f"https://{name}.example/{row}"} for row, text in enumerate(texts))
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return tmp_path


def started(out: Path) -> set[str]:
    """Stages that have work folders."""
    return {folder.name.rpartition("-")[0] for folder in (out / "work").iterdir() if folder.is_dir()}


def stamps(out: Path) -> Iterator[tuple[str, int]]:
    """Each committed task, and when it was."""
    return ((str(path), path.stat().st_mtime_ns) for path in sorted((out / "work").glob("*/tasks/*.json")))


def test_a_source_over_its_limit_stops_the_run_and_a_raised_limit_goes_on(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = folder / "out"
    (folder / "recipe.yaml").write_text(recipe(folder, "exact: true, max_loss: 0.5, minhash: {}", TOKENS))
    command: list[str] = ["run", str(folder / "recipe.yaml"), "--out", str(out), "--workers", "1"]
    with pytest.raises(SystemExit) as stopped:
        cli.main(command)
    assert stopped.value.code == 3
    said = capsys.readouterr().err
    assert "source 'web' lost 6 of 9 documents (66.7%) to deduplication, more than dedup.max_loss 0.5 allows" in said
    assert "(4: https://web.example/" in said
    assert "(2: https://web.example/" in said
    assert "--set dedup.max_loss" in said
    assert not (out / "manifest.json").exists()
    assert "near_duplicates" in started(out)
    assert not {"documents", "tokenizer", "tokens", "segments", "shards"} & started(out)
    before = dict(stamps(out))
    with pytest.raises(SystemExit) as finished:
        cli.main([*command, "--set", "dedup.max_loss=0.7"])
    assert finished.value.code == 0
    after = dict(stamps(out))
    assert {name: after[name] for name in before} == before
    removed = pq.read_table(out / "decisions/exact_dedup").to_pylist()
    for witness, count in Counter(row["witness"] for row in removed).items():
        assert f"{witness} ({count}: " in said


def lost(folder: Path, dedup: str) -> Any:
    with pytest.raises(GuardTripped) as stopped:
        run(loads(recipe(folder, dedup)), folder / "out", workers=1)
    return str(stopped.value)


@pytest.mark.parametrize("near", ["minhash: {}", "minhash: {verify: false}", "simhash: {}"])
def test_near_duplicates_count_as_well(folder: Path, near: str) -> None:
    assert "lost 6 of 9 documents" in lost(folder, f"max_loss: 0.6, {near}")


def test_a_limit_that_is_just_met_stops_nothing(folder: Path) -> None:
    found = run(loads(recipe(folder, f"exact: true, max_loss: {2 / 3}")), folder / "out", workers=1)
    assert found.exit_code == 0


def test_rules_for_text_inside_documents_lose_no_documents_to_others(folder: Path) -> None:
    found = run(loads(recipe(folder, "max_loss: 0.01, ccnet_lines: {keep_first: true}")), folder / "out", workers=1)
    assert found.exit_code == 0
