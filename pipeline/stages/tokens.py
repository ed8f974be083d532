"""tokens: kept documents -> token ids, each document ending with the end-of-text id.

Task t reads the documents of documents task t and writes
- tokens/00000.arrow   the tokens of each, with what a mixture may go by
- counts/00000.arrow   how many there are, by language, format and copies
Documents are held out for validation by the hash of their normalised text, so that equal texts are on the same side
even when nothing was deduplicated.
"""

import os
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline import records
from pipeline.engine.task import PUBLIC, TaskContext, binary_view
from pipeline.kernels.normalise import content_keys
from pipeline.ledger import read_parquet
from pipeline.mixture.counts import add_up
from pipeline.mixture.order import held_out
from pipeline.stages.rehydrate import copies_of_part
from pipeline.stages.tokenizer import encoder

# Parallelism is by process. Read by the library when it first encodes.
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

TOKENS_FILE, COUNTS_FILE = "tokens/", "counts/"
BATCH_ROWS = 256
COUNTED_BY = ("language", "format", "copies")


def run(ctx: TaskContext) -> None:
    """Tokenize one task's documents."""
    chosen = encoder(ctx.graph.work("tokenizer"))
    rehydrate = ctx.params["rehydrate"]
    worth = copies_of_part(ctx) if rehydrate else {}
    schema = records.token_document(pa.from_numpy_dtype(chosen.dtype), rehydrate=rehydrate)
    out = ctx.arrow(f"{TOKENS_FILE}{ctx.task:05d}.arrow", schema)
    counted: list[pa.Table] = []
    for path in ctx.outputs("documents", f"{PUBLIC}documents/"):
        columns = ["id", "parent_id", "text", "language", "format"]
        for batch in read_parquet(path, columns).to_batches(max_chunksize=BATCH_ROWS):
            texts = batch.column("text")
            flat, offsets = chosen.encode(texts)
            aside = held_out(
                binary_view(content_keys(texts)), seed=ctx.params["seed"], fraction=ctx.params["validation"]
            )
            counts = np.diff(offsets)
            copies = _copies(batch, worth) if rehydrate else np.ones(batch.num_rows, np.int32)
            arrays = [
                pa.array([bytes.fromhex(identity) for identity in batch.column("id").to_pylist()], records.ID),
                pa.LargeListArray.from_arrays(pa.array(offsets), pa.array(flat.astype(chosen.dtype))),
                pa.array(counts),
                pa.array(aside),
                batch.column("language"),
                batch.column("format"),
                *([pa.array(copies)] if rehydrate else []),
            ]
            out.write(pa.RecordBatch.from_arrays(arrays, schema=schema))
            numbers = [~aside, np.where(aside, 0, counts), np.where(aside, counts, 0)]
            row = [batch.column("language"), batch.column("format"), pa.array(copies), *map(pa.array, numbers)]
            rows = pa.Table.from_arrays(row, names=records.TOKEN_COUNTS.names).cast(records.TOKEN_COUNTS)
            counted.append(add_up([rows], COUNTED_BY, records.TOKEN_COUNTS))
    total = add_up(counted, COUNTED_BY, records.TOKEN_COUNTS)
    ctx.arrow(f"{COUNTS_FILE}{ctx.task:05d}.arrow", records.TOKEN_COUNTS).write_rows(total.to_pylist())


def token_counts(ctx: TaskContext) -> Iterator[pa.Table]:
    """The counts of each task, for stages that run once."""
    for task in range(len(ctx.params["tasks"])):
        yield pa.Table.from_batches(ctx.batches("tokens", COUNTS_FILE, task), records.TOKEN_COUNTS)


def _copies(batch: pa.RecordBatch, worth: dict[str, int]) -> npt.NDArray[np.int32]:
    """int32 [n]: the copies that documents are worth; a piece is worth what its document is."""
    owners = zip(batch.column("id").to_pylist(), batch.column("parent_id").to_pylist(), strict=True)
    return np.array([worth.get(own, worth.get(parent, 1)) for own, parent in owners], np.int32)
