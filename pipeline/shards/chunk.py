"""Segments as columns, on their way through the packer."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.ids import ID_BYTES
from pipeline.kernels import pack as kernels
from pipeline.mixture.order import IdArray, Int32Array, Int64Array
from pipeline.shards.layout import Layout
from pipeline.shards.segments import id_bytes, weighed


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """Segments in training order. Segment i is tokens[offsets[i]:offsets[i + 1]], token first[i] on of its document."""

    place: npt.NDArray[np.float64]
    """Ascends within a group: the position, or what `pack` makes of it."""
    source: npt.NDArray[np.int16]
    group: npt.NDArray[np.int16]
    """What it is weighed as: an index of `Layout.weighed`."""
    ids: IdArray
    epoch: Int32Array
    first: Int64Array
    next_token: npt.NDArray[Any]
    offsets: Int64Array
    tokens: npt.NDArray[Any]

    def __len__(self) -> int:
        return len(self.source)

    @property
    def lengths(self) -> Int64Array:
        return np.diff(self.offsets)

    def slice(self, start: int, stop: int) -> "Chunk":
        """Segments start to stop; shares memory."""
        offsets = self.offsets[start : stop + 1]
        return Chunk(
            place=self.place[start:stop],
            source=self.source[start:stop],
            group=self.group[start:stop],
            ids=self.ids[start:stop],
            epoch=self.epoch[start:stop],
            first=self.first[start:stop],
            next_token=self.next_token[start:stop],
            offsets=offsets - offsets[0],
            tokens=self.tokens[offsets[0] : offsets[-1]],
        )

    def pieces(self, pieces: Int64Array, end_of_text_id: int) -> "Chunk":
        """`pieces` int64[3, n] (segment, offset in it, tokens) as segments of their own; see `kernels.copy_pieces`."""
        segment, offset, tokens = pieces
        offsets = np.zeros(len(segment) + 1, dtype=np.int64)
        np.cumsum(tokens, out=offsets[1:])
        return Chunk(
            place=self.place[segment],
            source=self.source[segment],
            group=self.group[segment],
            ids=self.ids[segment],
            epoch=self.epoch[segment],
            first=self.first[segment] + offset,
            next_token=self.next_token[segment],
            offsets=offsets,
            tokens=kernels.copy_pieces(pieces, self.offsets, self.tokens, end_of_text_id),
        )

    def take(self, indices: Int64Array) -> "Chunk":
        """These segments, whole."""
        return self.pieces(np.stack((indices, np.zeros_like(indices), self.lengths[indices])), end_of_text_id=0)


def nothing(layout: Layout) -> Chunk:
    """No segments."""
    return Chunk(
        place=np.zeros(0, np.float64),
        source=np.zeros(0, np.int16),
        group=np.zeros(0, np.int16),
        ids=np.zeros((0, ID_BYTES), np.uint8),
        epoch=np.zeros(0, np.int32),
        first=np.zeros(0, np.int64),
        next_token=np.zeros(0, layout.dtype),
        offsets=np.zeros(1, np.int64),
        tokens=np.zeros(0, layout.dtype),
    )


def join(left: Chunk, right: Chunk) -> Chunk:
    """One chunk after the other."""
    return Chunk(
        place=np.concatenate((left.place, right.place)),
        source=np.concatenate((left.source, right.source)),
        group=np.concatenate((left.group, right.group)),
        ids=np.concatenate((left.ids, right.ids)),
        epoch=np.concatenate((left.epoch, right.epoch)),
        first=np.concatenate((left.first, right.first)),
        next_token=np.concatenate((left.next_token, right.next_token)),
        offsets=np.concatenate((left.offsets, left.offsets[-1] + right.offsets[1:])),
        tokens=np.concatenate((left.tokens, right.tokens)),
    )


def from_batch(batch: pa.RecordBatch, layout: Layout) -> Chunk:
    """A batch of `segment_schema(layout.token_type)`, without a copy. ValueError where it does not fit the layout."""
    column = batch.column("tokens")
    if column.type.value_type != layout.token_type:
        raise ValueError(f"segments hold {column.type.value_type} tokens, the layout says {layout.token_type}")
    offsets = column.offsets.to_numpy().astype(np.int64)
    lengths = np.diff(offsets)
    source, group = batch.column("source").to_numpy(), weighed(batch)
    if lengths.min() < 1 or lengths.max() > layout.seq_len_tokens:
        raise ValueError(f"segments have {lengths.min()} to {lengths.max()} tokens, not 1 to {layout.seq_len_tokens}")
    if source.min() < 0 or source.max() >= len(layout.sources):
        raise ValueError(f"source index {source.max()}, but the layout names {len(layout.sources)} sources")
    if group.min() < 0 or group.max() >= len(layout.weighed):
        raise ValueError(f"group index {group.max()}, but the layout names {len(layout.weighed)} groups")
    return Chunk(
        place=batch.column("position").to_numpy(),
        source=source,
        group=group,
        ids=id_bytes(batch.column("id")),
        epoch=batch.column("epoch").to_numpy(),
        first=batch.column("segment").to_numpy().astype(np.int64) * layout.seq_len_tokens,
        next_token=batch.column("next_token").to_numpy(),
        offsets=offsets - offsets[0],
        tokens=column.values.to_numpy()[offsets[0] : offsets[-1]],
    )
