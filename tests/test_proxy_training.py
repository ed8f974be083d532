"""The arms of benchmarks/proxy_training: recipes that differ by what they leave out, and a crawl with plants."""

import importlib
import sys
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from pipeline.recipe import load

FOLDER = Path(__file__).parents[1] / "benchmarks" / "proxy_training"


@pytest.fixture(scope="module")
def arms() -> ModuleType:
    sys.path.insert(0, str(FOLDER))
    try:
        return importlib.import_module("arms")
    finally:
        sys.path.remove(str(FOLDER))


def test_every_arm_is_the_curated_recipe_without_some_parts(arms: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text("{}")
    recipes = {arm: load(str(arms.write_recipe(arm, tmp_path, 200_000))) for arm in arms.ARMS}
    curated = recipes["curated"]
    assert curated.sources["web"].quality
    assert recipes["raw"].tokenizer
    assert recipes["raw"].tokenizer.train
    for arm, recipe in recipes.items():
        out = arms.ARMS[arm]
        assert bool(recipe.dedup) == ("dedup" not in out)
        assert bool(recipe.contamination) == ("contamination" not in out)
        assert bool(recipe.sources["web"].quality) == ("sources.web.quality" not in out)
        assert (recipe.languages, recipe.mixture, recipe.shards) == (curated.languages, curated.mixture, curated.shards)


def test_no_held_out_corpus_is_among_the_positives(arms: ModuleType) -> None:
    crawl = sys.modules["crawl"]
    assert not {*crawl.HELD_OUT.values()} & {*crawl.POSITIVES}
    recipe = yaml.safe_load((FOLDER / "curated.yaml").read_text())
    assert recipe["mixture"]["weights"]["reference"] == 0


def test_paragraphs_go_into_the_middle_of_a_page(arms: ModuleType) -> None:
    crawl = sys.modules["crawl"]
    body = b"<p>one</p><p>two</p><p>three</p>"
    assert crawl._with(body, ["n\u00e9w"]) == b"<p>one</p><p>two</p><p>n&#233;w</p><p>three</p>"
    assert crawl._with(b"none", ["new"]) == b"none<p>new</p>"
    assert crawl._with(body, []) == body
