"""Near-duplicates: what was compared and removed, between which sources, and pairs to look at."""

from pipeline.dedup.verify import MEASURE_NAMES
from pipeline.report.charts import Bar, Part, bars, legend
from pipeline.report.diff import differences
from pipeline.report.figures import Figures
from pipeline.report.histogram import Overlay, histogram
from pipeline.report.markup import beginning, count, details, escape, figure, number, plural, section, share, table
from pipeline.report.sections.texts import beside, marked
from pipeline.report.stage_figures import ClusterRow, NearDuplicates, PairSample

BINS_A_COLUMN = 2
MATRIX_SOURCES = 10  # of more sources, removals are listed
PAIRS_LISTED = 40
PAIRS_OPEN = 2
_TENTHS = ((0.0, "0"), (0.2, "0.2"), (0.4, "0.4"), (0.6, "0.6"), (0.8, "0.8"), (1.0, "1"))


def near(figures: Figures) -> str:
    """The settings, the similarities, the sizes, the sources, and pairs with their differences."""
    found = figures.near_duplicates
    if found is None:
        return ""
    charts = f'<div class="pair">{_similarities(found)}{_sizes(found)}</div>'
    body = _settings(found) + charts + _by_source(found) + _unchecked(found) + _largest(found) + _samples(found)
    lead = (
        f"{plural(found.removed, 'document')} removed. Bands connect documents to {plural(found.clusters, 'cluster')}."
    )
    return section("near", "Near-duplicates", body, escape(lead))


def _settings(found: NearDuplicates) -> str:
    facts = f"Shingles of {found.ngram} {'characters' if found.shingle == 'char' else 'words'}; "
    if found.rows is None:
        facts += (
            f"64-bit SimHash: all pairs that differ in at most {plural(found.distance or 0, 'bit')} are compared, "
            f"found by {plural(found.bands, 'table')}. "
        )
    else:
        half = (1 / 2) ** (1 / found.bands)
        even = (1 - half) ** (1 / found.rows)
        facts += (
            f"{found.bands} bands of {found.rows} hashes, so that a pair of similarity {even:.2f} has an even chance "
            "of being compared. "
        )
    if found.verify:
        facts += (
            f"A document is removed only where its exact {MEASURE_NAMES[found.similarity]} with one that stays is at "
            f"least {number(found.threshold)}: {plural(found.comparisons, 'comparison')}."
        )
    else:
        facts += "Of the documents that bands connect, directly or through others, one stays; nothing was compared."
    return f'<p class="note">{escape(facts)}</p>'


def chance(similarity: float, bands: int, rows: int) -> float:
    """The S-curve: the chance that a pair shares a band (Leskovec et al., Mining of Massive Datasets, 3.4.2)."""
    return 1 - (1 - similarity**rows) ** bands


def _similarities(found: NearDuplicates) -> str:
    if not found.verify or not any(found.compared):
        return ""
    bins = len(found.compared)
    columns, rows = [], []
    for first in range(0, bins, BINS_A_COLUMN):
        part = slice(first, first + BINS_A_COLUMN)
        compared, removed = sum(found.compared[part]), sum(found.removed_by_similarity[part])
        what = f"of similarity {first / bins:.2f} to {(first + BINS_A_COLUMN) / bins:.2f}"
        columns.append(
            (
                Part(removed, "dropped", f"{count(removed)} removed {what}"),
                Part(compared - removed, "changed", f"{count(compared - removed)} others compared {what}"),
            )
        )
        if compared:
            rows.append((what.removeprefix("of similarity "), count(compared), count(removed)))
    ticks = [(place * len(columns), text) for place, text in _TENTHS]
    curve = () if found.rows is None else tuple(chance(i / 100, found.bands, found.rows) for i in range(101))
    keys = [
        ("dropped", "one was removed"),
        ("changed", "compared, nothing removed"),
        *([("curve", "chance of being compared (right axis)")] if curve else []),
        ("threshold", f"threshold {number(found.threshold)}"),
    ]
    drawn = "Histogram of the similarities of compared pairs" + (", and the S-curve" if curve else "")
    label = f"{drawn}; the table below has its numbers"
    axis = "Jaccard similarity" if found.similarity != "hamming" else "Share of equal bits"
    overlay = Overlay(curve, threshold=found.threshold * len(columns))
    chart = legend(keys) + histogram(columns, ticks, axis, label, overlay)
    numbers = table("Pairs by similarity", ["Similarity", "Compared", "Removed for it"], rows)
    return figure("Compared pairs by similarity", chart + details("The histogram as a table", numbers))


def _sizes(found: NearDuplicates) -> str:
    rows = []
    for label, number_of in found.sizes.items():
        clusters = plural(number_of, "cluster")
        rows.append(Bar(f"{label.replace('-', '–')} documents", clusters, (Part(number_of, "kept", clusters),)))
    return figure("Clusters by size", bars(rows), "A cluster is what bands connect; comparison decides who leaves it.")


def _by_source(found: NearDuplicates) -> str:
    pairs = {(row.removed_source, row.kept_source): row.count for row in found.by_source}
    removed = sorted({source for source, _ in pairs})
    kept = sorted({source for _, source in pairs})
    if len(removed) <= MATRIX_SOURCES and len(kept) <= MATRIX_SOURCES:
        rows = [
            (
                source,
                *(count(pairs[source, other]) if (source, other) in pairs else "·" for other in kept),
                count(sum(number_of for (one, _), number_of in pairs.items() if one == source)),
            )
            for source in removed
        ]
        title = "Removed documents, by their source (rows) and the source of the document that stayed (columns)"
        return table(title, ["Removed from", *kept, "In all"], rows)
    rows = [
        (row.removed_source, row.kept_source, count(row.count), share(row.count, found.removed))
        for row in found.by_source[:PAIRS_LISTED]
    ]
    head = ["Removed from", "In favour of", "Documents", "Of all removals"]
    more = len(found.by_source) - len(rows)
    rest = f'<p class="note">{plural(more, "more pair")} of sources: report.json lists them.</p>' if more > 0 else ""
    return table("Removed documents by pair of sources", head, rows, text_columns=2) + rest


def _unchecked(found: NearDuplicates) -> str:
    if not found.unchecked:
        return ""
    named = ", ".join(f"{count(number_of)} of {source}" for source, number_of in found.unchecked.items())
    total = sum(found.unchecked.values())
    sentence = (
        f"{plural(total, 'document')} stayed without having been compared with all of their cluster, because a limit "
        f"on comparisons was reached: {named}."
    )
    return f'<div class="remarks"><p>{escape(sentence)}</p></div>'


def _largest(found: NearDuplicates) -> str:
    return table(
        "The largest clusters",
        ["Documents", "Begins", "What became of them", "Source of the first", "URL", "Id"],
        [
            (count(row.size), beginning(row.text) if row.text is not None else "removed later", _roles(row), row.source,
             row.url or "–", row.cluster)
            for row in found.largest
        ],
        text_columns=6,
        wide=True,
    )  # fmt: skip


def _roles(row: ClusterRow) -> str:
    roles = ((row.kept, "kept"), (row.removed, "removed"), (row.unchecked, "not all compared"))
    return ", ".join(f"{count(number_of)} {role}" for number_of, role in roles if number_of)


def _samples(found: NearDuplicates) -> str:
    if not found.samples:
        return ""
    shown = [_pair(sample) for sample in found.samples]
    note = (
        "Words that the other text does not have are marked; long stretches that both have are left out (⋯). Documents "
        "whose texts are equal as far as samples hold them are not shown."
    )
    more = details(plural(len(shown) - PAIRS_OPEN, "more pair"), "".join(shown[PAIRS_OPEN:]))
    return f'<h3>Pairs to look at</h3><p class="note">{note}</p>{"".join(shown[:PAIRS_OPEN])}{more}'


def _pair(sample: PairSample) -> str:
    left, right = differences(sample.removed_text, sample.kept_text)
    return beside(
        f"similarity {number(sample.similarity)}",
        (f"Removed from {sample.removed_source}", sample.removed_id, marked(left, "del")),
        (f"Stayed in {sample.kept_source}", sample.kept_id, marked(right, "ins")),
    )
