"""The attributes of a start tag: the words of its class, id and the like, whether it is hidden, and what bears TeX."""

from typing import Any

import numpy as np

from pipeline.kernels.compile import helper, inlined
from pipeline.kernels.find import same_bytes
from pipeline.kernels.formula_signs import DISPLAY_CLASSES, IMAGE_CLASSES, SHOWN_CLASS, VISUAL_CLASSES
from pipeline.kernels.html_layout import (
    ALT,
    ALT_END,
    ARIA_HIDDEN,
    DISPLAY_NONE,
    HIDDEN,
    HIDDEN_ATTRIBUTE,
    IS_DISPLAY,
    MAX_WORDS,
    NO_APOSTROPHE,
    NO_QUOTE,
    SAYS,
    SOURCE,
    SOURCE_END,
    STYLE,
    TEX,
    TEX_END,
    TYPE,
    TYPE_END,
    WORD_COUNT,
    WORDS,
)
from pipeline.kernels.html_names import is_space
from pipeline.kernels.lanes import LANES, distance_to, distance_to_byte, first_letters, number_of

_FNV, _PRIME = np.uint64(0x811C9DC5), np.uint64(0x01000193)


def hash_word(word: str) -> int:
    """What stands in `Blocks.words` for a word in lower case: FNV-1a, 32 bits."""
    value = int(_FNV)
    for byte in word.encode():
        value = (value ^ byte) * int(_PRIME) & 0xFFFFFFFF
    return value


_BLANK, _SIGN, _SMALL, _CAPITAL = range(4)


def _letters() -> tuple[np.ndarray, np.ndarray]:
    """Of each byte its kind in words, and itself as a small letter."""
    kinds, small = np.full(256, _SIGN, np.uint8), np.arange(256, dtype=np.uint64)
    kinds[[9, 10, 11, 12, 13, 32]] = _BLANK
    kinds[97:123] = kinds[128:] = _SMALL
    kinds[65:91] = _CAPITAL
    small[65:91] |= np.uint64(32)
    return kinds, small


_KINDS, _SMALL_LETTERS = _letters()
# What words say: the element shows again what mathematics before it says, or after it, or what a script may say that
# comes right after it; it is an image of a formula; formulas in it stand on their own.
SHADOW, REPEATS, SHOWS, FORMULA, DISPLAYS = 1, 2, 4, 8, 16
_MEANING = (
    (SHADOW, frozenset(["katex-html"])), (REPEATS, VISUAL_CLASSES - {SHOWN_CLASS}), (SHOWS, frozenset([SHOWN_CLASS])),
    (FORMULA, IMAGE_CLASSES), (DISPLAYS, DISPLAY_CLASSES),
)  # fmt: skip
_SAID = np.zeros((1024, 2), np.uint64)  # by the low bits of a word's hash: the hash, and what it says
for _what, _classes in _MEANING:
    for _hash in (hash_word(_class.lower()) for _class in _classes):
        assert _SAID[_hash & 1023, 0] in (0, _hash)
        _SAID[_hash & 1023] = _hash, int(_SAID[_hash & 1023, 1]) | _what

# Columns of the values seen, int64, and their number; the words come last. Of an empty place the length is 0.
_LENGTH, _AT, _COUNT, _FIRST, _SAYS, _WORDS = range(6)
SEEN, SEEN_COLUMNS = 256, _WORDS + MAX_WORDS

# The attributes of interest by their first letters and their length.
_NAMES = ["", "class", "id", "role", "itemprop", "itemtype", "style", "hidden", "aria-hidden", "type", "alt",
          "alttext", "display", "src"]  # fmt: skip
_CLASS, _ITEMTYPE, _STYLE, _HIDDEN, _ARIA_HIDDEN, _TYPE, _ALT, _ALTTEXT, _DISPLAY, _SRC = (
    _NAMES.index(name)
    for name in ("class", "itemtype", "style", "hidden", "aria-hidden", "type", "alt", "alttext", "display", "src")
)
_SPREAD = 0xC2B2AE3D27D4EB4F
_ATTRIBUTES = np.zeros(256, np.uint8)
_LETTERS = np.array([number_of(name) for name in _NAMES], np.uint64)
_LENGTHS = np.array([len(name) for name in _NAMES], np.int64)
for _number in range(1, len(_NAMES)):
    _ATTRIBUTES[(int(_LETTERS[_number]) * _SPREAD & 0xFFFFFFFFFFFFFFFF) >> 56] = _number
assert np.count_nonzero(_ATTRIBUTES) == len(_NAMES) - 1

_to_name_end = distance_to((9, 13), (32, 32), (47, 47), (61, 62))
_to_value_end = distance_to((9, 13), (32, 32), (62, 62))
_DISPLAY_LETTERS, _SIBILITY, _NONE, _HIDDEN_LETTERS = (number_of(w) for w in ("display", "sibility", "none", "hidden"))


@helper
def add_words(data: np.ndarray, i: int, end: int, limit: int, words: np.ndarray, state: np.ndarray) -> np.uint64:
    """Hash the words of an attribute, whole and split at punctuation, digits and capitals; returns its first."""
    first = np.uint64(0)
    count = state[WORD_COUNT]
    while i < end:
        if _KINDS[data[i]] == _BLANK:
            i += 1
            continue
        whole, part, part_size, parts = _FNV, _FNV, 0, 0
        before = np.uint8(_SIGN)
        while True:
            kind = _KINDS[data[i]] if i < end else np.uint8(_BLANK)
            if part_size > 0 and (kind < _SMALL or (kind == _CAPITAL and before == _SMALL)):
                if part_size > 1 and count < limit:
                    words[count] = part
                    count += 1
                parts += 1
                part, part_size = _FNV, 0
            if kind == _BLANK:
                break
            byte = _SMALL_LETTERS[data[i]]
            whole = (whole ^ byte) * _PRIME
            if kind == _SIGN:
                parts += 1  # a sign or a digit: the whole is another word than its part
            else:
                part = (part ^ byte) * _PRIME
                part_size += 1
            before = kind
            i += 1
        whole &= np.uint64(0xFFFFFFFF)
        if parts > 1 and count < limit:
            words[count] = whole
            count += 1
        if first == 0:
            first = whole
        if _SAID[whole & np.uint64(1023), 0] == whole:
            state[SAYS] |= np.int64(_SAID[whole & np.uint64(1023), 1])
    state[WORD_COUNT] = count
    return first


@helper
def _add_value(
    data: np.ndarray, start: int, end: int, limit: int, words: np.ndarray, seen: np.ndarray, state: np.ndarray
) -> int:
    """As `add_words`, which is asked once for values that come again: `seen` holds them by a hash of their ends."""
    length = end - start
    if length == 0:
        return 0
    letters = first_letters(data, start, length) + np.uint64(length)
    if length > 8:
        letters ^= first_letters(data, end - 8, 8) << np.uint64(1)
    slot = np.int64((letters * np.uint64(_SPREAD)) >> np.uint64(56))
    count = state[WORD_COUNT]
    if seen[slot, _LENGTH] == length and same_bytes(data, seen[slot, _AT], start, length):
        state[SAYS] |= seen[slot, _SAYS]
        for k in range(min(seen[slot, _COUNT], limit - count)):
            words[count + k] = seen[slot, _WORDS + k]
        state[WORD_COUNT] = min(count + seen[slot, _COUNT], limit)
        return seen[slot, _FIRST]
    says = state[SAYS]
    state[SAYS] = 0
    first: Any = np.int64(add_words(data, start, end, limit, words, state))
    if state[WORD_COUNT] < limit:  # all of its words
        seen[slot, _AT], seen[slot, _LENGTH] = start, length
        seen[slot, _COUNT], seen[slot, _FIRST], seen[slot, _SAYS] = state[WORD_COUNT] - count, first, state[SAYS]
        for k in range(count, state[WORD_COUNT]):
            seen[slot, _WORDS + k - count] = words[k]
    state[SAYS] |= says
    return first


@helper
def _says_none(data: np.ndarray, start: int, end: int) -> bool:
    """Whether a style holds `display: none` or `visibility: hidden`."""
    for colon in range(start + 7, end - 3):
        if data[colon] != 58:
            continue
        last, i = colon, colon + 1
        while last > start and is_space(data[last - 1]):
            last -= 1
        while i < end and is_space(data[i]):
            i += 1
        if last - start >= 7 and end - i >= 4 and first_letters(data, last - 7, 7) == _DISPLAY_LETTERS:
            if first_letters(data, i, 4) == _NONE:
                return True
        elif last - start >= 10 and end - i >= 6 and first_letters(data, last - 8, 8) == _SIBILITY \
                and first_letters(data, i, 6) == _HIDDEN_LETTERS:  # fmt: skip
            return True
    return False


@inlined
def read_attributes(
    data: np.ndarray, i: int, element: int, elements: np.ndarray, words: np.ndarray, seen: np.ndarray,
    state: np.ndarray,
) -> tuple[int, bool]:  # fmt: skip
    """(position after `>`, whether `/>`) of a start tag from the end of its name; size + 1 where it is cut."""
    size = data.size
    limit = elements[element, WORDS] + MAX_WORDS
    unquoted = -1
    is_closed = False
    while True:
        while i < size and (data[i] == 47 or is_space(data[i])):
            i += 1
        if i >= size:
            i = size + 1
            break
        if data[i] == 62:
            is_closed = data[i - 1] == 47 and i != unquoted
            i += 1
            break
        start = i
        i += data[i] == 61  # an equals sign without a name before it begins one
        while i < size:
            step = _to_name_end(data, i)
            i += step
            if step < LANES:
                break
        i = min(i, size)
        length = i - start
        letters = first_letters(data, start, length)
        number: Any = np.int64(_ATTRIBUTES[(letters * np.uint64(_SPREAD)) >> np.uint64(56)])
        if _LETTERS[number] != letters or _LENGTHS[number] != length:
            number = 0
        while i < size and is_space(data[i]):
            i += 1
        start = end = i
        if i < size and data[i] == 61:
            i += 1
            while i < size and is_space(data[i]):
                i += 1
            start = i
            quote = data[i] if i < size else np.uint8(0)
            is_open = quote == 34 or quote == 39
            if is_open:
                i += 1
                start = i
                missing = NO_QUOTE if quote == 34 else NO_APOSTROPHE
                if state[missing] == 0:
                    while i < size:
                        step = distance_to_byte(data, i, quote)
                        i += step
                        if step < LANES:
                            break
                    if i < size:
                        end = i
                        i += 1
                        is_open = False
                    else:  # the quotation is never closed: it ends with the tag, in browsers with the page
                        state[missing] = 1
                        i = start
            else:
                is_open = True
            if is_open:
                while i < size:
                    step = _to_value_end(data, i)
                    i += step
                    if step < LANES:
                        break
                i = min(i, size)
                unquoted = end = i
        if number == 0:
            continue
        if number <= _ITEMTYPE:
            first = _add_value(data, start, end, limit, words, seen, state)
            if number == _CLASS and elements[element, STYLE] == 0:
                elements[element, STYLE] = first
        elif number == _STYLE:
            if _says_none(data, start, end):
                elements[element, HIDDEN] |= DISPLAY_NONE
        elif number == _HIDDEN:
            elements[element, HIDDEN] |= HIDDEN_ATTRIBUTE
        elif number == _ARIA_HIDDEN:
            if end - start == 4:  # true
                elements[element, HIDDEN] |= ARIA_HIDDEN
        elif number == _TYPE:
            state[TYPE], state[TYPE_END] = start, end
        elif number == _ALT:
            state[ALT], state[ALT_END] = start, end
        elif number == _SRC:
            state[SOURCE], state[SOURCE_END] = start, end
        elif number == _ALTTEXT:
            state[TEX], state[TEX_END] = start, end
        elif number == _DISPLAY:
            state[IS_DISPLAY] = end - start == 5 and data[start] | 32 == 98  # block
    return i, is_closed
