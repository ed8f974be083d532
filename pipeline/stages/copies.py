"""Deduplication of lines and spans of sentences (see `pipeline.planning.copies` for the stages).

<name>.keys     the units of a part's documents, one row a distinct key -> exchange by key
<name>.firsts   keys with too many copies -> exchange of ANSWER rows by part
<name>          verdicts, cuts, and public/dedup/<name>/...: what was cut, and where its copy is
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.dedup import copies, scope
from pipeline.dedup.segments import Segments, Units, segments
from pipeline.engine.task import TaskContext, binary_view
from pipeline.ids import hash01
from pipeline.stages.cutting import Copy, Cutting, text_at
from pipeline.stages.survivors import survivors

BoolArray = npt.NDArray[np.bool_]
Int64Array = npt.NDArray[np.int64]
ROWS_AT_ONCE = 1 << 18  # of an exchange's batches


def keys(ctx: TaskContext) -> None:
    """Send each distinct key of this part, with its number of occurrences and its most preferred one."""
    p = ctx.params
    lengths, ids, found, buckets = [], [], [], []
    documents = 0
    for _, batch in survivors(ctx, columns=("id", "text", "text_bytes", *scope.COLUMNS)):
        _, units = _units(ctx, batch)
        found.append((units.row + documents, units.place, units.key))
        lengths.append(pc.negate(batch.column("text_bytes")).to_numpy())
        ids.append(batch.column("id"))
        buckets.append(_buckets(ctx, batch.column("id"))[units.row])
        documents += batch.num_rows
    ctx.count("documents", documents)
    if not documents:
        return
    row, place, key = (np.concatenate(part) for part in zip(*found, strict=True))
    columns: tuple[npt.NDArray[Any] | pa.Array, ...]
    if p["keep_first"]:
        longest_first, identity = np.concatenate(lengths), pa.concat_arrays(ids)
        first, count = copies.firsts(key, copies.preference(longest_first, identity)[row], place)
        owner = row[first]
        rank = p["ranks"][p["tasks"][ctx.task][0]]
        columns = (
            key[first], np.full(len(first), rank, np.int32), longest_first[owner], identity.take(pa.array(owner)),
            place[first], np.full(len(first), ctx.task, np.int32), count,
        )  # fmt: skip
        schema = copies.PREFERRED
    else:
        distinct, bucket, count = copies.counts(key, np.concatenate(buckets))
        columns = distinct, bucket, np.full(len(distinct), ctx.task, np.int32), count
        schema = copies.COUNTED
    out = ctx.exchange(schema, p["partitions"])
    for at in range(0, len(columns[0]), ROWS_AT_ONCE):
        part = [pa.array(column[at : at + ROWS_AT_ONCE]) for column in columns]  # type: ignore[arg-type]
        out.write(copies.home(columns[0][at : at + ROWS_AT_ONCE], p["partitions"]), _batch(schema, part))


def firsts(ctx: TaskContext) -> None:
    """Answer the parts which keys have more copies than they may, and which copy stays."""
    p = ctx.params
    out = ctx.exchange(copies.ANSWER, p["parts"])
    if p["keep_first"]:
        for table in ctx.sorted_partition(p["keys"], copies.PREFERRED, copies.PREFERRED_ORDER):
            out.write(*copies.answer_preferred(table, p["max_copies"]))
        return
    documents = sum(manifest.stats["documents"] for manifest in ctx.manifests(p["keys"]))
    buckets = -(-documents // p["bucket_documents"]) if p["bucket_documents"] else 1
    for table in ctx.sorted_partition(p["keys"], copies.COUNTED, copies.COUNTED_ORDER):
        out.write(*copies.answer_counted(table, p["max_copies"], buckets))


def cut(ctx: TaskContext) -> None:
    """Take the copies out of this part's documents."""
    p = ctx.params
    answers = copies.Answers(pa.Table.from_batches(ctx.partition(p["firsts"]), copies.ANSWER))
    cutting = Cutting(ctx, p["segments"], p["max_copies"])
    for rows, batch in survivors(ctx, columns=("id", "text", *scope.COLUMNS)):
        pieces, units = _units(ctx, batch)
        ids = binary_view(batch.column("id"))
        asked = copies.in_bucket(units.key, _buckets(ctx, batch.column("id"))[units.row])
        answer = answers.find(asked)
        known = np.flatnonzero(answer >= 0)
        if not len(known):
            continue
        stays = np.zeros(len(answer), bool)
        stays[known] = answers.stays(answer[known], ids[units.row[known]], units.place[known])
        # The copy that stays, stays whole: no other span that overlaps it takes a part of it.
        going = (answer >= 0) & ~stays
        gone = pieces.cover(units, going, p["width"]) & ~pieces.cover(units, stays, p["width"])
        cause = pieces.spread(units, going, answer, p["width"])
        _write(cutting, rows, batch, pieces, gone, cause, answers)


def _write(
    cutting: Cutting,
    rows: npt.NDArray[np.int32],
    batch: pa.RecordBatch,
    pieces: Segments,
    gone: BoolArray,
    cause: Int64Array,
    answers: copies.Answers,
) -> None:
    """Cut the segments `gone` out of a batch; `cause` is the answer because of which each leaves."""
    lost = np.flatnonzero(gone)
    documents = np.searchsorted(pieces.bounds, lost, side="right") - 1
    for document in np.unique(documents).tolist():
        zero = pieces.text_bounds[document]
        found = []
        for segment in lost[documents == document].tolist():
            answer = cause[segment]
            witness = answers.ids[answer].tobytes() if answers.kept[answer] else None
            start, stop = int(pieces.starts[segment] - zero), int(pieces.stops[segment] - zero)
            found.append(Copy(start, stop, int(answers.copies[answer]), witness))
        units = int(pieces.bounds[document + 1] - pieces.bounds[document])
        identity, text = text_at(batch, document)
        cutting.document(int(rows[document]), identity, text, pieces.cuts(document, gone), found, units)
    cutting.flush()


def _units(ctx: TaskContext, batch: pa.RecordBatch) -> tuple[Segments, Units]:
    p = ctx.params
    salt = scope.salts(batch, p["scope"], p["tasks"][ctx.task][0])
    pieces = segments(batch.column("text"), p["segments"])
    return pieces, pieces.units(p["width"], salt)


def _buckets(ctx: TaskContext, ids: pa.Array) -> npt.NDArray[np.uint16]:
    """The fine bucket of each document."""
    if not ctx.params["bucket_documents"]:
        return np.zeros(len(ids), np.uint16)
    seed = ctx.params["seed"]
    return np.array([int(hash01(seed, "line bucket", id_) * 2**16) for id_ in ids.to_pylist()], np.uint16)


def _batch(schema: pa.Schema, columns: list[pa.Array]) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays(columns, schema=schema)
