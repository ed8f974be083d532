"""Logistic regression on hashed words and pairs of words, as in GPT-3 (arXiv:2005.14165, Appendix A): training, file.

The file, little-endian: magic, version, bits and n-gram length as uint32, xxh3-128 of what follows, then 2^bits int32:
what each bucket adds to the logit of good text, in multiples of 1/ONE, before the mean is taken.
"""

import itertools
import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import xxhash

from classifiers.fasttext_file import QualityModelError
from pipeline.kernels.arrow import string_buffers
from pipeline.kernels.hashed import sum_hashed, train_hashed
from pipeline.kernels.linear import ONE, Int32Array, Int64Array

MAGIC, VERSION = b"WINNOWLR", 1
MAX_BITS = 24
_HEADER = struct.Struct("<8s3I16s")
_BATCH_LINES = 16_384
# A value beyond this times ONE would not fit an int32; a mean of 11 already is a probability of .99998.
_MAX_VALUE = 2_000.0


@dataclass(frozen=True, slots=True)
class LogisticParameters:
    """2^bits buckets: 18 is the default of Spark's HashingTF, which GPT-3 used without giving a number."""

    epoch: int
    lr: float = 5.0
    """Of logits that are means over features. Falls to zero over all epochs."""
    bits: int = 18
    wordNgrams: int = 2
    """fastText's name, as in the other family's card. 2: words and pairs."""


@dataclass(frozen=True)
class HashedModel:
    """`values`: int32 [2^bits]."""

    values: Int32Array
    bits: int
    pairs: bool

    def sums(self, plain: pa.Array) -> tuple[Int64Array, Int32Array]:
        """(sum of values, number of features) of each prepared text."""
        return sum_hashed(*string_buffers(plain), self.values, self.bits, self.pairs)


def train(
    lines: Callable[[], Iterable[tuple[bool, str]]], count: int, *, chosen: LogisticParameters, name: str
) -> bytes:
    """`count` pairs (good or not, prepared text), read once an epoch in training order -> the bytes of a model file.

    The same lines give the same bytes on every machine with IEEE 754 doubles. Memory does not grow with the lines.
    Raises QualityModelError where there are none, or where the weights are no numbers.
    """
    if not count:
        raise QualityModelError(f"quality model {name}: could not train, there is no text with words in its sources")
    weights = np.zeros(1 << chosen.bits)
    seen = 0
    for _ in range(chosen.epoch):
        for batch in _batches(lines()):
            labels = np.frombuffer(bytes(good for good, _ in batch), np.uint8)
            texts = string_buffers(pa.array([text for _, text in batch], pa.string()))
            train_hashed(
                *texts, labels, weights, chosen.bits, chosen.wordNgrams > 1, seen, count * chosen.epoch, chosen.lr
            )
            seen += len(batch)
    if not np.isfinite(weights).all() or np.abs(weights).max() > _MAX_VALUE:
        raise QualityModelError(
            f"quality model {name}: training did not converge, its weights are not finite (NaN) or out of all "
            "proportion. Look at the texts of its sources with `winnow inspect`; more documents usually help"
        )
    return write_model(HashedModel(np.rint(weights * ONE).astype(np.int32), chosen.bits, chosen.wordNgrams > 1))


def recalibrated(model: HashedModel, scale: float, shift: float) -> bytes:
    """The file of `model` with the logit x of every text turned into scale * x + shift: a logit is a mean."""
    moved = np.clip(model.values * scale + shift * ONE, -_MAX_VALUE * ONE, _MAX_VALUE * ONE)
    return write_model(HashedModel(np.rint(moved).astype(np.int32), model.bits, model.pairs))


def write_model(model: HashedModel) -> bytes:
    """The bytes of a model file."""
    body = model.values.astype("<i4").tobytes()
    return _HEADER.pack(MAGIC, VERSION, model.bits, 2 if model.pairs else 1, xxhash.xxh3_128_digest(body)) + body


def read_model(data: bytes, name: str) -> HashedModel:
    """Parse a model file. Raises QualityModelError, with `name`, for one that is foreign, cut or damaged."""
    if data[: len(MAGIC)] != MAGIC:
        raise _refused(name, "not a logistic regression of Winnow")
    if len(data) < _HEADER.size:
        raise _refused(name, "the file is cut short")
    _, version, bits, ngram, digest = _HEADER.unpack_from(data)
    if version != VERSION:
        raise _refused(name, f"a logistic regression of format {version}; format {VERSION} is read")
    if not 1 <= bits <= MAX_BITS or ngram not in (1, 2):
        raise _refused(name, "its header is damaged")
    body = data[_HEADER.size :]
    if len(body) < 4 << bits:
        raise _refused(name, "the file is cut short")
    if len(body) > 4 << bits:
        raise _refused(name, f"{len(body) - (4 << bits)} bytes behind the end of the model")
    values = np.frombuffer(body, "<i4").astype(np.int32)
    if xxhash.xxh3_128_digest(body) != digest or np.abs(values.astype(np.int64)).max() > _MAX_VALUE * ONE:
        raise _refused(name, "its numbers are damaged")
    return HashedModel(values, bits, ngram == 2)


def _batches(lines: Iterable[tuple[bool, str]]) -> Iterator[list[tuple[bool, str]]]:
    rest = iter(lines)
    while batch := list(itertools.islice(rest, _BATCH_LINES)):
        yield batch


def _refused(name: str, problem: str) -> QualityModelError:
    return QualityModelError(f"quality model {name}: {problem}. Give a model that `winnow train quality` wrote")
