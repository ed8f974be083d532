"""contamination_tables: public/contamination/{matches,examples,samples}.parquet and summary.json, over all parts."""

import json
from collections import Counter
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline import records
from pipeline.contamination import gopher, llama3, palm, stretches, winnow
from pipeline.contamination.finders import LENGTHS
from pipeline.contamination.index import STATUSES
from pipeline.contamination.matches import Samples, final_samples
from pipeline.contamination.tables import INDEXED, MEASURED
from pipeline.engine.task import PUBLIC, TaskContext

_TABLES = f"{PUBLIC}contamination/"
_FOUND_LATER = ("gopher", "winnow")  # methods that match documents: an example is dirty when one matches

Int64Array = npt.NDArray[np.int64]

_LEAST = {
    "gopher": gopher.MIN_JACCARD,
    "llama3": llama3.DEFAULT_RATIO,
    "palm": palm.MIN_OVERLAP,
    "winnow": winnow.MIN_SHARE,
}
"""The overlap from which an example is dirty; any n-gram will do for GPT-3's method."""


def examples_of(ctx: TaskContext) -> pa.Table:
    return pa.Table.from_batches(list(ctx.batches("benchmark_index", "examples.arrow", 0)), INDEXED).combine_chunks()


def measured(ctx: TaskContext, method: str) -> pa.Table:
    batches = list(ctx.batches("contamination_counts", f"{method}.arrow", 0))
    return pa.Table.from_batches(batches, MEASURED).combine_chunks()


def run(ctx: TaskContext) -> None:
    """The public tables, over all parts."""
    examples = examples_of(ctx)
    out = ctx.parquet(f"{_TABLES}matches.parquet", records.MATCH)
    samples = Samples()
    documents = {method: np.zeros(examples.num_rows, np.int64) for method in ctx.params["methods"]}
    matched = {method: np.zeros(examples.num_rows, np.int32) for method in ctx.params["methods"]}
    overlap = {method: np.zeros(examples.num_rows, np.float64) for method in ctx.params["methods"]}
    totals: Counter[str] = Counter()
    for task in range(ctx.graph["contamination"].tasks):
        totals.update(ctx.manifest("contamination", task).stats)
        for batch in ctx.batches("contamination", "matches/", task):
            out.write(batch)
        for batch in ctx.batches("contamination", "samples/", task):
            for row in batch.to_pylist():
                samples.add(row)
        for batch in ctx.batches("contamination", "example_documents/", task):
            for row in batch.to_pylist():
                method, example = row["method"], row["example"]
                documents[method][example] += row["documents"]
                matched[method][example] = max(matched[method][example], row["matched"])
                overlap[method][example] = max(overlap[method][example], row["overlap"])
    ctx.parquet(f"{_TABLES}samples.parquet", records.MATCH_SAMPLE).write_rows(final_samples(samples.rows()))
    by_method = {}
    for method in sorted(ctx.params["methods"]):
        by_method[method] = measured(ctx, method)
        if method in _FOUND_LATER:
            by_method[method] = _with_found(by_method[method], documents[method], matched[method], overlap[method])
    schema = records.example_schema(ctx.params["methods"])
    table = _example_table(examples, by_method, documents, schema)
    for part in table.to_batches():
        ctx.parquet(f"{_TABLES}examples.parquet", schema).write(part)
    ctx.file(f"{_TABLES}summary.json").write(json.dumps(_summary(ctx, table, totals), indent=1).encode())


def _with_found(
    measured: pa.Table, documents: Int64Array, matched: npt.NDArray[np.int32], overlap: npt.NDArray[np.float64]
) -> pa.Table:
    """MEASURED rows with what was found in documents."""
    statuses = measured["status"].to_pylist()
    unreadable = np.array([status == "unreadable" for status in statuses], bool)
    columns = [
        measured["ngrams"],
        pa.array(matched, mask=unreadable),
        pa.array(overlap, mask=unreadable),
        pa.array(["dirty" if count else status for status, count in zip(statuses, documents.tolist(), strict=True)]),
    ]
    return pa.Table.from_arrays(columns, schema=MEASURED)


def _example_table(
    examples: pa.Table, measured: dict[str, pa.Table], documents: dict[str, Int64Array], schema: pa.Schema
) -> pa.Table:
    known: dict[str, Any] = {name: examples[name] for name in INDEXED.names}
    for method, found in measured.items():
        unreadable = np.array([problem is not None for problem in examples["problem"].to_pylist()], bool)
        known |= {f"{method}_{name}": found[name] for name in MEASURED.names}
        known[f"{method}_documents"] = pa.array(documents[method], mask=unreadable)
    columns = [known.get(field.name, pa.nulls(examples.num_rows, field.type)) for field in schema]
    return pa.Table.from_arrays(columns, schema=schema)


def _summary(ctx: TaskContext, table: pa.Table, totals: Counter[str]) -> dict[str, Any]:
    methods: dict[str, dict[str, Any]] = {}
    known = ctx.manifest("contamination_counts", 0).stats
    for method, action in sorted(ctx.params["methods"].items()):
        methods[method] = {
            "ngram": LENGTHS[method].n if method in LENGTHS else min(stretches.SEEDS),
            "action": action,
            "common_ngrams": known["common_ngrams"] if method == "gpt3" else 0,
            "documents_matched": totals[f"{method}_documents_matched"],
        }
        if method in ("gopher", "gpt3", "winnow"):
            for name in ("documents_cut", "documents_dropped", "pieces"):
                methods[method][name] = totals[f"{method}_{name}"]
    for method, least in _LEAST.items():
        if method in methods:
            methods[method]["min_overlap"] = least
    if "llama3" in methods:
        methods["llama3"]["thresholds"] = dict(ctx.params["llama3_thresholds"])
    if "winnow" in methods:
        methods["winnow"]["boilerplate"] = known["boilerplate"]
    names = table["benchmark"].to_pylist()
    benchmarks: dict[str, dict[str, Any]] = {
        name: {"benchmark": name, "items": count} for name, count in sorted(Counter(names).items())
    }
    for method in methods:
        statuses = Counter(zip(names, table[f"{method}_status"].to_pylist(), strict=True))
        for name, entry in benchmarks.items():
            entry[method] = {status: statuses[name, status] for status in STATUSES}
    return {"methods": methods, "benchmarks": list(benchmarks.values())}
