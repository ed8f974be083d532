"""What goes into extraction and what comes out: one page, one outcome."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Page:
    """The bytes of a page, and the charset that its HTTP header declared."""

    content: bytes
    charset: str | None
    url: str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """`keep` with a text, or `drop` / `quarantine` with a reason. `replaced` counts characters that could not be read."""

    text: str | None
    charset: str
    verdict: Literal["keep", "drop", "quarantine"]
    reason: str | None
    detail: str
    replaced: int
    title: str | None
