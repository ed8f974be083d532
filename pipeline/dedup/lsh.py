"""From band keys to candidates: who shares a key, and who is connected at all."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.dedup.arrays import read_only
from pipeline.kernels import lsh

UInt32Array = npt.NDArray[np.uint32]
UInt64Array = npt.NDArray[np.uint64]
Int64Array = npt.NDArray[np.int64]


def group(keys: UInt64Array, nodes: UInt64Array) -> tuple[UInt64Array, UInt64Array]:
    """(a, b), both uint64: for each key that several nodes have, an edge from the smallest node to each other.

    Linear in the number of keys, however many share one. A node that has a key several times may give its edge as
    often. Memory beside inputs and result: 32 bytes a key, and a table of the distinct keys of 1 in 4,096. Nodes are
    below 2^64 - 1. Raises ValueError where the lengths differ.
    """
    if len(keys) != len(nodes):
        raise ValueError(f"{len(keys)} keys for {len(nodes)} nodes")
    return lsh.star_edges(read_only(keys, np.uint64), read_only(nodes, np.uint64))


class Components(NamedTuple):
    """Who is connected by a set of edges. `nodes` and `roots` have one element a node, `a` and `b` one an edge."""

    nodes: UInt64Array  # sorted
    roots: UInt64Array  # the smallest node of the component of each
    a: Int64Array  # the places of the edges' ends among the nodes
    b: Int64Array


def components(a: UInt64Array, b: UInt64Array) -> Components:
    """The components that the edges (a[i], b[i]) make. Time grows with sorting the ends.

    Memory beside inputs and result: 48 bytes an edge and 24 a node. Raises ValueError where the lengths differ.
    """
    if len(a) != len(b):
        raise ValueError(f"{len(a)} and {len(b)} ends of edges")
    ends = np.concatenate([a, b]).astype(np.uint64, copy=False)
    ends.sort()  # numpy's `unique` hashes instead, which takes seventy times as long for 8 million
    first = np.ones(len(ends), bool)
    np.not_equal(ends[1:], ends[:-1], out=first[1:])
    nodes = read_only(ends[first], np.uint64)
    del ends, first
    one, other = (read_only(lsh.places_in(nodes, read_only(side, np.uint64)), np.int64) for side in (a, b))
    parents = np.arange(len(nodes))
    lsh.unite_all(parents, one, other)
    lsh.flatten(parents)
    return Components(nodes, nodes[parents], one, other)


def group_signatures(signatures: UInt32Array, *, bands: int, rows: int) -> Int64Array:
    """int64 [n]: the first row of each row's component, for signatures uint32 [n, hashes] that fit into memory.

    Rows are connected where all `rows` values of a band are equal (compared by 64-bit hashes). Memory beside the
    signatures: 64 bytes a row. Raises ValueError where the signatures are shorter than bands * rows.
    """
    if bands < 1 or rows < 1 or bands * rows > signatures.shape[1]:
        raise ValueError(f"{bands} bands of {rows} rows do not fit signatures of {signatures.shape[1]} hashes")
    return lsh.group_signatures(read_only(signatures, np.uint32), bands, rows)
