"""Small pieces of HTML: escaping, numbers for reading, tables, disclosures."""

import html
import math
from collections.abc import Iterable, Sequence

BEGINNING_CHARS = 120
_NARROW_SPACE = "\u202f"
# C0 and C1 controls other than tab and newline: not allowed in HTML, and worth seeing.
_CONTROLS = {code: 0x2400 + code for code in range(32) if code not in (9, 10)}
_CONTROLS |= dict.fromkeys(range(127, 160), 65533)


def escape(text: object) -> str:
    """Text for element content and quoted attributes. Control characters become visible pictures."""
    return html.escape(str(text).translate(_CONTROLS), quote=True)


def visible(text: str) -> str:
    """Text for a terminal: no control character can move the cursor or change its colours."""
    return text.replace("\r\n", "\n").translate(_CONTROLS)


def count(value: int | None) -> str:
    """1234567 -> 1,234,567."""
    return "–" if value is None else f"{value:,}"


def plural(value: int, noun: str) -> str:
    """1 group, 2 groups."""
    ending = "" if value == 1 else "es" if noun.endswith("ch") else "s"
    return f"{count(value)} {noun}{ending}"


def share(part: float, whole: float) -> str:
    """A percentage with one decimal; what is not zero never reads as zero, and what is not all never as all."""
    if not whole:
        return "–"
    ratio = part / whole
    if 0 < ratio < 0.0005:
        return f"<{_NARROW_SPACE}0.1{_NARROW_SPACE}%"
    if 0.9995 <= ratio < 1:
        return f">{_NARROW_SPACE}99.9{_NARROW_SPACE}%"
    return f"{ratio * 100:.1f}{_NARROW_SPACE}%"


def compact(value: float) -> str:
    """Three digits at most and a magnitude: 950, 1.2k, 34k, 5.1M."""
    for limit, unit in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= limit * 0.9995:
            scaled = value / limit
            return f"{scaled:.0f}{unit}" if scaled >= 99.5 or scaled == round(scaled) else f"{scaled:.2g}{unit}"
    return f"{value:.0f}"


def size(value: int | None) -> str:
    """Bytes for reading."""
    if value is None:
        return "unknown"
    for power, unit in ((4, "TB"), (3, "GB"), (2, "MB"), (1, "kB")):
        if value >= 1000**power:
            return f"{value / 1000**power:.1f} {unit}"
    return f"{value} bytes"


def number(value: float | None) -> str:
    """A score or a threshold: up to four significant digits, integers as they are."""
    if value is None or not math.isfinite(value):
        return "–"
    return f"{value:,.0f}" if value == round(value) else f"{value:.4g}"


def span(low: float | None, high: float | None) -> str:
    """A range of scores."""
    if low is None or high is None:
        return "–"
    return number(low) if low == high else f"{number(low)} to {number(high)}"


def beginning(text: str | None) -> str:
    """The first words of a text, for a table."""
    if text is None:
        return "–"
    words = " ".join(text.split())
    return words[:BEGINNING_CHARS] + ("…" if len(words) > BEGINNING_CHARS else "")


def table(
    caption: str, head: Sequence[str], rows: Iterable[Sequence[object]], *, text_columns: int = 1, wide: bool = False
) -> str:
    """A table that scrolls sideways by itself. The first `text_columns` columns are text, the others numbers; the first
    cell of a row is its header. Cells are escaped."""
    heads = "".join(
        f'<th scope="col"{"" if i < text_columns else " class=n"}>{escape(title)}</th>' for i, title in enumerate(head)
    )
    body = []
    for row in rows:
        cells = [f'<th scope="row">{escape(row[0])}</th>']
        cells += [
            f"<td{'' if i < text_columns else ' class=n'}>{escape(cell)}</td>"
            for i, cell in enumerate(row[1:], start=1)
        ]
        body.append(f"<tr>{''.join(cells)}</tr>")
    if not body:
        return ""
    kind = "scroll wide" if wide else "scroll"
    return (
        f'<div class="{kind}" role="region" aria-label="{escape(caption)}" tabindex="0"><table>'
        f"<caption>{escape(caption)}</caption><thead><tr>{heads}</tr></thead><tbody>{''.join(body)}</tbody></table></div>"
    )


def details(summary: str, body: str, *, opened: bool = False) -> str:
    """A disclosure; nothing where the body is empty. `summary` and `body` are HTML."""
    return f"<details{' open' if opened else ''}><summary>{summary}</summary>{body}</details>" if body else ""


def section(identity: str, title: str, body: str, lead: str = "") -> str:
    """A part of the page; nothing where the body is empty. `lead` and `body` are HTML."""
    if not body:
        return ""
    intro = f'<p class="lead">{lead}</p>' if lead else ""
    return f'<section id="{identity}"><h2>{escape(title)}</h2>{intro}{body}</section>\n'


def figure(title: str, body: str, note: str = "") -> str:
    """A chart with its title; `note` is HTML below it."""
    caption = f'<p class="note">{note}</p>' if note else ""
    return f"<figure><figcaption>{escape(title)}</figcaption>{body}{caption}</figure>" if body else ""
