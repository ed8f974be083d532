"""What a run did, for people: `report.html` and `report.json`, `winnow explain` and `winnow inspect`.

    path = write_report("OUT")

All figures are counted from the published files; the report is one page that needs no network and no JavaScript.
"""

import dataclasses
import json

from pipeline.engine import storage
from pipeline.report.figures import Figures
from pipeline.report.files import Output
from pipeline.report.gather import gather
from pipeline.report.page import page

__all__ = ["Figures", "write_report"]


def write_report(out: str) -> str:
    """Write OUT/report.json (`figures.Figures`) and OUT/report.html; returns the path of the page.

    Raises OutputMismatch where OUT holds nothing that can be reported, ConservationError where its counts disagree.
    """
    output = Output.open(out)
    figures = gather(output)
    data = json.dumps(dataclasses.asdict(figures), indent=1, ensure_ascii=False, allow_nan=False)
    storage.write_bytes(storage.join(out, "report.json"), data.encode() + b"\n")
    path = storage.join(out, "report.html")
    storage.write_bytes(path, page(figures, output.manifest["recipe"]).encode())
    return path
