"""The stages of contamination; `planning/contamination.py` says how they hang together.

benchmark_index       index/*.npy, examples.arrow, one example a row
contamination_scan    task t: hits/00000.arrow and counts/00000.arrow of what is left of part t
contamination_counts  documents of each n-gram, over all parts: common.npy, <method>.arrow (MEASURED rows by example)
contamination         task t: verdicts/, pieces/, matches/, samples/ and example_documents/00000.arrow of part t
contamination_tables  public/contamination/{matches,examples,samples}.parquet and summary.json
"""

import json
from collections import Counter
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline import records
from pipeline.contamination import gpt3, palm
from pipeline.contamination.benchmarks import read_benchmark
from pipeline.contamination.index import STATUSES, GramLength, Index, Shares, arrays, build, load, load_array
from pipeline.contamination.matches import (
    MAX_RUNS_A_DOCUMENT,
    Matches,
    Samples,
    add_samples,
    final_samples,
    locate,
    match_rows,
)
from pipeline.contamination.scan import HitReader, Scanner, select
from pipeline.contamination.tables import (
    EXAMPLE_DOCUMENTS,
    GRAM_DOCUMENTS,
    HIT,
    INDEXED,
    MEASURED,
    RANKED_SAMPLE,
)
from pipeline.engine import storage
from pipeline.engine.task import PUBLIC, TaskContext
from pipeline.errors import WinnowError
from pipeline.kernels.gram_runs import runs
from pipeline.kernels.ngrams import Hits
from pipeline.stages.survivors import VERDICTS_FILE, survivors

METHODS = {"gpt3": gpt3, "palm": palm}
LENGTHS = {"gpt3": GramLength(gpt3.NGRAM, across=True), "palm": GramLength(palm.NGRAM, across=False)}
_TABLES = f"{PUBLIC}contamination/"

Int64Array = npt.NDArray[np.int64]


def index(ctx: TaskContext) -> None:
    """Read all benchmarks and index them."""
    examples, benchmarks = [], []
    for (name, digest), path in zip(ctx.params["benchmarks"], ctx.places["paths"], strict=True):
        if storage.digest_of(path) != digest:
            raise WinnowError(f"benchmark {path} changed while the run was starting: run again")
        found = read_benchmark(path)
        examples += found
        benchmarks += [name] * len(found)
    built = build(examples, [LENGTHS[method] for method in ctx.params["methods"]])
    for name, array in arrays(built):
        np.save(ctx.file(f"index/{name}"), array)  # type: ignore[call-overload]
    columns = [
        pa.array(benchmarks, pa.string()),
        pa.array([example.name for example in examples], pa.string()),
        pa.array([example.text if example.problem is None else None for example in examples], pa.string()),
        pa.array(np.diff(built.example_words).astype(np.int32)),
        pa.array([example.problem for example in examples], pa.string()),
    ]
    ctx.arrow("examples.arrow", INDEXED).write(pa.RecordBatch.from_arrays(columns, schema=INDEXED))


def _index(ctx: TaskContext) -> Index:
    return load(ctx.graph.work("benchmark_index", "index"))


def _examples(ctx: TaskContext) -> pa.Table:
    return pa.Table.from_batches(list(ctx.batches("benchmark_index", "examples.arrow", 0)), INDEXED).combine_chunks()


def scan(ctx: TaskContext) -> None:
    """Find the benchmarks' n-grams in one part's documents."""
    scanner = Scanner(_index(ctx))
    hits = ctx.arrow(f"hits/{ctx.task:05d}.arrow", HIT)
    for rows, batch in survivors(ctx, ("text",)):
        hits.write(scanner.scan(rows, batch.column("text")))
    ctx.arrow(f"counts/{ctx.task:05d}.arrow", GRAM_DOCUMENTS).write(scanner.counts())


def counts(ctx: TaskContext) -> None:
    """Add up the documents of each n-gram, then ask the methods what that says about the examples."""
    built = _index(ctx)
    documents = np.zeros(built.grams, np.int64)
    for task in range(ctx.graph["contamination_scan"].tasks):
        for batch in ctx.batches("contamination_scan", "counts/", task):
            documents[batch.column("gram").to_numpy()] += batch.column("documents").to_numpy()
    unreadable = np.array([problem is not None for problem in _examples(ctx)["problem"].to_pylist()], bool)
    for method in ctx.params["methods"]:
        found: Shares = METHODS[method].measure(built, documents)
        statuses = np.array(STATUSES, object)[found.status]
        statuses[unreadable] = "unreadable"
        columns = [
            pa.array(found.ngrams, mask=unreadable),
            pa.array(found.matched, mask=unreadable),
            pa.array(found.overlap, mask=unreadable),
            pa.array(statuses, pa.string()),
        ]
        ctx.arrow(f"{method}.arrow", MEASURED).write(pa.RecordBatch.from_arrays(columns, schema=MEASURED))
    common = gpt3.common(built, documents) if "gpt3" in ctx.params["methods"] else np.zeros(built.grams, bool)
    np.save(ctx.file("common.npy"), common)  # type: ignore[call-overload]
    ctx.count("common_ngrams", int(common.sum()))


def _measured(ctx: TaskContext, method: str) -> pa.Table:
    batches = list(ctx.batches("contamination_counts", f"{method}.arrow", 0))
    return pa.Table.from_batches(batches, MEASURED).combine_chunks()


class _Method:
    """One method at work on a part: which hits count, which examples are worth a row, and what it has seen."""

    def __init__(self, ctx: TaskContext, name: str, built: Index, common: npt.NDArray[np.bool_]) -> None:
        self.name = name
        self.n = METHODS[name].NGRAM
        self._index = built
        self._postings = built.postings(self.n)
        self._common = common
        self._ngrams = built.example_counts(self.n, np.zeros(built.grams, bool))[0].astype(np.int32)
        dirty = np.array([status == "dirty" for status in _measured(ctx, name)["status"].to_pylist()], bool)
        # GPT-3 acts on documents, so all that it finds has a row; PaLM's finding is that an example is dirty.
        self._wanted = dirty if name == "palm" else np.ones(built.examples, bool)
        self.documents: Int64Array = np.zeros(built.examples, np.int64)

    def find(self, hits: Hits) -> tuple[Hits, Matches]:
        """(the hits that count, their runs)."""
        mine = select(hits, (hits.n == self.n) & ~self._common[hits.gram])
        found = runs(
            mine.row, mine.word, mine.gram, self._postings, self._ngrams, self._wanted, self.documents,
            max_runs_a_row=MAX_RUNS_A_DOCUMENT,
        )  # fmt: skip
        return mine, locate(self._index, self.n, self._ngrams, mine, found)

    def example_documents(self) -> pa.RecordBatch:
        """EXAMPLE_DOCUMENTS rows of this part."""
        examples = np.flatnonzero(self.documents).astype(np.int32)
        columns = [
            pa.array([self.name] * len(examples), pa.string()),
            pa.array(examples),
            pa.array(self.documents[examples]),
        ]
        return pa.RecordBatch.from_arrays(columns, schema=EXAMPLE_DOCUMENTS)


def run(ctx: TaskContext) -> None:
    """Decide on one part's documents, and write down where benchmarks are in them."""
    examples = _examples(ctx)
    common = load_array(ctx.graph.work("contamination_counts", "common.npy"))
    built = _index(ctx)
    methods = [_Method(ctx, name, built, common) for name in sorted(ctx.params["methods"])]
    reader = HitReader(ctx.batches("contamination_scan", "hits/"))
    samples = Samples()
    for rows, batch in survivors(ctx, ("id", "text", "source", "url")):
        hits = reader.up_to(int(rows[-1]))
        for method in methods:
            mine, found = method.find(hits)
            ctx.count(f"{method.name}_documents_matched", len(np.unique(found.row)))
            if not len(found.row):
                continue
            actions = dict.fromkeys(np.unique(mine.row).tolist(), "measure")
            action = ctx.params["methods"][method.name]
            if action != "measure":
                actions = _decide(ctx, action, rows, batch, mine, found, examples)
            match_file = ctx.arrow(f"matches/{ctx.task:05d}.arrow", records.MATCH)
            match_file.write(match_rows(found, method.name, actions, rows, batch, examples))
            add_samples(samples, found, method.name, rows, batch, examples)
    ctx.arrow(f"samples/{ctx.task:05d}.arrow", RANKED_SAMPLE).write_rows(samples.rows())
    for method in methods:
        ctx.arrow(f"example_documents/{ctx.task:05d}.arrow", EXAMPLE_DOCUMENTS).write(method.example_documents())


def _decide(
    ctx: TaskContext,
    action: str,
    rows: npt.NDArray[np.int32],
    batch: pa.RecordBatch,
    hits: Hits,
    found: Matches,
    examples: pa.Table,
) -> dict[int, str]:
    """Cut or drop the documents that have hits of GPT-3's method; returns what was done to each."""
    verdicts, pieces, actions = [], [], {}
    with_hits, firsts = np.unique(hits.row, return_index=True)
    bounds = np.append(firsts, len(hits.row))
    strongest = found.strongest(with_hits)
    for place, row in enumerate(with_hits.tolist()):
        mine = slice(bounds[place], bounds[place + 1])
        verdict, reason, rows_out = "drop", gpt3.REASON, 0
        if action == "cut":
            text = batch.column("text")[int(np.searchsorted(rows, row))].as_py()
            left = gpt3.pieces(text, hits.start_char[mine], hits.end_char[mine])
            verdict, reason, rows_out = gpt3.cut_verdict(len(left))
            if verdict == "cut":
                pieces += [{"row": row, "piece": number, "text": piece} for number, piece in enumerate(left)]
        best = strongest[row]
        number = int(found.example[best])
        actions[row] = verdict
        verdicts.append(
            {
                "row": row,
                "verdict": verdict,
                "reason": reason,
                "rows_out": rows_out,
                "score": float(found.overlap[best]),
                "threshold": None,
                "witness": None,
                "detail": f"{examples['benchmark'][number].as_py()}/{examples['example'][number].as_py()}",
            }
        )
        ctx.count(f"documents_{'cut' if verdict == 'cut' else 'dropped'}", 1)
        ctx.count("pieces", rows_out)
    ctx.arrow(VERDICTS_FILE.format(task=ctx.task), records.VERDICT).write_rows(verdicts)
    ctx.arrow(f"pieces/{ctx.task:05d}.arrow", records.PIECE).write_rows(pieces)
    return actions


def tables(ctx: TaskContext) -> None:
    """The public tables, over all parts."""
    examples = _examples(ctx)
    tasks = range(ctx.graph["contamination"].tasks)
    out = ctx.parquet(f"{_TABLES}matches.parquet", records.MATCH)
    samples = Samples()
    documents = {method: np.zeros(examples.num_rows, np.int64) for method in ctx.params["methods"]}
    totals: Counter[str] = Counter()
    for task in tasks:
        totals.update(ctx.manifest("contamination", task).stats)
        for batch in ctx.batches("contamination", "matches/", task):
            out.write(batch)
        for batch in ctx.batches("contamination", "samples/", task):
            for row in batch.to_pylist():
                samples.add(row)
        for batch in ctx.batches("contamination", "example_documents/", task):
            for row in batch.to_pylist():
                documents[row["method"]][row["example"]] += row["documents"]
    ctx.parquet(f"{_TABLES}samples.parquet", records.MATCH_SAMPLE).write_rows(final_samples(samples.rows()))
    measured = {method: _measured(ctx, method) for method in sorted(ctx.params["methods"])}
    table = _example_table(examples, measured, documents)
    for part in table.to_batches():
        ctx.parquet(f"{_TABLES}examples.parquet", records.EXAMPLE).write(part)
    ctx.file(f"{_TABLES}summary.json").write(json.dumps(_summary(ctx, table, totals), indent=1).encode())


def _example_table(examples: pa.Table, measured: dict[str, pa.Table], documents: dict[str, Int64Array]) -> pa.Table:
    known: dict[str, Any] = {name: examples[name] for name in INDEXED.names}
    for method, found in measured.items():
        unreadable = np.array([problem is not None for problem in examples["problem"].to_pylist()], bool)
        known |= {f"{method}_{name}": found[name] for name in MEASURED.names}
        known[f"{method}_documents"] = pa.array(documents[method], mask=unreadable)
    columns = [known.get(field.name, pa.nulls(examples.num_rows, field.type)) for field in records.EXAMPLE]
    return pa.Table.from_arrays(columns, schema=records.EXAMPLE)


def _summary(ctx: TaskContext, table: pa.Table, totals: Counter[str]) -> dict[str, Any]:
    methods: dict[str, dict[str, Any]] = {}
    for method, action in sorted(ctx.params["methods"].items()):
        methods[method] = {
            "ngram": METHODS[method].NGRAM,
            "action": action,
            "common_ngrams": 0,
            "documents_matched": totals[f"{method}_documents_matched"],
        }
    if "gpt3" in methods:
        methods["gpt3"] |= {name: totals[name] for name in ("documents_cut", "documents_dropped", "pieces")}
        methods["gpt3"]["common_ngrams"] = ctx.manifest("contamination_counts", 0).stats["common_ngrams"]
    if "palm" in methods:
        methods["palm"]["min_overlap"] = palm.MIN_OVERLAP
    names = table["benchmark"].to_pylist()
    benchmarks: dict[str, dict[str, Any]] = {
        name: {"benchmark": name, "items": count} for name, count in sorted(Counter(names).items())
    }
    for method in methods:
        statuses = Counter(zip(names, table[f"{method}_status"].to_pylist(), strict=True))
        for name, entry in benchmarks.items():
            entry[method] = {status: statuses[name, status] for status in STATUSES}
    return {"methods": methods, "benchmarks": list(benchmarks.values())}
