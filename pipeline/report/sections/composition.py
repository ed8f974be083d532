"""What the training tokens are made of: sources by format, and languages."""

import math
from collections.abc import Callable, Iterable, Sequence

from pipeline.mixture.groups import UNDETERMINED
from pipeline.report.by_source import Counts, bars_by_source, most_first
from pipeline.report.figures import CompositionRow, Figures
from pipeline.report.markup import count, details, escape, plural, section, share, table
from pipeline.report.palette import Palette

TOP_LANGUAGES = 20
TOP_ROWS = 100


def composition(figures: Figures, palette: Palette) -> str:
    """Tokens as training sees them, every epoch counted."""
    rows = figures.composition
    if not rows:
        return ""
    formats, languages = _by(rows, lambda row: row.format), _by(rows, lambda row: row.language)
    whole = sum(row.train_tokens for row in rows)
    left = bars_by_source("Training tokens by format", formats, palette, whole, TOP_LANGUAGES)
    right = bars_by_source("Training tokens by language", languages, palette, whole, TOP_LANGUAGES)
    evenly = f"{_spread('format', formats)}, and {_spread('language', languages)}"
    lead = f"Every epoch is counted. The tokens are {evenly} (the exponential of the entropy of their shares)."
    body = f'<div class="pair">{left}{right}</div>{_formats(figures, formats)}' + details(
        "Languages, and what was set aside, as a table", _languages(languages) + _all(rows)
    )
    return section("composition", "What the tokens are", body, escape(lead))


def _by(rows: Iterable[CompositionRow], key: Callable[[CompositionRow], str | None]) -> Counts:
    found: Counts = {}
    for row in rows:
        by_source = found.setdefault(key(row) or UNDETERMINED, {})
        by_source[row.source] = by_source.get(row.source, 0) + row.train_tokens
    return most_first(found)


def effective(tokens: Iterable[int]) -> float:
    """How many shares of one size would be as diverse: the exponential of the entropy (Hill 1973, order 1)."""
    some = [number for number in tokens if number]
    total = sum(some)
    return math.exp(-sum(number / total * math.log(number / total) for number in some)) if some else 0.0


def _spread(kind: str, found: Counts) -> str:
    totals = [sum(by_source.values()) for by_source in found.values()]
    return f"of {plural(sum(map(bool, totals)), kind)}, as diverse as {effective(totals):.1f} of one size"


def _formats(figures: Figures, formats: Counts) -> str:
    """Sources by format: the share of each source's tokens in each."""
    rows = []
    for source in figures.sources:
        mine = [by_source.get(source.source, 0) for by_source in formats.values()]
        cells = [f"{count(number)} ({share(number, sum(mine))})" if number else "–" for number in mine]
        rows.append((source.source, count(sum(mine)), *cells))
    totals = [sum(by_source.values()) for by_source in formats.values()]
    cells = [f"{count(number)} ({share(number, sum(totals))})" for number in totals]
    rows.append(("all", count(sum(totals)), *cells))
    return table("Training tokens by source and format", ["Source", "Tokens", *formats], rows)


def _languages(languages: Counts) -> str:
    whole = sum(sum(by_source.values()) for by_source in languages.values())
    rows = [
        (name, source, count(number), share(number, whole))
        for name, by_source in languages.items()
        for source, number in sorted(by_source.items())
    ]
    head = ["Language", "Source", "Tokens", "Of all"]
    return table("Training tokens by language and source", head, rows, text_columns=2)


def _all(rows: Sequence[CompositionRow]) -> str:
    """The combinations with the most training tokens."""
    order = sorted(rows, key=lambda row: (-row.train_tokens, row.source, row.format or "", row.language or ""))
    cells = [
        (row.source, row.format or UNDETERMINED, row.language or UNDETERMINED, count(row.documents),
         count(row.unique_tokens), count(row.train_tokens), count(row.validation_tokens))
        for row in order[:TOP_ROWS]
    ]  # fmt: skip
    more = len(order) - TOP_ROWS
    note = f'<p class="note">{count(more)} more: shards/composition.parquet has them.</p>' if more > 0 else ""
    head = ["Source", "Format", "Language", "Documents", "Unique tokens", "Training tokens", "Validation tokens"]
    return table("Documents and tokens by source, format and language", head, cells, text_columns=3) + note
