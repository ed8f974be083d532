"""The stages of contamination: benchmark text in training text is found, counted, and cut or measured.

benchmark_index       examples of all benchmarks, and one index of their n-grams
contamination_scan    where those n-grams are in what is left of the documents
contamination_counts  in how many documents each is: which are common, which examples are dirty
contamination         verdicts by row, pieces of cut documents, matches
contamination_tables  public/contamination/...
"""

from collections.abc import Sequence

from pipeline.contamination.benchmarks import checked_digest, list_benchmarks
from pipeline.contamination.layouts import Fields
from pipeline.engine.graph import GraphBuilder
from pipeline.errors import WinnowError
from pipeline.planning.parts import Decided, Parts, reading
from pipeline.recipe import Recipe

_CODE = ["pipeline.contamination", "pipeline.kernels"]
_DECIDING = "contamination"


def add(builder: GraphBuilder, recipe: Recipe, parts: Parts, decided: Sequence[Decided]) -> Decided:
    """Add the stages. Raises WinnowError for a benchmark that is not there or gives no example."""
    assert recipe.contamination is not None
    files = list_benchmarks(recipe.contamination.benchmarks)
    methods = {name: action for name, action in recipe.contamination.methods.model_dump().items() if action is not None}
    _check_names(recipe, [file.name for file in files])
    thresholds = {"llama3_thresholds": dict(recipe.contamination.llama3_thresholds)}
    fields = recipe.contamination.fields.model_dump(mode="json")
    builder.add(
        "benchmark_index",
        "pipeline.stages.contamination:index",
        kind="collect",
        params={
            "benchmarks": [[file.name, checked_digest(file.path, Fields.of(fields))] for file in files],
            "methods": sorted(methods),
            "fields": fields,
        },
        places={"paths": [file.path for file in files]},
        code=[*_CODE, "pipeline.sources"],
        libraries=["numba", "orjson"],
        title="index benchmarks",
    )
    builder.add(
        "contamination_scan",
        "pipeline.stages.contamination:scan",
        tasks=len(parts),
        params={"tasks": parts.tasks, "decided": decided},
        **reading(decided, "benchmark_index"),
        code=[*_CODE, "pipeline.stages.survivors"],
        libraries=["numba"],
        weights=parts.weights,
        title="look for benchmarks",
    )
    builder.add(
        "contamination_counts",
        "pipeline.stages.contamination:counts",
        kind="collect",
        params={"methods": sorted(methods), **thresholds},
        upstream=["benchmark_index", "contamination_scan"],
        code=_CODE,
        libraries=["numba"],
        title="count benchmark n-grams",
    )
    builder.add(
        _DECIDING,
        "pipeline.stages.contamination:run",
        tasks=len(parts),
        params={"tasks": parts.tasks, "decided": decided, "methods": methods},
        **reading(decided, "benchmark_index", "contamination_scan", "contamination_counts"),
        code=[*_CODE, "pipeline.stages.survivors"],
        libraries=["numba"],
        weights=parts.weights,
        title="contamination",
    )
    builder.add(
        "contamination_tables",
        "pipeline.stages.contamination_tables:run",
        kind="collect",
        params={"methods": methods, **thresholds},
        upstream=["benchmark_index", "contamination_counts", _DECIDING],
        code=_CODE,
        title="contamination tables",
    )
    return Decided(_DECIDING, "contamination", sent=False)


def _check_names(recipe: Recipe, names: Sequence[str]) -> None:
    assert recipe.contamination is not None
    for name in recipe.contamination.llama3_thresholds:
        if name not in names:
            shown = ", ".join(names[:20])
            raise WinnowError(f"contamination.llama3_thresholds names no benchmark {name!r}; there are {shown}")
