"""fastText's model files of the kind that language models are: parts of words, a tree of labels, quantised or not.

Layout (fastText 0.9, src/fasttext.cc, args.cc, dictionary.cc, quantmatrix.cc, productquantizer.cc), little-endian; see
`classifiers.fasttext_file` for the other kind.
"""

import struct

import numpy as np
import numpy.typing as npt

from pipeline.kernels.label_tree import Tree, children_of, present_of, slots_of
from pipeline.kernels.linear import read_entries, word_table

MAGIC, VERSION = 793_712_314, 12
SUPERVISED, TREE = 3, 1

_HEADER = struct.Struct("<14id3i2q")
_CENTROIDS = 256
_WORD, _LABEL = 0, 1
_END_OF_LINE = b"</s>"


class NotATree(ValueError):
    """Another kind of model, or a file that is cut: the message says which."""


def read_tree(data: bytes) -> tuple[Tree, list[str]]:
    """The model and its labels, as they stand in the file. Raises NotATree."""
    try:
        return _read(data)
    except (struct.error, ValueError, IndexError, OverflowError) as error:
        raise NotATree(str(error)) from error


def _read(data: bytes) -> tuple[Tree, list[str]]:
    header = _HEADER.unpack_from(data)
    magic, version, dim, *args, _, size, n_words, n_labels, _, pruned = header
    word_ngrams, loss, kind, buckets, minn, maxn = args[4:10]
    if (magic, version, kind, loss) != (MAGIC, VERSION, SUPERVISED, TREE):
        raise NotATree("no classifier with a tree of labels")
    if word_ngrams > 1 or maxn <= 0 or buckets <= 0 or n_labels < 2 or size != n_words + n_labels:
        raise NotATree("a classifier on whole words")
    at, starts, stops, types = read_entries(np.frombuffer(data, np.uint8), _HEADER.size, size)
    if at < 0 or not (types[:n_words] == _WORD).all() or not (types[n_words:] == _LABEL).all():
        raise NotATree("the file is cut short")
    entries = [data[start:stop] for start, stop in zip(starts.tolist(), stops.tolist())]
    counts = np.array([int.from_bytes(data[stop + 1 : stop + 9], "little") for stop in stops[n_words:].tolist()])
    if pruned >= 0:
        pairs = np.frombuffer(data, "<i4", 2 * pruned, at).reshape(-1, 2)
        at += pairs.nbytes
    else:
        pairs = np.repeat(np.arange(buckets, dtype=np.int32)[:, None], 2, axis=1)
    reader = _Matrices(data, at)
    rows = reader.matrix(dim)
    inner = reader.matrix(dim)[: n_labels - 1]
    if reader.at != len(data) or len(rows) != n_words + len(pairs) or len(inner) != n_labels - 1:
        raise NotATree("the matrices do not fit the dictionary")
    words = np.frombuffer(b"".join(entries[:n_words]), np.uint8)
    bounds = np.concatenate([[0], np.cumsum(stops[:n_words] - starts[:n_words])]).astype(np.int64)
    end = entries.index(_END_OF_LINE) if _END_OF_LINE in entries[:n_words] else -1
    present = present_of(pairs[:, 0], buckets, n_words)
    slots = slots_of(np.ascontiguousarray(pairs[:, 0]), (pairs[:, 1] + n_words).astype(np.int32))
    shape = np.array([buckets, minn, maxn, end], np.int64)
    tree = Tree(words, bounds, word_table(words, bounds), present, slots, rows, inner, children_of(counts), shape)
    return tree, [entry.decode("utf-8", "replace") for entry in entries[n_words:]]


class _Matrices:
    """Reads one matrix after another."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data = data
        self.at = at

    def matrix(self, columns: int) -> npt.NDArray[np.float32]:
        """float32 [rows, columns], with what was quantised multiplied out as fastText does it."""
        if not self._take(struct.Struct("<?"))[0]:
            rows, width = self._take(struct.Struct("<2q"))
            if width != columns:
                raise NotATree(f"a matrix of {width} columns for {columns} dimensions")
            return self._array("<f4", rows * columns).astype(np.float32).reshape(rows, columns)
        normed, rows, width, codes_size = self._take(struct.Struct("<?2qi"))
        codes = self._array("u1", codes_size)
        found = self._quantised(codes.reshape(rows, -1), width)
        if normed:
            norm_codes = self._array("u1", rows)
            found *= self._quantised(norm_codes.reshape(rows, 1), 1)
        return found

    def _quantised(self, codes: npt.NDArray[np.uint8], columns: int) -> npt.NDArray[np.float32]:
        dim, parts, width, last = self._take(struct.Struct("<4i"))
        centroids = self._array("<f4", dim * _CENTROIDS)
        if dim != columns or parts != codes.shape[1] or (parts - 1) * width + last != dim:
            raise NotATree("a damaged quantiser")
        found = np.empty((len(codes), dim), np.float32)
        for part in range(parts):
            size = last if part == parts - 1 else width
            first = part * _CENTROIDS * width
            table = centroids[first : first + _CENTROIDS * size].reshape(_CENTROIDS, size)
            found[:, part * width : part * width + size] = table[codes[:, part]]
        return found

    def _array(self, kind: str, count: int) -> npt.NDArray:
        found = np.frombuffer(self._data, kind, count, self.at)
        self.at += found.nbytes
        return found

    def _take(self, layout: struct.Struct) -> tuple:
        found = layout.unpack_from(self._data, self.at)
        self.at += layout.size
        return found
