"""shards and shard_index: the training order, packed and written.

shards, partition p: the segments of one shard, sorted -> public/shards/train-00000-of-00016.arrow (or validation-...)
shard_index: what all shards hold -> public/shards/index.json
"""

import json
from collections.abc import Iterator

import pyarrow as pa

from pipeline.engine.task import PUBLIC, TaskContext
from pipeline.shards.index import INDEX_NAME, index_json
from pipeline.shards.layout import Layout
from pipeline.shards.pack import pack
from pipeline.shards.segments import ORDER, count_tokens, segment_schema
from pipeline.shards.write import Shard, shard_name, write_shard
from pipeline.stages.tokenizer import encoder


def _layout(ctx: TaskContext) -> Layout:
    chosen = encoder(ctx.graph.work("tokenizer"))
    return Layout(
        seq_len_tokens=ctx.params["seq_len_tokens"],
        vocab_size=chosen.tokenizer.vocab_size,
        end_of_text_id=chosen.tokenizer.end_of_text_id,
        tokenizer_hash=chosen.tokenizer.hash,
        recipe_hash=ctx.params["recipe_hash"],
        sources=tuple(ctx.params["sources"]),
        by=ctx.params["by"],
        groups=tuple(ctx.params["groups"]) if ctx.params["by"] != "source" else (),
    )


def run(ctx: TaskContext) -> None:
    """Sort, pack and write one shard."""
    layout = _layout(ctx)
    schema = segment_schema(layout.token_type, grouped=bool(layout.groups))

    def ordered() -> Iterator[pa.RecordBatch]:
        for table in ctx.sorted_partition("segments", schema, ORDER):
            yield from table.to_batches()

    train, validation = ctx.params["shards"], ctx.params["validation_shards"]
    split, number, count = (
        ("train", ctx.task, train) if ctx.task < train else ("validation", ctx.task - train, validation)
    )
    name = shard_name(split, number, count)
    counts = count_tokens(ctx.partition("segments"), len(layout.weighed)).tolist() if split == "train" else None
    written = write_shard(name, ctx.file(f"{PUBLIC}shards/{name}"), pack(ordered(), layout, counts), layout)
    ctx.file(f"facts/{ctx.task:05d}.json").write(json.dumps(written.to_json()).encode())


def index(ctx: TaskContext) -> None:
    """Describe all shards."""
    splits: dict[str, list[Shard]] = {}
    for task in range(ctx.graph["shards"].tasks):
        shard = Shard.from_json(ctx.json("shards", f"facts/{task:05d}.json"))
        splits.setdefault(shard.name.partition("-")[0], []).append(shard)
    ctx.file(f"{PUBLIC}shards/{INDEX_NAME}").write(index_json(_layout(ctx), splits))
