"""Finding and replacing: nominations of the kernel become matches, and matches become their replacements."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from pipeline.kernels import pii as kernel
from pipeline.kernels.arrow import string_buffers
from pipeline.pii import emails, ip, keys, phones

KINDS = ("email", "ip", "phone", "keys")
"""The kinds of data, which are also the names of a recipe's settings."""

REPLACEMENTS = {
    **dict.fromkeys(("address",), emails.REPLACEMENT),
    "ipv4": ip.REPLACEMENT_4,
    "ipv6": ip.REPLACEMENT_6,
    **dict.fromkeys(("international", "zeros", "north_american", "labelled"), phones.REPLACEMENT),
}
"""Rule -> what its matches are replaced by; all others are keys."""


class Match(NamedTuple):
    """Data that was found: `start` and `stop` in bytes of the row's text."""

    row: int
    kind: str
    rule: str
    start: int
    stop: int

    @property
    def replacement(self) -> str:
        """What it is replaced by."""
        return REPLACEMENTS.get(self.rule, keys.REPLACEMENT)


_Found = tuple[str, int, int] | None
_RULES: dict[int, tuple[str, Callable[[bytes, int, int], _Found]]] = {
    kernel.KEY: ("keys", lambda text, start, _: keys.find_key(text, start)),
    kernel.PRIVATE: ("keys", lambda text, start, _: keys.find_private(text, start)),
    kernel.EMAIL: ("email", lambda text, start, _: emails.find(text, start)),
    kernel.IP4: ("ip", ip.find_4),
    kernel.IP6: ("ip", ip.find_6),
    kernel.PLUS: ("phone", lambda text, start, stop: phones.find(text, kernel.PLUS, start, stop)),
    kernel.ZEROS: ("phone", lambda text, start, stop: phones.find(text, kernel.ZEROS, start, stop)),
    kernel.NANP: ("phone", lambda text, start, stop: phones.find(text, kernel.NANP, start, stop)),
    kernel.LABELLED: ("phone", lambda text, start, stop: phones.find(text, kernel.LABELLED, start, stop)),
}
_PRIORITY = {"keys": 0, "email": 1, "ip": 2, "phone": 3}
_LAST = "labelled"  # of phone numbers: its form is the loosest
_ROUNDS = 8  # each covers more of the text; two are rare


def find(texts: pa.Array, kinds: Iterable[str]) -> list[Match]:
    """The data of some KINDS in a string array, by row and place, none overlapping another.

    Where two overlap, a key goes before an address, that before an IP address, that before a phone number; of one kind
    the longer one, a number known by its label alone last. What would be found only once its neighbour is replaced is
    found too, so that masked texts hold nothing more. Raises TypeError and ValueError as `string_buffers` does.
    """
    wanted = frozenset(kinds)
    found = _by_row(_once(texts, wanted))
    open_rows = sorted(found)
    for _ in range(_ROUNDS):
        if not open_rows:
            break
        part = texts.take(pa.array(open_rows))
        now = [match._replace(row=place) for place, row in enumerate(open_rows) for match in found[row]]
        more = _by_row(_once(mask(part, now), wanted))
        for place, new in more.items():
            found[open_rows[place]] = _merged(found[open_rows[place]], new)
        open_rows = [open_rows[place] for place in sorted(more)]
    return [match for row in sorted(found) for match in found[row]]


def _by_row(matches: Iterable[Match]) -> dict[int, list[Match]]:
    return {row: list(mine) for row, mine in groupby(matches, key=attrgetter("row"))}


def _once(texts: pa.Array, kinds: frozenset[str]) -> list[Match]:
    """What the rules find in the texts as they are."""
    nominated = kernel.nominate(texts, kinds)
    if not len(nominated):
        return []
    data, offsets = string_buffers(texts)
    matches: list[Match] = []
    rows, firsts = np.unique(nominated[:, 0], return_index=True)
    for row, mine in zip(rows.tolist(), np.split(nominated, firsts[1:]), strict=True):
        first = int(offsets[row])
        text = data[first : int(offsets[row + 1])].tobytes()
        found = []
        for _, number, start, stop in mine.tolist():
            kind, rule = _RULES[number]
            if (match := rule(text, start - first, stop - first)) is not None:
                found.append(Match(row, kind, *match))
        matches += _apart(found)
    return matches


def _apart(found: Sequence[Match]) -> list[Match]:
    """Those that do not overlap with one that goes before them, in order of their places."""
    chosen: list[Match] = []
    for match in sorted(found, key=lambda m: (_PRIORITY[m.kind], m.rule == _LAST, m.start - m.stop, m.start)):
        place = bisect_left(chosen, match.stop, key=attrgetter("start"))
        if place == 0 or chosen[place - 1].stop <= match.start:
            chosen.insert(place, match)
    return chosen


def _merged(old: Sequence[Match], new: Sequence[Match]) -> list[Match]:
    """Matches of a text, and those of the same text after these were replaced, as matches of the text itself: one that
    covers a replacement covers what that stands for.
    """
    result: list[Match] = []
    waiting = list(old)
    moved = 0  # bytes that the replacements so far have added
    for match in new:
        while waiting and waiting[0].start + moved + len(waiting[0].replacement) <= match.start:
            moved += len(waiting[0].replacement) - (waiting[0].stop - waiting[0].start)
            result.append(waiting.pop(0))
        start = match.start - moved
        stop = match.stop - moved
        while waiting and waiting[0].start + moved < match.stop:
            covered = waiting.pop(0)
            end = covered.start + moved + len(covered.replacement)
            moved += len(covered.replacement) - (covered.stop - covered.start)
            start = min(start, covered.start)
            stop = covered.stop if end >= match.stop else match.stop - moved
        result.append(match._replace(row=old[0].row, start=start, stop=stop))
    return [*result, *waiting]


def mask(texts: pa.Array, matches: Sequence[Match]) -> pa.Array:
    """The texts with each match, by row and place, replaced."""
    if not matches:
        return texts
    changed = _by_row(matches)
    rows = pa.array(sorted(changed))
    new = [masked(text, changed[row]) for row, text in zip(rows.to_pylist(), texts.take(rows).to_pylist(), strict=True)]
    keeps = np.ones(len(texts), bool)
    keeps[rows.to_numpy()] = False
    return pa.compute.replace_with_mask(texts, pa.array(~keeps), pa.array(new, texts.type))


def masked(text: str, matches: Sequence[Match]) -> str:
    """One text with its matches replaced."""
    data = text.encode()
    parts, at = [], 0
    for match in matches:
        parts += [data[at : match.start], match.replacement.encode()]
        at = match.stop
    return b"".join([*parts, data[at:]]).decode()
