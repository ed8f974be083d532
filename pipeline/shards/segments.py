"""Segments on their way to a shard: documents cut every seq_len_tokens, with their place in the training order."""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.ids import ID_BYTES
from pipeline.kernels import pack as kernels
from pipeline.mixture.order import Copies, IdArray, Int64Array

# The training order: rows sorted by these columns, ascending. Positions hardly ever tie; the rest makes it total.
ORDER = ("position", "source", "id", "epoch", "segment")


def segment_schema(token_type: pa.DataType, *, grouped: bool = False) -> pa.Schema:
    """One row a kept copy of a segment. `next_token` is what follows it in its document, else the end-of-text id.
    `grouped`: with the group that it is weighed in, where that is not its source.
    """
    return pa.schema(
        [
            pa.field("position", pa.float64()),
            pa.field("source", pa.int16()),
            pa.field("id", pa.binary(ID_BYTES)),
            pa.field("epoch", pa.int32()),
            pa.field("segment", pa.int32()),
            pa.field("next_token", token_type),
            pa.field("tokens", pa.list_(token_type)),
            *([pa.field("group", pa.int16())] if grouped else []),
        ]
    )


def whole_documents(n_tokens: Int64Array, positions: npt.NDArray[np.float64], seq_len_tokens: int) -> Copies:
    """Every segment of every document once, at its document's position: the validation split."""
    counts = -(-n_tokens // seq_len_tokens)
    row = np.repeat(np.arange(len(n_tokens), dtype=np.int32), counts)
    first = np.repeat(np.cumsum(counts) - counts, counts)
    segment = (np.arange(len(row)) - first).astype(np.int32)
    return Copies(row, segment, np.zeros(len(row), dtype=np.int32), positions[row])


def segment_rows(
    document_ids: IdArray,
    offsets: Int64Array,
    tokens: npt.NDArray[np.uint16 | np.uint32],
    copies: Copies,
    *,
    source_index: int,
    seq_len_tokens: int,
    end_of_text_id: int,
    groups: npt.NDArray[np.int16] | None = None,
) -> pa.RecordBatch:
    """The rows (`segment_schema`) of placed copies. Document i is tokens[offsets[i]:offsets[i + 1]], of groups[i] where
    documents are not weighed by source.
    """
    start = offsets[copies.row] + copies.segment.astype(np.int64) * seq_len_tokens
    end = np.minimum(start + seq_len_tokens, offsets[copies.row + 1])
    flat = kernels.gather(tokens, start, end - start)
    # Out of range only where the last document of the batch ends, and there it is not used.
    follows = tokens[np.minimum(end, len(tokens) - 1)] if len(tokens) else tokens
    next_token = np.where(end < offsets[copies.row + 1], follows, tokens.dtype.type(end_of_text_id))
    list_offsets = np.zeros(len(copies) + 1, dtype=np.int64)
    np.cumsum(end - start, out=list_offsets[1:])
    if list_offsets[-1] > np.iinfo(np.int32).max:
        raise ValueError(f"{len(copies)} copies hold {list_offsets[-1]:,} tokens: place fewer documents at a time")
    token_type = pa.from_numpy_dtype(tokens.dtype)
    return pa.RecordBatch.from_arrays(
        [
            pa.array(copies.position),
            pa.array(np.full(len(copies), source_index, dtype=np.int16)),
            binary_array(document_ids[copies.row]),
            pa.array(copies.epoch),
            pa.array(copies.segment),
            pa.array(next_token),
            pa.ListArray.from_arrays(pa.array(list_offsets.astype(np.int32)), pa.array(flat, type=token_type)),
            *([pa.array(groups[copies.row])] if groups is not None else []),
        ],
        schema=segment_schema(token_type, grouped=groups is not None),
    )


def count_tokens(batches: Iterable[pa.RecordBatch], groups_count: int) -> Int64Array:
    """int64[groups]: tokens of each source, or group in its place, in batches of segments, in any order."""
    total = np.zeros(groups_count, dtype=np.int64)
    for batch in batches:
        np.add.at(total, weighed(batch), np.diff(batch.column("tokens").offsets.to_numpy()))
    return total


def weighed(batch: pa.RecordBatch) -> npt.NDArray[np.int16]:
    """int16[n]: what each segment is weighed as: its group, or its source."""
    return batch.column("group" if "group" in batch.schema.names else "source").to_numpy()  # type: ignore[no-any-return]


def sort_segments(batches: Sequence[pa.RecordBatch]) -> pa.Table:
    """All rows in training order. For what fits in memory; the engine sorts partitions by the same columns."""
    table = pa.Table.from_batches(batches)
    return table.sort_by([(name, "ascending") for name in ORDER])


def binary_array(ids: IdArray) -> pa.Array:
    """uint8[n, 16] -> fixed_size_binary(16)[n]."""
    return pa.Array.from_buffers(pa.binary(ID_BYTES), len(ids), [None, pa.py_buffer(np.ascontiguousarray(ids))])


def id_bytes(ids: pa.Array) -> IdArray:
    """fixed_size_binary(16)[n] -> uint8[n, 16], without a copy."""
    raw = np.frombuffer(ids.buffers()[1], dtype=np.uint8)
    return raw[ids.offset * ID_BYTES : (ids.offset + len(ids)) * ID_BYTES].reshape(-1, ID_BYTES)
