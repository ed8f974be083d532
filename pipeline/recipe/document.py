"""A recipe's YAML as plain data, with the line and column of every key.

The scalars are those of YAML 1.2, with underscores in numbers: `no` is the language and not false, `1e9` is a whole
number, a date stays text. A key given twice is an error, where YAML would silently take the last.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import yaml

from pipeline.recipe.problems import KeyPath, Mark, Problem, dotted, nearest

MAX_NUMBER_CHARS = 40
"""Longer numbers are mistakes, and Python refuses to read very long ones."""


@dataclass
class Document:
    """Plain data (dict, list, str, int, float, bool, None), where each key stands, and what was wrong on the way."""

    file: str
    data: Any = None
    marks: dict[KeyPath, Mark] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def mark(self, path: KeyPath) -> Mark:
        """Where `path` stands, or the nearest key above it that stands anywhere."""
        while path and path not in self.marks:
            path = path[:-1]
        return self.marks[path] if path in self.marks else Mark(self.file, 1, 1)

    def replace_marks(self, path: KeyPath, mark: Mark) -> None:
        """All at and below `path` now comes from `mark`."""
        self.marks = {known: place for known, place in self.marks.items() if known[: len(path)] != path}
        self.marks[path] = mark

    def complain(self, path: KeyPath, message: str, suggestion: str | None = None) -> None:
        """Add a problem, unless the same key has one already: what follows from it would only confuse."""
        problem = Problem(self.mark(path), dotted(path), message, suggestion)
        if not any((known.mark, known.key) == (problem.mark, problem.key) for known in self.problems):
            self.problems.append(problem)


class _Loader(yaml.SafeLoader):
    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012  (PyYAML's interface)


def _number(text: str) -> int | float:
    """A number as YAML writes it; raises ValueError with a message."""
    digits = text.replace("_", "").lower()
    if len(text) > MAX_NUMBER_CHARS:
        raise ValueError("a number of too many digits")
    if digits.lstrip("+-").isdigit():
        return int(digits)
    value = float(digits.replace(".inf", "inf").replace(".nan", "nan"))
    if not math.isfinite(value):
        raise ValueError(f"{text} is no finite number")
    # 1e9 is meant as a count. Far larger ones would be exact only by accident.
    return int(Decimal(digits)) if "e" in digits and value.is_integer() and abs(value) < 2**63 else value


_TAG = "tag:yaml.org,2002:"
_DIGITS = r"[0-9]+(?:_[0-9]+)*"
_SCALARS = (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", rf"[-+]?(?:0|(?!0){_DIGITS})", "-+0123456789"),
    ("float", rf"[-+]?(?:\.[0-9]+|{_DIGITS}(?:\.[0-9]*|(?=[eE])))(?:[eE][-+]?[0-9]+)?", "-+.0123456789"),
    ("float", r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)", "-+."),
    ("null", r"~|null|Null|NULL|", ("~", "n", "N", "")),
    ("merge", r"<<", "<"),
)
for _name, _pattern, _first in _SCALARS:
    _Loader.add_implicit_resolver(_TAG + _name, re.compile(rf"(?:{_pattern})\Z"), list(_first))
_VALUE_OF: dict[str, Callable[[str], Any]] = {
    _TAG + "str": str,
    _TAG + "int": _number,
    _TAG + "float": _number,
    _TAG + "bool": lambda text: text.lower() == "true",
    _TAG + "null": lambda text: None,
    _TAG + "merge": str,
}


def parse(text: str, file: str) -> Document:
    """Read one YAML document. Never raises: what cannot be read is in `problems`, and `data` is None then."""
    document = Document(file)
    loader = None
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        if node is not None:
            document.data = _Builder(loader, document).build(node, (), ())
    except yaml.MarkedYAMLError as error:
        place = error.problem_mark or error.context_mark
        document.problems.append(Problem(_mark(file, place), "", _explain(error)))
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        place_in_file = Mark(file, before.count("\n") + 1, len(before) - before.rfind("\n"))
        message = f"the character U+{ord(text[error.position]):04X} is not allowed in YAML"
        document.problems.append(Problem(place_in_file, "", message))
    except RecursionError:
        document.problems.append(Problem(Mark(file, 1, 1), "", "nested too deeply"))
    finally:
        if loader is not None:
            loader.dispose()
    return document


def _mark(file: str, place: yaml.Mark | None) -> Mark:
    return Mark(file, 1, 1) if place is None else Mark(file, place.line + 1, place.column + 1)


def _explain(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or error.context or "not valid YAML"
    if r"'\t'" in problem:
        return "a tab: YAML is indented with spaces only"
    if isinstance(error, yaml.constructor.ConstructorError):
        return problem
    return f"not valid YAML: {', '.join(filter(None, (error.context, error.problem)))}"


@dataclass(frozen=True)
class _Builder:
    loader: _Loader
    document: Document
    flattened: set[int] = field(default_factory=set)
    repeated: set[int] = field(default_factory=set)

    def build(self, node: yaml.Node, path: KeyPath, above: tuple[yaml.Node, ...]) -> Any:
        """The node as plain data; `above` holds the nodes it is part of."""
        if node in above:
            raise yaml.constructor.ConstructorError(None, None, "an alias that contains itself", node.start_mark)
        above = (*above, node)
        if node.tag not in (*_VALUE_OF, _TAG + "map", _TAG + "seq"):
            raise yaml.constructor.ConstructorError(None, None, f"recipes have no tags ({node.tag})", node.start_mark)
        if isinstance(node, yaml.MappingNode):
            if id(node) not in self.flattened:  # an alias comes by more than once
                self._refuse_duplicates(node, path)
                self.loader.flatten_mapping(node)
                self.flattened.add(id(node))
            mapping = {}
            for key, value in node.value:
                name = self._key(key)
                if name in mapping and id(key) in self.repeated:
                    continue
                self._place((*path, name), key)
                mapping[name] = self.build(value, (*path, name), above)
            return mapping
        if isinstance(node, yaml.SequenceNode):
            items = []
            for index, item in enumerate(node.value):
                self._place((*path, index), item)
                items.append(self.build(item, (*path, index), above))
            return items
        try:
            return _VALUE_OF[node.tag](node.value)
        except ValueError as error:
            self.document.complain(path, str(error))
            return None

    def _place(self, path: KeyPath, node: yaml.Node) -> None:
        self.document.marks[path] = _mark(self.document.file, node.start_mark)

    def _key(self, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode):
            raise yaml.constructor.ConstructorError(None, None, "a key must be a plain word", node.start_mark)
        return str(node.value)

    def _refuse_duplicates(self, node: yaml.MappingNode, path: KeyPath) -> None:
        first: dict[str, int] = {}
        for key, _ in node.value:
            name = self._key(key)
            if name in first and name != "<<":
                message = f"given twice (first on line {first[name]}); YAML would silently take the last"
                self.repeated.add(id(key))
                place = _mark(self.document.file, key.start_mark)
                self.document.problems.append(Problem(place, dotted((*path, name)), message))
            first.setdefault(name, key.start_mark.line + 1)


def override(document: Document, option: str) -> None:
    """Apply `key.path=value` (of `--set`). The value is YAML; `null` removes the key; `[n]` is an item of a list."""
    mark = Mark(f"--set {option}")
    key, equals, text = option.partition("=")
    parts = [part for part in re.split(r"\.|\[(\d+)\]", key.strip()) if part]
    value = parse(text, mark.file)
    if not equals or not parts:
        document.problems.append(Problem(mark, "", "expected key.path=value"))
        return
    if value.problems or not text.strip():
        message = value.problems[0].message if value.problems else "no value given; null removes the key"
        document.problems.append(Problem(mark, key.strip(), message))
        return
    node = document.data
    place: KeyPath = ()
    for depth, part in enumerate(parts):
        slot = _slot(node, part)
        if slot is None:
            message = f"there is no `{part}` to set in `{dotted(place)}`"
            document.problems.append(Problem(mark, key.strip(), message))
            return
        place = (*place, slot)
        if depth < len(parts) - 1:
            if isinstance(node, dict) and slot not in node:
                node[slot] = {}
                document.marks[place] = mark
            node = node[slot]
    if value.data is None and isinstance(node, dict):
        if slot not in node:
            problem = Problem(mark, dotted(place), "there is nothing to remove", nearest(str(slot), node))
            document.problems.append(problem)
        node.pop(slot, None)
    else:
        node[slot] = value.data
    document.replace_marks(place, mark)


def _slot(node: Any, part: str) -> str | int | None:
    """The key or position that `part` means in a mapping or list; None when it can mean none."""
    if isinstance(node, dict):
        return part
    return int(part) if isinstance(node, list) and part.isdigit() and int(part) < len(node) else None
