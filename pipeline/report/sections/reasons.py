"""Why rows were removed: reasons by stage, drops and quarantine told apart, and what was quarantined where."""

from collections.abc import Sequence

from pipeline.filters import FILTERS
from pipeline.report.charts import Bar, Part, bars, legend
from pipeline.report.figures import Figures, QuarantineExample, ReasonRow
from pipeline.report.markup import count, details, escape, figure, plural, section, share, span, table
from pipeline.report.sections.flow import VERDICT_WORD, title

EXAMPLES_SHOWN = 3  # of each quarantine reason, before what is folded
VERDICT_CSS = {"drop": "dropped", "quarantine": "quarantined", "cut": "changed"}

# What the rule sets do is said in FILTERS, beside their source.
STAGE_SUMMARY = {
    "read": "Records that are no document candidates, and what could not be read.",
    "extract": "Pages without a main text, and pages that could not be extracted.",
    "language": "Keeps the languages that the recipe names.",
    "exact_dedup": "Of documents with the same normalised text, one stays.",
    "against_exact": "Documents whose normalised text an earlier run has kept.",
    "against_minhash": "Documents that are nearly one that an earlier run has kept.",
    "against_simhash": "Documents with nearly the fingerprint of one that an earlier run has kept.",
    "quality": "A classifier's score decides, by the policy of each source.",
    "minhash": "Of documents that are nearly the same, one stays.",
    "simhash": "Of documents with nearly the same fingerprint, one stays.",
    "dclm_paragraphs": "Paragraphs most of whose n-grams stand elsewhere are cut out (DCLM).",
    "ccnet_lines": "Lines that are in several places are cut out (CCNet).",
    "llama3_lines": "Lines that are in many places are cut out (Llama 3).",
    "c4_spans": "Of spans of sentences that are in several places, one stays; the others are cut out (C4).",
    "substrings": "Of long passages that are in several places, one stays; the others are cut out.",
    "contamination": "Benchmark text is cut out of documents; one that would fall to many pieces is dropped.",
    "pii": "Personal data is replaced in the documents that stay; scores are numbers of replacements.",
}


def reasons(figures: Figures) -> str:
    """For each stage its reasons as bars, and all of them in a table."""
    parts = []
    for stage in figures.stage_order:
        mine = [row for row in figures.reasons if row.stage == stage]
        if mine:
            rows_in = sum(row.rows_in for row in figures.stages if row.stage == stage)
            chart = figure(f"{plural(rows_in, 'row')} came in", bars(_bars(mine, rows_in)))
            parts.append(f"<h3>{escape(title(stage))}</h3>{_about(stage)}{chart}")
    if not parts:
        return ""
    lead = "Shares are of the rows that came into the stage; bars are scaled within a stage."
    keys = legend(
        [("dropped", "dropped"), ("quarantined", "quarantined"), ("changed", "kept with a changed text")],
    )
    body = f'{keys}<div class="aligned">{"".join(parts)}</div>' + details("All reasons as a table", _table(figures))
    return section("reasons", "Why rows were removed", body, lead)


def _bars(rows: Sequence[ReasonRow], rows_in: int) -> list[Bar]:
    drawn = []
    for verdict, word in VERDICT_WORD.items():
        by_reason: dict[str, int] = {}
        outs: dict[str, int] = {}
        for row in rows:
            if row.verdict == verdict:
                by_reason[row.reason] = by_reason.get(row.reason, 0) + row.rows
                outs[row.reason] = outs.get(row.reason, 0) + row.rows_out
        for reason, number in sorted(by_reason.items(), key=lambda item: (-item[1], item[0])):
            part = Part(number, VERDICT_CSS[verdict], f"{reason}: {count(number)} {word}")
            pieces = f", now {plural(outs[reason], 'document')}" if verdict == "cut" and outs[reason] != number else ""
            label = reason if verdict == "drop" else f"{reason} ({word}{pieces})"
            drawn.append(Bar(label, f"{count(number)} ({share(number, rows_in)})", (part,)))
    return drawn


def _about(stage: str) -> str:
    if stage in FILTERS:
        return f'<p class="note">{escape(FILTERS[stage].summary)} Source: {escape(FILTERS[stage].source)}.</p>'
    return f'<p class="note">{escape(STAGE_SUMMARY[stage])}</p>' if stage in STAGE_SUMMARY else ""


def _table(figures: Figures) -> str:
    rows_in = {(row.stage, row.source): row.rows_in for row in figures.stages}
    return table(
        "Verdicts by stage, source and reason; scores are those of the rows in question",
        ["Stage", "Source", "Verdict", "Reason", "Rows", "Of rows in", "Rows out", "Scores", "Threshold"],
        [
            (title(row.stage), row.source, VERDICT_WORD[row.verdict], row.reason, count(row.rows),
             share(row.rows, rows_in[row.stage, row.source]), count(row.rows_out), span(row.score_min, row.score_max),
             span(row.threshold_min, row.threshold_max))
            for row in figures.reasons
        ],
        text_columns=4,
    )  # fmt: skip


def quarantine(figures: Figures) -> str:
    """What could not be read or handled, with examples."""
    rows = [row for row in figures.reasons if row.verdict == "quarantine"]
    if not rows:
        return section("quarantine", "Quarantine", "<p>Nothing: every record could be read and handled.</p>")
    records = sum(row.records for row in figures.sources)
    total: dict[tuple[str, str], int] = {}
    for row in rows:
        total[row.stage, row.reason] = total.get((row.stage, row.reason), 0) + row.rows
    counts = table(
        "Quarantined rows by reason",
        ["Reason", "Stage", "Rows", "Of all records"],
        [(reason, title(stage), count(number), share(number, records)) for (stage, reason), number in total.items()],
        text_columns=2,
    )
    first, more = _examples(figures, list(total))
    lead = (
        "Records that could not be read or handled. They are not lost: each has a row in <code>decisions/</code> with "
        "its place and error."
    )
    body = counts + first + details("By source", _by_source(figures, rows)) + details("More examples", more)
    return section("quarantine", "Quarantine", body, lead)


def _examples(figures: Figures, places: Sequence[tuple[str, str]]) -> tuple[str, str]:
    """(a few rows of each reason, the other rows), as tables. The few are of different sources where there are some."""
    first, more = [], []
    for place in places:
        mine = [row for row in figures.quarantine_examples if (row.stage, row.reason) == place]
        turns = [sum(other.source == row.source for other in mine[:i]) for i, row in enumerate(mine)]
        ordered = [row for _, row in sorted(zip(turns, mine, strict=True), key=lambda pair: pair[0])]
        first += ordered[:EXAMPLES_SHOWN]
        more += ordered[EXAMPLES_SHOWN:]
    head = ["Reason", "Source", "File, place and error", "URL", "Id"]

    def cells(row: QuarantineExample) -> tuple[str, ...]:
        what = "; ".join(part for part in (row.place, row.detail) if part)
        return row.reason, row.source, what or "–", row.url or "–", row.id

    return (
        table("Some of them: where they stand and what was wrong", head, map(cells, first), text_columns=5, wide=True),
        table("More of them", head, map(cells, more), text_columns=5, wide=True),
    )


def _by_source(figures: Figures, rows: Sequence[ReasonRow]) -> str:
    records = {row.source: row.records for row in figures.sources}
    return table(
        "Quarantined rows by reason and source",
        ["Reason", "Stage", "Source", "Rows", "Of the source's records"],
        [
            (row.reason, title(row.stage), row.source, count(row.rows), share(row.rows, records[row.source]))
            for row in rows
        ],
        text_columns=3,
    )
