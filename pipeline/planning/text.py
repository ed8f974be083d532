"""index.<source>, extract.<source> and rules: records -> documents that the published rules keep."""

from collections.abc import Iterable, Sequence

from pipeline.engine import storage
from pipeline.engine.graph import GraphBuilder
from pipeline.extract import ExtractOptions
from pipeline.extract.model import SHIPPED
from pipeline.planning.parts import Parts
from pipeline.planning.snapshots import snapshots
from pipeline.recipe import Recipe
from pipeline.recipe.sources import FilterStep
from pipeline.sources import READERS, InputFile
from pipeline.sources.tasks import Grouping
from pipeline.tag import language
from pipeline.tag.code_model import SHIPPED as CODE_MODEL
from pipeline.tag.neighbours import SHIPPED as NEIGHBOURS

_TEXT_LIBRARIES = (
    "fastwarc",
    "warcio",
    "trafilatura",
    "resiliparse",
    "lxml",
    "justext",
    "fasttext-community",
    "xxhash",
)


def add_source(
    builder: GraphBuilder,
    recipe: Recipe,
    name: str,
    files: Sequence[InputFile],
    grouping: Grouping,
    first_part: int,
    model: language.ModelFile,
    sample: float,
) -> None:
    source = recipe.sources[name]
    options = source.options.model_dump(mode="json")
    identity = [[file.relpath, file.size, file.etag] for file in files]
    if grouping.splits:
        chosen = list(grouping.splits)
        builder.add(
            f"index.{name}",
            "pipeline.stages.index:run",
            tasks=len(chosen),
            params={
                "source": name,
                "reader": source.reader,
                "options": options,
                "split_bytes": grouping.split_bytes,
                "files": [identity[number] for number in chosen],
            },
            places={"paths": [files[number].path for number in chosen]},
            code=["pipeline.sources"],
            libraries=["fastwarc", "warcio"],
            weights=[files[number].size or 1 for number in chosen],
            title=f"index {name}",
        )
    extract = source.extract or ExtractOptions()
    pages = READERS[source.reader].yields_pages(source.options)
    gate = list(recipe.languages.keep) if extract.language_gate and recipe.languages else []
    url = [step.params.model_dump(mode="json") for step in source.filters if step.name == "url"]
    builder.add(
        f"extract.{name}",
        "pipeline.stages.extract:run",
        tasks=len(grouping.tasks),
        params={
            "source": name,
            "reader": source.reader,
            "options": options,
            "extract": extract.model_dump(mode="json"),
            "url_filter": url[0] if url else None,
            "gate_languages": gate,
            "language_model": model.digest,
            "code_model": storage.digest_of(str(CODE_MODEL)),
            "neighbours_model": storage.digest_of(str(NEIGHBOURS)),
            "extract_model": storage.digest_of(str(SHIPPED)) if pages else None,
            "files": identity,
            "tasks": grouping.tasks,
            "first_part": first_part,
            "cut": {str(number): [task, count] for task, (number, count) in enumerate(grouping.splits.items())},
            "sample": sample,
            "seed": recipe.seed if sample < 1 else 0,  # otherwise nothing is drawn, and another seed changes nothing
            "digests": _digests(step for step in source.filters if step.name == "url"),
            **snapshots(recipe, name, files),
        },
        places={"paths": [file.path for file in files], "language_model": str(model.path)},
        upstream=[f"index.{name}"] if grouping.splits else [],
        code=[
            "pipeline.sources",
            "pipeline.extract",
            "pipeline.tag",
            "pipeline.kernels",
            "pipeline.filters",
            "pipeline.stages.decide",
        ],
        libraries=_TEXT_LIBRARIES,
        weights=grouping.weights,
        title=f"extract {name}",
    )


def add_rules(builder: GraphBuilder, recipe: Recipe, parts: Parts) -> None:
    chosen = {
        name: [[step.name, step.params.model_dump(mode="json")] for step in source.filters if step.name != "url"]
        for name, source in sorted(recipe.sources.items())
    }
    wanted = None
    if recipe.languages:
        wanted = dict(sorted(recipe.languages.least_scores().items()))
    builder.add(
        "rules",
        "pipeline.stages.rules:run",
        tasks=len(parts),
        params={
            "tasks": parts.tasks,
            "filters": chosen,
            "languages": wanted,
            "digests": _digests(step for _, source in sorted(recipe.sources.items()) for step in source.filters),
        },
        upstream=[f"extract.{name}" for name in sorted(recipe.sources)],
        code=["pipeline.filters", "pipeline.kernels", "pipeline.stages.decide"],
        libraries=["numba"],
        weights=parts.weights,
        title="rules",
    )


def _digests(steps: Iterable[FilterStep]) -> list[str]:
    """Digests of the files that filters read (block lists), so that a changed list is a changed recipe."""
    return [storage.digest_of(str(path)) for step in steps for path in step.params.files()]
