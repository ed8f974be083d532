"""rehydrate: the copies that documents are worth, by the sizes of their groups, on their way to the documents' parts.

Task t reads copies/ of near_duplicates task t (documents that stay and are not worth one copy) -> exchange by part.
"""

import pyarrow as pa

from pipeline import records
from pipeline.engine.task import TaskContext

STAGE = "rehydrate"
COPIES = pa.schema([pa.field("part", pa.int32()), pa.field("id", records.ID), pa.field("copies", pa.int32())])
COPIES_FILE = "copies/{task:05d}.arrow"


def run(ctx: TaskContext) -> None:
    """Send each document's copies to its part."""
    out = ctx.exchange(COPIES, ctx.params["parts"])
    for batch in ctx.batches("near_duplicates", "copies/"):
        out.write(batch.column("part").to_numpy(), batch)


def copies_of_part(ctx: TaskContext) -> dict[str, int]:
    """Id (hexadecimal) -> copies of this part's documents that are not worth one."""
    found = {}
    for batch in ctx.partition(STAGE):
        for row in batch.to_pylist():
            found[row["id"].hex()] = row["copies"]
    return found
