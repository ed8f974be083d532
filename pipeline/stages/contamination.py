"""The stages of contamination; `planning/contamination.py` says how they hang together.

benchmark_index       index/*.npy, examples.arrow, one example a row
contamination_scan    task t: hits/, counts/, candidates/ and contexts/00000.arrow of what is left of part t
contamination_counts  over all parts: common.npy (n-grams), boilerplate.npy (surroundings), <method>.arrow (MEASURED
                      rows by example)
contamination         task t: verdicts/, pieces/, matches/, samples/ and example_documents/00000.arrow of part t
"""

from collections import Counter
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline import records
from pipeline.contamination import gopher, gpt3, llama3, palm, stretches, winnow
from pipeline.contamination.benchmarks import read_benchmark
from pipeline.contamination.deciding import decide
from pipeline.contamination.finders import LENGTHS, Aligned, Batch, Finder, Grams, Similar
from pipeline.contamination.index import STATUSES, Index, Shares, arrays, build_all, load
from pipeline.contamination.layouts import Fields
from pipeline.contamination.mapped import load_array
from pipeline.contamination.matches import Samples, add_samples, match_rows
from pipeline.contamination.scan import Scanner, candidate_reader, hit_reader
from pipeline.contamination.stretches import Stretches
from pipeline.contamination.tables import (
    CANDIDATE,
    CONTEXT_DOCUMENTS,
    EXAMPLE_DOCUMENTS,
    GRAM_DOCUMENTS,
    HIT,
    INDEXED,
    MEASURED,
    RANKED_SAMPLE,
)
from pipeline.engine import storage
from pipeline.engine.task import TaskContext
from pipeline.errors import WinnowError
from pipeline.stages.contamination_tables import examples_of, measured
from pipeline.stages.survivors import VERDICTS_FILE, survivors


def index(ctx: TaskContext) -> None:
    """Read all benchmarks and index them."""
    examples, benchmarks = [], []
    for (name, digest), path in zip(ctx.params["benchmarks"], ctx.places["paths"], strict=True):
        if storage.digest_of(path) != digest:
            raise WinnowError(f"benchmark {path} changed while the run was starting: run again")
        found = read_benchmark(path, Fields.of(ctx.params["fields"]))
        examples += found
        benchmarks += [name] * len(found)
    lengths = dict.fromkeys(LENGTHS[method] for method in ctx.params["methods"] if method in LENGTHS)
    built, of_winnow = build_all(examples, list(lengths), seeds="winnow" in ctx.params["methods"])
    for name, array in (*arrays(built), *stretches.arrays(of_winnow)):
        np.save(ctx.file(f"index/{name}"), array)  # type: ignore[call-overload]
    columns = [
        pa.array(benchmarks, pa.string()),
        pa.array([example.name for example in examples], pa.string()),
        pa.array([example.text if example.problem is None else None for example in examples], pa.string()),
        pa.array(np.diff(built.example_words).astype(np.int32)),
        pa.array([example.problem for example in examples], pa.string()),
    ]
    ctx.arrow("examples.arrow", INDEXED).write(pa.RecordBatch.from_arrays(columns, schema=INDEXED))


def _index(ctx: TaskContext) -> tuple[Index, Stretches]:
    folder = ctx.graph.work("benchmark_index", "index")
    return load(folder), stretches.load(folder)


def scan(ctx: TaskContext) -> None:
    """Find the benchmarks' n-grams and stretches in one part's documents."""
    built, of_winnow = _index(ctx)
    scanner = Scanner(built, of_winnow)
    hits = ctx.arrow(f"hits/{ctx.task:05d}.arrow", HIT)
    candidates = ctx.arrow(f"candidates/{ctx.task:05d}.arrow", CANDIDATE)
    contexts: Counter[int] = Counter()
    for rows, batch in survivors(ctx, ("text",)):
        found, possible = scanner.scan_all(rows, batch.column("text"))
        hits.write(found)
        candidates.write(possible)
        contexts.update(winnow.contexts(winnow.read(possible), of_winnow))
    ctx.arrow(f"counts/{ctx.task:05d}.arrow", GRAM_DOCUMENTS).write(scanner.counts())
    columns = [
        pa.array(sorted(contexts), pa.uint64()),
        pa.array([contexts[key] for key in sorted(contexts)], pa.int64()),
    ]
    ctx.arrow(f"contexts/{ctx.task:05d}.arrow", CONTEXT_DOCUMENTS).write(
        pa.RecordBatch.from_arrays(columns, schema=CONTEXT_DOCUMENTS)
    )


def counts(ctx: TaskContext) -> None:
    """Add up the documents of each n-gram, then ask the methods what that says about the examples."""
    built, of_winnow = _index(ctx)
    documents = np.zeros(built.method_grams, np.int64)
    contexts: Counter[int] = Counter()
    for task in range(ctx.graph["contamination_scan"].tasks):
        for batch in ctx.batches("contamination_scan", "counts/", task):
            documents[batch.column("gram").to_numpy()] += batch.column("documents").to_numpy()
        for batch in ctx.batches("contamination_scan", "contexts/", task):
            contexts.update(dict(zip(*(column.to_pylist() for column in batch.columns), strict=True)))
    examples = examples_of(ctx)
    unreadable = np.array([problem is not None for problem in examples["problem"].to_pylist()], bool)
    for method in ctx.params["methods"]:
        if method == "llama3":
            required = llama3.ratios(examples["benchmark"].to_pylist(), ctx.params["llama3_thresholds"])
            found = llama3.measure(built, documents, required)
        elif method == "gopher":
            found = gopher.testable(built)
        elif method == "winnow":
            found = winnow.testable(built, of_winnow)
        else:
            found = {"gpt3": gpt3, "palm": palm}[method].measure(built, documents)
        ctx.arrow(f"{method}.arrow", MEASURED).write(_measured_rows(found, unreadable))
    nothing = np.zeros(built.method_grams, bool)
    common = gpt3.common(built, documents) if "gpt3" in ctx.params["methods"] else nothing
    np.save(ctx.file("common.npy"), common)  # type: ignore[call-overload]
    boilerplate = sorted(key for key, count in contexts.items() if count > winnow.MAX_DOCUMENTS)
    np.save(ctx.file("boilerplate.npy"), np.array(boilerplate, np.uint64))  # type: ignore[call-overload]
    ctx.count("common_ngrams", int(common.sum()))
    ctx.count("boilerplate", len(boilerplate))


def _measured_rows(found: Shares, unreadable: npt.NDArray[np.bool_]) -> pa.RecordBatch:
    statuses = np.array(STATUSES, object)[found.status]
    statuses[unreadable] = "unreadable"
    columns = [
        pa.array(found.ngrams, mask=unreadable),
        pa.array(found.matched, mask=unreadable),
        pa.array(found.overlap, mask=unreadable),
        pa.array(statuses, pa.string()),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=MEASURED)


def _finder(ctx: TaskContext, name: str) -> Finder:
    built, of_winnow = _index(ctx)
    if name == "winnow":
        return Aligned(built, of_winnow, load_array(ctx.graph.work("contamination_counts", "boilerplate.npy")))
    if name == "gopher":
        return Similar(built)
    common = load_array(ctx.graph.work("contamination_counts", "common.npy"))
    dirty = np.array([status == "dirty" for status in measured(ctx, name)["status"].to_pylist()], bool)
    return Grams(name, built, common, dirty)


def run(ctx: TaskContext) -> None:
    """Decide on one part's documents, and write down where benchmarks are in them."""
    examples = examples_of(ctx)
    names = [
        f"{benchmark}/{name}" for benchmark, name in zip(*(examples[c].to_pylist() for c in ("benchmark", "example")))
    ]
    finders = [_finder(ctx, name) for name in sorted(ctx.params["methods"])]
    hits = hit_reader(ctx.batches("contamination_scan", "hits/"))
    candidates = candidate_reader(ctx.batches("contamination_scan", "candidates/"))
    samples = Samples()
    for rows, batch in survivors(ctx, ("id", "text", "source", "url")):
        last = int(rows[-1])
        here = Batch(rows, batch.column("text"), hits.up_to(last), candidates.up_to(last))
        found = {finder.name: finder.find(here) for finder in finders}
        decided = decide(ctx.params["methods"], found, rows, here.texts, names)
        for name, of_method in found.items():
            ctx.count(f"{name}_documents_matched", len(np.unique(of_method.matches.row)))
            if not len(of_method.matches.row):
                continue
            acts = ctx.params["methods"][name] != "measure"
            matched = np.unique(of_method.matches.row).tolist()
            actions = {row: decided[row].verdict["verdict"] if acts else "measure" for row in matched}
            match_file = ctx.arrow(f"matches/{ctx.task:05d}.arrow", records.MATCH)
            match_file.write(match_rows(of_method.matches, name, actions, rows, batch, examples))
            add_samples(samples, of_method.matches, name, rows, batch, examples)
        _write_decisions(ctx, decided)
    ctx.arrow(f"samples/{ctx.task:05d}.arrow", RANKED_SAMPLE).write_rows(samples.rows())
    for finder in finders:
        ctx.arrow(f"example_documents/{ctx.task:05d}.arrow", EXAMPLE_DOCUMENTS).write(finder.example_documents())


def _write_decisions(ctx: TaskContext, decided: dict[int, Any]) -> None:
    if not decided:
        return
    pieces = []
    for row, decision in decided.items():
        pieces += [{"row": row, "piece": number, "text": text} for number, text in enumerate(decision.pieces)]
        outcome = "cut" if decision.verdict["verdict"] == "cut" else "dropped"
        ctx.count(f"{decision.method}_documents_{outcome}", 1)
        ctx.count(f"{decision.method}_pieces", len(decision.pieces))
    verdicts = ctx.arrow(VERDICTS_FILE.format(task=ctx.task), records.VERDICT)
    verdicts.write_rows([decision.verdict for decision in decided.values()])
    ctx.arrow(f"pieces/{ctx.task:05d}.arrow", records.PIECE).write_rows(pieces)
