"""contamination/ -> what the report says about benchmark text in training data, counted from the tables."""

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.report.figures import ReasonRow
from pipeline.report.files import Output
from pipeline.report.stage_figures import (
    BenchmarkRow,
    ContaminationFigures,
    ExampleRow,
    MatchExcerpt,
    MethodRow,
    OverlapRow,
)

EXAMPLES, MATCHES = "contamination/examples.parquet", "contamination/matches.parquet"
SAMPLES, SUMMARY = "contamination/samples.parquet", "contamination/summary.json"
STAGE = "contamination"
METHODS = ("winnow", "gpt3", "palm", "gopher", "llama3")
STATUSES = ("unreadable", "too_short", "clean", "dirty")
_TOLD = ("clean", "dirty")  # those of which an overlap is known
BINS = 20
MOST_MATCHED = 6  # examples of each method
TEXT_CHARS = 300
EXCERPTS_A_METHOD = 2  # of each benchmark
MAX_EXCERPTS = 16
MIN_UNITED_KEYS = 1 << 20


def read_contamination(output: Output, reasons: Iterable[ReasonRow]) -> ContaminationFigures | None:
    """None where the run looked for no benchmarks; `reasons` are those of the decision files. A row group at a time."""
    present = output.names("contamination/")
    if SUMMARY not in present:
        return None
    given = output.published_json(SUMMARY)["methods"]
    methods = [method for method in METHODS if given.get(method)]
    mine = [row for row in reasons if row.stage == STAGE]
    cut = [row for row in mine if row.verdict == "cut"]
    counted = _Examples(methods)
    if EXAMPLES in present:
        for table in output.row_groups(EXAMPLES, ["benchmark", "example", *_columns(methods)]):
            counted.add(table)
    matched = _matched_documents(output) if MATCHES in present else Counter()
    return ContaminationFigures(
        methods=tuple(
            MethodRow(
                method,
                given[method]["ngram"],
                given[method]["action"],
                given[method]["common_ngrams"],
                None if method == "gpt3" else given[method]["min_overlap"],
                matched[method],
            )
            for method in methods
        ),
        documents_cut=sum(row.rows for row in cut),
        documents_dropped=sum(row.rows for row in mine if row.verdict == "drop"),
        pieces=sum(row.rows_out for row in cut),
        benchmarks=tuple(counted.benchmarks()),
        overlaps=tuple(counted.overlaps()),
        most_matched=tuple(_with_texts(output, counted.most)),
        excerpts=_excerpts(output) if SAMPLES in present else (),
    )


def _columns(methods: Iterable[str]) -> list[str]:
    return [f"{method}_{name}" for method in methods for name in ("documents", "overlap", "status")]


class _Examples:
    """Running totals over examples.parquet."""

    def __init__(self, methods: Iterable[str]) -> None:
        self._methods = list(methods)
        self._statuses: Counter[tuple[str, str, str]] = Counter()  # benchmark, method, status
        self._bins = {(method, status): np.zeros(BINS, np.int64) for method in methods for status in _TOLD}
        self._untouched: Counter[str] = Counter()
        self._first = 0
        # Of each method the examples that most documents share: (documents, -row), so that the first row wins a tie.
        self.most: dict[str, list[tuple[int, int]]] = {method: [] for method in methods}

    def add(self, table: pa.Table) -> None:
        """Count some rows of the table."""
        for method in self._methods:
            self._count(table, method)
        self._first += table.num_rows

    def _count(self, table: pa.Table, method: str) -> None:
        status = f"{method}_status"
        groups = table.group_by(["benchmark", status]).aggregate([([], "count_all")])
        for row in groups.to_pylist():
            self._statuses[row["benchmark"], method, row[status]] += row["count_all"]
        overlap = pc.fill_null(table[f"{method}_overlap"], 0.0).to_numpy()
        bins = np.clip((overlap * BINS + 1e-9).astype(np.int64), 0, BINS - 1)
        for name in _TOLD:
            chosen = pc.fill_null(pc.equal(table[status], name), False).to_numpy()
            self._bins[method, name] += np.bincount(bins[chosen & (overlap > 0)], minlength=BINS)
            self._untouched[method] += int((chosen & (overlap <= 0)).sum())
        documents = pc.fill_null(table[f"{method}_documents"], 0).to_numpy()
        top = np.argsort(-documents, kind="stable")[:MOST_MATCHED]
        found = [(int(documents[i]), -(self._first + int(i))) for i in top if documents[i] > 0]
        self.most[method] = heapq.nlargest(MOST_MATCHED, [*self.most[method], *found])

    def benchmarks(self) -> Iterable[BenchmarkRow]:
        """By benchmark, then by method."""
        for benchmark in sorted({benchmark for benchmark, _, _ in self._statuses}):
            for method in self._methods:
                numbers = [self._statuses[benchmark, method, status] for status in STATUSES]
                yield BenchmarkRow(benchmark, method, sum(numbers), *numbers)

    def overlaps(self) -> Iterable[OverlapRow]:
        """One row a method."""
        for method in self._methods:
            clean, dirty = (tuple(self._bins[method, status].tolist()) for status in _TOLD)
            yield OverlapRow(method, self._untouched[method], clean, dirty)


def _with_texts(output: Output, most: Mapping[str, list[tuple[int, int]]]) -> Iterable[ExampleRow]:
    numbers = sorted({-row for found in most.values() for _, row in found})
    rows = dict(zip(numbers, output.rows(EXAMPLES, numbers), strict=True)) if numbers else {}
    for method, found in most.items():
        for documents, number in found:
            row = rows[-number]
            yield ExampleRow(
                method, row["benchmark"], row["example"], documents, row[f"{method}_overlap"], row[f"{method}_status"],
                row["text"][:TEXT_CHARS],
            )  # fmt: skip


def _matched_documents(output: Output) -> Counter[str]:
    """Method -> training documents with any match. Ids are held by their first 8 bytes: 8 MB for a million."""
    found = {method: _Keys() for method in METHODS}
    for table in output.row_groups(MATCHES, ["id", "method"]):
        for method in METHODS:
            found[method].add(table.filter(pc.equal(table["method"], method))["id"])
    return Counter({method: keys.count() for method, keys in found.items()})


class _Keys:
    """A set of ids in hexadecimal; what is added is put in order when it is as much as is held."""

    def __init__(self) -> None:
        self._held = np.zeros(0, np.uint64)
        self._waiting: list[npt.NDArray[np.uint64]] = []
        self._count = 0

    def add(self, ids: pa.ChunkedArray) -> None:
        if not len(ids):
            return
        heads = "".join(pc.utf8_slice_codeunits(ids, 0, 16).to_pylist())
        self._waiting.append(np.unique(np.frombuffer(bytes.fromhex(heads), dtype=">u8").astype(np.uint64)))
        self._count += len(self._waiting[-1])
        if self._count > max(len(self._held), MIN_UNITED_KEYS):
            self.count()

    def count(self) -> int:
        self._held = np.unique(np.concatenate([self._held, *self._waiting]))
        self._waiting, self._count = [], 0
        return len(self._held)


def _excerpts(output: Output) -> tuple[MatchExcerpt, ...]:
    """Of each benchmark and method the excerpts with the smallest ids; each document and each item once."""
    held: dict[tuple[str, str], list[MatchExcerpt]] = {}
    for table in output.row_groups(SAMPLES, list(MatchExcerpt.__dataclass_fields__)):
        for row in table.to_pylist():
            held.setdefault((row["benchmark"], row["method"]), []).append(MatchExcerpt(**row))
    chosen: list[MatchExcerpt] = []
    for _ in range(EXCERPTS_A_METHOD):
        for key in sorted(held):
            taken = {item for other in chosen for item in (other.id, (other.benchmark, other.example))}
            rows = sorted(held[key], key=lambda row: (row.id, row.example))
            fresh = (row for row in rows if row.id not in taken and (row.benchmark, row.example) not in taken)
            chosen += [row for row in (next(fresh, None),) if row is not None]
    return tuple(sorted(chosen[:MAX_EXCERPTS], key=lambda row: (row.benchmark, row.method, row.id)))
