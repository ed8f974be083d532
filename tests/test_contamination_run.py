"""All methods through `winnow run`, `report` and `verify`, and a verify that notices."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from test_bad_input import winnow
from test_contamination_stages import item, leaked, prose

from pipeline.publish import read_manifest
from pipeline.recheck_contamination import recheck

RECIPE = """\
name: leaks
seed: 1
sources:
  notes: {reader: jsonl, paths: ["notes.jsonl"]}
contamination:
  benchmarks: ["quiz.jsonl"]
  methods: {winnow: cut, gpt3: cut, gopher: drop, palm: measure, llama3: measure}
  fields: {prompt: [frage], target: [antwort], name: [nummer]}
  llama3_thresholds: {quiz: 0.5}
"""


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("leaks")
    quiz = [{"frage": item(n)["question"], "antwort": item(n)["answer"], "nummer": f"q{n}"} for n in range(6)]
    quiz += [quiz[0], {"frage": "", "nummer": "empty"}, {"nummer": "nothing"}]
    changed = leaked(item(1)).split()
    changed[5] = changed[17] = changed[29] = "other"
    texts = [
        f"{prose(10, 90)}\n<p>{leaked(item(0)).upper()}</p>\n{prose(11, 90)}",
        f"{prose(12, 90)}\n{' '.join(changed)}\n{prose(13, 90)}",
        leaked(item(2)),
        prose(14, 90),
    ]
    (folder / "notes.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    (folder / "quiz.jsonl").write_text("".join(json.dumps(row) + "\n" for row in quiz))
    (folder / "recipe.yaml").write_text(RECIPE)
    done = winnow("run", "recipe.yaml", "--out", "out", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder / "out"


def matches(out: Path) -> list[dict[str, object]]:
    return pq.read_table(out / "contamination/matches.parquet").to_pylist()


def test_what_each_method_found(out: Path) -> None:
    found = {(row["method"], row["example"]) for row in matches(out)}
    assert {example for method, example in found if method == "winnow"} == {"q0", "q0#6", "q1", "q2"}
    assert {example for method, example in found if method == "gpt3"} == {"q0", "q0#6", "q2"}
    assert {example for method, example in found if method == "gopher"} == {"q2"}
    examples = {row["example"]: row for row in pq.read_table(out / "contamination/examples.parquet").to_pylist()}
    assert [examples[name]["winnow_status"] for name in ("q1", "q3", "empty", "nothing")] == [
        "dirty", "clean", "unreadable", "unreadable"
    ]  # fmt: skip
    assert examples["q1"]["llama3_status"] == "dirty"


def test_report_and_verify_know_all_methods(out: Path) -> None:
    page = (out / "report.html").read_text()
    assert all(name in page for name in ("Winnow", "GPT-3", "PaLM", "Gopher", "Llama 3"))
    done = winnow("verify", "out", cwd=out.parent)
    assert done.returncode == 0, done.stdout
    assert "Every span of benchmark text holds what it says" in done.stdout


@pytest.mark.parametrize(
    ("method", "column", "by", "says"),
    [
        ("gpt3", "span_start", -9, "do not hold the same words"),
        ("winnow", "span_end", -80, "the span holds"),
        ("palm", "span_end", 10**6, "outside of the document"),
        ("llama3", "example_start", 10**6, "outside of it"),
    ],
)
def test_verify_notices_a_span_that_is_none(out: Path, method: str, column: str, by: int, says: str) -> None:
    path = out / "contamination/matches.parquet"
    before = path.read_bytes()
    rows = matches(out)
    next(row for row in rows if row["method"] == method)[column] += by  # type: ignore[operator]
    try:
        pq.write_table(pa.Table.from_pylist(rows, pq.read_schema(path)), path)
        (problem,) = recheck(str(out), read_manifest(str(out)))
        assert says in problem
        pq.write_table(pa.Table.from_pylist([], pq.read_schema(path)), path)
        assert "3 documents were cut or dropped without a match" in " ".join(recheck(str(out), read_manifest(str(out))))
    finally:
        path.write_bytes(before)


def test_a_threshold_of_no_benchmark_is_refused(out: Path) -> None:
    recipe = out.parent / "wrong.yaml"
    recipe.write_text(RECIPE.replace("{quiz: 0.5}", "{quizz: 0.5}"))
    done = winnow("run", "wrong.yaml", "--out", "elsewhere", cwd=out.parent)
    assert done.returncode != 0
    assert "names no benchmark 'quizz'; there are quiz" in done.stderr
