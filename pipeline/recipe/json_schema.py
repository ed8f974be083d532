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
    _describe(Recipe, definitions)
    for filter_ in FILTERS.values():
        _describe(filter_.params, definitions, otherwise=f"{filter_.source}.")
    for reader in READERS.values():
        _describe(reader.options, definitions, otherwise=" ".join((reader.options.__doc__ or reader.summary).split()))
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
    for replaced in ("FilterStep", "FilterParams"):  # by the entries of `filters` above
        definitions.pop(replaced, None)
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


def _describe(model: type[BaseModel], definitions: dict[str, Any], otherwise: str = "") -> None:
    """Describe each field of the model, and of the models in it, by the docstring below it.

    A field without one is described by its name and `otherwise`.
    """
    for field in model.model_fields.values():
        for inner in _models(field.annotation):
            _describe(inner, definitions)
    texts = field_docs(model)
    # Of two models of one name pydantic calls each by its module as well.
    full_name = f"{model.__module__}.{model.__qualname__}".replace(".", "__")
    definition = definitions.get(full_name) or definitions.get(model.__name__) or {}
    for name, entry in definition.get("properties", {}).items():
        text = texts[name] if name in texts else f"{name.replace('_', ' ').capitalize()}. {otherwise}".strip()
        entry.setdefault("description", text)


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
