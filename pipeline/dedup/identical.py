"""Equal texts of a component count once: one is compared with others, and what becomes of it becomes of the rest."""

import dataclasses

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import xxhash

from pipeline.dedup.texts import Texts
from pipeline.dedup.verify import Resolution

UInt64Array = npt.NDArray[np.uint64]
Int64Array = npt.NDArray[np.int64]


def first_of_equals(component: UInt64Array, text: pa.Array) -> Int64Array:
    """int64 [n]: the first row of the same component with the same text, for each row of a batch of strings."""
    codes = text.dictionary_encode().indices.to_numpy()
    _, components = np.unique(component, return_inverse=True)
    _, first, inverse = np.unique(components * len(text) + codes, return_index=True, return_inverse=True)
    return first[inverse].astype(np.int64)


def text_rows(address: UInt64Array, same: UInt64Array, valid: npt.NDArray[np.bool_]) -> Int64Array:
    """int64 [n]: the row that has each row's text: the `valid` one (it has a text) whose `address` is its `same`."""
    own = np.flatnonzero(valid)
    by_address = own[np.argsort(address[own])]
    return by_address[np.searchsorted(address[by_address], same)]


def first_of_equal_texts(starts: Int64Array, holder: Int64Array, text: pa.Array | Texts) -> Int64Array:
    """int64 [n]: the first row of the same component (rows starts[i] to starts[i + 1] - 1) with the same text.

    `holder` is what `text_rows` answers. Texts are compared by 128-bit hashes.
    """
    component = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    seen: dict[tuple[int, bytes], int] = {}
    group = np.zeros(len(holder), np.int64)
    for row in np.unique(holder).tolist():
        digest = xxhash.xxh3_128_digest(text[row].as_buffer())
        group[row] = seen.setdefault((int(component[row]), digest), len(seen))
    group = group[holder]
    _, first = np.unique(group, return_index=True)
    return first[group].astype(np.int64)


def expand(found: Resolution, sizes: Int64Array, chosen: Int64Array, first: Int64Array, bands: int) -> Resolution:
    """What becomes of all rows, from what became of the rows `chosen` (ascending), which stand for themselves and for
    those whose `first` they are. `sizes`: shingles of each of the chosen.

    Rows equal to one that stays have it for their witness, and count as compared with it.
    """
    place = np.searchsorted(chosen, first)  # among the chosen
    witness = np.where(found.witness < 0, -1, chosen[found.witness])[place]
    equal = (witness < 0) & (first != np.arange(len(first)))
    compared = found.compared.copy()
    compared[-1] += equal.sum()
    return dataclasses.replace(
        found,
        witness=np.where(equal, first, witness),
        shared=np.where(equal, bands, found.shared[place]).astype(np.int32),
        intersection=np.where(equal, sizes[place], found.intersection[place]),
        whole=np.where(equal, sizes[place], found.whole[place]),
        contained=found.contained[place] & ~equal,
        unchecked=found.unchecked[place] & ~equal,
        compared=compared,
        comparisons=found.comparisons + int(equal.sum()),
    )
