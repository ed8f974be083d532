"""Which documents are compared with each other: a 64-bit number for each, equal where they are."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import xxhash

SCOPES = ("across", "within", "per_language")
COLUMNS = ("language",)
"""What `salts` reads of a batch."""


def salts(batch: pa.RecordBatch, scope: str, source: str) -> npt.NDArray[np.uint64]:
    """uint64 [rows]: 0 across all documents, else a hash of the source or of the language."""
    if scope == "across":
        return np.zeros(batch.num_rows, np.uint64)
    if scope == "within":
        return np.full(batch.num_rows, _hash(f"source {source}"), np.uint64)
    labels = batch.column("language").dictionary_encode()
    hashes = np.array([_hash(f"language {name}") for name in labels.dictionary.to_pylist()], np.uint64)
    unknown = np.uint64(_hash("language unknown"))
    codes = labels.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return np.where(codes < 0, unknown, np.append(hashes, unknown)[codes])


def _hash(name: str) -> int:
    return xxhash.xxh3_64_intdigest(name.encode())
