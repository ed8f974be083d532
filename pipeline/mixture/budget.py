"""The token budget: weights, or epochs, and unique tokens -> target tokens and epochs a source, under epoch caps.

A weight is a share of *tokens*. A mixture given by epochs has its weights from the unique tokens: published tables
print both, and GPT-3's two columns disagree. A source that would be seen more often than its cap allows is held at the
cap and hands the rest to the other sources in proportion to their weights, until none exceeds its cap. An empty source
is different: something upstream wiped it out, so nothing takes its share, and the run is short.

A source is here whatever the mixture weighs: a source of the recipe, or a language, or a format.
"""

import dataclasses
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

# Muennighoff et al. 2023 (2305.16264): D' = U + U R* (1 - exp(-R / R*)) with R = epochs - 1 and R* about 15.4.
R_STAR = 15.4
# Ibid.: up to 4 epochs are nearly as good as fresh data; at 16 a further repeat is worth about a third of that.
MANY_EPOCHS = 4
TOO_MANY_EPOCHS = 16


@dataclass(frozen=True, slots=True)
class SourceBudget:
    """What one source gives to training."""

    source: str
    weight_asked: float
    """Share of tokens, weights normalised to sum to one."""
    weight_got: float
    """target_tokens over the sum of all target tokens."""
    unique_tokens: int
    target_tokens: int
    epochs: float
    """target_tokens / unique_tokens; 0 for an empty source."""
    max_epochs: float
    capped: bool

    @property
    def effective_tokens(self) -> float:
        """Worth in fresh tokens, by the repetition law of Muennighoff et al. 2023."""
        if self.epochs <= 1:
            return float(self.target_tokens)
        repeats = self.epochs - 1
        worth = R_STAR * (1 - math.exp(-repeats / R_STAR))
        return self.unique_tokens * (1 + worth)


@dataclass(frozen=True, slots=True)
class Budget:
    """The plan for all sources, in the order of the weights given."""

    budget_tokens: int
    sources: tuple[SourceBudget, ...]
    short: bool
    """Fewer tokens than asked, as a source is empty or every source is at its cap: the run ends with exit code 3."""
    notes: tuple[str, ...]
    """Sentences for a reader: which source is capped or empty, who takes its share, who is repeated a lot."""

    @property
    def target_tokens(self) -> int:
        return sum(source.target_tokens for source in self.sources)

    def __getitem__(self, name: str) -> SourceBudget:
        for source in self.sources:
            if source.source == name:
                return source
        raise KeyError(f"no source {name!r} in the mixture; it has {', '.join(s.source for s in self.sources)}")


def plan_mixture(
    unique_tokens: Mapping[str, int],
    budget_tokens: int,
    max_epochs: float | Mapping[str, float],
    *,
    weights: Mapping[str, float] | None = None,
    epochs: Mapping[str, float] | None = None,
) -> Budget:
    """`plan_budget` of weights or `plan_epochs` of epochs. Raises ValueError unless exactly one of them is given."""
    if weights is not None and epochs is None:
        return plan_budget(weights, unique_tokens, budget_tokens, max_epochs)
    if epochs is not None and weights is None:
        return plan_epochs(epochs, unique_tokens, budget_tokens, max_epochs)
    raise ValueError("mixture: give exactly one of weights and epochs")


def plan_epochs(
    epochs: Mapping[str, float],
    unique_tokens: Mapping[str, int],
    budget_tokens: int,
    max_epochs: float | Mapping[str, float],
) -> Budget:
    """Divide `budget_tokens` in proportion to epochs x unique tokens; otherwise as `plan_budget`.

    The budget scales all epochs by one factor, which a note states. An empty source that should be seen makes the run
    short, as with weights, but nobody can say by how much.
    """
    if missing := [source for source in epochs if source not in unique_tokens]:
        raise ValueError(f"token counts: nothing for {', '.join(missing)}, which mixture.epochs names")
    for source, count in epochs.items():
        if not (math.isfinite(count) and count >= 0):
            raise ValueError(f"mixture.epochs.{source}: {count} is no number of epochs; give a number of at least 0")
    seen = {name: Fraction(count) * unique_tokens[name] for name, count in epochs.items()}
    total = sum(seen.values(), Fraction(0))
    if not total:  # nothing to see: any weights give a plan in which every source is empty
        return plan_budget(epochs, unique_tokens, budget_tokens, max_epochs)
    found = plan_budget(
        {name: tokens / total for name, tokens in seen.items()}, unique_tokens, budget_tokens, max_epochs
    )
    empty = [name for name, count in epochs.items() if count and not unique_tokens[name]]
    notes = [f"{name} is empty: its {epochs[name]:g} epochs are missing." for name in empty]
    factor = budget_tokens / total
    if not math.isclose(factor, 1, rel_tol=1e-3):
        notes.append(
            f"The epochs given ask for {round(total):,} tokens; for {budget_tokens:,} each source is seen "
            f"{float(factor):.3g} times as often."
        )
    return dataclasses.replace(found, short=found.short or bool(empty), notes=(*notes, *found.notes))


def plan_budget(
    weights: Mapping[str, float | Fraction],
    unique_tokens: Mapping[str, int],
    budget_tokens: int,
    max_epochs: float | Mapping[str, float],
) -> Budget:
    """Divide `budget_tokens` over the sources. Exact rational arithmetic, so the plan is the same on every machine.

    `weights` need not sum to one (GPT-3's printed weights sum to 1.01); `max_epochs` is one cap or one a source.
    The targets of sources that hold tokens sum to the budget less the shares of empty sources, or to what the caps
    allow. Raises ValueError for a weight, count or cap that makes no sense.
    """
    caps = dict(max_epochs) if isinstance(max_epochs, Mapping) else dict.fromkeys(weights, max_epochs)
    _check(weights, unique_tokens, budget_tokens, caps)
    total_weight = sum((Fraction(weight) for weight in weights.values()), Fraction(0))
    asked = {name: Fraction(weight) / total_weight for name, weight in weights.items()}
    empty = [name for name in weights if unique_tokens[name] == 0 and asked[name] > 0]
    limits = {name: math.floor(Fraction(caps[name]) * unique_tokens[name]) for name in weights}
    to_divide = budget_tokens - round(budget_tokens * sum((asked[name] for name in empty), Fraction(0)))

    drawn = {name: asked[name] for name in weights if unique_tokens[name] and asked[name]}
    shares, capped = _fill(drawn, limits, to_divide)
    targets = _round(shares)
    total = sum(targets.values())
    sources = tuple(
        SourceBudget(
            source=name,
            weight_asked=float(asked[name]),
            weight_got=targets.get(name, 0) / total if total else 0.0,
            unique_tokens=unique_tokens[name],
            target_tokens=targets.get(name, 0),
            epochs=targets.get(name, 0) / unique_tokens[name] if unique_tokens[name] else 0.0,
            max_epochs=float(caps[name]),
            capped=name in capped,
        )
        for name in weights
    )
    short = bool(empty) or total < budget_tokens
    return Budget(budget_tokens, sources, short, tuple(_notes(sources, budget_tokens, float(total_weight))))


def _check(
    weights: Mapping[str, float | Fraction],
    unique_tokens: Mapping[str, int],
    budget_tokens: int,
    caps: Mapping[str, float],
) -> None:
    if not weights or not any(weights.values()):
        raise ValueError("mixture.weights: give at least one of them a weight above 0")
    for name, given in (("token counts", unique_tokens), ("mixture.max_epochs", caps)):
        if missing := [source for source in weights if source not in given]:
            raise ValueError(f"{name}: nothing for {', '.join(missing)}, which mixture.weights names")
    for source, weight in weights.items():
        if not (math.isfinite(weight) and weight >= 0):
            raise ValueError(f"mixture.weights.{source}: {weight} is not a share; give a number of at least 0")
        if not (math.isfinite(caps[source]) and caps[source] > 0):
            raise ValueError(f"mixture.max_epochs.{source}: {caps[source]} is no cap; give a number above 0")
        if unique_tokens[source] < 0:
            raise ValueError(f"token count of {source} is negative: {unique_tokens[source]}")
    if budget_tokens <= 0:
        raise ValueError(f"mixture.budget_tokens: {budget_tokens}; give a number above 0")


def _fill(
    weights: Mapping[str, Fraction], limits: Mapping[str, int], tokens: int
) -> tuple[dict[str, Fraction], set[str]]:
    """Water-filling: shares in proportion to the weights, none above its limit, and who is held at its limit.

    The shares sum to `tokens` where the limits allow.
    """
    shares: dict[str, Fraction] = {}
    free = dict(weights)
    while free:
        left = tokens - sum(shares.values(), Fraction(0))
        level = left / sum(free.values())
        over = [name for name, weight in free.items() if level * weight > limits[name]]
        if not over:
            shares.update({name: level * weight for name, weight in free.items()})
            break
        for name in over:
            # What is capped at this level stays capped: freeing its excess only raises the level of the others.
            shares[name] = Fraction(limits[name])
            del free[name]
    return shares, set(weights) - set(free)


def _round(shares: Mapping[str, Fraction]) -> dict[str, int]:
    """Largest remainders: integers with the same sum (rounded down), each within one of its share.

    A limit is an integer, so a share below it never rounds up past it.
    """
    targets = {name: math.floor(share) for name, share in shares.items()}
    left = math.floor(sum(shares.values(), Fraction(0))) - sum(targets.values())
    by_remainder = sorted(shares, key=lambda name: (targets[name] - shares[name], name))
    for name in by_remainder[:left]:
        targets[name] += 1
    return targets


def _notes(sources: Iterable[SourceBudget], budget_tokens: int, total_weight: float) -> Iterable[str]:
    sources = tuple(sources)
    if not math.isclose(total_weight, 1.0, abs_tol=1e-9):
        yield f"The weights sum to {total_weight:g}; they are divided by that."
    wanted = {source.source: round(source.weight_asked * budget_tokens) for source in sources}
    for source in sources:
        if source.weight_asked == 0:
            if source.unique_tokens:
                yield f"{source.source} is left out, as asked: {source.unique_tokens:,} tokens that stayed."
            continue
        asked = wanted[source.source]
        if source.unique_tokens == 0:
            yield f"{source.source} is empty: its {asked:,} tokens ({source.weight_asked:.1%}) are missing."
        elif source.capped and source.target_tokens < asked:
            yield (
                f"{source.source} is capped at {source.max_epochs:g} epochs: {source.target_tokens:,} of the "
                f"{asked:,} tokens asked ({source.weight_asked:.1%} asked, {source.weight_got:.1%} got)."
            )
    if any(source.capped for source in sources):
        for source in sources:
            more = source.target_tokens - wanted[source.source]
            # One token more than asked is rounding.
            if more > 1:
                yield (
                    f"{source.source} takes {more:,} tokens of capped sources ({source.weight_asked:.1%} asked, "
                    f"{source.weight_got:.1%} got, {source.epochs:.2f} epochs{', its cap' if source.capped else ''})."
                )
    if (total := sum(source.target_tokens for source in sources)) < budget_tokens:
        yield f"The run has {total:,} of the {budget_tokens:,} tokens asked."
    for source in sources:
        if source.epochs > TOO_MANY_EPOCHS:
            yield f"{source.source} is seen {source.epochs:.1f} times: beyond 16 epochs repeats add almost nothing."
        elif source.epochs > MANY_EPOCHS:
            yield f"{source.source} is seen {source.epochs:.1f} times: repeats beyond 4 epochs are worth less and less."
