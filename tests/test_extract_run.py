"""A run over pages that an extractor cannot do and pages that the language gate drops: all of it is on record."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from test_bad_input import winnow
from test_extract_page import GESCHICHTE, html

from pipeline.quickstart.archives import Response, WarcFile

RECIPE = """\
name: extract
seed: 1
sources:
  web: {reader: warc, paths: ["*.warc.gz"], extract: {method: trafilatura, language_gate: true}}
languages: {keep: [en], min_score: 0.65}
"""
GERMAN_PAGES = 200
PROGRAM = "<pre>def haul(net):\n    return [fish for fish in net if fish.size &gt; 20]\n\nprint(haul(night))</pre>"
DATE = "2026-01-02T03:04:05Z"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    warc = WarcFile("pages.warc.gz", DATE)
    deep = html().replace("<article>", "<article>" + "<div>" * 300)
    pages = [
        html(),
        deep.replace("</article>", f"{PROGRAM}</article>"),
        *(html(f"{GESCHICHTE} Tag {number}. ") for number in range(GERMAN_PAGES)),
    ]
    for number, text in enumerate(pages):
        warc.add(Response(f"https://example.org/{number}", DATE, text.encode()))
    (folder / warc.name).write_bytes(warc.content())
    (folder / "recipe.yaml").write_text(RECIPE)
    done = winnow("run", "recipe.yaml", "--out", "out", "--workers", "1", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder


def rows(folder: Path, kind: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for path in sorted((folder / "out" / kind).rglob("*.parquet")):
        found += pq.read_table(path).to_pylist()
    return found


def test_the_text_is_kept_and_the_reason_is_on_record(folder: Path) -> None:
    documents = {row["url"]: row for row in rows(folder, "documents")}
    assert sorted(documents) == ["https://example.org/0", "https://example.org/1"]
    plain, deep = documents.values()
    assert str(deep["text"]).count("before sunrise") == str(plain["text"]).count("before sunrise") == 4
    assert plain["metadata"]["extract_fallback"] is None  # type: ignore[index]
    assert deep["metadata"]["extract_fallback"].startswith("too_deep: trafilatura: ")  # type: ignore[index]
    assert plain["metadata"]["code_languages"] is None  # type: ignore[index]
    assert deep["metadata"]["code_languages"] == "python"  # type: ignore[index]
    assert 0.03 < float(deep["metadata"]["code_share"]) < 0.12  # type: ignore[index]
    decision = next(row for row in rows(folder, "decisions/extract") if row["url"] == "https://example.org/1")
    assert (decision["verdict"], decision["reason"], decision["rows_out"]) == ("cut", "too_deep", 1)
    assert str(decision["detail"]).endswith("the text is learned's")


def test_the_report_counts_both_and_the_ledger_balances(folder: Path) -> None:
    report = json.loads((folder / "out" / "report.json").read_text())
    stage = next(row for row in report["stages"] if row["stage"] == "extract")
    assert (stage["rows_in"], stage["rows_out"], stage["dropped"], stage["cut"]) == (202, 2, GERMAN_PAGES, 1)
    assert report["code_blocks"] == [{"source": "web", "code_language": "python", "documents": 1}]
    [gate] = report["language_gates"]
    assert (gate["dropped"], gate["lost"], gate["wanted"]) == (GERMAN_PAGES, 0, 2)
    checked = [row for row in rows(folder, "decisions/extract") if "; main text: de " in str(row["detail"])]
    assert gate["checked"] == len(checked) > 0
    assert winnow("verify", "out", cwd=folder).returncode == 0
    explained = winnow("explain", "out", "https://example.org/1", cwd=folder)
    assert "too_deep" in explained.stdout + explained.stderr
