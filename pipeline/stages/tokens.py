"""tokens: kept documents -> token ids, each document ending with the end-of-text id.

Task t reads the documents of documents task t and writes tokens/00000.arrow. Documents are held out for validation by
the hash of their normalised text, so that equal texts are on the same side even when nothing was deduplicated.
"""

import os

import numpy as np
import pyarrow as pa

from pipeline import records
from pipeline.engine.task import PUBLIC, TaskContext, binary_view
from pipeline.kernels.normalise import content_keys
from pipeline.ledger import read_parquet
from pipeline.mixture.order import held_out
from pipeline.stages.rehydrate import copies_of_part
from pipeline.stages.tokenizer import encoder

# Parallelism is by process. Read by the library when it first encodes.
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

TOKENS_FILE = "tokens/"
BATCH_ROWS = 256


def copies_stat(copies: int | str) -> str:
    """The name of the count of training tokens of documents that are worth so many copies."""
    return f"train_tokens x{copies}"


def run(ctx: TaskContext) -> None:
    """Tokenize one task's documents."""
    chosen = encoder(ctx.graph.work("tokenizer"))
    rehydrate = ctx.params["rehydrate"]
    worth = copies_of_part(ctx) if rehydrate else {}
    schema = records.token_document(pa.from_numpy_dtype(chosen.dtype), rehydrate=rehydrate)
    out = ctx.arrow(f"{TOKENS_FILE}{ctx.task:05d}.arrow", schema)
    ctx.count("train_tokens", 0)
    ctx.count("validation_tokens", 0)
    for path in ctx.outputs("documents", f"{PUBLIC}documents/"):
        for batch in read_parquet(path, ["id", "parent_id", "text"]).to_batches(max_chunksize=BATCH_ROWS):
            texts = batch.column("text")
            flat, offsets = chosen.encode(texts)
            aside = held_out(
                binary_view(content_keys(texts)), seed=ctx.params["seed"], fraction=ctx.params["validation"]
            )
            counts = np.diff(offsets)
            arrays = [
                pa.array([bytes.fromhex(identity) for identity in batch.column("id").to_pylist()], records.ID),
                pa.LargeListArray.from_arrays(pa.array(offsets), pa.array(flat.astype(chosen.dtype))),
                pa.array(counts),
                pa.array(aside),
            ]
            if rehydrate:  # a piece is worth what its document is
                owners = zip(batch.column("id").to_pylist(), batch.column("parent_id").to_pylist(), strict=True)
                copies = np.array([worth.get(own, worth.get(parent, 1)) for own, parent in owners], np.int32)
                arrays.append(pa.array(copies))
                for one in np.unique(copies).tolist():
                    ctx.count(copies_stat(one), counts[~aside & (copies == one)].sum())
            out.write(pa.RecordBatch.from_arrays(arrays, schema=schema))
            ctx.count("validation_tokens", counts[aside].sum())
            ctx.count("train_tokens", counts[~aside].sum())
