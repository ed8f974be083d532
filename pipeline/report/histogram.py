"""A histogram of stacked columns, over which a curve, dots and a threshold may be drawn on an axis from 0 to 1."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.report.charts import Part
from pipeline.report.markup import compact, escape

HISTOGRAM_HEIGHT = 190
_GUTTER = 9.0  # percent, for the labels of the y axis
_RIGHT_GUTTER = 7.0  # for those of shares
_AXIS_HEIGHT = 34


@dataclass(frozen=True, slots=True)
class Overlay:
    """What is drawn over the columns. Places count columns from the left; values are shares, with an axis on the right.

    `curve`: values at equal distances from the left edge to the right; `dots`: (place, value, text shown on hovering).
    """

    curve: tuple[float, ...] = ()
    dots: tuple[tuple[float, float, str], ...] = ()
    threshold: float | None = None

    @property
    def has_shares(self) -> bool:
        return bool(self.curve or self.dots)


def histogram(
    columns: Sequence[Sequence[Part]],
    ticks: Sequence[tuple[float, str]],
    axis: str,
    label: str,
    overlay: Overlay | None = None,
) -> str:
    """Stacked columns of equal width. `ticks`: (columns from the left, text) on the x axis; `label` is read out."""
    if not columns:
        return ""
    right = 100.0 - (_RIGHT_GUTTER if overlay is not None and overlay.has_shares else 0.0)
    top, step = _scale(max(sum(part.value for part in column) for column in columns))
    drawn = []
    for i in range(round(top / step) + 1):
        y = _y(i * step, top)
        drawn.append(f'<line class="grid" x1="{_GUTTER}%" x2="{right:g}%" y1="{y:.1f}" y2="{y:.1f}"/>')
        drawn.append(f'<text x="{_GUTTER - 1}%" y="{y + 4:.1f}" text-anchor="end">{compact(i * step)}</text>')
    width = (right - _GUTTER) / len(columns)
    for i, column in enumerate(columns):
        x, low = _GUTTER + i * width, 0.0
        for part in column:
            if part.value <= 0:
                continue
            y, base = _y(low + part.value, top), _y(low, top)
            drawn.append(
                f'<rect class="{part.css}" x="{x + 0.06 * width:.3f}%" width="{0.88 * width:.3f}%" y="{y:.2f}" '
                f'height="{max(base - y, 0.6):.2f}"><title>{escape(part.title)}</title></rect>'
            )
            low += part.value
    base = _y(0, top)
    for place, text in ticks:
        x = _GUTTER + place * width
        anchor = "end" if x > 97 else "middle"
        drawn.append(f'<line class="tick" x1="{x:.3f}%" x2="{x:.3f}%" y1="{base}" y2="{base + 5}"/>')
        drawn.append(f'<text x="{x:.3f}%" y="{base + 17}" text-anchor="{anchor}">{escape(text)}</text>')
    if overlay is not None:
        drawn += _over(overlay, width, right)
    drawn.append(f'<text x="{right:g}%" y="{base + 32}" text-anchor="end">{escape(axis)}</text>')
    return (
        f'<svg class="histogram" width="100%" height="{HISTOGRAM_HEIGHT + _AXIS_HEIGHT}" role="img" '
        f'aria-label="{escape(label)}">{"".join(drawn)}</svg>'
    )


def _over(overlay: Overlay, width: float, right: float) -> Iterator[str]:
    """The curve in a box that stretches without thickening its line, the dots, the threshold, and the right axis."""
    top, base = _y(1, 1), _y(0, 1)
    if overlay.threshold is not None:
        x = f"{_GUTTER + overlay.threshold * width:.3f}%"
        yield f'<line class="threshold" x1="{x}" x2="{x}" y1="{top}" y2="{base}"/>'
    if overlay.curve:
        last = len(overlay.curve) - 1
        points = " ".join(f"{100 * i / last:.2f},{100 - 100 * value:.2f}" for i, value in enumerate(overlay.curve))
        yield (
            f'<svg x="{_GUTTER}%" y="{top}" width="{right - _GUTTER:g}%" height="{base - top}" viewBox="0 0 100 100" '
            f'preserveAspectRatio="none" overflow="visible" aria-hidden="true">'
            f'<polyline class="curve" points="{points}"/></svg>'
        )
    for place, value, text in overlay.dots:
        yield (
            f'<circle class="dot" cx="{_GUTTER + place * width:.3f}%" cy="{_y(value, 1):.2f}" r="2.5">'
            f"<title>{escape(text)}</title></circle>"
        )
    if overlay.has_shares:
        for value, text in ((0.0, "0"), (0.5, "0.5"), (1.0, "1")):
            yield f'<text x="{right + 1:g}%" y="{_y(value, 1) + 4:.1f}">{text}</text>'


def _y(value: float, top: float) -> float:
    return 8 + (HISTOGRAM_HEIGHT - 8) * (1 - value / top)


def _scale(highest: float) -> tuple[float, float]:
    """(top of the axis, step of its ticks): whole steps of 1, 2 or 5 times a power of ten, two to five of them."""
    if highest <= 1:
        return 1.0, 1.0
    step = 10.0 ** math.floor(math.log10(highest))
    for factor in (0.2, 0.5, 1.0, 2.0):
        if highest <= 5 * factor * step and factor * step >= 1:
            return math.ceil(highest / (factor * step)) * factor * step, factor * step
    return math.ceil(highest / step) * step, step
