"""Grouping by 64-bit keys and joining groups: partitioned hash tables and union-find.

Keys are first scattered by their high bits into partitions of a few thousand, so that every table stays in the
processor's cache: a table of everything would miss it on each look-up, a sort reads everything log n times.
"""

import numpy as np
import numpy.typing as npt

from pipeline.kernels.compile import kernel
from pipeline.kernels.minhash import band_key
from pipeline.kernels.words import mix

UInt32Array = npt.NDArray[np.uint32]
UInt64Array = npt.NDArray[np.uint64]
Int64Array = npt.NDArray[np.int64]

_PARTITION = 4096  # keys a partition holds on average, and at most twice that where all differ
_64, _0 = np.uint64(64), np.uint64(0)
_EMPTY = np.uint64(0)  # of a table's second half, where values are stored plus one


@kernel
def _partition_bits(n: int) -> int:
    bits = 0
    while (n >> bits) > _PARTITION:
        bits += 1
    return bits


@kernel
def _partition_of(key: np.uint64, bits: int) -> int:
    return np.int64(key >> (_64 - np.uint64(bits))) if bits > 0 else np.int64(0)  # type: ignore[return-value]


@kernel
def _begins(mixed: UInt64Array, bits: int) -> Int64Array:
    """Where each partition begins, and the end."""
    begins = np.zeros((1 << bits) + 1, np.int64)
    for i in range(len(mixed)):
        begins[_partition_of(mixed[i], bits) + 1] += 1
    for partition in range(1 << bits):
        begins[partition + 1] += begins[partition]
    return begins


@kernel
def _scatter(mixed: UInt64Array, values: UInt64Array, bits: int, begins: Int64Array, out: UInt64Array) -> None:
    """Write (mixed key, value) pairs [n, 2] partition by partition, in order within each."""
    at = begins[:-1].copy()
    for i in range(len(mixed)):
        partition = _partition_of(mixed[i], bits)
        place = at[partition]
        out[place, 0] = mixed[i]
        out[place, 1] = values[i]
        at[partition] = place + 1


@kernel
def _slot(table: UInt64Array, key: np.uint64) -> int:
    """The slot of `table` [slots, 2] that holds `key`, or the empty one where it belongs."""
    mask = len(table) - 1
    slot = np.int64(key) & mask
    while table[slot, 1] != _EMPTY and table[slot, 0] != key:
        slot = (slot + 1) & mask
    return slot  # type: ignore[return-value]


@kernel
def _grown(table: UInt64Array) -> UInt64Array:
    wider = np.zeros((2 * len(table), 2), np.uint64)
    for i in range(len(table)):
        if table[i, 1] != _EMPTY:
            wider[_slot(wider, table[i, 0])] = table[i]
    return wider


@kernel
def star_edges(keys: UInt64Array, nodes: UInt64Array) -> tuple[UInt64Array, UInt64Array]:
    """(a, b): for each key with several nodes, edges from the smallest, a, to each other, b. Nodes are below 2^64 - 1.

    Memory beside the inputs and the result: 24 bytes a key and one partition's table.
    """
    n = len(keys)
    bits = _partition_bits(n)
    mixed = np.empty(n, np.uint64)
    for i in range(n):
        mixed[i] = mix(keys[i])
    begins = _begins(mixed, bits)
    pairs = np.empty((n, 2), np.uint64)
    _scatter(mixed, nodes, bits, begins, pairs)
    a, b = mixed, np.empty(n, np.uint64)  # the mixed keys are in `pairs` by now
    table = np.zeros((4 * _PARTITION, 2), np.uint64)
    edges = 0
    for partition in range(1 << bits):
        table[:] = _EMPTY
        used = 0
        for i in range(begins[partition], begins[partition + 1]):
            key, node = pairs[i, 0], pairs[i, 1] + np.uint64(1)
            slot = _slot(table, key)
            if table[slot, 1] == _EMPTY:
                if 2 * used >= len(table):
                    table = _grown(table)
                    slot = _slot(table, key)
                used += 1
                table[slot, 0] = key
                table[slot, 1] = node
            elif node < table[slot, 1]:
                table[slot, 1] = node
        if used == begins[partition + 1] - begins[partition]:
            continue
        for i in range(begins[partition], begins[partition + 1]):
            smallest = table[_slot(table, pairs[i, 0]), 1] - np.uint64(1)
            if smallest != pairs[i, 1]:
                a[edges] = smallest
                b[edges] = pairs[i, 1]
                edges += 1
    return a[:edges].copy(), b[:edges].copy()


@kernel
def find(parents: Int64Array, at: int) -> int:
    """The root of a tree; paths are halved on the way."""
    while parents[at] != at:
        parents[at] = parents[parents[at]]
        at = parents[at]
    return at


@kernel
def unite(parents: Int64Array, one: int, other: int) -> None:
    """Join two trees; the smaller root stays."""
    one, other = find(parents, one), find(parents, other)
    if one < other:
        parents[other] = one
    elif other < one:
        parents[one] = other


@kernel
def roots_of_edges(a: Int64Array, b: Int64Array, n: int) -> Int64Array:
    """int64[n]: the smallest node of the component of each of n nodes."""
    parents = np.arange(n)
    for i in range(len(a)):
        unite(parents, a[i], b[i])
    for node in range(n):
        parents[node] = find(parents, node)
    return parents


@kernel
def places_in(sorted_values: UInt64Array, values: UInt64Array) -> Int64Array:
    """Where each of `values`, all of which occur, stands among distinct sorted values."""
    slots = 16
    while slots < 2 * len(sorted_values):
        slots *= 2
    table = np.zeros((slots, 2), np.uint64)
    for i in range(len(sorted_values)):
        key = mix(sorted_values[i])
        slot = _slot(table, key)
        table[slot, 0] = key
        table[slot, 1] = np.uint64(i + 1)
    out = np.empty(len(values), np.int64)
    for i in range(len(values)):
        out[i] = np.int64(table[_slot(table, mix(values[i])), 1]) - 1
    return out


@kernel
def group_signatures(signatures: UInt32Array, bands: int, rows: int) -> Int64Array:
    """int64[n]: the first row of each row's component, where rows with an equal band are connected.

    Memory beside the signatures: 32 bytes a row and one partition's table. Bands are compared by 64-bit hashes.
    """
    n = len(signatures)
    bits = _partition_bits(n)
    parents = np.arange(n)
    mixed = np.empty(n, np.uint64)
    numbers = np.arange(n).astype(np.uint64)
    pairs = np.empty((n, 2), np.uint64)
    table = np.zeros((4 * _PARTITION, 2), np.uint64)
    for band in range(bands):
        for row in range(n):
            mixed[row] = band_key(signatures[row], band, rows, _0)
        begins = _begins(mixed, bits)
        _scatter(mixed, numbers, bits, begins, pairs)
        for partition in range(1 << bits):
            table[:] = _EMPTY
            used = 0
            for i in range(begins[partition], begins[partition + 1]):
                key = pairs[i, 0]
                slot = _slot(table, key)
                if table[slot, 1] == _EMPTY:
                    if 2 * used >= len(table):
                        table = _grown(table)
                        slot = _slot(table, key)
                    used += 1
                    table[slot, 0] = key
                    table[slot, 1] = pairs[i, 1] + np.uint64(1)
                else:
                    first, row = np.int64(table[slot, 1]) - 1, np.int64(pairs[i, 1])
                    unite(parents, first, row)  # type: ignore[arg-type]
    for row in range(n):
        parents[row] = find(parents, row)
    return parents


def warm_up() -> None:
    keys, places, signatures = np.zeros(2, np.uint64), np.zeros(2, np.int64), np.zeros((2, 1), np.uint32)
    for array in (keys, places, signatures):
        array.flags.writeable = False
    star_edges(keys, keys)
    places_in(keys[:1], keys)
    roots_of_edges(places, places, 1)
    group_signatures(signatures, 1, 1)
