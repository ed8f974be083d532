"""Recipe -> graph. Reads top to bottom like the description of the pipeline:

index.<source>     record boundaries of big files that can be cut
extract.<source>   records -> text, language, code and format tags
rules              language and the published rule sets
exact_keys, exact  one of each group of equal normalised texts stays
against_exact      texts of earlier runs go (planning.against)
quality            a classifier's score, and who stays by it
against_minhash, or against_simhash   what is nearly a document of an earlier run goes
signatures ... near_duplicates               MinHash or SimHash nominates pairs, exact similarity decides
dclm_paragraphs.*  paragraphs most of whose n-grams stand elsewhere are cut
<rule>.keys, .firsts, <rule>   lines, spans and substrings that are in several places are cut (planning.copies.NAMES)
contamination      benchmark text, cut or measured
documents          the kept documents, personal data in them masked, and the verdicts that came back
dedup_index        their keys, for later runs
text_sizes, tokenizer_sample, tokenizer      a tokenizer trained on a sample by weight, or one that is given
tokens, budget     token counts -> epochs of each source, or language, or format
histograms, order  where in the run their segments fall
segments, shards   the training order, packed and written; the validation split beside it
composition        what the tokens are made of
shard_index        shards/index.json
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.engine.graph import Graph, GraphBuilder
from pipeline.planning import (
    against,
    contamination,
    copies,
    dedup_index,
    exact,
    near,
    paragraphs,
    quality,
    text,
    tokens,
)
from pipeline.planning.parts import Decided, Parts, reading
from pipeline.recipe import Recipe
from pipeline.sources import READERS, InputFile
from pipeline.sources.tasks import Grouping, group
from pipeline.tag import language


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
    tasks: list[list[Any]] = []
    weights: list[int] = []
    for name, grouping in groups.items():
        share = (sample or {}).get(name, 1.0)
        text.add_source(builder, recipe, name, inputs[name], grouping, len(tasks), model, share)
        tasks += [[name, task] for task in range(len(grouping.tasks))]
        weights += grouping.weights
    parts = Parts(tasks, weights)
    text.add_rules(builder, recipe, parts)
    decided: tuple[Decided, ...] = ()
    earlier = against.indexes(recipe, out)
    if recipe.dedup and recipe.dedup.exact:
        decided += (exact.add(builder, recipe, parts),)
        if earlier:
            decided += (against.add_exact(builder, recipe, parts, decided, earlier),)
    if scored := quality.add(builder, recipe, parts, decided):
        decided += (scored,)
    if recipe.dedup and recipe.dedup.near:
        if earlier:
            decided += (against.add_near(builder, recipe, parts, decided, earlier),)
        decided += (near.add(builder, recipe, parts, decided),)
    if earlier:
        against.add_tables(builder, recipe, earlier)
    if recipe.dedup and recipe.dedup.dclm_paragraphs:
        decided += (paragraphs.add(builder, recipe, parts, decided),)
    for name in copies.NAMES:
        if copies.settings(recipe, name):
            decided += (copies.add(builder, recipe, parts, decided, name),)
    if recipe.contamination:
        decided += (contamination.add(builder, recipe, parts, decided),)
    _add_documents(builder, recipe, parts, decided)
    if recipe.dedup and recipe.dedup.write_index:
        dedup_index.add(builder, recipe, parts)
    if recipe.mixture:
        tokens.add_tokens(builder, recipe, parts)
        tokens.add_shards(builder, recipe, parts)
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
        stages += [against.EXACT] if recipe.dedup and recipe.dedup.against and recipe.dedup.exact else []
        stages += ["quality"] if source.quality else []
        if near := recipe.dedup.near if recipe.dedup else None:
            stages += [against.NEAR[near.method]] if recipe.dedup and recipe.dedup.against else []
            stages += [near.method]
        stages += [paragraphs.NAME] if recipe.dedup and recipe.dedup.dclm_paragraphs else []
        stages += [name for name in copies.NAMES if copies.settings(recipe, name)]
        stages += ["contamination"] if recipe.contamination else []
        stages += ["pii"] if recipe.pii and recipe.pii.of(name) else []
        order[name] = tuple(stages)
    return order


def _add_documents(builder: GraphBuilder, recipe: Recipe, parts: Parts, decided: Sequence[Decided]) -> None:
    more = [name for name in ("quality_scores",) if any(entry.ledger == "quality" for entry in decided)]
    pii = {name: recipe.pii.of(name) for name in sorted(recipe.sources)} if recipe.pii else {}
    code = ["pipeline.pii", "pipeline.kernels.pii", "pipeline.stages.masking"] if pii else []
    builder.add(
        "documents",
        "pipeline.stages.documents:run",
        tasks=len(parts),
        params={"tasks": parts.tasks, "decided": decided, **({"pii": pii} if pii else {})},
        **reading(decided, *more),
        code=["pipeline.stages.decide", "pipeline.stages.survivors", *code],
        weights=parts.weights,
        title="keep documents",
    )
