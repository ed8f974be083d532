"""Document ids: a pure function of where a record stands, so that every run, worker and retry agrees."""

import numpy as np
import pyarrow as pa
import xxhash

ID_BYTES = 16


def document_id(source: str, path: str, ordinal: int) -> bytes:
    """xxh3-128 of (source, path relative to the source's root, record ordinal): 16 bytes, unique by construction.

    Native ids are not used because WARC-Record-IDs and row ids repeat in real data.
    """
    return xxhash.xxh3_128_digest(f"{source}\x00{path}\x00{ordinal}".encode("utf-8", "surrogateescape"))


def piece_id(parent: bytes, piece: int) -> bytes:
    """The id of a piece that was cut from the document `parent`; pieces count from 0."""
    return xxhash.xxh3_128_digest(parent + f"\x00piece {piece}".encode())


def hex_ids(ids: pa.Array) -> pa.Array:
    """fixed_size_binary(16) -> string of 32 hex characters, as public files show ids. Nulls stay null."""
    count = len(ids)
    raw = np.frombuffer(ids.buffers()[1], dtype=np.uint8)[ids.offset * ID_BYTES : (ids.offset + count) * ID_BYTES]
    digits = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)
    text = np.empty((len(raw), 2), dtype=np.uint8)
    text[:, 0] = digits[raw >> 4]
    text[:, 1] = digits[raw & 15]
    offsets = np.arange(count + 1, dtype=np.int32) * (2 * ID_BYTES)
    validity = None if ids.null_count == 0 else pa.array(ids.is_valid()).buffers()[1]
    return pa.Array.from_buffers(pa.string(), count, [validity, pa.py_buffer(offsets), pa.py_buffer(text)])


def hash01(seed: int, purpose: str, key: bytes) -> float:
    """A number in [0, 1) that depends on (seed, purpose, key) alone: the only randomness Winnow knows."""
    return (xxhash.xxh3_64_intdigest(f"{seed}\x00{purpose}\x00".encode() + key) >> 11) * 2.0**-53
