"""Texts to look at: what each stage dropped for which reason, and what stayed."""

from collections.abc import Sequence

from pipeline.report.figures import Figures, SampleRow
from pipeline.report.markup import details, escape, number, plural, section


def samples(figures: Figures) -> str:
    """Dropped texts by stage and reason, kept texts by source; all folded."""
    dropped = "".join(_stage(figures, stage) for stage in figures.stage_order)
    kept = _kept(figures)
    if not dropped and not kept:
        return ""
    body = (f"<h3>Dropped</h3>{dropped}" if dropped else "") + (f"<h3>Kept</h3>{kept}" if kept else "")
    lead = (
        "A bounded number of texts for each reason and source, chosen by a hash, as they were when the verdict fell. "
        "<code>winnow inspect</code> shows more, <code>winnow explain</code> tells the whole life of one."
    )
    return section("samples", "Samples", body, lead)


def _stage(figures: Figures, stage: str) -> str:
    mine = [row for row in figures.dropped_samples if row.stage == stage]
    by_reason: dict[str, list[SampleRow]] = {}
    for row in mine:
        by_reason.setdefault(row.reason or "", []).append(row)
    inner = "".join(
        details(
            f"{escape(reason)} <span class=sub>({plural(_total(figures, stage, reason), 'row')})</span>", _texts(rows)
        )
        for reason, rows in sorted(by_reason.items())
    )
    return details(f"<b>{escape(stage.replace('_', ' '))}</b>", inner)


def _total(figures: Figures, stage: str, reason: str) -> int:
    return sum(row.rows for row in figures.reasons if row.stage == stage and row.reason == reason)


def _kept(figures: Figures) -> str:
    parts = []
    for source in figures.sources:
        rows = [row for row in figures.kept_samples if row.source == source.source]
        parts.append(
            details(
                f"<b>{escape(source.source)}</b> <span class=sub>({plural(source.documents, 'document')})</span>",
                _texts(rows),
            )
        )
    return "".join(parts)


def _texts(rows: Sequence[SampleRow]) -> str:
    """Each text lets its own first letters decide its direction, line by line."""
    parts = []
    for row in rows:
        facts = [
            escape(row.source),
            f"<bdi>{escape(row.url)}</bdi>" if row.url else "no URL",
            f"<code>{escape(row.id)}</code>",
        ]
        if row.score is not None:
            facts.append(f"score {escape(number(row.score))}")
        more = '<p class="note">The text goes on.</p>' if row.cut_short else ""
        text = f'<pre dir="auto" tabindex="0">{escape(row.text)}</pre>'
        parts.append(f'<article class="sample"><p class="sub">{" · ".join(facts)}</p>{text}{more}</article>')
    return "".join(parts)
