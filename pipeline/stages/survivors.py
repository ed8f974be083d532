"""What the deciding stages so far have left of a part's documents.

`ctx.params["decided"]` lists them as [stage, ledger stage, sent]: verdicts that a stage sent through its exchange
(partition = part), or wrote to `verdicts/` of its own task with the part's number.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline import records
from pipeline.engine.task import TaskContext

VERDICTS_FILE = "verdicts/{task:05d}.arrow"


def verdicts(ctx: TaskContext, stage: str, sent: bool) -> Iterator[pa.Table]:
    """Tables of VERDICT rows of one deciding stage on this part, by row."""
    if sent:
        yield from ctx.sorted_partition(stage, records.VERDICT, ("row",))
    else:
        yield from (pa.Table.from_batches([batch]) for batch in ctx.batches(stage, "verdicts/"))


def removed(ctx: TaskContext) -> npt.NDArray[np.int32]:
    """Sorted numbers of the rows that some stage has dropped."""
    found = [np.zeros(0, np.int32)]
    for stage, _, sent in ctx.params["decided"]:
        for table in verdicts(ctx, stage, sent):
            drops = np.array([verdict != "cut" for verdict in table["verdict"].to_pylist()], bool)
            found.append(table["row"].to_numpy()[drops])
    return np.sort(np.concatenate(found))


def survivors(
    ctx: TaskContext, columns: Sequence[str] | None = None
) -> Iterator[tuple[npt.NDArray[np.int32], pa.RecordBatch]]:
    """(row numbers int32, batch) of what is left of `docs/` of this part of `rules`; batches without rows left out."""
    gone = removed(ctx)
    first = 0
    for batch in ctx.batches("rules", "docs/", columns=columns):
        rows = np.arange(first, first + batch.num_rows, dtype=np.int32)
        first += batch.num_rows
        stays = ~np.isin(rows, gone, assume_unique=True)
        if stays.all():
            yield rows, batch
        elif stays.any():
            yield rows[stays], batch.filter(pa.array(stays))
