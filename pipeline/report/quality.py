"""quality/<model>/card.json and quality/policies.json -> what the report says about classifiers and their policies."""

from collections.abc import Iterable

from pipeline.report.files import Output
from pipeline.report.stage_figures import PolicyRow, QualityFigures, QualityModel

POLICIES = "quality/policies.json"


def read_quality(output: Output) -> QualityFigures | None:
    """None where no source was scored."""
    policies = read_policies(output)
    models = tuple(
        QualityModel(name.split("/")[1], output.published_json(name))
        for name in output.names("quality/")
        if name.endswith("/card.json")
    )
    return QualityFigures(models, policies) if models or policies else None


def read_policies(output: Output) -> tuple[PolicyRow, ...]:
    """One row a scored source, by source; none where no source was scored."""
    if POLICIES not in output.names(POLICIES):
        return ()
    rows = [
        PolicyRow(
            row["source"], row["model"], row["policy"], row["parameter"], row["documents"], row["kept"],
            row["expected"], row["realised"], tuple(row["scores"]), tuple(row["kept_scores"]),
        )
        for row in output.published_json(POLICIES)
    ]  # fmt: skip
    return tuple(sorted(rows, key=lambda row: row.source))


def policy_lines(rows: Iterable[PolicyRow]) -> list[str]:
    """A line a scored source for the end of a run: what its policy was expected to keep, and what it kept."""
    return [
        f"quality of {row.source}: {row.policy}{'' if row.parameter is None else f' {row.parameter:g}'} kept "
        f"{row.kept:,} of {row.documents:,} documents, {row.realised:.2%} (expected {row.expected:.2%})"
        for row in rows
    ]
