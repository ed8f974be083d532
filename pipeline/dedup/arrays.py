"""Arrays as kernels want them."""

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
