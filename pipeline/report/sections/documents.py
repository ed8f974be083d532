"""The documents that stayed: languages, formats, lengths, hosts, and how often they were repeated."""

from pipeline.report.by_source import Counts, bars_by_source
from pipeline.report.charts import Bar, Part, bars, legend
from pipeline.report.figures import Figures
from pipeline.report.histogram import histogram
from pipeline.report.markup import beginning, compact, count, details, escape, figure, plural, section, share, table
from pipeline.report.palette import Palette

TOP_LANGUAGES = 20
TOP_CODE_LANGUAGES = 15
FEW_COLUMNS = 5  # of a histogram: then each has its label, else every factor of ten


def languages(figures: Figures, palette: Palette) -> str:
    """Kept documents by language, and rows removed for their language."""
    kept: Counts = {}
    for row in figures.languages:
        kept.setdefault(row.language, {})[row.source] = row.documents
    dropped: Counts = {}
    for lost in figures.dropped_languages:
        by_reason = dropped.setdefault(lost.language, {})
        by_reason[lost.reason] = by_reason.get(lost.reason, 0) + lost.rows
    if not kept and not dropped:
        return ""
    documents = {row.source: row.documents for row in figures.sources}
    left = bars_by_source("Kept documents by language", kept, palette, sum(documents.values()), TOP_LANGUAGES)
    right = figure("Removed for their language", _dropped_bars(dropped), "Labels as the language model gave them.")
    tables = table(
        "Kept documents by source and language",
        ["Source", "Language", "Documents", "Of the source", "Characters", "Uncertain", "Mixed"],
        [
            (row.source, row.language, count(row.documents), share(row.documents, documents[row.source]),
             count(row.chars), count(row.uncertain), count(row.mixed))
            for row in figures.languages
        ],
        text_columns=2,
    ) + table(
        "Rows removed for their language",
        ["Source", "Language", "Reason", "Rows"],
        [(row.source, row.language, row.reason, count(row.rows)) for row in figures.dropped_languages],
        text_columns=3,
    )  # fmt: skip
    body = f'<div class="pair">{left}{right}</div>' + details("Languages as a table", tables)
    return section("languages", "Languages", body)


def _dropped_bars(dropped: Counts) -> str:
    rows = []
    order = sorted(dropped, key=lambda language: (-sum(dropped[language].values()), language))
    for language in order[:TOP_LANGUAGES]:
        title = ", ".join(f"{reason}: {count(number)}" for reason, number in sorted(dropped[language].items()))
        number = sum(dropped[language].values())
        rows.append(Bar(language, count(number), (Part(number, "dropped", title),)))
    rest = sum(sum(dropped[language].values()) for language in order[TOP_LANGUAGES:])
    if rest:
        name = f"{len(order) - TOP_LANGUAGES} more"
        rows.append(Bar(name, count(rest), (Part(rest, "dropped", f"{name}: {count(rest)}"),)))
    return bars(rows)


def formats(figures: Figures, palette: Palette) -> str:
    """Forms of documents, and programming languages: of whole documents, and of code blocks in pages."""
    if not figures.formats:
        return ""
    forms: Counts = {}
    code: Counts = {}
    for row in figures.formats:
        for label, found in ((row.format, forms), (row.code_language, code)):
            if label is not None:
                by_source = found.setdefault(label, {})
                by_source[row.source] = by_source.get(row.source, 0) + row.documents
    documents = sum(row.documents for row in figures.sources)
    left = bars_by_source("Kept documents by format", forms, palette, documents, TOP_LANGUAGES)
    right = bars_by_source("Kept documents by programming language", code, palette, documents, TOP_CODE_LANGUAGES)
    tables = table(
        "Kept documents by format and programming language",
        ["Source", "Format", "Programming language", "Documents", "Characters"],
        [
            (row.source, row.format, row.code_language or "–", count(row.documents), count(row.chars))
            for row in figures.formats
        ],
        text_columns=3,
    )
    blocks: Counts = {}
    for pages in figures.code_blocks:
        blocks.setdefault(pages.code_language, {})[pages.source] = pages.documents
    below = bars_by_source("Kept pages with code blocks in a language", blocks, palette, documents, TOP_CODE_LANGUAGES)
    if blocks:
        tables += table(
            "Kept pages with code blocks by programming language",
            ["Source", "Programming language", "Pages"],
            [(row.source, row.code_language, count(row.documents)) for row in figures.code_blocks],
            text_columns=2,
        )
    body = f'<div class="pair">{left}{right}</div>{below}' + details("Formats as a table", tables)
    return section("formats", "Formats", body)


def lengths(figures: Figures, palette: Palette) -> str:
    """A histogram over all sources, and each source's percentiles."""
    edges = figures.length_edges
    if not edges:
        return ""
    columns = []
    for i, edge in enumerate(edges):
        upper = f"to {count(edges[i + 1] - 1)}" if i + 1 < len(edges) else "or more"
        by_source = {row.source: row.counts[i] for row in figures.lengths}
        columns.append(palette.parts(by_source, f"with {count(edge)} {upper} characters"))
    few = len(edges) <= FEW_COLUMNS
    ticks = [(float(i), compact(edge)) for i, edge in enumerate(edges) if few or str(edge).strip("0") == "1"]
    drawn = histogram(columns, ticks, "characters", "Histogram of document lengths; the table below has its numbers")
    note = "The scale of lengths is logarithmic: five columns are a factor of ten."
    summary = table(
        "Characters a document; percentiles are within 6 %",
        ["Source", "Documents", "Characters", "Mean", "10 % below", "Median", "90 % below", "Longest"],
        [
            (source.source, count(source.documents), count(source.chars),
             count(round(source.chars / source.documents)) if source.documents else "–",
             count(row.p10), count(row.median), count(row.p90), count(row.longest))
            for source, row in zip(figures.sources, figures.lengths, strict=True)
        ],
    )  # fmt: skip
    bins = table(
        "Documents in each column of the chart",
        ["From", *(row.source for row in figures.lengths)],
        [(count(edge), *(count(row.counts[i]) for row in figures.lengths)) for i, edge in enumerate(edges)],
    )
    chart = figure("Documents by length", legend(palette.legend) + drawn, note)
    return section("lengths", "Lengths", chart + summary + details("The histogram as a table", bins))


def hosts(figures: Figures) -> str:
    """The hosts with the most kept documents."""
    if not figures.hosts:
        return ""
    documents = sum(row.documents for row in figures.sources)
    rows = []
    for row in figures.hosts:
        title = f"{row.host}: {count(row.documents)} documents, {count(row.chars)} characters"
        value = f"{count(row.documents)} ({share(row.documents, documents)})"
        rows.append(Bar(row.host, value, (Part(row.documents, "kept", title),)))
    note = "" if figures.hosts_complete else "There were too many hosts to hold: the numbers are lower bounds."
    data = table(
        "Hosts",
        ["Host", "Documents", "Of all documents", "Characters"],
        [(row.host, count(row.documents), share(row.documents, documents), count(row.chars)) for row in figures.hosts],
    )
    body = figure("Hosts with the most kept documents", bars(rows), note) + details("Hosts as a table", data)
    return section("hosts", "Hosts", body)


def duplicates(figures: Figures) -> str:
    """How large groups of duplicates were, and the documents that were repeated most."""
    found = figures.duplicates
    if found is None:
        return ""
    rows = []
    for label, number in found.sizes.items():
        groups = plural(number, "group")
        rows.append(Bar(f"{label} documents", groups, (Part(number, "kept", f"{groups} of {label}"),)))
    lead = (
        f"{plural(found.removed, 'row')} removed, with the same text as {plural(found.groups, 'document')} that stay; "
        "each removal names its witness."
    )
    largest = table(
        "The documents that were repeated most",
        ["Copies removed", "Source", "Begins", "URL", "Id"],
        [
            (
                count(group.removed),
                group.source or "removed later",
                beginning(group.text),
                group.url or "–",
                group.kept_id,
            )
            for group in found.largest
        ],
        text_columns=5,
        wide=True,
    )
    chart = figure("Size of groups, with the document that stayed", bars(rows))
    return section("duplicates", "Exact duplicates", chart + largest, escape(lead))
