"""The sentence rules of the quickstart and its small programs."""

import pytest

from pipeline.quickstart.dice import Dice
from pipeline.quickstart.grammar import Grammar, Writer, split_words
from pipeline.quickstart.programs import PROGRAMS, program
from pipeline.quickstart.words import LANGUAGES
from pipeline.quickstart.words.english import finish as mend_english
from pipeline.quickstart.words.english import plural, verb_forms
from pipeline.quickstart.words.french import finish as mend_french
from pipeline.quickstart.words.spanish import finish as mend_spanish


def test_a_symbol_is_not_repeated_before_all_its_cards_are_used() -> None:
    grammar = Grammar.of({"colour": split_words("red, green, blue, white"), "pair": ("{colour} and {colour}",)})
    words = Writer(grammar, Dice(1, "test")).sentences("pair", 4).lower().replace(" and", "").split()
    assert sorted(words[:4]) == sorted(words[4:]) == ["blue", "green", "red", "white"]


def test_a_missing_rule_is_an_error() -> None:
    with pytest.raises(ValueError, match="names 'colur', which has no rule"):
        Grammar.of({"line": ("a {colur} house",)})


def test_an_empty_rule_is_an_error() -> None:
    with pytest.raises(ValueError, match="'line' has no productions"):
        Grammar.of({"line": ()})


def test_draws_depend_on_the_key_alone() -> None:
    assert [Dice(7, "a", "k").below(1000) for _ in range(3)] == [Dice(7, "a", "k").below(1000)] * 3
    streams = [Dice(*key) for key in ((7, "a", "k"), (7, "a", "l"), (7, "b", "k"), (8, "a", "k"))]
    assert len({dice.draw() for dice in streams}) == 4


def test_log_normal_lengths_have_their_median_and_stay_inside() -> None:
    dice = Dice(7, "lengths")
    lengths = sorted(dice.log_normal(400, 0.7, 100, 3000) for _ in range(4000))
    assert lengths[0] >= 100
    assert lengths[-1] <= 3000
    assert 370 < lengths[2000] < 430


def test_weighted_draws_have_their_shares() -> None:
    dice = Dice(7, "weighted")
    drawn = [dice.weighted((("often", 0.7), ("seldom", 0.3), ("never", 0.0))) for _ in range(4000)]
    assert 0.67 < drawn.count("often") / 4000 < 0.73
    assert "never" not in drawn


@pytest.mark.parametrize(
    ("noun", "many"),
    [("lamp", "lamps"), ("story", "stories"), ("key", "keys"), ("bench", "benches"), ("rye loaf", "rye loaves"),
     ("sack of flour", "sacks of flour")],
)  # fmt: skip
def test_plural(noun: str, many: str) -> None:
    assert plural(noun) == many


@pytest.mark.parametrize(
    ("base", "forms"),
    [("carry", ("carries", "carried", "carrying")), ("measure", ("measures", "measured", "measuring")),
     ("look after", ("looks after", "looked after", "looking after")),
     ("polish", ("polishes", "polished", "polishing"))],
)  # fmt: skip
def test_verb_forms(base: str, forms: tuple[str, str, str]) -> None:
    assert verb_forms(base) == forms


def test_finish() -> None:
    assert mend_english("a old lamp and a useful A arch") == "an old lamp and a useful An arch"
    assert mend_french("de le pont à le atelier, la école de Étienne") == "du pont à l’atelier, l’école d’Étienne"
    assert mend_spanish("de el puente a el río") == "del puente al río"


def test_every_register_of_every_language_writes() -> None:
    for language in LANGUAGES.values():
        for topic, grammar in language.grammars.items():
            writer = Writer(grammar, Dice(7, "all", f"{language.code}/{topic}"))
            for symbol in (*language.registers, "headline", "heading", "question", "item", "product", "name"):
                for _ in range(len(grammar.rules[symbol])):
                    text = writer.phrase(symbol)
                    assert text.strip() == text
                    assert "{" not in text


@pytest.mark.parametrize("seed", range(5))
def test_python_programs_run(seed: int) -> None:
    text = program(Dice(seed, "program"), "python")
    printed: list[tuple[object, ...]] = []
    exec(compile(text, "<program>", "exec"), {"__name__": "__main__", "print": lambda *words: printed.append(words)})
    assert printed == [] or printed[0][0] in ("first", "second")


@pytest.mark.parametrize("language", PROGRAMS)
def test_programs_have_no_placeholder_left(language: str) -> None:
    text = program(Dice(3, "program", language), language)
    assert "@" not in text
    assert len(text.splitlines()) > 8
