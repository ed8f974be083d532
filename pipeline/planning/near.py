"""Near-duplicates: signatures -> bands -> components by rounds -> candidates -> verdicts with witnesses -> tables.

signatures         MinHash of what is left, one key a band -> exchange by key
bands              documents that share a key are connected
components.<k>     rounds over the connections until every document knows its component's first node (several
                   partitions only)
candidates         connected documents with their texts -> exchange by component
near_duplicates    each component in order of preference; exact similarity decides, and every removal has a witness
dedup_tables       dedup/pairs.parquet, clusters.parquet, samples.parquet, summary.json
"""

from collections.abc import Sequence

from pipeline.engine.graph import GraphBuilder
from pipeline.planning.parts import Decided, Parts, ranks, reading
from pipeline.recipe import Recipe

# Input bytes a partition of band keys, at 14 bands a document: some 50 to 200 MB of keys.
PARTITION_BYTES = 1 << 30
_PARTITION_BANDS = 14
# Input bytes a partition of candidates: their texts, at most.
CANDIDATE_BYTES = 256 << 20
MIN_CANDIDATE_PARTITIONS = 4
# The distance over which documents agree grows with every round: a chain of a million documents, its connections
# spread over 64 partitions at random, takes 11. The stage after the last round checks that nothing is left to do, and
# fails the run if there is.
ROUNDS = 12

_CODE = ["pipeline.dedup", "pipeline.kernels"]


def add(
    builder: GraphBuilder,
    recipe: Recipe,
    parts: Parts,
    decided: Sequence[Decided],
    *,
    band_partitions: int | None = None,
    candidate_partitions: int | None = None,
) -> Decided:
    """Add the stages. The numbers of partitions follow from the inputs; tests give others."""
    assert recipe.dedup is not None
    minhash = recipe.dedup.minhash
    assert minhash is not None
    size = sum(parts.weights)
    band_partitions = band_partitions or -(-size * minhash.bands // (PARTITION_BYTES * _PARTITION_BANDS)) or 1
    candidate_partitions = candidate_partitions or max(MIN_CANDIDATE_PARTITIONS, -(-size // CANDIDATE_BYTES))
    shape = minhash.model_dump(mode="json", exclude={"preset"})
    common = {"tasks": parts.tasks, "decided": decided}
    builder.add(
        "signatures",
        "pipeline.stages.near:signatures",
        tasks=len(parts),
        params={**common, **shape, "partitions": band_partitions, "scope": recipe.dedup.scope},
        **reading(decided),
        code=[*_CODE, "pipeline.stages.survivors"],
        libraries=["numba"],
        weights=parts.weights,
        title="MinHash signatures",
    )
    several = band_partitions > 1
    builder.add(
        "bands",
        "pipeline.stages.near:bands",
        kind="reduce",
        tasks=band_partitions,
        params={"partitions": band_partitions, "parts": len(parts)},
        exchanges=["signatures"],
        code=_CODE,
        libraries=["numba"],
        title="LSH bands",
    )
    labels = "bands"
    for number in range(1, ROUNDS + 2 if several else 1):
        last = number == ROUNDS + 1
        labels = builder.add(
            f"components.{number}",
            "pipeline.stages.near:labels" if last else "pipeline.stages.near:components",
            kind="reduce",
            tasks=band_partitions,
            params={"partitions": band_partitions, "parts": len(parts), "connections": labels},
            exchanges=[labels],
            code=_CODE,
            libraries=["numba"],
            title="component labels" if last else f"components, round {number}",
        ).name
    inputs = reading(decided)
    builder.add(
        "candidates",
        "pipeline.stages.near:candidates",
        kind="reduce",
        tasks=len(parts),
        params={
            **common,
            "labels": labels,
            "partitions": candidate_partitions,
            "ranks": ranks(recipe),
            "verify": minhash.verify,
        },
        upstream=inputs["upstream"],
        exchanges=[*inputs["exchanges"], labels],
        code=["pipeline.stages.survivors"],
        weights=parts.weights,
        title="near-duplicate candidates",
    )
    builder.add(
        "near_duplicates",
        "pipeline.stages.near:resolve",
        kind="reduce",
        tasks=candidate_partitions,
        params={**shape, "verdict_partitions": len(parts)},
        exchanges=["candidates"],
        code=_CODE,
        libraries=["numba"],
        title="near-duplicates",
    )
    builder.add(
        "dedup_tables",
        "pipeline.stages.near:tables",
        params={**shape, "rounds": ROUNDS if several else 0},
        upstream=["near_duplicates"],
        code=["pipeline.dedup"],
        title="deduplication tables",
    )
    return Decided("near_duplicates", "minhash", sent=True)
