"""documents: the kept documents, in their public form, and the decisions that came back by address.

Task t reads docs/ of rules task t and the verdicts of the stages in `params["decided"]`, in the order of the run, and
writes public/documents/<source>/part-00000.parquet and public/decisions/<ledger stage>/.... A document that was cut
gives way to its pieces, each with an id of its own and the document's as `parent_id`. Personal data is masked last.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline import records
from pipeline.engine.task import PUBLIC, TaskContext
from pipeline.ids import hex_ids, piece_id
from pipeline.stages.decide import Decisions
from pipeline.stages.masking import Masking
from pipeline.stages.survivors import Ranges, cut, cuts, verdicts


def run(ctx: TaskContext) -> None:
    """Merge one task's documents with the verdicts on them."""
    source, _ = ctx.params["tasks"][ctx.task]
    decided = [
        (_by_row(ctx, stage, sent), Decisions(ctx, ledger, ctx.task, source), {} if sent else cuts(ctx, stage))
        for stage, ledger, sent in ctx.params["decided"]
    ]
    scores, told = _scores(ctx)
    pieces = _pieces(ctx)
    actions = ctx.params.get("pii", {}).get(source)
    masking = Masking(ctx, source, actions) if actions else None
    ctx.count("text_bytes", 0)
    first = 0
    for batch in ctx.batches("rules", "docs/"):
        rows = np.arange(first, first + batch.num_rows)
        first += batch.num_rows
        for found, decisions, shortened in decided:
            rows, batch = _decide(rows, batch, found, decisions, shortened)
        if not batch.num_rows:
            continue
        # Named at its first row, so that a task without survivors publishes no empty file.
        out = ctx.parquet(f"{PUBLIC}documents/{source}/part-{ctx.task:05d}.parquet", records.DOCUMENT)
        if scores is not None:
            batch = _replace(batch, "quality", pa.array(scores[rows], pa.float32(), from_pandas=True))
            if told:
                batch = _with_metadata(rows, batch, told)
        batch = _with_pieces(rows, batch, pieces)
        if masking is not None:
            batch = masking.apply(batch)
        body = [batch.column(name) for name in records.DOCUMENT.names[1:-1]]
        metadata = records.public_metadata(batch.column("metadata"))
        arrays = [hex_ids(batch.column("id")), *body, metadata]
        out.write(pa.RecordBatch.from_arrays(arrays, schema=records.DOCUMENT))
        ctx.count("text_bytes", pc.sum(pc.binary_length(batch.column("text"))).as_py())
        ctx.count("documents", batch.num_rows)
    for _, decisions, _ in decided:
        decisions.close()
    if masking is not None:
        masking.close()


def _decide(
    rows: npt.NDArray[np.int64],
    batch: pa.RecordBatch,
    found: dict[int, dict[str, Any]],
    decisions: Decisions,
    shortened: dict[int, Ranges],
) -> tuple[npt.NDArray[np.int64], pa.RecordBatch]:
    """Write down one stage's verdicts; returns the rows that stay, with what it left of their texts."""
    stays = np.ones(len(rows), bool)
    for place, row in enumerate(rows.tolist()):
        if (verdict := found.get(row)) is None:
            continue
        stays[place] = verdict["verdict"] == "cut"
        decisions.add(
            batch.column("id")[place].as_py(),
            native_id=batch.column("native_id")[place].as_py(),
            url=batch.column("url")[place].as_py(),
            text=batch.column("text")[place].as_py(),
            **verdict,
        )
    rows = rows[stays]
    batch = cut(rows, batch.filter(pa.array(stays)), shortened)
    decisions.keep(batch)
    return rows, batch


def _by_row(ctx: TaskContext, stage: str, sent: bool) -> dict[int, dict[str, Any]]:
    """The verdicts of one stage on this task's rows."""
    return {verdict.pop("row"): verdict for table in verdicts(ctx, stage, sent) for verdict in table.to_pylist()}


def _scores(ctx: TaskContext) -> tuple[npt.NDArray[np.float32] | None, dict[int, list[tuple[str, str]]]]:
    """Quality by row, NaN where there is none, and what several models said, for metadata; (None, {}) where nothing
    was scored.
    """
    told: dict[int, list[tuple[str, str]]] = {}
    if "quality_scores" not in ctx.graph:
        return None, told
    count = sum(output.rows for output in ctx.manifest("rules").outputs if output.name.startswith("docs/"))
    scores = np.full(count, np.nan, np.float32)
    for batch in ctx.batches("quality_scores", "scores/", columns=("row", "score")):
        scores[batch.column("row").to_numpy()] = batch.column("score").to_numpy()
    for batch in ctx.batches("quality", "ranks/"):
        rows = batch.column("row").to_numpy()
        scores[rows] = batch.column("score").to_numpy()
        told |= zip(rows.tolist(), batch.column("metadata").to_pylist(), strict=True)
    return scores, told


def _with_metadata(
    rows: npt.NDArray[np.int64], batch: pa.RecordBatch, told: dict[int, list[tuple[str, str]]]
) -> pa.RecordBatch:
    pairs = batch.column("metadata").to_pylist()
    found = [[*(own or ()), *told.get(row, ())] for row, own in zip(rows.tolist(), pairs, strict=True)]
    return _replace(batch, "metadata", pa.array(found, records.METADATA))


def _pieces(ctx: TaskContext) -> dict[int, list[str]]:
    """Row -> what was left of a document that was cut, in order."""
    found: dict[int, list[str]] = {}
    if "contamination" in ctx.graph:
        for batch in ctx.batches("contamination", "pieces/"):
            for piece in batch.to_pylist():
                found.setdefault(piece["row"], []).append(piece["text"])
    return found


def _with_pieces(rows: npt.NDArray[np.int64], batch: pa.RecordBatch, pieces: dict[int, list[str]]) -> pa.RecordBatch:
    """The batch with each document that was cut replaced by its pieces."""
    if not any(row in pieces for row in rows.tolist()):
        return batch
    places, texts, ids, parents = [], [], [], []
    for place, row in enumerate(rows.tolist()):
        identity = batch.column("id")[place].as_py()
        if row not in pieces:
            places.append(place)
            texts.append(batch.column("text")[place].as_py())
            ids.append(identity)
            parents.append(batch.column("parent_id")[place].as_py())
            continue
        for number, text in enumerate(pieces[row]):
            places.append(place)
            texts.append(text)
            ids.append(piece_id(identity, number))
            parents.append(identity.hex())
    batch = batch.take(pa.array(places))
    for name, values in (
        ("id", pa.array(ids, records.ID)),
        ("text", pa.array(texts)),
        ("parent_id", pa.array(parents, pa.string())),
    ):
        batch = _replace(batch, name, values)
    return batch


def _replace(batch: pa.RecordBatch, name: str, values: pa.Array) -> pa.RecordBatch:
    return batch.set_column(batch.schema.get_field_index(name), name, values)
