"""Made-up sources for tests of the mixture and of shards: ids, lengths, tokens, and their way to a shard."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from pipeline.mixture.budget import plan_budget
from pipeline.mixture.order import Copies, epochs_count, histogram, place, shard_of, source_order
from pipeline.shards.layout import Layout
from pipeline.shards.pack import Tally, pack
from pipeline.shards.segments import count_tokens, segment_rows, sort_segments

END = 0


@dataclass(frozen=True)
class Documents:
    ids: np.ndarray
    offsets: np.ndarray
    tokens: np.ndarray

    @property
    def n_tokens(self) -> np.ndarray:
        return np.diff(self.offsets)

    def take(self, rows: Sequence[int]) -> "Documents":
        parts = [self.tokens[self.offsets[row] : self.offsets[row + 1]] for row in rows]
        offsets = np.cumsum([0, *(len(part) for part in parts)])
        return Documents(self.ids[list(rows)], offsets, np.concatenate([*parts, self.tokens[:0]]))


def documents(lengths: Sequence[int], seed: int, dtype: type = np.uint16) -> Documents:
    """Documents of these lengths in tokens, the last of which is END; the other tokens are at random from 1 to 999."""
    rng = np.random.default_rng(seed)
    offsets = np.cumsum([0, *lengths])
    tokens = rng.integers(1, 1000, int(offsets[-1])).astype(dtype)
    tokens[offsets[1:] - 1] = END
    return Documents(rng.integers(0, 256, (len(lengths), 16), dtype=np.uint8), offsets, tokens)


def layout(sources: Sequence[str], seq_len_tokens: int, vocab_size: int = 1000) -> Layout:
    return Layout(seq_len_tokens, vocab_size, END, "tokenizer", "recipe", tuple(sources))


def placed(source: Documents, name: str, target_tokens: int, seed: int, seq_len_tokens: int) -> Copies:
    unique = int(source.offsets[-1])
    options = {"source": name, "seed": seed, "seq_len_tokens": seq_len_tokens}
    total = histogram(source.ids, source.n_tokens, epochs=epochs_count(target_tokens, unique), **options)
    order = source_order(total, target_tokens=target_tokens, **options)
    return place(order, source.ids, source.n_tokens)


def ordered_segments(
    sources: Mapping[str, Documents], targets: Mapping[str, int], seed: int, seq_len_tokens: int, shards: int = 1
) -> list[pa.Table]:
    """The segments of each shard, in training order."""
    rows: list[list[pa.RecordBatch]] = [[] for _ in range(shards)]
    for index, (name, source) in enumerate(sources.items()):
        copies = placed(source, name, targets[name], seed, seq_len_tokens)
        batch = segment_rows(
            source.ids,
            source.offsets,
            source.tokens,
            copies,
            source_index=index,
            seq_len_tokens=seq_len_tokens,
            end_of_text_id=END,
        )
        shard = shard_of(copies.position, shards)
        for number in range(shards):
            rows[number].append(batch.filter(pa.array(shard == number)))
    return [sort_segments(batches) for batches in rows]


def pack_table(segments: pa.Table, into: Layout, chunk_rows: int | None = None) -> tuple[list[pa.RecordBatch], Tally]:
    """All batches and the tally of one shard."""
    batches = segments.to_batches(max_chunksize=chunk_rows)
    packing = pack(batches, into, count_tokens(batches, len(into.weighed)).tolist())
    out = []
    while True:
        try:
            out.append(next(packing))
        except StopIteration as end:
            return out, end.value


def epoch_targets(sources: Mapping[str, Documents], epochs: Mapping[str, float]) -> dict[str, int]:
    return {name: round(epochs[name] * int(source.offsets[-1])) for name, source in sources.items()}


__all__ = [
    "Documents",
    "documents",
    "epoch_targets",
    "layout",
    "ordered_segments",
    "pack_table",
    "placed",
    "plan_budget",
]
