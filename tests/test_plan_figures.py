"""`winnow plan`: published mixtures read both ways, the planner against published tables, and what is printed."""

from pathlib import Path

import pytest

from pipeline.cli import main
from pipeline.estimate import estimate
from pipeline.mixture.budget import plan_budget, plan_mixture
from pipeline.published import readings
from pipeline.recipe import load, loads
from pipeline.run import make_plan
from pipeline.stages.tokenizer import shares

BILLION = 10**9


@pytest.fixture
def gpt3():
    published = load("gpt3").published
    assert published is not None
    return published


def test_gpt3_by_its_weights(gpt3):
    found = readings(gpt3)
    assert [row.source for row in found.rows] == ["common_crawl", "webtext2", "books1", "books2", "wikipedia"]
    assert [round(row.epochs_of_weight, 2) for row in found.rows] == [0.44, 3.47, 2.0, 0.44, 3.0]
    assert [round(row.normalised_weight, 3) for row in found.rows] == [0.594, 0.218, 0.079, 0.079, 0.030]
    assert found.weights == 1.01


def test_gpt3_by_its_epochs(gpt3):
    found = readings(gpt3)
    assert [round(100 * row.share_of_epochs, 1) for row in found.rows] == [60.1, 18.4, 7.6, 7.9, 3.4]
    assert round(found.tokens_of_epochs / BILLION) == 292
    assert found["webtext2"].epochs == 2.9


def test_gpt3_runs_by_its_epochs(gpt3):
    unique = {name: row.tokens for name, row in gpt3.sources.items()}
    epochs = {name: row.epochs for name, row in gpt3.sources.items()}
    budget = plan_mixture(unique, 292_150_000_000, 4, epochs=epochs)
    assert [round(100 * row.target_tokens / (300 * BILLION), 1) for row in budget.sources] == [
        60.1,
        18.4,
        7.6,
        7.9,
        3.4,
    ]
    assert [round(row.epochs, 3) for row in budget.sources] == [0.44, 2.9, 1.9, 0.43, 3.4]
    assert budget.notes == ()
    # For the 300 B that were trained on, each source is seen a little more often.
    budget = plan_mixture(unique, 300 * BILLION, 4, epochs=epochs)
    assert [round(row.epochs, 2) for row in budget.sources] == [0.45, 2.98, 1.95, 0.44, 3.49]
    assert budget.notes == (
        "The epochs given ask for 292,150,000,000 tokens; for 300,000,000,000 each source is seen 1.03 times as often.",
    )


def test_palm_in_tokens():
    published = load("palm").published
    assert published is not None
    found = readings(published)
    assert {row.source: round(row.trained_tokens / BILLION) for row in found.rows} == {
        "conversations": 390, "web": 211, "books": 101, "code": 39, "wikipedia": 31, "news": 8,
    }  # fmt: skip
    assert found.weights == 1.0
    assert found.tokens_of_epochs is None
    assert found["web"].epochs_of_weight is None


def test_the_planner_reproduces_chinchilla():
    # Hoffmann et al. 2022 (2203.15556), Table A1: weights, epochs at 1.4 T; tokens from Rae et al. 2021 (2112.11446).
    table = {  # subset: weight, tokens in billions, printed epochs
        "massive_web": (0.45, 506, 1.24), "books": (0.30, 560, 0.75), "c4": (0.10, 182, 0.77),
        "news": (0.10, 676, 0.21), "github": (0.04, 422, 0.13), "wikipedia": (0.01, 4, 3.40),
    }  # fmt: skip
    budget = plan_budget(
        {name: weight for name, (weight, _, _) in table.items()},
        {name: tokens * BILLION for name, (_, tokens, _) in table.items()},
        1_400 * BILLION,
        max_epochs=4,
    )
    assert not budget.short
    assert [round(row.epochs, 3) for row in budget.sources] == [1.245, 0.75, 0.769, 0.207, 0.133, 3.5]
    for row in budget.sources:
        # Wikipedia's 4 B are rounded to a digit, and so is its product.
        assert row.epochs == pytest.approx(table[row.source][2], abs=0.11 if row.source == "wikipedia" else 0.006)


def test_gpt3_and_palm_run_what_they_publish():
    for name in ("gpt3", "palm"):
        recipe = load(name)
        assert recipe.mixture is not None
        assert recipe.published is not None
        assert recipe.mixture.weights == {source: row.weight for source, row in recipe.published.sources.items()}
        assert recipe.mixture.budget_tokens == recipe.published.trained_tokens


def test_a_tokenizer_is_trained_on_the_shares_that_epochs_give_to_text():
    sizes = {"a": 300, "b": 100}
    assert shares(sizes, {"a": 0.9, "b": 0.1}, None) == {"a": 0.9, "b": 0.1}
    assert shares(sizes, None, {"a": 0.5, "b": 1.5}) == {"a": 0.5, "b": 0.5}
    assert shares({"a": 0, "b": 0}, None, {"a": 0.5, "b": 1.5}) == {"a": 0, "b": 0}


RECIPE = """\
name: planned
seed: 7
sources:
  web:
    reader: jsonl
    paths: [web.jsonl]
dedup: {minhash: {ngram: 5, hashes: 112, bands: 14, rows: 8, threshold: 0.8}}
"""


def test_minhash_adds_its_exchanges(tmp_path: Path) -> None:
    (tmp_path / "web.jsonl").write_text('{"text": "one"}\n' * 40_000)
    wide = RECIPE.replace("ngram: 5, hashes: 112, bands: 14, rows: 8", "ngram: 1, hashes: 10, bands: 10, rows: 1")
    found, all_connected = (
        estimate(make_plan(loads(text, folder=tmp_path), str(tmp_path / "out"))) for text in (RECIPE, wide)
    )
    text_bytes = found.tokens["web"] * 4.3
    assert found.exchange_bytes["signatures"] == pytest.approx(text_bytes / 4_000 * 14 * 16, rel=0.1)
    assert found.exchange_bytes["candidates"] == pytest.approx(0.3 * text_bytes, abs=1)
    assert all_connected.exchange_bytes["candidates"] == pytest.approx(text_bytes, abs=1)
    assert all_connected.worker_memory_bytes == found.worker_memory_bytes + all_connected.exchange_bytes["candidates"]
    assert "benchmark_index" not in found.exchange_bytes


def test_benchmarks_count_by_their_size(tmp_path: Path) -> None:
    (tmp_path / "web.jsonl").write_text('{"text": "one"}\n')
    question = (
        '{"question": "Which of the two old mills by the river still grinds grain for the whole valley today?"}\n'
    )
    (tmp_path / "quiz.jsonl").write_text(question)
    recipe = RECIPE + "contamination: {benchmarks: [quiz.jsonl], methods: {gpt3: cut}}\n"
    found = estimate(make_plan(loads(recipe, folder=tmp_path), str(tmp_path / "out")))
    assert found.exchange_bytes["benchmark_index"] == len(question)


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = 0
    try:
        main(["plan", *arguments])
    except SystemExit as stop:
        code = int(stop.code or 0)
    out, err = capsys.readouterr()
    return code, out, err


def test_a_recipe_without_its_files_is_still_described(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "150")
    code, out, err = printed(capsys, "gpt3")
    assert code == 2
    for text in ("Table 2.2", "3.47", "18.4%", "292.1 B", "This recipe runs the weights", "read > extract > quality >"):
        assert text in out
    assert "10 bands of 1 row, shingles of 1 word" in out
    assert "nominates nearly every pair" in out
    assert "minhash threshold" in out
    assert "sources.books2.paths[0]: no file matches" in err
    assert "read other files with --input books2=GLOB" in err
    assert "--set contamination.benchmarks='[GLOB]'" in err


def test_the_curve_is_printed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_text(RECIPE)
    (tmp_path / "web.jsonl").write_text('{"text": "one"}\n')
    code, out, _ = printed(capsys, str(tmp_path / "r.yaml"), "--out", str(tmp_path / "out"))
    assert code == 0
    row = next(line for line in out.splitlines() if "probability" in line)
    assert [cell.strip() for cell in row.strip("│ ").split("│")][1:] == [
        "0.053", "0.211", "0.565", "0.772", "0.924", "0.988", "1.000", "1.000",
    ]  # fmt: skip
    assert "at 0.8 and above one is removed" in out
    assert "nominates nearly every pair" not in out
    assert "Exchanged: signatures" in out
    assert not (tmp_path / "out").exists()
