"""dedup_index: keys of the documents that stayed, which later runs compare theirs with."""

from typing import Any

from pipeline.dedup.index import SHAPE
from pipeline.engine.graph import GraphBuilder
from pipeline.planning.parts import Parts
from pipeline.recipe import Recipe


def shape(recipe: Recipe) -> dict[str, Any] | None:
    """What band keys are made with; None where the recipe looks for no near-duplicates."""
    assert recipe.dedup is not None
    return recipe.dedup.minhash.model_dump(include=set(SHAPE)) if recipe.dedup.minhash else None


def add(builder: GraphBuilder, recipe: Recipe, parts: Parts) -> None:
    """Add the stages; they come after `documents`."""
    builder.add(
        "dedup_index",
        "pipeline.stages.dedup_index:write",
        tasks=len(parts),
        params={"minhash": shape(recipe)},
        upstream=["documents"],
        code=["pipeline.dedup", "pipeline.kernels"],
        libraries=["numba"],
        weights=parts.weights,
        title="index for later runs",
    )
    builder.add(
        "dedup_index_manifest",
        "pipeline.stages.dedup_index:manifest",
        kind="collect",
        params={"minhash": shape(recipe), "run": recipe.name},
        upstream=["dedup_index", "documents"],
        code=["pipeline.dedup", "pipeline.kernels"],
        title="list of the index",
    )
