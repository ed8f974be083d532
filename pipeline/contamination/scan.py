"""Looking for the index's n-grams in documents, and reading what was found again row by row."""

from collections.abc import Callable, Iterator
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.contamination import winnow
from pipeline.contamination.index import Index
from pipeline.contamination.stretches import NONE, Stretches
from pipeline.contamination.tables import CANDIDATE, GRAM_DOCUMENTS, HIT
from pipeline.kernels.ngrams import Hits, count_documents, find

Int32Array = npt.NDArray[np.int32]
Int64Array = npt.NDArray[np.int64]


class Scanner:
    """Scans the documents of one part in order, and counts the documents of each n-gram of the methods."""

    def __init__(self, index: Index, stretches: Stretches = NONE) -> None:
        self._lookup = index.lookup
        self._methods_grams = index.method_grams
        self._stretches = stretches
        self._last_row = np.full(self._methods_grams, -1, np.int32)
        self.documents: Int64Array = np.zeros(self._methods_grams, np.int64)

    def scan(self, rows: Int32Array, texts: pa.Array) -> pa.RecordBatch:
        """HIT rows of a batch of documents, by (row, place of n, word); `rows` are their numbers, ascending."""
        return self.scan_all(rows, texts)[0]

    def scan_all(self, rows: Int32Array, texts: pa.Array) -> tuple[pa.RecordBatch, pa.RecordBatch]:
        """(HIT rows, CANDIDATE rows) of a batch of documents."""
        found = find(texts, self._lookup)
        is_seed = found.gram >= self._methods_grams
        seeds = winnow.candidates(rows, texts, select(found, is_seed), self._stretches)
        found = select(found, ~is_seed)
        found = found._replace(row=rows[found.row])
        count_documents(found, self._last_row, self.documents)
        return pa.RecordBatch.from_arrays([pa.array(column) for column in found], schema=HIT), seeds

    def counts(self) -> pa.RecordBatch:
        """GRAM_DOCUMENTS rows of the n-grams that were found."""
        grams = np.flatnonzero(self.documents).astype(np.int32)
        return pa.RecordBatch.from_arrays([pa.array(grams), pa.array(self.documents[grams])], schema=GRAM_DOCUMENTS)


Columns = TypeVar("Columns", bound=NamedTuple)


class RowReader(Generic[Columns]):
    """Hands out what was found in a part in the order of rows; holds that of the rows asked for and one batch more."""

    def __init__(
        self, batches: Iterator[pa.RecordBatch], make: Callable[[list[Any]], Columns], schema: pa.Schema
    ) -> None:
        self._batches = batches
        self._make = make
        self._names = schema.names
        self._ahead: list[npt.NDArray[Any]] = [pa.array([], field.type).to_numpy() for field in schema]

    def up_to(self, last_row: int) -> Columns:
        """All of rows up to and with `last_row` that was not handed out yet."""
        parts = [self._ahead]
        while not len(parts[-1][0]) or parts[-1][0][-1] <= last_row:
            batch = next(self._batches, None)
            if batch is None:
                break
            parts.append([batch.column(name).to_numpy() for name in self._names])
        joined = [np.concatenate(columns) for columns in zip(*parts, strict=True)]
        end = int(np.searchsorted(joined[0], last_row, side="right"))
        self._ahead = [column[end:] for column in joined]
        return self._make([column[:end] for column in joined])


def hit_reader(batches: Iterator[pa.RecordBatch]) -> RowReader[Hits]:
    return RowReader(batches, Hits._make, HIT)


def candidate_reader(batches: Iterator[pa.RecordBatch]) -> RowReader[winnow.Candidates]:
    return RowReader(batches, winnow.Candidates._make, CANDIDATE)


def select(hits: Hits, chosen: npt.NDArray[np.bool_]) -> Hits:
    """The hits marked in `chosen`."""
    return Hits._make(column[chosen] for column in hits)
