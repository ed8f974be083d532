"""Segments of texts (lines, sentences, tokens), the units that are compared (one line, three sentences, fifty tokens),
and what goes of them.

A unit is `width` neighbouring segments of a document; its place is that of its first segment.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.kernels import segments as kernels
from pipeline.kernels import windows
from pipeline.kernels.arrow import string_buffers

Int32Array = npt.NDArray[np.int32]
Int64Array = npt.NDArray[np.int64]
UInt64Array = npt.NDArray[np.uint64]
BoolArray = npt.NDArray[np.bool_]

_KINDS = {"lines": kernels.LINES, "sentences": kernels.SENTENCES}


@dataclass(frozen=True)
class Units:
    """Arrays of equal length, by (row, place)."""

    row: Int64Array
    place: Int32Array
    key: UInt64Array

    def only(self, chosen: BoolArray) -> "Units":
        return Units(self.row[chosen], self.place[chosen], self.key[chosen])


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
        """All units, in the order of rows, then places; equal keys mean equal segments and equal salts (a row)."""
        first = self._firsts(width)
        row = np.searchsorted(self.bounds, first, side="right") - 1
        key = windows.grams(self.hashes, self.bounds, width)[first]
        return Units(row, (first - self.bounds[row]).astype(np.int32), key ^ salt[row])

    def anchors(self, width: int, salt: UInt64Array) -> tuple[Units, Int64Array]:
        """(the anchors of all units, by place; for each unit the number of its anchor).

        Units that are equal have anchors with equal keys.
        """
        run = (width + 1) // 2
        shorter = windows.grams(self.hashes, self.bounds, run)
        of_unit = windows.anchors(shorter, self.bounds, width, run)[self._firsts(width)]
        first, number = np.unique(of_unit, return_inverse=True)
        row = np.searchsorted(self.bounds, first, side="right") - 1
        found = Units(row, (first - self.bounds[row]).astype(np.int32), shorter[first] ^ salt[row])
        return found, number.astype(np.int64)

    def _firsts(self, width: int) -> Int64Array:
        """The first segment of each unit."""
        left = np.repeat(self.bounds[1:], np.diff(self.bounds)) - np.arange(len(self.starts))
        return np.flatnonzero(left >= width)

    def cover(self, units: Units, chosen: BoolArray, width: int) -> BoolArray:
        """bool [segments]: those that are in a chosen unit."""
        edges = np.zeros(len(self.starts) + width, np.int32)
        first = (self.bounds[units.row] + units.place)[chosen]
        np.add.at(edges, first, 1)
        np.add.at(edges, first + width, -1)
        return np.cumsum(edges)[: len(self.starts)] > 0

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
    """The segments of each text: `lines`, `sentences` or `tokens`. Raises as `string_buffers` does."""
    data, offsets = string_buffers(text)
    if kind == "tokens":
        bounds, starts, stops, opens, hashes = windows.tokens(data, offsets)
        return Segments(offsets.astype(np.int64), bounds, starts, starts, stops, opens, hashes)
    return Segments(offsets.astype(np.int64), *kernels.segments(data, offsets, _KINDS[kind]))
