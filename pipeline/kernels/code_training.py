"""What training the classifier of programming languages repeats for every pair of texts and every weight."""

import numpy as np
import numpy.typing as npt

from pipeline.kernels.code_features import Int32Array, Int64Array
from pipeline.kernels.compile import kernel

FloatArray = npt.NDArray[np.float64]


@kernel
def products(starts: Int64Array, buckets: Int32Array, values: FloatArray, size: int) -> FloatArray:
    """float64 [n, n]: the products of all pairs of sparse rows; row i is values[starts[i]:starts[i + 1]]."""
    n = len(starts) - 1
    found = np.zeros((n, n), np.float64)
    dense = np.zeros(size, np.float64)
    for i in range(n):
        for k in range(starts[i], starts[i + 1]):
            dense[buckets[k]] = values[k]
        for j in range(i + 1):
            total = 0.0
            for k in range(starts[j], starts[j + 1]):
                total += dense[buckets[k]] * values[k]
            found[i, j] = found[j, i] = total
        for k in range(starts[i], starts[i + 1]):
            dense[buckets[k]] = 0.0
    return found


@kernel
def weights_of(
    starts: Int64Array, buckets: Int32Array, values: FloatArray, shares: FloatArray, size: int
) -> npt.NDArray[np.float32]:
    """float32 [size, labels]: the sum over rows of value * shares[row], by bucket."""
    found = np.zeros((size, shares.shape[1]), np.float32)
    for row in range(len(starts) - 1):
        for k in range(starts[row], starts[row + 1]):
            for label in range(shares.shape[1]):
                found[buckets[k], label] += values[k] * shares[row, label]
    return found
