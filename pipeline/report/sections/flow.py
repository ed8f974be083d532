"""Where the records went: the funnel over all sources, and the fate of each source's records."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.report.charts import Bar, Part, bars, flow, legend, strip
from pipeline.report.figures import Figures
from pipeline.report.markup import count, details, escape, figure, plural, section, share, table
from pipeline.report.palette import Palette, stage_css

REASONS_ON_FUNNEL = 3
STEP_HEIGHT = 24
VERDICT_WORD = {"drop": "dropped", "quarantine": "quarantined", "cut": "changed"}


@dataclass(frozen=True)
class Step:
    """One stage over all sources; a source without the stage passes it unchanged."""

    stage: str
    rows_in: int
    kept: Mapping[str, int]  # source -> rows after the stage
    dropped: int
    quarantined: int
    cut: int
    emptied: int

    @property
    def rows_out(self) -> int:
        return sum(self.kept.values())

    @property
    def stayed(self) -> int:
        """Rows of which something stayed."""
        return self.rows_in - self.dropped - self.quarantined - self.emptied

    @property
    def pieces(self) -> int:
        """What stands in the place of cut rows."""
        return self.rows_out - self.stayed + self.cut - self.emptied


def steps(figures: Figures) -> list[Step]:
    """Follow all sources through the stages in their common order."""
    rows = {(row.stage, row.source): row for row in figures.stages}
    alive = {row.source: row.records for row in figures.sources}
    found = []
    for stage in figures.stage_order:
        before = sum(alive.values())
        mine = [rows[stage, source] for source in alive if (stage, source) in rows]
        for row in mine:
            alive[row.source] += row.rows_out - row.rows_in
        decided = (sum(getattr(row, name) for row in mine) for name in ("dropped", "quarantined", "cut", "emptied"))
        found.append(Step(stage, before, dict(alive), *decided))
    return found


def survivors(figures: Figures) -> dict[str, int]:
    """Source -> records of which something stayed, whole or in pieces."""
    left = {row.source: row.records for row in figures.sources}
    for row in figures.stages:
        left[row.source] -= row.dropped + row.quarantined + row.emptied
    return left


def title(stage: str) -> str:
    """A ledger stage as people read it."""
    return stage.replace("_", " ")


def funnel(figures: Figures, palette: Palette) -> str:
    """The funnel over all sources, the fate of each source's records, and both as tables."""
    found = steps(figures)
    records = sum(row.records for row in figures.sources)
    longest = max((step.rows_out + step.dropped + step.quarantined for step in found), default=0)
    dropped, quarantined = sum(step.dropped for step in found), sum(step.quarantined for step in found)
    documents = sum(row.documents for row in figures.sources)
    note = (
        f"A bar is as long as its rows; all bars have one scale. Dropped: {count(dropped)}; quarantined, as they could "
        f"not be read or handled: {count(quarantined)}; documents: {count(documents)}."
    )
    keys = [*palette.legend, ("dropped", "dropped"), ("quarantined", "quarantined")]
    chart = figure(
        "All sources, stage by stage",
        legend(keys) + _drawn(figures, palette, found, max(records, longest)),
        escape(note),
    )
    body = chart + details("The funnel as a table", _table(figures, found)) + _fates(figures)
    return section("funnel", "From records to documents", body)


def _drawn(figures: Figures, palette: Palette, found: Sequence[Step], total: int) -> str:
    before = palette.parts({row.source: row.records for row in figures.sources}, "records")
    records = sum(row.records for row in figures.sources)
    items = [f"<li>{_between(_head('records', count(records)))}{strip(before, total, STEP_HEIGHT)}</li>"]
    for step in found:
        after = palette.parts(step.kept, f"after {title(step.stage)}")
        removed = (
            Part(step.dropped, "dropped", f"dropped: {count(step.dropped)}"),
            Part(step.quarantined, "quarantined", f"quarantined: {count(step.quarantined)}"),
        )
        what = f"{count(step.stayed)} stay, {share(step.stayed, step.rows_in)} of {count(step.rows_in)}"
        if step.stayed == step.rows_in:
            what = "all stay"
        if step.rows_out != step.stayed:
            what += f", as {plural(step.rows_out, 'document')}"
        between = _between(flow(before, after, total) + _head(title(step.stage), what) + _why(figures, step))
        items.append(f"<li>{between}{strip((*after, *removed), total, STEP_HEIGHT)}</li>")
        before = after
    return f'<ol class="funnel">{"".join(items)}</ol>'


def _between(inner: str) -> str:
    """The text above a bar, with the ribbons from the bar before it in the background."""
    return f'<div class="between">{inner}</div>'


def _head(name: str, what: str) -> str:
    return f'<div class="head"><b>{escape(name)}</b><span>{escape(what)}</span></div>'


def _why(figures: Figures, step: Step) -> str:
    """The largest reasons of a stage, in a line."""
    total: dict[tuple[str, str], int] = {}
    for row in figures.reasons:
        if row.stage == step.stage:
            total[row.verdict, row.reason] = total.get((row.verdict, row.reason), 0) + row.rows
    order = sorted(total, key=lambda key: (-total[key], key))
    parts = []
    for verdict, word in VERDICT_WORD.items():
        mine = [key for key in order if key[0] == verdict]
        # One reason more is named as shortly as it is counted.
        shown = mine if len(mine) == REASONS_ON_FUNNEL + 1 else mine[:REASONS_ON_FUNNEL]
        named = [f"{count(total[key])} {key[1]}" for key in shown]
        if len(mine) > len(shown):
            rest = sum(total[key] for key in mine[len(shown) :])
            named.append(f"{count(rest)} for {len(mine) - len(shown)} more reasons")
        if named:
            parts.append(f"{word}: {', '.join(named)}{_pieces(step) if verdict == 'cut' else ''}")
    return f'<p class="why">{escape("; ".join(parts))}</p>' if parts else ""


def _pieces(step: Step) -> str:
    """What became of cut rows where they did not stay one document each."""
    if step.pieces == step.cut:
        return ""
    nothing = f", of {count(step.emptied)} nothing is left" if step.emptied else ""
    return f" (now {plural(step.pieces, 'document')}{nothing})"


def _table(figures: Figures, found: Sequence[Step]) -> str:
    whole = table(
        "All sources, stage by stage",
        ["Stage", "Rows in", "Dropped", "Quarantined", "Changed", "Rows out", "Share kept"],
        [
            (title(step.stage), count(step.rows_in), count(step.dropped), count(step.quarantined), count(step.cut),
             count(step.rows_out), share(step.stayed, step.rows_in))
            for step in found
        ],
    )  # fmt: skip
    by_place = {(row.stage, row.source): row for row in figures.stages}
    rows = []
    for source in figures.sources:
        left: list[object] = [source.source, count(source.records)]
        for stage in figures.stage_order:
            row = by_place.get((stage, source.source))
            left.append("·" if row is None else count(row.rows_out))
        rows.append(left)
    head = ["Source", "Records", *(title(stage) for stage in figures.stage_order)]
    return whole + table("Rows left after each stage, by source; · where a source does not have it", head, rows)


def _fates(figures: Figures) -> str:
    """One bar a source: what became of its records, by the stage that removed them."""
    if not any(row.records for row in figures.sources):
        return ""
    rows = []
    survivor = survivors(figures)
    removing = {row.stage for row in figures.stages if row.dropped or row.quarantined or row.emptied}
    order = [stage for stage in figures.stage_order if stage in removing]
    for source in figures.sources:
        stayed = survivor[source.source]
        parts = [Part(stayed, "kept", f"kept: {count(stayed)}")]
        for row in figures.stages:
            if row.source == source.source and row.stage in removing:
                gone = row.dropped + row.quarantined + row.emptied
                css = stage_css(order, row.stage)
                parts.append(Part(gone, css, f"{title(row.stage)}: {count(gone)}"))
        whole = sum(part.value for part in parts) or 1
        scaled = tuple(Part(part.value / whole, part.css, part.title) for part in parts)
        value = f"{count(stayed)} of {count(source.records)} ({share(stayed, source.records)})"
        rows.append(Bar(source.source, value, scaled))
    keys = [("kept", "kept as documents")]
    keys += [(stage_css(order, stage), f"removed by {title(stage)}") for stage in order]
    return figure("What became of each source's records", legend(keys) + bars(rows, 1.0))
