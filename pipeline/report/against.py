"""dedup/against.json and against.parquet -> what the report says about documents of earlier runs."""

from collections import Counter

from pipeline.report.files import Output
from pipeline.report.stage_figures import EarlierRemovals, EarlierRun, EarlierRuns

PAIRS, SUMMARY = "dedup/against.parquet", "dedup/against.json"


def read_against(output: Output) -> EarlierRuns | None:
    """None where the run was compared with no other. Removals are counted from the table."""
    if SUMMARY not in output.names("dedup/"):
        return None
    summary = output.published_json(SUMMARY)
    counts: Counter[tuple[str, str, str]] = Counter()
    for table in output.row_groups(PAIRS, ["index", "removed_source", "method"]):
        groups = table.group_by(["index", "removed_source", "method"]).aggregate([([], "count_all")])
        for row in groups.to_pylist():
            counts[row["index"], row["removed_source"], row["method"]] += row["count_all"]
    return EarlierRuns(
        runs=tuple(EarlierRun(row["run"], row["index"], row["documents"]) for row in summary["runs"]),
        removed=tuple(EarlierRemovals(*key, number) for key, number in sorted(counts.items())),
        settings=summary["simhash"] if "simhash" in summary else summary["minhash"],
    )
