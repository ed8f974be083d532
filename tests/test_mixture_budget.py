"""The token budget: shares, caps, who takes what a capped source leaves, and what ends short."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.mixture.budget import plan_budget, plan_mixture

# Brown et al. 2020 (2005.14165), Table 2.2: printed weights sum to 1.01; tokens in billions.
GPT3_WEIGHTS = {"common_crawl": 0.60, "webtext2": 0.22, "books1": 0.08, "books2": 0.08, "wikipedia": 0.03}
GPT3_TOKENS = {"common_crawl": 410, "webtext2": 19, "books1": 12, "books2": 55, "wikipedia": 3}


def test_gpt3_epochs():
    unique = {name: billions * 10**9 for name, billions in GPT3_TOKENS.items()}
    budget = plan_budget(GPT3_WEIGHTS, unique, 300 * 10**9, max_epochs=4)
    assert budget.target_tokens == 300 * 10**9
    assert not budget.short
    epochs = {source.source: round(source.epochs, 2) for source in budget.sources}
    # 60/101 of 300 B over 410 B, and so on: the weights as printed, normalised.
    assert epochs == {"common_crawl": 0.43, "webtext2": 3.44, "books1": 1.98, "books2": 0.43, "wikipedia": 2.97}
    assert budget.notes == ("The weights sum to 1.01; they are divided by that.",)


def test_a_capped_source_hands_its_share_on_in_proportion():
    budget = plan_budget({"a": 0.5, "b": 0.3, "c": 0.2}, {"a": 100, "b": 10_000, "c": 10_000}, 1_000, max_epochs=2)
    assert [source.target_tokens for source in budget.sources] == [200, 480, 320]
    assert [source.capped for source in budget.sources] == [True, False, False]
    assert not budget.short
    assert budget.notes[0] == "a is capped at 2 epochs: 200 of the 500 tokens asked (50.0% asked, 20.0% got)."
    assert budget.notes[1].startswith("b takes 180 tokens of capped sources (30.0% asked, 48.0% got")


def test_a_source_can_be_capped_by_what_it_takes_over():
    budget = plan_budget({"a": 0.5, "b": 0.3, "c": 0.2}, {"a": 100, "b": 350, "c": 10_000}, 1_000, max_epochs=1)
    assert [source.target_tokens for source in budget.sources] == [100, 350, 550]
    assert [source.capped for source in budget.sources] == [True, True, False]
    assert "b takes 50 tokens of capped sources (30.0% asked, 35.0% got, 1.00 epochs, its cap)." in budget.notes


def test_one_cap_a_source():
    budget = plan_budget({"a": 0.5, "b": 0.5}, {"a": 100, "b": 100}, 400, max_epochs={"a": 1, "b": 3.5})
    assert [source.target_tokens for source in budget.sources] == [100, 300]
    assert budget["b"].epochs == 3.0


def test_all_capped_is_short():
    budget = plan_budget({"a": 0.5, "b": 0.5}, {"a": 100, "b": 50}, 1_000, max_epochs=1.5)
    assert budget.short
    assert budget.target_tokens == 225
    assert "The run has 225 of the 1,000 tokens asked." in budget.notes


def test_an_empty_source_is_short_and_nobody_takes_its_share():
    budget = plan_budget({"a": 0.6, "b": 0.4}, {"a": 10_000, "b": 0}, 1_000, max_epochs=4)
    assert budget.short
    assert [source.target_tokens for source in budget.sources] == [600, 0]
    assert budget.notes[0] == "b is empty: its 400 tokens (40.0%) are missing."


def test_a_source_of_weight_zero_takes_no_part():
    budget = plan_budget({"a": 1.0, "b": 0.0}, {"a": 10_000, "b": 0}, 1_000, max_epochs=4)
    assert not budget.short
    assert budget["b"].target_tokens == 0
    assert budget.notes == ()


def test_much_repeated_sources_are_named():
    budget = plan_budget({"a": 0.5, "b": 0.5}, {"a": 100, "b": 10}, 1_000, max_epochs=100)
    assert budget.notes == (
        "a is seen 5.0 times: repeats beyond 4 epochs are worth less and less.",
        "b is seen 50.0 times: beyond 16 epochs repeats add almost nothing.",
    )
    # recipes of repetition: 4 epochs are worth 3.73 fresh ones.
    four = plan_budget({"a": 1.0}, {"a": 1_000}, 4_000, max_epochs=4)["a"]
    assert four.effective_tokens == pytest.approx(3_730, abs=5)
    assert plan_budget({"a": 1.0}, {"a": 1_000}, 400, max_epochs=4)["a"].effective_tokens == 400


def test_epochs_give_shares_in_proportion_to_epochs_times_tokens():
    budget = plan_mixture({"a": 100, "b": 1_000}, 400, 5, epochs={"a": 3, "b": 0.1})
    assert [source.target_tokens for source in budget.sources] == [300, 100]
    assert budget.notes == ()
    # Twice the budget: twice the epochs, and the cap holds.
    budget = plan_mixture({"a": 100, "b": 1_000}, 800, 5, epochs={"a": 3, "b": 0.1})
    assert [source.target_tokens for source in budget.sources] == [500, 300]
    assert budget.notes[0] == "The epochs given ask for 400 tokens; for 800 each source is seen 2 times as often."
    assert budget["a"].capped


def test_an_empty_source_that_should_be_seen_is_short():
    budget = plan_mixture({"a": 100, "b": 0, "c": 0}, 400, 5, epochs={"a": 3, "b": 2, "c": 0})
    assert budget.short
    assert [source.target_tokens for source in budget.sources] == [400, 0, 0]
    assert budget.notes[0] == "b is empty: its 2 epochs are missing."
    budget = plan_mixture({"a": 0, "b": 0}, 400, 5, epochs={"a": 3, "b": 2})
    assert budget.short
    assert budget.target_tokens == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"epochs": {"a": -1, "b": 1}}, "mixture.epochs.a: -1 is no number of epochs"),
        ({"epochs": {"a": 1, "c": 1}}, "token counts: nothing for c, which mixture.epochs names"),
        ({"epochs": {"a": 0, "b": 0}}, "at least one of them"),
        ({"weights": {"a": 1, "b": 0}}, "exactly one of weights and epochs"),
        ({"epochs": None}, "exactly one of weights and epochs"),
    ],
)
def test_epochs_that_make_no_sense_are_named(change, message):
    options = {"epochs": {"a": 1, "b": 1}, "weights": None, **change}
    with pytest.raises(ValueError, match=message):
        plan_mixture({"a": 9, "b": 9}, 9, 4, **options)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"weights": {}}, "at least one of them"),
        ({"weights": {"a": 0.0}}, "at least one of them"),
        ({"weights": {"a": -0.1, "b": 1.1}}, "mixture.weights.a"),
        ({"weights": {"a": 0.5, "b": 0.25, "c": 0.25}}, "token counts: nothing for c"),
        ({"max_epochs": 0}, "mixture.max_epochs.a"),
        ({"max_epochs": {"a": 1}}, "mixture.max_epochs: nothing for b"),
        ({"budget_tokens": 0}, "mixture.budget_tokens"),
        ({"unique_tokens": {"a": -1, "b": 1}}, "token count of a is negative"),
    ],
)
def test_what_makes_no_sense_is_named(change, message):
    good = {"weights": {"a": 0.5, "b": 0.5}, "unique_tokens": {"a": 9, "b": 9}, "budget_tokens": 9, "max_epochs": 4}
    with pytest.raises(ValueError, match=message):
        plan_budget(**{**good, **change})


@given(
    st.lists(
        st.tuples(st.floats(0.001, 1), st.integers(0, 10**12), st.floats(0.01, 50)),
        min_size=1,
        max_size=8,
    ),
    st.integers(1, 10**12),
)
def test_shares_and_caps_hold_for_any_mixture(sources, budget_tokens):
    names = [f"s{i}" for i in range(len(sources))]
    weights = dict(zip(names, (weight for weight, _, _ in sources)))
    unique = dict(zip(names, (tokens for _, tokens, _ in sources)))
    caps = dict(zip(names, (cap for _, _, cap in sources)))
    budget = plan_budget(weights, unique, budget_tokens, caps)
    free = [source for source in budget.sources if source.unique_tokens and not source.capped]
    full = [source for source in budget.sources if source.capped]
    for source in budget.sources:
        assert 0 <= source.target_tokens <= source.max_epochs * source.unique_tokens
        assert source.epochs <= source.max_epochs
    assert sum(source.target_tokens for source in budget.sources) <= budget_tokens
    # No source below its cap gets less than asked, and all of them are raised by one factor.
    for source in free:
        assert source.target_tokens >= math.floor(source.weight_asked * budget_tokens * (1 - 1e-12)) - 1
        for other in free:
            left, right = source.target_tokens * other.weight_asked, other.target_tokens * source.weight_asked
            assert left == pytest.approx(right, abs=2, rel=1e-9)
    # A capped source is at its cap exactly.
    for source in full:
        assert source.target_tokens == math.floor(Fraction(source.max_epochs) * source.unique_tokens)
    if free:
        missing = sum(source.weight_asked for source in budget.sources if not source.unique_tokens)
        assert budget.target_tokens == pytest.approx(budget_tokens * (1 - missing), abs=1, rel=1e-9)
    assert budget.short == (budget.target_tokens < budget_tokens or any(tokens == 0 for tokens in unique.values()))


@given(st.permutations(["a", "b", "c", "d"]))
def test_the_order_of_sources_does_not_change_the_plan(names):
    weights = {"a": 0.4, "b": 0.3, "c": 0.2, "d": 0.1}
    unique = {"a": 1_003, "b": 30_011, "c": 50, "d": 77_777}
    budget = plan_budget({name: weights[name] for name in names}, unique, 10_007, 2.5)
    expected = plan_budget(weights, unique, 10_007, 2.5)
    assert {s.source: s.target_tokens for s in budget.sources} == {s.source: s.target_tokens for s in expected.sources}
