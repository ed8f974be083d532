"""A small graph for engine tests: numbers, sent to partitions, sorted there, and counted."""

import os
import signal

import numpy as np
import pyarrow as pa

from pipeline.engine.graph import Graph, GraphBuilder
from pipeline.engine.task import TaskContext
from pipeline.errors import WinnowError

NUMBERS = pa.schema([pa.field("value", pa.int64()), pa.field("task", pa.int32())])


def graph(out: str, *, tasks: int = 5, rows: int = 200, partitions: int = 3, **params: object) -> Graph:
    """numbers -> by_remainder -> total."""
    builder = GraphBuilder(out)
    shape = {"rows": rows, "partitions": partitions, **params}
    builder.add("numbers", "tests.toy_stages:numbers", tasks=tasks, params=shape)
    builder.add(
        "by_remainder",
        "tests.toy_stages:by_remainder",
        kind="reduce",
        tasks=partitions,
        params={},
        exchanges=["numbers"],
    )
    builder.add("total", "tests.toy_stages:total", kind="collect", upstream=["by_remainder"])
    return builder.build()


def numbers(ctx: TaskContext) -> None:
    rows = ctx.params["rows"]
    values = []
    for row in range(rows):
        ctx.at(row)
        value = ctx.task * rows + row
        if row in ctx.poisoned:
            ctx.count("poisoned", 1)
            continue
        if value == ctx.params.get("kill_at"):
            os.kill(os.getpid(), signal.SIGKILL)
        if value == ctx.params.get("raise_at"):
            raise ValueError(f"cannot work on {value}")
        if value == ctx.params.get("refuse_at"):
            raise WinnowError(f"value {value} is not allowed: remove it")
        if value == ctx.params.get("kill_once_at"):
            flag = ctx.params["flag"]
            if not os.path.exists(flag):
                open(flag, "w").close()
                os.kill(os.getpid(), signal.SIGKILL)
        values.append(value)
    out = ctx.exchange(NUMBERS, ctx.params["partitions"])
    column = np.array(values, dtype=np.int64)
    batch = pa.RecordBatch.from_arrays(
        [pa.array(column), pa.array(np.full(len(values), ctx.task, np.int32))], schema=NUMBERS
    )
    out.write(column % ctx.params["partitions"], batch)


def by_remainder(ctx: TaskContext) -> None:
    out = ctx.parquet(f"public/numbers/part-{ctx.task:05d}.parquet", NUMBERS)
    for table in ctx.sorted_partition("numbers", NUMBERS, ("value",)):
        for batch in table.to_batches():
            out.write(batch)
            ctx.count("sum", sum(batch.column("value").to_pylist()))


def total(ctx: TaskContext) -> None:
    amount = sum(manifest.stats["sum"] for manifest in ctx.manifests("by_remainder"))
    ctx.file("public/total.txt").write(str(amount).encode())
