"""Blocks that say again what other blocks of the page say.

Pages carry their article twice: once in paragraphs, once whole in an element for machines; or one caption below ten
pictures. A block goes when nearly all of it stands in other blocks that stay, shingle by shingle, longest first, so
that the whole goes and the paragraphs stay; of two equal blocks the first stays.
"""

import numpy as np

from pipeline.kernels.compile import kernel
from pipeline.kernels.html_blocks import END, START, parse
from pipeline.kernels.overlap import character_kinds, write_tokens

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
def _count(
    text: np.ndarray, rows: np.ndarray, keep: np.ndarray, kinds: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Of the chosen blocks: their numbers, int64 [n]; where each one's tokens begin, int64 [n + 1]; by the first token
    of each shingle its place in a table, int32; there, in how many blocks it is, int32; and which blocks may go, bool.
    """
    n, room = 0, 0
    for b in range(keep.size):
        if keep[b]:
            n += 1
            room += rows[b, END] - rows[b, START]
    chosen, bounds = np.empty(n, np.int64), np.zeros(n + 1, np.int64)
    tokens = np.empty(room, np.uint64)
    n = 0
    for b in range(keep.size):
        if keep[b]:
            chosen[n] = b
            start = bounds[n]
            bounds[n + 1] = start + write_tokens(text, rows[b, START], rows[b, END], kinds, tokens[start:])
            n += 1
    size = 16
    while size < 2 * bounds[n]:
        size *= 2
    keys, blocks, last = np.zeros(size, np.uint64), np.zeros(size, np.int32), np.full(size, -1, np.int32)
    slots = np.empty(bounds[n], np.int32)
    may_go = np.zeros(n, np.bool_)
    repeated = False
    for b in range(n):
        for i in range(bounds[b], bounds[b + 1] - SHINGLE + 1):
            key = _shingle(tokens, i)
            slot = _slot(keys, key)
            keys[slot] = key
            slots[i] = slot
            if last[slot] != b:
                last[slot] = b
                blocks[slot] += 1
                repeated |= blocks[slot] > 1
    if repeated:
        for b in range(n):
            may_go[b] = _is_repeated(slots, blocks, bounds[b], bounds[b + 1])
    return chosen, bounds, slots, blocks, may_go


@kernel
def _is_repeated(slots: np.ndarray, blocks: np.ndarray, first: int, end: int) -> bool:
    """Whether so many of a block's tokens stand in other blocks that it may go."""
    if end - first < MIN_TOKENS:
        return False
    covered, at = 0, first  # tokens in shingles that stand elsewhere: the whole has some across its paragraphs
    for i in range(first, end - SHINGLE + 1):
        if blocks[slots[i]] > 1:
            covered += i + SHINGLE - max(at, i)
            at = i + SHINGLE
    return covered >= SHARE * (end - first)


@kernel
def _drop(bounds: np.ndarray, slots: np.ndarray, blocks: np.ndarray, order: np.ndarray) -> np.ndarray:
    """bool [n]: the blocks that go, asked in `order` (int64): what one repeats stays when it goes itself."""
    gone = np.zeros(bounds.size - 1, np.bool_)
    taken = np.full(blocks.size, -1, np.int32)
    for b in order:
        if _is_repeated(slots, blocks, bounds[b], bounds[b + 1]):
            gone[b] = True
            for i in range(bounds[b], bounds[b + 1] - SHINGLE + 1):
                slot = slots[i]
                if taken[slot] != b:  # once a shingle
                    taken[slot] = b
                    blocks[slot] -= 1
    return gone


def drop_repeats(text: np.ndarray, rows: np.ndarray, keep: np.ndarray) -> np.ndarray:
    """Which of the chosen blocks (bool [n], of `Blocks.rows`) stay, bool [n]."""
    data = text.view()
    data.flags.writeable = False  # the type that `write_tokens` is compiled for
    chosen, bounds, slots, blocks, may_go = _count(data, rows, keep, character_kinds())
    if not may_go.any():  # none will: the counts of shingles only fall
        return keep
    some = np.flatnonzero(may_go)
    # Longest first, of equal ones the last. Sorted here: to compile a sort takes seconds.
    order = some[np.argsort(-(np.diff(bounds)[some] * (chosen.size + 1) + some))]
    stay = keep.copy()
    stay[chosen[_drop(bounds, slots, blocks, order)]] = False
    return stay


def warm_up() -> None:
    """Compile for the one type in use."""
    page = parse(np.frombuffer(b"<p>a b c d e f g h<p>a b c d e f g h", np.uint8))
    drop_repeats(page.text, page.rows, np.ones(len(page.rows), np.bool_))
