"""Benchmark files of common layouts, and files that are damaged, empty or something else."""

import csv
import gzip
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from pipeline.contamination.benchmarks import check_benchmark, list_benchmarks, read_benchmark
from pipeline.contamination.layouts import Example, Fields, example
from pipeline.errors import WinnowError


def parts(row: dict[str, Any]) -> tuple[str, str]:
    found = example(row, 0)
    assert found.problem is None
    return found.prompt, found.target


@pytest.mark.parametrize(
    ("row", "prompt", "target"),
    [
        ({"question": "How many?", "answer": "Four."}, "How many?", "Four."),
        ({"query": "Which?", "choices": ["this", "that"], "gold": 1}, "Which?", "that"),
        ({"ctx": "She runs and", "endings": ["falls", "wins"], "label": "0"}, "She runs and", "falls"),
        ({"prompt": "def f():", "canonical_solution": " return 1"}, "def f():", " return 1"),
        ({"text": "Write it.", "code": "pass"}, "Write it.", "pass"),
        ({"Question": "Is it?", "Best Answer": "No.", "Source": "https://a.example"}, "Is it?", "No."),
        ({"context": "Once upon a", "continuation": "time"}, "Once upon a", "time"),
        ({"input": "2 + 2", "target": "4", "task": "sums"}, "2 + 2", "4"),
        ({"passage": "P.", "question": "Q?", "answer": True}, "P.\nQ?", "true"),
        ({"question": "Q?", "options": ["a b", "c d"], "answer": "B"}, "Q?", "c d"),
        ({"question": "Q?", "choices": ["a b", "c d"], "answer": "c d"}, "Q?", "c d"),
        ({"question": "Q?", "choices": ["a b", "c d"], "answer": "1", "subject": "s"}, "Q?", "c d"),
        ({"question": "Q?", "choices": {"text": ["x", "y"], "label": ["1", "2"]}, "answerKey": "2"}, "Q?", "y"),
        ({"question": {"stem": "Q?", "choices": [{"text": "x", "label": "A"}]}, "answerKey": "A"}, "Q?", "x"),
        (
            {"context": "C.", "question": "Q?", "answers": {"text": ["A", "A", "B"], "answer_start": [1]}},
            "C.\nQ?",
            "A\nB",
        ),
        ({"question": "Q?", "answer": {"value": "V", "aliases": ["W"]}}, "Q?", "V"),
        ({"context_options": ["Ann so Ann", "Ann so Bea"], "gold": 1, "continuation": "won."}, "Ann so Bea", "won."),
        ({"problem": "P?", "solution": "Since so.", "answer": 42}, "P?", "Since so.\n42"),
        ({"answer": "alone"}, "", "alone"),
        ({"question": "Q?", "choices": ["a", "b"], "gold": 7}, "Q?", ""),
        ({"turns": ["First.", "Second."]}, "First.\nSecond.", ""),
    ],
)
def test_layouts(row: dict[str, Any], prompt: str, target: str) -> None:
    assert parts(row) == (prompt, target)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ([1], "an object is expected, not a list"),
        ("text", "an object is expected, not a string"),
        (None, "an object is expected, not null"),
        ({"words": "a"}, "no known field among words"),
        ({}, "no known field among none at all"),
        ({"question": " \n", "answer": ""}, "empty text"),
        ({"question": None}, "empty text"),
        ({"question": "half \ud800"}, "not UTF-8"),
    ],
)
def test_rows_without_an_example_are_named_with_the_reason(row: Any, problem: str) -> None:
    assert example(row, 3).problem == problem
    assert example(row, 3).text == ""


def test_names_are_ids_or_row_numbers_and_never_twice_the_same(tmp_path: Path) -> None:
    rows = [
        {"question": "a"},
        {"question": "b", "task_id": "T/1"},
        {"question": "c", "task_id": "T/1"},
        {"question": "d", "id": 0},
        {"question": "e", "id": ["no", "name"]},
    ]
    (tmp_path / "b.jsonl").write_text("\n".join(map(json.dumps, rows)))
    assert [found.name for found in read_benchmark(str(tmp_path / "b.jsonl"))] == ["0", "T/1", "T/1#2", "0#3", "4"]


ROWS = [{"question": "One or two?", "answer": "one"}, {"question": "Über \u4e2d?", "answer": 'a, "b"\nc'}]
TEXTS = ["One or two?\none", 'Über \u4e2d?\na, "b"\nc']


def as_lines(rows: list[Any]) -> bytes:
    return "".join(json.dumps(row) + "\n\n" for row in rows).encode()


def as_csv(path: Path, delimiter: str) -> None:
    with open(path, "w", newline="", encoding="utf-8-sig") as file:
        writer = csv.DictWriter(file, ROWS[0], delimiter=delimiter)
        writer.writeheader()
        writer.writerows(ROWS)


def test_every_format_and_compression_gives_the_same_examples(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(as_lines(ROWS))
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(as_lines(ROWS)))
    (tmp_path / "c.ndjson.zst").write_bytes(zstandard.compress(as_lines(ROWS)))
    (tmp_path / "d.json").write_text(json.dumps(ROWS))
    (tmp_path / "e.json").write_text(json.dumps({"canary": "c", "examples": ROWS}))
    (tmp_path / "f.json").write_bytes(as_lines(ROWS))
    as_csv(tmp_path / "g.csv", ",")
    as_csv(tmp_path / "h.tsv", "\t")
    pq.write_table(pa.Table.from_pylist(ROWS), tmp_path / "i.parquet")
    squad = {"data": [{"title": "t", "paragraphs": [{"qas": [{**ROWS[0]}, {**ROWS[1]}]}]}]}
    (tmp_path / "j.json").write_text(json.dumps(squad))
    found = {path.name: read_benchmark(str(path)) for path in sorted(tmp_path.iterdir())}
    assert len(found) == 10
    assert {name: [each.text for each in examples] for name, examples in found.items()} == dict.fromkeys(found, TEXTS)
    assert all([each.name for each in examples] == ["0", "1"] for examples in found.values())


def test_a_row_of_one_json_object_and_squads_contexts(tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text(json.dumps(ROWS[0]))
    assert [each.text for each in read_benchmark(str(tmp_path / "one.json"))] == TEXTS[:1]
    row = {"paragraphs": [{"context": "C.", "qas": [{"id": "q1", "question": "Q?", "answers": [{"text": "A"}]}]}]}
    (tmp_path / "squad.json").write_text(json.dumps({"data": [row]}))
    found = read_benchmark(str(tmp_path / "squad.json"))
    assert [(each.name, each.prompt, each.target) for each in found] == [("q1", "C.\nQ?", "A")]


def test_bad_lines_are_listed_and_stop_nothing(tmp_path: Path) -> None:
    lines = [
        b'{"question": "fine"}',
        b"{not json",
        b'{"question": "\xff"}',
        b"[" * 100_000,
        b'{"question": "x", "n": NaN}',
    ]
    (tmp_path / "b.jsonl").write_bytes(b"\n".join(lines))
    found = read_benchmark(str(tmp_path / "b.jsonl"))
    assert [each.problem is None for each in found] == [True, False, False, False, True]
    assert found[1].problem is not None
    assert found[1].problem.startswith("not JSON: ")
    assert found[2].problem == "not UTF-8"


def test_a_csv_row_that_is_not_utf8_is_listed(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_bytes(b"question,answer\nfine,yes\n\xff,no\n" + b"long," + b"x" * 200_000)
    assert [each.problem for each in read_benchmark(str(tmp_path / "b.csv"))] == [None, "not UTF-8", None]


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.jsonl", b"", "is empty"),
        ("a.jsonl", b"\n \n", "is empty"),
        ("a.json", b"[]", "is empty"),
        ("a.csv", b"question,answer\n", "is empty"),
        (
            "a.jsonl",
            b'{"words": "w", "label": 1}\n' * 3,
            "none of its 3 rows has text in a known field.*Its fields: words",
        ),
        ("a.jsonl", b'{"question": ""}', "first: empty text"),
        ("a.jsonl", b"\x00\x01", "first: not JSON"),
        ("a.jsonl.gz", gzip.compress(as_lines(ROWS), mtime=0)[:-20], "cannot be read: damaged"),
        ("a.parquet", b"PAR1 no", "cannot be read"),
        ("a.txt", b"question", "ends in none of .jsonl"),
    ],
)
def test_a_file_without_examples_is_an_error_that_names_it(tmp_path: Path, name: str, data: bytes, words: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    for read in (read_benchmark, check_benchmark):
        with pytest.raises(WinnowError, match=words) as error:
            read(str(path))
        assert str(path) in str(error.value)


def test_a_check_reads_no_further_than_the_first_example(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b"{}\n" + as_lines(ROWS) + b"{broken")
    check_benchmark(str(tmp_path / "a.jsonl"))


def test_benchmarks_are_named_by_file_and_by_folder_where_two_are_equal(tmp_path: Path) -> None:
    for name in ("x/dev.jsonl", "y/dev.jsonl.gz", "y/quiz.v2.jsonl", "y/same.json", "y/same.csv"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    found = list_benchmarks([str(tmp_path / "x"), str(tmp_path / "y/*"), str(tmp_path / "x/dev.jsonl")])
    assert [benchmark.name for benchmark in found] == ["quiz.v2", "x/dev", "y/dev", "y/same.csv", "y/same.json"]
    assert found[0].path == str(tmp_path / "y/quiz.v2.jsonl")


def test_a_pattern_without_files_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(WinnowError, match=r"^contamination\.benchmarks: no file matches"):
        list_benchmarks([str(tmp_path / "*.jsonl")])


def test_fields_by_name_go_before_the_known_ones_in_rows_that_have_them() -> None:
    given = Fields.of({"prompt": ["Frage"], "target": ["antwort"], "name": ["nummer"]})
    named = {"nummer": "q", "frage": "Was?", "Antwort": "Das.", "text": "not looked at"}
    assert example(named, 1, given) == Example("q", "Was?", "Das.")
    assert example({"question": "What?", "answer": "That."}, 2, given) == Example("2", "What?", "That.")
    assert example({"nummer": "n"}, 3, given).problem == "no known field among nummer"
    assert example(named, 1).prompt == "not looked at"
