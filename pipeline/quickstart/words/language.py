"""What the generator knows of a language: rule books, the words of buttons and menus, and how long its texts are."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.quickstart.grammar import Grammar


@dataclass(frozen=True, slots=True)
class Interface:
    """The words of a site around its text: menus, buttons, notices."""

    home: str
    sections: tuple[str, ...]
    search: str
    log_in: str
    subscribe: str
    cookies: str
    accept: str
    related: str
    comments: str
    reply: str
    share: str
    advert: str
    offers: tuple[str, ...]
    rights: str
    legal: tuple[str, ...]
    by: str
    more: str
    password: str
    user: str
    forgot: str
    said: str
    ingredients: str
    steps: str
    price: str
    basket: str
    answers: str


@dataclass(frozen=True, slots=True)
class Lengths:
    """Words a page: a log-normal distribution, cut where short pages say nothing and long ones repeat themselves."""

    median: int
    sigma: float
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Language:
    """A language that pages are written in."""

    code: str
    """ISO 639-1."""
    grammars: Mapping[str, Grammar]
    """By topic. Every grammar has rules for `prose`, `headline`, `heading`, `question`, `item`, `product`, `name`."""
    registers: tuple[str, ...]
    """The sentence rules that every grammar of this language has; `prose` where a page's own is missing."""
    interface: Interface
    lengths: Lengths = Lengths(330, 0.6, 110, 1000)

    def register(self, wanted: str) -> str:
        return wanted if wanted in self.registers else "prose"
