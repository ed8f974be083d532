"""Exact deduplication: of all documents with the same normalised text, one stays.

The survivor is the first by (source priority, longest text first, id), so it depends on neither workers nor file order.
"""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.engine.task import binary_view

ORDER = ("key", "rank", "longest_first", "id")  # the total order in which a partition is read

EXACT_KEY = pa.schema(
    [
        pa.field("key", pa.binary(16)),  # of the normalised text (pipeline.kernels.normalise.content_keys)
        pa.field("rank", pa.int32()),  # of the source: 0 is preferred
        pa.field("longest_first", pa.int64()),  # minus the text's length in bytes
        pa.field("id", pa.binary(16)),
        pa.field("task", pa.int32()),  # the address to answer to
        pa.field("row", pa.int32()),
    ]
)


def scoped(keys: pa.Array, salts: npt.NDArray[np.uint64]) -> pa.Array:
    """Keys that only equal keys with the same salt (`pipeline.dedup.scope`): both halves of the 16 bytes xor it."""
    mixed = binary_view(keys) ^ np.stack([salts, salts], axis=1).view(np.uint8)
    return pa.FixedSizeBinaryArray.from_buffers(pa.binary(16), len(keys), [None, pa.py_buffer(mixed)])


def duplicates(table: pa.Table, last_key: bytes, last_id: bytes) -> tuple[np.ndarray, pa.Array, bytes, bytes]:
    """Rows of a sorted table that repeat an earlier row's key.

    `last_key` and `last_id` carry the open group over from the table before (empty at the start). Returns the row
    numbers, the ids of their witnesses (the first row of their group), and the carry for the next table.
    """
    keys = binary_view(table["key"].combine_chunks())
    ids = binary_view(table["id"].combine_chunks())
    repeats = np.zeros(len(keys), dtype=bool)
    repeats[1:] = (keys[1:] == keys[:-1]).all(axis=1)
    carried = bool(last_key) and keys[0].tobytes() == last_key
    repeats[0] = carried
    first = np.maximum.accumulate(np.where(repeats, -1, np.arange(len(keys))))
    witnesses = ids[np.maximum(first, 0)]
    if carried:
        witnesses[first < 0] = np.frombuffer(last_id, dtype=np.uint8)
    rows = np.flatnonzero(repeats)
    found = pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(16), len(rows), [None, pa.py_buffer(np.ascontiguousarray(witnesses[rows]))]
    )
    return rows, found, keys[-1].tobytes(), witnesses[-1].tobytes()
