"""What grouping near-duplicates costs, from the number of documents and the layout: bytes exchanged, time, memory.

Time was fitted to `benchmarks/scale.py`, which prints these predictions beside what it measures. Documents whose copies
are not like those that it makes (a quarter, of similarity .7 to 1) cost as much per key; only edges and labels differ.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from math import comb
from typing import NamedTuple

COPIES = 0.25  # documents that are near-duplicates of another: crawls have about as many
_LEAST_SIMILARITY = 0.7  # of theirs, evenly up to 1

KEY_BYTES, PRINTED_KEY_BYTES, _EDGE_BYTES, _LABEL_BYTES = 16, 24, 16, 12
_BATCH_BYTES = 350  # a record batch and its entry in the file's footer, beside the rows
_FLUSH_BYTES = 32 << 20

# CPU time on a core of an AMD EPYC that is shared with others.
_SECONDS_PER_EDGE = 200e-9  # sent, read and joined
_SECONDS_PER_BATCH = 100e-6  # written and read
_SECONDS_PER_TASK = 3e-3
_SECONDS_TO_START = 2.0

_MEMORY_AT_LEAST = 64 << 20  # what a task that sends holds back
_STEPS = 100  # similarities, for means over copies


class _Key(NamedTuple):
    """What a key costs."""

    bytes: int
    seconds: float  # sent, read and looked up
    memory: int  # while a partition is grouped


_BAND = _Key(KEY_BYTES, 290e-9, 64)
_PRINT = _Key(PRINTED_KEY_BYTES, 700e-9, 64)  # sorted with its fingerprint: `python -m benchmarks.simhash --grouping`


@dataclass(frozen=True)
class GroupingCosts:
    """Predictions; seconds are those of one core."""

    key_bytes: int
    edge_bytes: int  # of all rounds
    label_bytes: int
    core_seconds: float
    memory_bytes: int  # of a worker, beside what each has


def grouping_costs(documents: float, *, bands: int, rows: int, partitions: int, parts: int) -> GroupingCosts:
    """Costs of the stages from band keys to labels, for documents in `parts` tasks and keys in `partitions`."""
    width = (1 - _LEAST_SIMILARITY) / _STEPS
    shares = [(_LEAST_SIMILARITY + (step + 0.5) * width) ** rows for step in range(_STEPS)]
    found = _mean([1 - (1 - share) ** bands for share in shares])
    return _costs(documents, bands, found, shares, partitions, parts, _BAND)


def simhash_costs(documents: float, *, distance: int, blocks: int, partitions: int, parts: int) -> GroupingCosts:
    """The same from fingerprints in tables; copies differ in 0 to `distance` bits, evenly, and all are found."""
    bands = comb(blocks, distance)
    shares = [comb(blocks - bits, distance - bits) / bands for bits in range(distance + 1)]
    return _costs(documents, bands, 1.0, shares, partitions, parts, _PRINT)


def _costs(
    documents: float,
    bands: int,
    found: float,
    shares: Sequence[float],
    partitions: int,
    parts: int,
    key: _Key,
) -> GroupingCosts:
    """`found`: copies that share a key with their originals; `shares`: of a copy's keys, for copies of all kinds."""
    keys = documents * bands
    copies = documents * COPIES * found
    connected = documents * (1 - (1 - copies / documents) * math.exp(-copies / documents)) if documents else 0.0
    # A copy is told of its original once by each partition that has a key of both.
    told = documents * COPIES * _mean([partitions * (1 - (1 - share / partitions) ** bands) for share in shares])
    rounds = _rounds(partitions)
    edges = told + copies * rounds * (2 - 1 / partitions) if partitions > 1 else 0.0
    key_batches = _batches(keys * key.bytes, parts, partitions)
    edge_batches = (1 + rounds) * partitions**2 if partitions > 1 else 0.0
    label_batches = min(connected, partitions * parts)
    batches = key_batches + edge_batches + label_batches
    return GroupingCosts(
        key_bytes=int(keys * key.bytes + key_batches * _BATCH_BYTES),
        edge_bytes=int(edges * _EDGE_BYTES + edge_batches * _BATCH_BYTES),
        label_bytes=int(connected * _LABEL_BYTES + label_batches * _BATCH_BYTES),
        core_seconds=keys * key.seconds
        + (edges + connected) * _SECONDS_PER_EDGE
        + batches * _SECONDS_PER_BATCH
        + (2 * parts + (2 + rounds) * partitions) * _SECONDS_PER_TASK
        + _SECONDS_TO_START,
        memory_bytes=int(max(_MEMORY_AT_LEAST, keys / partitions * key.memory)),
    )


def _rounds(partitions: int) -> float:
    """Rounds until nothing changes, where some copies are copies of copies: measured with 2 and 19 partitions."""
    return 3.4 + 0.61 * math.log2(partitions) if partitions > 1 else 0.0


def _batches(size: float, tasks: int, partitions: int) -> float:
    """Record batches of an exchange: one a partition for each flush of a task."""
    return tasks * partitions * max(1.0, size / (tasks * _FLUSH_BYTES))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
