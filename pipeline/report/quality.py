"""quality/<model>/card.json and quality/policies.json -> what the report says about classifiers and their policies."""

from collections.abc import Iterable, Mapping
from typing import Any

from pipeline.report.files import Output
from pipeline.report.stage_figures import Buckets, PolicyRow, QualityFigures, QualityModel, RankingModel

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
            row["expected"], row["realised"], tuple(row["scores"]), tuple(row["kept_scores"]), _buckets(row),
        )
        for row in output.published_json(POLICIES)
    ]  # fmt: skip
    return tuple(sorted(rows, key=lambda row: row.source))


def _buckets(row: Mapping[str, Any]) -> Buckets | None:
    if "buckets" not in row:
        return None
    found = row["buckets"]
    models = tuple(RankingModel(**model) for model in found["models"])
    return Buckets(found["least"], tuple(found["documents"]), found["kept_by_all"], models)


def policy_lines(rows: Iterable[PolicyRow]) -> list[str]:
    """A line a scored source for the end of a run: what its policy was expected to keep, and what it kept."""
    return [
        f"quality of {row.source}: {row.policy}{'' if row.parameter is None else f' {row.parameter:g}'} kept "
        f"{row.kept:,} of {row.documents:,} documents, {row.realised:.2%} (expected {row.expected:.2%})"
        for row in rows
    ]
