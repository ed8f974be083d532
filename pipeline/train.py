"""`winnow train`: the models that a run would train for itself, on their own."""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline import publish
from pipeline.engine import storage
from pipeline.engine.graph import Graph
from pipeline.errors import WinnowError
from pipeline.recipe import Recipe
from pipeline.run import Progress, drive_locally, make_plan
from pipeline.stages.quality_model import CARD_FILE, MODEL_FILE

_TRAIN = "quality_train."


@dataclass(frozen=True)
class TrainedModel:
    """Where a model lies, and its card (see `classifiers.card`)."""

    path: str
    card: Mapping[str, Any]


def quality(
    recipe: Recipe,
    out: str | Path,
    *,
    model: str | None = None,
    workers: int | None = None,
    sample: float = 1.0,
    progress: Progress | None = None,
) -> TrainedModel:
    """Train a recipe's quality classifier as a run would, and write OUT/model.bin and OUT/card.json.

    The run's own stages, as far as the model; OUT/work keeps them, so that a stopped training goes on where it was.
    `model` names the source whose model is meant, where a recipe has several. Raises WinnowError with the next action.
    """
    graph = make_plan(recipe, str(out), sample=sample).graph
    name = _model_name(graph, recipe, model)
    wanted = up_to(graph, _TRAIN + name)
    with publish.exclusive(graph.out):
        drive_locally(wanted, workers or os.cpu_count() or 1, progress)
        for file in (MODEL_FILE, CARD_FILE):
            committed = wanted.work(_TRAIN + name, file.format(model=name))
            storage.write_bytes(storage.join(graph.out, file.rpartition("/")[2]), storage.read_bytes(committed))
    card = json.loads(storage.read_bytes(storage.join(graph.out, "card.json")))
    return TrainedModel(storage.join(graph.out, "model.bin"), card)


def extractor(
    sets: Sequence[str | Path],
    out: str | Path,
    *,
    seed: int = 0,
    folds: int = 5,
    threads: int = 1,
    refit: bool = False,
    unseen: Sequence[str | Path] = (),
    say: Callable[[str], None] = lambda _line: None,
) -> TrainedModel:
    """Train the learned extractor on gold sets; write OUT/learned.model, OUT/learned.card.json and OUT/learned.card.md.

    Each set is FOLDER/NAME, where NAME.gold.jsonl.gz and NAME.warc.gz lie. The same sets and seed give the same bytes,
    whatever the threads. Hosts of the sets `unseen` take no part; with `refit` the held-out ones do, once they have
    judged: OUT/held_out.model is the one they judged. Raises WinnowError with the next action.
    """
    from classifiers.extractor.boosting import Parameters
    from classifiers.extractor.card import card_json, card_markdown
    from classifiers.extractor.train import Settings, train

    settings = Settings(seed=seed, folds=folds, refit=refit, boosting=Parameters(threads=threads))
    trained = train([Path(path) for path in sets], settings, say, unseen=[Path(path) for path in unseen])
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in (
        ("learned.model", trained.file),
        ("learned.card.json", card_json(trained.card)),
        ("learned.card.md", card_markdown(trained.card)),
        *([("held_out.model", trained.held_out_file)] if refit else []),
    ):
        storage.write_bytes(str(folder / name), data)
    return TrainedModel(str(folder / "learned.model"), trained.card)


def code(
    sets: Sequence[str | Path],
    out: str | Path,
    *,
    also: Sequence[str | Path] = (),
    prose: Sequence[str | Path] = (),
    say: Callable[[str], None] = lambda _line: None,
) -> TrainedModel:
    """Train the content classifier of programming languages; write OUT/code.model and OUT/code.card.json.

    `sets` and `also` are JSON lines with lang and text; half of the texts of `sets` and of `prose` are held out, by
    hash, and all texts of `also` are trained on. The same files give the same bytes. Raises WinnowError.
    """
    from classifiers.code import Settings, train
    from classifiers.code_card import card_json, make_card
    from classifiers.code_data import labelled
    from classifiers.code_data import prose as read_prose

    first, second, third = ([Path(path) for path in listed] for listed in (sets, also, prose))
    code_texts, prose_texts = labelled(first, second), read_prose(third)
    trained = train([*code_texts, *prose_texts], Settings(), say)
    card = make_card(trained, first, second, third, {"code": len(code_texts), "prose": len(prose_texts)})
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    storage.write_bytes(str(folder / "code.model"), trained.file)
    storage.write_bytes(str(folder / "code.card.json"), card_json(card))
    return TrainedModel(str(folder / "code.model"), card)


def language(
    files: Sequence[str | Path],
    out: str | Path,
    *,
    sources: str | Path | None = None,
    seed: int = 1,
    refit: bool = False,
    say: Callable[[str], None] = lambda _line: None,
) -> TrainedModel:
    """Train the second opinion on languages; write OUT/neighbours.model and OUT/neighbours.card.json.

    `files` are JSON lines with lang (a label of lid.176), source and text. `sources` is a JSON file that says of each
    source what it is (url, version, licence, ...) and how much it counts: `weight`, and `weight_in_groups` where a
    softmax tells neighbours apart. A tenth of the texts, by hash, judges; with `refit` the model that is written was
    trained on it too. Raises WinnowError.
    """
    from classifiers.language import Settings, train
    from classifiers.language_card import card_json, check_sources, make_card, read_sources, weights_of
    from classifiers.language_data import read_texts
    from pipeline.tag.neighbours import CARD_FILE, MODEL_FILE

    paths = [Path(path) for path in files]
    texts = read_texts(paths)
    described = read_sources(Path(sources)) if sources else {}
    if sources:
        check_sources(texts, described)
    weights = {"weights": weights_of(described), "group_weights": weights_of(described, "weight_in_groups")}
    trained = train(texts, Settings(seed=seed), **weights, refit=refit, say=say)
    card = make_card(trained, paths, described)
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    storage.write_bytes(str(folder / MODEL_FILE), trained.file)
    storage.write_bytes(str(folder / CARD_FILE), card_json(card))
    return TrainedModel(str(folder / MODEL_FILE), card)


def up_to(graph: Graph, name: str) -> Graph:
    """The part of a graph that one stage needs."""
    needed = {name}
    for stage in reversed(graph.stages):
        if stage.name in needed:
            needed.update(stage.upstream)
    return Graph(graph.out, tuple(stage for stage in graph.stages if stage.name in needed))


def _model_name(graph: Graph, recipe: Recipe, wanted: str | None) -> str:
    names = [stage.name.removeprefix(_TRAIN) for stage in graph.stages if stage.name.startswith(_TRAIN)]
    if not names:
        raise WinnowError(
            f"the recipe {recipe.name!r} trains no quality model: give a source "
            "`quality: {model: {train: {positive: [...], negative: [...]}}}`"
        )
    if wanted is None and len(names) > 1:
        raise WinnowError(f"the recipe {recipe.name!r} trains {len(names)} models: --model {' or '.join(names)}")
    if wanted is not None and wanted not in names:
        raise WinnowError(f"no model {wanted!r} in the recipe {recipe.name!r}: it trains {', '.join(names)}")
    return wanted or names[0]
