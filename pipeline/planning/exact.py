"""exact_keys and exact: one of each group of equal normalised texts stays."""

from pipeline.engine.graph import GraphBuilder
from pipeline.planning.parts import Decided, Parts, ranks
from pipeline.recipe import Recipe

# Input bytes a partition of an exchange of keys: about 200,000 compressed pages, 15 MB of keys.
PARTITION_BYTES = 1 << 30
MIN_PARTITIONS = 4


def add(builder: GraphBuilder, recipe: Recipe, parts: Parts) -> Decided:
    assert recipe.dedup is not None
    partitions = max(MIN_PARTITIONS, -(-sum(parts.weights) // PARTITION_BYTES))
    builder.add(
        "exact_keys",
        "pipeline.stages.exact:keys",
        tasks=len(parts),
        params={
            "tasks": parts.tasks,
            "partitions": partitions,
            "scope": recipe.dedup.scope,
            "ranks": ranks(recipe),
        },
        upstream=["rules"],
        code=["pipeline.dedup"],
        weights=parts.weights,
        title="exact keys",
    )
    builder.add(
        "exact",
        "pipeline.stages.exact:run",
        kind="reduce",
        tasks=partitions,
        params={"verdict_partitions": len(parts)},
        exchanges=["exact_keys"],
        code=["pipeline.dedup.exact"],
        title="exact duplicates",
    )
    return Decided("exact", "exact_dedup", sent=True)
