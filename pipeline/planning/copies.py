"""Text that is in several places: <name>.keys, <name>.firsts and <name>, for each of the rules in NAMES.

<name>.anchors  of substrings only: one hash for many windows of neighbouring tokens -> exchange by hash
<name>.repeated the anchors that stand in several places -> exchange by part; only windows with one of them go on
<name>.keys     lines, spans of sentences or windows of tokens of what is left of the documents -> exchange by key
<name>.firsts   which of them are in too many places, and which copy stays -> exchange by part
<name>          the copies are cut out; a document of which nothing is left is dropped
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.engine.graph import GraphBuilder
from pipeline.planning.parts import Decided, Parts, ranks, reading
from pipeline.recipe import Recipe

SEGMENTS = {"ccnet_lines": "lines", "llama3_lines": "lines", "c4_spans": "sentences", "substrings": "tokens"}
"""Rule -> what it cuts. The rules are keys of `dedup`, names of stages and of ledger stages, in the order of a run."""
NAMES = tuple(SEGMENTS)

# Input bytes a partition of an exchange of keys: about 2 GiB of text, which has some 20 million lines.
PARTITION_BYTES = 512 << 20

COUNT_ALL: dict[str, Any] = {"max_copies": 1, "keep_first": False, "bucket_documents": None}
CODE = ["pipeline.dedup", "pipeline.kernels", "pipeline.stages.survivors", "pipeline.stages.cutting"]


def settings(recipe: Recipe, name: str) -> dict[str, Any] | None:
    """What the stages of one rule are told; None where the recipe does not have it."""
    dedup = recipe.dedup
    if dedup is None:
        return None
    common = {"segments": SEGMENTS[name], "width": 1, "max_copies": 1, "keep_first": True, "bucket_documents": None}
    if name == "ccnet_lines" and (ccnet := dedup.ccnet_lines):
        return {**common, "max_copies": ccnet.max_copies, "keep_first": ccnet.keep_first}
    if name == "llama3_lines" and (llama3 := dedup.llama3_lines):
        buckets = {"bucket_documents": llama3.bucket_documents, "seed": recipe.seed}
        return {**common, "max_copies": llama3.max_copies, "keep_first": False, **buckets}
    if name == "substrings" and (substrings := dedup.substrings):
        return {**common, "width": substrings.tokens, "keep_first": substrings.keep_first}
    if name == "c4_spans" and (c4 := dedup.c4_spans):
        return {**common, "width": c4.sentences}
    return None


def add(
    builder: GraphBuilder,
    recipe: Recipe,
    parts: Parts,
    decided: Sequence[Decided],
    name: str,
    *,
    partitions: int | None = None,
) -> Decided:
    """Add the stages of one rule. The number of partitions follows from the inputs; tests give others."""
    assert recipe.dedup is not None
    chosen = settings(recipe, name)
    assert chosen is not None
    partitions = partitions or -(-sum(parts.weights) // PARTITION_BYTES) or 1
    params = {**chosen, "tasks": parts.tasks, "decided": decided, "scope": recipe.dedup.scope, "anchors": None}
    inputs = reading(decided)

    def add_firsts(stage: str, keys: str, params: Mapping[str, Any], title: str) -> None:
        builder.add(
            f"{name}.{stage}",
            "pipeline.stages.copies:firsts",
            kind="reduce",
            tasks=partitions,
            params={**params, "keys": f"{name}.{keys}", "parts": len(parts)},
            exchanges=[f"{name}.{keys}"],
            code=CODE,
            title=f"{name} {title}",
        )

    if chosen["segments"] == "tokens":
        builder.add(
            f"{name}.anchors",
            "pipeline.stages.copies:anchors",
            tasks=len(parts),
            params={**params, "partitions": partitions},
            **inputs,
            code=CODE,
            libraries=["numba"],
            weights=parts.weights,
            title=f"{name} anchors",
        )
        add_firsts("repeated", "anchors", COUNT_ALL, "anchors in several places")
        params["anchors"] = f"{name}.repeated"
        inputs = {**inputs, "kind": "reduce", "exchanges": [*inputs["exchanges"], f"{name}.repeated"]}
    builder.add(
        f"{name}.keys",
        "pipeline.stages.copies:keys",
        tasks=len(parts),
        params={**params, "partitions": partitions, "ranks": ranks(recipe)},
        **inputs,
        code=CODE,
        libraries=["numba"],
        weights=parts.weights,
        title=f"{name} keys",
    )
    add_firsts("firsts", "keys", chosen, "copies")
    builder.add(
        name,
        "pipeline.stages.copies:cut",
        kind="reduce",
        tasks=len(parts),
        params={**params, "firsts": f"{name}.firsts"},
        upstream=inputs["upstream"],
        exchanges=[*inputs["exchanges"], f"{name}.firsts"],
        code=CODE,
        libraries=["numba"],
        weights=parts.weights,
        title=f"{name} cut",
    )
    return Decided(name, name, sent=False)
