"""What a run says of languages: thresholds for each, mixed documents, short ones, and what was dropped for which."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from test_bad_input import decisions, winnow
from test_tag_document_language import ENGLISH, GERMAN, RUSSIAN

RECIPE = """\
name: languages
seed: 1
sources:
  notes: {reader: jsonl, paths: ["notes.jsonl"]}
languages: {keep: {en: 0.3, de: 0.95, sr: 0.65}}
"""
SURE = "Am Morgen kam der Wind, und das Boot blieb im Hafen. "
DOUBTFUL = "Das Boot legt um sieben ab."  # .81 by lid.176, less by both models
CYRILLIC_SERBIAN = "Река је ноћу полако расла, и до јутра су доња поља била под водом. Нико није знао зашто. "
TEXTS = {
    "plain": ENGLISH * 5,
    "mixed": ENGLISH * 40 + GERMAN * 20,
    "short": "The end",
    "sure": SURE * 3,
    "doubtful": DOUBTFUL,
    "russian": RUSSIAN * 3,
    "serbian": CYRILLIC_SERBIAN * 3,
    "empty": "12 + 30 = 42",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    lines = [json.dumps({"id": name, "text": text}) for name, text in TEXTS.items()]
    (folder / "notes.jsonl").write_text("\n".join(lines) + "\n")
    (folder / "recipe.yaml").write_text(RECIPE)
    done = winnow("run", "recipe.yaml", "--out", "out", "--workers", "1", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder


def test_each_language_has_its_own_threshold(folder: Path) -> None:
    kept = {row["native_id"]: row for path in (folder / "out/documents").rglob("*.parquet") for row in read(path)}
    assert {name: row["language"] for name, row in kept.items()} == {
        "plain": "en", "mixed": "en", "short": "en", "sure": "de", "serbian": "sr"
    }  # fmt: skip
    dropped = {row["native_id"]: row for row in decisions(folder) if row["stage"] == "language"}
    assert {name: row["reason"] for name, row in dropped.items()} == {
        "doubtful": "language_score_low", "russian": "language_not_kept", "empty": "language_not_kept"
    }  # fmt: skip
    assert dropped["doubtful"]["threshold"] == pytest.approx(0.95)
    assert 0 < float(str(dropped["doubtful"]["score"])) < 0.95
    assert [dropped[name]["detail"] for name in ("russian", "empty")] == ["ru", "und"]


def test_mixed_and_uncertain_documents_say_so(folder: Path) -> None:
    said = {row["native_id"]: row["metadata"] for p in (folder / "out/documents").rglob("*.parquet") for row in read(p)}
    assert {name: of["script"] for name, of in said.items()} == dict.fromkeys(said, "Latn") | {"serbian": "Cyrl"}
    assert {name for name, of in said.items() if of["second_language"]} == {"mixed"}
    assert said["mixed"]["second_language"] == "de"
    assert float(said["mixed"]["second_language_share"]) == pytest.approx(1 / 3, abs=0.12)
    assert {name for name, of in said.items() if of["language_uncertain"]} == {"short"}


def test_the_report_counts_them_and_explain_tells_the_threshold(folder: Path) -> None:
    report = json.loads((folder / "out/report.json").read_text())
    rows = {row["language"]: row for row in report["languages"]}
    assert (rows["en"]["documents"], rows["en"]["mixed"], rows["en"]["uncertain"]) == (3, 1, 1)
    assert (rows["de"]["documents"], rows["de"]["mixed"], rows["de"]["uncertain"]) == (1, 0, 0)
    explained = winnow("explain", "out", "doubtful", cwd=folder).stdout
    assert "language_score_low" in explained
    assert "0.95" in explained
    assert winnow("verify", "out", cwd=folder).returncode == 0


def read(path: Path) -> list[dict[str, dict[str, str]]]:
    found: list[dict[str, dict[str, str]]] = pq.read_table(path).to_pylist()
    return found
