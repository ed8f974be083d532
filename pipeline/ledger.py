"""Conservation: what came in equals what stayed plus what was dropped and quarantined, counted from the written files.

Nothing here trusts a counter that a stage kept while it ran: records come from the committed input tables, verdicts
from the decision files, documents from the document files.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.engine import storage
from pipeline.errors import WinnowError


class ConservationError(WinnowError):
    """Rows are missing or counted twice; the message names the source and the stage."""


@dataclass(frozen=True)
class Balance:
    """One source's rows through one stage. `cut` rows stayed, changed; each may have become several."""

    source: str
    stage: str
    rows_in: int
    rows_out: int
    dropped: int
    quarantined: int
    cut: int
    reasons: Mapping[str, int] = field(default_factory=dict)  # verdict/reason -> rows


@dataclass(frozen=True)
class Tally:
    """Verdicts of one (stage, source): rows and rows_out by (verdict, reason)."""

    rows: Mapping[tuple[str, str], int]
    rows_out: Mapping[tuple[str, str], int]


def tally_decisions(paths: Iterable[str]) -> dict[str, Tally]:
    """Count the rows of decision files by source."""
    rows: dict[str, dict[tuple[str, str], int]] = {}
    rows_out: dict[str, dict[tuple[str, str], int]] = {}
    for path in paths:
        table = read_parquet(path, ["source", "verdict", "reason", "rows_out"])
        groups = table.group_by(["source", "verdict", "reason"]).aggregate([("rows_out", "sum"), ("rows_out", "count")])
        for group in groups.to_pylist():
            key = (group["verdict"], group["reason"])
            counts, outs = rows.setdefault(group["source"], {}), rows_out.setdefault(group["source"], {})
            counts[key] = counts.get(key, 0) + group["rows_out_count"]
            outs[key] = outs.get(key, 0) + group["rows_out_sum"]
    return {source: Tally(rows[source], rows_out[source]) for source in rows}


def count_public(files: Iterable[tuple[str, str]]) -> tuple[dict[str, dict[str, Tally]], dict[str, int]]:
    """(tallies by stage and source, documents by source) of public files, given as (public name, path to read)."""
    decisions: dict[str, list[str]] = {}
    documents: dict[str, int] = {}
    for name, path in files:
        kind, _, rest = name.partition("/")
        group = rest.partition("/")[0]
        if kind == "decisions":
            decisions.setdefault(group, []).append(path)
        elif kind == "documents":
            documents[group] = documents.get(group, 0) + parquet_rows(path)
    return {stage: tally_decisions(paths) for stage, paths in decisions.items()}, documents


def balance(
    order: Mapping[str, Sequence[str]],
    records: Mapping[str, int],
    tallies: Mapping[str, Mapping[str, Tally]],
    documents: Mapping[str, int],
) -> list[Balance]:
    """Follow each source's rows through its stages and compare the end with the documents that were written.

    `order`: source -> ledger stages in order; `tallies`: stage -> source -> tally. Raises ConservationError.
    """
    found = []
    unknown = {stage for stage in tallies if not any(stage in stages for stages in order.values())}
    if unknown:
        raise ConservationError(f"decisions of stages that the recipe does not have: {', '.join(sorted(unknown))}")
    for source, stages in order.items():
        rows = records[source]
        for stage in stages:
            tally = tallies.get(stage, {}).get(source, Tally({}, {}))
            by_verdict = {"drop": 0, "quarantine": 0, "cut": 0}
            for (verdict, _), count in tally.rows.items():
                by_verdict[verdict] += count
            left = rows - sum(tally.rows.values()) + sum(tally.rows_out.values())
            reasons = {f"{verdict}/{reason}": count for (verdict, reason), count in sorted(tally.rows.items())}
            found.append(
                Balance(
                    source, stage, rows, left, by_verdict["drop"], by_verdict["quarantine"], by_verdict["cut"], reasons
                )
            )
            if left < 0:
                raise ConservationError(f"source {source!r}: stage {stage!r} removed more rows than it got ({rows})")
            rows = left
        if rows != documents.get(source, 0):
            raise ConservationError(
                f"source {source!r}: {records[source]} records less all removals leave {rows}, but "
                f"{documents.get(source, 0)} documents were written. The output is not to be trusted: run again into "
                "another OUT, and report this with OUT/manifest.json."
            )
    return found


def read_parquet(path: str, columns: Sequence[str]) -> pa.Table:
    """Some columns of a Parquet file, local or remote."""
    with storage.open_arrow(path) as source:
        return pq.ParquetFile(source).read(columns=list(columns))


def decisions(out: str, manifest: Mapping[str, Any], stage: str, columns: Sequence[str]) -> Iterator[pa.Table]:
    """Some columns of what a stage of a finished run has decided, a table a file."""
    for entry in manifest["files"]:
        if entry["path"].startswith(f"decisions/{stage}/"):
            yield read_parquet(storage.join(out, entry["path"]), columns)


def parquet_rows(path: str) -> int:
    """Number of rows, from the file's footer."""
    with storage.open_arrow(path) as source:
        return int(pq.ParquetFile(source).metadata.num_rows)


def count_inputs(paths: Iterable[str]) -> pa.Table:
    """The input tables of all extract tasks as one table: source, path, records (summed over splits)."""
    tables = [read_parquet(path, ["source", "path", "records"]) for path in paths]
    if not tables:
        return pa.table({"source": pa.array([], pa.string()), "path": [], "records": pa.array([], pa.int64())})
    grouped = pa.concat_tables(tables).group_by(["source", "path"]).aggregate([("records", "sum")])
    return grouped.rename_columns({"records_sum": "records"}).sort_by([("source", "ascending"), ("path", "ascending")])


def records_by_source(inputs: pa.Table) -> dict[str, int]:
    """Records of each source."""
    return {
        source: int(pc.sum(inputs.filter(pc.equal(inputs["source"], source))["records"]).as_py())
        for source in pc.unique(inputs["source"]).to_pylist()
    }
