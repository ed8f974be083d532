"""What is different and what is common between two texts, word by word."""

import difflib
import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

MAX_CHARS = 1_500  # compared and shown, from a little before the first difference
CONTEXT_WORDS = 25  # shown on each side of a difference
MIN_COMMON_WORDS = 3  # fewer are coincidence
SAMPLED_CHARS = 4_000  # a text of so many characters went on in the document

# Scripts that put no spaces between words are compared by the character.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORD = re.compile(rf"\s+|(?:[{_UNSPACED}]|[^\W{_UNSPACED}]+|[^\w\s{_UNSPACED}])\s*")


class Segment(NamedTuple):
    """A stretch of a text. "gap" stands for text that both have and nobody needs to see."""

    text: str
    kind: Literal["same", "marked", "gap"]


def differences(removed: str, kept: str) -> tuple[list[Segment], list[Segment]]:
    """Both texts around their differences; what the other one does not have is marked. White space does not count.

    What stands after the last common word is not marked where the other text was cut off: it may go on the same.
    """
    words, others = _WORD.findall(removed), _WORD.findall(kept)
    begin = max(0, _common_start(_keys(words), _keys(others)) - CONTEXT_WORDS)
    a, a_whole = _bounded(words[begin:], len(removed))
    b, b_whole = _bounded(others[begin:], len(kept))
    matcher = difflib.SequenceMatcher(None, _keys(a), _keys(b), autojunk=False)
    left: list[Segment] = [Segment("", "gap")] if begin else []
    right = list(left)
    for tag, a_from, a_to, b_from, b_to in matcher.get_opcodes():
        if tag == "equal":
            first, last = a_from == 0 and not begin, a_to == len(a) and b_to == len(b)
            left += _folded(a[a_from:a_to], first, last)
            right += _folded(b[b_from:b_to], first, last)
            continue
        tail = a_to == len(a) and b_to == len(b)
        left.append(Segment("".join(a[a_from:a_to]), "same" if tail and not b_whole else "marked"))
        right.append(Segment("".join(b[b_from:b_to]), "same" if tail and not a_whole else "marked"))
    if not a_whole:
        left.append(Segment("", "gap"))
    if not b_whole:
        right.append(Segment("", "gap"))
    return _without_empty(left), _without_empty(right)


def common(text: str, other: str) -> list[Segment]:
    """`text`, with stretches of some words that `other` has, too, marked; case and white space do not count."""
    words, others = _WORD.findall(text[:MAX_CHARS]), _WORD.findall(other[:MAX_CHARS])
    matcher = difflib.SequenceMatcher(None, _keys(words, fold=True), _keys(others, fold=True), autojunk=False)
    found, end = [], 0
    for start, _, size in matcher.get_matching_blocks():
        if sum(word.strip().isalnum() for word in words[start : start + size]) >= MIN_COMMON_WORDS:
            found.append(Segment("".join(words[end:start]), "same"))
            found.append(Segment("".join(words[start : start + size]), "marked"))
            end = start + size
    found.append(Segment("".join(words[end:]), "same"))
    return _without_empty(found)


def _keys(words: Sequence[str], fold: bool = False) -> list[str]:
    return [word.strip().casefold() if fold else word.strip() for word in words]


def _common_start(a: Sequence[str], b: Sequence[str]) -> int:
    for i, (one, other) in enumerate(zip(a, b, strict=False)):
        if one != other:
            return i
    return min(len(a), len(b))


def _bounded(words: list[str], chars: int) -> tuple[list[str], bool]:
    """(words of at most MAX_CHARS characters, whether they reach the end of the document)."""
    total = 0
    for i, word in enumerate(words):
        total += len(word)
        if total > MAX_CHARS:
            return words[:i], False
    return words, chars < SAMPLED_CHARS


def _folded(words: Sequence[str], first: bool, last: bool) -> list[Segment]:
    """Equal words, without the middle of many; at the start and the end of a text without the outer ones."""
    if len(words) <= 2 * CONTEXT_WORDS + 5:
        return [Segment("".join(words), "same")]
    before = [] if first else [Segment("".join(words[:CONTEXT_WORDS]), "same")]
    after = [] if last else [Segment("".join(words[-CONTEXT_WORDS:]), "same")]
    return [*before, Segment("", "gap"), *after]


def _without_empty(segments: Sequence[Segment]) -> list[Segment]:
    """Segments with something in them; gaps that meet become one."""
    found: list[Segment] = []
    for segment in segments:
        if segment.kind == "gap" and found and found[-1].kind == "gap":
            continue
        if segment.text or segment.kind == "gap":
            found.append(segment)
    return found
