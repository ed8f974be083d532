"""rules: language and the published rule sets over extracted documents, each filter on what the ones before it kept.

Task t reads one task of one extract stage (`params["tasks"][t]` = [source, extract task]) and writes
- docs/00000.arrow   the survivors with their final text, the key of that text for exact deduplication and its length
- public/decisions/<filter>/..., public/samples/<filter>/...
The address of a row, from here on, is (task, row of docs/00000.arrow).
"""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline import records
from pipeline.engine.task import TaskContext
from pipeline.filters import FILTERS, FilterResult
from pipeline.kernels.normalise import content_keys
from pipeline.stages.decide import Decisions

RULED_DOCUMENT = pa.schema(
    [*records.WORK_DOCUMENT, pa.field("key", records.ID), pa.field("text_bytes", pa.int64())]
)  # fmt: skip
LANGUAGE_REASONS = ("language_not_kept", "language_score_low")


def run(ctx: TaskContext) -> None:
    """Apply the rules of a source to one task's documents."""
    source, extract_task = ctx.params["tasks"][ctx.task]
    filters = [(FILTERS[name], FILTERS[name].params.model_validate(raw)) for name, raw in ctx.params["filters"][source]]
    ledger = {f.name: Decisions(ctx, f.name, ctx.task, source) for f, _ in filters}
    language = Decisions(ctx, "language", ctx.task, source)
    kept = ctx.arrow(f"docs/{ctx.task:05d}.arrow", RULED_DOCUMENT)
    for batch in ctx.batches(f"extract.{source}", "docs/", extract_task):
        if ctx.params["languages"] is not None:
            batch = _apply(batch, _language(batch, ctx.params["languages"]), LANGUAGE_REASONS, language)
        for chosen, params in filters:
            if batch.num_rows:
                batch = _apply(batch, chosen.apply(batch, params), chosen.reasons, ledger[chosen.name])
        if batch.num_rows:
            text = batch.column("text")
            lengths = pc.cast(pc.binary_length(text), pa.int64())
            arrays = [*batch.columns, content_keys(text), lengths]
            kept.write(pa.RecordBatch.from_arrays(arrays, schema=RULED_DOCUMENT))
    for decisions in (language, *ledger.values()):
        decisions.close()


def _language(batch: pa.RecordBatch, wanted: dict[str, float]) -> FilterResult:
    """Code 1: not a wanted language; code 2: a wanted one, but with too low a score. `wanted`: the least of each."""
    found = pc.index_in(batch.column("language"), value_set=pa.array(list(wanted), pa.string()))
    place = found.fill_null(-1).to_numpy(zero_copy_only=False)
    least = np.array([*wanted.values(), np.nan])[place]
    score = batch.column("language_score").to_numpy(zero_copy_only=False).astype(np.float64)
    low = score < least.astype(np.float32).astype(np.float64)
    code = np.where(place < 0, 1, np.where(low, 2, 0)).astype(np.int16)
    limit = np.where(code == 2, least, np.nan)
    return FilterResult(
        code=code, score=np.where(code > 0, score, np.nan), threshold=limit, text=None, removed_lines=None
    )


def _apply(
    batch: pa.RecordBatch, result: FilterResult, reasons: tuple[str, ...], decisions: Decisions
) -> pa.RecordBatch:
    """Write down the verdicts of a filter; returns the rows that stay, with their new text."""
    if result.text is not None and result.removed_lines is not None:
        before = batch
        batch = batch.set_column(batch.schema.get_field_index("text"), "text", result.text)
        cut = np.flatnonzero((result.removed_lines > 0) & (result.code == 0))
        for row in cut.tolist():
            decisions.add(
                before.column("id")[row].as_py(), "cut", "lines_removed", rows_out=1,
                score=float(result.removed_lines[row]), **_place(before, row),
            )  # fmt: skip
    for row in np.flatnonzero(result.code).tolist():
        decisions.add(
            batch.column("id")[row].as_py(), "drop", reasons[result.code[row] - 1],
            score=_number(result.score[row]), threshold=_number(result.threshold[row]),
            detail=_detail(batch, row, decisions), text=batch.column("text")[row].as_py(), **_place(batch, row),
        )  # fmt: skip
    kept = result.code == 0
    batch = batch if kept.all() else batch.filter(pa.array(kept))
    decisions.keep(batch)
    return batch


def _place(batch: pa.RecordBatch, row: int) -> dict[str, Any]:
    return {"native_id": batch.column("native_id")[row].as_py(), "url": batch.column("url")[row].as_py()}


def _detail(batch: pa.RecordBatch, row: int, decisions: Decisions) -> str | None:
    return batch.column("language")[row].as_py() if decisions.ledger_stage == "language" else None


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
