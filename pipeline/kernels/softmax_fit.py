"""One pass of stochastic gradient descent for a softmax over hashed features (multinomial logistic regression).

A text's logits are its features' weights, summed and divided by the square root of their number, and a bias a label.
Step sizes are Adagrad's (Duchi et al. 2011), one accumulator a feature.
"""

import numpy as np
import numpy.typing as npt

from pipeline.kernels.compile import kernel

_BIAS_RATE = np.float32(0.05)


@kernel
def descend(
    features: npt.NDArray[np.int32],
    starts: npt.NDArray[np.int64],
    labels: npt.NDArray[np.int64],
    order: npt.NDArray[np.int64],
    weights: npt.NDArray[np.float32],
    bias: npt.NDArray[np.float32],
    squares: npt.NDArray[np.float32],
    rates: npt.NDArray[np.float64],
) -> float:
    """Change `weights` [buckets, labels], `bias` and `squares` by the texts in `order`; rates[0] falls to rates[1].

    Returns the mean loss in nats before each step.
    """
    k, loss = weights.shape[1], 0.0
    slope = np.empty(k, np.float32)
    for step in range(len(order)):
        row = order[step]
        begin, end = starts[row], starts[row + 1]
        if begin == end:
            continue
        rate = np.float32(rates[0] + (rates[1] - rates[0]) * step / len(order))
        scale = np.float32(1 / np.sqrt(end - begin))
        slope[:] = 0
        for i in range(begin, end):
            for label in range(k):
                slope[label] += weights[features[i], label]
        highest = np.float32(-np.inf)
        for label in range(k):
            slope[label] = slope[label] * scale + bias[label]
            highest = max(highest, slope[label])
        total = np.float32(0)
        for label in range(k):
            slope[label] = np.exp(slope[label] - highest)
            total += slope[label]
        square = np.float32(0)
        for label in range(k):
            slope[label] /= total
            if label == labels[row]:
                loss -= np.log(slope[label] + 1e-9)
                slope[label] -= np.float32(1)
            square += slope[label] * slope[label] * scale * scale
            bias[label] -= rate * _BIAS_RATE * slope[label]
        for i in range(begin, end):
            bucket = features[i]
            squares[bucket] += square
            step_size = rate * scale / np.sqrt(squares[bucket])
            for label in range(k):
                weights[bucket, label] -= step_size * slope[label]
    return loss / max(1, len(order))


def warm_up() -> None:
    two = np.zeros(2, np.float32)
    descend(
        np.zeros(1, np.int32), np.array([0, 1]), np.zeros(1, np.int64), np.zeros(1, np.int64),
        np.zeros((2, 2), np.float32), two, two.copy(), np.ones(2),
    )  # fmt: skip
