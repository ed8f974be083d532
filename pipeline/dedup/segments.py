"""Segments of texts (lines, sentences), the units that are compared (one line, three sentences), and what goes of them.

A unit is `width` neighbouring segments of a document; its place is that of its first segment.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.kernels import segments as kernels
from pipeline.kernels.arrow import string_buffers

Int32Array = npt.NDArray[np.int32]
Int64Array = npt.NDArray[np.int64]
UInt64Array = npt.NDArray[np.uint64]
BoolArray = npt.NDArray[np.bool_]

KINDS = {"lines": kernels.LINES, "sentences": kernels.SENTENCES}
_BASE = 0x9E3779B97F4A7C1B  # odd, and 3 modulo 8, as in kernels.shingles


@dataclass(frozen=True)
class Units:
    """Arrays of equal length, by (row, place)."""

    row: Int64Array
    place: Int32Array
    key: UInt64Array


@dataclass(frozen=True)
class Segments:
    """The segments of a batch of texts (`kernels.segments.segments`); positions are bytes of the batch's buffer."""

    text_bounds: Int64Array  # of the rows' texts
    bounds: Int64Array
    begins: Int32Array
    starts: Int32Array
    stops: Int32Array
    opens: BoolArray
    hashes: UInt64Array

    def units(self, width: int, salt: UInt64Array) -> Units:
        """All units, in the order of rows, then places; equal keys mean equal normal forms and equal salts (a row)."""
        counts = np.diff(self.bounds)
        each = np.maximum(counts - width + 1, 0)
        row = np.repeat(np.arange(len(counts)), each)
        first = np.repeat(self.bounds[:-1] - np.append(0, np.cumsum(each)[:-1]), each) + np.arange(int(each.sum()))
        key = np.zeros(len(row), np.uint64)
        for offset in range(width):
            key = key * np.uint64(_BASE) + self.hashes[first + offset]
        place = (first - self.bounds[row]).astype(np.int32)
        return Units(row, place, key ^ salt[row])

    def cover(self, units: Units, chosen: BoolArray, width: int) -> BoolArray:
        """bool [segments]: those that are in a chosen unit."""
        edges = np.zeros(len(self.starts) + width, np.int32)
        first = (self.bounds[units.row] + units.place)[chosen]
        np.add.at(edges, first, 1)
        np.add.at(edges, first + width, -1)
        return np.cumsum(edges)[: len(self.starts)] > 0

    def spread(self, units: Units, chosen: BoolArray, values: Int64Array, width: int) -> Int64Array:
        """int64 [segments]: the value of a chosen unit that each segment is in, -1 where it is in none."""
        found = np.full(len(self.starts), -1, np.int64)
        first = (self.bounds[units.row] + units.place)[chosen]
        for offset in range(width):
            found[first + offset] = values[chosen]
        return found

    def cuts(self, row: int, gone: BoolArray) -> list[tuple[int, int]]:
        """Byte ranges of a row's text, from its beginning, that leave with the segments `gone` (bool [segments]).

        White space and breaks go too, so that lines that stay keep their own break and paragraphs theirs.
        """
        low, high = int(self.bounds[row]), int(self.bounds[row + 1])
        zero, end = int(self.text_bounds[row]), int(self.text_bounds[row + 1])
        mine = gone[low:high].astype(np.int8)
        edges = np.flatnonzero(np.diff(mine, prepend=0, append=0)) + low
        found = []
        for first, after in edges.reshape(-1, 2).tolist():
            start, stop = int(self.begins[first]), end if after == high else int(self.begins[after])
            if not self.opens[first] and (after == high or self.opens[after]):  # the break behind stays where it is
                start, stop = int(self.stops[first - 1]), int(self.stops[after - 1])
            found.append((start - zero, stop - zero))
        return found


def segments(text: pa.Array, kind: str) -> Segments:
    """The `KINDS` of segments of each text. Raises as `string_buffers` does."""
    data, offsets = string_buffers(text)
    return Segments(offsets.astype(np.int64), *kernels.segments(data, offsets, KINDS[kind]))
