"""documents: the kept documents, in their public form, and the decisions that came back by address.

Task t reads docs/ of rules task t and the verdicts that the stages in `params["verdicts"]` ([stage, ledger stage], in
the order of the run) sent to its rows, and writes public/documents/<source>/part-00000.parquet,
public/decisions/<ledger stage>/....
"""

from typing import Any

import pyarrow as pa

from pipeline import records
from pipeline.engine.task import PUBLIC, TaskContext
from pipeline.ids import hex_ids
from pipeline.stages.decide import Decisions


def run(ctx: TaskContext) -> None:
    """Merge one task's documents with the verdicts on them."""
    source, _ = ctx.params["tasks"][ctx.task]
    verdicts = [
        (_by_row(ctx, stage), Decisions(ctx, ledger, ctx.task, source)) for stage, ledger in ctx.params["verdicts"]
    ]
    ctx.count("text_bytes", 0)
    first = 0
    for batch in ctx.batches("rules", "docs/"):
        numbers = list(range(first, first + batch.num_rows))
        first += batch.num_rows
        for found, decisions in verdicts:
            keep = []
            for row, number in enumerate(numbers):
                verdict = found.get(number)
                keep.append(verdict is None)
                if verdict is not None:
                    decisions.add(
                        batch.column("id")[row].as_py(),
                        native_id=batch.column("native_id")[row].as_py(),
                        url=batch.column("url")[row].as_py(),
                        text=batch.column("text")[row].as_py(),
                        **verdict,
                    )
            numbers = [number for number, stays in zip(numbers, keep, strict=True) if stays]
            batch = batch.filter(pa.array(keep, pa.bool_()))
            decisions.keep(batch)
        if batch.num_rows:
            # Named at its first row, so that a task without survivors publishes no empty file.
            out = ctx.parquet(f"{PUBLIC}documents/{source}/part-{ctx.task:05d}.parquet", records.DOCUMENT)
            body = [batch.column(name) for name in records.DOCUMENT.names[1:-1]]
            metadata = records.public_metadata(batch.column("metadata"))
            arrays = [hex_ids(batch.column("id")), *body, metadata]
            out.write(pa.RecordBatch.from_arrays(arrays, schema=records.DOCUMENT))
            ctx.count("text_bytes", sum(batch.column("text_bytes").to_pylist()))
            ctx.count("documents", batch.num_rows)
    for _, decisions in verdicts:
        decisions.close()


def _by_row(ctx: TaskContext, stage: str) -> dict[int, dict[str, Any]]:
    """The verdicts of one stage on this task's rows."""
    found = {}
    for table in ctx.sorted_partition(stage, records.VERDICT, ("row",)):
        for verdict in table.to_pylist():
            found[verdict.pop("row")] = verdict
    return found
