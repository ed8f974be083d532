"""Sentences from rules: a symbol's productions are drawn like cards, so that a text repeats itself as late as it can.

A rule book maps a symbol to its productions; `{symbol}` inside a production stands for one of that symbol's own.
Cards instead of dice matter: published repetition rules count duplicate n-grams, and human prose rarely uses one phrase
twice while others are left.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from pipeline.quickstart.dice import Dice

_SLOT = re.compile(r"\{(\w+)\}")

Piece = str | tuple[str, ...]
"""A production: plain text, or literals (even places) and symbols (odd places) in turn."""


@dataclass(frozen=True, slots=True)
class Grammar:
    """A rule book made ready. Every symbol that a production names must have a rule (ValueError else)."""

    rules: Mapping[str, tuple[Piece, ...]]
    finish: Callable[[str], str]
    """Mends a finished sentence: elision, contractions, articles."""
    joiner: str
    """Between sentences: a space, or nothing in Chinese and Japanese."""

    @staticmethod
    def of(
        rules: Mapping[str, Iterable[str]], finish: Callable[[str], str] = lambda text: text, joiner: str = " "
    ) -> "Grammar":
        ready = {symbol: tuple(_parse(item) for item in items) for symbol, items in rules.items()}
        for symbol, pieces in ready.items():
            if not pieces:
                raise ValueError(f"rule {symbol!r} has no productions")
            for piece in pieces:
                for name in piece[1::2] if isinstance(piece, tuple) else ():
                    if name not in ready:
                        raise ValueError(f"rule {symbol!r} names {name!r}, which has no rule")
        return Grammar(ready, finish, joiner)


def _parse(text: str) -> Piece:
    parts = tuple(_SLOT.split(text))
    return parts[0] if len(parts) == 1 else parts


class Writer:
    """Writes one document in one grammar: a deck of cards a symbol, shuffled anew when it is used up."""

    def __init__(self, grammar: Grammar, dice: Dice) -> None:
        self._grammar = grammar
        self._draw = dice.draw
        self._decks: dict[str, tuple[list[Piece], list[int]]] = {}
        self.dice = dice

    def expand(self, symbol: str) -> str:
        """One production of `symbol`, its own symbols expanded."""
        deck = self._decks.get(symbol)
        if deck is None:
            deck = self._decks[symbol] = (list(self._grammar.rules[symbol]), [0])
        cards, left = deck
        if left[0] == 0:
            left[0] = len(cards)
        i = int(self._draw() * left[0])
        left[0] -= 1
        card = cards[i]
        cards[i] = cards[left[0]]
        cards[left[0]] = card
        if isinstance(card, str):
            return card
        return "".join(self.expand(part) if place & 1 else part for place, part in enumerate(card))

    def phrase(self, symbol: str) -> str:
        """An expansion with the grammar's finish and a capital letter."""
        text = self._grammar.finish(self.expand(symbol))
        return text[:1].upper() + text[1:]

    def sentences(self, symbol: str, count: int) -> str:
        return self._grammar.joiner.join(self.phrase(symbol) for _ in range(count))


def split_words(text: str, separator: str = ",") -> tuple[str, ...]:
    """The items of a list written as one string; lines and blanks around items do not count."""
    return tuple(item for item in (" ".join(part.split()) for part in text.split(separator)) if item)


def split_lines(text: str) -> tuple[str, ...]:
    """One item a line."""
    return split_words(text, "\n")
