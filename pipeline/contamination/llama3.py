"""Llama 3's measure of contamination (arXiv:2407.21783, section 5.1.4); nothing is removed by it.

An example is contaminated when at least a ratio T_D of its tokens are part of an 8-gram that occurs in the training
corpus. The paper chooses T_D for each benchmark by the gain in score that it explains, which takes trained models, and
prints no values: recipes name them (`thresholds`), and `DEFAULT_RATIO` holds for the rest. Tokens are words here, and
8-grams those of prompt and target each, so that the index is the one of PaLM's method.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from pipeline.contamination.index import Index, Shares

NGRAM = 8
DEFAULT_RATIO = 0.7


def ratios(benchmarks: Sequence[str], thresholds: Mapping[str, float]) -> npt.NDArray[np.float64]:
    """T_D of each example by its benchmark's name."""
    return np.array([thresholds.get(name, DEFAULT_RATIO) for name in benchmarks], np.float64)


def measure(index: Index, documents: npt.NDArray[np.int64], required: npt.NDArray[np.float64]) -> Shares:
    """Of each example its words, those in an 8-gram of training, and whether these are the ratio `required`."""
    sequence = index.sequence(NGRAM)
    begins = sequence >= 0
    found = np.zeros(len(sequence), bool)
    found[begins] = documents[sequence[begins]] > 0
    # +1 where a found 8-gram begins and -1 behind it: above zero in between. None reaches into the next example.
    steps = np.zeros(len(sequence) + NGRAM, np.int32)
    steps[: len(sequence)] += found
    steps[NGRAM:] -= found
    covered = np.concatenate([[0], np.cumsum(np.cumsum(steps[: len(sequence)]) > 0)])
    any_gram = np.concatenate([[0], np.cumsum(begins)])
    bounds = index.example_words
    tokens = np.where(np.diff(any_gram[bounds]) > 0, np.diff(bounds), 0)  # 0: too short for an 8-gram
    matched = np.diff(covered[bounds])
    return Shares.of(tokens, matched, dirty=(matched >= required * tokens) & (tokens > 0))
