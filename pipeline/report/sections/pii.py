"""Personal data: what was found in the documents that stayed, and what was done with it."""

from pipeline.report.figures import Figures
from pipeline.report.markup import count, escape, section, share, table

_NAMES = {"email": "e-mail addresses", "ip": "public IP addresses", "phone": "phone numbers", "keys": "keys and tokens"}
_DONE = {"mask": "replaced", "measure": "counted, left as it was"}


def personal_data(figures: Figures) -> str:
    """A row a source and kind that was found; nothing where the recipe does not ask."""
    total = {row.source: row.documents for row in figures.sources}
    rows = [
        (
            row.source, _NAMES[row.kind], _DONE[row.action],
            ", ".join(f"{rule.replace('_', ' ')} {count(places)}" for rule, places in row.rules.items()) or "–",
            count(row.places), count(row.documents), share(row.documents, total[row.source]),
        )
        for row in figures.pii
        if row.places
    ]  # fmt: skip
    head = ("Source", "Kind", "What happens", "By rule", "Places", "Documents", "Of its documents")
    lead = (
        "Found by rules in the documents that stayed, after all other decisions. Other files of this output, such as "
        "samples of what was dropped and tables of repeated and benchmark text, show text as their stages saw it."
    )
    body = table("What was found", head, rows, text_columns=4) if rows else ""
    return section("pii", "Personal data", body + _none(figures), lead)


def _none(figures: Figures) -> str:
    """What was looked for and is nowhere."""
    missing: dict[str, list[str]] = {}
    for row in figures.pii:
        if not row.places:
            missing.setdefault(_NAMES[row.kind], []).append(row.source)
    if not missing:
        return ""
    named = "; ".join(f"{name} in {', '.join(sources)}" for name, sources in missing.items())
    return f'<p class="note">Looked for and not found: {escape(named)}.</p>'
