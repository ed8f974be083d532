"""Being written."""

from collections.abc import Sequence

from pipeline.engine.graph import GraphBuilder
from pipeline.planning.parts import Decided, Parts
from pipeline.recipe import Recipe


def add(builder: GraphBuilder, recipe: Recipe, parts: Parts, decided: Sequence[Decided]) -> Decided:
    raise NotImplementedError
