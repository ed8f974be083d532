"""Recipes: one YAML file that says what a run does, as frozen typed objects.

    recipe = load("recipe.yaml", inputs={"web": ["crawl/*.warc.gz"]}, overrides=["seed=8"])
    recipe.sources["web"].filters[0].params

`load` reports everything that is wrong with a recipe at once (RecipeError): file, line, column, key, what was expected
and the nearest valid name.
"""

from pipeline.recipe.canonical import canonical, recipe_hash
from pipeline.recipe.json_schema import schema
from pipeline.recipe.load import list_recipes, load, loads
from pipeline.recipe.model import (
    Contamination,
    Dedup,
    Fields,
    Languages,
    Methods,
    MinHash,
    Mixture,
    Recipe,
    Shards,
    Tokenizer,
    TokenizerTraining,
)
from pipeline.recipe.problems import Mark, Problem, RecipeError
from pipeline.recipe.published import Published, PublishedSource, Undisclosed
from pipeline.recipe.quality import Quality
from pipeline.recipe.snapshot import Snapshot
from pipeline.recipe.sources import FilterStep, Source
from pipeline.recipe.starter import init_recipe
from pipeline.recipe.support import check_files, notes, unsupported
from pipeline.recipe.values import locations, plain

__all__ = [
    "Contamination",
    "Dedup",
    "Fields",
    "FilterStep",
    "Languages",
    "Mark",
    "Methods",
    "MinHash",
    "Mixture",
    "Problem",
    "Published",
    "PublishedSource",
    "Quality",
    "Recipe",
    "RecipeError",
    "Shards",
    "Snapshot",
    "Source",
    "Tokenizer",
    "TokenizerTraining",
    "Undisclosed",
    "canonical",
    "check_files",
    "init_recipe",
    "list_recipes",
    "load",
    "loads",
    "locations",
    "notes",
    "plain",
    "recipe_hash",
    "schema",
    "unsupported",
]
