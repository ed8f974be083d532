"""pydantic's errors in the words of a recipe: what was expected, what was found, and the nearest valid name."""

from collections.abc import Iterable, Mapping
from inspect import isclass
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from pipeline.filters import FILTERS
from pipeline.recipe.document import Document
from pipeline.recipe.model import Recipe
from pipeline.recipe.problems import KeyPath, dotted, listed, nearest
from pipeline.recipe.sources import FilterStep, Source
from pipeline.sources import READERS

_EXPECTED = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "string_type": "text",
    "bool_type": "true or false",
    "path_type": "a path",
    "tuple_type": "a list",
    "list_type": "a list",
    "frozen_set_type": "a list",
    "dict_type": "keys with values",
    "mapping_type": "keys with values",
    "model_type": "keys with values",
    "model_attributes_type": "keys with values",
}
_LIMITS = {
    "greater_than": "more than {gt}",
    "greater_than_equal": "at least {ge}",
    "less_than": "less than {lt}",
    "less_than_equal": "at most {le}",
    "too_short": "{min_length} or more",
    "string_too_short": "a text that is not empty",
    "string_too_long": "at most {max_length} characters",
    "string_pattern_mismatch": "letters, digits, - and _ (pattern {pattern})",
}


def explain(document: Document, error: ValidationError) -> None:
    """Add a problem to the document for each of pydantic's errors."""
    details = error.errors(include_url=False)
    unknown: dict[KeyPath, str | None] = {}
    for detail in details:
        if detail["type"] == "extra_forbidden":
            path = _path(document.data, detail["loc"])
            unknown[path] = nearest(str(path[-1]), keys_at(path[:-1], document.data))
    for path, suggestion in unknown.items():
        valid = "" if suggestion else f"; valid here: {listed(keys_at(path[:-1], document.data))}"
        document.complain(path, f"unknown key{valid}", suggestion)
    misspelt = {(*path[:-1], suggestion) for path, suggestion in unknown.items()}
    for detail in details:
        kind, value, context = detail["type"], detail["input"], detail.get("ctx", {})
        path = _path(document.data, detail["loc"])
        if kind == "missing":
            parent = f"`{dotted(path)}`" if path else "a recipe"
            path = (*path, detail["loc"][-1])
            if path not in misspelt:
                document.complain(path, f"missing; {parent} needs `{path[-1]}`")
        elif kind == "too_short" and len(value) >= context["min_length"]:
            continue  # pydantic does not count entries that have an error themselves
        elif kind != "extra_forbidden":
            document.complain(path, *_message(kind, detail["msg"], context, value))


def _message(kind: str, text: str, context: Mapping[str, Any], value: Any) -> tuple[str, str | None]:
    if kind == "unknown_name":
        suggestion = nearest(context["name"], context["valid"])
        valid = "" if suggestion else f"; known: {listed(context['valid'])}"
        return f"{text}{valid}", suggestion
    if kind == "literal_error":
        choices = [choice.strip("'") for choice in context["expected"].replace(" or ", ", ").split(", ")]
        suggestion = nearest(value, choices) if isinstance(value, str) else None
        return f"expected {' or '.join(choices)}, found {shown(value)}", suggestion
    if kind == "value_error":
        return str(context["error"]), None
    if kind == "json_invalid":
        return "a text in it holds half a character (a lone surrogate), which is not valid Unicode", None
    if kind in _EXPECTED:
        return f"expected {_EXPECTED[kind]}, found {shown(value)}", _repaired(kind, value)
    if kind in _LIMITS:
        return f"expected {_LIMITS[kind].format(**context)}, found {shown(value)}", None
    return text, None


def _repaired(kind: str, value: Any) -> str | None:
    """The value in the form that was expected, where that is plain."""
    if kind in ("tuple_type", "list_type") and isinstance(value, str | int | float) and not isinstance(value, bool):
        return f"[{value}]"
    if kind == "bool_type" and str(value).lower() in ("yes", "on", "1", "no", "off", "0"):
        return str(str(value).lower() in ("yes", "on", "1")).lower()
    if kind in ("int_type", "float_type") and isinstance(value, str):
        digits = value.replace(",", "_").replace(" ", "_")
        return digits if digits.replace("_", "").replace(".", "", 1).isdigit() else None
    return None


def shown(value: Any) -> str:
    """A value from a recipe, for a message."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"the text '{value}'" if len(value) <= 60 else f"the text '{value[:57]}...'"
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        return "keys with values" if value else "no keys"
    if isinstance(value, list | tuple):
        return "a list" if value else "an empty list"
    return str(value)


def _path(data: Any, location: Iterable[str | int]) -> KeyPath:
    """pydantic's location as keys of the data: tags of unions, which stand in no file, are left out."""
    path: KeyPath = ()
    for element in location:
        if isinstance(data, dict) and element in data:
            data = data[str(element)]
        elif isinstance(data, list) and isinstance(element, int) and element < len(data):
            data = data[element]
        else:
            continue
        path = (*path, element)
    return path


def keys_at(path: KeyPath, data: Any) -> tuple[str, ...]:
    """The keys that are valid in the mapping at `path`; none where any name is (sources, weights)."""
    kind: Any = Recipe
    for element in path:
        if kind is Source and element == "options":
            kind = READERS[data["reader"]].options
        elif kind is FilterStep:
            kind = FILTERS[str(element)].params
        elif isclass(kind) and issubclass(kind, BaseModel):
            kind = _model_or_container(kind.model_fields[str(element)].annotation)
        elif get_origin(kind) is not None:
            kind = _model_or_container(get_args(kind)[-1 if get_origin(kind) is not tuple else 0])
        data = data[element]
    return tuple(kind.model_fields) if isclass(kind) and issubclass(kind, BaseModel) else ()


def _model_or_container(annotation: Any) -> Any:
    """The model, mapping or tuple in an annotation, without `Annotated` and the other members of unions."""
    if get_origin(annotation) is Annotated:
        return _model_or_container(get_args(annotation)[0])
    if isclass(annotation) and get_origin(annotation) is None:
        return annotation if issubclass(annotation, BaseModel | FilterStep) else None
    if get_origin(annotation) in (Mapping, dict, tuple):
        return annotation
    found = (_model_or_container(member) for member in get_args(annotation))
    return next((member for member in found if member is not None), None)
