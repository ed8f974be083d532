"""The JSON schema of recipes, for editors: `python -m pipeline.recipe > recipes/recipe.schema.json`.

It knows every key with its description, also the options of each reader and the parameters of each filter. What spans
parts (weights that sum to 1, unknown source names) only `load` checks.
"""

import ast
import inspect
import textwrap
from typing import Any, get_args

from pydantic import BaseModel, TypeAdapter

from pipeline.filters import FILTERS
from pipeline.recipe.model import Recipe
from pipeline.recipe.sources import PLANNED_READERS, filter_entry
from pipeline.sources import READERS


def schema() -> dict[str, Any]:
    """The schema (draft 2020-12) as plain data."""
    models: list[tuple[Any, Any]] = [(Recipe, "validation")]
    models += [(filter_entry(name), "validation") for name in FILTERS]
    models += [(reader.options, "validation") for reader in READERS.values()]
    adapters = [(model, mode, TypeAdapter(model)) for model, mode in models]
    references, whole = TypeAdapter.json_schemas(adapters, ref_template="#/$defs/{model}")
    definitions = whole["$defs"]
    for model, _ in models:
        _describe(model, definitions)
    for filter_ in FILTERS.values():
        for name, entry in definitions[filter_.params.__name__]["properties"].items():
            entry.setdefault("description", f"{name.replace('_', ' ').capitalize()}. {filter_.source}.")
    filters = [references[filter_entry(name), "validation"] for name in FILTERS]
    source = definitions["Source"]["properties"]
    source["filters"]["items"] = {"oneOf": [{"enum": list(FILTERS)}, *filters]}
    names = list(dict.fromkeys((*READERS, *PLANNED_READERS)))
    source["reader"] = {"enum": names, "description": source["reader"]["description"]}
    source["options"] = {"type": "object", "description": source["options"]["description"]}
    definitions["Source"]["allOf"] = [
        {
            "if": {"properties": {"reader": {"const": name}}},
            "then": {"properties": {"options": references[reader.options, "validation"]}},
        }
        for name, reader in READERS.items()
    ]
    _adapt(definitions)
    top = definitions.pop("Recipe")
    for entry in top["properties"].values():
        if "anyOf" in entry:  # a part may be left out, but not be empty
            entry["$ref"] = entry.pop("anyOf")[0]["$ref"]
            del entry["default"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **top,
        "title": "Winnow recipe",
        "$defs": dict(sorted(definitions.items())),
    }


def _describe(model: type[BaseModel], definitions: dict[str, Any]) -> None:
    """Add the docstring below each field of the model, and of the models in it, as the field's description."""
    for field in model.model_fields.values():
        for inner in _models(field.annotation):
            _describe(inner, definitions)
    if model.__name__ not in definitions:
        return
    texts = field_docs(model)
    for name, entry in definitions[model.__name__].get("properties", {}).items():
        if name in texts:
            entry.setdefault("description", texts[name])


def _models(annotation: Any) -> list[type[BaseModel]]:
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for argument in get_args(annotation) for model in _models(argument)]


def field_docs(model: type[BaseModel]) -> dict[str, str]:
    """The docstring below each field, on one line; Python itself does not keep them."""
    texts: dict[str, str] = {}
    for cls in reversed(model.__mro__):
        if cls is BaseModel or not issubclass(cls, BaseModel) or cls.__module__ == "pydantic.main":
            continue
        try:
            body = ast.parse(textwrap.dedent(inspect.getsource(cls))).body[0]
        except OSError:  # made by create_model
            continue
        assert isinstance(body, ast.ClassDef)
        for statement, following in zip(body.body, body.body[1:], strict=False):
            if (
                isinstance(statement, ast.AnnAssign)
                and isinstance(statement.target, ast.Name)
                and isinstance(following, ast.Expr)
                and isinstance(following.value, ast.Constant)
            ):
                texts[statement.target.id] = " ".join(str(following.value.value).split())
    return texts


def _adapt(node: Any) -> None:
    """Let 1_000_000 pass as a whole number (to editors that read YAML 1.2 it is a text), and no misspelt names."""
    if isinstance(node, dict):
        if node.get("type") == "integer":
            node["type"] = ["integer", "string"]
            node["pattern"] = "^[1-9][0-9]*(_[0-9]+)+$"
        if "patternProperties" in node:
            node["additionalProperties"] = False
        if isinstance(node.get("title"), str):  # a property may be called so too
            del node["title"]
        for value in list(node.values()):
            _adapt(value)
    elif isinstance(node, list):
        for value in node:
            _adapt(value)
