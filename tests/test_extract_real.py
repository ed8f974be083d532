"""Real pages: the letters are trafilatura's, no page is lost, and the scores against human gold are trafilatura's."""

import json
import re
import subprocess
import sys
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fastwarc.warc import ArchiveIterator, WarcRecordType

from pipeline.extract import ExtractOptions, Outcome, Page, Sandbox

# Where formulas were lost, or where a space makes trafilatura choose another part of a page.
SHARE_THAT_MAY_DIFFER = 0.03

# In a process of its own: ours replaces trafilatura's parser. Prints the text from the bytes of each page.
PLAIN = """
import json, logging, sys
logging.disable(logging.CRITICAL)
import trafilatura
from fastwarc.warc import ArchiveIterator, WarcRecordType
arguments = json.loads(sys.argv[3])
with open(sys.argv[1], "rb") as file:
    for number, record in enumerate(ArchiveIterator(file, record_types=WarcRecordType.response)):
        if number % int(sys.argv[2]) == 0:
            text = trafilatura.extract(
                record.reader.read(), include_comments=False, deduplicate=False, **arguments
            )
            print(json.dumps(text))
"""


def read(file: Path, step: int) -> list[tuple[str, Page]]:
    with file.open("rb") as stream:
        records = ArchiveIterator(stream, record_types=WarcRecordType.response)
        return [
            (record.record_id, Page(record.reader.read(), record.http_charset, record.headers["WARC-Target-URI"]))
            for record in islice(records, 0, None, step)
        ]


def compare(
    file: Path, step: int, options: ExtractOptions, **arguments: bool
) -> tuple[list[Outcome], list[str | None]]:
    command = [sys.executable, "-c", PLAIN, str(file), str(step), json.dumps(arguments)]
    plain = subprocess.Popen(command, stdout=subprocess.PIPE)
    with Sandbox(options) as sandbox:
        outcomes = list(sandbox.extract(page for _, page in read(file, step)))
    printed, _ = plain.communicate()
    return outcomes, [json.loads(line) for line in printed.splitlines()]


def differing(outcomes: list[Outcome], plain: list[str | None]) -> list[Outcome]:
    """Outcomes whose letters and digits are not trafilatura's; it glues some words."""
    return [
        outcome
        for outcome, text in zip(outcomes, plain, strict=True)
        if re.sub(r"\W+", "", outcome.text or "") != re.sub(r"\W+", "", text or "")
    ]


@pytest.mark.parametrize("name", ["zyte-articles", "daniel-multilingual", "trafilatura-eval", "wcxb", "forms-pages"])
def test_the_letters_are_trafilaturas(shared: Path, name: str) -> None:
    outcomes, plain = compare(shared / f"data/extraction/{name}.warc.gz", 40, ExtractOptions())
    assert len(outcomes) > 3
    assert len(differing(outcomes, plain)) <= len(outcomes) * SHARE_THAT_MAY_DIFFER


@pytest.mark.parametrize(
    ("options", "arguments"),
    [
        (ExtractOptions(fast=True), {"fast": True}),
        (ExtractOptions(favor="precision"), {"favor_precision": True}),
        (ExtractOptions(favor="recall"), {"favor_recall": True}),
    ],
)
def test_the_letters_are_trafilaturas_under_its_options(
    shared: Path, options: ExtractOptions, arguments: dict[str, bool]
) -> None:
    outcomes, plain = compare(shared / "data/extraction/zyte-articles.warc.gz", 15, options, **arguments)
    assert not differing(outcomes, plain)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "metric", "expected"),
    [
        ("zyte-articles", "f1", 0.964),
        ("cleanportaleval", "f1", 0.821),
        ("daniel-multilingual", "f1", 0.845),
        ("trafilatura-eval", "snippet_f1", 0.925),
        ("wcxb", "f1", 0.839),
    ],
)
def test_scores_against_human_gold(shared: Path, tmp_path: Path, name: str, metric: str, expected: float) -> None:
    """Trafilatura alone scores `expected`; decoding, formulas and separated words make a few texts differ."""
    file = shared / f"data/extraction/{name}.warc.gz"
    outcomes, plain = compare(file, 1, ExtractOptions())
    pages = read(file, 1)
    assert len(differing(outcomes, plain)) <= len(pages) * SHARE_THAT_MAY_DIFFER
    for outcome, text in zip(outcomes, plain, strict=True):
        assert outcome.text or outcome.verdict == "quarantine" or not text
    table = pa.table(
        {
            "text": pa.array([outcome.text for outcome in outcomes], pa.string()),
            "url": pa.array([page.url for _, page in pages], pa.string()),
            "metadata": pa.array([[("warc_record_id", key)] for key, _ in pages], pa.map_(pa.string(), pa.string())),
        }
    )
    pq.write_table(table, tmp_path / "documents.parquet")
    gold = shared / f"data/extraction/{name}.gold.jsonl.gz"
    scorer = shared / "checks/score_extraction.py"
    command = [sys.executable, str(scorer), "--json", "--documents", str(tmp_path), "--gold", str(gold)]
    scores = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)[0]
    assert scores[metric] == pytest.approx(expected, abs=0.005)
