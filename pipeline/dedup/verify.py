"""Verified removal of near-duplicates: every document that goes has a witness that stays, with its exact similarity."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.dedup.arrays import read_only
from pipeline.kernels import resolve as kernels

UInt64Array = npt.NDArray[np.uint64]
Int64Array = npt.NDArray[np.int64]
Int32Array = npt.NDArray[np.int32]
BoolArray = npt.NDArray[np.bool_]

MAX_COMPARISONS = 64
MAX_BUCKET = 1024

SIZES = (
    ("2", 2), ("3", 3), ("4-9", 9), ("10-99", 99), ("100-999", 999), ("1000-9999", 9_999), ("10000+", 1 << 62),
)  # fmt: skip
"""Names of cluster sizes, with the largest size of each."""


MEASURES = {
    "jaccard": kernels.JACCARD, "containment": kernels.CONTAINMENT, "mutual": kernels.MUTUAL, "scaled": kernels.SCALED,
    "hamming": kernels.HAMMING,
}  # fmt: skip
MEASURE_NAMES = {
    "jaccard": "Jaccard similarity", "containment": "containment", "both": "Jaccard similarity or containment",
    "mutual": "containment in both directions", "scaled": "containment in both directions, scaled by length",
    "hamming": "share of equal fingerprint bits",
}  # fmt: skip


@dataclass(frozen=True)
class Resolution:
    """What became of each row; arrays have one element a row, but for `compared`."""

    witness: Int64Array  # the kept row because of which this one goes, -1 where it stays
    shared: Int32Array  # bands shared with the witness
    intersection: Int64Array  # of the sets of this row and its witness
    whole: Int64Array  # what the intersection is a share of, by the measure
    contained: BoolArray  # goes by containment, where that is not the measure itself
    unchecked: BoolArray  # stays, but a limit stopped its comparisons
    compared: Int64Array  # [100]: compared pairs by similarity s in bin floor(100 s), 1.0 in the last
    comparisons: int


def resolve(
    starts: Int64Array,
    sets: UInt64Array,
    set_offsets: Int64Array,
    keys: UInt64Array,
    *,
    threshold: float,
    measure: str = "jaccard",
    contained: float | None = None,
    max_comparisons: int = MAX_COMPARISONS,
    max_bucket: int = MAX_BUCKET,
    prints: UInt64Array | None = None,
    max_distance: int = 0,
    given: int = 0,
) -> Resolution:
    """Go through each component in order of preference and remove what is similar to something kept.

    Component i has the rows starts[i] to starts[i + 1] - 1, the most preferred first. Row j has the sorted distinct
    shingles sets[set_offsets[j]:set_offsets[j + 1]] and the band keys keys[j] (uint64 [rows, bands]).

    A row is compared with kept rows of its component that share a band key with it, most shared bands first, then the
    most preferred, `max_comparisons` at most; the first whose similarity is `threshold` (in millionths) or more is its
    witness. The similarity is the number of shingles that both have, over those that either has (`jaccard`), over those
    of the row (`containment`: how much of what goes stays elsewhere) or over those of the larger one (`mutual`:
    containment in both directions). `scaled` is `mutual` but that those which are not shared count (n / 1024)^(1/4)
    times, rounded up, where the larger one has n, or 128 if it has fewer. With `contained`, a row also goes where its
    containment reaches that. Sets may hold a shingle as often as it occurs; then all counts are of multisets. At most
    `max_bucket` kept rows are found by one key; rows that meet a key which more kept rows have, and stay, count as
    unchecked. Rows without shingles stay and are compared with none. Where the sizes of two sets alone forbid the
    threshold, they are compared no further, and counted in `compared` at the most similarity that the sizes allow.

    With fingerprints `prints` (uint64 [rows]), only pairs that differ in at most `max_distance` of their 64 bits are
    compared. `hamming` compares no shingles: the similarity is the share of bits that agree.

    The first `given` rows, of the first component, are known to stay: they are found by others, and not compared.

    Time grows linearly with the rows, also where all share a key. Memory beside the inputs: 70 bytes a row, 8 a band of
    each row, and 192 a band of each kept row of the largest component, at most.

    Raises ValueError for a threshold outside (0, 1], limits below 1, and lengths that do not fit.
    """
    for share in (threshold, 1.0 if contained is None else contained):
        if not 0 < share <= 1:
            raise ValueError(f"a threshold of {share}; similarities lie in (0, 1]")
    if measure not in MEASURES:
        raise ValueError(f"measure {measure!r} is not one of {', '.join(MEASURES)}")
    if measure == "hamming" and prints is None:
        raise ValueError("measure hamming needs fingerprints")
    if max_comparisons < 1 or max_bucket < 1:
        raise ValueError(f"max_comparisons {max_comparisons} and max_bucket {max_bucket} must be at least 1")
    n = len(set_offsets) - 1
    if keys.ndim != 2 or len(keys) != n or starts[0] != 0 or starts[-1] != n:
        raise ValueError(f"components end at row {starts[-1]}, there are {n} sets and keys {keys.shape}")
    if prints is None:
        prints = np.zeros(0, np.uint64)
    elif len(prints) != n:
        raise ValueError(f"{len(prints)} fingerprints for {n} rows")
    flat = read_only(keys, np.uint64).reshape(-1)
    return Resolution(
        *kernels.resolve(
            read_only(starts, np.int64),
            read_only(sets, np.uint64),
            read_only(set_offsets, np.int64),
            flat,
            keys.shape[1],
            MEASURES[measure],
            round(threshold * kernels.MILLION),
            0 if contained is None else round(contained * kernels.MILLION),
            max_comparisons,
            max_bucket,
            read_only(prints, np.uint64),
            max_distance,
            given,
        )
    )
