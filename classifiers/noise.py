"""Wrong labels in training data: documents that a model which has not seen them puts far on the other side.

A crawl that stands for ordinary text has good pages in it, and a trusted corpus has bad ones. Confident learning
(Northcutt et al. 2021, arXiv:1911.00068) finds such labels by cross-fitting: the documents are scored by models that
were trained on the others. The documents of a host or file are scored by one model, which saw none of them.
"""

import math
from collections.abc import Callable, Iterable

import numpy as np
import pyarrow as pa

from classifiers import logistic, quality
from classifiers.calibrate import platt
from classifiers.examples import Counts, Examples, Mask, balanced
from pipeline.ids import hash01

FOLDS = 3
PURPOSE = "quality folds"


def folds(examples: Examples, seed: int) -> Counts:
    """[n] the fold of each document: by a hash of its host or file, of its id where a source has only one of these."""
    keys: dict[str, set[str]] = {}
    for source, key in zip(examples.sources, examples.keys, strict=True):
        keys.setdefault(source, set()).add(key)
    names = [
        key.encode("utf-8", "surrogatepass") if len(keys[source]) > 1 else identity
        for source, key, identity in zip(examples.sources, examples.keys, examples.ids, strict=True)
    ]
    return np.array([int(FOLDS * hash01(seed, PURPOSE, name)) for name in names], np.int64)


def contradicted(
    examples: Examples,
    aside: Mask,
    least_chance: float,
    *,
    seed: int,
    name: str,
    lines: Callable[[Counts], quality.Lines],
    texts: Callable[[], Iterable[pa.Array]],
) -> Mask:
    """[n] documents whose own label gets a chance below `least_chance` from a model of the other folds; never `aside`.

    The models are logistic regressions, whatever family is wanted: they are quick, and the same on every machine.
    `lines` gives training lines for a number of pieces of each document, `texts` all documents in plain form. Both
    classes weigh the same. A fold that leaves a class empty contradicts nothing.
    """
    fold = folds(examples, seed)
    limit = math.log(least_chance / (1 - least_chance))
    found = np.zeros(len(fold), bool)
    for left_out in range(FOLDS):
        taken = balanced(examples, aside | (fold == left_out), name)
        count = int(taken.sum())
        if not count:
            continue
        chosen = logistic.LogisticParameters(epoch=quality.epochs(count))
        data = logistic.train(lambda taken=taken: lines(taken), count, chosen=chosen, name=name)  # type: ignore[misc]
        model = quality.from_bytes(data, name)
        logits = np.concatenate([model.logits(part) for part in texts()])
        scale, shift = platt(logits[taken > 0], examples.good[taken > 0])
        own = np.where(examples.good, 1, -1) * (scale * logits + shift)
        found |= (fold == left_out) & (own < limit)
    return found & ~aside & examples.worded
