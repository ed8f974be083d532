"""A paper's mixture table, read both ways: what its weights imply, and what its epochs imply.

The two readings need not agree: GPT-3's printed weights give WebText2 3.47 epochs, where the table prints 2.9.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from pipeline.recipe import Published


@dataclass(frozen=True, slots=True)
class Row:
    """One source; a figure is None where the table does not print what it follows from."""

    source: str
    tokens: int | None
    weight: float | None
    normalised_weight: float | None
    """The weight over the sum of all weights."""
    trained_tokens: float | None
    """weight x training tokens, the weight as printed."""
    epochs_of_weight: float | None
    """trained_tokens / tokens."""
    epochs: float | None
    share_of_epochs: float | None
    """epochs x tokens, over training tokens; to be held against the printed weight."""


@dataclass(frozen=True, slots=True)
class Readings:
    """The whole table. The sums are None where no row has a figure to add."""

    rows: tuple[Row, ...]
    weights: float | None
    """Sum of the printed weights."""
    tokens_of_epochs: float | None
    """Sum of epochs x tokens: what training would read by the epochs."""

    def __getitem__(self, source: str) -> Row:
        for row in self.rows:
            if row.source == source:
                return row
        raise KeyError(f"no source {source!r} in the table; it has {', '.join(row.source for row in self.rows)}")


def readings(published: Published) -> Readings:
    """The printed columns and what follows from each. Decimal arithmetic, so that 0.6 + 0.4 is 1."""
    weights = {name: _exact(row.weight) for name, row in published.sources.items() if row.weight is not None}
    seen = {
        name: _exact(row.epochs) * row.tokens
        for name, row in published.sources.items()
        if row.epochs is not None and row.tokens is not None
    }
    total = sum(weights.values(), Fraction(0))
    trained = {name: weight * published.trained_tokens for name, weight in weights.items()}
    rows = tuple(
        Row(
            source=name,
            tokens=row.tokens,
            weight=row.weight,
            normalised_weight=_over(weights, name, total),
            trained_tokens=_over(trained, name, Fraction(1)),
            epochs_of_weight=_over(trained, name, Fraction(row.tokens or 0)),
            epochs=row.epochs,
            share_of_epochs=_over(seen, name, Fraction(published.trained_tokens)),
        )
        for name, row in published.sources.items()
    )
    return Readings(rows, float(total) if weights else None, float(sum(seen.values(), Fraction(0))) if seen else None)


def _exact(number: float) -> Fraction:
    """The decimal number that was printed, not the nearest binary one."""
    return Fraction(repr(number))


def _over(figures: Mapping[str, Fraction], name: str, whole: Fraction) -> float | None:
    return float(figures[name] / whole) if name in figures and whole else None
