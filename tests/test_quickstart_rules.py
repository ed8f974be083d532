"""Published rules on the generated pages: prose passes, each kind of spam is dropped by the rule it is made for."""

import functools
from pathlib import Path

import pyarrow as pa
import pytest
import trafilatura

from pipeline.filters import FILTERS, FilterParams
from pipeline.quickstart import PATTERNS, PREFER
from pipeline.quickstart.dice import Dice
from pipeline.quickstart.grammar import Writer
from pipeline.quickstart.pages import prose_page
from pipeline.quickstart.plants import KEPT_LANGUAGES, SURE_KINDS, THRESHOLD
from pipeline.quickstart.reference import QUIZ
from pipeline.quickstart.sites import render, sites_for
from pipeline.quickstart.spam import CRUDE_FORMS, FLUENT_FORMS, SPAM_FORMS, spam_page
from pipeline.quickstart.words import LANGUAGES
from pipeline.recipe import Recipe, load

Steps = list[tuple[str, FilterParams]]
PUBLISHED: Steps = [(name, FILTERS[name].params()) for name in ("gopher_repetition", "gopher_quality", "c4", "fineweb")]


@functools.cache
def recipe() -> Recipe:
    return load("quickstart")


def of_recipe() -> Steps:
    return [(step.name, step.params) for step in recipe().sources["web"].filters]


def first_to_drop(text: str, steps: Steps) -> tuple[str, str] | None:
    """(filter, reason), None for a text that all of them keep."""
    for name, params in steps:
        batch = pa.RecordBatch.from_arrays([pa.array([text]), pa.array([""])], names=["text", "url"])
        result = FILTERS[name].apply(batch, params)
        if result.code[0]:
            return name, FILTERS[name].reasons[result.code[0] - 1]
        if result.text is not None:
            text = result.text[0].as_py()
    return None


def extracted_spam(form: str, number: int) -> str:
    key = f"{form}-{number}"
    dice = Dice(11, "spam", key)
    writer = Writer(LANGUAGES["en"].grammars[dice.pick(("bread", "maps", "sky"))], dice)
    page = spam_page(prose_page(11, key, "en", "article", 120), writer, form)
    text = trafilatura.extract(render(page, sites_for("en", "article", 7)[0], 7), include_comments=False)
    assert text is not None
    return text


@pytest.mark.parametrize("form", CRUDE_FORMS)
def test_spam_is_dropped_by_the_rule_it_was_made_for(form: str) -> None:
    for number in range(3):
        found = first_to_drop(extracted_spam(form, number), of_recipe())
        assert found is not None
        planned = SPAM_FORMS[form]
        assert found == (planned.stage, planned.reason or found[1])


@pytest.mark.parametrize("form", FLUENT_FORMS)
def test_fluent_spam_passes_every_rule(form: str) -> None:
    texts = [extracted_spam(form, number) for number in range(12)]
    assert [found for text in texts if (found := first_to_drop(text, of_recipe()))] == []
    assert [found for text in texts if (found := first_to_drop(text, PUBLISHED))] == []


def test_english_prose_passes_the_published_rules() -> None:
    kinds = sorted(SURE_KINDS)
    texts = [prose_page(11, f"p-{n}", "en", kinds[n % len(kinds)], 150 + 30 * (n % 20)).text() for n in range(60)]
    dropped = [found for text in texts if (found := first_to_drop(text, PUBLISHED))]
    assert len(dropped) <= 2


@pytest.mark.parametrize("language", KEPT_LANGUAGES)
def test_prose_in_each_language_passes_the_recipe(language: str) -> None:
    lengths = LANGUAGES[language].lengths
    words = [lengths.low, lengths.median, 2 * lengths.median, lengths.high]
    texts = [prose_page(11, f"q-{n}", language, "article", words[n % 4]).text() for n in range(12)]
    dropped = [found for text in texts if (found := first_to_drop(text, of_recipe()))]
    assert len(dropped) <= 1


def test_the_recipe_reads_what_is_generated() -> None:
    assert recipe().sources.keys() == PATTERNS.keys()
    assert recipe().languages is not None
    assert recipe().languages.keep == KEPT_LANGUAGES  # type: ignore[union-attr]
    assert recipe().dedup is not None
    assert recipe().dedup.prefer == PREFER  # type: ignore[union-attr]
    for name, patterns in PATTERNS.items():
        paths = recipe().sources[name].paths
        assert [str(path).endswith(pattern) for path, pattern in zip(paths, patterns, strict=True)] == [True]
    assert recipe().dedup.minhash.threshold == THRESHOLD  # type: ignore[union-attr]
    assert [Path(path) for path in recipe().contamination.benchmarks] == [Path.cwd() / QUIZ]  # type: ignore[union-attr]


def test_the_mixture_is_whole() -> None:
    mixture, shards = recipe().mixture, recipe().shards
    assert mixture is not None
    assert shards is not None
    assert sum(mixture.weights.values()) == pytest.approx(1.0)
    lost_at_most = shards.shard_count(mixture.budget_tokens) * shards.seq_len_tokens
    assert lost_at_most <= 0.01 * mixture.budget_tokens
