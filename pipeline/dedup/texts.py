"""A column of texts that stays where it lies (in memory or in a mapped file), read by row."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Int64Array = npt.NDArray[np.int64]


class Texts:
    """Row i is the text at `places[i]` of the chunks, counted through. Only what is asked for is copied."""

    def __init__(self, chunks: Sequence[pa.Array], places: Int64Array) -> None:
        self._chunks = [chunk for chunk in chunks if len(chunk)]
        self._starts = np.cumsum([0, *(len(chunk) for chunk in self._chunks)])
        self._places = places
        valid = [np.asarray(chunk.is_valid()) for chunk in self._chunks]
        self.valid: npt.NDArray[np.bool_] = np.concatenate([np.zeros(0, bool), *valid])[places]

    def __getitem__(self, row: int) -> pa.LargeStringScalar:
        place = int(self._places[row])
        chunk = int(np.searchsorted(self._starts, place, side="right")) - 1
        return self._chunks[chunk][place - int(self._starts[chunk])]

    def take(self, rows: Int64Array) -> pa.LargeStringArray:
        """The texts of some rows, in their order."""
        places = self._places[rows]
        chunk = np.searchsorted(self._starts, places, side="right") - 1
        by_chunk = np.argsort(chunk, kind="stable")  # each chunk on its own: to take from all of them joins them first
        found = [pa.array([], pa.large_string())]
        for number in np.unique(chunk).tolist():
            mine = places[chunk == number] - self._starts[number]
            found.append(self._chunks[number].take(pa.array(mine)))
        order = np.empty(len(rows), np.int64)
        order[by_chunk] = np.arange(len(rows))
        return pa.concat_arrays(found).take(pa.array(order))
