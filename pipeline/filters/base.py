"""What every filter shares: its parameters, its verdict on a batch, and its description.

A filter is a pure function from an Arrow batch of documents to one reason code a row. It knows nothing of files,
engines or ledgers; counting, timing and writing decisions is the caller's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa
from pydantic import BaseModel, ConfigDict


class FilterParams(BaseModel):
    """Base of every filter's parameters. A limit of None switches its rule off; an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def files(self) -> tuple[Path, ...]:
        """The files whose content decides verdicts, so that the caller can check them and make them part of a digest."""
        return ()


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
