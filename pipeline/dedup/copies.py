"""Which copies of a unit stay, decided by its key alone: the first by preference, or none.

Map side: the occurrences of a key in one part become one row, with their number. Reduce side: all rows of a key meet,
and the parts are answered what they have to cut. The order of preference is (source priority, longest document, id,
place), as for whole documents. Without `keep_first`, keys are counted in buckets of documents that a hash of the id
chooses: rows carry one of 65,536 fine buckets, which the reducer, who knows how many documents there are, joins.
"""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline import records
from pipeline.engine.task import binary_view

UInt64Array = npt.NDArray[np.uint64]
UInt16Array = npt.NDArray[np.uint16]
Int64Array = npt.NDArray[np.int64]
Int32Array = npt.NDArray[np.int32]
BoolArray = npt.NDArray[np.bool_]

COUNTED = pa.schema(
    [
        pa.field("key", pa.uint64()),
        pa.field("bucket", pa.uint16()),  # fine bucket of the documents
        pa.field("part", pa.int32()),  # the address to answer to
        pa.field("copies", pa.int64()),
    ]
)
COUNTED_ORDER = ("key", "bucket", "part")

PREFERRED = pa.schema(
    [
        pa.field("key", pa.uint64()),
        pa.field("rank", pa.int32()),  # of the source: 0 is preferred
        pa.field("longest_first", pa.int64()),  # minus the text's length in bytes
        pa.field("id", records.ID),
        pa.field("place", pa.int32()),  # of the first occurrence in this part by preference
        pa.field("part", pa.int32()),
        pa.field("copies", pa.int64()),
    ]
)
PREFERRED_ORDER = ("key", "rank", "longest_first", "id")  # a document is in one part

ANSWER = pa.schema(
    [
        pa.field("key", pa.uint64()),  # with the fine bucket, as `in_bucket` has it
        pa.field("id", records.ID),  # where the copy that stays is; null where none does
        pa.field("place", pa.int32()),
        pa.field("copies", pa.int64()),
    ]
)

_MIX_1, _MIX_2, _33 = np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53), np.uint64(33)
_HOME = np.uint64(0x9E3779B97F4A7C15)
_FINE = 1 << 16


def home(keys: UInt64Array, partitions: int) -> Int64Array:
    """The partition of each key, by its high bits after mixing."""
    return ((keys * _HOME >> np.uint64(32)) % np.uint64(partitions)).astype(np.int64)


def in_bucket(keys: UInt64Array, buckets: UInt16Array) -> UInt64Array:
    """Keys that only equal keys of the same fine bucket; of bucket 0, the keys as they are."""
    h = buckets.astype(np.uint64)
    h = (h ^ (h >> _33)) * _MIX_1
    h = (h ^ (h >> _33)) * _MIX_2
    return keys ^ h ^ (h >> _33)


def preference(longest_first: Int64Array, ids: pa.Array) -> Int64Array:
    """The rank of each document of one source, by longest text, then id: 0 is preferred."""
    words = np.ascontiguousarray(binary_view(ids)).view(">u8").astype(np.uint64)
    order = np.lexsort((words[:, 1], words[:, 0], longest_first))
    ranks = np.empty(len(order), np.int64)
    ranks[order] = np.arange(len(order))
    return ranks


def firsts(keys: UInt64Array, ranks: Int64Array, places: Int32Array) -> tuple[Int64Array, Int64Array]:
    """(the most preferred occurrence of each distinct key, by key; its number of occurrences)."""
    order = np.lexsort((places, ranks, keys))
    ordered = keys[order]
    starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)])
    return order[starts], np.diff(np.append(starts, len(ordered)))


def counts(keys: UInt64Array, buckets: UInt16Array) -> tuple[UInt64Array, UInt16Array, Int64Array]:
    """(key, fine bucket, number of occurrences) of each distinct pair, ordered."""
    order = np.lexsort((buckets, keys))
    keys, buckets = keys[order], buckets[order]
    new = np.append(True, (keys[1:] != keys[:-1]) | (buckets[1:] != buckets[:-1]))[: len(keys)]
    starts = np.flatnonzero(new)
    return keys[starts], buckets[starts], np.diff(np.append(starts, len(keys)))


def answer_preferred(table: pa.Table, max_copies: int) -> tuple[Int32Array, pa.RecordBatch]:
    """(part, ANSWER row) for each PREFERRED row, in order, of a key with more copies than that."""
    key, copies = table["key"].to_numpy(), table["copies"].to_numpy()
    starts, sizes, totals = _groups(np.append(True, key[1:] != key[:-1]), copies)
    over = np.repeat(totals > max_copies, sizes)
    owner = pa.array(np.repeat(starts, sizes)[over])
    columns = [
        pa.array(key[over]),
        table["id"].combine_chunks().take(owner),
        table["place"].combine_chunks().take(owner),
        pa.array(np.repeat(totals, sizes)[over]),
    ]
    return table["part"].to_numpy()[over], pa.RecordBatch.from_arrays(columns, schema=ANSWER)


def answer_counted(table: pa.Table, max_copies: int, buckets: int) -> tuple[Int32Array, pa.RecordBatch]:
    """(part, ANSWER row) for each COUNTED row, in order, of a key with more copies than that in one of the buckets."""
    key, fine, copies = (table[name].to_numpy() for name in ("key", "bucket", "copies"))
    bucket = fine.astype(np.int64) * buckets // _FINE
    _, sizes, totals = _groups(np.append(True, (key[1:] != key[:-1]) | (bucket[1:] != bucket[:-1])), copies)
    over = np.repeat(totals > max_copies, sizes)
    count = int(over.sum())
    columns = [
        pa.array(in_bucket(key[over], fine[over])),
        pa.nulls(count, records.ID),
        pa.nulls(count, pa.int32()),
        pa.array(np.repeat(totals, sizes)[over]),
    ]
    return table["part"].to_numpy()[over], pa.RecordBatch.from_arrays(columns, schema=ANSWER)


def _groups(new: BoolArray, copies: Int64Array) -> tuple[Int64Array, Int64Array, Int64Array]:
    """(start, size, copies) of each group that a True begins."""
    starts = np.flatnonzero(new[: len(copies)])
    return starts, np.diff(np.append(starts, len(copies))), np.add.reduceat(copies, starts)


class Answers:
    """What one part was answered: keys that have to go, and where the copy is that stays (id and place; of rows whose
    `kept` is false, none does). Arrays of equal length, by key.
    """

    def __init__(self, batches: Iterable[pa.RecordBatch]) -> None:
        table = pa.Table.from_batches(batches, ANSWER).sort_by("key").combine_chunks()
        ids = table["id"].combine_chunks()
        self.kept: BoolArray = ids.is_valid().to_numpy(zero_copy_only=False)
        self.ids = binary_view(ids.fill_null(bytes(16)))
        self.places: Int32Array = table["place"].combine_chunks().fill_null(-1).to_numpy()
        self.copies: Int64Array = table["copies"].to_numpy()
        self._keys = table["key"].to_numpy()

    def find(self, keys: UInt64Array) -> Int64Array:
        """The row of each key, -1 where it was not answered."""
        if not len(self._keys):
            return np.full(len(keys), -1, np.int64)
        rows = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        return np.where(self._keys[rows] == keys, rows, -1)

    def stays(self, rows: Int64Array, ids: npt.NDArray[np.uint8], places: Int32Array) -> BoolArray:
        """Whether the occurrence at (id uint8 [n, 16], place) of the key in each row is the one that stays."""
        return self.kept[rows] & (self.places[rows] == places) & (self.ids[rows] == ids).all(axis=1)

    def witness(self, row: int) -> bytes | None:
        """The document where the copy that stays is."""
        return self.ids[row].tobytes() if self.kept[row] else None


def runs(row: Int64Array, place: Int32Array, answers: Answers, answer: Int64Array) -> Int64Array:
    """Where runs of units begin, and the end: neighbouring units whose kept copies are neighbours in one document.

    Where no copy stays, every run is of one unit. The units (of documents `row`) come in order.
    """
    kept = answers.kept[answer]
    home = answers.ids[answer]
    joined = (row[1:] == row[:-1]) & (place[1:] == place[:-1] + 1) & kept[1:] & kept[:-1]
    joined &= (home[1:] == home[:-1]).all(axis=1)
    joined &= answers.places[answer[1:]] == answers.places[answer[:-1]] + 1
    return np.flatnonzero(np.concatenate([[True], ~joined, [True]]))
