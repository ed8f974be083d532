"""What each method finds in a batch of documents: the matches that it reports, and the spans that it acts on."""

from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.contamination import gopher, gpt3, llama3, palm, winnow
from pipeline.contamination.index import GramLength, Index
from pipeline.contamination.matches import MAX_RUNS_A_DOCUMENT, Matches, locate
from pipeline.contamination.scan import select
from pipeline.contamination.stretches import Stretches
from pipeline.contamination.tables import EXAMPLE_DOCUMENTS
from pipeline.kernels.gram_runs import runs
from pipeline.kernels.ngrams import Hits

Int32Array = npt.NDArray[np.int32]
Int64Array = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


LENGTHS = {
    "gopher": GramLength(gopher.NGRAM, across=True),
    "gpt3": GramLength(gpt3.NGRAM, across=True),
    "llama3": GramLength(llama3.NGRAM, across=False),
    "palm": GramLength(palm.NGRAM, across=False),
}
REASONS = {"gopher": gopher.REASON, "gpt3": gpt3.REASON, "winnow": winnow.REASON}
THRESHOLDS = {"gopher": gopher.MIN_JACCARD, "gpt3": None, "winnow": winnow.MIN_SHARE}


class Batch(NamedTuple):
    """Documents with these numbers (ascending), and what was found in them."""

    rows: Int32Array
    texts: pa.Array
    hits: Hits
    candidates: winnow.Candidates


class Found(NamedTuple):
    """`row`, `start`, `end`: what a method that cuts cuts out; each document that it acts on has a row."""

    matches: Matches
    row: Int32Array
    start: Int64Array
    end: Int64Array


class Finder(Protocol):
    """One method at work on a part."""

    name: str

    def find(self, batch: Batch) -> Found: ...

    def example_documents(self) -> pa.RecordBatch: ...


class Grams:
    """GPT-3, PaLM and Llama 3: runs of n-grams of the examples that the method calls dirty."""

    def __init__(self, name: str, index: Index, common: Bools, dirty: Bools) -> None:
        self.name = name
        self._index = index
        self._n = LENGTHS[name].n
        self._postings = index.postings(self._n)
        self._common = common
        self._ngrams = index.example_counts(self._n, np.zeros(index.method_grams, bool))[0].astype(np.int32)
        # GPT-3 and Gopher act on documents, so all that they find is looked at; the others say which example is dirty.
        self._wanted = np.ones(index.examples, bool) if name in ("gpt3", "gopher") else dirty
        self._documents: Int64Array = np.zeros(index.examples, np.int64)

    def find(self, batch: Batch) -> Found:
        hits, found = self._runs(batch)
        return Found(found, hits.row, hits.start_char, hits.end_char)

    def _runs(self, batch: Batch) -> tuple[Hits, Matches]:
        """(the hits that count, their runs)."""
        mine = select(batch.hits, (batch.hits.n == self._n) & ~self._common[batch.hits.gram])
        found = runs(
            mine.row, mine.word, mine.gram, self._postings, self._ngrams, self._wanted, self._documents,
            max_runs_a_row=MAX_RUNS_A_DOCUMENT,
        )  # fmt: skip
        return mine, locate(self._index, self._n, self._ngrams, mine, found)

    def example_documents(self) -> pa.RecordBatch:
        """EXAMPLE_DOCUMENTS rows of this part."""
        nothing = np.zeros(self._index.examples, np.int32)
        return _example_documents(self.name, self._documents, nothing, nothing.astype(np.float64))


class _Best:
    """Of each example the documents that match, the most that one has of it, and the largest overlap."""

    def __init__(self, examples: int) -> None:
        self.documents: Int64Array = np.zeros(examples, np.int64)
        self.matched: Int32Array = np.zeros(examples, np.int32)
        self.overlap: Floats = np.zeros(examples)

    def add(self, example: Int32Array, matched: npt.NDArray[np.integer[Any]], overlap: Floats) -> None:
        np.maximum.at(self.matched, example, matched.astype(np.int32))
        np.maximum.at(self.overlap, example, overlap)

    def count(self, row: Int32Array, example: Int32Array) -> None:
        pairs = np.unique(row.astype(np.int64) << 32 | example)
        np.add.at(self.documents, pairs & 0xFFFFFFFF, 1)


class Similar(Grams):
    """Gopher: examples that a document is as similar to as a set of n-grams."""

    def __init__(self, index: Index) -> None:
        super().__init__("gopher", index, np.zeros(index.method_grams, bool), np.zeros(0, bool))
        self._best = _Best(index.examples)

    def find(self, batch: Batch) -> Found:
        _, found = self._runs(batch)
        pairs = gopher.similarities(found.row, found.example, found.matched, self._ngrams, batch.texts, batch.rows)
        self._best.add(pairs.example, pairs.matched, pairs.jaccard)
        exceeds = gopher.exceeds(pairs)
        self._best.count(pairs.row[exceeds], pairs.example[exceeds])
        keys = pairs.row.astype(np.int64) << 32 | pairs.example
        place = np.searchsorted(keys, found.row.astype(np.int64) << 32 | found.example)
        chosen = exceeds[place]
        kept = found.take(chosen, pairs.jaccard[place][chosen])
        return Found(kept, kept.row, kept.span_start, kept.span_end)

    def example_documents(self) -> pa.RecordBatch:
        return _example_documents(self.name, self._best.documents, self._best.matched, self._best.overlap)


class Aligned:
    """Winnow: stretches of examples, words changed or not."""

    name = "winnow"

    def __init__(self, index: Index, stretches: Stretches, boilerplate: npt.NDArray[np.uint64]) -> None:
        self._index = index
        self._stretches = stretches
        self._boilerplate = boilerplate
        self._best = _Best(index.examples)

    def find(self, batch: Batch) -> Found:
        every = winnow.owned(self._stretches, batch.candidates)
        self._best.add(every.example, every.words, every.share)
        counting = winnow.counting(batch.candidates, self._stretches, self._boilerplate)
        found = winnow.matches(self._index, self._stretches, counting)
        self._best.count(found.row, found.example)
        return Found(found, counting.row, counting.span_start, counting.span_end)

    def example_documents(self) -> pa.RecordBatch:
        return _example_documents(self.name, self._best.documents, self._best.matched, self._best.overlap)


def _example_documents(method: str, documents: Int64Array, matched: Int32Array, overlap: Floats) -> pa.RecordBatch:
    examples = np.flatnonzero((documents > 0) | (overlap > 0)).astype(np.int32)
    columns = [
        pa.array([method] * len(examples), pa.string()),
        pa.array(examples),
        pa.array(documents[examples]),
        pa.array(matched[examples]),
        pa.array(overlap[examples]),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=EXAMPLE_DOCUMENTS)
