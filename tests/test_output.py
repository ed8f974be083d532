"""What a run of the quickstart recipe leaves behind: the plants of the truth table are found, other tools open it."""

import json
import os
import shutil
from collections import Counter
from pathlib import Path

import duckdb
import pandas
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from pipeline import records
from pipeline.errors import OutputBusy, OutputMismatch, WinnowError
from pipeline.ids import document_id
from pipeline.publish import exclusive
from pipeline.quickstart import generate, inputs
from pipeline.quickstart.truth import Truth, TruthRow, read_truth
from pipeline.recipe import Recipe, load
from pipeline.run import RunResult, run
from pipeline.verify import verify

PAGES = 400


def recipe(crawl: Path, *overrides: str) -> Recipe:
    small = ["mixture.budget_tokens=200000", "shards.count=2", "tokenizer.train.vocab_size=4096"]
    return load("quickstart", inputs=inputs(crawl), overrides=[*small, *overrides])


@pytest.fixture(scope="module")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("crawl")
    generate(folder, pages=PAGES)
    return folder


@pytest.fixture(scope="module")
def result(crawl: Path, tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    return run(recipe(crawl), tmp_path_factory.mktemp("run") / "out", workers=2)


@pytest.fixture
def out(result: RunResult, tmp_path: Path) -> Path:
    """A copy that a test may damage."""
    shutil.copytree(result.out, tmp_path / "out")
    return tmp_path / "out"


def test_it_verifies(result: RunResult) -> None:
    lines: list[str] = []
    assert verify(result.out, lines.append) == []
    assert len(lines) == 5


def test_every_record_is_balanced(result: RunResult) -> None:
    for source in result.manifest["ledger"]:
        rows = [row for row in result.manifest["stages"] if row["source"] == source]
        read = sum(entry["records"] for entry in result.manifest["inputs"] if entry["source"] == source)
        removed = sum(row["dropped"] + row["quarantined"] for row in rows)
        assert read == removed + result.manifest["documents"].get(source, 0)
        assert read > 0


def test_schemas_are_the_published_ones(result: RunResult) -> None:
    for path in Path(result.out, "documents").rglob("*.parquet"):
        assert pq.read_schema(path).equals(records.DOCUMENT)
    for path in Path(result.out, "decisions").rglob("*.parquet"):
        assert pq.read_schema(path).equals(records.DECISION)


def test_duckdb_opens_documents_decisions_and_shards(result: RunResult) -> None:
    documents = duckdb.sql(
        f"select source, count(*) from '{result.out}/documents/*/*.parquet' group by source"
    ).fetchall()
    assert dict(documents) == result.manifest["documents"]
    reasons = duckdb.sql(f"select distinct reason from '{result.out}/decisions/*/*.parquet'").fetchall()
    assert ("exact_duplicate",) in reasons
    shard = ds.dataset(f"{result.out}/shards/train-00000-of-00002.arrow", format="ipc")
    assert duckdb.sql("select count(*), min(len(input_ids)) from shard").fetchall() == [(shard.count_rows(), 512)]


def test_pandas_opens_documents_and_decisions(result: RunResult) -> None:
    documents = pandas.read_parquet(f"{result.out}/documents")
    assert len(documents) == sum(result.manifest["documents"].values())
    assert documents["id"].is_unique
    assert documents["text"].str.len().min() > 0
    decisions = pandas.read_parquet(f"{result.out}/decisions/exact_dedup")
    assert set(decisions["witness"]) <= set(documents["id"])


def test_hugging_face_datasets_opens_documents_decisions_and_shards(result: RunResult, tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    files = {
        "documents": ("parquet", f"{result.out}/documents/web/*.parquet"),
        "decisions": ("parquet", f"{result.out}/decisions/read/*.parquet"),
        "shards": ("arrow", f"{result.out}/shards/train-*.arrow"),
    }
    for name, (kind, pattern) in files.items():
        loaded = datasets.load_dataset(kind, data_files=pattern, split="train", cache_dir=str(tmp_path / name))
        assert len(loaded) > 0
    assert len(loaded[0]["input_ids"]) == 512


def test_the_same_command_again_does_nothing(crawl: Path, result: RunResult) -> None:
    before = {path: path.stat().st_mtime_ns for path in Path(result.out).rglob("*") if path.is_file()}
    again = run(recipe(crawl), result.out, workers=1)
    changed = {path.name for path, when in before.items() if path.stat().st_mtime_ns != when}
    assert changed <= {"run.json", "report.json", "report.html", "lock"}
    assert again.manifest == result.manifest


def test_another_recipe_needs_replace_and_reuses_extraction(crawl: Path, out: Path) -> None:
    changed = recipe(crawl, "seed=8", "mixture.max_epochs=3")
    with pytest.raises(OutputMismatch, match="--replace"):
        run(changed, out, workers=1)
    before = set(os.listdir(out / "work"))
    replaced = run(changed, out, workers=1, replace=True)
    assert replaced.manifest["seed"] == 8
    new = {name.rsplit("-", 1)[0] for name in set(os.listdir(out / "work")) - before}
    assert "documents" not in new
    assert "tokens" in new
    assert verify(str(out)) == []


def test_a_folder_of_something_else_is_refused(crawl: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("precious")
    with pytest.raises(OutputMismatch, match=r"thesis\.tex"):
        run(recipe(crawl), tmp_path, workers=1)


def test_two_runs_on_one_out_are_refused(crawl: Path, tmp_path: Path) -> None:
    with exclusive(str(tmp_path)), pytest.raises(OutputBusy, match="another run"):
        run(recipe(crawl), tmp_path, workers=1)


@pytest.mark.parametrize("victim", ["documents/web", "decisions/read", "shards"])
def test_verify_names_a_changed_file(out: Path, victim: str) -> None:
    file = next(path for path in sorted((out / victim).iterdir()) if path.suffix in (".parquet", ".arrow"))
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.unlink()
    file.write_bytes(data)
    (problem,) = verify(str(out))
    assert str(file.relative_to(out)) in problem
    assert "digest" in problem


def test_verify_names_a_missing_and_a_foreign_file(out: Path) -> None:
    lost = next((out / "documents" / "web").iterdir())
    lost.unlink()
    (out / "documents" / "web" / "mine.parquet").write_bytes(b"")
    problems = verify(str(out))
    assert any(lost.name in problem and "missing" in problem for problem in problems)
    assert any("mine.parquet" in problem for problem in problems)


def test_verify_finds_a_record_without_an_outcome(out: Path) -> None:
    """A decision row removed, with the manifest's digest made to fit: conservation still finds it."""
    from pipeline.engine import storage

    file = next((out / "decisions" / "read").iterdir())
    table = pq.read_table(file)
    file.unlink()
    pq.write_table(table.slice(1), file)
    manifest = json.loads((out / "manifest.json").read_text())
    for entry in manifest["files"]:
        if entry["path"] == str(file.relative_to(out)):
            entry.update(bytes=file.stat().st_size, digest=storage.digest_of(str(file)), rows=table.num_rows - 1)
    (out / "manifest.json").write_text(json.dumps(manifest))
    problems = verify(str(out))
    assert any("records" in problem for problem in problems)


def test_verify_without_a_run_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(WinnowError, match=r"no manifest\.json"):
        verify(str(tmp_path))


# -- the truth table ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def truth(crawl: Path) -> Truth:
    return read_truth(crawl)


@pytest.fixture(scope="module")
def outcomes(result: RunResult, crawl: Path) -> dict[str, tuple[str, str, str]]:
    """Id -> (verdict, stage, reason) of every record: what finally became of it."""
    found = {}
    for path in Path(result.out, "documents").rglob("*.parquet"):
        found.update(dict.fromkeys(pq.read_table(path)["id"].to_pylist(), ("keep", "", "")))
    for path in Path(result.out, "decisions").rglob("*.parquet"):
        for row in pq.read_table(path).to_pylist():
            if row["verdict"] != "cut":
                found[row["id"]] = (row["verdict"], path.parent.name, row["reason"])
    return found


def outcome(row: TruthRow, outcomes: dict[str, tuple[str, str, str]]) -> tuple[str, str, str]:
    assert row.ordinal is not None
    return outcomes[document_id(row.source, row.file.rsplit("/", 1)[-1], row.ordinal).hex()]


def test_the_crawl_plants_what_the_tests_look_for(truth: Truth) -> None:
    kinds = Counter(row.kind for row in truth.rows)
    assert {"page", "exact_duplicate", "near_duplicate", "spam", "leak", "wrong_charset", "broken"} <= set(kinds)


def test_of_each_group_of_planted_exact_duplicates_one_stays(truth: Truth, outcomes: dict) -> None:
    groups = truth.groups("exact_duplicate")
    assert len(groups) >= 5
    for name, rows in groups.items():
        became = [outcome(row, outcomes) for row in rows if row.kind in ("page", "entry", "exact_duplicate")]
        kept = [verdict for verdict, _, _ in became].count("keep")
        dropped = became.count(("drop", "exact_dedup", "exact_duplicate"))
        assert (kept, dropped) == (1, len(became) - 1), (name, became)


def test_pages_in_wrong_charsets_are_decoded(truth: Truth, result: RunResult, outcomes: dict) -> None:
    rows = truth.of("wrong_charset")
    assert len(rows) >= 5
    texts = {}
    for path in Path(result.out, "documents").rglob("*.parquet"):
        table = pq.read_table(path, columns=["id", "text"])
        texts.update(zip(table["id"].to_pylist(), table["text"].to_pylist(), strict=True))
    for row in rows:
        identity = document_id(row.source, row.file.rsplit("/", 1)[-1], row.ordinal or 0).hex()
        assert row.detail["snippet"] in texts[identity], row.url


def test_broken_records_are_quarantined_or_dropped_as_planted(truth: Truth, result: RunResult, outcomes: dict) -> None:
    rows = truth.of("broken")
    assert len(rows) >= 5
    by_file = Counter()
    for path in Path(result.out, "decisions").rglob("*.parquet"):
        for row in pq.read_table(path).to_pylist():
            if row["verdict"] == "quarantine":
                by_file[row["reason"]] += 1
    for row in rows:
        if row.ordinal is not None and row.expected is not None:
            verdict, stage, reason = outcome(row, outcomes)
            assert verdict == row.expected, (row, stage, reason)
            assert row.reason in (None, reason), (row, stage, reason)
        elif row.reason is not None:
            assert by_file[row.reason] > 0, row


def test_planted_spam_is_caught_by_the_filter_meant_for_it(truth: Truth, outcomes: dict) -> None:
    rows = [row for row in truth.of("spam") if row.expected == "drop"]
    assert len(rows) >= 5
    missed = [(row.template, row.stage, outcome(row, outcomes)) for row in rows if outcome(row, outcomes)[0] == "keep"]
    assert missed == []


def test_clean_pages_stay(truth: Truth, outcomes: dict) -> None:
    rows = [row for row in truth.of("page") if row.expected == "keep"]
    kept = sum(outcome(row, outcomes)[0] == "keep" for row in rows)
    assert kept >= 0.8 * len(rows) > 40
