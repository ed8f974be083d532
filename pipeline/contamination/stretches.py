"""Stretches of benchmark items that Winnow's own method compares with documents, their words' weights and their seeds.

Compared are an item's prompt where that has at least `PROMPT_WORDS` words and its target where that has at least
`TARGET_WORDS`; where neither is so long, prompt and target together, if those have `MIN_WORDS`; else the item cannot
be tested. A leaked question is so found without its answer, and a short one only with it. Stretches of more than
`MAX_WORDS` are cut into equal ones, each of which is evidence enough. Equal stretches of several examples are one.

A word weighs the more the fewer stretches have it, and less where all n-grams around it are in many: a template that
hundreds of items share says nothing of any one of them. Seeds are the short n-grams that lead to a stretch; those in
more than `_MAX_ITEMS_A_SEED` stretches do not, but for the rarest of each.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.contamination.mapped import load_array
from pipeline.engine import storage
from pipeline.kernels.item_match import MAX_WEIGHT, MIN_WEIGHT, Items
from pipeline.kernels.ngrams import gram_hashes

MIN_WORDS = 8
PROMPT_WORDS = 13
TARGET_WORDS = 20
MAX_WORDS = 512
LONG_WORDS = 24  # from which the longer seeds are enough
SEEDS = (4, 6)

_MAX_ITEMS_A_SEED = 64
_RAREST = 3  # n-grams of a stretch that are seeds even if more have them
_MAX_TEMPLATE = 16  # stretches that share all n-grams around a word: it weighs so many times less
_FILE = "stretches_{}.npy"

Int64Array = npt.NDArray[np.int64]
Int32Array = npt.NDArray[np.int32]
UInt64Array = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class Stretches:
    """Arrays of `Items`, and whose the distinct stretches are."""

    seed_offsets: Int32Array
    seed_items: Int32Array
    seed_words: Int32Array
    gates: Int32Array
    bounds: Int64Array
    hashes: UInt64Array
    weights: Int32Array
    totals: Int64Array  # [items] weight of all words
    owner_offsets: Int64Array  # [items + 1] item i is found in examples owners[owner_offsets[i]:owner_offsets[i + 1]]
    owners: Int32Array
    owner_words: Int64Array  # first word of the stretch among all words, by owner

    @property
    def items(self) -> Items:
        return Items(
            self.seed_offsets, self.seed_items, self.seed_words, self.gates, self.bounds, self.hashes, self.weights
        )


def _every(example_words: Int64Array, prompt_words: npt.NDArray[np.integer[Any]]) -> tuple[Int64Array, Int32Array]:
    """(bounds [stretches, 2] among all words, example of each) of what is compared."""
    bounds: list[tuple[int, int]] = []
    examples: list[int] = []
    firsts = example_words.tolist()
    for example, prompt in enumerate(prompt_words.tolist()):
        first, end = firsts[example], firsts[example + 1]
        border = first + prompt
        parts = [(first, border)] if prompt >= PROMPT_WORDS else []
        parts += [(border, end)] if end - border >= TARGET_WORDS else []
        if not parts and end - first >= MIN_WORDS:
            parts = [(first, end)]
        for start, stop in parts:
            pieces = -(-(stop - start) // MAX_WORDS)
            cuts = [start + (stop - start) * piece // pieces for piece in range(pieces + 1)]
            bounds += pairwise(cuts)
            examples += [example] * pieces
    return np.array(bounds, np.int64).reshape(-1, 2), np.array(examples, np.int32)


def build(
    hashes: UInt64Array, example_words: Int64Array, prompt_words: npt.NDArray[np.integer[Any]], first_gram: int
) -> tuple[Stretches, dict[int, UInt64Array]]:
    """(the stretches, the hashes of their seeds by length, ascending).

    Seeds are numbered from `first_gram`, length by length.
    """
    every, examples = _every(example_words, prompt_words)
    known: dict[bytes, int] = {}
    item_of = np.array([known.setdefault(hashes[a:b].tobytes(), len(known)) for a, b in every.tolist()], np.int64)
    bounds = every[np.unique(item_of, return_index=True)[1]]
    order = np.argsort(item_of, kind="stable")
    owner_offsets = np.searchsorted(item_of[order], np.arange(len(bounds) + 1))
    lengths = bounds[:, 1] - bounds[:, 0]

    rarest = np.full(len(hashes), np.iinfo(np.int32).max, np.int64)
    keys, seeds, first = {}, [], first_gram
    for n, chosen in zip(SEEDS, (lengths < LONG_WORDS, lengths >= LONG_WORDS), strict=True):
        items = np.flatnonzero(chosen)
        item, word = _places(items, bounds, n)
        distinct, gram = np.unique(gram_hashes(hashes, n)[word], return_inverse=True)
        shared = _items_of_each(gram, item, len(distinct))[gram]
        for ahead in range(n):
            np.minimum.at(rarest, word + ahead, shared)
        stays = (shared <= _MAX_ITEMS_A_SEED) | (_rank_within(item, shared) < _RAREST)
        kept, number = np.unique(gram[stays], return_inverse=True)
        keys[n] = distinct[kept]
        seeds.append((first + number, item[stays], word[stays] - bounds[item[stays], 0]))
        first += len(kept)
    grams, seed_items, seed_words = (np.concatenate(columns) for columns in zip(*seeds, strict=True))
    by_gram = np.lexsort((seed_words, seed_items, grams))
    n_seeds = np.bincount(seed_items, minlength=len(bounds))
    gates = np.where(lengths < LONG_WORDS, 1 + (lengths > PROMPT_WORDS), np.maximum(2, n_seeds // 5))
    weights = _weights(hashes, bounds, rarest)
    sums = np.concatenate([[0], np.cumsum(weights, dtype=np.int64)])
    found = _frozen(
        seed_offsets=np.searchsorted(grams[by_gram], np.arange(first + 1)).astype(np.int32),
        seed_items=seed_items[by_gram].astype(np.int32),
        seed_words=seed_words[by_gram].astype(np.int32),
        gates=np.minimum(gates, np.maximum(n_seeds, 1)).astype(np.int32),
        bounds=bounds,
        hashes=hashes,
        weights=weights,
        totals=sums[bounds[:, 1]] - sums[bounds[:, 0]],
        owner_offsets=owner_offsets.astype(np.int64),
        owners=examples[order],
        owner_words=every[order, 0],
    )
    return found, keys


def _frozen(**named: npt.NDArray[Any]) -> Stretches:
    """Read-only as when loaded: kernels are compiled for one type alone."""
    for array in named.values():
        array.flags.writeable = False
    return Stretches(**named)


def _places(items: Int64Array, bounds: Int64Array, n: int) -> tuple[Int64Array, Int64Array]:
    """(item, word) of each n-gram of the items."""
    counts = np.maximum(bounds[items, 1] - bounds[items, 0] - n + 1, 0)
    item = np.repeat(items, counts)
    within = np.arange(len(item)) - np.repeat(np.cumsum(counts) - counts, counts)
    return item, bounds[item, 0] + within


def _items_of_each(gram: Int64Array, item: Int64Array, grams: int) -> Int64Array:
    """[grams] how many items have the n-gram."""
    pairs = np.unique(gram * (int(item.max(initial=0)) + 1) + item)
    return np.bincount(pairs // (int(item.max(initial=0)) + 1), minlength=grams)


def _rank_within(item: Int64Array, shared: Int64Array) -> Int64Array:
    """Of each n-gram its rank among its item's, the one that fewest items share first; items ascend."""
    order = np.lexsort((shared, item))
    ranks = np.empty(len(item), np.int64)
    ranks[order] = np.arange(len(item)) - np.searchsorted(item, item[order])
    return ranks


def _weights(hashes: UInt64Array, bounds: Int64Array, rarest: Int64Array) -> Int32Array:
    """int32 [words]: whole numbers throughout, so that no rounding decides. 0 outside of items."""
    item, word = _places(np.arange(len(bounds)), bounds, 1)
    _, number = np.unique(hashes[word], return_inverse=True)
    having = _items_of_each(number, item, int(number.max(initial=-1)) + 1)[number]
    rarity = np.minimum(_bit_length(len(bounds) // having), 12)
    weight = (16 + 4 * rarity) * 64 // np.minimum(rarest[word], _MAX_TEMPLATE)
    most = np.zeros(len(bounds), np.int64)
    np.maximum.at(most, item, weight)
    weights = np.zeros(len(hashes), np.int32)
    weights[word] = np.maximum(weight * MAX_WEIGHT // most[item], MIN_WEIGHT)
    return weights


def _bit_length(numbers: Int64Array) -> Int64Array:
    return np.searchsorted(1 << np.arange(62), numbers, side="right")


def arrays(found: Stretches) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    """(file name, array) of all that `load` reads."""
    for field in fields(found):
        yield _FILE.format(field.name), getattr(found, field.name)


@lru_cache(maxsize=2)  # consecutive tasks of a worker use the same
def load(folder: str) -> Stretches:
    """The stretches in a folder."""
    return Stretches(*(load_array(storage.join(folder, _FILE.format(field.name))) for field in fields(Stretches)))


NONE = _frozen(
    seed_offsets=np.zeros(1, np.int32), seed_items=np.zeros(0, np.int32), seed_words=np.zeros(0, np.int32),
    gates=np.zeros(0, np.int32), bounds=np.zeros((0, 2), np.int64), hashes=np.zeros(0, np.uint64),
    weights=np.zeros(0, np.int32), totals=np.zeros(0, np.int64), owner_offsets=np.zeros(1, np.int64),
    owners=np.zeros(0, np.int32), owner_words=np.zeros(0, np.int64),
)  # fmt: skip
