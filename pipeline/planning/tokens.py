"""tokenizer, tokens, budget, order and shards: kept documents -> the training order, packed and written."""

from typing import Any

from pipeline.engine import storage
from pipeline.engine.graph import GraphBuilder
from pipeline.planning.parts import Parts
from pipeline.recipe import Recipe, recipe_hash
from pipeline.shards.locate import locate_tokenizer
from pipeline.shards.tokenizer import load_tokenizer
from pipeline.stages.rehydrate import STAGE


def add_tokens(builder: GraphBuilder, recipe: Recipe, parts: Parts) -> None:
    assert recipe.tokenizer is not None
    assert recipe.mixture is not None
    code = ["pipeline.shards.tokenizer", "pipeline.shards.encode"]
    if recipe.tokenizer.train is not None:
        train = recipe.tokenizer.train
        groups = {"tasks": parts.tasks, **_groups(recipe)}
        if recipe.mixture.by != "source":
            builder.add(
                "text_groups",
                "pipeline.stages.tokenizer:measure",
                tasks=len(parts),
                params=groups,
                upstream=["documents"],
                weights=parts.weights,
                title=f"text by {recipe.mixture.by}",
            )
        builder.add(
            "text_sizes",
            "pipeline.stages.tokenizer:sizes",
            kind="collect",
            params=groups,
            upstream=["documents"] if recipe.mixture.by == "source" else ["text_groups"],
            title="text sizes",
        )
        builder.add(
            "tokenizer_sample",
            "pipeline.stages.tokenizer:sample",
            tasks=len(parts),
            params={
                **groups,
                "weights": recipe.mixture.shares,
                "epochs": recipe.mixture.epochs,
                "sample_bytes": train.sample_bytes,
                "seed": recipe.seed,
            },
            upstream=["documents", "text_sizes"],
            weights=parts.weights,
            title="tokenizer sample",
        )
        builder.add(
            "tokenizer",
            "pipeline.stages.tokenizer:train",
            kind="reduce",
            params={"vocab_size": train.vocab_size, "end_of_text": recipe.tokenizer.end_of_text},
            exchanges=["tokenizer_sample"],
            code=[*code, "pipeline.kernels.bpe"],
            libraries=["tokenizers", "tiktoken"],
            title="train tokenizer",
        )
    else:
        path = str(locate_tokenizer(recipe.tokenizer.path, recipe.tokenizer.huggingface))
        load_tokenizer(storage.read_bytes(path), recipe.tokenizer.end_of_text, path)  # refuse it now, not after hours
        builder.add(
            "tokenizer",
            "pipeline.stages.tokenizer:copy",
            kind="collect",
            params={"digest": storage.digest_of(path), "end_of_text": recipe.tokenizer.end_of_text},
            places={"path": path},
            code=[*code, "pipeline.kernels.bpe"],
            libraries=["tokenizers", "tiktoken"],
            title="tokenizer",
        )
    rehydrate = recipe.mixture.rehydrate
    if rehydrate:
        builder.add(
            STAGE,
            "pipeline.stages.rehydrate:run",
            tasks=builder["near_duplicates"].tasks,
            params={"parts": len(parts)},
            upstream=["near_duplicates"],
            title="copies by group size",
        )
    builder.add(
        "tokens",
        "pipeline.stages.tokens:run",
        kind="reduce" if rehydrate else "map",
        tasks=len(parts),
        params={
            "tasks": parts.tasks,
            "validation": recipe.mixture.validation,
            "seed": recipe.seed,
            "rehydrate": rehydrate,
        },
        upstream=["documents", "tokenizer"],
        exchanges=[STAGE] if rehydrate else [],
        code=[*code, "pipeline.kernels", "pipeline.stages.rehydrate"],
        libraries=["tokenizers", "tiktoken"],
        weights=parts.weights,
        title="tokenize",
    )


def _groups(recipe: Recipe) -> dict[str, Any]:
    """What the mixture weighs."""
    assert recipe.mixture is not None
    return {"by": recipe.mixture.by, "groups": list(recipe.mixture.groups(recipe.sources))}


def add_shards(builder: GraphBuilder, recipe: Recipe, parts: Parts) -> None:
    assert recipe.mixture is not None
    assert recipe.shards is not None
    assert recipe.tokenizer is not None
    mixture, shards = recipe.mixture, recipe.shards
    sources = sorted(recipe.sources)
    count = shards.shard_count(mixture.budget_tokens)
    held_out = 1 if mixture.validation > 0 else 0
    groups = {**_groups(recipe), "rehydrate": mixture.rehydrate}
    shape = {
        "tasks": parts.tasks,
        "sources": sources,
        **groups,
        "seed": recipe.seed,
        "seq_len_tokens": shards.seq_len_tokens,
    }
    code = ["pipeline.mixture", "pipeline.kernels.order"]
    builder.add(
        "budget",
        "pipeline.stages.mixture:budget",
        kind="collect",
        params={
            "tasks": parts.tasks,
            **groups,
            "weights": mixture.shares,
            "epochs": mixture.epochs,
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
        tasks=len(parts),
        params=shape,
        upstream=["tokens", "budget"],
        code=code,
        libraries=["numba"],
        weights=parts.weights,
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
        tasks=len(parts),
        params={**shape, "shards": count, "validation_shards": held_out},
        upstream=["tokens", "tokenizer", "budget", "order"],
        code=code,
        libraries=["numba"],
        weights=parts.weights,
        title="place segments",
    )
    builder.add(
        "composition",
        "pipeline.stages.composition:run",
        kind="collect",
        params={"tasks": parts.tasks},
        upstream=["tokens", "segments"],
        title="composition",
    )
    packed = {
        "validation_shards": held_out,
        "sources": sources,
        **_groups(recipe),
        "seq_len_tokens": shards.seq_len_tokens,
        "shards": count,
        "recipe_hash": recipe_hash(recipe),
    }
    builder.add(
        "shards",
        "pipeline.stages.shards:run",
        kind="reduce",
        tasks=count + held_out,
        params=packed,
        upstream=["tokenizer"],
        exchanges=["segments"],
        code=["pipeline.shards"],
        title="pack shards",
    )
    builder.add(
        "shard_index",
        "pipeline.stages.shards:index",
        kind="collect",
        params=packed,
        upstream=["shards", "tokenizer", "budget"],
        code=["pipeline.shards"],
        title="shard index",
    )
