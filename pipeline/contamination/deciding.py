"""From what the methods found in a batch of documents to one verdict a document.

A method that drops goes before those that cut; what several methods cut is cut together. The verdict's score is the
largest overlap of the method that decides: of equals the first by name.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.contamination import gpt3
from pipeline.contamination.finders import REASONS, THRESHOLDS, Found

Int64Array = npt.NDArray[np.int64]


class Decision(NamedTuple):
    """`verdict`: a records.VERDICT row; `pieces`: texts that are left; `method` decided."""

    verdict: dict[str, Any]
    pieces: list[str]
    method: str


def decide(
    actions: dict[str, str], found: dict[str, Found], rows: npt.NDArray[np.int32], texts: pa.Array, names: list[str]
) -> dict[int, Decision]:
    """Row -> what becomes of the document. `names`: of the examples, as the ledger tells them."""
    acting = [name for name in sorted(found) if actions[name] != "measure"]
    acting.sort(key=lambda name: actions[name] != "drop")
    by_method = {name: _spans(found[name]) for name in acting}
    decided = {}
    for row in sorted({row for spans in by_method.values() for row in spans}):
        mine = [name for name in acting if row in by_method[name]]
        scored = {name: _score(found[name], by_method[name][row][0]) for name in mine}
        if actions[mine[0]] == "drop":
            method, pieces = mine[0], []
            outcome = "drop", REASONS[method], 0
        else:
            method = max(mine, key=lambda name: scored[name][0])  # the first of equals
            spans = np.concatenate([by_method[name][row][1] for name in mine])
            spans = spans[np.argsort(spans[:, 0], kind="stable")]
            pieces = gpt3.pieces(texts[int(np.searchsorted(rows, row))].as_py(), spans[:, 0], spans[:, 1])
            outcome = gpt3.cut_verdict(len(pieces))
            pieces = pieces if outcome[0] == "cut" else []
        verdict, reason, rows_out = outcome
        score, example = scored[method]
        decided[row] = Decision(
            {
                "row": row, "verdict": verdict, "reason": reason, "rows_out": rows_out, "score": score,
                "threshold": THRESHOLDS[method], "witness": None, "detail": names[example],
            },
            pieces,
            method,
        )  # fmt: skip
    return decided


def _spans(found: Found) -> dict[int, tuple[int, Int64Array]]:
    """Row -> (place of the strongest match, spans [n, 2] of the text)."""
    if not len(found.row):
        return {}
    order = np.argsort(found.row, kind="stable")
    rows, firsts = np.unique(found.row[order], return_index=True)
    spans = np.stack([found.start[order], found.end[order]], axis=1)
    strongest = found.matches.strongest(rows)
    return {
        row: (strongest[row], part)
        for row, part in zip(rows.tolist(), np.split(spans, firsts[1:]), strict=True)
    }  # fmt: skip


def _score(found: Found, match: int) -> tuple[float, int]:
    return float(found.matches.overlap[match]), int(found.matches.example[match])
