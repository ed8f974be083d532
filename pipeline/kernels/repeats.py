"""Blocks that say again what other blocks of the page say.

Pages carry their article twice: once in paragraphs, once whole in an element for machines; or one caption below ten
pictures. A block goes when nearly all of it stands in other blocks that stay, shingle by shingle, longest first, so
that the whole goes and the paragraphs stay; of two equal blocks the first stays.
"""

import numpy as np

from pipeline.kernels.compile import kernel
from pipeline.kernels.html_blocks import END, START, parse
from pipeline.kernels.overlap import block_tokens

SHINGLE = 5
"""Tokens of a shingle."""
MIN_TOKENS = 8
"""Of a block that may go."""
SHARE = 0.9
"""Of a block's tokens, that must stand elsewhere, in the same shingles."""
_MIX = np.uint64(0x9E3779B97F4A7C15)


@kernel
def _slot(keys: np.ndarray, key: np.uint64) -> int:
    """Where a key stands, or the empty place for it; 0 marks what is empty."""
    mask = keys.size - 1
    slot = int(np.int64((key ^ (key >> np.uint64(29))) & np.uint64(mask)))
    while keys[slot] != 0 and keys[slot] != key:
        slot = (slot + 1) & mask
    return slot


@kernel
def _shingle(tokens: np.ndarray, i: int) -> np.uint64:
    value = np.uint64(0)
    for k in range(SHINGLE):
        value = (value ^ tokens[i + k]) * _MIX
        value ^= value >> np.uint64(32)
    return value | np.uint64(1)


@kernel
def _count(tokens: np.ndarray, bounds: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, bool]:
    """A table of shingles: keys, in how many blocks each is, a mark of the last one; and whether any is in two."""
    n = bounds.size - 1
    size = 16
    while size < 2 * tokens.size:
        size *= 2
    keys, blocks, last = np.zeros(size, np.uint64), np.zeros(size, np.int32), np.full(size, -1, np.int32)
    repeated = False
    for b in range(n):
        for i in range(bounds[b], bounds[b + 1] - SHINGLE + 1):
            key = _shingle(tokens, i)
            slot = _slot(keys, key)
            keys[slot] = key
            if last[slot] != b:
                last[slot] = b
                blocks[slot] += 1
                repeated |= blocks[slot] > 1
    return keys, blocks, last, repeated


@kernel
def _repeats(
    tokens: np.ndarray, bounds: np.ndarray, order: np.ndarray, keys: np.ndarray, blocks: np.ndarray, last: np.ndarray
) -> np.ndarray:
    """bool [n]: the blocks that go; block b has the tokens (uint64) tokens[bounds[b]:bounds[b + 1]].

    `order`, int64 [n], has the blocks longest first; the table is that of `_count`.
    """
    gone = np.zeros(bounds.size - 1, np.bool_)
    for b in order:
        first, end = bounds[b], bounds[b + 1] - SHINGLE + 1
        if bounds[b + 1] - bounds[b] < MIN_TOKENS:
            break
        covered, at = 0, first  # tokens in shingles that stand elsewhere: the whole has some across its paragraphs
        for i in range(first, end):
            if blocks[_slot(keys, _shingle(tokens, i))] > 1:
                covered += i + SHINGLE - max(at, i)
                at = i + SHINGLE
        if covered >= SHARE * (bounds[b + 1] - first):
            gone[b] = True
            for i in range(first, end):
                slot = _slot(keys, _shingle(tokens, i))
                if last[slot] != -2 - b:  # once a shingle
                    last[slot] = -2 - b
                    blocks[slot] -= 1
    return gone


def drop_repeats(text: np.ndarray, rows: np.ndarray, keep: np.ndarray) -> np.ndarray:
    """Which of the chosen blocks (bool [n], of `Blocks.rows`) stay, bool [n]."""
    chosen = np.flatnonzero(keep)
    if chosen.size < 2:
        return keep
    tokens, bounds = block_tokens(text, rows[chosen, START], rows[chosen, END])
    keys, blocks, last, repeated = _count(tokens, bounds)
    if not repeated:
        return keep
    stay = keep.copy()
    # Of equal ones the last first. Sorted here: to compile a sort takes seconds.
    order = np.argsort(-(np.diff(bounds) * (chosen.size + 1) + np.arange(chosen.size)))
    stay[chosen[_repeats(tokens, bounds, order, keys, blocks, last)]] = False
    return stay


def warm_up() -> None:
    """Compile for the one type in use."""
    page = parse(np.frombuffer(b"<p>a b c d e f g h<p>a b c d e f g h", np.uint8))
    drop_repeats(page.text, page.rows, np.ones(len(page.rows), np.bool_))
