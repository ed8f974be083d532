"""The bytes of a recipe or of a slice of it, for work keys and digests: what it asks for, wherever things lie."""

import json
from typing import Any

import xxhash

from pipeline.recipe.model import Recipe
from pipeline.recipe.values import plain

DOCUMENTATION = ("published", "undisclosed")
"""Parts about the recipe's paper: they ask for nothing, so that better words do not make another recipe."""


def canonical(recipe: Recipe, *parts: str) -> bytes:
    """Canonical JSON of the parts named by dotted keys ("seed", "sources.web.extract"), or of the whole recipe without
    DOCUMENTATION.

    Defaults are written out, keys are sorted, and locations (paths, model and list files) are left out: whoever makes a
    work key adds the identity of the files themselves, which `locations` lists. Raises KeyError for an unknown part.
    """
    whole = plain(recipe)
    asked = {key: value for key, value in whole.items() if key not in DOCUMENTATION}
    data = {part: _at(whole, part) for part in parts} if parts else asked
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def recipe_hash(recipe: Recipe) -> str:
    """xxh3-128 of the whole recipe's canonical bytes, 32 hex characters."""
    return xxhash.xxh3_128_hexdigest(canonical(recipe))


def _at(data: Any, part: str) -> Any:
    for key in part.split("."):
        data = data[key]
    return data
