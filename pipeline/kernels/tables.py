"""Hash tables of 64-bit keys by open addressing, refilled for every document."""

import numpy as np
import numpy.typing as npt

from pipeline.kernels.compile import kernel

UInt64Array = npt.NDArray[np.uint64]
Int32Array = npt.NDArray[np.int32]

_EMPTY = np.uint64(0)


@kernel
def table_for(table: UInt64Array, items: int) -> UInt64Array:
    """An empty table for `items` keys at a load of at most one half: a part of `table` where that is large enough."""
    size = 16
    while size < 2 * items:
        size *= 2
    if len(table) < size:
        return np.zeros(size, np.uint64)
    table[:size] = _EMPTY
    return table[:size]


@kernel
def find_slot(table: UInt64Array, key: np.uint64) -> int:
    """The slot that holds `key`, or the empty slot where it belongs. Keys are not 0, which marks an empty slot."""
    mask = np.uint64(len(table) - 1)
    slot = key & mask
    while table[slot] != key and table[slot] != _EMPTY:
        slot = (slot + np.uint64(1)) & mask
    return np.int64(slot)  # type: ignore[return-value]


@kernel
def repeats(table: UInt64Array, keys: UInt64Array, chars: Int32Array, n: int) -> tuple[int, int]:
    """(items, characters) of the first n items that repeat an earlier one; `table` comes from `table_for`."""
    items = 0
    characters = 0
    for i in range(n):
        key = keys[i] | np.uint64(1)
        slot = find_slot(table, key)
        if table[slot] == key:
            items += 1
            characters += chars[i]
        else:
            table[slot] = key
    return items, characters
