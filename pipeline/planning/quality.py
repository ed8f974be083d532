"""The stages of quality: a classifier for each distinct model, scores, and who stays by them.

quality_sizes            documents a source -> sizes.json (only where a model is trained)
quality_sample.<model>   examples of both classes, drawn by hash -> exchange to one partition
quality_train.<model>    public/quality/<model>/model.bin and card.json
quality_scores           scores of what is left of every source with `quality`, by row
quality_cut              what depends on all of a source's scores: the cut of `top`, and the share expected to stay
quality                  verdicts by row
quality_report           public/quality/policies.json
"""

import hashlib
from collections.abc import Sequence
from typing import Any

from classifiers.fasttext_file import QualityModelError
from classifiers.quality import from_bytes, read_file
from pipeline.engine.graph import GraphBuilder
from pipeline.planning.parts import Decided, Parts, reading
from pipeline.recipe import Recipe
from pipeline.recipe.quality import PARAMETER_OF_POLICY, Quality, QualityFile, QualityTraining

_CODE = ["classifiers", "pipeline.kernels"]
Spec = QualityTraining | QualityFile | str


def add(builder: GraphBuilder, recipe: Recipe, parts: Parts, decided: Sequence[Decided]) -> Decided | None:
    """Add the stages for the sources that have `quality`; None where none has. Raises QualityModelError for a model
    file that cannot be used.
    """
    wanted = {name: source.quality for name, source in sorted(recipe.sources.items()) if source.quality is not None}
    if not wanted:
        return None
    models, model_of = name_models(wanted)
    trained = {name: spec for name, spec in models.items() if isinstance(spec, QualityTraining)}
    files = {name: _place(spec) for name, spec in models.items() if not isinstance(spec, QualityTraining)}
    if trained:
        builder.add(
            "quality_sizes",
            "pipeline.stages.quality_model:sizes",
            kind="collect",
            params={"tasks": parts.tasks},
            upstream=["rules"],
            title="documents a source",
        )
    for name, spec in trained.items():
        _add_training(builder, recipe, parts, decided, name, spec)
    scoring = reading(decided, *(f"quality_train.{name}" for name in trained))
    builder.add(
        "quality_scores",
        "pipeline.stages.quality:scores",
        tasks=len(parts),
        params={
            "tasks": parts.tasks,
            "decided": list(decided),
            "models": model_of,
            "digests": {name: _digest(path, models[name]) for name, path in files.items()},
            "seed": recipe.seed,
        },
        places={"models": files},
        **scoring,
        code=[*_CODE, "pipeline.stages.survivors"],
        libraries=["numba"],
        weights=parts.weights,
        title="quality scores",
    )
    policies = {source: _policy(quality) for source, quality in wanted.items()}
    builder.add(
        "quality_cut",
        "pipeline.stages.quality:cut",
        kind="collect",
        params={"tasks": parts.tasks, "policies": policies, "models": model_of},
        upstream=["quality_scores", *(f"quality_train.{name}" for name in trained)],
        code=_CODE,
        title="quality cuts",
    )
    builder.add(
        "quality",
        "pipeline.stages.quality:run",
        tasks=len(parts),
        params={"tasks": parts.tasks, "policies": policies, "models": model_of},
        upstream=["quality_scores", "quality_cut"],
        code=_CODE,
        weights=parts.weights,
        title="keep by quality",
    )
    builder.add(
        "quality_report",
        "pipeline.stages.quality:report",
        kind="collect",
        params={"tasks": parts.tasks, "policies": policies, "models": model_of},
        upstream=["quality_scores", "quality_cut", "quality"],
        code=_CODE,
        title="quality policies",
    )
    return Decided("quality", "quality", sent=False)


def _place(spec: Spec) -> str:
    assert not isinstance(spec, QualityTraining)
    return spec.path if isinstance(spec, QualityFile) else spec


def _digest(path: str, spec: Spec) -> str:
    """Of a model file that can be used, and is the one that the recipe pins."""
    data = read_file(path)
    if isinstance(spec, QualityFile):
        actual = hashlib.sha256(data).hexdigest()
        if actual != spec.sha256:
            raise QualityModelError(
                f"quality model {path}: its SHA-256 is {actual}, and the recipe pins {spec.sha256}. Give the file that "
                "is meant, or the SHA-256 of this one"
            )
    return from_bytes(data, path).digest


def name_models(wanted: dict[str, Quality]) -> tuple[dict[str, Spec], dict[str, dict[str, str]]]:
    """(each distinct model by name, source -> the names of its models by what the source calls them).

    A model has the name of the first source, in alphabetical order, that uses it: "web", or "web.textbooks" for that
    source's `models.textbooks`. A source's only model is called "" by it.
    """
    models: dict[str, Spec] = {}
    model_of: dict[str, dict[str, str]] = {}
    for source, quality in sorted(wanted.items()):
        for own, spec in quality.by_name().items():
            if spec not in models.values():
                models[f"{source}.{own}" if own else source] = spec
            model_of.setdefault(source, {})[own] = next(name for name in models if models[name] == spec)
    return models, model_of


def _add_training(
    builder: GraphBuilder,
    recipe: Recipe,
    parts: Parts,
    decided: Sequence[Decided],
    name: str,
    spec: QualityTraining,
) -> None:
    positive, negative = spec.train.positive, spec.train.negative
    classes = {**dict.fromkeys(positive, True), **dict.fromkeys(negative, False)}
    inputs = reading(decided, "quality_sizes", *(f"extract.{source}" for source in sorted(classes)))
    builder.add(
        f"quality_sample.{name}",
        "pipeline.stages.quality_model:sample",
        tasks=len(parts),
        params={
            "tasks": parts.tasks,
            "decided": list(decided),
            "model": name,
            "classes": classes,
            "seed": recipe.seed,
        },
        **inputs,
        code=[*_CODE, "pipeline.stages.survivors"],
        libraries=["numba"],
        weights=parts.weights,
        title=f"quality examples of {name}",
    )
    builder.add(
        f"quality_train.{name}",
        "pipeline.stages.quality_model:train",
        kind="reduce",
        params={
            "model": name,
            "classes": classes,
            "family": spec.train.family,
            "drop_contradicted": spec.train.drop_contradicted,
            "seed": recipe.seed,
        },
        exchanges=[f"quality_sample.{name}"],
        code=_CODE,
        libraries=["fasttext-community", "numba"],
        title=f"train quality model {name}",
    )


def _policy(quality: Quality) -> dict[str, Any]:
    parameter = PARAMETER_OF_POLICY[quality.policy]
    buckets = {} if quality.buckets is None else {"buckets": quality.buckets}
    return {"name": quality.policy, "parameter": getattr(quality, parameter) if parameter else None, **buckets}
