"""composition: what the tokens are made of, by source, language and format -> public/shards/composition.parquet."""

import numpy as np
import pyarrow as pa

from pipeline import records
from pipeline.engine.task import PUBLIC, TaskContext
from pipeline.mixture.counts import add_up
from pipeline.shards.composition import COMPOSITION_FILE
from pipeline.stages.mixture import PLACED_FILE, TAGS
from pipeline.stages.tokens import token_counts

# Columns of COMPOSITION, and what they are summed from.
_COUNTED = {"documents": "train_documents", "unique_tokens": "train_tokens", "validation_tokens": "validation_tokens"}
_PLACED = {"train_tokens": "placed_tokens"}


def run(ctx: TaskContext) -> None:
    """Add up what all tasks counted, before and after their tokens were placed."""
    tables = []
    for task, ((source, _), counts) in enumerate(zip(ctx.params["tasks"], token_counts(ctx), strict=True)):
        placed = pa.Table.from_batches(ctx.batches("segments", PLACED_FILE, task), records.PLACED_COUNTS)
        for table, columns in ((counts, _COUNTED), (placed, _PLACED)):
            known = {"source": pa.array([source] * table.num_rows, pa.string())}
            known |= {name: table[name] for name in TAGS} | {to: table[name] for to, name in columns.items()}
            nothing = pa.array(np.zeros(table.num_rows, np.int64))
            row = [known.get(name, nothing) for name in records.COMPOSITION.names]
            tables.append(pa.Table.from_arrays(row, schema=records.COMPOSITION))
    total = add_up(tables, ("source", *TAGS), records.COMPOSITION)
    ctx.parquet(f"{PUBLIC}{COMPOSITION_FILE}", records.COMPOSITION).write_rows(total.to_pylist())
