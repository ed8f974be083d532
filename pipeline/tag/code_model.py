"""The content classifier of programming languages: its file, and what it says of texts.

A linear model over hashed features (`pipeline.kernels.code_features`): for each bucket a rarity and a few pairs of
label and weight, all integers. `winnow train code` makes the file; its card stands beside it.

    16 bytes   MAGIC
     4 bytes   size of the header, uint32 (all numbers are little-endian)
    16 bytes   xxh3-128 of the bytes that follow
    header     JSON: labels, bits, max_bytes, scales, biases, the lengths of the arrays
    arrays     one after the other, compressed by zlib: rarity, entries a bucket, labels, weights
"""

import functools
import json
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import xxhash

from pipeline.errors import WinnowError
from pipeline.kernels.code_features import FAMILIES, MOST_TIMES, STEPS, code_scores
from pipeline.kernels.symbols import string_buffers

MAGIC = b"winnow-codelang1"
MAX_FILE_BYTES = 1 << 20
SHIPPED = Path(__file__).with_name("code.model")
PROSE = "prose"
"""The label of texts that are in no programming language."""

VALUE_STEPS = 16
_START = struct.Struct("<16sI16s")
_KINDS = {"rarity": "u1", "entries": "u1", "labels": "u1", "weights": "i1"}  # in the file's order

Counts = npt.NDArray[np.int32]


class CodeModelError(WinnowError):
    """A model file that cannot be used: the message names the file and what is wrong with it."""


@dataclass(frozen=True, eq=False)
class CodeModel:
    """`scores` = biases + sum over families of scale * (value * rarity * weight summed) / length, in STEPS of 1."""

    labels: tuple[str, ...]
    bits: int
    max_bytes: int
    scales: npt.NDArray[np.float64]
    biases: npt.NDArray[np.int32]
    rarity: npt.NDArray[np.uint8]  # [FAMILIES << bits], 0: a feature that no rule knows
    entries: npt.NDArray[np.uint8]  # [FAMILIES << bits], pairs of each bucket
    entry_labels: npt.NDArray[np.uint8]
    entry_weights: npt.NDArray[np.int8]

    @functools.cached_property
    def starts(self) -> npt.NDArray[np.int64]:
        return np.concatenate([[0], np.cumsum(self.entries, dtype=np.int64)])

    @functools.cached_property
    def prose(self) -> int | None:
        return self.labels.index(PROSE) if PROSE in self.labels else None

    @functools.cached_property
    def digest(self) -> str:
        return xxhash.xxh3_128_hexdigest(write_model(self))


def values() -> Counts:
    """int32 [MOST_TIMES + 1]: what a feature counts that occurs so often, 1 + log2 in VALUE_STEPS."""
    times = np.arange(1, MOST_TIMES + 1)
    return np.concatenate([[0], np.rint(VALUE_STEPS * (1 + np.log2(times)))]).astype(np.int32)


_VALUES = values()


def score(texts: pa.Array, model: CodeModel) -> npt.NDArray[np.int32]:
    """int32 [n, labels]: the higher, the likelier; about STEPS for a sure label and 0 for the others. Nulls are ""."""
    data, offsets = string_buffers(texts)
    rarity, labels = model.rarity, model.entry_labels
    return code_scores(
        data, offsets, model.max_bytes, model.bits, _VALUES, rarity, model.starts, labels, model.entry_weights,
        model.scales, model.biases,
    )  # fmt: skip


def write_model(model: CodeModel) -> bytes:
    arrays = [model.rarity, model.entries, model.entry_labels, model.entry_weights]
    header = json.dumps(
        {
            "labels": model.labels,
            "bits": model.bits,
            "max_bytes": model.max_bytes,
            "scales": model.scales.tolist(),
            "biases": model.biases.tolist(),
            "entries": len(model.entry_labels),
        }
    ).encode()
    body = header + zlib.compress(b"".join(array.tobytes() for array in arrays), 9)
    return _START.pack(MAGIC, len(header), xxhash.xxh3_128_digest(body)) + body


def read_model(path: str | Path) -> CodeModel:
    """Raises CodeModelError."""
    try:
        data = Path(path).read_bytes()
        magic, size, digest = _START.unpack_from(data)
    except (OSError, struct.error) as error:
        raise CodeModelError(f"{path}: {error}; make one with `winnow train code`") from error
    body = data[_START.size :]
    if magic != MAGIC:
        raise CodeModelError(f"{path} is no model of programming languages; make one with `winnow train code`")
    if xxhash.xxh3_128_digest(body) != digest:
        raise CodeModelError(f"{path} is cut or damaged: its digest differs; make it again with `winnow train code`")
    return _parse(json.loads(body[:size]), zlib.decompress(body[size:]))


def _parse(header: dict[str, Any], data: bytes) -> CodeModel:
    """Trusts what the digest has confirmed."""
    buckets = FAMILIES << header["bits"]
    at, found = 0, []
    for name, kind in _KINDS.items():
        count = buckets if name in ("rarity", "entries") else header["entries"]
        found.append(np.frombuffer(data, kind, count, at))
        at += found[-1].nbytes
    rarity, entries, labels, weights = found
    return CodeModel(
        labels=tuple(header["labels"]),
        bits=header["bits"],
        max_bytes=header["max_bytes"],
        scales=np.array(header["scales"], np.float64),
        biases=np.array(header["biases"], np.int32),
        rarity=rarity,
        entries=entries,
        entry_labels=labels,
        entry_weights=weights,
    )


@functools.cache
def shipped() -> CodeModel:
    return read_model(SHIPPED)


__all__ = ["PROSE", "STEPS", "CodeModel", "CodeModelError", "read_model", "score", "shipped", "values", "write_model"]
