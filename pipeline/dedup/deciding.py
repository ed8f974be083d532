"""Components of any size, decided slice by slice: a slice of texts is read at a time, and of those before it are held
only the shingles of documents that stay, of the component that is still open.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.dedup import minhash, verify
from pipeline.dedup.arrays import slices
from pipeline.dedup.nomination import nominate
from pipeline.dedup.verify import Resolution

UInt64Array = npt.NDArray[np.uint64]
Int64Array = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

SLICE_BYTES = 64 << 20


@dataclass(frozen=True)
class _Rows:
    """Documents with what they are compared by."""

    row: Int64Array
    sizes: Int64Array  # of their sets of shingles
    sets: UInt64Array
    keys: UInt64Array  # [n, bands]
    prints: UInt64Array | None

    def only(self, chosen: BoolArray) -> "_Rows":
        prints = None if self.prints is None else self.prints[chosen]
        sets = self.sets[np.repeat(chosen, self.sizes)]
        return _Rows(self.row[chosen], self.sizes[chosen], sets, self.keys[chosen], prints)

    def then(self, other: "_Rows") -> "_Rows":
        if not len(self.row):
            return other
        prints = None
        if self.prints is not None and other.prints is not None:
            prints = np.concatenate((self.prints, other.prints))
        return _Rows(
            np.concatenate((self.row, other.row)),
            np.concatenate((self.sizes, other.sizes)),
            np.concatenate((self.sets, other.sets)),
            np.concatenate((self.keys, other.keys)),
            prints,
        )


def measure_of(p: Mapping[str, Any]) -> str:
    """What pairs are measured by, by the parameters of the stages."""
    return "jaccard" if p["similarity"] == "both" else str(p["similarity"])


def decide(
    read: Callable[[int, int], pa.LargeStringArray], text_bytes: Int64Array, starts: Int64Array, p: Mapping[str, Any]
) -> tuple[Resolution, Int64Array]:
    """(what becomes of each document, the size of each one's set of shingles): `verify.resolve` of all components.

    `read(begin, end)` gives the texts of those rows, `text_bytes` how long each is; `starts` is as for `resolve`.
    Memory: one slice, and the shingles of what stays of one component.
    """
    found, sizes = [], [np.zeros(0, np.int64)]
    held: _Rows | None = None
    for some in slices(text_bytes, SLICE_BYTES):
        begin, end = some.start, some.stop
        mine = _rows(read(begin, end).cast(pa.string()), begin, p)
        sizes.append(mine.sizes)
        inside = starts[(starts > begin) & (starts < end)]
        if held is None or begin in starts:
            held = mine.only(np.zeros(len(mine.row), bool))
        given = len(held.row)
        rows = held.then(mine)
        bounds = np.concatenate(([0], inside - begin + given, [len(rows.row)]))
        part = _resolve(rows, bounds, given, p)
        witness = np.where(part.witness < 0, -1, rows.row[part.witness])[given:]
        per_row = ("shared", "intersection", "whole", "contained", "unchecked")
        found.append(replace(part, witness=witness, **{name: getattr(part, name)[given:] for name in per_row}))
        open_from = int(bounds[-2])
        stays = (part.witness < 0) & (rows.sizes > 0) & (np.arange(len(rows.row)) >= open_from)
        held = rows.only(stays)
    return _joined(found), np.concatenate(sizes)


def _rows(text: pa.StringArray, begin: int, p: Mapping[str, Any]) -> _Rows:
    # All documents of a component are of one scope, so that its keys can be had again without the salt.
    keys, _, prints = nominate(text, p, np.zeros(len(text), np.uint64))
    sets, offsets = minhash.shingle_sets(text, shingle=p["shingle"], ngram=p["ngram"], repeats=p["repeats"])
    return _Rows(np.arange(begin, begin + len(text)), np.diff(offsets), sets, keys, prints)


def _resolve(rows: _Rows, bounds: Int64Array, given: int, p: Mapping[str, Any]) -> Resolution:
    return verify.resolve(
        bounds,
        rows.sets,
        np.concatenate(([0], np.cumsum(rows.sizes))),
        rows.keys,
        threshold=p["threshold"],
        measure=measure_of(p),
        contained=p["containment"],
        prints=rows.prints,
        max_distance=p["distance"] or 0,
        given=given,
    )


def _joined(found: list[Resolution]) -> Resolution:
    def all_of(name: str) -> Any:
        return np.concatenate([getattr(part, name) for part in found])

    names = ("witness", "shared", "intersection", "whole", "contained", "unchecked")
    return Resolution(
        **{name: all_of(name) for name in names},
        compared=np.sum([part.compared for part in found], axis=0),
        comparisons=sum(part.comparisons for part in found),
    )
