"""What grouping near-duplicates costs, from the number of documents and the layout: bytes exchanged, time, memory.

Time was fitted to `benchmarks/scale.py`, which prints these predictions beside what it measures. Documents whose copies
are not like those that it makes (a quarter, of similarity .7 to 1) cost as much per key; only edges and labels differ.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

COPIES = 0.25  # documents that are near-duplicates of another: crawls have about as many
_LEAST_SIMILARITY = 0.7  # of theirs, evenly up to 1

KEY_BYTES, PRINTED_KEY_BYTES, _EDGE_BYTES, _LABEL_BYTES = 16, 24, 16, 12
_BATCH_BYTES = 350  # a record batch and its entry in the file's footer, beside the rows
_FLUSH_BYTES = 32 << 20

# CPU time on a core of an AMD EPYC that is shared with others.
_SECONDS_PER_KEY = 290e-9  # sent, read and looked up
_SECONDS_PER_EDGE = 200e-9  # sent, read and joined
_SECONDS_PER_BATCH = 100e-6  # written and read
_SECONDS_PER_TASK = 3e-3
_SECONDS_TO_START = 2.0

_MEMORY_PER_KEY = 64  # while a partition is grouped
_MEMORY_AT_LEAST = 64 << 20  # what a task that sends holds back


@dataclass(frozen=True)
class GroupingCosts:
    """Predictions; seconds are those of one core."""

    key_bytes: int
    edge_bytes: int  # of all rounds
    label_bytes: int
    core_seconds: float
    memory_bytes: int  # of a worker, beside what each has


def grouping_costs(
    documents: float, *, bands: int, rows: int, partitions: int, parts: int, key_bytes: int = KEY_BYTES
) -> GroupingCosts:
    """Costs of the stages from band keys to labels, for documents in `parts` tasks and keys in `partitions`."""
    keys = documents * bands
    copies = documents * COPIES * _mean(lambda s: 1 - (1 - s**rows) ** bands)  # that share a band with their originals
    connected = documents * (1 - (1 - copies / documents) * math.exp(-copies / documents)) if documents else 0.0
    # A copy is told of its original once by each partition that has a key of both.
    told = documents * COPIES * _mean(lambda s: partitions * (1 - (1 - s**rows / partitions) ** bands))
    rounds = _rounds(partitions)
    edges = told + copies * rounds * (2 - 1 / partitions) if partitions > 1 else 0.0
    key_batches = _batches(keys * key_bytes, parts, partitions)
    edge_batches = (1 + rounds) * partitions**2 if partitions > 1 else 0.0
    label_batches = min(connected, partitions * parts)
    batches = key_batches + edge_batches + label_batches
    return GroupingCosts(
        key_bytes=int(keys * key_bytes + key_batches * _BATCH_BYTES),
        edge_bytes=int(edges * _EDGE_BYTES + edge_batches * _BATCH_BYTES),
        label_bytes=int(connected * _LABEL_BYTES + label_batches * _BATCH_BYTES),
        core_seconds=keys * _SECONDS_PER_KEY
        + (edges + connected) * _SECONDS_PER_EDGE
        + batches * _SECONDS_PER_BATCH
        + (2 * parts + (2 + rounds) * partitions) * _SECONDS_PER_TASK
        + _SECONDS_TO_START,
        memory_bytes=int(max(_MEMORY_AT_LEAST, keys / partitions * _MEMORY_PER_KEY)),
    )


def _rounds(partitions: int) -> float:
    """Rounds until nothing changes, where some copies are copies of copies: measured with 2 and 19 partitions."""
    return 3.4 + 0.61 * math.log2(partitions) if partitions > 1 else 0.0


def _batches(size: float, tasks: int, partitions: int) -> float:
    """Record batches of an exchange: one a partition for each flush of a task."""
    return tasks * partitions * max(1.0, size / (tasks * _FLUSH_BYTES))


def _mean(of: Callable[[float], float], steps: int = 100) -> float:
    """The mean of a function of the similarity over the copies."""
    width = (1 - _LEAST_SIMILARITY) / steps
    return sum(of(_LEAST_SIMILARITY + (step + 0.5) * width) for step in range(steps)) / steps
