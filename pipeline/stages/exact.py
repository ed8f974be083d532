"""exact_keys and exact: which documents repeat another's normalised text.

exact_keys, task t: keys of docs/ of rules task t -> exchange by key.
exact, partition p: groups of equal keys -> exchange of VERDICT rows by rules task.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline import records
from pipeline.dedup import exact, scope
from pipeline.engine.task import TaskContext, binary_view, rows_to_partitions


def keys(ctx: TaskContext) -> None:
    """Send each surviving document's key, rank and address to the partition of its key."""
    source, _ = ctx.params["tasks"][ctx.task]
    rank = ctx.params["ranks"][source]
    out = ctx.exchange(exact.EXACT_KEY, ctx.params["partitions"])
    columns = ("id", "key", "text_bytes", *scope.columns(ctx.params["scope"]))
    first = 0
    for batch in ctx.batches("rules", "docs/", columns=columns):
        count = batch.num_rows
        key = exact.scoped(batch.column("key"), scope.salts(batch, ctx.params["scope"], source))
        arrays = [
            key,
            pa.array(np.full(count, rank, np.int32)),
            pc.negate(batch.column("text_bytes")),
            batch.column("id"),
            pa.array(np.full(count, ctx.task, np.int32)),
            pa.array(np.arange(first, first + count, dtype=np.int32)),
        ]
        partitions = rows_to_partitions(binary_view(key), ctx.params["partitions"])
        out.write(partitions, pa.RecordBatch.from_arrays(arrays, schema=exact.EXACT_KEY))
        first += count


def run(ctx: TaskContext) -> None:
    """Keep the first of each group in this partition; answer every other row's address."""
    out = ctx.exchange(records.VERDICT, ctx.params["verdict_partitions"])
    last_key = last_id = b""
    for table in ctx.sorted_partition("exact_keys", exact.EXACT_KEY, exact.ORDER):
        rows, witnesses, last_key, last_id = exact.duplicates(table, last_key, last_id)
        if not len(rows):
            continue
        repeats = table.take(pa.array(rows))
        count = len(rows)
        arrays = [
            repeats["row"].combine_chunks(),
            pa.array(["drop"] * count),
            pa.array(["exact_duplicate"] * count),
            pa.array(np.zeros(count, np.int32)),
            pa.nulls(count, pa.float64()),
            pa.nulls(count, pa.float64()),
            witnesses,
            pa.nulls(count, pa.string()),
        ]
        batch = pa.RecordBatch.from_arrays(arrays, schema=records.VERDICT)
        out.write(repeats["task"].to_numpy(), batch)
