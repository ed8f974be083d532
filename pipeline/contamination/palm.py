"""PaLM's measure of contamination (arXiv:2204.02311, section 8); nothing is removed by it.

"at least 70 % of the 8-grams found in either the question, the prompt, or the target": an example is dirty when so
many of the distinct 8-grams of its prompt or of its target occur anywhere in training, in one document or spread over
many. 8-grams that reach from the prompt into the target are neither's own and are not looked for.
"""

import numpy as np
import numpy.typing as npt

from pipeline.contamination.index import Index, Shares

NGRAM = 8
MIN_OVERLAP = 0.7


def measure(index: Index, documents: npt.NDArray[np.int64]) -> Shares:
    """For each example the counts of its part with the largest share, of equal ones the one with more 8-grams."""
    ngrams, matched = index.part_counts(NGRAM, documents > 0)  # [examples, 2]
    share = np.divide(matched, ngrams, out=np.full(ngrams.shape, -1.0), where=ngrams > 0)
    prompt_decides = (share[:, 0] > share[:, 1]) | ((share[:, 0] == share[:, 1]) & (ngrams[:, 0] >= ngrams[:, 1]))
    chosen = np.where(prompt_decides, 0, 1)
    rows = np.arange(len(chosen))
    # Whole numbers, so that no rounding decides: matched / ngrams >= 7 / 10.
    dirty = (10 * matched[rows, chosen] >= round(10 * MIN_OVERLAP) * ngrams[rows, chosen]) & (ngrams[rows, chosen] > 0)
    return Shares.of(ngrams[rows, chosen], matched[rows, chosen], dirty=dirty)
