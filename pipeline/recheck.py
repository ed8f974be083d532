"""Recompute what the near-duplicate stages claimed, from the texts that they compared."""

import json
import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline import ledger
from pipeline.dedup import minhash
from pipeline.dedup.nomination import METHODS
from pipeline.engine import storage
from pipeline.kernels.resolve import SCALED_EVEN, SCALED_LEAST

PAIRS = "dedup/pairs.parquet"
PAIRS_AT_ONCE = 20_000  # some 200 MB of shingles
BITS = 64  # of a fingerprint
_TOLERANCE = 1e-9  # of similarities, which are quotients of whole numbers


def texts_folder(out: str, manifest: Mapping[str, Any]) -> str | None:
    """Where the compared texts lie, removed documents included; None when `work/` was deleted."""
    (name,) = (name for name in manifest["work"] if name.startswith("rules-"))
    folder = storage.join(out, "work", name, "docs")
    return folder if storage.listing(folder) else None


def rows_of(folder: str, identities: Collection[str], columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """Batches of the documents with these ids (32 hex characters), by columns: some batches may be empty."""
    ids = pa.array(sorted(map(bytes.fromhex, identities)), pa.binary(16))
    for name in storage.listing(folder):
        for batch in storage.arrow_batches(storage.join(folder, name), columns):
            yield batch.filter(pc.is_in(batch.column("id"), value_set=ids))


def recheck(out: str, manifest: Mapping[str, Any]) -> Iterator[str]:
    """Problems: removals that no pair explains, and pairs less similar than they say or than the threshold asks.

    The similarities are recomputed where the texts are still there.
    """
    summary = json.loads(storage.read_bytes(storage.join(out, "dedup/summary.json")))
    folder = texts_folder(out, manifest) if summary["verify"] else None
    removals = removals_of(out, manifest, METHODS)
    for pairs in _pairs(out):
        known = texts_of(folder, pairs, summary) if folder else {}
        for pair in pairs:
            removed, kept, similarity = pair["removed_id"], pair["kept_id"], pair["similarity"]
            decision = removals.pop(removed, None)
            name = f"{PAIRS}: {removed} removed because of {kept}"
            if decision is None:
                yield f"{name}, but no decision says so"
                continue
            if not summary["verify"]:
                continue
            if decision != (kept, similarity):
                yield f"{name} at {similarity}, but its decision says {decision}"
            threshold = threshold_of(pair["method"], summary)
            if similarity < threshold - _TOLERANCE:
                yield f"{name} at {similarity}, below the threshold of {threshold}"
            if folder:
                one, other = known[removed], known[kept]
                if "distance" in summary and (apart := distance_of(one, other)) > summary["distance"]:
                    yield f"{name}, but their fingerprints differ in {apart} bits, more than {summary['distance']}"
                if not summary["repeats"]:
                    one, other = (side if pair["method"] == "hamming" else np.unique(side) for side in (one, other))
                found = similarity_of(one, other, pair["method"])
                if abs(found - similarity) > _TOLERANCE:
                    yield f"{name} at {similarity}, but their texts have similarity {found}"
    if removals:
        yield f"{len(removals):,} near-duplicates were removed without a pair, such as {min(removals)}"


def removals_of(
    out: str, manifest: Mapping[str, Any], stages: Iterable[str]
) -> dict[str, tuple[str | None, float | None]]:
    """Removed id -> (witness, score) of the decisions of some stages."""
    found = {}
    for stage in stages:
        for table in ledger.decisions(out, manifest, stage, ["id", "witness", "score"]):
            found.update({row["id"]: (row["witness"], row["score"]) for row in table.to_pylist()})
    return found


def threshold_of(method: str, settings: Mapping[str, Any]) -> float:
    """What a removal by `method` must reach."""
    by_containment = method == "containment" and settings["similarity"] == "both"
    return float(settings["containment" if by_containment else "threshold"])


def _pairs(out: str) -> Iterator[list[dict[str, Any]]]:
    with storage.open_arrow(storage.join(out, PAIRS)) as source:
        columns = ["removed_id", "kept_id", "similarity", "method"]
        for batch in pq.ParquetFile(source).iter_batches(PAIRS_AT_ONCE, columns=columns):
            yield batch.to_pylist()


def texts_of(folder: str, pairs: list[dict[str, Any]], summary: Mapping[str, Any]) -> dict[str, npt.NDArray[np.uint64]]:
    """Id -> sorted shingles of each document of the pairs, each as often as it occurs."""
    wanted = {pair[side] for pair in pairs for side in ("removed_id", "kept_id")}
    found = {}
    for batch in rows_of(folder, wanted, ["id", "text"]):
        sets, offsets = minhash.shingle_sets(
            batch.column("text"), shingle=summary["shingle"], ngram=summary["ngram"], repeats=True
        )
        for row, identity in enumerate(batch.column("id").to_pylist()):
            found[identity.hex()] = sets[offsets[row] : offsets[row + 1]]
    return found


def similarity_of(removed: npt.NDArray[np.uint64], kept: npt.NDArray[np.uint64], method: str) -> float:
    """The similarity of two documents by their shingles. Raises ValueError for an unknown method."""
    values, one = np.unique(removed, return_counts=True)
    others, other = np.unique(kept, return_counts=True)
    _, mine, theirs = np.intersect1d(values, others, assume_unique=True, return_indices=True)
    common = int(np.minimum(one[mine], other[theirs]).sum())
    match method:
        case "jaccard":
            return common / (len(removed) + len(kept) - common)
        case "containment":
            return common / len(removed)
        case "mutual":
            return common / max(len(removed), len(kept))
        case "scaled":
            larger = max(len(removed), len(kept))
            weight = math.sqrt(math.sqrt(max(larger, SCALED_LEAST) / SCALED_EVEN))
            return common / (common + math.ceil((larger - common) * weight))
        case "hamming":
            return (BITS - distance_of(removed, kept)) / BITS
    raise ValueError(f"unknown method {method!r}")


def distance_of(one: npt.NDArray[np.uint64], other: npt.NDArray[np.uint64]) -> int:
    """Bits in which the SimHash fingerprints of two documents differ, counted bit by bit from all their shingles."""
    return sum(_majority(one, bit) != _majority(other, bit) for bit in range(BITS))


def _majority(shingles: npt.NDArray[np.uint64], bit: int) -> bool:
    return 2 * int((shingles >> np.uint64(bit) & np.uint64(1)).sum()) > len(shingles)
