"""What the report says about the language gate, counted from decision files."""

import json
from pathlib import Path

import pytest
from report_output import FakeOutput

from pipeline.report import write_report
from pipeline.report.sections.gate import upper_bound


def test_drops_checks_and_losses(tmp_path: Path) -> None:
    made = FakeOutput(tmp_path, {"web": ["read", "extract", "language"], "raw": ["read", "extract", "language"]})
    made.file("web", "a.warc", 100)
    made.file("raw", "b.warc", 1)
    made.document("raw", "b.warc", 0, "Some text.")
    details = [
        "de 0.9731", "fr 0.8000", "de 0.9000; main text: de 0.9912", "de 0.9000; main text: none",
        "de 0.9000; main text: en 0.9100", "de 0.9000; main text: en 0.5000",
    ]  # fmt: skip
    for ordinal in range(80):
        detail = details[ordinal] if ordinal < len(details) else "de 0.9731"
        made.verdict("extract", "web", "a.warc", ordinal, "drop", "language_gate", detail=detail)
    for ordinal in range(80, 100):
        made.document("web", "a.warc", ordinal, "Some text.")
    out = made.write()
    path = tmp_path / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["recipe"]["languages"] = {"keep": ["en"], "min_score": 0.65, "model": "lid.176"}
    manifest["recipe"]["sources"]["web"]["extract"] = {"method": "trafilatura", "language_gate": True}
    path.write_text(json.dumps(manifest))
    write_report(out)
    figures = json.loads((tmp_path / "report.json").read_text())
    assert figures["language_gates"] == [{"source": "web", "dropped": 80, "checked": 4, "lost": 1, "wanted": 20}]
    page = (tmp_path / "report.html").read_text()
    row = page.split('<section id="gate">')[1].split("</section>")[0].split("<tbody>")[1]
    assert "50.0" in row  # 1 of 4 of 80 are 20 lost, as many as passed
    assert ">20<" in row


def test_upper_bound() -> None:
    assert upper_bound(0, 1000) == pytest.approx(0.0027, abs=1e-4)
    assert upper_bound(500, 1000) == pytest.approx(0.526, abs=1e-3)
    assert upper_bound(3, 3) == 1
