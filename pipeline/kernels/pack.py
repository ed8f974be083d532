"""Packing segments into sequences: which piece of which segment stands where, and the copying of tokens."""

from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.kernels.compile import kernel

Int32Array = npt.NDArray[np.int32]
Int64Array = npt.NDArray[np.int64]
TokenArray = npt.NDArray[Any]  # uint16 or uint32

NOTHING_FOLLOWS = -1


@kernel
def gather(tokens: TokenArray, starts: Int64Array, lengths: Int64Array) -> TokenArray:
    """The ranges [start, start + length) of `tokens`, one after another."""
    out = np.empty(lengths.sum(), dtype=tokens.dtype)
    at = 0
    for i in range(len(starts)):
        out[at : at + lengths[i]] = tokens[starts[i] : starts[i] + lengths[i]]
        at += lengths[i]
    return out


@kernel
def running_share(
    source: npt.NDArray[np.int16], n_tokens: Int64Array, source_tokens: Int64Array, seen: Int64Array
) -> npt.NDArray[np.float64]:
    """float64[n]: the share of its source's tokens in the shard that lies before each segment's middle.

    `source_tokens` int64[sources] are the shard's; `seen` int64[sources] the tokens so far, which are updated.
    """
    out = np.empty(len(source), dtype=np.float64)
    for i in range(len(source)):
        twice_middle = 2 * seen[source[i]] + n_tokens[i]
        out[i] = np.float64(twice_middle) / np.float64(2 * source_tokens[source[i]])
        seen[source[i]] += n_tokens[i]
    return out


@kernel
def merge_order(
    source: npt.NDArray[np.int16], place: npt.NDArray[np.float64], sources_count: int, window: int, leaving: int
) -> tuple[Int64Array, Int64Array]:
    """(indices that leave, indices that stay): `leaving` times the lowest place among the first that are in view.

    The view is `window` segments and the one that came last: the k-th to leave is one of the first window + 1 + k.

    Within a source places ascend, so each source keeps its order: the sources are queues, and a tie goes to the first.
    Those that stay are in the order in which they came, so that the stream can be cut anywhere.
    """
    n = len(source)
    out = np.empty(leaving, dtype=np.int64)
    stays = np.ones(n, dtype=np.bool_)
    head = np.full(sources_count, -1, dtype=np.int64)
    tail = np.full(sources_count, -1, dtype=np.int64)
    following = np.full(n, -1, dtype=np.int64)
    came = 0
    for k in range(leaving):
        while came < n and came <= window + k:
            queue = source[came]
            if head[queue] < 0:
                head[queue] = came
            else:
                following[tail[queue]] = came
            tail[queue] = came
            came += 1
        lowest = -1
        for queue in range(sources_count):
            if head[queue] >= 0 and (lowest < 0 or place[head[queue]] < place[head[lowest]]):
                lowest = queue
        out[k] = head[lowest]
        stays[head[lowest]] = False
        head[lowest] = following[head[lowest]]
    return out, np.flatnonzero(stays)


@kernel
def plan_rows(
    n_tokens: Int64Array,
    source: npt.NDArray[np.int16],
    epoch: Int32Array,
    ends_text: npt.NDArray[np.bool_],
    seq_len_tokens: int,
) -> tuple[Int64Array, Int64Array, Int64Array, Int64Array]:
    """Rows from segments in training order, by lengths alone.

    A full segment is a row of its own; all others go into a buffer, and a row leaves it whenever it is full. A full
    segment must not overtake tokens of its source's earlier epoch that still wait in the buffer. Where it would, it
    goes through the buffer too: nothing is held back, the buffer stays below one row, and the segment lies over two
    rows. If such a segment does not end a document, its last piece gets one more token, an end-of-text.

    Returns pieces int64[3, n] (segment, offset in the segment, tokens); the first piece of each row, int64[rows + 1]
    (the pieces after the last row wait in the buffer); and for each row the segment and offset of the token that
    follows it (NOTHING_FOLLOWS where the row ends the packed stream so far; offset n_tokens where it is one segment).
    """
    n = len(n_tokens)
    total = 0
    for i in range(n):
        total += n_tokens[i] + 1
    max_rows = total // seq_len_tokens + 1
    piece_segment = np.empty(n + max_rows, dtype=np.int64)
    piece_offset = np.empty(n + max_rows, dtype=np.int64)
    piece_tokens = np.empty(n + max_rows, dtype=np.int64)
    row_start = np.empty(max_rows + 1, dtype=np.int64)
    next_segment = np.empty(max_rows, dtype=np.int64)
    next_offset = np.empty(max_rows, dtype=np.int64)
    wait_segment = np.empty(seq_len_tokens, dtype=np.int64)
    wait_offset = np.empty(seq_len_tokens, dtype=np.int64)
    wait_tokens = np.empty(seq_len_tokens, dtype=np.int64)
    pieces = rows = waiting = filled = 0
    row_start[0] = 0
    for i in range(n):
        own = n_tokens[i]
        if own == seq_len_tokens:
            overtakes = False
            for j in range(waiting):
                if source[wait_segment[j]] == source[i] and epoch[wait_segment[j]] < epoch[i]:
                    overtakes = True
                    break
            if not overtakes:
                piece_segment[pieces] = i
                piece_offset[pieces] = 0
                piece_tokens[pieces] = own
                pieces += 1
                next_segment[rows] = i
                next_offset[rows] = own
                rows += 1
                row_start[rows] = pieces
                continue
        length = own if ends_text[i] else own + 1
        offset = 0
        while length - offset >= seq_len_tokens - filled:
            for j in range(waiting):
                piece_segment[pieces] = wait_segment[j]
                piece_offset[pieces] = wait_offset[j]
                piece_tokens[pieces] = wait_tokens[j]
                pieces += 1
            piece_segment[pieces] = i
            piece_offset[pieces] = offset
            piece_tokens[pieces] = seq_len_tokens - filled
            pieces += 1
            offset += seq_len_tokens - filled
            next_segment[rows] = i if offset < own else NOTHING_FOLLOWS
            next_offset[rows] = offset if offset < own else 0
            rows += 1
            row_start[rows] = pieces
            waiting = filled = 0
        if offset < length:
            wait_segment[waiting] = i
            wait_offset[waiting] = offset
            wait_tokens[waiting] = length - offset
            waiting += 1
            filled += length - offset
    for j in range(waiting):
        piece_segment[pieces] = wait_segment[j]
        piece_offset[pieces] = wait_offset[j]
        piece_tokens[pieces] = wait_tokens[j]
        pieces += 1
    return (
        np.stack((piece_segment[:pieces], piece_offset[:pieces], piece_tokens[:pieces])),
        row_start[: rows + 1],
        next_segment[:rows],
        next_offset[:rows],
    )


@kernel
def copy_pieces(pieces: Int64Array, offsets: Int64Array, tokens: TokenArray, end_of_text_id: int) -> TokenArray:
    """The tokens of `pieces` int64[3, n], one after another.

    Segment i is tokens[offsets[i]:offsets[i + 1]]; a piece that reaches past it gets the end-of-text id there.
    """
    out = np.empty(pieces[2].sum(), dtype=tokens.dtype)
    at = 0
    for i in range(pieces.shape[1]):
        first = offsets[pieces[0, i]] + pieces[1, i]
        count = min(pieces[2, i], offsets[pieces[0, i] + 1] - first)
        out[at : at + count] = tokens[first : first + count]
        if count < pieces[2, i]:
            out[at + count] = end_of_text_id
        at += pieces[2, i]
    return out
