"""Places where personal data may be: one pass over the bytes that nominates, for rules that decide.

A byte that cannot begin or hold anything of interest costs a look at a table; runs of numbers are read once. What is
nominated is told in bytes of the buffer, as (row, kind, start, stop):
- EMAIL: the "@"
- IP4: four numbers of at most three digits joined by dots, and no fifth
- IP6: a first group of global addresses (2xxx: or 3xxx:), up to where the hexadecimal digits and colons end
- PLUS: a "+" before a digit; ZEROS: a number with 00 in front, and ten digits or more
- NANP: groups of three, three and four digits, as in North America; LABELLED: seven digits or more behind a word that
  ends like a label of phone numbers ("tel", "fax", ...)
- KEY: a place inside the first characters of a key; PRIVATE: the dashes before "BEGIN"
"""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.kernels.arrow import Bytes, Offsets, string_buffers
from pipeline.kernels.compile import kernel

EMAIL, IP4, IP6, PLUS, ZEROS, NANP, LABELLED, KEY, PRIVATE = range(1, 10)
Nominated = npt.NDArray[np.int64]
"""int64 [n, 4]: row, kind, start, stop; by row and place."""

_AT, _DIGITS, _PLUS, _COLON, _MARK = 1, 2, 3, 4, 5
TRIGGERS = {"email": "@", "ip": "0123456789:", "phone": "0123456789+", "keys": "_-GIJ"}
"""Kind of data -> the bytes at which it is looked for."""
_CLASS = {"@": _AT, "+": _PLUS, ":": _COLON, **dict.fromkeys("0123456789", _DIGITS), **dict.fromkeys("_-GIJ", _MARK)}

LABEL_ENDS = (
    "tel", "one", "fax", "ile", "ell", "mob", "fon", "ono", "oon", "tlf", "app", "ine", " no", " nr", "ber", "тел",
    "он", "акс", "话", "話", "机", "機", "真",
)  # fmt: skip
"""Last letters of the words that label phone numbers; what is longer than three bytes is told by its last three."""

_MOST_GAP = 3  # bytes between the groups of one number, such as ") - "
_SPACE, _DOT, _DASH, _ZERO, _TWO = 0x20, 0x2E, 0x2D, 0x30, 0x32


def _table(characters: str) -> Bytes:
    found = np.zeros(256, np.uint8)
    found[[ord(c) for c in characters]] = 1
    return found


def _packed(ending: str) -> int:
    return int.from_bytes(ending.encode()[-3:], "big")


_DIGIT = _table("0123456789")
_WORD = _table("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_")
_HEX = _table("0123456789abcdefABCDEF")
_GAP = _table(" .-()/\xa0\xc2")  # a no-break space is C2 A0
_AFTER_LABEL = _table(" .:-(#\xa0\xc2\xef\xbc\x9a")  # the last three are a full-width colon
_ENDS = np.array(sorted({_packed(ending) for ending in LABEL_ENDS}), np.int64)


def nominate(texts: pa.Array, kinds: frozenset[str]) -> Nominated:
    """Where data of some kinds (keys of TRIGGERS) may be in a string array."""
    data, offsets = string_buffers(texts)
    classes = np.zeros(256, np.uint8)
    for kind in sorted(kinds):
        classes[[ord(c) for c in TRIGGERS[kind]]] = [_CLASS[c] for c in TRIGGERS[kind]]
    out = np.empty((1024, 4), np.int64)
    while (count := _nominate(data, offsets, classes, "ip" in kinds, "phone" in kinds, out)) > len(out):
        out = np.empty((count, 4), np.int64)
    return out[:count]


def warm_up() -> None:
    nominate(pa.array(["a 1 b"]), frozenset(TRIGGERS))


@kernel
def _nominate(data: Bytes, offsets: Offsets, classes: Bytes, ip: bool, phone: bool, out: Nominated) -> int:
    """Fills `out` as far as it goes and returns how many there are."""
    count = 0
    for row in range(len(offsets) - 1):
        begin, end = offsets[row], offsets[row + 1]
        at = begin
        while at < end:
            # Eight at a time without a branch between them, while none is of interest.
            if at + 8 <= end:
                some = classes[data[at]] | classes[data[at + 1]] | classes[data[at + 2]] | classes[data[at + 3]]
                some |= classes[data[at + 4]] | classes[data[at + 5]] | classes[data[at + 6]] | classes[data[at + 7]]
                if some == 0:
                    at += 8
                    continue
            while at < end and classes[data[at]] == 0:
                at += 1
            if at == end:
                break
            what = classes[data[at]]
            if what == _DIGITS:
                after, count = _numbers(data, begin, at, end, ip, phone, row, out, count)
                at = after
                continue
            kind, start, stop = 0, at, at + 1
            if what == _AT:
                # An address has something on both sides, and a dot in its domain.
                if at > begin and at + 1 < end and _beside(data[at - 1]) and _beside(data[at + 1]):
                    kind = EMAIL
            elif what == _PLUS:
                follows = at + 1
                while follows < end and follows < at + 3 and (data[follows] == _SPACE or data[follows] == 0x28):
                    follows += 1
                if follows < end and _DIGIT[data[follows]] and not (at > begin and _WORD[data[at - 1]]):
                    kind = PLUS
            elif what == _COLON:
                stop = _ip6(data, begin, at, end)
                if stop > 0:
                    kind, start = IP6, at - 4
            elif _key(data, begin, at, end):
                kind = PRIVATE if data[at] == _DASH and data[at + 1] == 0x42 else KEY
            if kind:
                count = _put(out, count, row, kind, start, stop)
            at += 1
    return count


@kernel
def _put(out: Nominated, count: int, row: int, kind: int, start: int, stop: int) -> int:
    """Write one down where there is room; returns how many there are now."""
    if count < len(out):
        out[count, 0], out[count, 1], out[count, 2], out[count, 3] = row, kind, start, stop
    return count + 1


@kernel
def _beside(byte: int) -> bool:
    """What may stand beside the "@" of an address."""
    return bool(_WORD[byte]) or byte >= 0x80 or byte == _DASH or byte == 0x27 or byte == 0x2B or byte == 0x25


@kernel
def _ip6(data: Bytes, begin: int, colon: int, end: int) -> int:
    """Where an address ends whose first group ends before this colon; 0 where there is none."""
    if colon - 4 < begin or (data[colon - 4] != 0x32 and data[colon - 4] != 0x33):
        return 0
    for at in range(colon - 3, colon):
        if not _HEX[data[at]]:
            return 0
    if colon - 5 >= begin and (_WORD[data[colon - 5]] or data[colon - 5] == 0x3A):
        return 0
    stop, colons = colon, 0
    while stop < end and (_HEX[data[stop]] or data[stop] == 0x3A):
        colons += data[stop] == 0x3A
        stop += 1
    return stop if colons >= 2 else 0


@kernel
def _key(data: Bytes, begin: int, at: int, end: int) -> bool:
    """Whether one of the known prefixes lies around this byte: a look at a few neighbours, the rules look closer."""
    if at == begin or at + 4 > end:
        return False
    here, one, follows = data[at], data[at - 1], data[at + 1]
    if here == 0x49 and one == 0x41:  # AIza
        return follows == 0x7A
    if here == 0x47:  # SG.
        return one == 0x53 and follows == _DOT
    if at == begin + 1:
        return False
    two = data[at - 2]
    if here == 0x4A:  # eyJ
        return one == 0x79 and two == 0x65
    if here == 0x49:  # AKIA ASIA
        return follows == 0x41 and (one == 0x4B or one == 0x53) and two == 0x41
    if not (_WORD[follows] or follows == _DASH):
        return False
    if here == _DASH:
        if one == _DASH:  # ---- before BEGIN
            return follows == 0x42 and data[at + 2] == 0x45 and data[at + 3] == 0x47
        if one == 0x6B:  # sk-
            return two == 0x73 and (at - 3 < begin or not _WORD[data[at - 3]])
        if one == 0x74:  # glpat-
            return two == 0x61 and at >= begin + 5 and data[at - 3] == 0x70 and data[at - 4] == 0x6C
        if one == 0x69:  # pypi-
            return two == 0x70 and at >= begin + 4 and data[at - 3] == 0x79
        return at >= begin + 4 and two == 0x78 and data[at - 3] == 0x6F and data[at - 4] == 0x78  # xox?-
    # What is left is the underscore.
    if one == 0x66:  # hf_
        return two == 0x68
    if one == 0x6D:  # npm_
        return two == 0x70 and at >= begin + 3 and data[at - 3] == 0x6E
    if one == 0x74:  # github_pat_
        return two == 0x61 and at >= begin + 10 and data[at - 3] == 0x70 and data[at - 4] == 0x5F
    if one == 0x65:  # sk_live_
        return two == 0x76 and at >= begin + 7 and data[at - 5] == 0x5F and data[at - 6] == 0x6B
    return two == 0x68 and at >= begin + 3 and data[at - 3] == 0x67  # gh?_


@kernel
def _labelled(data: Bytes, begin: int, at: int) -> bool:
    """Whether a word before `at` ends like a label of phone numbers."""
    least = max(begin, at - 6)
    at -= 1
    while at >= least and _AFTER_LABEL[data[at]]:
        at -= 1
    if at - 2 < begin:
        return False
    last = np.int64(0)
    for place in range(at - 2, at + 1):
        byte = np.int64(data[place])
        if byte >= 0x41 and byte <= 0x5A:
            byte += 0x20
        last = last << 8 | byte
    known = False
    for ending in _ENDS:
        known |= ending == last
    return known


@kernel
def _numbers(
    data: Bytes, begin: int, at: int, end: int, ip: bool, phone: bool, row: int, out: Nominated, count: int
) -> tuple[int, int]:
    """Read groups of digits with little between them; returns (where they end, how many were nominated so far)."""
    start, groups, digits, stop = at, 0, 0, at
    before_last = last = size = 0  # digits of the last three groups
    third = second = first = at  # where these begin
    dotted, dotted_start = 0, at  # groups joined by single dots
    while True:
        third, second, first = second, first, at
        before_last, last = last, size
        by_dot = groups > 0 and at - stop == 1 and data[stop] == _DOT
        while at < end and _DIGIT[data[at]]:
            at += 1
        size = at - first
        stop = at
        digits += size
        groups += 1
        if not (by_dot and dotted > 0):
            dotted, dotted_start = 0, first
        dotted += 1
        more_dots = at + 1 < end and data[at] == _DOT and _DIGIT[data[at + 1]]
        if ip and dotted == 4 and not more_dots and stop - dotted_start <= 15:
            count = _put(out, count, row, IP4, dotted_start, stop)
        shaped = groups >= 3 and size == 4 and last == 3 and before_last == 3
        if phone and shaped and data[third] >= _TWO and data[second] >= _TWO:
            count = _put(out, count, row, NANP, third, stop)
        gap = at
        while gap < end and gap - at < _MOST_GAP and _GAP[data[gap]]:
            gap += 1
        if gap == at or gap >= end or not _DIGIT[data[gap]]:
            break
        at = gap
    if phone and digits >= 7:
        kind = 0
        if start + 1 < end and data[start] == _ZERO and data[start + 1] == _ZERO and digits >= 10 and groups >= 2:
            kind = ZEROS
        elif _labelled(data, begin, start):
            kind = LABELLED
        if kind:
            count = _put(out, count, row, kind, start, stop)
    return at, count
