"""Which documents are compared with each other: a 64-bit number for each, equal where they are."""

import json

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import xxhash

from pipeline.records import SNAPSHOT

SCOPES = ("across", "within", "per_snapshot", "per_language")

_COLUMN = {"per_snapshot": "metadata", "per_language": "language"}


def columns(scope: str) -> tuple[str, ...]:
    """What `salts` reads of a batch."""
    return (_COLUMN[scope],) if scope in _COLUMN else ()


def salts(batch: pa.RecordBatch, scope: str, source: str) -> npt.NDArray[np.uint64]:
    """uint64 [rows]: 0 across all documents, else a hash of the source, the snapshot or the language.

    Documents without a snapshot, or without a language, are compared with each other.
    """
    if scope == "across":
        return np.zeros(batch.num_rows, np.uint64)
    if scope == "within":
        return np.full(batch.num_rows, _hash(f"source {source}"), np.uint64)
    if scope == "per_snapshot":
        return _salts("snapshot", _snapshots(batch.column("metadata")))
    return _salts("language", batch.column("language"))


def _snapshots(metadata: pa.Array) -> pa.Array:
    """The snapshots of stages' metadata, or of public documents, which have it among `other`."""
    if pa.types.is_map(metadata.type):
        return pc.map_lookup(metadata, pa.scalar(SNAPSHOT), "first")
    others = pc.struct_field(metadata, "other").to_pylist()
    return pa.array([json.loads(other or "{}").get(SNAPSHOT) for other in others], pa.string())


def _salts(kind: str, values: pa.Array) -> npt.NDArray[np.uint64]:
    labels = values.dictionary_encode()
    hashes = np.array([_hash(f"{kind} {name}") for name in labels.dictionary.to_pylist()], np.uint64)
    unknown = np.uint64(_hash(f"{kind} unknown"))
    codes = labels.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return np.where(codes < 0, unknown, np.append(hashes, unknown)[codes])


def _hash(name: str) -> int:
    return xxhash.xxh3_64_intdigest(name.encode())
