"""Deduplication in all its scopes and measures gives the same bytes under Beam: small recipes with several at once."""

import json
from pathlib import Path

import pytest

from pipeline.publish import publish
from pipeline.recipe import Recipe, loads
from pipeline.run import make_plan, run
from pipeline.verify import verify
from tests.test_contract import digests
from tests.test_near_stages import edited, text
from tests.toy_documents import run_all

CRAWLS = ("CC-MAIN-2024-10", "CC-MAIN-2024-18")
TOKENS = """\
mixture: {budget_tokens: 20_000, epochs: {web: 1}, max_epochs: 4, rehydrate: true}
tokenizer: {train: {vocab_size: 300}}
shards: {seq_len_tokens: 64, count: 2}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two crawls with copies and edited copies within and across, and the index of a run over a part of the first."""
    made = tmp_path_factory.mktemp("dedup")
    for place, crawl in enumerate(CRAWLS):
        (made / crawl).mkdir()
        for file in range(2):
            numbers = range(file, 12, 2)
            texts = [edited(text(n), place + copy, copy * 2) for n in numbers for copy in range(1 + n % 4)]
            own = text(100 + 10 * place + file)
            rows = "".join(json.dumps({"text": value}) + "\n" for value in [*texts, own, own, edited(own, 1, 2), ""])
            (made / crawl / f"{file}.jsonl").write_text(rows)
    here(made, recipe(made, "exact: true, simhash: {}, write_index: true", f"{CRAWLS[0]}/0.jsonl"), "earlier")
    return made


def recipe(folder: Path, dedup: str, files: str, more: str = "") -> Recipe:
    source = f"  web: {{reader: jsonl, paths: ['{files}']}}\n"
    return loads(f"name: t\nseed: 1\nsources:\n{source}dedup: {{{dedup}}}\n{more}", folder=folder)


def here(folder: Path, asked: Recipe, out: str) -> str:
    """A run in this process."""
    plan = make_plan(asked, str(folder / out))
    run_all(plan.graph)
    publish(plan)
    return plan.graph.out


SCALED = "similarity: scaled, threshold: 0.8, rehydrate: [[1, 1], [2, 2], [4, 3]]"


@pytest.mark.parametrize(
    ("near", "more"),
    [
        (f"simhash: {{{SCALED}}}, against: [earlier]", {"against_exact", "against_simhash", "simhash"}),
        pytest.param(f"minhash: {{{SCALED}}}", {"minhash"}, marks=pytest.mark.slow),
    ],
)
def test_beam_writes_the_same(folder: Path, near: str, more: set[str]) -> None:
    asked = recipe(folder, f"exact: true, {near}, scope: per_snapshot, write_index: true", "*/*.jsonl", TOKENS)
    local = here(folder, asked, "-".join(["local", *sorted(more)]))
    expected = digests(Path(local))
    manifest = json.loads(Path(local, "manifest.json").read_text())
    assert {stage["stage"] for stage in manifest["stages"] if stage["dropped"]} == {"read", "exact_dedup", *more}
    assert {"dedup/index/index.json", "dedup/pairs.parquet", "shards/train-00000-of-00002.arrow"} <= set(expected)
    assert verify(local, against=[str(folder / "earlier")]) == []
    options = ["--direct_running_mode=in_memory"]
    beam = run(asked, folder / "-".join(["beam", *sorted(more)]), driver="beam", beam_options=options)
    assert digests(Path(beam.out)) == expected
