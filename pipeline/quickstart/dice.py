"""Keyed randomness: what a page holds depends on (seed, purpose, key) alone, never on what was written before it."""

import math
import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """A stream of draws of its own for one (seed, purpose, key).

    Only `Random.random` is used: of all the generator's methods it alone is promised to give the same numbers in every
    Python version.
    """

    __slots__ = ("draw",)

    def __init__(self, seed: int, purpose: str, key: str = "") -> None:
        self.draw = random.Random(f"{seed}\x00{purpose}\x00{key}").random

    def below(self, limit: int) -> int:
        """A whole number in [0, limit)."""
        return int(self.draw() * limit)

    def between(self, low: int, high: int) -> int:
        """A whole number in [low, high], both included."""
        return low + self.below(high - low + 1)

    def chance(self, probability: float) -> bool:
        return self.draw() < probability

    def pick(self, items: Sequence[T]) -> T:
        return items[self.below(len(items))]

    def weighted(self, shares: Sequence[tuple[T, float]]) -> T:
        """One item, with the given probabilities."""
        left = self.draw()
        for item, share in shares:
            left -= share
            if left < 0:
                return item
        return shares[0][0]

    def sample(self, items: Sequence[T], count: int) -> list[T]:
        """`count` different items in random order (all of them when there are fewer)."""
        pool = list(items)
        count = min(count, len(pool))
        for i in range(count):
            j = i + self.below(len(pool) - i)
            pool[i], pool[j] = pool[j], pool[i]
        return pool[:count]

    def log_normal(self, median: float, sigma: float, low: int, high: int) -> int:
        """A whole number from a log-normal distribution, cut to [low, high]."""
        u = max(self.draw(), 1e-12)
        normal = math.sqrt(-2.0 * math.log(u)) * math.cos(2.0 * math.pi * self.draw())
        return min(high, max(low, round(median * math.exp(sigma * normal))))
