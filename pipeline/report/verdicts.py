"""Decision files -> rows through every stage, verdicts by reason, what was quarantined, languages dropped."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow.compute as pc

from pipeline import ledger
from pipeline.report.figures import DroppedLanguageRow, QuarantineExample, ReasonRow, StageRow
from pipeline.report.files import Output
from pipeline.report.lookup import locate

EXAMPLES = 3  # quarantined rows shown for each (stage, source, reason)
READ_STAGE = "read"
LANGUAGE_STAGE = "language"
UNDETERMINED = "und"

_KEY = ["source", "verdict", "reason"]
_AGGREGATES = [
    ("rows_out", "count"), ("rows_out", "sum"), ("emptied", "sum"), ("score", "min"), ("score", "max"),
    ("threshold", "min"), ("threshold", "max"),
]  # fmt: skip


@dataclass(frozen=True)
class Verdicts:
    """All that the decision files say."""

    stage_order: tuple[str, ...]
    stages: tuple[StageRow, ...]
    reasons: tuple[ReasonRow, ...]
    quarantine_examples: tuple[QuarantineExample, ...]
    dropped_languages: tuple[DroppedLanguageRow, ...]


def read_verdicts(output: Output, documents: Mapping[str, int]) -> Verdicts:
    """Count the decision files and follow each source's records to its `documents` (counted from their files).

    Raises ledger.ConservationError where they do not meet.
    """
    order = merge_orders(output.manifest["ledger"].values())
    reasons: list[ReasonRow] = []
    examples: list[QuarantineExample] = []
    for stage in output.children("decisions/"):
        found = _reasons(output, stage)
        reasons += found
        if any(row.verdict == "quarantine" for row in found):
            examples += _examples(output, stage)
    reasons.sort(key=lambda row: (_place(order, row.stage), row.source, row.verdict, -row.rows, row.reason))
    examples.sort(key=lambda row: (_place(order, row.stage), row.source, row.reason, row.id))
    records = dict.fromkeys(output.manifest["ledger"], 0)
    for entry in output.manifest["inputs"]:
        records[entry["source"]] += entry["records"]
    emptied: Counter[tuple[str, str]] = Counter()
    for reason in reasons:
        emptied[reason.stage, reason.source] += reason.emptied
    stages = [
        StageRow(
            row.stage,
            row.source,
            row.rows_in,
            row.rows_out,
            row.dropped,
            row.quarantined,
            row.cut,
            emptied[row.stage, row.source],
        )
        for row in ledger.balance(output.manifest["ledger"], records, _tallies(reasons), documents)
    ]
    return Verdicts(tuple(order), tuple(stages), tuple(reasons), tuple(examples), tuple(_dropped_languages(output)))


def merge_orders(orders: Iterable[Sequence[str]]) -> list[str]:
    """One order of all stages that agrees with each source's own wherever these agree with each other."""
    waiting = [list(order) for order in orders if order]
    merged = []
    while waiting:
        heads = [order[0] for order in waiting]
        tails = {stage for order in waiting for stage in order[1:]}
        chosen = next((head for head in heads if head not in tails), heads[0])
        merged.append(chosen)
        waiting = [[stage for stage in order if stage != chosen] for order in waiting]
        waiting = [order for order in waiting if order]
    return merged


def _place(order: Sequence[str], stage: str) -> int:
    return order.index(stage) if stage in order else len(order)


def _reasons(output: Output, stage: str) -> list[ReasonRow]:
    total: dict[tuple[str, str, str], ReasonRow] = {}
    for name in output.names(f"decisions/{stage}/"):
        table = output.columns(name, [*_KEY, "rows_out", "score", "threshold"])
        emptied = pc.and_(pc.equal(table["verdict"], "cut"), pc.equal(table["rows_out"], 0))
        table = table.append_column("emptied", pc.cast(emptied, "int64"))
        for group in table.group_by(_KEY).aggregate(_AGGREGATES).to_pylist():
            key = (group["source"], group["verdict"], group["reason"])
            row = ReasonRow(
                stage, *key, group["rows_out_count"], group["rows_out_sum"], group["emptied_sum"],
                _finite(group["score_min"]), _finite(group["score_max"]),
                _finite(group["threshold_min"]), _finite(group["threshold_max"]),
            )  # fmt: skip
            total[key] = _sum(total[key], row) if key in total else row
    return list(total.values())


def _sum(a: ReasonRow, b: ReasonRow) -> ReasonRow:
    return ReasonRow(
        a.stage, a.source, a.verdict, a.reason, a.rows + b.rows, a.rows_out + b.rows_out,
        a.emptied + b.emptied,
        _least(a.score_min, b.score_min), _most(a.score_max, b.score_max),
        _least(a.threshold_min, b.threshold_min), _most(a.threshold_max, b.threshold_max),
    )  # fmt: skip


def _least(*values: float | None) -> float | None:
    return min((value for value in values if value is not None), default=None)


def _most(*values: float | None) -> float | None:
    return max((value for value in values if value is not None), default=None)


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _tallies(reasons: Iterable[ReasonRow]) -> dict[str, dict[str, ledger.Tally]]:
    rows: dict[str, dict[str, dict[tuple[str, str], int]]] = {}
    outs: dict[str, dict[str, dict[tuple[str, str], int]]] = {}
    for row in reasons:
        key = (row.verdict, row.reason)
        rows.setdefault(row.stage, {}).setdefault(row.source, {})[key] = row.rows
        outs.setdefault(row.stage, {}).setdefault(row.source, {})[key] = row.rows_out
    return {
        stage: {source: ledger.Tally(found, outs[stage][source]) for source, found in sources.items()}
        for stage, sources in rows.items()
    }


def _examples(output: Output, stage: str) -> list[QuarantineExample]:
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for name in output.names(f"decisions/{stage}/"):
        for table in output.row_groups(name, ["id", "source", "url", "verdict", "reason", "detail"]):
            for row in table.filter(pc.equal(table["verdict"], "quarantine")).to_pylist():
                held = found.setdefault((row["source"], row["reason"]), [])
                if len(held) < EXAMPLES:
                    held.append(row)
    rows = [row for held in found.values() for row in held]
    # What a reader sets aside names its file and offset; for what comes later, the id tells the record.
    places = locate(output, {row["id"]: row["source"] for row in rows}) if stage != READ_STAGE else {}
    return [
        QuarantineExample(
            stage, row["source"], row["reason"], row["id"], row["url"], _record(places.get(row["id"])), row["detail"]
        )
        for row in rows
    ]


def _record(place: tuple[str, int] | None) -> str | None:
    return f"record {place[1]} (from 0) of {place[0]}" if place else None


def _dropped_languages(output: Output) -> list[DroppedLanguageRow]:
    """The language stage writes the label that a row had into `detail`."""
    total: dict[tuple[str, str, str], int] = {}
    for name in output.names(f"decisions/{LANGUAGE_STAGE}/"):
        table = output.columns(name, ["source", "reason", "detail", "rows_out"])
        groups = table.group_by(["source", "detail", "reason"]).aggregate([("rows_out", "count")])
        for row in groups.to_pylist():
            key = (row["source"], row["detail"] or UNDETERMINED, row["reason"])
            total[key] = total.get(key, 0) + row["rows_out_count"]
    rows = [DroppedLanguageRow(*key, count) for key, count in total.items()]
    return sorted(rows, key=lambda row: (row.source, -row.rows, row.language, row.reason))
