"""Documents that are nearly those of an earlier run (see `pipeline.planning.against` for the stages).

An earlier document is a node as one of this run is: file << 32 | row, the files of all indexes being numbered.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline import records
from pipeline.dedup import earlier, most_similar, scope, simhash
from pipeline.dedup.arrays import slices
from pipeline.dedup.deciding import measure_of
from pipeline.dedup.index import check_digest, read_index
from pipeline.dedup.nomination import SIMHASH, nominate
from pipeline.engine import storage
from pipeline.engine.task import TaskContext
from pipeline.ids import hex_ids
from pipeline.stages.against_exact import PAIRS_FILE, earlier_columns, place_of
from pipeline.stages.groups import as_batch, key_schema, send_keys
from pipeline.stages.survivors import VERDICTS_FILE, survivors

UInt64Array = npt.NDArray[np.uint64]
Int64Array = npt.NDArray[np.int64]

NOMINATED = pa.schema(
    [pa.field("row", pa.int32()), pa.field("document", pa.uint64()), pa.field("bands", pa.int32())]
)  # fmt: skip
WANTED = pa.schema([pa.field("document", pa.uint64()), pa.field("part", pa.int32())])
TEXT = pa.schema(
    [pa.field("document", pa.uint64()), pa.field("id", pa.string()), pa.field("text", pa.large_string())]
)  # fmt: skip
NOMINATED_FILE = "nominated/{task:05d}.arrow"
SLICE_BYTES = 32 << 20
_32, _LOW = np.uint64(32), np.uint64(0xFFFFFFFF)


def bands(ctx: TaskContext) -> None:
    """Send the band keys of this part's documents, as an index has them."""
    p = ctx.params
    source, _ = p["tasks"][ctx.task]
    out = ctx.exchange(key_schema(p["distance"]), p["partitions"])
    for rows, batch in survivors(ctx, columns=("text", *scope.columns(p["scope"]))):
        keys, some, prints = nominate(batch.column("text"), p, np.zeros(batch.num_rows, np.uint64))
        salted = keys[some] ^ scope.salts(batch, p["scope"], source)[some, None]
        prints = None if prints is None else prints[some]
        send_keys(out, ctx.task, rows[some], salted, p["partitions"], prints)


def index_bands(ctx: TaskContext) -> None:
    """Send the band keys of one file of an index."""
    p = ctx.params
    out = ctx.exchange(key_schema(p["distance"]), p["partitions"])
    first = 0
    for batch in read_index(ctx.places["index"][ctx.task], p["files"][ctx.task][1]):
        column = batch.column("print" if p["method"] == SIMHASH else "bands")
        some = np.asarray(column.is_valid())
        prints = None
        if p["method"] == SIMHASH:
            prints = column.filter(column.is_valid()).to_numpy()
            unsalted = np.zeros(len(prints), np.uint64)
            keys = simhash.table_keys(prints, blocks=p["blocks"], distance=p["distance"], salt=unsalted)
        else:
            keys = column.filter(column.is_valid()).flatten().to_numpy().reshape(-1, column.type.list_size)
        rows = np.arange(first, first + batch.num_rows, dtype=np.int32)[some]
        first += batch.num_rows
        salt = scope.salts(batch, p["scope"], "")[some]
        send_keys(out, ctx.task, rows, keys ^ salt[:, None], p["partitions"], prints)


def nominated(ctx: TaskContext) -> None:
    """Tell this run's documents with which earlier ones they share keys of this partition, and differ in few bits where
    a distance is given.
    """
    distance = ctx.params["distance"]
    keys, nodes, *mine = _keys(ctx, "against.bands", distance)
    known, documents, *theirs = _keys(ctx, "against.index_bands", distance)
    near = earlier.Near(mine[0], theirs[0], distance) if mine else None
    out = ctx.exchange(NOMINATED, ctx.params["parts"])
    ctx.count("truncated", 0)
    for node, document, shared, cut in earlier.nominate(keys, nodes, known, documents, near=near):
        ctx.count("truncated", cut)
        rows = (node & _LOW).astype(np.int32)
        out.write((node >> _32).astype(np.int64), as_batch(NOMINATED, rows, document, shared))


def wanted(ctx: TaskContext) -> None:
    """Choose with which documents each of this part is compared, and ask their files for the texts."""
    found = pa.Table.from_batches(ctx.partition("against.nominated"), NOMINATED)
    row, document, shared = (found[name].to_numpy() for name in NOMINATED.names)
    row, document, shared, cut = earlier.most_shared(row, document, shared)
    ctx.count("unchecked", cut)
    ctx.arrow(NOMINATED_FILE.format(task=ctx.task), NOMINATED).write(as_batch(NOMINATED, row, document, shared))
    asked = np.unique(document)
    out = ctx.exchange(WANTED, ctx.params["files"])
    out.write((asked >> _32).astype(np.int64), as_batch(WANTED, asked, np.full(len(asked), ctx.task, np.int32)))


def texts(ctx: TaskContext) -> None:
    """Read the texts of one file of an earlier run that parts of this one ask for."""
    p = ctx.params
    asked = pa.Table.from_batches(ctx.partition("against.wanted"), WANTED)
    out = ctx.exchange(TEXT, p["parts"])
    if not asked.num_rows:
        return
    row = (asked["document"].to_numpy() & _LOW).astype(np.int64)
    part = asked["part"].to_numpy()
    order = np.lexsort((part, row))
    row, part = row[order], part[order].astype(np.int64)
    path = ctx.places["documents"][ctx.task]
    check_digest(path, p["files"][ctx.task][3], "documents")
    with storage.open_arrow(path) as source:
        file = pq.ParquetFile(source)
        first = 0
        for group in range(file.num_row_groups):
            count = file.metadata.row_group(group).num_rows
            begin, end = np.searchsorted(row, (first, first + count))
            if begin < end:
                table = file.read_row_group(group, columns=["id", "text"])
                here = row[begin:end] - first
                for some in slices(pc.binary_length(table["text"]).to_numpy()[here], SLICE_BYTES):
                    taken = table.take(pa.array(here[some])).combine_chunks()
                    nodes = np.uint64(ctx.task) << _32 | row[begin:end][some].astype(np.uint64)
                    text = taken["text"].combine_chunks().cast(pa.large_string())
                    out.write(part[begin:end][some], as_batch(TEXT, nodes, taken["id"].combine_chunks(), text))
            first += count


def run(ctx: TaskContext) -> None:
    """Remove the documents of this part that are similar to one of an earlier run."""
    p = ctx.params
    source, _ = p["tasks"][ctx.task]
    asked = list(ctx.batches("against.wanted", "nominated/"))
    if not asked:
        return
    pairs = pa.Table.from_batches(asked)
    rows = pairs["row"].to_numpy()
    ids: list[Any] = []
    own: list[int] = []
    mine = most_similar.compared_by(p)
    for here, batch in survivors(ctx, columns=("id", "text")):
        chosen = np.isin(here, rows)
        if chosen.any():
            own += here[chosen].tolist()
            ids += batch.column("id").filter(pa.array(chosen)).to_pylist()
            mine.add(batch.column("text").filter(pa.array(chosen)))
    best = most_similar.Best(
        np.searchsorted(own, rows), pairs["document"].to_numpy(), pairs["bands"].to_numpy(), mine, p
    )
    names: dict[int, str] = {}
    for table in ctx.sorted_partition("against.texts", TEXT, ("document",)):
        for batch in table.to_batches():
            for some in slices(pc.binary_length(batch.column("text")).to_numpy(), SLICE_BYTES):
                part = batch.slice(some.start, some.stop - some.start)
                documents = part.column("document").to_numpy()
                won = best.compare(documents, part.column("text").cast(pa.string()))
                names.update((int(documents[at]), part.column("id")[at].as_py()) for at in won.tolist())
    ctx.count("comparisons", best.comparisons)
    found = best.found()
    count = len(found.row)
    if not count:
        return
    gone = pa.array([ids[place] for place in found.row.tolist()], records.ID)
    removed = np.array(own, np.int32)[found.row]
    files, places = (found.document >> _32).astype(np.int32), (found.document & _LOW).astype(np.int64)
    kept = [names[document] for document in found.document.tolist()]
    witnesses = pa.array([bytes.fromhex(name) for name in kept], records.ID)
    details = [place_of(p, file, row) for file, row in zip(files.tolist(), places.tolist(), strict=True)]
    limits = np.where(found.contained, p["containment"] or np.nan, p["threshold"])
    verdicts = (
        removed, ["drop"] * count, ["near_duplicate"] * count, np.zeros(count, np.int32), found.similarity, limits,
        witnesses, details,
    )  # fmt: skip
    ctx.arrow(VERDICTS_FILE.format(task=ctx.task), records.VERDICT).write(as_batch(records.VERDICT, *verdicts))
    methods = np.where(found.contained, "containment", measure_of(p)).tolist()
    columns = (hex_ids(gone), kept, found.similarity, methods, [source] * count, found.bands)
    rows_of = (*earlier_columns(p, files), places)
    table = as_batch(records.EARLIER_PAIR, *columns, *rows_of)
    ctx.arrow(PAIRS_FILE.format(task=ctx.task), records.EARLIER_PAIR).write(table)


def _keys(ctx: TaskContext, stage: str, distance: int | None) -> list[UInt64Array]:
    """Keys, nodes and, where a distance is given, fingerprints of this partition."""
    table = pa.Table.from_batches(ctx.partition(stage), key_schema(distance))
    return [column.to_numpy() for column in table.columns]
