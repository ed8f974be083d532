"""Text that is in several places (see `pipeline.planning.copies` for the stages).

<name>.anchors, .repeated  which units may be (of substrings only) -> exchange of ANSWER rows by part
<name>.keys     the units of a part's documents, one row a distinct key -> exchange by key
<name>.firsts   keys with too many copies -> exchange of ANSWER rows by part
<name>          verdicts, cuts, and public/dedup/<name>/...: what was cut, and where its copy is
"""

from collections.abc import Callable
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
UNSURE = 1 << 20  # added to the rank of what is not sure to stay: behind all sources


def keys(ctx: TaskContext) -> None:
    """Send each distinct key of this part, with its number of occurrences and its most preferred one."""
    p = ctx.params
    wanted = _wanted(ctx)

    def chosen(batch: pa.RecordBatch) -> tuple[Units, BoolArray]:
        _, units = _units(ctx, batch, wanted)
        return units, np.ones(len(units.key), bool)

    if p["keep_first"]:
        send_preferred(ctx, chosen)
        return
    found, buckets = [], []
    documents = 0
    for _, batch in survivors(ctx, columns=("id", "text", *scope.columns(ctx.params["scope"]))):
        units, _ = chosen(batch)
        found.append(units.key)
        buckets.append(_buckets(ctx, batch.column("id"))[units.row])
        documents += batch.num_rows
    ctx.count("documents", documents)
    if found:
        key, bucket, count = copies.counts(np.concatenate(found), np.concatenate(buckets))
        send(ctx, copies.COUNTED, (key, bucket, np.full(len(key), ctx.task, np.int32), count))


def send_preferred(ctx: TaskContext, chosen: Callable[[pa.RecordBatch], tuple[Units, BoolArray]]) -> None:
    """Send each distinct key of the units that `chosen` finds in a batch, with its most preferred occurrence.

    `chosen` also says which units are sure to stay; others come behind all sources, and have no place.
    """
    p = ctx.params
    lengths, ids, found = [], [], []
    documents = 0
    for _, batch in survivors(ctx, columns=("id", "text", "text_bytes", *scope.columns(ctx.params["scope"]))):
        units, sure = chosen(batch)
        found.append((units.row + documents, units.place, units.key, sure))
        lengths.append(pc.negate(batch.column("text_bytes")).to_numpy())
        ids.append(batch.column("id"))
        documents += batch.num_rows
    if not documents:
        return
    row, place, key, sure = (np.concatenate(part) for part in zip(*found, strict=True))
    longest_first, identity = np.concatenate(lengths), pa.concat_arrays(ids)
    behind = np.where(sure, 0, documents)
    first, count = copies.firsts(key, copies.preference(longest_first, identity)[row] + behind, place)
    owner = row[first]
    rank = p["ranks"][p["tasks"][ctx.task][0]] + np.where(sure[first], 0, UNSURE)
    columns = (
        key[first], rank.astype(np.int32), longest_first[owner], identity.take(pa.array(owner)),
        np.where(sure[first], place[first], -1).astype(np.int32), np.full(len(first), ctx.task, np.int32), count,
    )  # fmt: skip
    send(ctx, copies.PREFERRED, columns)


def firsts(ctx: TaskContext) -> None:
    """Answer the parts which keys have more copies than they may, and which copy stays."""
    p = ctx.params
    out = ctx.exchange(copies.ANSWER, p["parts"])
    if p["keep_first"]:
        for table in ctx.sorted_partition(p["keys"], copies.PREFERRED, copies.PREFERRED_ORDER):
            out.write(*copies.answer_preferred(table, p["max_copies"]))
        return
    buckets = 1
    if p["bucket_documents"]:
        documents = sum(manifest.stats["documents"] for manifest in ctx.manifests(p["keys"]))
        buckets = -(-documents // p["bucket_documents"])
    for table in ctx.sorted_partition(p["keys"], copies.COUNTED, copies.COUNTED_ORDER):
        out.write(*copies.answer_counted(table, p["max_copies"], buckets))


def cut(ctx: TaskContext) -> None:
    """Take the copies out of this part's documents."""
    p = ctx.params
    answers = copies.Answers(ctx.partition(p["firsts"]))
    wanted = _wanted(ctx)
    cutting = Cutting(ctx, p["segments"], p["max_copies"])
    for rows, batch in survivors(ctx, columns=("id", "text", *scope.columns(ctx.params["scope"]))):
        pieces, units = _units(ctx, batch, wanted)
        asked = copies.in_bucket(units.key, _buckets(ctx, batch.column("id"))[units.row])
        answer = answers.find(asked)
        known = answer >= 0
        if not known.any():
            continue
        units, answer = units.only(known), answer[known]
        stays = answers.stays(answer, binary_view(batch.column("id"))[units.row], units.place)
        # The copy that stays, stays whole: no other span that overlaps it takes a part of it.
        gone = pieces.cover(units, ~stays, p["width"]) & ~pieces.cover(units, stays, p["width"])
        if gone.any():
            _write(cutting, rows, batch, pieces, gone, units.only(~stays), answers, answer[~stays], p["width"])
    cutting.flush()


def _write(
    cutting: Cutting,
    rows: npt.NDArray[np.int32],
    batch: pa.RecordBatch,
    pieces: Segments,
    gone: BoolArray,
    units: Units,
    answers: copies.Answers,
    answer: Int64Array,
    width: int,
) -> None:
    """Cut the segments `gone` out of a batch; `units` are those that are elsewhere, with their answers."""
    first = pieces.bounds[units.row] + units.place
    start = (pieces.starts[first] - pieces.text_bounds[units.row]).tolist()
    stop = (pieces.stops[first + width - 1] - pieces.text_bounds[units.row]).tolist()
    runs = copies.runs(units.row, units.place, answers, answer)
    run_rows = units.row[runs[:-1]]
    for document in np.unique(np.searchsorted(pieces.bounds, np.flatnonzero(gone), side="right") - 1).tolist():
        low, high = np.searchsorted(run_rows, [document, document + 1])
        found = []
        for begin, after in zip(runs[low:high].tolist(), runs[low + 1 : high + 1].tolist(), strict=True):
            most = int(answers.copies[answer[begin:after]].max())
            found.append(Copy(start[begin], stop[after - 1], most, answers.witness(int(answer[begin]))))
        mine = slice(pieces.bounds[document], pieces.bounds[document + 1])
        units_gone = int(gone[mine].sum()), int(mine.stop - mine.start)
        identity, text = text_at(batch, document)
        cutting.document(int(rows[document]), identity, text, pieces.cuts(document, gone), found, *units_gone)


def anchors(ctx: TaskContext) -> None:
    """Send the anchors of this part's units, which few units share that are not equal."""
    p = ctx.params
    found = []
    for _, batch in survivors(ctx, columns=("text", *scope.columns(ctx.params["scope"]))):
        salt = scope.salts(batch, p["scope"], p["tasks"][ctx.task][0])
        found.append(segments(batch.column("text"), p["segments"]).anchors(p["width"], salt)[0].key)
    if found:
        key = np.concatenate(found)
        distinct, bucket, count = copies.counts(key, np.zeros(len(key), np.uint16))
        send(ctx, copies.COUNTED, (distinct, bucket, np.full(len(distinct), ctx.task, np.int32), count))


def _wanted(ctx: TaskContext) -> copies.Answers | None:
    """The anchors that stand in several places; None where all units are asked for."""
    stage = ctx.params["anchors"]
    return copies.Answers(ctx.partition(stage)) if stage else None


def _units(ctx: TaskContext, batch: pa.RecordBatch, wanted: copies.Answers | None) -> tuple[Segments, Units]:
    """The segments of a batch, and those of its units that may stand in several places."""
    p = ctx.params
    salt = scope.salts(batch, p["scope"], p["tasks"][ctx.task][0])
    pieces = segments(batch.column("text"), p["segments"])
    units = pieces.units(p["width"], salt)
    if wanted is not None:
        found, number = pieces.anchors(p["width"], salt)
        units = units.only((wanted.find(found.key) >= 0)[number])
    return pieces, units


def _buckets(ctx: TaskContext, ids: pa.Array) -> npt.NDArray[np.uint16]:
    """The fine bucket of each document."""
    if not ctx.params["bucket_documents"]:
        return np.zeros(len(ids), np.uint16)
    seed = ctx.params["seed"]
    return np.array([int(hash01(seed, "line bucket", id_) * 2**16) for id_ in ids.to_pylist()], np.uint16)


def send(ctx: TaskContext, schema: pa.Schema, columns: tuple[npt.NDArray[Any] | pa.Array, ...]) -> None:
    """Send rows to the partitions of their keys, the first column."""
    partitions = ctx.params["partitions"]
    out = ctx.exchange(schema, partitions)
    for at in range(0, len(columns[0]), ROWS_AT_ONCE):
        part = [pa.array(column[at : at + ROWS_AT_ONCE]) for column in columns]  # type: ignore[arg-type]
        home = copies.home(columns[0][at : at + ROWS_AT_ONCE], partitions)
        out.write(home, pa.RecordBatch.from_arrays(part, schema=schema))
