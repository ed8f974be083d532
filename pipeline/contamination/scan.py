"""Looking for the index's n-grams in documents, and reading the hits again row by row."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.contamination.index import Index
from pipeline.contamination.tables import GRAM_DOCUMENTS, HIT
from pipeline.kernels.ngrams import Hits, count_documents, find

Int32Array = npt.NDArray[np.int32]
Int64Array = npt.NDArray[np.int64]


class Scanner:
    """Scans the documents of one part in order, and counts the documents of each n-gram."""

    def __init__(self, index: Index) -> None:
        self._lookup = index.lookup
        self._last_row = np.full(index.grams, -1, np.int32)
        self.documents: Int64Array = np.zeros(index.grams, np.int64)

    def scan(self, rows: Int32Array, texts: pa.Array) -> pa.RecordBatch:
        """HIT rows of a batch of documents, by (row, place of n, word); `rows` are their numbers, ascending."""
        found = find(texts, self._lookup)
        found = found._replace(row=rows[found.row])
        count_documents(found, self._last_row, self.documents)
        return pa.RecordBatch.from_arrays([pa.array(column) for column in found], schema=HIT)

    def counts(self) -> pa.RecordBatch:
        """GRAM_DOCUMENTS rows of the n-grams that were found."""
        grams = np.flatnonzero(self.documents).astype(np.int32)
        return pa.RecordBatch.from_arrays([pa.array(grams), pa.array(self.documents[grams])], schema=GRAM_DOCUMENTS)


class HitReader:
    """Hands out a part's hits in the order of rows; holds those of the rows asked for and one batch more."""

    def __init__(self, batches: Iterator[pa.RecordBatch]) -> None:
        self._batches = batches
        self._ahead = Hits._make(pa.array([], field.type).to_numpy() for field in HIT)

    def up_to(self, last_row: int) -> Hits:
        """The hits of all rows up to and with `last_row` that were not handed out yet."""
        parts = [self._ahead]
        while not len(parts[-1].row) or parts[-1].row[-1] <= last_row:
            batch = next(self._batches, None)
            if batch is None:
                break
            parts.append(Hits._make(batch.column(name).to_numpy() for name in HIT.names))
        joined = [np.concatenate(columns) for columns in zip(*parts, strict=True)]
        end = int(np.searchsorted(joined[0], last_row, side="right"))
        self._ahead = Hits._make(column[end:] for column in joined)
        return Hits._make(column[:end] for column in joined)


def select(hits: Hits, chosen: npt.NDArray[np.bool_]) -> Hits:
    """The hits marked in `chosen`."""
    return Hits._make(column[chosen] for column in hits)
