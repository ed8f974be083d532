"""What goes into extraction and what comes out: one page, one outcome."""

from dataclasses import dataclass
from typing import Literal

from pipeline.extract.code_blocks import CodeBlock


@dataclass(frozen=True, slots=True)
class Page:
    """The bytes of a page, and the charset that its HTTP header declared."""

    content: bytes
    charset: str | None
    url: str | None
    checks_gate: bool = False
    """Where the language gate drops it, it is extracted all the same, and what was found is in the detail."""
    ended: int | None = None
    """The exit code of the worker that it ended, for the second time: this process is not to try it again."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """`keep` with a text, or `drop` / `quarantine` with a reason. A kept page that has one comes from the cheaper
    extractor, because the recipe's own failed for that reason."""

    text: str | None
    charset: str
    """WHATWG name, lower case; empty where the page was set aside before it was decoded."""
    verdict: Literal["keep", "drop", "quarantine"]
    reason: str | None
    detail: str
    replaced: int
    """Characters of the page that could not be read."""
    title: str | None
    code: tuple[CodeBlock, ...] = ()
    """The page's code blocks that the text holds."""


def set_aside(reason: str, detail: str, charset: str = "", replaced: int = 0) -> Outcome:
    """The outcome of a page that is quarantined."""
    return Outcome(None, charset, "quarantine", reason, detail, replaced, None)
