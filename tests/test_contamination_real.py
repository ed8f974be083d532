"""Real benchmarks planted in real text: every leak is found, and clean text is left alone."""

import gzip
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from contamination_helpers import Run

from pipeline.contamination.benchmarks import list_benchmarks, read_benchmark
from pipeline.contamination.index import load
from pipeline.kernels.ngrams import find
from pipeline.kernels.words import MATCHING, split_words

PLANTED_A_BENCHMARK = 12
BOOK_WORDS = 100_000
WORDS_A_LINE = 8


@dataclass(frozen=True)
class Plant:
    benchmark: str
    example: str
    row: int


def reference(shared: Path, name: str) -> list[str]:
    with gzip.open(shared / "data" / "reference" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
        return [json.loads(line)["text"] for line in file]


def sampled(shared: Path, folder: Path, rows: int | None) -> str:
    """The benchmarks, or of each so many rows, evenly spread."""
    if rows is None:
        return str(shared / "data" / "benchmarks" / "*.jsonl.gz")
    folder.mkdir()
    for path in sorted((shared / "data" / "benchmarks").glob("*.jsonl.gz")):
        lines = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
        (folder / path.name.removesuffix(".gz")).write_bytes(b"".join(lines[:: max(1, len(lines) // rows)]))
    return str(folder / "*.jsonl")


def wrapped(text: str) -> str:
    words = text.split()
    return "\n".join(" ".join(words[at : at + WORDS_A_LINE]) for at in range(0, len(words), WORDS_A_LINE))


@pytest.mark.parametrize("rows", [150, pytest.param(None, marks=pytest.mark.slow)])
def test_planted_leaks_are_all_found_and_clean_text_is_not_accused(
    shared: Path, tmp_path: Path, rows: int | None
) -> None:
    benchmarks = sampled(shared, tmp_path / "benchmarks", rows)
    clean = reference(shared, "c4-sample") + reference(shared, "c4-demo-300")
    book = " ".join(reference(shared, "brown"))
    book_words = book.split()
    assert len(book_words) >= BOOK_WORDS
    dice = np.random.default_rng(3)
    texts, plants = list(clean), []
    in_book = book_words[:BOOK_WORDS]
    for file in list_benchmarks([benchmarks]):
        testable = [each for each in read_benchmark(file.path) if len(split_words(each.text, MATCHING)) >= 13]
        for number in dice.choice(len(testable), min(PLANTED_A_BENCHMARK, len(testable)), replace=False):
            chosen = testable[number]
            for written in (chosen.text, wrapped(chosen.text), chosen.text.upper()):
                host = clean[dice.integers(len(clean))]
                at = host.find(" ", int(dice.integers(len(host))))
                plants.append(Plant(file.name, chosen.name, len(texts)))
                texts.append(f"{host[:at]}\n{written}\n{host[at:]}")
            plants.append(Plant(file.name, chosen.name, -1))
            in_book[int(dice.integers(BOOK_WORDS))] += f"\n{chosen.text}\n"
    plants = [plant if plant.row >= 0 else Plant(plant.benchmark, plant.example, len(texts)) for plant in plants]
    texts.append(" ".join(in_book))

    run = Run(tmp_path / "out", [("a", texts)], [benchmarks])
    places = {identity: row for row, identity in enumerate(run.ids(0))}
    found = {
        (row["benchmark"], row["example"], places[row["id"]]) for row in run.table("matches") if row["method"] == "gpt3"
    }
    missed = [plant for plant in plants if (plant.benchmark, plant.example, plant.row) not in found]
    assert missed == []
    verdicts = run.outcome()
    assert {plant.row for plant in plants} <= verdicts.keys()

    left = [piece for pieces in run.pieces().values() for piece in pieces]
    hits = find(pa.array(left), load(run.graph.work("benchmark_index", "index")).lookup)
    assert 13 not in hits.n

    planted = {(plant.benchmark, plant.example) for plant in plants}
    examples = {(row["benchmark"], row["example"]): row for row in run.table("examples")}
    assert {examples[key]["gpt3_status"] for key in planted} == {"dirty"}
    assert {examples[key]["palm_status"] for key in planted} <= {"dirty", "too_short"}
    accused = [row for row in range(len(clean)) if row in verdicts]
    assert len(accused) <= len(clean) / 100
