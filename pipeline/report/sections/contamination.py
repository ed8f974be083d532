"""Contamination: benchmarks by method, what was cut for it, overlaps, and matches to look at."""

from collections.abc import Iterable

from pipeline.report.charts import Bar, Part, groups, legend
from pipeline.report.diff import Segment, common
from pipeline.report.figures import Figures
from pipeline.report.histogram import Overlay, histogram
from pipeline.report.markup import beginning, count, details, escape, figure, plural, section, share, table
from pipeline.report.sections.texts import beside, marked
from pipeline.report.stage_figures import BenchmarkRow, ContaminationFigures, MatchExcerpt, MethodRow, OverlapRow

BENCHMARKS_DRAWN = 24
EXCERPTS_OPEN = 2
NAMES = {"winnow": "Winnow", "gpt3": "GPT-3", "palm": "PaLM", "gopher": "Gopher", "llama3": "Llama 3"}
_ACTIONS = {
    "cut": "matches are cut out of the documents",
    "drop": "documents with a match are dropped",
    "measure": "measured, nothing is changed",
}
_WHEN = {
    "winnow": "with {} of its words, by weight, together in a document",
    "palm": "with {} of its n-grams in any documents; matches are those of dirty items",
    "gopher": "when the n-grams of a document and its own have a Jaccard similarity above {}",
    "llama3": "with {} of its words in n-grams of any documents, or what the recipe says of its benchmark",
}
_SHARES = {
    "winnow": "share of an item's words found in one document",
    "gopher": "Jaccard similarity with one document",
    "llama3": "share of an item's words found",
}
_SHARE = "share of an item's n-grams found"
_FIFTHS = ((0.0, "0"), (0.2, "0.2"), (0.4, "0.4"), (0.6, "0.6"), (0.8, "0.8"), (1.0, "1"))


def contamination(figures: Figures) -> str:
    """What was looked for, what was found by benchmark, and what it looks like."""
    found = figures.contamination
    if found is None:
        return ""
    limits = {row.method: row.min_overlap for row in found.methods}
    overlaps = "".join(_overlap(row, limits[row.method]) for row in found.overlaps)
    body = (
        _methods(found.methods)
        + _dirty(found)
        + _matrix(found.benchmarks)
        + (f'<div class="pair">{overlaps}</div>' if overlaps else "")
        + _most_matched(found)
        + _excerpts(found.excerpts)
    )
    return section("contamination", "Contamination", body, escape(_lead(found)))


def name(method: str) -> str:
    """A method as people read it."""
    return NAMES.get(method, method)


def _lead(found: ContaminationFigures) -> str:
    items = {row.benchmark: row.items for row in found.benchmarks}
    lead = (
        f"{plural(sum(items.values()), 'item')} of {plural(len(items), 'benchmark')} were looked for in the documents."
    )
    if found.documents_cut:
        lead += f" {plural(found.documents_cut, 'document')} cut into {plural(found.pieces, 'piece')}."
    if found.documents_dropped:
        lead += f" {plural(found.documents_dropped, 'document')} dropped."
    if not found.documents_cut and not found.documents_dropped:
        lead += " No document was changed."
    return lead


def _methods(rows: Iterable[MethodRow]) -> str:
    return table(
        "What was looked for",
        ["Method", "What happens", "An item is dirty", "n-gram", "Common n-grams ignored", "Documents with a match"],
        [
            (name(row.method), _ACTIONS.get(row.action, row.action), _when_dirty(row), f"{row.ngram} words",
             count(row.common_ngrams), count(row.matched_documents))
            for row in rows
        ],
        text_columns=3,
        wide=True,
    )  # fmt: skip


def _when_dirty(row: MethodRow) -> str:
    if row.min_overlap is None:
        return "with any of its n-grams in a document"
    return _WHEN[row.method].format(f"{row.min_overlap:.0%}")


def _dirty(found: ContaminationFigures) -> str:
    """Bars of each benchmark and method: what is dirty, and what is too short to judge."""
    drawn: dict[str, list[BenchmarkRow]] = {}
    for row in found.benchmarks:
        drawn.setdefault(row.benchmark, []).append(row)
    touched = [benchmark for benchmark, rows in drawn.items() if any(row.dirty for row in rows)]
    if not touched:
        return "<p>No item is dirty.</p>" if drawn else ""
    order = sorted(touched, key=lambda benchmark: (-max(_share(row) for row in drawn[benchmark]), benchmark))
    rows = []
    for benchmark in order[:BENCHMARKS_DRAWN]:
        some = []
        for row in drawn[benchmark]:
            parts = tuple(
                Part(value / row.items, css, f"{benchmark}, {name(row.method)}: {count(value)} {what}")
                for value, css, what in (
                    (row.dirty, "dropped", "dirty"),
                    (row.clean, "kept", "clean"),
                    (row.too_short, "quarantined", "too short"),
                    (row.unreadable, "changed", "without text"),
                )
            )
            some.append(Bar(name(row.method), f"{share(row.dirty, row.clean + row.dirty)} dirty", parts))
        rows.append((benchmark, some))
    keys = [("dropped", "dirty"), ("kept", "clean"), ("quarantined", "too short to judge")]
    if any(row.unreadable for row in found.benchmarks):
        keys.append(("changed", "without text"))
    note = "Shares are of the items that are long enough to judge."
    if len(order) > BENCHMARKS_DRAWN:
        note += f" {plural(len(order) - BENCHMARKS_DRAWN, 'more benchmark')} with smaller shares: see the table."
    if len(drawn) > len(order):
        note += f" {plural(len(drawn) - len(order), 'benchmark')} without dirty items: see the table."
    drawn_bars = groups(rows, 1.0)
    return figure("Benchmarks with dirty items", legend(keys) + drawn_bars if drawn_bars else "", note)


def _share(row: BenchmarkRow) -> float:
    told = row.clean + row.dirty
    return row.dirty / told if told else 0.0


def _matrix(rows: Iterable[BenchmarkRow]) -> str:
    by_benchmark: dict[str, dict[str, BenchmarkRow]] = {}
    for row in rows:
        by_benchmark.setdefault(row.benchmark, {})[row.method] = row
    methods = [method for method in NAMES if any(method in found for found in by_benchmark.values())]
    head = ["Benchmark", "Items", "Without text"]
    for method in methods:
        head += [f"{name(method)}: too short", "clean", "dirty", "share dirty"]
    body = []
    for benchmark, found in by_benchmark.items():
        first = next(iter(found.values()))
        cells: list[object] = [benchmark, count(first.items), count(first.unreadable)]
        for method in methods:
            row = found[method]
            cells += [count(row.too_short), count(row.clean), count(row.dirty), share(row.dirty, row.clean + row.dirty)]
        body.append(cells)
    return table("Items by benchmark and method", head, body)


def _overlap(row: OverlapRow, min_overlap: float | None) -> str:
    bins = len(row.clean)
    columns, numbers = [], []
    for i, (clean, dirty) in enumerate(zip(row.clean, row.dirty, strict=True)):
        what = f"{i / bins:.2f} to {(i + 1) / bins:.2f}"
        columns.append(
            (
                Part(clean, "kept", f"{count(clean)} clean items, {what}"),
                Part(dirty, "dropped", f"{count(dirty)} dirty items, {what}"),
            )
        )
        if clean or dirty:
            numbers.append((what, count(clean), count(dirty)))
    note = f"{plural(row.untouched, 'item')} of which nothing was found are not drawn."
    if not numbers:
        return figure(f"{name(row.method)}: share of an item's n-grams found", "<p>None was found.</p>", note)
    ticks = [(place * bins, text) for place, text in _FIFTHS]
    keys = [("kept", "clean"), ("dropped", "dirty")]
    overlay = None
    if min_overlap is not None:
        overlay = Overlay(threshold=min_overlap * bins)
        keys.append(("threshold", f"{min_overlap:.0%}, from which an item is dirty"))
    label = f"Histogram of overlaps by {name(row.method)}'s method; the table below has its numbers"
    chart = legend(keys) + histogram(columns, ticks, "share of the item's n-grams", label, overlay)
    data = table("Items by overlap", ["Overlap", "Clean", "Dirty"], numbers)
    chart += details("The histogram as a table", data)
    return figure(f"{name(row.method)}: {_SHARES.get(row.method, _SHARE)}", chart, note)


def _most_matched(found: ContaminationFigures) -> str:
    rows = [
        (
            row.example, beginning(row.text), row.benchmark, name(row.method), row.status.replace("_", " "),
            count(row.documents), share(row.overlap, 1.0),
        )
        for row in found.most_matched
    ]  # fmt: skip
    head = ["Item", "Begins", "Benchmark", "Method", "Status", "Documents", "Of its n-grams"]
    return table("The items that most documents share text with", head, rows, text_columns=5, wide=True)


def _excerpts(rows: tuple[MatchExcerpt, ...]) -> str:
    if not rows:
        return ""
    shown = [_excerpt(row) for row in rows]
    more = details(plural(len(shown) - EXCERPTS_OPEN, "more match"), "".join(shown[EXCERPTS_OPEN:]))
    note = "Training text with the match marked, as it was before anything was cut, and the benchmark's own text."
    return f'<h3>Matches to look at</h3><p class="note">{note}</p>{"".join(shown[:EXCERPTS_OPEN])}{more}'


def _excerpt(row: MatchExcerpt) -> str:
    start, end = max(row.span_start, 0), max(row.span_end, row.span_start, 0)
    span = row.excerpt[start:end]
    text = [Segment(row.excerpt[:start], "same"), Segment(span, "marked"), Segment(row.excerpt[end:], "same")]
    facts = " · ".join(part for part in (name(row.method), row.url) if part)
    return beside(
        facts,
        (f"Document of {row.source}", row.id, marked(text, "mark")),
        (f"Item of {row.benchmark}", row.example, marked(common(row.example_text, span), "mark")),
    )
