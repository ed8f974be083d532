"""What is wrong with a recipe: each problem with its place, what was expected, and the nearest valid name."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.errors import WinnowError

KeyPath = tuple[str | int, ...]
"""Keys and list positions from the top of a recipe: ("sources", "web", "paths", 0)."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a recipe. `file` is the recipe's path, or the option that gave the value (then there is no line)."""

    file: str
    line: int | None = None
    column: int | None = None
    """Both count from 1."""

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend. `key` is a dotted path; `suggestion` the nearest valid key or value, where there is one."""

    mark: Mark
    key: str
    message: str
    suggestion: str | None = None

    @property
    def file(self) -> str:
        return self.mark.file

    @property
    def line(self) -> int | None:
        return self.mark.line

    @property
    def column(self) -> int | None:
        return self.mark.column

    def __str__(self) -> str:
        hint = f"; did you mean `{self.suggestion}`?" if self.suggestion else ""
        return f"{self.mark}: {f'{self.key}: ' if self.key else ''}{self.message}{hint}"


class RecipeError(WinnowError):
    """A recipe that cannot be used; `problems` holds all that is wrong with it, in the order of the file."""

    exit_code = 2

    def __init__(self, problems: Iterable[Problem]) -> None:
        in_order = sorted(set(problems), key=lambda p: (p.file, p.line or 0, p.column or 0, p.key, p.message))
        self.problems = tuple(in_order)
        super().__init__(self.problems)

    def __str__(self) -> str:
        if len(self.problems) == 1:
            return str(self.problems[0])
        return "\n".join([f"{len(self.problems)} problems:", *(f"  {problem}" for problem in self.problems)])


def dotted(path: Sequence[str | int]) -> str:
    """A key path as users write it: sources.web.filters[0]."""
    text = ""
    for element in path:
        text += f"[{element}]" if isinstance(element, int) else f".{element}" if text else element
    return text


def nearest(word: str, valid: Iterable[str]) -> str | None:
    """The valid name that `word` most resembles, if any does; case is ignored."""
    names = {name.lower(): name for name in valid}
    # Of two or three letters one wrong letter is already half the word.
    cutoff = 0.5 if len(word) <= 3 else 0.6
    found = difflib.get_close_matches(word.lower(), names, n=1, cutoff=cutoff)
    return names[found[0]] if found else None


def listed(names: Iterable[str]) -> str:
    """Names for a message: a, b, c."""
    return ", ".join(names)
