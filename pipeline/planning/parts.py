"""What all stages from `rules` on share: the parts they work on, and who has decided on a part's rows before them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from pipeline.recipe import Recipe

DECIDING = (
    "exact_dedup", "against_exact", "quality", "against_minhash", "against_simhash", "minhash", "simhash",
    "dclm_paragraphs", "ccnet_lines", "llama3_lines", "c4_spans", "substrings", "contamination", "pii",
)  # fmt: skip
"""Ledger stages that decide after the rules, in the order of a run."""


@dataclass(frozen=True)
class Parts:
    """Part t is task t of `rules` and of every stage after it that works document by document."""

    tasks: list[list[Any]]  # [source, task of its extract stage]
    weights: list[int]  # input bytes

    def __len__(self) -> int:
        return len(self.tasks)


class Decided(NamedTuple):
    """A stage whose verdicts come back to the parts: sent through its exchange (partition = part), or in its own
    task's `verdicts/` file.
    """

    stage: str
    ledger: str  # the name in decisions/ and in the funnel
    sent: bool


def ranks(recipe: Recipe) -> dict[str, int]:
    """Source -> its place in `dedup.prefer`, those not named there in the recipe's order; 0 is preferred."""
    assert recipe.dedup is not None
    preferred = dict.fromkeys([*recipe.dedup.prefer, *recipe.sources])
    return {name: rank for rank, name in enumerate(preferred)}


def reading(decided: Sequence[Decided], *more: str) -> dict[str, Any]:
    """`GraphBuilder.add` arguments of a stage that reads what the deciding stages left of rules' documents, and the
    outputs of the stages `more`. Goes with `params["decided"]`.
    """
    sent = [entry.stage for entry in decided if entry.sent]
    own = [entry.stage for entry in decided if not entry.sent]
    return {"kind": "reduce" if sent else "map", "upstream": ["rules", *own, *more], "exchanges": sent}
