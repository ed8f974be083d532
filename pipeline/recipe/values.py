"""What the recipe's objects are made of: frozen mappings, names, shares, and paths that `load` makes absolute."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Annotated, Any, ClassVar, NamedTuple, NoReturn, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from pipeline.filters import FilterParams
from pipeline.recipe.problems import KeyPath, listed

K = TypeVar("K")
V = TypeVar("V")
T = TypeVar("T")


class Part(BaseModel):
    """A frozen part of a recipe; an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Preset(Part):
    """A part with published settings by name, of which its field `preset` names one; keys beside it come first."""

    PRESETS: ClassVar[Mapping[str, Mapping[str, Any]]]

    @model_validator(mode="before")
    @classmethod
    def _published(cls, given: Any) -> Any:
        if not isinstance(given, Mapping) or not isinstance(given.get("preset"), str):
            return given
        return {**cls.PRESETS.get(given["preset"], {}), **given}

    @field_validator("preset", check_fields=False)
    @classmethod
    def _known(cls, preset: str | None) -> str | None:
        if preset is not None and preset not in cls.PRESETS:
            raise unknown_name("preset", preset, tuple(cls.PRESETS))
        return preset


class FrozenDict(dict[K, V]):
    """A dict that cannot change, so that a recipe is frozen all the way down and can be hashed."""

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("a recipe cannot be changed; load it again with overrides")

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse  # type: ignore[assignment]

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(frozenset(self.items()))

    def __reduce__(self) -> tuple[type["FrozenDict[K, V]"], tuple[dict[K, V]]]:
        return FrozenDict, (dict(self),)


class FilterStep(NamedTuple):
    """A rule set with its parameters: written as its name, or as a mapping of its name to parameters."""

    name: str
    params: FilterParams


def unknown_name(kind: str, name: str, valid: Iterable[str]) -> PydanticCustomError:
    """The error for a value that is none of the known names."""
    context = {"kind": kind, "name": name, "valid": tuple(valid)}
    return PydanticCustomError("unknown_name", "unknown {kind} '{name}'", context)


def refuse(message: str) -> PydanticCustomError:
    """The error for a value that is well-formed and cannot be."""
    return PydanticCustomError("refused", "{text}", {"text": message})


def _literal_path(path: str) -> str:
    if path.startswith("~") or re.search(r"\$\w|\$\{", path):
        raise refuse(f"'{path}': recipes expand neither ~ nor variables; write the path out, or use --set")
    return path


def _distinct(names: tuple[str, ...]) -> tuple[str, ...]:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise refuse(f"{listed(twice)} listed more than once")
    return names


@dataclass(frozen=True)
class Locations:
    """Marks a field whose text says where something lies, not what it is; `names` are texts that do not."""

    names: tuple[str, ...] = ()


LOCATIONS = Locations()
Location = Annotated[str, Field(min_length=1), AfterValidator(_literal_path)]
"""A path or URL; fields that hold some carry the mark LOCATIONS."""
Distinct = Annotated[tuple[str, ...], AfterValidator(_distinct)]
Names = Annotated[Distinct, Field(min_length=1)]
Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=1)]


def _tuples(value: Any) -> Any:
    """Lists as tuples: what has passed a preset is plain data, which strict checks would take for something else."""
    if isinstance(value, list):
        return tuple(tuple(entry) if isinstance(entry, list) else entry for entry in value)
    return value


CopiesBySize = Annotated[tuple[tuple[Count, Annotated[int, Field(ge=0)]], ...], BeforeValidator(_tuples)]
"""[[least size of a group, copies], ...]."""


def relocate(value: T, place: Callable[[KeyPath, str], str], path: KeyPath = (), marked: Locations | None = None) -> T:
    """`value` with every location in it, also of files that filters name, replaced by `place(key path, location)`."""
    new: Any = value  # its type does not change, but mypy cannot follow
    if isinstance(value, PurePath):
        new = type(value)(place(path, str(value)))
    elif isinstance(value, str):
        new = place(path, value) if marked and value not in marked.names else value
    elif isinstance(value, BaseModel):
        moved = {name: relocate(getattr(value, name), place, (*path, name), mark) for name, mark in _fields(value)}
        new = value.model_copy(update=moved)
    elif isinstance(value, Mapping):
        new = FrozenDict({key: relocate(item, place, (*path, key), marked) for key, item in value.items()})
    elif isinstance(value, FilterStep):
        new = FilterStep(value.name, relocate(value.params, place, (*path, value.name)))
    elif isinstance(value, tuple):
        new = tuple(relocate(item, place, (*path, index), marked) for index, item in enumerate(value))
    return new  # type: ignore[no-any-return]


def locations(value: Any, path: KeyPath = ()) -> tuple[tuple[KeyPath, str], ...]:
    """Every location in `value` with its key path, in the order of the fields."""
    found: list[tuple[KeyPath, str]] = []

    def note(key: KeyPath, location: str) -> str:
        found.append((key, location))
        return location

    relocate(value, note, path)
    return tuple(found)


def plain(value: Any, marked: Locations | None = None) -> Any:
    """`value` as JSON-able data without its locations: what it asks for, wherever things lie."""
    if isinstance(value, BaseModel):
        kept = {name: plain(getattr(value, name), mark) for name, mark in _fields(value)}
        return {name: item for name, item in kept.items() if item is not _LEFT_OUT}
    if isinstance(value, Mapping):
        return {key: None if (item := plain(entry, marked)) is _LEFT_OUT else item for key, entry in value.items()}
    if isinstance(value, tuple):
        items = [plain(item, marked) for item in value]
        return _LEFT_OUT if _LEFT_OUT in items else items
    if isinstance(value, frozenset):
        return sorted(plain(item) for item in value)
    if isinstance(value, PurePath) or (marked and isinstance(value, str) and value not in marked.names):
        return _LEFT_OUT
    return value


_LEFT_OUT = object()


def _fields(model: BaseModel) -> Iterator[tuple[str, Locations | None]]:
    """The name of each field, and its mark if it holds locations."""
    for name, info in type(model).model_fields.items():
        yield name, next((entry for entry in info.metadata if isinstance(entry, Locations)), None)
