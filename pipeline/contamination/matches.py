"""Runs of n-grams -> the rows of matches.parquet, and excerpts for reports."""

import heapq
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline import records
from pipeline.contamination.index import Index
from pipeline.contamination.tables import RANKED_SAMPLE
from pipeline.ids import hex_ids
from pipeline.kernels.gram_runs import Runs
from pipeline.kernels.ngrams import Hits

# Of a document and method, or as many as it has distinct n-grams of examples: a dump of a benchmark has rows for all
# its items, and a phrase that a benchmark repeats in each item does not make a million rows (`gram_runs.runs`).
MAX_RUNS_A_DOCUMENT = 1_000
SAMPLES_A_BENCHMARK = 8  # of a method
EXCERPT_CHARS = 800

Int64Array = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Matches:
    """One method's matches in a batch of documents, with positions in characters: arrays by match."""

    row: npt.NDArray[np.int32]
    example: npt.NDArray[np.int32]
    matched: npt.NDArray[np.int32]  # distinct n-grams of the example in the whole document, or words
    overlap: npt.NDArray[np.float64]  # the same as a share of the example's n-grams
    span_start: Int64Array
    span_end: Int64Array
    example_start: Int64Array
    example_end: Int64Array

    def take(self, chosen: npt.NDArray[np.bool_], overlap: npt.NDArray[np.float64]) -> "Matches":
        """The chosen runs, with these overlaps."""
        arrays = {field.name: getattr(self, field.name) for field in fields(self)}
        return replace(self, **{name: array[chosen] for name, array in arrays.items()} | {"overlap": overlap})

    def strongest(self, rows: npt.NDArray[np.int32]) -> dict[int, int]:
        """row -> the run of the example of which the document has the largest share; of equal ones the longest match,
        then the first example.
        """
        order = np.lexsort((self.example, -self.matched, -self.overlap, self.row))
        by_row = self.row[order]
        firsts = np.searchsorted(by_row, rows)
        return {int(row): int(order[first]) for row, first in zip(rows, firsts, strict=True)}


def locate(index: Index, n: int, ngrams: npt.NDArray[np.int32], hits: Hits, runs: Runs) -> Matches:
    """`ngrams` int32 [examples]: distinct n-grams of each example, of which `overlap` is a share."""
    first_words = index.example_words[runs.example]
    return Matches(
        row=runs.row,
        example=runs.example,
        matched=runs.matched,
        overlap=runs.matched / ngrams[runs.example],
        span_start=hits.start_char[runs.first_hit],
        span_end=hits.end_char[runs.last_hit],
        example_start=index.word_start[first_words + runs.first_word].astype(np.int64),
        example_end=index.word_end[first_words + runs.last_word + n - 1].astype(np.int64),
    )


def match_rows(
    matches: Matches,
    method: str,
    actions: dict[int, str],
    rows: npt.NDArray[np.int32],
    batch: pa.RecordBatch,
    examples: pa.Table,
) -> pa.RecordBatch:
    """records.MATCH rows. `actions`: what happened to each document; `rows` are the documents of `batch`."""
    places = pa.array(np.searchsorted(rows, matches.row))
    numbers = pa.array(matches.example)
    count = len(matches.row)
    columns = {
        "id": hex_ids(batch.column("id").take(places)),
        "benchmark": examples["benchmark"].take(numbers).combine_chunks(),
        "example": examples["example"].take(numbers).combine_chunks(),
        "method": pa.array([method] * count, pa.string()),
        "overlap": pa.array(matches.overlap),
        "span_start": pa.array(matches.span_start),
        "span_end": pa.array(matches.span_end),
        "action": pa.array([actions[row] for row in matches.row.tolist()], pa.string()),
        "source": batch.column("source").take(places),
        "example_start": pa.array(matches.example_start),
        "example_end": pa.array(matches.example_end),
    }
    return pa.RecordBatch.from_arrays([columns[name] for name in records.MATCH.names], schema=records.MATCH)


class Samples:
    """Of each benchmark and method the matches with the largest overlaps, of equal ones the smallest ids: a few."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, str], list[tuple[Any, ...]]] = {}

    def wants(self, benchmark: str, method: str, overlap: float, identity: str) -> bool:
        """Whether a match with this overlap, in this document, may be among the few."""
        held = self._held.get((benchmark, method), [])
        return len(held) < SAMPLES_A_BENCHMARK or (-overlap, identity) <= held[-1][:2]

    def add(self, sample: dict[str, Any]) -> None:
        """`sample`: a RANKED_SAMPLE row."""
        held = self._held.setdefault((sample["benchmark"], sample["method"]), [])
        rank = (-sample["overlap"], sample["id"], sample["example"])
        if all(rank != other[:3] for other in held):  # one sample of a document and example
            self._held[sample["benchmark"], sample["method"]] = heapq.nsmallest(
                SAMPLES_A_BENCHMARK, [*held, (*rank, sample)], key=lambda entry: entry[:3]
            )

    def rows(self) -> list[dict[str, Any]]:
        """By benchmark, method and rank."""
        return [entry[3] for key in sorted(self._held) for entry in self._held[key]]


def add_samples(
    samples: Samples,
    matches: Matches,
    method: str,
    rows: npt.NDArray[np.int32],
    batch: pa.RecordBatch,
    examples: pa.Table,
) -> None:
    """Offer the matches of a batch."""
    benchmarks = examples["benchmark"]
    for run in np.argsort(-matches.overlap, kind="stable").tolist():
        number = int(matches.example[run])
        benchmark, overlap = benchmarks[number].as_py(), float(matches.overlap[run])
        place = int(np.searchsorted(rows, matches.row[run]))
        identity = batch.column("id")[place].as_py().hex()
        if not samples.wants(benchmark, method, overlap, identity):
            continue
        text, example_text = batch.column("text")[place].as_py(), examples["text"][number].as_py()
        begin, end = excerpt_bounds(len(text), int(matches.span_start[run]), int(matches.span_end[run]))
        example_begin, example_end = excerpt_bounds(
            len(example_text), int(matches.example_start[run]), int(matches.example_end[run])
        )
        samples.add(
            {
                "id": identity,
                "source": batch.column("source")[place].as_py(),
                "url": batch.column("url")[place].as_py(),
                "benchmark": benchmark,
                "example": examples["example"][number].as_py(),
                "method": method,
                "excerpt": text[begin:end],
                "span_start": int(matches.span_start[run]) - begin,
                "span_end": min(int(matches.span_end[run]), end) - begin,
                "example_text": example_text[example_begin:example_end],
                "overlap": overlap,
            }
        )


def excerpt_bounds(length: int, start: int, end: int) -> tuple[int, int]:
    """At most EXCERPT_CHARS characters of a text with start:end in their middle; of a longer match its beginning."""
    begin = max(0, start - max(0, EXCERPT_CHARS - (end - start)) // 2)
    return begin, min(length, begin + EXCERPT_CHARS)


def final_samples(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without what they were chosen by."""
    return [{name: row[name] for name in records.MATCH_SAMPLE.names} for row in rows]


assert RANKED_SAMPLE.names[:-1] == records.MATCH_SAMPLE.names
