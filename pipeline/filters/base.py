"""What every filter shares: its parameters, its rules, its verdict on a batch, and its description.

A filter is a pure function from an Arrow batch of documents to one reason code a row: it measures every row, and the
first rule whose limit a measure breaks gives the reason. It knows nothing of files, engines or ledgers; counting,
timing and writing decisions is the caller's.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pydantic import BaseModel, ConfigDict


class FilterParams(BaseModel):
    """Base of every filter's parameters. A limit of None switches its rule off; an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def files(self) -> tuple[Path, ...]:
        """The files whose content decides verdicts, so that the caller can check them and put them into a digest."""
        return ()


@dataclass(frozen=True)
class Rule:
    """Drops a row for `reason` when `measure` is below or above the limit; a value equal to its limit passes."""

    reason: str
    measure: str
    fails: Literal["below", "above"]
    limit: str | float
    """The parameter that holds the limit, or the limit itself where it is part of the rule."""


@dataclass(frozen=True)
class FilterResult:
    """Verdicts on a batch of n rows; all arrays have length n."""

    code: np.ndarray
    """int16: 0 keeps the row, i > 0 drops it for `Filter.reasons[i - 1]`, the first rule that failed."""
    score: np.ndarray
    """float64: the measured value that failed, nan where kept."""
    threshold: np.ndarray
    """float64: the limit it failed against, nan where kept."""
    text: pa.Array | None = None
    """string: the text of all rows after the filter; dropped rows keep theirs. None when the filter never edits."""
    removed_lines: np.ndarray | None = None
    """int32: lines the filter took out of each row (for dropped rows: up to the verdict). Comes with `text`."""


@dataclass(frozen=True)
class Filter:
    """A published rule set. `apply(batch, params)` reads `column` of the batch and judges every row."""

    name: str
    summary: str
    source: str
    """The paper and its section, and the code where the two differ."""
    params: type[FilterParams]
    reasons: tuple[str, ...]
    """Stable snake_case slugs, in the order in which the rules are tried."""
    column: Literal["text", "url"]
    apply: Callable[[pa.RecordBatch, Any], FilterResult]
    trips: tuple[tuple[str, str], ...]
    """(reason, value of `column`) pairs: under `example_params` each value is dropped for exactly that reason."""
    passes: str
    """A value of `column` that is kept under `example_params`."""
    example_params: FilterParams
    """The parameters of the examples: the defaults, except for lists that are empty unless a recipe fills them."""


def judge(
    measures: npt.NDArray[np.float64], names: Sequence[str], rules: Sequence[Rule], params: FilterParams
) -> FilterResult:
    """The verdicts of `rules`, in their order, on measures float64 [n, len(names)].

    A rule whose limit is None is off. A measure of nan says that the rule does not apply to the row. The measures are
    quotients of integers and the limits are compared as they are, so every processor decides alike.
    """
    code = np.zeros(len(measures), np.int16)
    score = np.full(len(measures), np.nan)
    threshold = np.full(len(measures), np.nan)
    for number, rule in enumerate(rules, start=1):
        limit = getattr(params, rule.limit) if isinstance(rule.limit, str) else rule.limit
        if limit is None:
            continue
        values = measures[:, names.index(rule.measure)]
        fails = (values < limit if rule.fails == "below" else values > limit) & (code == 0)
        code[fails] = number
        score[fails] = values[fails]
        threshold[fails] = limit
    return FilterResult(code, score, threshold)
