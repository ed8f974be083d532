"""The order of training: which copies of which segments are seen, and where.

The unit is a segment: a document (with its end-of-text token) cut every `seq_len_tokens`. Copy k of a segment gets
u = hash(seed, source, document, segment, k) and stands at

    position = (k U + F(u) U) / T        kept when below 1

where U is the source's unique tokens, T its target and F the token-weighted distribution function of u, read from an
integer histogram a (source, epoch): see `kernels.order`. T / U is the number of epochs e, so this is (k + F) / e.
All sources sorted by (position, source, id, epoch, segment) are the training order, which `shards.pack` evens out over
a short window: every epoch of a source is a fresh permutation, spread evenly over its stretch of the run, and nothing
returns before its epoch ends.

The cut at position 1 errs by half a segment at most where a bin holds one segment, and by less than a bin otherwise.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xxhash

from pipeline.ids import ID_BYTES
from pipeline.kernels import order as kernels

IdArray = npt.NDArray[np.uint8]
Int32Array = npt.NDArray[np.int32]
Int64Array = npt.NDArray[np.int64]
Float64Array = npt.NDArray[np.float64]

# 262,144 bins a (source, epoch), 2 MiB. Segments of one bin are ordered by chance, which `shards.pack` evens out, but
# the cut at the end of a run is final: in runs of 5 M tokens with 65,536 bins, 2 seeds in 3,000 had two segments of a
# source with a share of 3 % in the bin of the cut, and were up to 1.6 % off; with these none was (0.74 %).
BIN_BITS = 18


@dataclass(frozen=True, slots=True)
class Copies:
    """Kept copies of segments, as columns of one length. `row` is the document's row in the batch that was placed."""

    row: Int32Array
    segment: Int32Array
    epoch: Int32Array
    position: Float64Array
    """In [0, 1): the share of the run that lies before the middle of this copy."""

    def __len__(self) -> int:
        return len(self.row)


@dataclass(frozen=True, slots=True, eq=False)
class SourceOrder:
    """All that is needed to place documents of one source. `cumulative` is int64[epochs, bins + 1]."""

    source: str
    key: np.uint64
    seq_len_tokens: int
    target_tokens: int
    cumulative: Int64Array


def epochs_count(target_tokens: int, unique_tokens: int) -> int:
    """How many copies of a segment can be seen: target / unique, rounded up; 0 for an empty source."""
    return -(-target_tokens // unique_tokens) if unique_tokens else 0


def histogram(
    document_ids: IdArray,
    n_tokens: Int64Array,
    *,
    source: str,
    seed: int,
    seq_len_tokens: int,
    epochs: int,
    bits: int = BIN_BITS,
) -> Int64Array:
    """int64[epochs, 2^bits]: tokens a (copy, bin). Histograms of parts of a source add up to that of the whole.

    `document_ids` is uint8[n, 16]; `n_tokens` counts the end-of-text token. `epochs` is `epochs_count`.
    """
    return kernels.segment_histogram(
        _words(document_ids), _counts(document_ids, n_tokens), _key(seed, "order", source), seq_len_tokens, epochs, bits
    )


def to_sparse(dense: Int64Array) -> tuple[Int32Array, Int32Array, Int64Array]:
    """(epoch, bin, tokens) of the bins that hold tokens, in that order: what a task hands to the Collect."""
    epoch, u_bin = np.nonzero(dense)
    return epoch.astype(np.int32), u_bin.astype(np.int32), dense[epoch, u_bin]


def add_sparse(dense: Int64Array, epoch: Int32Array, u_bin: Int32Array, tokens: Int64Array) -> None:
    """Add a task's sparse histogram to `dense` int64[epochs, bins], in place. The order of tasks does not matter."""
    np.add.at(dense, (epoch, u_bin), tokens)


def source_order(total: Int64Array, *, source: str, seed: int, seq_len_tokens: int, target_tokens: int) -> SourceOrder:
    """The order of a source from the sum of its tasks' histograms. ValueError where `total` cannot be that sum."""
    epochs, bins = total.shape
    cumulative = np.zeros((epochs, bins + 1), dtype=np.int64)
    np.cumsum(total, axis=1, out=cumulative[:, 1:])
    unique = cumulative[:, -1]
    if epochs and (unique != unique[0]).any():
        raise ValueError(f"histograms of source {source} hold {unique.tolist()} tokens; every epoch must hold the same")
    if epochs != epochs_count(target_tokens, int(unique[0]) if epochs else 0):
        raise ValueError(
            f"source {source}: {epochs} epochs of histograms do not fit a target of {target_tokens:,} tokens "
            f"from {unique.tolist()[:1]} unique ones"
        )
    return SourceOrder(source, _key(seed, "order", source), seq_len_tokens, target_tokens, cumulative)


def place(order: SourceOrder, document_ids: IdArray, n_tokens: Int64Array) -> Copies:
    """The kept copies of these documents' segments, by row, segment and epoch. A pure function of each document."""
    counts = _counts(document_ids, n_tokens)
    if not len(order.cumulative):
        none = np.zeros(0, dtype=np.int32)
        return Copies(none, none, none, np.zeros(0, dtype=np.float64))
    bits = (order.cumulative.shape[1] - 1).bit_length() - 1
    row, segment, epoch, twice_place = kernels.place_segments(
        _words(document_ids), counts, order.key, order.seq_len_tokens, order.cumulative, order.target_tokens, bits
    )
    # Both integers are exact in float64 below 2^53 and IEEE division rounds correctly: the same bits everywhere.
    return Copies(row, segment, epoch, twice_place / np.float64(2 * order.target_tokens))


def shard_of(position: Float64Array, shard_count: int) -> Int32Array:
    """int32[n]: shard i of N holds the positions in [i/N, (i+1)/N)."""
    return np.minimum((position * shard_count).astype(np.int32), np.int32(shard_count - 1))


def held_out(document_ids: IdArray, *, seed: int, fraction: float) -> npt.NDArray[np.bool_]:
    """bool[n]: the documents of the validation split, a share `fraction` of all documents, by hash."""
    return _units(document_ids, _key(seed, "held out", "")) < fraction


def validation_position(document_ids: IdArray, *, seed: int) -> Float64Array:
    """float64[n] in [0, 1): a document's place in the validation split; all its segments share it and stay together."""
    return _units(document_ids, _key(seed, "validation order", ""))


def _key(seed: int, purpose: str, source: str) -> np.uint64:
    return np.uint64(xxhash.xxh3_64_intdigest(f"{seed}\x00{purpose}\x00{source}".encode()))


def _units(document_ids: IdArray, key: np.uint64) -> Float64Array:
    return (kernels.document_hashes(_words(document_ids), key) >> np.uint64(11)).astype(np.float64) * 2.0**-53


def _words(document_ids: IdArray) -> npt.NDArray[np.uint64]:
    if document_ids.ndim != 2 or document_ids.shape[1] != ID_BYTES or document_ids.dtype != np.uint8:
        raise ValueError(f"document ids are uint8[n, {ID_BYTES}], not {document_ids.dtype}{list(document_ids.shape)}")
    return np.ascontiguousarray(document_ids).view("<u8").astype(np.uint64, copy=False)


def _counts(document_ids: IdArray, n_tokens: Int64Array) -> Int64Array:
    if len(n_tokens) != len(document_ids):
        raise ValueError(f"{len(document_ids)} documents but {len(n_tokens)} token counts")
    if len(n_tokens) and n_tokens.min() < 1:
        raise ValueError(f"document {int(n_tokens.argmin())} has no tokens; each has at least its end-of-text token")
    return np.ascontiguousarray(n_tokens, dtype=np.int64)
