"""Names in markup: reading one, and finding its number in a table of known names."""

import numpy as np

from pipeline.kernels.compile import kernel

_FNV_OFFSET, _FNV_PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)


def fnv1a(name: str) -> int:
    """FNV-1a of a name's bytes, 64 bits: what `read_name` gives for it."""
    value = int(_FNV_OFFSET)
    for byte in name.encode():
        value = (value ^ byte) * int(_FNV_PRIME) & 0xFFFFFFFFFFFFFFFF
    return value


def name_table(names: list[str], slots: int = 512) -> tuple[np.ndarray, np.ndarray]:
    """(slots uint16, hashes uint64) for `find_name`; names are numbered from 1 in the order given."""
    table = np.zeros(slots, np.uint16)
    hashes = np.array([0, *(fnv1a(name) for name in names)], np.uint64)
    for number, name in enumerate(names, 1):
        slot = fnv1a(name) & (slots - 1)
        while table[slot]:
            slot = (slot + 1) & (slots - 1)
        table[slot] = number
    return table, hashes


@kernel
def is_letter(byte: int) -> bool:
    return 97 <= (byte | 32) <= 122


@kernel
def is_space(byte: int) -> bool:
    return byte == 32 or 9 <= byte <= 13


@kernel
def read_name(data: np.ndarray, start: int) -> tuple[int, np.uint64]:
    """End of the tag name that begins at `start`, and its FNV-1a hash in lower case."""
    value = _FNV_OFFSET
    i = start
    while i < data.size:
        byte = data[i]
        if byte == 62 or byte == 47 or is_space(byte):
            break
        if 65 <= byte <= 90:
            byte |= 32
        value = (value ^ np.uint64(byte)) * _FNV_PRIME
        i += 1
    return i, value


@kernel
def find_name(slots: np.ndarray, hashes: np.ndarray, value: np.uint64) -> int:
    """The number of a name by its hash; 0 where it is in no table."""
    slot = np.int64(value & np.uint64(slots.size - 1))
    while slots[slot] != 0:
        if hashes[slots[slot]] == value:
            return int(slots[slot])
        slot = (slot + 1) & (slots.size - 1)
    return 0
