"""The class/id lexicon: what a word of an element's class or id says about the text inside the element.

A word's value is a smoothed log odds of "inside main text". Text counts by tokens within a host, hosts count the same:
a site with many pages says no more about a word than one with one. Words are the hashes of `html_blocks`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.extract.model import LEXICON_STEP
from pipeline.kernels.html_blocks import FIRST, LAST, WORDS, Blocks

MIN_HOSTS = 4
"""That a word must be seen on."""
SMOOTHING = 1.0
"""Hosts added to either side."""

UInt32Array = npt.NDArray[np.uint32]
Float64Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class WordTokens:
    """Of one page, or of one host: tokens inside elements that bear a word, by word (ascending)."""

    words: UInt32Array
    main: Float64Array  # of main text
    total: Float64Array


@dataclass(frozen=True)
class Lexicon:
    hashes: UInt32Array  # ascending
    values: npt.NDArray[np.int8]  # in LEXICON_STEPs


def word_tokens(blocks: Blocks, tokens: npt.ArrayLike, positive: npt.ArrayLike) -> WordTokens:
    """Of a page whose blocks have so many tokens each, and are main text or not. Words without text are left out."""
    sizes = np.asarray(tokens, np.float64)
    all_before = np.concatenate(([0.0], np.cumsum(sizes)))
    main_before = np.concatenate(([0.0], np.cumsum(sizes * np.asarray(positive))))
    elements, ends = blocks.elements, np.append(blocks.elements[1:, WORDS], len(blocks.words))
    owner = np.repeat(np.arange(len(elements)), ends - elements[:, WORDS])
    first, last = elements[owner, FIRST], np.maximum(elements[owner, LAST], elements[owner, FIRST])
    total = all_before[last] - all_before[first]
    return _summed(blocks.words[total > 0], (main_before[last] - main_before[first])[total > 0], total[total > 0])


def by_host(pages: Sequence[WordTokens], hosts: Sequence[str]) -> dict[str, WordTokens]:
    """The pages of each host together, by name."""
    groups: dict[str, list[WordTokens]] = {}
    for page, host in zip(pages, hosts, strict=True):
        groups.setdefault(host, []).append(page)
    return {host: _summed(*_joined(groups[host])) for host in sorted(groups)}


def make(hosts: Sequence[WordTokens]) -> Lexicon:
    """The lexicon that some hosts' pages give."""
    shares = [WordTokens(host.words, host.main / host.total, np.ones(len(host.words))) for host in hosts]
    found = _summed(*_joined(shares))
    known = found.total >= MIN_HOSTS
    inside, seen = found.main[known], found.total[known]
    odds = np.log((inside + SMOOTHING) / (seen - inside + SMOOTHING))
    values = np.clip(np.rint(odds / LEXICON_STEP), -128, 127).astype(np.int8)
    return Lexicon(found.words[known], values)


def _joined(parts: Sequence[WordTokens]) -> tuple[UInt32Array, Float64Array, Float64Array]:
    if not parts:
        return np.zeros(0, np.uint32), np.zeros(0), np.zeros(0)
    return (
        np.concatenate([part.words for part in parts]),
        np.concatenate([part.main for part in parts]),
        np.concatenate([part.total for part in parts]),
    )


def _summed(words: UInt32Array, main: Float64Array, total: Float64Array) -> WordTokens:
    distinct, place = np.unique(words, return_inverse=True)
    n = len(distinct)
    main, total = (np.bincount(place, of, n).astype(np.float64) for of in (main, total))
    return WordTokens(distinct, main, total)
