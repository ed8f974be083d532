"""The published JSON schema: current, complete, and of one mind with `load` about what it can know."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from pipeline.filters import FILTERS
from pipeline.recipe import Mixture, Quality, Shards, Source, Tokenizer, init_recipe, schema
from pipeline.recipe.document import parse
from pipeline.recipe.json_schema import field_docs
from pipeline.recipe.model import MinHash, Recipe
from pipeline.sources import READERS
from tests.test_recipe import DOCUMENTS, TOKENS, WHOLE

FOLDER = Path(__file__).parents[1] / "recipes"


def errors(text: str) -> list[str]:
    return [error.json_path for error in Draft202012Validator(schema()).iter_errors(parse(text, "r.yaml").data)]


def test_the_published_schema_is_current() -> None:
    published = json.loads((FOLDER / "recipe.schema.json").read_text("utf-8"))
    assert published == schema(), "run: python -m pipeline.recipe > recipes/recipe.schema.json"


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_bundled_recipes_hold_to_the_schema(path: Path) -> None:
    assert errors(path.read_text("utf-8")) == []


@pytest.mark.parametrize("text", [init_recipe(), DOCUMENTS, DOCUMENTS + TOKENS, WHOLE])
def test_good_recipes_hold_to_the_schema(text: str) -> None:
    assert errors(text) == []


def test_underscores_pass_though_editors_take_such_numbers_for_text() -> None:
    assert errors((DOCUMENTS + TOKENS).replace("10_000_000", "'10_000_000'")) == []


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("seed: 7", "sed: 7", "$"),
        ("seed: 7", "seed: lots", "$.seed"),
        ("reader: warc", "reader: wrac", "$.sources.web.reader"),
        ("  web:\n", "  my web:\n", "$.sources"),
        ("min_words: 30", "min_wrods: 30", "$.sources.web.filters[1]"),
        (", c4]", ", c5]", "$.sources.web.filters[2]"),
        ("paths: [notes.warc]", "paths: []", "$.sources.notes.paths"),
        ("paths: [notes.warc]", "paths: [notes.warc], options: {no_such: 1}", "$.sources.notes.options"),
        ("max_epochs: 4", "max_epochs: 0", "$.mixture.max_epochs"),
        ("10_000_000", "'10 million'", "$.mixture.budget_tokens"),
    ],
)
def test_the_schema_knows_keys_types_and_limits(old: str, new: str, path: str) -> None:
    assert path in errors((DOCUMENTS + TOKENS).replace(old, new, 1))


def test_every_key_of_a_recipe_is_described() -> None:
    definitions = {**schema()["$defs"], "Recipe": schema()}
    missing = [
        f"{part}.{name}"
        for part in definitions
        if not part.endswith("_entry")
        for name, entry in definitions[part].get("properties", {}).items()
        if not entry.get("description")
    ]
    assert missing == []
    assert field_docs(MinHash)["rows"] == "Hashes a band."
    for model in (Recipe, Source, Mixture, Quality, Shards, Tokenizer):
        assert set(field_docs(model)) == set(model.model_fields)


def test_the_options_of_every_reader_and_filter_are_in_the_schema() -> None:
    definitions = schema()["$defs"]
    for filter_ in FILTERS.values():
        assert set(definitions[filter_.params.__name__]["properties"]) == set(filter_.params.model_fields)
    readers = [rule["if"]["properties"]["reader"]["const"] for rule in definitions["Source"]["allOf"]]
    assert readers == list(READERS)
