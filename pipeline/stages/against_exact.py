"""Texts that an earlier run has kept: a join of 128-bit keys (see `pipeline.planning.against` for the stages)."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline import records
from pipeline.dedup import exact, scope
from pipeline.dedup.index import read_index
from pipeline.engine.task import TaskContext, binary_view, rows_to_partitions
from pipeline.ids import hex_ids
from pipeline.stages.groups import as_batch
from pipeline.stages.survivors import survivors

KEY = pa.schema(
    [
        pa.field("key", pa.binary(16)),
        pa.field("id", records.ID),
        pa.field("file", pa.int32()),  # the part, or the file of an index
        pa.field("row", pa.int32()),
    ]
)
PAIRS_FILE = "pairs/{task:05d}.arrow"
METHOD = "exact"


def keys(ctx: TaskContext) -> None:
    """Send the key of each document of this part."""
    source, _ = ctx.params["tasks"][ctx.task]
    for rows, batch in survivors(ctx, columns=("id", "key", *scope.columns(ctx.params["scope"]))):
        _send(ctx, batch, rows, source)


def index_keys(ctx: TaskContext) -> None:
    """Send the keys of each document of one file of an index."""
    first = 0
    for batch in read_index(ctx.places["index"][ctx.task], ctx.params["files"][ctx.task][1]):
        rows = np.arange(first, first + batch.num_rows, dtype=np.int32)
        first += batch.num_rows
        _send(ctx, batch, rows, "")
        # As it was before it was cut: a later run meets it so.
        changed = batch.column("original").is_valid()
        before = batch.set_column(batch.schema.get_field_index("key"), "key", batch.column("original"))
        _send(ctx, before.filter(changed), rows[np.asarray(changed)], "")


def _send(ctx: TaskContext, batch: pa.RecordBatch, rows: npt.NDArray[np.int32], source: str) -> None:
    partitions = ctx.params["partitions"]
    key = exact.scoped(batch.column("key"), scope.salts(batch, ctx.params["scope"], source))
    out = ctx.exchange(KEY, partitions)
    file = np.full(len(rows), ctx.task, np.int32)
    out.write(rows_to_partitions(binary_view(key), partitions), as_batch(KEY, key, batch.column("id"), file, rows))


def run(ctx: TaskContext) -> None:
    """Answer each document of this partition that an earlier run has, with the first that has its key."""
    p = ctx.params
    own, mine = _partition(ctx, "against.keys")
    earlier, theirs = _partition(ctx, "against.index_keys")
    order = np.lexsort((earlier["row"].to_numpy(), earlier["file"].to_numpy(), theirs))
    known, first = np.unique(theirs[order], return_index=True)
    place = np.minimum(np.searchsorted(known, mine), max(len(known) - 1, 0))
    found = np.flatnonzero(known[place] == mine) if len(known) else np.zeros(0, np.int64)
    if not len(found):
        return
    found = found[np.lexsort((own["row"].to_numpy()[found], own["file"].to_numpy()[found]))]
    gone = own.take(pa.array(found))
    kept = earlier.take(pa.array(order[first[place[found]]]))
    count = len(found)
    parts, files, rows = gone["file"].to_numpy(), kept["file"].to_numpy(), kept["row"].to_numpy()
    details = [place_of(p, file, row) for file, row in zip(files.tolist(), rows.tolist(), strict=True)]
    nothing = pa.nulls(count, pa.float64())
    out = ctx.exchange(records.VERDICT, p["verdict_partitions"])
    out.write(
        parts,
        as_batch(
            records.VERDICT, gone["row"].combine_chunks(), ["drop"] * count, ["exact_duplicate"] * count,
            np.zeros(count, np.int32), nothing, nothing, kept["id"].combine_chunks(), details,
        ),
    )  # fmt: skip
    sources = [p["tasks"][part][0] for part in parts.tolist()]
    names = hex_ids(gone["id"].combine_chunks()), hex_ids(kept["id"].combine_chunks())
    pairs = as_batch(
        records.EARLIER_PAIR, *names, nothing, [METHOD] * count, sources, pa.nulls(count, pa.int32()),
        *earlier_columns(p, files), rows,
    )  # fmt: skip
    ctx.arrow(PAIRS_FILE.format(task=ctx.task), records.EARLIER_PAIR).write(pairs)


def place_of(params: dict[str, list[list[str]]], file: int, row: int) -> str:
    """Where an earlier document stands, for the detail of a decision."""
    number, _, documents, _ = params["files"][file]
    run, digest = params["runs"][int(number)]
    return f"a document of run {run} (index {digest[:8]}): {documents}, row {row} (from 0)"


def earlier_columns(params: dict[str, list[list[str]]], files: npt.NDArray[np.int32]) -> tuple[list[str], ...]:
    """Columns of EARLIER_PAIR: the run, its index and its file of documents."""
    rows = [params["files"][file] for file in files.tolist()]
    runs = [params["runs"][int(row[0])] for row in rows]
    return [run for run, _ in runs], [digest for _, digest in runs], [row[2] for row in rows]


def _partition(ctx: TaskContext, stage: str) -> tuple[pa.Table, npt.NDArray[np.bytes_]]:
    table = pa.Table.from_batches(ctx.partition(stage), KEY).combine_chunks()
    if not table.num_rows:
        return table, np.zeros(0, "S16")
    return table, np.ascontiguousarray(binary_view(table["key"].combine_chunks())).view("S16").ravel()
