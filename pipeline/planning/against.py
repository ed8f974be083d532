"""Documents that repeat those of earlier runs go (`dedup.against`); a join by key, in which only theirs can stay.

against.keys, against.index_keys     keys of normalised texts, of this run and of the indexes -> exchange by key
against_exact                        who has the key of an earlier document goes
against.bands, against.index_bands   MinHash band keys, or SimHash fingerprints by table -> exchange by key
against.nominated                    who shares a key with an earlier document -> exchange by part
against.wanted                       the earlier documents that each is compared with -> exchange by their file
against.texts                        their texts, read from the earlier run's documents -> exchange by part
against_minhash, against_simhash     exact similarity, or distance, decides
against_tables                       dedup/against.parquet, against.json

With `scope: per_language` documents of one language are compared; every other scope is about the documents of one run,
so that they are compared with all of an earlier one.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from pipeline.dedup.index import Index, open_index
from pipeline.dedup.nomination import MINHASH, SIMHASH
from pipeline.engine import storage
from pipeline.engine.graph import GraphBuilder
from pipeline.errors import WinnowError
from pipeline.planning.dedup_index import shape
from pipeline.planning.near import partitions_of_bands, shape_of
from pipeline.planning.parts import Decided, Parts, reading
from pipeline.recipe import Recipe, RecipeError

EXACT = "against_exact"
NEAR = {MINHASH: "against_minhash", SIMHASH: "against_simhash"}
"""Stages that decide, and their names in the ledger."""

# Input bytes, and keys of indexes, for each partition of an exchange of keys: 100 MB at most.
PARTITION_BYTES = 1 << 30
PARTITION_KEYS = 3_000_000

_CODE = ["pipeline.dedup", "pipeline.kernels", "pipeline.stages.groups", "pipeline.stages.survivors"]
_SHARED: dict[str, Any] = {"code": _CODE, "libraries": ["numba"]}


def indexes(recipe: Recipe, out: str | None = None) -> tuple[Index, ...]:
    """The indexes that a recipe names, each once and in an order that does not depend on the recipe's.

    Raises RecipeError for one that is not there, has no documents, was made with other settings than the recipe's, or
    is that of the run's own `out`.
    """
    if recipe.dedup is None:
        return ()
    found, problems = {}, []
    for number, location in enumerate(recipe.dedup.against):
        try:
            index = open_index(location)
            found[index.digest] = index
            says = next(_mismatches(recipe, index, out), None)
        except WinnowError as error:
            says = str(error)
        if says is not None:
            problems.append(recipe.problem(("dedup", "against", number), says))
    if problems:
        raise RecipeError(problems)
    return tuple(found[digest] for digest in sorted(found))


def _mismatches(recipe: Recipe, index: Index, out: str | None) -> Iterator[str]:
    if index.out == out:
        yield f"{index.out} is this run's own output, which it writes anew: give another --out"
    if not index.files:
        yield f"the run at {index.out} has no documents"
    wanted = shape(recipe)
    if wanted is None:
        return
    method = wanted["method"]
    if index.near is None or index.near["method"] != method:
        kind = "MinHash bands" if method == MINHASH else "SimHash fingerprints"
        did = f"by {index.near['method']}" if index.near else "nowhere"
        yield (
            f"the run at {index.out} looked for near-duplicates {did}, so that its index has no {kind}: set "
            f"dedup.{method} in its recipe and run it again, or remove {method} here"
        )
    elif different := index.differences(wanted):
        yield (
            f"the index of {index.out} has other keys than this recipe: {', '.join(different)}. Set dedup.{method} as "
            "there, or run that recipe again with these settings"
        )


def add_exact(
    builder: GraphBuilder,
    recipe: Recipe,
    parts: Parts,
    decided: Sequence[Decided],
    earlier: Sequence[Index],
    *,
    partitions: int | None = None,
) -> Decided:
    """Add the stages that find equal texts. The number of partitions follows from the inputs; tests give others."""
    partitions = partitions or max(_partitions(earlier, 1), -(-sum(parts.weights) // PARTITION_BYTES))
    scope = _scope(recipe)
    files = sum(len(index.files) for index in earlier)
    builder.add(
        "against.keys",
        "pipeline.stages.against_exact:keys",
        tasks=len(parts),
        params={"tasks": parts.tasks, "decided": decided, "partitions": partitions, "scope": scope},
        **reading(decided),
        weights=parts.weights,
        title="keys, for earlier runs",
        **_SHARED,
    )
    builder.add(
        "against.index_keys",
        "pipeline.stages.against_exact:index_keys",
        tasks=files,
        params={**_files(earlier), "partitions": partitions, "scope": scope},
        places=_places(earlier),
        title="keys of earlier runs",
        **_SHARED,
    )
    builder.add(
        EXACT,
        "pipeline.stages.against_exact:run",
        kind="reduce",
        tasks=partitions,
        params={"verdict_partitions": len(parts), "tasks": parts.tasks, **_files(earlier)},
        exchanges=["against.keys", "against.index_keys"],
        title="equal texts of earlier runs",
        **_SHARED,
    )
    return Decided(EXACT, EXACT, sent=True)


def add_near(
    builder: GraphBuilder,
    recipe: Recipe,
    parts: Parts,
    decided: Sequence[Decided],
    earlier: Sequence[Index],
    *,
    partitions: int | None = None,
) -> Decided:
    """Add the stages that find similar texts. The number of partitions follows from the inputs; tests give others."""
    assert recipe.dedup is not None
    rule = recipe.dedup.near
    assert rule is not None
    settings = shape_of(rule)
    own = partitions_of_bands(sum(parts.weights), settings["bands"])
    partitions = partitions or max(_partitions(earlier, settings["bands"]), own)
    name = NEAR[rule.method]
    common = {**settings, "tasks": parts.tasks, "decided": decided, "partitions": partitions, "scope": _scope(recipe)}
    files = sum(len(index.files) for index in earlier)
    near = "pipeline.stages.against_near"
    builder.add(
        "against.bands",
        f"{near}:bands",
        tasks=len(parts),
        params=common,
        **reading(decided),
        weights=parts.weights,
        title="keys of near-duplicates, for earlier runs",
        **_SHARED,
    )
    builder.add(
        "against.index_bands",
        f"{near}:index_bands",
        tasks=files,
        params={**settings, **_files(earlier), "partitions": partitions, "scope": _scope(recipe)},
        places=_places(earlier),
        title="keys of near-duplicates of earlier runs",
        **_SHARED,
    )
    builder.add(
        "against.nominated",
        f"{near}:nominated",
        kind="reduce",
        tasks=partitions,
        params={"parts": len(parts), "distance": settings["distance"]},
        exchanges=["against.bands", "against.index_bands"],
        title="like earlier runs",
        **_SHARED,
    )
    builder.add(
        "against.wanted",
        f"{near}:wanted",
        kind="reduce",
        tasks=len(parts),
        params={"files": files},
        exchanges=["against.nominated"],
        title="texts asked for",
        **_SHARED,
    )
    builder.add(
        "against.texts",
        f"{near}:texts",
        kind="reduce",
        tasks=files,
        params={**_files(earlier), "parts": len(parts)},
        places=_places(earlier),
        exchanges=["against.wanted"],
        title="texts of earlier runs",
        **_SHARED,
    )
    inputs = reading(decided)
    builder.add(
        name,
        f"{near}:run",
        kind="reduce",
        tasks=len(parts),
        params={**common, **_files(earlier)},
        upstream=[*inputs["upstream"], "against.wanted"],
        exchanges=[*inputs["exchanges"], "against.texts"],
        weights=parts.weights,
        title="near-duplicates of earlier runs",
        **_SHARED,
    )
    return Decided(name, name, sent=False)


def add_tables(builder: GraphBuilder, recipe: Recipe, earlier: Sequence[Index]) -> None:
    """Add the public tables of what was removed."""
    assert recipe.dedup is not None
    rule = recipe.dedup.near
    stages = [EXACT] if recipe.dedup.exact else []
    stages += [NEAR[rule.method]] if rule else []
    builder.add(
        "against_tables",
        "pipeline.stages.against_tables:run",
        kind="collect",
        params={
            **_files(earlier),
            "documents": [index.documents for index in earlier],
            "stages": stages,
            "scope": _scope(recipe),
            "near": shape_of(rule) if rule else None,
        },
        upstream=stages if rule is None else [*stages, "against.nominated", "against.wanted"],
        title="tables of earlier runs",
        **_SHARED,
    )


def _scope(recipe: Recipe) -> str:
    return "per_language" if recipe.dedup and recipe.dedup.scope == "per_language" else "across"


def _partitions(earlier: Sequence[Index], keys: int) -> int:
    return -(-sum(index.documents for index in earlier) * keys // PARTITION_KEYS)


def _files(earlier: Sequence[Index]) -> dict[str, Any]:
    """What determines the bytes of the indexes: the runs, and [run, index digest, documents, their digest] a file."""
    return {
        "runs": [[index.run, index.digest] for index in earlier],
        "files": [
            [number, file.digest, file.documents, file.documents_digest]
            for number, index in enumerate(earlier)
            for file in index.files
        ],
    }


def _places(earlier: Sequence[Index]) -> dict[str, Any]:
    return {
        "index": [index.path(file) for index in earlier for file in index.files],
        "documents": [storage.join(index.out, file.documents) for index in earlier for file in index.files],
    }
