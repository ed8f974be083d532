"""Charts as lists of labelled bars: labels are text that wraps, only what is drawn is SVG.

Every x coordinate is a percentage, so a chart fits any width without shrinking its letters. Colours are CSS classes
of `pipeline.report.style`: s0 to s7 for sources, t0 to t11 for stages, and kept, dropped, quarantined, changed, asked,
planned, realised; of what `pipeline.report.histogram` draws over its columns curve, dot, threshold.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.report.markup import escape

BAR_HEIGHT = 14
_KEY = '<rect class="{css}" width="12" height="12"/>'
_KEYS = {
    "curve": '<path class="{css}" d="M0 11 C6 11 6 2 12 2"/>',
    "dot": '<circle class="{css}" cx="6" cy="6" r="3"/>',
    "threshold": '<line class="{css}" x1="6" x2="6" y1="0" y2="12"/>',
}
SHORT_LABEL_CHARS = 13  # so short, labels and bars share a line on a phone, too
_HAIR = 0.12  # percent; what is there is seen, however little


@dataclass(frozen=True, slots=True)
class Part:
    """One coloured piece of a bar. `title` is shown on hovering."""

    value: float
    css: str
    title: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a bar chart: its label, the text of its value, and its parts from left to right."""

    label: str
    value: str
    parts: tuple[Part, ...]


def legend(entries: Sequence[tuple[str, str]]) -> str:
    """(css class, name) pairs; nothing for a single one."""
    if len(entries) < 2:
        return ""
    items = "".join(
        f'<li><svg class="key" width="12" height="12" aria-hidden="true">{_KEYS.get(css, _KEY).format(css=css)}</svg>'
        f"{escape(name)}</li>"
        for css, name in entries
    )
    return f'<ul class="legend">{items}</ul>'


def strip(parts: Sequence[Part], total: float, height: int = BAR_HEIGHT) -> str:
    """A bar of 100 % width for `total`, with its parts side by side. Parts of zero are left out."""
    drawn, x = [], 0.0
    for part in parts:
        if part.value <= 0 or total <= 0:
            continue
        width = min(100.0 * part.value / total, 100.0 - x)
        drawn.append(
            f'<rect class="{part.css}" x="{x:.3f}%" width="{max(width, _HAIR):.3f}%" height="{height}">'
            f"<title>{escape(part.title)}</title></rect>"
        )
        x += width
    return f'<svg class="strip" width="100%" height="{height}" aria-hidden="true">{"".join(drawn)}</svg>'


def bars(rows: Sequence[Bar], total: float | None = None) -> str:
    """Labelled bars on one scale: `total`, or the longest bar. Nothing for no rows."""
    if not rows:
        return ""
    longest = total if total is not None else max(sum(part.value for part in row.parts) for row in rows)
    items = "".join(
        f'<li><span class="label">{escape(row.label)}</span>{strip(row.parts, longest)}'
        f'<span class="value">{escape(row.value)}</span></li>'
        for row in rows
    )
    short = all(len(row.label) <= SHORT_LABEL_CHARS for row in rows)
    return f'<ol class="bars{" short" if short else ""}">{items}</ol>'


def groups(rows: Sequence[tuple[str, Sequence[Bar]]], total: float) -> str:
    """Several bars for each label, all on one scale."""
    items = "".join(f'<li><span class="label">{escape(label)}</span>{bars(some, total)}</li>' for label, some in rows)
    return f'<ol class="groups">{items}</ol>' if items else ""


def flow(before: Sequence[Part], after: Sequence[Part], total: float) -> str:
    """The ribbons between two strips: each part of `before` runs to the part of `after` with the same class. They fill
    the box that they stand in, behind its text."""
    starts, ends = _edges(before, total), _edges(after, total)
    shapes = "".join(
        f'<polygon class="{css}" points="{left:.3f},0 {right:.3f},0 {ends[css][1]:.3f},10 {ends[css][0]:.3f},10"/>'
        for css, (left, right) in starts.items()
        if css in ends
    )
    return (
        f'<svg class="ribbons" width="100%" height="100%" viewBox="0 0 100 10" preserveAspectRatio="none" '
        f'aria-hidden="true">{shapes}</svg>'
    )


def _edges(parts: Sequence[Part], total: float) -> dict[str, tuple[float, float]]:
    found, x = {}, 0.0
    for part in parts:
        width = 100.0 * part.value / total if total > 0 else 0.0
        found[part.css] = (x, x + width)
        x += width
    return found
