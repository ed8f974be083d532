"""Grouping by 64-bit keys and joining groups: partitioned hash tables and union-find.

Keys are first scattered by their high bits into partitions of a few thousand, so that a table of one partition stays in
the processor's cache: a table of all keys would miss it on each look-up, and a sort goes over all of them log n times.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.kernels.compile import kernel
from pipeline.kernels.minhash import keys_of_bands
from pipeline.kernels.words import mix

UInt32Array = npt.NDArray[np.uint32]
UInt64Array = npt.NDArray[np.uint64]
Int64Array = npt.NDArray[np.int64]
AnyArray = npt.NDArray[Any]

_PARTITION_KEYS = 4096  # at most, on average
BANDS_AT_ONCE = 5
"""Bands whose keys are made in one pass over the signatures: a pass a band would wait for memory most of the time."""
_EMPTY, _ONE, _64 = np.uint64(0), np.uint64(1), np.uint64(64)


@kernel
def _partition(keys: UInt64Array, values: AnyArray, own_keys: UInt64Array, own_values: AnyArray) -> Int64Array:
    """Write the keys, which are well mixed, and their values one partition after another, in order within each.

    Returns where each partition begins, and the last ends. A key of 0 becomes 1.
    """
    n = len(keys)
    bits = 0
    while (n >> bits) > _PARTITION_KEYS:
        bits += 1
    # Two shifts: one by all 64 bits, where there is a single partition, is not defined.
    shift = _64 - np.uint64(bits) - _ONE
    begins = np.zeros((1 << bits) + 1, np.int64)
    for i in range(n):
        keys[i] = max(keys[i], _ONE)  # 0 marks an empty slot
        begins[(keys[i] >> shift >> _ONE) + _ONE] += 1
    for partition in range(1 << bits):
        begins[partition + 1] += begins[partition]
    places = begins[:-1].astype(np.uint64)
    for i in range(n):
        partition = keys[i] >> shift >> _ONE
        place = places[partition]
        places[partition] = place + _ONE
        own_keys[place] = keys[i]
        own_values[place] = values[i]
    return begins


@kernel
def _slots_for(keys: int) -> int:
    """Slots of a table that is at most half full."""
    slots = 16
    while slots < 2 * keys:
        slots *= 2
    return slots


@kernel
def _slot(table: UInt64Array, key: np.uint64) -> np.uint64:
    """The slot that holds `key`, or the empty one where it belongs."""
    mask = np.uint64(len(table) - 1)
    slot = key & mask
    while table[slot] != key and table[slot] != _EMPTY:
        slot = (slot + _ONE) & mask
    return slot


@kernel
def _smallest_values(keys: UInt64Array, values: UInt64Array, table: UInt64Array, smallest: UInt64Array) -> int:
    """Enter the keys of one partition, and the smallest value of each; returns how many differ, -1 where the table is
    too small.
    """
    table[:] = _EMPTY
    used = 0
    for i in range(len(keys)):
        slot = _slot(table, keys[i])
        if table[slot] == keys[i]:
            smallest[slot] = min(smallest[slot], values[i])
        elif 2 * used < len(table):
            table[slot] = keys[i]
            smallest[slot] = values[i]
            used += 1
        else:
            return -1
    return used


@kernel
def star_edges(keys: UInt64Array, nodes: UInt64Array) -> tuple[UInt64Array, UInt64Array]:
    """(a, b): for each key with several nodes, edges from the smallest, a, to each other, b."""
    n = len(keys)
    mixed = np.empty(n, np.uint64)
    for i in range(n):
        mixed[i] = mix(keys[i])
    own_keys, own_nodes = np.empty(n, np.uint64), np.empty(n, np.uint64)
    begins = _partition(mixed, nodes, own_keys, own_nodes)
    a, b = mixed, np.empty(n, np.uint64)  # `mixed` is not needed any more
    slots = _slots_for(n // (len(begins) - 1))
    table, smallest = np.empty(slots, np.uint64), np.empty(slots, np.uint64)
    edges = 0
    for partition in range(len(begins) - 1):
        begin, end = begins[partition], begins[partition + 1]
        these, their = own_keys[begin:end], own_nodes[begin:end]
        distinct = _smallest_values(these, their, table, smallest)
        while distinct < 0:
            slots *= 2
            table, smallest = np.empty(slots, np.uint64), np.empty(slots, np.uint64)
            distinct = _smallest_values(these, their, table, smallest)
        if distinct < len(these):
            for i in range(len(these)):
                first = smallest[_slot(table, these[i])]
                if first != their[i]:
                    a[edges] = first
                    b[edges] = their[i]
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
def unite_all(parents: Int64Array, a: Int64Array, b: Int64Array) -> None:
    """Join the ends of all edges (a[i], b[i])."""
    for i in range(len(a)):
        unite(parents, a[i], b[i])


@kernel
def flatten(parents: Int64Array) -> None:
    """Let each node point to its root."""
    for node in range(len(parents)):
        parents[node] = find(parents, node)


@kernel
def places_in(sorted_values: UInt64Array, values: UInt64Array) -> Int64Array:
    """Where each of `values`, all of which occur, stands among distinct sorted values."""
    table = np.zeros(_slots_for(len(sorted_values)), np.int64)  # places, plus one
    mask = len(table) - 1
    for place in range(len(sorted_values)):
        slot = np.int64(mix(sorted_values[place])) & mask
        while table[slot] != 0:
            slot = (slot + 1) & mask
        table[slot] = place + 1
    out = np.empty(len(values), np.int64)
    for i in range(len(values)):
        slot = np.int64(mix(values[i])) & mask
        while sorted_values[table[slot] - 1] != values[i]:
            slot = (slot + 1) & mask
        out[i] = table[slot] - 1
    return out


@kernel
def _unite_equal(
    keys: UInt64Array, rows: UInt32Array, table: UInt64Array, first: UInt32Array, parents: Int64Array
) -> bool:
    """Join the rows of one partition that have the same key; returns whether the table was large enough."""
    table[:] = _EMPTY
    used = 0
    for i in range(len(keys)):
        slot = _slot(table, keys[i])
        if table[slot] == keys[i]:
            unite(parents, np.int64(first[slot]), np.int64(rows[i]))  # type: ignore[arg-type]
        elif 2 * used < len(table):
            table[slot] = keys[i]
            first[slot] = rows[i]
            used += 1
        else:
            return False
    return True


@kernel
def group_signatures(signatures: UInt32Array, bands: int, rows: int) -> Int64Array:
    """int64[n]: the first row of each row's component, where rows with an equal band are connected."""
    n = len(signatures)
    parents = np.arange(n)
    numbers = np.arange(n).astype(np.uint32)
    # Made once for all bands: memory fresh from the system costs more than what is written to it.
    own_keys, own_rows = np.empty(n, np.uint64), np.empty(n, np.uint32)
    keys = np.empty((min(bands, BANDS_AT_ONCE), n), np.uint64)
    for band in range(bands):
        if band % BANDS_AT_ONCE == 0:
            keys_of_bands(signatures, band, rows, keys[: bands - band])
        begins = _partition(keys[band % BANDS_AT_ONCE], numbers, own_keys, own_rows)
        slots = _slots_for(n // (len(begins) - 1))
        table, first = np.empty(slots, np.uint64), np.empty(slots, np.uint32)
        for partition in range(len(begins) - 1):
            begin, end = begins[partition], begins[partition + 1]
            while not _unite_equal(own_keys[begin:end], own_rows[begin:end], table, first, parents):
                slots *= 2
                table, first = np.empty(slots, np.uint64), np.empty(slots, np.uint32)
    flatten(parents)
    return parents


def warm_up() -> None:
    keys, places, signatures = np.zeros(2, np.uint64), np.zeros(2, np.int64), np.zeros((2, 1), np.uint32)
    for array in (keys, places, signatures):
        array.flags.writeable = False
    star_edges(keys, keys)
    places_in(keys[:1], keys)
    parents = np.arange(1)
    unite_all(parents, places, places)
    flatten(parents)
    group_signatures(signatures, 1, 1)
