"""Near-duplicates: signatures -> bands -> components by rounds -> candidates -> verdicts with witnesses -> tables.

signatures         MinHash or SimHash of what is left, one key a band or table -> exchange by key
bands              documents that share a key (and, by SimHash, differ in few bits) are connected
components.<k>     rounds over the connections until every document knows its component's first node, and
labels             tells it (several partitions only)
candidates         connected documents with their texts -> exchange by component
near_duplicates    each component in order of preference; exact similarity decides, and every removal has a witness
dedup_tables       dedup/pairs.parquet, clusters.parquet, samples.parquet, summary.json
"""

from collections.abc import Sequence
from typing import Any

from pipeline.dedup import simhash
from pipeline.dedup.nomination import MINHASH, SIMHASH
from pipeline.engine.graph import GraphBuilder
from pipeline.planning.parts import Decided, Parts, ranks, reading
from pipeline.recipe import MinHash, Recipe
from pipeline.recipe.simhash import SimHash

# Input bytes a partition of band keys, at 14 bands a document: some 50 to 200 MB of keys.
PARTITION_BYTES = 1 << 30
_PARTITION_BANDS = 14
# Input bytes a partition of candidates: their texts, at most.
CANDIDATE_BYTES = 256 << 20
MIN_CANDIDATE_PARTITIONS = 4
# The distance over which documents agree grows with every round: a chain of a million documents, its connections
# spread over 64 partitions at random, takes 11. Rounds after the fixed point cost next to nothing, and the stage after
# the last one fails the run if there is none.
ROUNDS = 16

_COMPARED = ("similarity", "containment", "repeats")
_SHOWN = {
    MINHASH: ("shingle", "ngram", "hashes", "bands", "rows", "threshold", "verify", *_COMPARED),
    SIMHASH: ("shingle", "ngram", "distance", "blocks", "bands", "threshold", "verify", *_COMPARED),
}
"""What dedup/summary.json says of the method."""

_CODE = ["pipeline.dedup", "pipeline.kernels"]
_GROUPS = "pipeline.stages.groups"


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
    rule = recipe.dedup.near
    assert rule is not None
    shape = shape_of(rule)
    size = sum(parts.weights)
    band_partitions = band_partitions or partitions_of_bands(size, shape["bands"])
    candidate_partitions = candidate_partitions or max(MIN_CANDIDATE_PARTITIONS, -(-size // CANDIDATE_BYTES))
    common = {"tasks": parts.tasks, "decided": decided}
    builder.add(
        "signatures",
        "pipeline.stages.near:signatures",
        tasks=len(parts),
        params={**common, **shape, "partitions": band_partitions, "scope": recipe.dedup.scope},
        **reading(decided),
        code=[*_CODE, "pipeline.stages.survivors", _GROUPS],
        libraries=["numba"],
        weights=parts.weights,
        title="MinHash signatures" if shape["method"] == MINHASH else "SimHash fingerprints",
    )
    labels = add_groups(builder, len(parts), band_partitions, distance=shape["distance"])
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
            "verify": shape["verify"],
        },
        upstream=inputs["upstream"],
        exchanges=[*inputs["exchanges"], labels],
        code=["pipeline.stages.survivors", "pipeline.dedup.lsh", _GROUPS],
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
        code=[*_CODE, _GROUPS, "pipeline.stages.rehydrate"],
        libraries=["numba"],
        title="near-duplicates",
    )
    builder.add(
        "dedup_tables",
        "pipeline.stages.near:tables",
        params={**shape, "labels": labels, "shown": _SHOWN[shape["method"]]},
        upstream=["near_duplicates", labels],
        code=["pipeline.dedup", _GROUPS],
        title="deduplication tables",
    )
    return Decided("near_duplicates", shape["method"], sent=True)


def shape_of(rule: MinHash | SimHash) -> dict[str, Any]:
    """What the stages are told of a method. Without a threshold of its own, SimHash decides by the bits that agree."""
    if isinstance(rule, MinHash):
        return {"method": MINHASH, "distance": None, **rule.model_dump(mode="json", exclude={"preset"})}
    decides: dict[str, Any] = {"similarity": rule.similarity, "threshold": rule.threshold}
    if rule.threshold is None:
        decides = {"similarity": "hamming", "threshold": simhash.similarity(rule.distance)}
    bands = simhash.tables(rule.blocks, rule.distance)
    given = rule.model_dump(mode="json", exclude={"preset"})
    return {"method": SIMHASH, **given, **decides, "bands": bands, "containment": None, "verify": True}


def partitions_of_bands(size: int, bands: int) -> int:
    """Partitions of the band keys of documents whose input has `size` bytes."""
    return max(1, -(-size * bands // (PARTITION_BYTES * _PARTITION_BANDS)))


def add_groups(
    builder: GraphBuilder, parts: int, partitions: int, *, rounds: int = ROUNDS, distance: int | None = None
) -> str:
    """Add the stages from the band keys that `signatures` sent to the label of each connected document; returns the
    name of the stage that sends the labels. `distance`: bits in which connected documents may differ, of SimHash.
    """
    shape = {"partitions": partitions, "parts": parts}
    common: dict[str, Any] = {"tasks": partitions, "code": _CODE, "libraries": ["numba"]}
    before = "bands"
    builder.add(
        before,
        f"{_GROUPS}:bands",
        kind="reduce",
        params={**shape, "distance": distance},
        exchanges=["signatures"],
        title="LSH bands",
        **common,
    )
    if partitions == 1:
        return before
    names = []
    for number in range(1, rounds + 1):
        before = builder.add(
            f"components.{number}",
            f"{_GROUPS}:components",
            kind="reduce",
            params={**shape, "connections": before},
            exchanges=[before],
            title=f"components, round {number}",
            **common,
        ).name
        names.append(before)
    return builder.add(
        "labels",
        f"{_GROUPS}:labels",
        params={**shape, "rounds": names},
        upstream=names,
        title="component labels",
        **common,
    ).name
