"""The page: head, tiles, warnings, contents and sections, in the order in which a reader asks."""

import re
from typing import Any

from pipeline.report.figures import Figures
from pipeline.report.markup import count, escape, plural, share, size
from pipeline.report.palette import Palette
from pipeline.report.sections import (
    against,
    composition,
    contamination,
    documents,
    flow,
    gate,
    near,
    pii,
    provenance,
    quality,
    reasons,
    samples,
    training,
)
from pipeline.report.style import PATTERNS, STYLE


def page(figures: Figures, recipe: dict[str, Any]) -> str:
    """report.html: one file, without scripts and without anything from elsewhere. `recipe` is the manifest's."""
    palette = Palette.of(figures)
    body = [
        flow.funnel(figures, palette),
        reasons.reasons(figures),
        reasons.quarantine(figures),
        gate.language_gate(figures),
        documents.duplicates(figures),
        quality.quality(figures),
        near.near(figures),
        against.against(figures),
        contamination.contamination(figures),
        pii.personal_data(figures),
        documents.languages(figures, palette),
        documents.formats(figures, palette),
        documents.lengths(figures, palette),
        documents.hosts(figures),
        training.mixture(figures),
        composition.composition(figures, palette),
        training.shards(figures),
        samples.samples(figures),
        provenance.timing(figures),
        provenance.provenance(figures, recipe),
    ]
    sections = "".join(body)
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(figures.recipe_name)} – Winnow report</title><style>{STYLE}</style></head>\n<body>{PATTERNS}"
        f"{_header(figures)}{_contents(sections)}<main>{sections}</main>"
        "<footer>All numbers are counted from the files of this output; report.json has every one of them.</footer>"
        "</body></html>\n"
    )


def _header(figures: Figures) -> str:
    return (
        f"<header><h1>{escape(figures.recipe_name)}</h1>"
        f'<p class="sub">Recipe <code>{escape(figures.recipe_hash)}</code> · seed {figures.seed} · '
        f"Winnow {escape(figures.versions['winnow'])}</p>{_warnings(figures)}{_tiles(figures)}</header>\n"
    )


def _warnings(figures: Figures) -> str:
    """Guards first, as an alert; notes as plain remarks."""
    parts = []
    for css, title, sentences in (("warn", "Look at this", figures.guards), ("remarks", "Notes", figures.notes)):
        if sentences:
            items = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
            role = ' role="alert"' if css == "warn" else ""
            parts.append(f'<div class="{css}"{role}><h2>{title}</h2><ul>{items}</ul></div>')
    return "".join(parts)


def _tiles(figures: Figures) -> str:
    records = sum(row.records for row in figures.sources)
    kept = sum(row.documents for row in figures.sources)
    chars = sum(row.chars for row in figures.sources)
    sizes = [row.bytes for row in figures.sources]
    stored = None if None in sizes else sum(value for value in sizes if value is not None)
    quarantined = sum(row.quarantined for row in figures.stages)
    stayed = sum(flow.survivors(figures).values())
    files = sum(row.files for row in figures.sources)
    many = len(figures.sources)
    tiles = [
        (
            "Input",
            size(stored),
            f"{plural(files, 'file')}, {plural(many, 'source')}",
        ),
        ("Records", count(records), ""),
        ("Documents", count(kept), f"{'from ' if stayed != kept else ''}{share(stayed, records)} of records"),
        ("Characters", count(chars), "in documents"),
        ("Quarantined", count(quarantined), f"{share(quarantined, records)} of records"),
    ]
    if figures.mixture:
        found = figures.mixture
        short = f"of {count(found.budget_tokens)} asked" if found.short else "as asked"
        tiles.append(("Training tokens", count(found.target_tokens), short))
    items = "".join(
        f"<div><dt>{name}</dt><dd>{escape(value)}{f'<small>{escape(note)}</small>' if note else ''}</dd></div>"
        for name, value, note in tiles
    )
    return f'<dl class="tiles">{items}</dl>'


def _contents(sections: str) -> str:
    found = re.findall(r'<section id="([a-z]+)"><h2>([^<]*)</h2>', sections)
    items = "".join(f'<li><a href="#{identity}">{title}</a></li>' for identity, title in found)
    return f'<nav aria-label="Contents"><ul>{items}</ul></nav>'
