"""Decision files -> what the language gate dropped, and how much of a hash sample of that it should have kept."""

from collections.abc import Iterable

import pyarrow.compute as pc

from pipeline.extract.gate import check_of
from pipeline.report.figures import GateRow, StageRow
from pipeline.report.files import Output
from pipeline.report.verdicts import LANGUAGE_STAGE

REASON = "language_gate"


def read_gates(output: Output, stages: Iterable[StageRow]) -> tuple[GateRow, ...]:
    """One row a source that has a gate; the decisions of checked pages say what their main text was."""
    recipe = output.manifest["recipe"]
    wanted = {row.source: row.rows_out for row in stages if row.stage == LANGUAGE_STAGE}
    counts = {
        name: [0, 0, 0]
        for name, source in sorted(recipe["sources"].items())
        if (source.get("extract") or {}).get("language_gate") and name in wanted
    }
    if not counts:
        return ()
    keep, min_score = recipe["languages"]["keep"], recipe["languages"]["min_score"]
    least = keep if isinstance(keep, dict) else dict.fromkeys(keep, min_score)
    for name in output.names("decisions/extract/"):
        table = output.columns(name, ["source", "reason", "detail"])
        table = table.filter(pc.equal(table["reason"], REASON))
        for source, detail in zip(table["source"].to_pylist(), table["detail"].to_pylist(), strict=True):
            found = counts[source]
            found[0] += 1
            if (check := check_of(detail)) is not None:
                language, score = check
                found[1] += 1
                found[2] += language in least and score >= least[language]
    return tuple(
        GateRow(name, dropped, checked, lost, wanted[name]) for name, (dropped, checked, lost) in counts.items()
    )
