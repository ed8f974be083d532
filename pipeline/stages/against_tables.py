"""against_tables: dedup/against.parquet and dedup/against.json, of what went because of earlier runs."""

import json
from collections import Counter
from typing import Any

import pyarrow as pa

from pipeline import records
from pipeline.dedup.nomination import MINHASH
from pipeline.engine.task import PUBLIC, TaskContext

PAIRS, SUMMARY = "dedup/against.parquet", "dedup/against.json"


def run(ctx: TaskContext) -> None:
    """Put the pairs of all stages together, and count them by run, source and method."""
    p = ctx.params
    out = ctx.parquet(f"{PUBLIC}{PAIRS}", records.EARLIER_PAIR)
    removed: Counter[tuple[str, str, str]] = Counter()
    stats: Counter[str] = Counter()
    for stage in p["stages"]:
        for manifest in ctx.manifests(stage):
            stats.update(manifest.stats)
            for batch in ctx.batches(stage, "pairs/", manifest.task):
                out.write(batch)
                groups = pa.Table.from_batches([batch]).group_by(["index", "removed_source", "method"])
                for row in groups.aggregate([([], "count_all")]).to_pylist():
                    removed[row["index"], row["removed_source"], row["method"]] += row["count_all"]
    summary: dict[str, Any] = {
        "runs": [
            {"run": run, "index": digest, "documents": documents}
            for (run, digest), documents in zip(p["runs"], p["documents"], strict=True)
        ],
        "removed": [
            {"index": index, "source": source, "method": method, "count": count}
            for (index, source, method), count in sorted(removed.items())
        ],
        "scope": p["scope"],
        "minhash": None,
    }
    if p["near"] is not None:
        for name in ("against.nominated", "against.wanted"):
            for manifest in ctx.manifests(name):
                stats.update(manifest.stats)
        method = p["near"]["method"]
        layout = ("hashes", "bands", "rows") if method == MINHASH else ("distance", "blocks", "bands")
        settings = ("shingle", "ngram", *layout, "threshold", "similarity", "containment", "repeats")
        counts = {name: stats[name] for name in ("comparisons", "truncated", "unchecked")}
        summary[method] = {**{name: p["near"][name] for name in settings}, **counts}
    ctx.file(f"{PUBLIC}{SUMMARY}").write(json.dumps(summary, indent=1).encode() + b"\n")
