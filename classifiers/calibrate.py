"""Platt's calibration (1999): a scale and a shift that turn a model's logits into probabilities.

Training on pieces of documents leaves the logits of whole documents too close to zero, which policies that take a
score for a probability would feel. The order of documents, and so the AUC, does not change.
"""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_STEPS = 50
_RIDGE = 1e-6
_DECIMALS = 3
"""Scale and shift are rounded, so that the last bits of a processor's exponential function do not matter."""
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
    found = np.array([1.0, 0.0])
    design = np.stack([logits, np.ones(len(logits))])
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(found @ design, -30, 30)))
        slope = design @ (weight * (chance - target))
        bend = (design * (weight * chance * (1 - chance))) @ design.T + _RIDGE * np.eye(2)
        found -= np.clip(np.linalg.solve(bend, slope), -1, 1)
    scale, shift = (round(float(value), _DECIMALS) for value in found)
    return min(max(scale, _SCALES[0]), _SCALES[1]), shift
