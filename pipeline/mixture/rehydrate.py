"""Repetition by the size of a document's group of duplicates (FineWeb2, arXiv:2506.20920: rehydration).

The documents of a source fall into classes by the copies that they are worth. A class is seen in proportion to its
copies, but no document more often than `max_epochs`; what a class cannot take, the others do. Each class has epochs and
an order of its own, so that repeats of one document are spread as evenly over the run as those of any other, and the
source keeps the tokens that its weight gives it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from pipeline.mixture.budget import plan_budget


@dataclass(frozen=True, slots=True)
class CopyClass:
    """The documents of a source that are worth the same number of copies."""

    copies: int
    unique_tokens: int
    target_tokens: int

    @property
    def epochs(self) -> float:
        """How often each of them is seen."""
        return self.target_tokens / self.unique_tokens if self.unique_tokens else 0.0


def usable_tokens(tokens: Mapping[int, int]) -> int:
    """Tokens of the documents that are worth any copy, from copies -> tokens."""
    return sum(count for copies, count in tokens.items() if copies)


def divide(target_tokens: int, tokens: Mapping[int, int], max_epochs: float) -> tuple[CopyClass, ...]:
    """A source's target over its classes, by copies; `tokens` is copies -> unique tokens. Exact rational arithmetic."""
    seen = {str(copies): Fraction(copies * tokens[copies]) for copies in sorted(tokens) if copies and tokens[copies]}
    targets: dict[str, int] = {}
    if seen and target_tokens:
        found = plan_budget(seen, {name: tokens[int(name)] for name in seen}, target_tokens, max_epochs)
        targets = {row.source: row.target_tokens for row in found.sources}
    return tuple(CopyClass(copies, tokens[copies], targets.get(str(copies), 0)) for copies in sorted(tokens))
