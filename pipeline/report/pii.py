"""pii/*.parquet -> how much personal data of each kind was found in each source."""

from pipeline.recipe.pii import Pii
from pipeline.report.figures import PiiRow
from pipeline.report.files import Output


def read_pii(output: Output) -> tuple[PiiRow, ...]:
    """One row a source and kind that the recipe names."""
    if not output.manifest["recipe"].get("pii"):
        return ()
    settings = Pii.model_validate(output.manifest["recipe"]["pii"])
    rules: dict[tuple[str, str], dict[str, int]] = {}
    documents: dict[tuple[str, str], int] = {}
    for name in output.names("pii/"):
        table = output.columns(name, ["id", "source", "kind", "rule"])
        for row in table.group_by(["source", "kind", "rule"]).aggregate([("id", "count")]).to_pylist():
            found = rules.setdefault((row["source"], row["kind"]), {})
            found[row["rule"]] = found.get(row["rule"], 0) + row["id_count"]
        for row in table.group_by(["source", "kind"]).aggregate([("id", "count_distinct")]).to_pylist():
            key = (row["source"], row["kind"])
            documents[key] = documents.get(key, 0) + row["id_count_distinct"]
    rows = []
    for source in output.manifest["ledger"]:
        for kind, action in settings.of(source).items():
            mine = dict(sorted(rules.get((source, kind), {}).items()))
            rows.append(PiiRow(source, kind, action, mine, sum(mine.values()), documents.get((source, kind), 0)))
    return tuple(rows)
