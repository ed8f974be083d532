"""What a run of the quickstart recipe leaves behind: the plants of the truth table are found, other tools open it."""

import itertools
import json
import os
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from pipeline import records
from pipeline.contamination.gpt3 import MIN_PIECE_CHARS, WINDOW_CHARS
from pipeline.errors import OutputBusy, OutputMismatch, WinnowError
from pipeline.ids import document_id
from pipeline.publish import exclusive
from pipeline.quickstart import generate, inputs, settings
from pipeline.quickstart.quiz import GPT3_NGRAM, quiz_items
from pipeline.quickstart.truth import Truth, TruthRow, read_truth
from pipeline.quickstart.variants import LEAK_FORMS, jaccard
from pipeline.recipe import Recipe, load
from pipeline.run import RunResult, run
from pipeline.verify import verify
from tests.duckdb_helper import rows_of

PAGES = 400
Outcome = tuple[str, str, str]
"""Verdict, stage, reason."""


def recipe(crawl: Path, *overrides: str) -> Recipe:
    small = ["mixture.budget_tokens=200000", "shards.count=2", "tokenizer.train.vocab_size=4096"]
    return load("quickstart", inputs=inputs(crawl), overrides=[*settings(crawl), *small, *overrides])


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


def decisions(result: RunResult, stage: str, source: str | None = None) -> list[dict[str, Any]]:
    table = pq.read_table(Path(result.out, "decisions", stage))
    return [row for row in table.to_pylist() if source in (None, row["source"])]


def test_it_verifies(result: RunResult) -> None:
    lines: list[str] = []
    assert verify(result.out, lines.append) == []
    assert len(lines) == 7


def test_every_record_is_balanced(result: RunResult) -> None:
    for source in result.manifest["ledger"]:
        rows = [row for row in result.manifest["stages"] if row["source"] == source]
        read = sum(entry["records"] for entry in result.manifest["inputs"] if entry["source"] == source)
        removed = sum(row["dropped"] + row["quarantined"] for row in rows)
        pieces = sum(
            row["rows_out"] - 1 for row in decisions(result, "contamination", source) if row["verdict"] == "cut"
        )
        assert read == removed + result.manifest["documents"].get(source, 0) - pieces
        assert read > 0


def test_schemas_are_the_published_ones(result: RunResult) -> None:
    for path in Path(result.out, "documents").rglob("*.parquet"):
        assert pq.read_schema(path).equals(records.DOCUMENT)
    for path in Path(result.out, "decisions").rglob("*.parquet"):
        assert pq.read_schema(path).equals(records.DECISION)


def test_duckdb_opens_documents_decisions_and_shards(result: RunResult) -> None:
    documents = rows_of(f"select source, count(*) from '{result.out}/documents/*/*.parquet' group by source")
    assert dict(documents) == result.manifest["documents"]
    assert ["exact_duplicate"] in rows_of(f"select distinct reason from '{result.out}/decisions/*/*.parquet'")
    path = f"{result.out}/shards/train-00000-of-00002.arrow"
    shard = ds.dataset(path, format="ipc")
    assert rows_of("select count(*), min(len(input_ids)) from shard", path) == [[shard.count_rows(), 512]]


def test_pandas_opens_documents_and_decisions(result: RunResult) -> None:
    documents = pandas.read_parquet(f"{result.out}/documents")
    assert len(documents) == sum(result.manifest["documents"].values())
    assert documents["id"].is_unique
    assert documents["text"].str.len().min() > 0
    exact = pandas.read_parquet(f"{result.out}/decisions/exact_dedup")
    later = [row["id"] for stage in ("quality", "minhash", "contamination") for row in decisions(result, stage)]
    assert set(exact["witness"]) <= {*documents["id"], *later}


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
    assert "tokens" in new
    assert not [name for name in new if name.startswith("extract") or name in ("rules", "exact")]
    assert verify(str(out)) == []


def test_a_folder_of_something_else_is_refused(crawl: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("precious")
    with pytest.raises(OutputMismatch, match=r"thesis\.tex"):
        run(recipe(crawl), tmp_path, workers=1)


def test_what_a_killed_run_left_of_its_own_files_goes(crawl: Path, out: Path) -> None:
    (out / "run.json.tmp-0123").write_text("{")
    (out / "notes.tmp-1").write_text("mine")
    run(recipe(crawl), out, workers=1)
    assert not (out / "run.json.tmp-0123").exists()
    assert (out / "notes.tmp-1").exists()


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
def outcomes(result: RunResult, crawl: Path) -> dict[str, Outcome]:
    """Id -> (verdict, stage, reason) of every record: what finally became of it."""
    found = {}
    for path in Path(result.out, "documents").rglob("*.parquet"):
        found.update(dict.fromkeys(pq.read_table(path)["id"].to_pylist(), ("keep", "", "")))
    for path in Path(result.out, "decisions").rglob("*.parquet"):
        for row in pq.read_table(path).to_pylist():
            if row["verdict"] != "cut" or path.parent.name == "contamination":
                found[row["id"]] = (row["verdict"], path.parent.name, row["reason"])
    return found


@pytest.fixture(scope="module")
def compared(result: RunResult) -> dict[str, str]:
    """Id -> text of every document that the rules let through, whatever became of it."""
    texts: dict[str, str] = {}
    for path in Path(result.out, "work").glob("rules-*/docs/*.arrow"):
        with pa.ipc.open_file(path) as reader:
            table = reader.read_all()
        texts.update(
            zip((identity.hex() for identity in table["id"].to_pylist()), table["text"].to_pylist(), strict=True)
        )
    return texts


def identity(row: TruthRow) -> str:
    return document_id(row.source, row.file.rsplit("/", 1)[-1], row.ordinal).hex()


def outcome(row: TruthRow, outcomes: dict[str, Outcome]) -> Outcome:
    return outcomes[identity(row)]


def test_the_crawl_plants_what_the_tests_look_for(truth: Truth) -> None:
    kinds = Counter(row.kind for row in truth.rows)
    assert {"page", "exact_duplicate", "near_duplicate", "spam", "leak", "wrong_charset", "broken"} <= set(kinds)


def test_of_each_group_of_planted_exact_duplicates_one_stays(truth: Truth, outcomes: dict[str, Outcome]) -> None:
    groups = truth.groups("exact_duplicate")
    assert len(groups) >= 5
    for name, rows in groups.items():
        became = [outcome(row, outcomes) for row in rows if row.kind in ("page", "entry", "exact_duplicate")]
        kept = [verdict for verdict, _, _ in became].count("keep")
        dropped = became.count(("drop", "exact_dedup", "exact_duplicate"))
        assert (kept, dropped) == (1, len(became) - 1), (name, became)


def test_pages_in_wrong_charsets_are_decoded(truth: Truth, result: RunResult, outcomes: dict[str, Outcome]) -> None:
    rows = truth.of("wrong_charset")
    assert len(rows) >= 5
    texts: dict[str, str] = {}
    for path in Path(result.out, "documents").rglob("*.parquet"):
        table = pq.read_table(path, columns=["id", "text"])
        texts.update(zip(table["id"].to_pylist(), table["text"].to_pylist(), strict=True))
    for row in rows:
        identity = document_id(row.source, row.file.rsplit("/", 1)[-1], row.ordinal or 0).hex()
        assert row.detail["snippet"] in texts[identity], row.url


def test_broken_records_are_quarantined_or_dropped_as_planted(
    truth: Truth, result: RunResult, outcomes: dict[str, Outcome]
) -> None:
    rows = truth.of("broken")
    assert len(rows) >= 5
    by_file: Counter[str] = Counter()
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


def test_planted_spam_is_caught_by_the_filter_meant_for_it(truth: Truth, outcomes: dict[str, Outcome]) -> None:
    rows = [row for row in truth.of("spam") if row.stage != "quality"]
    assert len(rows) >= 14
    missed = [(row.template, row.stage, outcome(row, outcomes)) for row in rows if outcome(row, outcomes)[0] == "keep"]
    assert missed == []


def test_fluent_spam_is_left_to_the_classifier_which_drops_it(truth: Truth, outcomes: dict[str, Outcome]) -> None:
    became = [outcome(row, outcomes)[:2] for row in truth.of("spam") if row.stage == "quality"]
    assert len(became) >= 20
    assert set(became) <= {("drop", "quality"), ("keep", "")}
    assert became.count(("drop", "quality")) >= 0.95 * len(became)


def test_clean_pages_stay(truth: Truth, outcomes: dict[str, Outcome]) -> None:
    rows = [row for row in truth.of("page") if row.expected == "keep"]
    kept = sum(outcome(row, outcomes)[0] == "keep" for row in rows)
    assert kept >= 0.9 * len(rows) > 40


def similar_pairs(truth: Truth, compared: dict[str, str]) -> Iterator[tuple[TruthRow, TruthRow, float]]:
    """Every two members of a group of near-duplicates that got past the rules, and how similar their texts are."""
    for members in truth.groups("near_duplicate").values():
        there = [row for row in members if identity(row) in compared]
        for one, other in itertools.combinations(there, 2):
            yield one, other, jaccard(compared[identity(one)], compared[identity(other)])


def test_at_most_one_of_two_near_duplicates_stays(
    truth: Truth, compared: dict[str, str], outcomes: dict[str, Outcome]
) -> None:
    near, apart = 0, 0
    for one, other, similarity in similar_pairs(truth, compared):
        became = [outcome(row, outcomes) for row in (one, other)]
        if similarity >= 0.9:
            near += 1
            assert [verdict for verdict, _, _ in became].count("keep") <= 1, (one.group, became)
        elif similarity < 0.75:
            apart += 1
            assert "minhash" not in [stage for _, stage, _ in became], (one.group, became)
    assert near >= 10
    assert apart >= 4


def test_of_each_group_of_near_duplicates_the_planned_one_stays(
    truth: Truth, compared: dict[str, str], outcomes: dict[str, Outcome]
) -> None:
    sure = 0
    for members in truth.groups("near_duplicate").values():
        became = [outcome(row, outcomes)[:2] for row in members]
        if any(verdict == "drop" and stage != "minhash" for verdict, stage in became):
            continue  # something else decided on one of them before
        if all(row.detail.get("jaccard", 1.0) >= 0.9 for row in members):
            sure += 1
            for row, found in zip(members, became, strict=True):
                assert found == (("drop", "minhash") if row.expected == "drop" else ("keep", "")), row
    assert sure >= 1


def test_every_removed_near_duplicate_has_a_witness(
    result: RunResult, compared: dict[str, str], outcomes: dict[str, Outcome]
) -> None:
    rows = decisions(result, "minhash")
    assert len(rows) >= 6
    for row in rows:
        assert (row["verdict"], row["reason"], row["threshold"]) == ("drop", "near_duplicate", 0.8)
        assert outcomes[row["witness"]][0] in ("keep", "cut")
        assert row["score"] >= 0.8
        recomputed = jaccard(compared[row["id"]], compared[row["witness"]])
        assert recomputed >= 0.8
        assert recomputed == pytest.approx(row["score"], abs=0.02)  # words are told apart a little differently here


# -- leaks -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def reached(truth: Truth, outcomes: dict[str, Outcome]) -> list[TruthRow]:
    """The leaks that nothing dropped before contamination was looked for."""
    return [row for row in truth.of("leak") if outcome(row, outcomes)[1] in ("", "contamination")]


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def questions() -> dict[str, list[str]]:
    return {str(item["id"]): words(str(item["question"])) for item in quiz_items()}


def contains(text: list[str], part: list[str]) -> bool:
    return any(text[at : at + len(part)] == part for at in range(len(text) - len(part) + 1))


def test_most_leaks_get_as_far_as_contamination(truth: Truth, reached: list[TruthRow]) -> None:
    assert len(reached) >= 0.8 * len(truth.of("leak")) > 8
    assert {row.detail["form"] for row in reached} == {*LEAK_FORMS, "in a book"}


def test_leaks_are_cut_out(reached: list[TruthRow], outcomes: dict[str, Outcome]) -> None:
    assert {outcome(row, outcomes)[:2] for row in reached} == {("cut", "contamination")}


def test_no_published_document_holds_a_leaked_question(result: RunResult) -> None:
    sought = [(item, GPT3_NGRAM) for item in questions().values()]
    grams = {tuple(item[at : at + n]) for item, n in sought for at in range(len(item) - n + 1)}
    for text in pq.read_table(Path(result.out, "documents"), columns=["text"])["text"].to_pylist():
        found = words(text)
        assert not any(tuple(found[at : at + GPT3_NGRAM]) in grams for at in range(len(found) - GPT3_NGRAM + 1))


def test_pieces_are_the_text_around_the_leak(
    result: RunResult, reached: list[TruthRow], compared: dict[str, str]
) -> None:
    pieces: dict[str, list[str]] = {}
    for row in pq.read_table(Path(result.out, "documents/web"), columns=["parent_id", "text"]).to_pylist():
        pieces.setdefault(row["parent_id"], []).append(row["text"])
    for row in reached:
        text, left = compared[identity(row)], pieces[identity(row)]
        assert all(piece in text for piece in left)
        longest_leak = 400  # characters
        assert sum(map(len, left)) >= len(text) - longest_leak - 2 * WINDOW_CHARS - 2 * MIN_PIECE_CHARS


def test_matches_name_the_right_example_and_span(
    result: RunResult, reached: list[TruthRow], compared: dict[str, str]
) -> None:
    matches: dict[str, list[dict[str, Any]]] = {}
    for match in pq.read_table(Path(result.out, "contamination/matches.parquet")).to_pylist():
        if match["method"] == "gpt3":
            matches.setdefault(match["id"], []).append(match)
    for row in reached:
        (match,) = matches[identity(row)]
        question = questions()[row.detail["example"]]
        assert (match["benchmark"], match["example"], match["action"]) == ("quiz", row.detail["example"], "cut")
        span = words(compared[identity(row)][match["span_start"] : match["span_end"]])
        assert contains(span, question)
        assert len(span) <= len(question) + 12  # an answer may belong to it


def test_clean_documents_are_not_accused(truth: Truth, result: RunResult, compared: dict[str, str]) -> None:
    leaks = {identity(row) for row in truth.of("leak")}
    matches = pq.read_table(Path(result.out, "contamination/matches.parquet"))
    accused = set(matches["id"].to_pylist()) - leaks
    assert len(accused) <= 0.01 * (len(compared) - len(leaks))


def test_examples_tell_dirty_clean_and_short_questions_apart(result: RunResult, reached: list[TruthRow]) -> None:
    leaked = {row.detail["example"] for row in reached}
    examples = pq.read_table(Path(result.out, "contamination/examples.parquet")).to_pylist()
    assert len(examples) == len(quiz_items())
    for row in examples:
        short = row["words"] < GPT3_NGRAM
        assert row["gpt3_status"] == ("too_short" if short else "dirty" if row["example"] in leaked else "clean")
        assert row["gpt3_documents"] == sum(leak.detail["example"] == row["example"] for leak in reached)
    assert {row["gpt3_status"] for row in examples} == {"too_short", "dirty", "clean"}
