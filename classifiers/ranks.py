"""Several quality models on one source: each ranks all documents, and the best rank counts (Nemotron-CC).

Nemotron-CC (arXiv:2412.02595) cuts the ranking by each of its three classifiers into 20 buckets of 5 % of the documents
and gives a document the highest of its buckets. So a model's scores need no common scale, and what one kind of good
text has in common (a textbook's, an encyclopedia's) is not averaged away by a model of another kind.

Here a ranking is total and exact: higher scores first, of equal scores the lower draw, the same for all models: two
that score alike rank alike. Bucket b and above hold ceil((B - b) / B * n) of n documents, so that the
highest bucket is never empty. The order in which documents come does not matter.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from classifiers.policies import Counts, Floats, TopCut, top_cuts
from classifiers.quality import Steps

Ints = npt.NDArray[np.int32]


def bucket_cuts(histogram: Counts, buckets: int, read: Callable[[], Iterator[tuple[Steps, Floats]]]) -> list[TopCut]:
    """The cuts of one model's ranking: of bucket 1 and above, 2 and above, ... For `read` see `policies.top_cuts`."""
    documents = int(histogram.sum())
    counts = [-(-(buckets - bucket) * documents // buckets) for bucket in range(1, buckets)]
    return top_cuts(histogram, counts, read)


def bucket_of(steps: Steps, drawn: Floats, cuts: Sequence[TopCut]) -> Ints:
    """[n] the bucket of each document by one model: how many cuts it passes."""
    found = np.zeros(len(steps), np.int32)
    for cut in cuts:
        found += (steps > cut.step) | ((steps == cut.step) & (drawn < cut.draw))
    return found


def best_bucket(steps: Ints, drawn: Floats, cuts: Sequence[Sequence[TopCut]]) -> tuple[Ints, Ints]:
    """(bucket by each model [n, models], the highest of them [n]); `steps` are [n, models]."""
    each = np.stack([bucket_of(steps[:, place], drawn, own) for place, own in enumerate(cuts)], axis=1)
    return each, each.max(axis=1, initial=0)


def called_good(each: Ints, least: int) -> Ints:
    """[n] which models put a document into bucket `least` or above: bit i for model i."""
    bits = (each >= least) << np.arange(each.shape[1], dtype=np.int32)
    return bits.sum(axis=1).astype(np.int32)
