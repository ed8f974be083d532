"""Arrays as kernels want them."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt


def read_only(values: npt.ArrayLike, dtype: type[np.generic]) -> npt.NDArray[Any]:
    """`values` as a contiguous array that is marked read-only, copied only where its type or layout differs.

    Arrow's buffers are read-only: with all inputs alike, a kernel is compiled for one type alone.
    """
    view = np.ascontiguousarray(values, dtype).view()
    view.flags.writeable = False
    return view


def slices(sizes: npt.NDArray[np.int64], most: int) -> Iterator[slice]:
    """Consecutive items of at most that size together, one item at least."""
    ends = np.cumsum(sizes, dtype=np.int64)
    first = 0
    while first < len(ends):
        before = ends[first - 1] if first else 0
        last = max(first + 1, int(np.searchsorted(ends, before + most, side="right")))
        yield slice(first, last)
        first = last
