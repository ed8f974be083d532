"""dedup_index: keys of the documents that stayed, which later runs compare theirs with."""

from typing import Any

from pipeline.dedup.index import SHAPES
from pipeline.engine.graph import GraphBuilder
from pipeline.planning.parts import Parts
from pipeline.recipe import Recipe


def shape(recipe: Recipe) -> dict[str, Any] | None:
    """The method for near-duplicates and what its keys are made with; None where the recipe looks for none."""
    assert recipe.dedup is not None
    near = recipe.dedup.near
    return {"method": near.method, **{name: getattr(near, name) for name in SHAPES[near.method]}} if near else None


def add(builder: GraphBuilder, recipe: Recipe, parts: Parts) -> None:
    """Add the stages; they come after `documents`."""
    builder.add(
        "dedup_index",
        "pipeline.stages.dedup_index:write",
        tasks=len(parts),
        params={"near": shape(recipe)},
        upstream=["rules", "documents"],
        code=["pipeline.dedup", "pipeline.kernels"],
        libraries=["numba"],
        weights=parts.weights,
        title="index for later runs",
    )
    builder.add(
        "dedup_index_manifest",
        "pipeline.stages.dedup_index:manifest",
        kind="collect",
        params={"near": shape(recipe), "run": recipe.name},
        upstream=["dedup_index", "documents"],
        code=["pipeline.dedup", "pipeline.kernels"],
        title="list of the index",
    )
