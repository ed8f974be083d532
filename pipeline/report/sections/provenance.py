"""How the run was made: time by stage, inputs, versions, the recipe."""

import json
from typing import Any

from pipeline.report.charts import Bar, Part, bars
from pipeline.report.figures import Figures
from pipeline.report.markup import count, details, escape, figure, plural, section, size, table

INPUTS_SHOWN = 200


def timing(figures: Figures) -> str:
    """Seconds in which each engine stage had tasks running."""
    found = figures.timing
    if found is None:
        return ""
    workers = "one worker a core" if found.workers is None else plural(found.workers, "worker")
    lead = f"{_clock(found.seconds)} on the {found.driver} driver with {workers}."
    rows = [
        Bar(stage, _clock(seconds), (Part(seconds, "planned", f"{stage}: {_clock(seconds)}"),))
        for stage, seconds in found.stages.items()
    ]
    chart = figure(
        "Time by stage",
        bars(rows),
        "Time in which a stage had tasks running; work kept from an earlier run takes none.",
    )
    return section("time", "Time", chart or "<p>All work was there already.</p>", escape(lead))


def _clock(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {rest:02d} s"


def provenance(figures: Figures, recipe: dict[str, Any]) -> str:
    """Inputs, versions and the recipe with all its defaults."""
    sources = table(
        "Inputs by source",
        ["Source", "Reader", "Files", "Size", "Records", "Documents kept"],
        [
            (row.source, row.reader, count(row.files), size(row.bytes), count(row.records), count(row.documents))
            for row in figures.sources
        ],
        text_columns=2,
    )
    files = table(
        "Input files",
        ["Source", "File", "Size", "Records"],
        [(row.source, row.path, size(row.bytes), count(row.records)) for row in figures.inputs[:INPUTS_SHOWN]],
        text_columns=2,
    )
    more = sum(row.files for row in figures.sources) - min(len(figures.inputs), INPUTS_SHOWN)
    if more > 0:
        files += f'<p class="note">{count(more)} more files: manifest.json lists them.</p>'
    versions = table("Versions", ["Library", "Version"], figures.versions.items(), text_columns=2)
    text = json.dumps(recipe, indent=2, ensure_ascii=False)
    body = (
        sources
        + details("Input files", files)
        + details("Versions of the libraries that decide on bytes", versions)
        + details("The recipe with its defaults", f'<pre tabindex="0">{escape(text)}</pre>')
    )
    return section("provenance", "Inputs and recipe", body)
