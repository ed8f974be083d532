"""Earlier runs: whose documents these were compared with, and how many went because of each."""

from pipeline.report.figures import Figures
from pipeline.report.markup import count, escape, number, plural, section, table
from pipeline.report.stage_figures import EarlierRuns


def against(figures: Figures) -> str:
    """The runs with what went because of them, by source and method."""
    found = figures.against
    if found is None:
        return ""
    removed = sum(row.count for row in found.removed)
    lead = (
        f"{plural(removed, 'document')} removed because {plural(len(found.runs), 'earlier run')} kept one like them. "
        "The earlier documents always stay; decisions say where each stands."
    )
    return section("earlier", "Earlier runs", _runs(found) + _by_source(found) + _settings(found), escape(lead))


def _runs(found: EarlierRuns) -> str:
    rows = []
    for run in found.runs:
        mine = [row for row in found.removed if row.index == run.index]
        equal = sum(row.count for row in mine if row.method == "exact")
        total = sum(row.count for row in mine)
        rows.append((run.run, run.index, count(run.documents), count(equal), count(total - equal)))
    head = ["Run", "Its index", "Its documents", "Removed as equal texts", "Removed as near-duplicates"]
    return table("Documents removed, by the run that has them", head, rows, text_columns=2)


def _by_source(found: EarlierRuns) -> str:
    names = {run.index: run.run for run in found.runs}
    rows = [(row.source, names[row.index], row.method, count(row.count)) for row in found.removed]
    return table("By source", ["Removed from", "Run", "Found by", "Documents"], rows, text_columns=3) if rows else ""


def _settings(found: EarlierRuns) -> str:
    settings = found.settings
    if settings is None:
        return ""
    facts = (
        f"{plural(settings['comparisons'], 'comparison')} of texts, removed from {number(settings['threshold'])} on. "
        f"{plural(settings['unchecked'], 'document')} had more candidates than are compared, "
        f"{plural(settings['truncated'], 'look-up')} met a key that more earlier documents have."
    )
    return f'<p class="note">{escape(facts)}</p>'
