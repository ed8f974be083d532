"""shards and shard_index: the training order, packed and written.

shards, partition p: the segments of one shard, sorted -> public/shards/train-00000-of-00016.arrow (or validation-...)
shard_index: what all shards hold -> public/shards/index.json
"""

import dataclasses
import json
from collections.abc import Iterator

import pyarrow as pa

from pipeline.engine.task import PUBLIC, TaskContext
from pipeline.shards.layout import Layout
from pipeline.shards.pack import pack
from pipeline.shards.segments import ORDER, segment_schema
from pipeline.shards.write import make_index, write_shard
from pipeline.stages.tokens import run_encoder


def _layout(ctx: TaskContext) -> Layout:
    chosen = run_encoder(ctx)
    return Layout(
        seq_len_tokens=ctx.params["seq_len_tokens"],
        vocab_size=chosen.vocab_size,
        end_of_text_id=chosen.end_of_text_id,
        tokenizer_hash=chosen.tokenizer_hash,
        recipe_hash=ctx.params["recipe_hash"],
        sources=tuple(ctx.params["sources"]),
    )


def shard_name(task: int, train: int, validation: int) -> str:
    """The file of a partition: training shards come first."""
    if task < train:
        return f"train-{task:05d}-of-{train:05d}.arrow"
    return f"validation-{task - train:05d}-of-{validation:05d}.arrow"


def run(ctx: TaskContext) -> None:
    """Sort, pack and write one shard."""
    layout = _layout(ctx)
    schema = segment_schema(layout.token_type)

    def ordered() -> Iterator[pa.RecordBatch]:
        for table in ctx.sorted_partition("segments", schema, ORDER):
            yield from table.to_batches()

    name = shard_name(ctx.task, ctx.params["shards"], ctx.params["validation_shards"])
    written = write_shard(ctx.file(f"{PUBLIC}shards/{name}"), pack(ordered(), layout), layout)
    ctx.file("facts.json" if ctx.stage.tasks == 1 else f"facts/{ctx.task:05d}.json").write(
        json.dumps({"name": name, **dataclasses.asdict(written)}).encode()
    )


def index(ctx: TaskContext) -> None:
    """Describe all shards."""
    ctx.file(f"{PUBLIC}shards/index.json").write(make_index(ctx, _layout(ctx)))
