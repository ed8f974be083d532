"""dclm_paragraphs and its stages, which `pipeline.stages.paragraphs` describes."""

from collections.abc import Mapping, Sequence

from pipeline.engine.graph import GraphBuilder
from pipeline.planning.copies import CODE, COUNT_ALL, PARTITION_BYTES
from pipeline.planning.parts import Decided, Parts, ranks, reading
from pipeline.recipe import Recipe

NAME = "dclm_paragraphs"
_KEEP_FIRST = {"max_copies": 1, "keep_first": True, "bucket_documents": None}


def add(
    builder: GraphBuilder, recipe: Recipe, parts: Parts, decided: Sequence[Decided], *, partitions: int | None = None
) -> Decided:
    """Add the stages. The number of partitions follows from the inputs; tests give others."""
    assert recipe.dedup is not None
    rule = recipe.dedup.dclm_paragraphs
    assert rule is not None
    # A key a token: ten times as many rows as of lines.
    partitions = partitions or -(-10 * sum(parts.weights) // PARTITION_BYTES) or 1
    inputs = reading(decided)
    params = {
        "ngram": rule.ngram,
        "millionths": round(rule.threshold * 1_000_000),
        "tasks": parts.tasks,
        "decided": decided,
        "scope": recipe.dedup.scope,
    }

    def scan(name: str, run: str, *exchanges: str, **more: object) -> str:
        """A stage over the parts, which reads the answers of the stages `exchanges`."""
        builder.add(
            name,
            f"pipeline.stages.paragraphs:{run}",
            kind="reduce" if exchanges else inputs["kind"],
            tasks=len(parts),
            params={**params, "partitions": partitions, "ranks": ranks(recipe), **more},
            upstream=inputs["upstream"],
            exchanges=[*inputs["exchanges"], *exchanges],
            code=[*CODE, "pipeline.stages.copies"],
            libraries=["numba"],
            weights=parts.weights,
            title=name.replace(".", " "),
        )
        return name

    def answer(name: str, asked: str, settings: Mapping[str, object]) -> str:
        """A stage over the keys that the stage `asked` sent."""
        builder.add(
            name,
            "pipeline.stages.copies:firsts",
            kind="reduce",
            tasks=partitions or 1,
            params={**settings, "keys": asked, "parts": len(parts)},
            exchanges=[asked],
            code=CODE,
            title=name.replace(".", " "),
        )
        return name

    repeated = answer(f"{NAME}.repeated", scan(f"{NAME}.grams", "grams"), COUNT_ALL)
    firsts = answer(f"{NAME}.firsts", scan(f"{NAME}.keys", "keys", repeated, repeated=repeated), _KEEP_FIRST)
    known = answer(f"{NAME}.known", scan(f"{NAME}.sure", "sure", firsts, firsts=firsts), _KEEP_FIRST)
    scan(NAME, "cut", firsts, known, firsts=firsts, known=known)
    return Decided(NAME, NAME, sent=False)
