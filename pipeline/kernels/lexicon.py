"""A table of numbers by 32-bit hash, by open addressing: what a class or id word says about the text inside it."""

import numpy as np
import numpy.typing as npt

from pipeline.kernels.compile import borrowed, helper, kernel

UInt32Array = npt.NDArray[np.uint32]
Float32Array = npt.NDArray[np.float32]


@kernel
def build_table(hashes: UInt32Array, values: Float32Array) -> tuple[UInt32Array, Float32Array]:
    """(slots, values), both [2^k], at a load of at most one half; slot 0 marks what is empty, so hash 0 counts as 1."""
    size = 16
    while size < 2 * len(hashes):
        size *= 2
    slots, placed = np.zeros(size, np.uint32), np.zeros(size, np.float32)
    mask = np.uint32(size - 1)
    for i in range(len(hashes)):
        key = max(hashes[i], np.uint32(1))
        slot = key & mask
        while slots[slot] != 0 and slots[slot] != key:
            slot = (slot + np.uint32(1)) & mask
        slots[slot] = key
        placed[slot] = values[i]
    return slots, placed


@helper
def lookup(slots: UInt32Array, values: Float32Array, key: np.uint32) -> np.float32:
    """The value of a hash; 0 where it is absent."""
    mask = np.uint32(len(slots) - 1)
    wanted = max(key, np.uint32(1))
    slot = wanted & mask
    while slots[slot] != 0:
        if slots[slot] == wanted:
            return values[slot]
        slot = (slot + np.uint32(1)) & mask
    return np.float32(0.0)


@kernel
def lookup_all(slots: UInt32Array, values: Float32Array, keys: UInt32Array) -> Float32Array:
    """float32 [n]: the value of each of n hashes."""
    found = np.zeros(len(keys), np.float32)
    own_slots, own_values = borrowed(slots), borrowed(values)
    for i in range(len(keys)):
        found[i] = lookup(own_slots, own_values, keys[i])
    return found


def warm_up() -> None:
    lookup_all(*build_table(np.ones(1, np.uint32), np.ones(1, np.float32)), np.ones(1, np.uint32))
