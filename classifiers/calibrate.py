"""Platt's calibration (1999): a scale and a shift that turn a model's logits into probabilities.

Training on pieces of documents leaves the logits of whole documents too close to zero, which policies that take a
score for a probability would feel. The order of documents, and so the AUC, does not change.
"""

import numpy as np
import numpy.typing as npt

from pipeline.kernels.hashed import newton_sums

Floats = npt.NDArray[np.float64]

_STEPS = 50
_RIDGE = 1e-6
_DECIMALS = 3
"""Scale and shift are rounded; sums are added in one order, so that every processor finds the same."""
_SCALES = (0.1, 10.0)


def platt(logits: Floats, good: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """(scale, shift) of the logistic regression of `good` on `logits`, both classes weighing the same.

    Targets are Platt's: not 0 and 1, which would draw the scale to infinity where the classes are apart. By Newton's
    method; (1, 0) where a class is empty or all logits are the same.
    """
    many, few = int(good.sum()), int((~good).sum())
    if not many or not few or np.ptp(logits) == 0:
        return 1.0, 0.0
    target = np.where(good, (many + 1) / (many + 2), 1 / (few + 2))
    weight = np.where(good, 1 / many, 1 / few)
    scale, shift = 1.0, 0.0
    for _ in range(_STEPS):
        d1, d2, d11, d12, d22 = newton_sums(logits, target, weight, scale, shift).tolist()
        d11, d22 = d11 + _RIDGE, d22 + _RIDGE
        area = d11 * d22 - d12 * d12
        scale -= min(max((d22 * d1 - d12 * d2) / area, -1.0), 1.0)
        shift -= min(max((d11 * d2 - d12 * d1) / area, -1.0), 1.0)
    scale, shift = round(scale, _DECIMALS), round(shift, _DECIMALS)
    return min(max(scale, _SCALES[0]), _SCALES[1]), shift
