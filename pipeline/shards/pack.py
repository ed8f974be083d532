"""Packing: segments of one shard, in training order -> sequences of exactly seq_len_tokens.

First the sources are evened out (or the groups in their place, see `pipeline.mixture.groups`: both are called sources
here). A position comes from a histogram, and segments of one bin lie in it by chance; in a
run of 10^11 tokens a bin holds thousands of segments. The segments of a shard are all here, so each gets its exact
place, the running total of its source over the source's tokens in the shard, and the sources are merged by that within
a short window. The order within a source does not change.

Full segments are sequences. Remainders are put one after another (each ends with its end-of-text token) and cut. Tokens
of epoch k of a source always come before those of epoch k + 1: see `kernels.pack.plan_rows` for how.

A shard holds whole sequences, so up to seq_len_tokens - 1 tokens are left out of it. They are taken from the end of the
shard's largest source, not from whatever comes last: one tail of a small source would weigh too much (in a run of 5 M
tokens, 1.4 % of a source with a share of 3 %).
"""

from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.ids import hex_ids
from pipeline.kernels import pack as kernels
from pipeline.mixture.order import Int64Array
from pipeline.shards.chunk import Chunk, from_batch, join, nothing
from pipeline.shards.layout import Layout
from pipeline.shards.segments import binary_array

# Tokens that are packed at a time.
_CHUNK_TOKENS = 1 << 22
# Segments that are in view for evening out, and at the end of a shard for choosing what is left out.
_MAX_WINDOW, _MIN_WINDOW = 1024, 16


@dataclass(frozen=True, slots=True)
class Tally:
    """Tokens by `Layout.weighed`, as int64[groups]: came_in + added = packed + left_out."""

    sequences: int
    came_in: Int64Array
    added: Int64Array
    """End-of-text tokens put where a segment is cut off inside a row."""
    packed: Int64Array
    """Stand in sequences."""
    left_out: Int64Array
    """Would not fill a sequence."""
    sources: Int64Array
    """Those that stand in sequences by source, int64[sources]."""


def pack(
    segments: Iterable[pa.RecordBatch], layout: Layout, source_tokens: Sequence[int] | None
) -> Generator[pa.RecordBatch, None, Tally]:
    """Yield batches (`layout.schema`) of `layout.batch_rows` rows, the last one shorter; return the tally.

    `segments`: batches of `segment_schema(layout.token_type)` in the order `segments.ORDER`, cut anywhere: the output
    does not depend on where. `source_tokens`: tokens of each of `layout.weighed` in this shard (`count_tokens`); None
    keeps the segments in the order given (validation). Memory is one batch in, one out, and two windows. ValueError
    where positions go backwards or a segment does not fit the layout.
    """
    groups = len(layout.weighed)
    if source_tokens is not None and len(source_tokens) != groups:
        raise ValueError(f"token counts of {len(source_tokens)} sources, but the layout names {groups}")
    tally = Tally(0, *(np.zeros(count, dtype=np.int64) for count in (groups,) * 4 + (len(layout.sources),)))
    rows = 0
    for batch in _rebatch(_sequences(segments, layout, source_tokens, tally), layout.batch_rows):
        rows += batch.num_rows
        yield batch
    return replace(tally, sequences=rows)


def _sequences(
    segments: Iterable[pa.RecordBatch], layout: Layout, source_tokens: Sequence[int] | None, tally: Tally
) -> Iterator[pa.RecordBatch]:
    """Rows in batches of any size; counts into the arrays of `tally`."""
    window = max(_MIN_WINDOW, min(_MAX_WINDOW, _CHUNK_TOKENS // layout.seq_len_tokens))
    waiting = held = nothing(layout)
    for chunk in _evened(_in_order(segments, layout), layout, source_tokens, window):
        tally.came_in[:] += _sums(chunk.group, chunk.lengths, layout.weighed)
        held = join(held, chunk)
        ready = max(0, len(held) - window)
        rows, waiting = _pack_chunk(join(waiting, held.slice(0, ready)), layout, tally)
        held = held.slice(ready, len(held))
        yield rows
    rows, waiting = _pack_chunk(_leave_out(join(waiting, held), layout, tally), layout, tally)
    tally.left_out[:] += _sums(waiting.group, waiting.lengths, layout.weighed)
    yield rows


def _in_order(batches: Iterable[pa.RecordBatch], layout: Layout) -> Iterator[Chunk]:
    """The segments in chunks of bounded size, checked to be in order."""
    max_rows = max(1, _CHUNK_TOKENS // layout.seq_len_tokens)
    last = -np.inf
    for batch in batches:
        for start in range(0, batch.num_rows, max_rows):
            chunk = from_batch(batch.slice(start, max_rows), layout)
            if chunk.place[0] < last or (np.diff(chunk.place) < 0).any():
                raise ValueError(f"segments are not in training order: a position falls below {chunk.place.max()}")
            last = chunk.place[-1]
            yield chunk


def _evened(
    chunks: Iterable[Chunk], layout: Layout, source_tokens: Sequence[int] | None, window: int
) -> Iterator[Chunk]:
    """The same segments, merged so that the running total of every source follows its target."""
    if source_tokens is None:
        yield from chunks
        return
    totals = np.array(source_tokens, dtype=np.int64)
    seen = np.zeros_like(totals)
    held = nothing(layout)
    for chunk in chunks:
        if not (known := totals[chunk.group] > 0).all():
            name = layout.weighed[chunk.group[known.argmin()]]
            raise ValueError(f"source_tokens says that source {name} has no tokens in this shard, but here they are")
        place = kernels.running_share(chunk.group, chunk.lengths, totals, seen)
        held = join(held, replace(chunk, place=place))
        leaving = max(0, len(held) - window)
        leaves, stays = kernels.merge_order(held.group, held.place, len(totals), window, leaving)
        yield held.take(leaves)
        held = held.take(stays)
    yield held.take(kernels.merge_order(held.group, held.place, len(totals), window, len(held))[0])


def _rebatch(batches: Iterable[pa.RecordBatch], batch_rows: int) -> Iterator[pa.RecordBatch]:
    pending: list[pa.RecordBatch] = []
    for batch in batches:
        pending.append(batch)
        if sum(part.num_rows for part in pending) >= batch_rows:
            joined = pa.concat_batches(pending)
            whole = joined.num_rows - joined.num_rows % batch_rows
            yield from (joined.slice(start, batch_rows) for start in range(0, whole, batch_rows))
            pending = [joined.slice(whole)]
    if any(part.num_rows for part in pending):
        yield pa.concat_batches(pending)


def _pack_chunk(chunk: Chunk, layout: Layout, tally: Tally) -> tuple[pa.RecordBatch, Chunk]:
    """The rows that these segments fill, and the pieces that wait, as segments: what waits never fills a row alone."""
    pieces, row_start, next_segment, next_offset = _plan(chunk, layout)
    beyond = pieces[1] + pieces[2] - chunk.lengths[pieces[0]]
    in_rows, left = np.split(pieces, [row_start[-1]], axis=1)
    tally.added[:] += _sums(chunk.group[pieces[0]], np.maximum(beyond, 0), layout.weighed)
    tally.packed[:] += _sums(chunk.group[in_rows[0]], in_rows[2], layout.weighed)
    tally.sources[:] += _sums(chunk.source[in_rows[0]], in_rows[2], layout.sources)

    next_token = np.full(len(next_segment), layout.end_of_text_id, dtype=layout.dtype)
    whole = (next_segment != kernels.NOTHING_FOLLOWS) & (next_offset == layout.seq_len_tokens)
    inside = (next_segment != kernels.NOTHING_FOLLOWS) & ~whole
    next_token[whole] = chunk.next_token[next_segment[whole]]
    next_token[inside] = chunk.tokens[chunk.offsets[next_segment[inside]] + next_offset[inside]]
    rows = _record_batch(chunk.pieces(in_rows, layout.end_of_text_id), row_start, next_token, layout)
    return rows, chunk.pieces(left, layout.end_of_text_id)


def _leave_out(chunk: Chunk, layout: Layout, tally: Tally) -> Chunk:
    """The last segments of a shard without the tokens that would not fill a row, taken from its largest source."""
    pieces, row_start, _, _ = _plan(chunk, layout)
    surplus = int(pieces[2, row_start[-1] :].sum())
    largest = int(tally.came_in.argmax())
    kept = chunk.lengths
    cut_off = -1
    for i in np.flatnonzero(chunk.group == largest)[::-1]:
        if surplus < kept[i]:
            cut_off = int(i) if surplus else -1
            kept[i] -= surplus
            break
        surplus -= int(kept[i])
        kept[i] = 0
    tally.left_out[largest] += int((chunk.lengths - kept).sum())
    rest = np.flatnonzero(kept)
    shorter = chunk.pieces(np.stack((rest, np.zeros_like(rest), kept[rest])), layout.end_of_text_id)
    if cut_off >= 0:
        # A segment that is cut off here ends with an end-of-text in place of its last token.
        shorter.tokens[shorter.offsets[np.searchsorted(rest, cut_off) + 1] - 1] = layout.end_of_text_id
        tally.left_out[largest] += 1
        tally.added[largest] += 1
    return shorter


def _plan(chunk: Chunk, layout: Layout) -> tuple[Int64Array, Int64Array, Int64Array, Int64Array]:
    ends_text: npt.NDArray[np.bool_] = chunk.tokens[chunk.offsets[1:] - 1] == layout.end_of_text_id
    return kernels.plan_rows(chunk.lengths, chunk.group, chunk.epoch, ends_text, layout.seq_len_tokens)


def _sums(numbers: npt.NDArray[np.int16], tokens: Int64Array, names: Sequence[str]) -> Int64Array:
    """int64[names]: tokens of each number."""
    # bincount sums in float64, exact far beyond the tokens of one chunk.
    return np.bincount(numbers, weights=tokens, minlength=len(names)).astype(np.int64)


def _record_batch(
    pieces: Chunk, row_start: Int64Array, next_token: npt.NDArray[np.uint16 | np.uint32], layout: Layout
) -> pa.RecordBatch:
    columns = {
        "id": hex_ids(binary_array(pieces.ids)),
        "source": pa.array(pieces.source),
        "group": pa.array(pieces.group),
        "epoch": pa.array(pieces.epoch),
        "offset": pa.array(pieces.first.astype(np.int32)),
        "start": pa.array((pieces.offsets[:-1] % layout.seq_len_tokens).astype(np.int32)),
        "tokens": pa.array(pieces.lengths.astype(np.int32)),
    }
    documents = pa.StructArray.from_arrays([columns[field.name] for field in layout.piece], fields=list(layout.piece))
    schema = layout.schema
    return pa.RecordBatch.from_arrays(
        [
            pa.FixedSizeListArray.from_arrays(pa.array(pieces.tokens), type=schema.field("input_ids").type),
            pa.array(next_token),
            pa.ListArray.from_arrays(
                pa.array(row_start.astype(np.int32)), documents, type=schema.field("documents").type
            ),
        ],
        schema=schema,
    )
