"""fastText's model files: everything a linear classifier of two classes needs, checked against what the file says.

Layout (fastText 0.9, src/fasttext.cc, args.cc, dictionary.cc, densematrix.cc), little-endian: magic, version; dim, ws,
epoch, minCount, neg, wordNgrams, loss, model, bucket, minn, maxn, lrUpdateRate int32, t float64; the dictionary's size,
words, labels int32, tokens, pruned int64, then its entries; whether the input is quantised; the input matrix; whether
the output is; the output matrix. fastText itself reads a file that was cut without complaint.
"""

import struct
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.errors import WinnowError
from pipeline.kernels.arrow import string_buffers
from pipeline.kernels.linear import ONE, Int32Array, Int64Array, hash_word, read_entries, sum_features, word_table

MAGIC, VERSION = 793_712_314, 12
SUPERVISED, SOFTMAX = 3, 3
POSITIVE_LABELS = ("positive", "hq")
"""What the label of good text may be called: by Winnow, and in DCLM's released classifier."""

_HEADER = struct.Struct("<14id3i2q")
_SHAPE = struct.Struct("<2q")
_PREFIX = "__label__"
_END_OF_LINE = b"</s>"
_WORD, _LABEL = 0, 1
# A value beyond this times ONE would not fit an int32; a mean of 11 already is a probability of .99998.
_MAX_VALUE = 2_000.0


class QualityModelError(WinnowError):
    """A quality model cannot be trained, or its file cannot be used."""


@dataclass(frozen=True)
class LinearModel:
    """Word i is words[bounds[i]:bounds[i + 1]]; `values` (int32, multiples of 1/ONE) has one entry a word, then one a
    bucket of n-grams: what the feature adds to the logit of good text, before the mean is taken.
    """

    words: npt.NDArray[np.uint8]
    bounds: npt.NDArray[np.int64]
    table: npt.NDArray[np.int32]
    values: npt.NDArray[np.int32]
    end_of_line: int
    end_hash: np.uint64
    buckets: int
    ngram: int
    good: int
    """Which row of the output matrix is the label of good text."""

    def sums(self, plain: pa.Array) -> tuple[Int64Array, Int32Array]:
        """(sum of values, number of features) of each prepared text."""
        return sum_features(
            *string_buffers(plain), self.words, self.bounds, self.table, self.values, self.end_of_line, self.end_hash,
            self.buckets, self.ngram,
        )  # fmt: skip


def read_model(data: bytes, name: str) -> LinearModel:
    """Parse a model file. Raises QualityModelError, with `name`, for one that is foreign, cut or of another kind."""
    return _Reader(data, name).read()


def recalibrated(data: bytes, model: LinearModel, scale: float, shift: float) -> bytes:
    """The file `data` of `model` with the logit x of every text turned into scale * x + shift; scale is above 0.

    It stays an ordinary fastText file: the output matrix is multiplied, and since the logit is a mean over features,
    the same vector added to every feature's adds a constant to it.
    """
    dim = int(_HEADER.unpack_from(data)[2])
    outputs_at = len(data) - 2 * dim * 4
    inputs_at = outputs_at - _SHAPE.size - 1 - len(model.values) * dim * 4
    outputs = np.frombuffer(data, np.float32, 2 * dim, outputs_at).reshape(2, dim).astype(np.float64) * scale
    inputs = np.frombuffer(data, np.float32, len(model.values) * dim, inputs_at).reshape(-1, dim)
    direction = outputs[model.good] - outputs[1 - model.good]
    norm = sum(weight * weight for weight in direction.tolist())
    moved = (inputs + direction * (shift / norm if norm else 0.0)).astype(np.float32)
    between = data[outputs_at - _SHAPE.size - 1 : outputs_at]
    return data[:inputs_at] + moved.tobytes() + between + outputs.astype(np.float32).tobytes()


class _Reader:
    def __init__(self, data: bytes, name: str) -> None:
        self._data = data
        self._name = name
        self._at = 0

    def read(self) -> LinearModel:
        magic, version, dim, *args, _, size, n_words, n_labels, _, pruned = self._take(_HEADER)
        ngram, loss, kind, buckets, _, maxn = args[4:10]
        if magic != MAGIC:
            raise self._refused("not a fastText model")
        if version != VERSION:
            raise self._refused(f"a fastText model of format {version}; format {VERSION} is read")
        if kind != SUPERVISED or loss != SOFTMAX:
            raise self._refused("a fastText model, but no classifier with a softmax")
        if maxn != 0:
            raise self._refused("a classifier on parts of words (maxn > 0); words and their n-grams are read")
        if n_labels != 2 or size != n_words + n_labels or min(dim, n_words, buckets, ngram) < 0:
            raise self._refused(f"a classifier of {n_labels} classes; two are needed")
        if pruned > 0:
            raise self._pruned()
        labels, words, bounds = self._dictionary(size, n_words)
        buckets = buckets if ngram > 1 else 0
        inputs = self._matrix(n_words + buckets, dim, quantised=self._flag())
        outputs = self._matrix(n_labels, dim, quantised=self._flag())
        if self._at != len(self._data):
            raise self._refused(f"{len(self._data) - self._at} bytes behind the end of the model")
        good = self._positive(labels)
        values = _values(inputs, outputs[good].astype(np.float64) - outputs[1 - good])
        if not np.isfinite(values).all() or np.abs(values).max(initial=0.0) > _MAX_VALUE:
            raise self._refused("its numbers are not finite, or out of all proportion")
        table = word_table(words, bounds)
        end = np.frombuffer(_END_OF_LINE, np.uint8)
        ends = [i for i in range(n_words) if bytes(words[bounds[i] : bounds[i + 1]]) == _END_OF_LINE]
        fixed = np.rint(values * ONE).astype(np.int32)
        return LinearModel(
            words, bounds, table, fixed, ends[0] if ends else -1, hash_word(end, 0, len(end)), buckets, ngram, good
        )

    def _dictionary(self, size: int, n_words: int) -> tuple[list[str], npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
        """(labels, bytes of all words, bounds int64 [n_words + 1])."""
        if size * 11 > len(self._data):  # an entry takes eleven bytes at least
            raise self._cut()
        raw = np.frombuffer(self._data, np.uint8)
        self._at, starts, stops, types = read_entries(raw, self._at, size)
        if self._at < 0:
            raise self._cut()
        if not (types[:n_words] == _WORD).all() or not (types[n_words:] == _LABEL).all():
            raise self._refused("its dictionary is damaged")
        spans = zip(starts.tolist(), stops.tolist())
        entries = [self._data[start:stop] for start, stop in spans]
        words = np.frombuffer(b"".join(entries[:n_words]), np.uint8)
        bounds = np.concatenate([[0], np.cumsum(stops[:n_words] - starts[:n_words])]).astype(np.int64)
        return [entry.decode("utf-8", "replace") for entry in entries[n_words:]], words, bounds

    def _flag(self) -> bool:
        return bool(self._take(struct.Struct("<B"))[0])

    def _matrix(self, rows: int, columns: int, *, quantised: bool) -> npt.NDArray[np.float32]:
        if quantised:
            raise self._pruned()
        if self._take(_SHAPE) != (rows, columns):
            raise self._refused("its matrices do not fit its dictionary")
        length = rows * columns * 4
        if self._at + length > len(self._data):
            raise self._cut()
        found = np.frombuffer(self._data, np.float32, rows * columns, self._at).reshape(rows, columns)
        self._at += length
        return found

    def _positive(self, labels: list[str]) -> int:
        names = [label.removeprefix(_PREFIX) for label in labels]
        found = [place for place, name in enumerate(names) if name in POSITIVE_LABELS]
        if len(found) != 1:
            raise self._refused(
                f"its labels are {' and '.join(names)}; one of them must be {' or '.join(POSITIVE_LABELS)}, so that it "
                "is known which is good"
            )
        return found[0]

    def _take(self, layout: struct.Struct) -> tuple[int, ...]:
        if self._at + layout.size > len(self._data):
            raise self._cut()
        self._at += layout.size
        return layout.unpack_from(self._data, self._at - layout.size)

    def _cut(self) -> QualityModelError:
        if self._data[:4] != struct.pack("<i", MAGIC):
            return self._refused("not a fastText model")
        return self._refused("the file is cut short")

    def _pruned(self) -> QualityModelError:
        return self._refused("a quantised or pruned model; the .bin that it was made from is needed")

    def _refused(self, problem: str) -> QualityModelError:
        return QualityModelError(
            f"quality model {self._name}: {problem}. Give a model that `winnow train quality` wrote, or another "
            "fastText classifier of two classes"
        )


def _values(inputs: npt.NDArray[np.float32], direction: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """inputs @ direction, added up in one order: a library's product adds in an order that processors differ in."""
    values = np.zeros(len(inputs))
    for column, weight in enumerate(direction.tolist()):
        values += inputs[:, column] * weight
    return values
