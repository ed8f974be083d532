"""What a stage writes that takes repeated text out of documents: verdicts, cuts, and the table of what was cut."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from pipeline import records
from pipeline.engine.task import PUBLIC, TaskContext
from pipeline.stages.survivors import CUTS_FILE, VERDICTS_FILE, Ranges

SPANS_LISTED = 20
"""Spans that a decision's detail names; all are in the table."""


class Copy(NamedTuple):
    """A stretch of a document that is elsewhere too: bytes of its text, in how many places units of it are, at most,
    and the document that keeps it whole (None where none does).
    """

    start: int
    stop: int
    copies: int
    witness: bytes | None


class Cutting:
    """Collects the documents of a batch that lose something; `flush` writes them."""

    def __init__(self, ctx: TaskContext, unit: str, threshold: float) -> None:
        self._ctx, self._unit, self._threshold = ctx, unit, threshold
        self._verdicts: list[dict[str, object]] = []
        self._cuts: list[dict[str, int]] = []
        self._spans: list[dict[str, object]] = []

    def document(
        self,
        row: int,
        identity: bytes,
        text: str,
        ranges: Ranges,
        found: Sequence[Copy],
        lost_units: int,
        units: int,
        score: float | None = None,
    ) -> None:
        """A document that loses so many of its units, byte ranges of its text, because of what was found in it.

        It is dropped where nothing is left of it. The score, unless given, is the most copies of a unit.
        """
        data = np.frombuffer(text.encode(), np.uint8)
        characters = np.append(0, np.cumsum(data & 0xC0 != 0x80))  # before each byte
        inside = np.zeros(len(data), bool)
        for start, stop in ranges:
            inside[start:stop] = True
        left = data[~inside].tobytes().decode().strip()
        lost = int(characters[-1]) - len(left)
        spans = [(int(characters[copy.start]), int(characters[copy.stop])) for copy in found]
        longest = max(found, key=lambda copy: (copy.witness is not None, copy.stop - copy.start))
        listed = ", ".join(f"{start}-{stop}" for start, stop in spans[:SPANS_LISTED])
        more = ", ..." if len(spans) > SPANS_LISTED else ""
        self._verdicts.append(
            {
                "row": row,
                "verdict": "cut" if left else "drop",
                "reason": f"repeated_{self._unit}" if left else f"only_repeated_{self._unit}",
                "rows_out": 1 if left else 0,
                "score": score if score is not None else float(max(copy.copies for copy in found)),
                "threshold": float(self._threshold),
                "witness": longest.witness,
                "detail": f"{lost_units} of {units} {self._unit}, {lost} of {int(characters[-1])} characters: "
                f"{listed}{more}",
            }
        )
        if left:
            self._cuts += [{"row": row, "start": start, "stop": stop} for start, stop in ranges]
        for (start, stop), copy in zip(spans, found, strict=True):
            witness = copy.witness.hex() if copy.witness is not None else None
            self._spans.append(
                {
                    "id": identity.hex(),
                    "span_start": start,
                    "span_end": stop,
                    "text": text[start:stop],
                    "copies": copy.copies,
                    "witness": witness,
                }
            )
        self._ctx.count("documents_cut" if left else "documents_dropped", 1)
        self._ctx.count(self._unit, lost_units)
        self._ctx.count("characters", lost)

    def flush(self) -> None:
        """Write what was collected."""
        ctx = self._ctx
        ctx.arrow(VERDICTS_FILE.format(task=ctx.task), records.VERDICT).write_rows(self._verdicts)
        ctx.arrow(CUTS_FILE.format(task=ctx.task), records.CUT).write_rows(self._cuts)
        if self._spans:  # a part without any publishes no empty file
            name = f"{PUBLIC}dedup/{ctx.stage.name}/part-{ctx.task:05d}.parquet"
            ctx.parquet(name, records.CUT_SPAN).write_rows(self._spans)
        self._verdicts, self._cuts, self._spans = [], [], []


def text_at(batch: pa.RecordBatch, place: int) -> tuple[bytes, str]:
    """(id, text) of a row of a batch."""
    return batch.column("id")[place].as_py(), batch.column("text")[place].as_py()
