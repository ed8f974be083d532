"""Every filter against its own examples, and what holds for all of them."""

import numpy as np
import pyarrow as pa
import pytest

from pipeline.filters import FILTERS, Filter
from pipeline.filters.base import FilterParams, Rule, judge

TRIPS = [(f.name, reason, example) for f in FILTERS.values() for reason, example in f.trips]
VALUES = [value for f in FILTERS.values() for value in (*(example for _, example in f.trips), f.passes, "")]


def a_batch(chosen: Filter, values: list[str]) -> pa.RecordBatch:
    other = "url" if chosen.column == "text" else "text"
    columns = {chosen.column: pa.array(values, pa.string()), other: pa.array([""] * len(values), pa.string())}
    return pa.RecordBatch.from_pydict(columns)


@pytest.mark.parametrize(("name", "reason", "example"), TRIPS, ids=[f"{name}-{reason}" for name, reason, _ in TRIPS])
def test_each_reason_has_a_text_that_trips_it(name: str, reason: str, example: str) -> None:
    chosen = FILTERS[name]
    result = chosen.apply(a_batch(chosen, [example]), chosen.example_params)
    assert [chosen.reasons[code - 1] if code else None for code in result.code] == [reason]
    assert np.isfinite(result.score[0])
    assert np.isfinite(result.threshold[0])
    assert result.score[0] != result.threshold[0]


@pytest.mark.parametrize("name", FILTERS)
def test_each_filter_has_a_text_that_passes_and_all_reasons_have_examples(name: str) -> None:
    chosen = FILTERS[name]
    result = chosen.apply(a_batch(chosen, [chosen.passes]), chosen.example_params)
    assert result.code.tolist() == [0]
    assert np.isnan(result.score[0])
    assert np.isnan(result.threshold[0])
    assert [reason for reason, _ in chosen.trips] == list(chosen.reasons)


@pytest.mark.parametrize("name", FILTERS)
def test_a_verdict_depends_on_the_row_alone(name: str) -> None:
    """The same in one batch, one by one, and in a slice that does not begin at its buffers' start."""
    chosen = FILTERS[name]
    whole = chosen.apply(a_batch(chosen, VALUES), chosen.example_params)
    for row, value in enumerate(VALUES):
        alone = chosen.apply(a_batch(chosen, [value]), chosen.example_params)
        assert (alone.code[0], alone.removed_lines) == (whole.code[row], alone.removed_lines)
        np.testing.assert_equal(alone.score[0], whole.score[row])
    part = chosen.apply(a_batch(chosen, VALUES).slice(5, 7), chosen.example_params)
    np.testing.assert_equal(part.code, whole.code[5:12])
    np.testing.assert_equal(part.score, whole.score[5:12])
    if whole.text is not None:
        assert part.text.to_pylist() == whole.text.to_pylist()[5:12]


@pytest.mark.parametrize("name", FILTERS)
def test_an_empty_batch_gives_an_empty_result(name: str) -> None:
    chosen = FILTERS[name]
    for batch in (a_batch(chosen, []), a_batch(chosen, ["a"]).slice(1)):
        result = chosen.apply(batch, chosen.params())
        assert (len(result.code), len(result.score), len(result.threshold)) == (0, 0, 0)
        assert (result.code.dtype, result.score.dtype) == (np.int16, np.float64)
        assert result.text is None or (len(result.text) == 0 and result.text.type == pa.string())


@pytest.mark.parametrize("name", [name for name in FILTERS if FILTERS[name].column == "text"])
def test_a_null_or_wrong_column_is_refused_with_its_name(name: str) -> None:
    chosen = FILTERS[name]
    with pytest.raises(ValueError, match="column 'text' is null in row 1 of the batch"):
        chosen.apply(pa.RecordBatch.from_pydict({"text": pa.array(["a", None])}), chosen.params())
    with pytest.raises(TypeError, match="column 'text' has type large_string, a filter reads string"):
        chosen.apply(pa.RecordBatch.from_pydict({"text": pa.array(["a"], pa.large_string())}), chosen.params())


@pytest.mark.parametrize("name", FILTERS)
def test_every_limit_of_none_switches_its_rule_off(name: str) -> None:
    chosen = FILTERS[name]
    limits = {
        key: None
        for key, field in chosen.params.model_fields.items()
        if type(None) in getattr(field.annotation, "__args__", ())
    }
    if name == "gopher_quality":
        limits["min_stop_words"] = 0
    off = chosen.params(**limits)
    codes = chosen.apply(a_batch(chosen, VALUES), off).code
    always = {"lorem_ipsum", "curly_bracket", "no_lines_left", "empty"}  # switched by a bool, or never
    assert {chosen.reasons[code - 1] for code in codes if code} <= always


def test_unknown_parameters_are_refused_and_parameters_are_frozen() -> None:
    for chosen in FILTERS.values():
        with pytest.raises(ValueError, match="Extra inputs are not permitted"):
            chosen.params(min_wrods=3)
        with pytest.raises(ValueError, match="frozen"):
            setattr(chosen.params(), next(iter(chosen.params.model_fields)), None)


class TwoLimits(FilterParams):
    low: float | None = 1.0
    high: float | None = 2.0


def test_judge_gives_the_first_rule_that_fails_and_lets_equal_values_pass() -> None:
    rules = (Rule("small", "x", "below", "low"), Rule("large", "x", "above", "high"), Rule("odd", "y", "above", 0))
    measures = np.array([[1.0, 0], [2.0, 0], [0.5, 1], [3.0, 1], [1.5, 1], [np.nan, 0]])
    result = judge(measures, ("x", "y"), rules, TwoLimits())
    assert result.code.tolist() == [0, 0, 1, 2, 3, 0]
    np.testing.assert_equal(result.score, [np.nan, np.nan, 0.5, 3.0, 1.0, np.nan])
    np.testing.assert_equal(result.threshold, [np.nan, np.nan, 1.0, 2.0, 0.0, np.nan])
    assert judge(measures, ("x", "y"), rules, TwoLimits(low=None)).code.tolist() == [0, 0, 3, 2, 3, 0]
