"""The recipes that follow a paper: what they ask for, and that they run from real files to shards."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pipeline.recipe import Recipe, load, notes, unsupported
from pipeline.run import run
from pipeline.verify import verify

SMALL = ("mixture.budget_tokens=1e6", "shards.count=1", "tokenizer.train.vocab_size=4096")
WEB = ("warc/common-crawl-*.warc.gz", "warc/ia-wide-hplt-sample.warc.gz")
GPT3_INPUTS = {
    "common_crawl": WEB,
    "webtext2": ("reference/c4-*.jsonl.gz",),
    "books1": ("reference/openstax-*.jsonl.gz",),
    "books2": ("reference/brown.jsonl.gz",),
    "wikipedia": ("reference/wiki*.jsonl.gz",),
}
PALM_INPUTS = {
    "conversations": ("conversations/reddit-*.jsonl.gz",),
    "web": WEB,
    "books": ("reference/openstax-*.jsonl.gz",),
    "code": ("code/sample-programs.jsonl.gz",),
    "wikipedia": ("reference/wiki*.jsonl.gz",),
    "news": ("reference/nltk-abc.jsonl.gz",),
}
BENCHMARKS = ("boolq.jsonl.gz", "mmlu_test.jsonl.gz")


@pytest.mark.parametrize("name", ["gpt3", "palm"])
def test_this_version_runs_all_of_it(name: str) -> None:
    assert unsupported(load(name)) == []


@pytest.mark.parametrize("name", ["gpt3", "palm"])
def test_every_source_is_read_by_its_own_options(name: str) -> None:
    recipe = load(name)
    given = load(
        name, overrides=[f"sources.{source}.options.text=body" for source in recipe.sources if source != web(recipe)]
    )
    assert all(
        source.options.model_dump()["text"] == "body" for source in given.sources.values() if source.reader == "jsonl"
    )
    wet = load(name, overrides=[f"sources.{web(recipe)}.reader=wet"])  # as the head of gpt3.yaml says
    assert unsupported(wet) == []


def web(recipe: Recipe) -> str:
    (name,) = (name for name, source in recipe.sources.items() if source.reader == "warc")
    return name


def test_gpt3_asks_for_what_the_paper_says() -> None:
    recipe = load("gpt3")
    quality, dedup, contamination = recipe.sources["common_crawl"].quality, recipe.dedup, recipe.contamination
    assert quality is not None
    assert dedup is not None
    assert dedup.minhash is not None
    assert contamination is not None
    assert (quality.policy, quality.alpha) == ("pareto", 9)  # Appendix A
    assert (dedup.minhash.hashes, dedup.minhash.rows, dedup.minhash.verify) == (10, 1, True)  # Appendix A
    assert dedup.prefer[0] == "webtext2"
    assert contamination.methods.gpt3 == "cut"  # Appendix C
    assert notes(recipe)[0].startswith("the weights sum to 1.01 and are divided by it")
    assert {"minhash_threshold", "books", "language"} <= set(recipe.undisclosed)


def test_gpt3_can_run_the_other_reading() -> None:
    assert load("gpt3").published is not None
    recipe = load("gpt3", overrides=by_epochs(load("gpt3")))
    assert recipe.mixture is not None
    assert recipe.mixture.epochs == {
        "common_crawl": 0.44, "webtext2": 2.9, "books1": 1.9, "books2": 0.43, "wikipedia": 3.4,
    }  # fmt: skip
    assert notes(recipe) == []


def by_epochs(recipe: Recipe) -> list[str]:
    assert recipe.published is not None
    epochs = {name: row.epochs for name, row in recipe.published.sources.items()}
    return ["mixture.weights=null", f"mixture.epochs={json.dumps(epochs)}"]


def test_palm_asks_for_what_the_paper_says() -> None:
    recipe = load("palm")
    quality, contamination = recipe.sources["web"].quality, recipe.contamination
    assert quality is not None
    assert contamination is not None
    assert recipe.mixture is not None
    assert recipe.mixture.weights is not None
    assert recipe.tokenizer is not None
    assert recipe.tokenizer.train is not None
    assert quality.policy == "proportional"  # section 3
    assert (contamination.methods.palm, contamination.methods.gpt3) == ("measure", None)  # section 8
    assert recipe.mixture.max_epochs == 1  # sections 3 and 13
    assert recipe.tokenizer.train.vocab_size == 256_000  # section 2
    assert sum(recipe.mixture.weights.values()) == pytest.approx(1)  # Table 2
    assert notes(recipe) == []
    assert {"dedup", "classifier"} <= set(recipe.undisclosed)


def run_small(
    name: str, inputs: Mapping[str, tuple[str, ...]], out: Path, shared: Path, *overrides: str, replace: bool = False
) -> Mapping[str, Any]:
    """The manifest of a checked run over the shared data."""
    data = shared / "data"
    mapped = {source: [str(data / pattern) for pattern in patterns] for source, patterns in inputs.items()}
    benchmarks = f"contamination.benchmarks={json.dumps([str(data / 'benchmarks' / file) for file in BENCHMARKS])}"
    recipe = load(name, inputs=mapped, overrides=[*SMALL, benchmarks, *overrides])
    manifest = run(recipe, out, workers=2, replace=replace).manifest
    assert verify(str(out), print) == []
    return manifest


def lost(manifest: Mapping[str, Any], stage: str) -> dict[str, int]:
    return {row["source"]: row["dropped"] for row in manifest["stages"] if row["stage"] == stage and row["dropped"]}


@pytest.mark.slow
def test_gpt3_runs_on_real_files_by_both_readings(shared: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    manifest = run_small("gpt3", GPT3_INPUTS, out, shared)
    assert all(manifest["documents"].values())
    # At alpha = 9 few pages of a crawl stay, and nothing else is scored.
    (policy,) = json.loads((out / "quality" / "policies.json").read_text())
    assert list(lost(manifest, "quality")) == ["common_crawl"]
    assert policy["kept"] / policy["documents"] == pytest.approx(policy["expected"], abs=0.05)
    # One word a shingle: all documents are candidates of each other, and few are alike.
    dedup = json.loads((out / "dedup" / "summary.json").read_text())
    assert list(dedup["sizes"]) == ["1000-9999"]
    assert 0 < sum(lost(manifest, "minhash").values()) < 20
    # BoolQ's passages are of Wikipedia.
    contamination = json.loads((out / "contamination" / "summary.json").read_text())
    assert contamination["methods"]["gpt3"]["documents_cut"] > 0
    weights = {row["source"]: row for row in manifest["mixture"]["sources"]}
    assert manifest["mixture"]["target_tokens"] == 1_000_000
    assert weights["webtext2"]["weight_asked"] == pytest.approx(0.22 / 1.01)

    again = run_small("gpt3", GPT3_INPUTS, out, shared, *by_epochs(load("gpt3")), replace=True)
    assert again["documents"] == manifest["documents"]
    epochs = {row["source"]: row["epochs"] for row in again["mixture"]["sources"]}
    assert epochs["wikipedia"] / epochs["webtext2"] == pytest.approx(3.4 / 2.9, rel=1e-3)
    assert epochs["books2"] / epochs["common_crawl"] == pytest.approx(0.43 / 0.44, rel=1e-3)


@pytest.mark.slow
def test_palm_runs_on_real_files(shared: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    manifest = run_small("palm", PALM_INPUTS, out, shared, "sources.conversations.options.text=selftext")
    assert all(manifest["documents"].values())
    assert list(lost(manifest, "quality")) == ["web"]
    assert lost(manifest, "contamination") == {}
    contamination = json.loads((out / "contamination" / "summary.json").read_text())
    assert [row["benchmark"] for row in contamination["benchmarks"]] == ["boolq", "mmlu_test"]
    assert all(row["palm"]["clean"] > 0 for row in contamination["benchmarks"])
    # Never more than once, whatever the weight.
    assert all(row["epochs"] <= 1 for row in manifest["mixture"]["sources"])
