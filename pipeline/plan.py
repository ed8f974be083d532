"""Recipe -> graph. Reads top to bottom like the description of the pipeline:

index.<source>     record boundaries of big files that can be cut
extract.<source>   records -> text, language, code and format tags
rules              language and the published rule sets
exact_keys, exact  one of each group of equal normalised texts stays
documents          the kept documents and the verdicts that came back
text_sizes, tokenizer_sample, tokenizer      a tokenizer trained on a sample by weight, or one that is given
tokens, budget     token counts -> epochs
histograms, order  where in the run each source's segments fall
segments, shards   the training order, packed and written; the validation split beside it
shard_index        shards/index.json
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.engine import storage
from pipeline.engine.graph import Graph, GraphBuilder
from pipeline.extract import ExtractOptions
from pipeline.recipe import Recipe, recipe_hash
from pipeline.recipe.sources import FilterStep
from pipeline.shards.locate import locate_tokenizer
from pipeline.shards.tokenizer import load_tokenizer
from pipeline.sources import READERS, InputFile
from pipeline.sources.tasks import Grouping, group
from pipeline.tag import language

# Input bytes a partition of an exchange of keys: about 200,000 compressed pages, 15 MB of keys.
EXACT_PARTITION_BYTES = 1 << 30
MIN_PARTITIONS = 4

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


@dataclass(frozen=True)
class Plan:
    """What a run will do. `key` names its published output: two plans with one key publish the same bytes."""

    recipe: Recipe
    inputs: Mapping[str, Sequence[InputFile]]
    groups: Mapping[str, Grouping]
    graph: Graph
    ledger: Mapping[str, tuple[str, ...]]  # source -> ledger stages in order
    key: str


def build(
    recipe: Recipe, inputs: Mapping[str, Sequence[InputFile]], out: str, *, sample: Mapping[str, float] | None = None
) -> Plan:
    """The graph of a recipe over listed inputs. `sample`: share of records to use, for each source (default all)."""
    builder = GraphBuilder(out)
    model = language.model_file(recipe.languages.model if recipe.languages else language.DEFAULT_MODEL)
    groups = {
        name: group(inputs[name], READERS[source.reader].splittable) for name, source in sorted(recipe.sources.items())
    }
    tasks: list[list[Any]] = []  # of rules and all that follows: [source, task of its extract stage]
    weights: list[int] = []
    for name, grouping in groups.items():
        _add_reading(builder, recipe, name, inputs[name], grouping, len(tasks), model, (sample or {}).get(name, 1.0))
        tasks += [[name, task] for task in range(len(grouping.tasks))]
        weights += grouping.weights
    _add_rules(builder, recipe, tasks, weights)
    verdicts = []
    if recipe.dedup and recipe.dedup.exact:
        verdicts.append(_add_exact(builder, recipe, tasks, weights))
    builder.add(
        "documents",
        "pipeline.stages.documents:run",
        kind="reduce" if verdicts else "map",
        tasks=len(tasks),
        params={"tasks": tasks, "verdicts": verdicts},
        upstream=["rules"],
        exchanges=[stage for stage, _ in verdicts],
        code=["pipeline.stages.decide"],
        weights=weights,
        title="keep documents",
    )
    if recipe.mixture:
        _add_tokens(builder, recipe, tasks, weights)
        _add_shards(builder, recipe, tasks, weights)
    graph = builder.build()
    key = hashlib.sha256("\n".join(stage.key for stage in graph.stages).encode()).hexdigest()
    return Plan(recipe, inputs, groups, graph, ledger_order(recipe), key)


def ledger_order(recipe: Recipe) -> dict[str, tuple[str, ...]]:
    """The stages that may decide on a source's records, in order."""
    order = {}
    for name, source in sorted(recipe.sources.items()):
        filters = [step.name for step in source.filters]
        stages = ["read", *(f for f in filters if f == "url"), "extract"]
        stages += ["language"] if recipe.languages else []
        stages += [f for f in filters if f != "url"]
        stages += ["exact_dedup"] if recipe.dedup and recipe.dedup.exact else []
        order[name] = tuple(stages)
    return order


def _add_reading(
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
            "files": identity,
            "tasks": grouping.tasks,
            "first_part": first_part,
            "cut": {str(number): [task, count] for task, (number, count) in enumerate(grouping.splits.items())},
            "sample": sample,
            "seed": recipe.seed if sample < 1 else 0,  # otherwise nothing is drawn, and another seed changes nothing
            "digests": _digests(step for step in source.filters if step.name == "url"),
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


def _add_rules(builder: GraphBuilder, recipe: Recipe, tasks: list[list[Any]], weights: list[int]) -> None:
    chosen = {
        name: [[step.name, step.params.model_dump(mode="json")] for step in source.filters if step.name != "url"]
        for name, source in sorted(recipe.sources.items())
    }
    wanted = None
    if recipe.languages:
        wanted = {"keep": sorted(recipe.languages.keep), "min_score": recipe.languages.min_score}
    builder.add(
        "rules",
        "pipeline.stages.rules:run",
        tasks=len(tasks),
        params={
            "tasks": tasks,
            "filters": chosen,
            "languages": wanted,
            "digests": _digests(step for _, source in sorted(recipe.sources.items()) for step in source.filters),
        },
        upstream=[f"extract.{name}" for name in sorted(recipe.sources)],
        code=["pipeline.filters", "pipeline.kernels", "pipeline.stages.decide"],
        libraries=["numba"],
        weights=weights,
        title="rules",
    )


def _add_exact(builder: GraphBuilder, recipe: Recipe, tasks: list[list[Any]], weights: list[int]) -> tuple[str, str]:
    assert recipe.dedup is not None
    preferred = [*recipe.dedup.prefer, *(name for name in recipe.sources if name not in recipe.dedup.prefer)]
    partitions = max(MIN_PARTITIONS, -(-sum(weights) // EXACT_PARTITION_BYTES))
    builder.add(
        "exact_keys",
        "pipeline.stages.exact:keys",
        tasks=len(tasks),
        params={
            "tasks": tasks,
            "partitions": partitions,
            "scope": recipe.dedup.scope,
            "ranks": {name: rank for rank, name in enumerate(preferred)},
        },
        upstream=["rules"],
        code=["pipeline.dedup.exact"],
        weights=weights,
        title="exact keys",
    )
    builder.add(
        "exact",
        "pipeline.stages.exact:run",
        kind="reduce",
        tasks=partitions,
        params={"verdict_partitions": len(tasks)},
        exchanges=["exact_keys"],
        code=["pipeline.dedup.exact"],
        title="exact duplicates",
    )
    return "exact", "exact_dedup"


def _add_tokens(builder: GraphBuilder, recipe: Recipe, tasks: list[list[Any]], weights: list[int]) -> None:
    assert recipe.tokenizer is not None
    assert recipe.mixture is not None
    code = ["pipeline.shards.tokenizer"]
    if recipe.tokenizer.train is not None:
        train = recipe.tokenizer.train
        builder.add(
            "text_sizes",
            "pipeline.stages.tokenizer:sizes",
            kind="collect",
            params={"tasks": tasks},
            upstream=["documents"],
            title="text sizes",
        )
        builder.add(
            "tokenizer_sample",
            "pipeline.stages.tokenizer:sample",
            tasks=len(tasks),
            params={
                "tasks": tasks,
                "weights": dict(recipe.mixture.shares),
                "sample_bytes": train.sample_bytes,
                "seed": recipe.seed,
            },
            upstream=["documents", "text_sizes"],
            weights=weights,
            title="tokenizer sample",
        )
        builder.add(
            "tokenizer",
            "pipeline.stages.tokenizer:train",
            kind="reduce",
            params={"vocab_size": train.vocab_size, "end_of_text": recipe.tokenizer.end_of_text},
            exchanges=["tokenizer_sample"],
            code=code,
            libraries=["tokenizers"],
            title="train tokenizer",
        )
    else:
        path = str(locate_tokenizer(recipe.tokenizer.path, recipe.tokenizer.huggingface))
        load_tokenizer(storage.read_bytes(path), recipe.tokenizer.end_of_text, path)  # refuse it now, not after hours
        builder.add(
            "tokenizer",
            "pipeline.stages.tokenizer:copy",
            kind="collect",
            params={"digest": storage.digest_of(path)},
            places={"path": path},
            code=code,
            title="tokenizer",
        )
    builder.add(
        "tokens",
        "pipeline.stages.tokens:run",
        tasks=len(tasks),
        params={
            "tasks": tasks,
            "validation": recipe.mixture.validation,
            "seed": recipe.seed,
            "end_of_text": recipe.tokenizer.end_of_text,
        },
        upstream=["documents", "tokenizer"],
        code=[*code, "pipeline.kernels"],
        libraries=["tokenizers", "tiktoken"],
        weights=weights,
        title="tokenize",
    )


def _add_shards(builder: GraphBuilder, recipe: Recipe, tasks: list[list[Any]], weights: list[int]) -> None:
    assert recipe.mixture is not None
    assert recipe.shards is not None
    assert recipe.tokenizer is not None
    mixture, shards = recipe.mixture, recipe.shards
    sources = sorted(recipe.sources)
    count = shards.shard_count(mixture.budget_tokens)
    held_out = 1 if mixture.validation > 0 else 0
    shape = {
        "tasks": tasks,
        "sources": sources,
        "seed": recipe.seed,
        "seq_len_tokens": shards.seq_len_tokens,
        "end_of_text": recipe.tokenizer.end_of_text,
    }
    code = ["pipeline.mixture", "pipeline.kernels.order"]
    builder.add(
        "budget",
        "pipeline.stages.mixture:budget",
        kind="collect",
        params={
            "tasks": tasks,
            "sources": sources,
            "weights": dict(mixture.shares),
            "budget_tokens": mixture.budget_tokens,
            "max_epochs": mixture.max_epochs,
        },
        upstream=["tokens"],
        code=code,
        title="budget",
    )
    builder.add(
        "histograms",
        "pipeline.stages.mixture:histograms",
        tasks=len(tasks),
        params=shape,
        upstream=["tokens", "budget"],
        code=code,
        libraries=["numba"],
        weights=weights,
        title="order histograms",
    )
    builder.add(
        "order",
        "pipeline.stages.mixture:order",
        kind="collect",
        params=shape,
        upstream=["histograms", "budget"],
        code=code,
        title="order",
    )
    builder.add(
        "segments",
        "pipeline.stages.mixture:segments",
        tasks=len(tasks),
        params={**shape, "shards": count, "validation_shards": held_out},
        upstream=["tokens", "tokenizer", "budget", "order"],
        code=code,
        libraries=["numba"],
        weights=weights,
        title="place segments",
    )
    builder.add(
        "shards",
        "pipeline.stages.shards:run",
        kind="reduce",
        tasks=count + held_out,
        params={
            "end_of_text": recipe.tokenizer.end_of_text,
            "validation_shards": held_out,
            "sources": sources,
            "seq_len_tokens": shards.seq_len_tokens,
            "shards": count,
            "recipe_hash": recipe_hash(recipe),
        },
        upstream=["tokenizer"],
        exchanges=["segments"],
        code=["pipeline.shards"],
        title="pack shards",
    )
    builder.add(
        "shard_index",
        "pipeline.stages.shards:index",
        kind="collect",
        params={
            "end_of_text": recipe.tokenizer.end_of_text,
            "validation_shards": held_out,
            "sources": sources,
            "shards": count,
            "seq_len_tokens": shards.seq_len_tokens,
            "recipe_hash": recipe_hash(recipe),
        },
        upstream=["shards", "tokenizer", "budget"],
        code=["pipeline.shards"],
        title="shard index",
    )


def _digests(steps: Iterable[FilterStep]) -> list[str]:
    """Digests of the files that filters read (block lists), so that a changed list is a changed recipe."""
    return [storage.digest_of(str(path)) for step in steps for path in step.params.files()]
