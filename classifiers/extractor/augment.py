"""Copies of training pages that say less: words of class and id removed, telling tags renamed to div.

A model that saw only pages of today leans on names; pages of other times and lands lack them. Copies are made of parsed
pages: their blocks, and so their labels, stay what they are. Every choice is a hash of (seed, purpose, page, copy).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xxhash

from pipeline.ids import hash01
from pipeline.kernels.html_blocks import TAG, WORDS, Blocks
from pipeline.kernels.html_tags import NUMBER

TELLING = ("article", "main", "nav", "header", "footer", "section", "aside", "figure")
ORDINARY = ("p", "li", "h1", "h2", "h3", "h4", "h5", "h6")

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class Augmentation:
    """How many copies of each training page, and the chances that a copy lacks what pages may lack."""

    copies: int = 2
    weight: float = 0.5  # of a copy's blocks, against those of the page itself
    without_words: float = 0.5  # a copy without any word; others lose a share of theirs, from none to all
    renamed_telling: float = 0.7  # a kind of telling tag
    renamed_ordinary: float = 0.2  # a kind of ordinary tag


def copy(blocks: Blocks, page: str, number: int, seed: int, chosen: Augmentation) -> Blocks:
    """Copy `number` of a page, of which `page` is the id."""

    def chance(purpose: str) -> float:
        return hash01(seed, f"extractor copy {number} {purpose}", page.encode())

    share = 1.0 if chance("without words") < chosen.without_words else chance("share of words")
    return without_words(
        renamed(blocks, [tag for tag in TELLING if chance(f"rename {tag}") < chosen.renamed_telling]
                + [tag for tag in ORDINARY if chance(f"rename {tag}") < chosen.renamed_ordinary]),
        share, xxhash.xxh3_64_intdigest(f"{seed}\0extractor copy {number} words\0{page}".encode()),
    )  # fmt: skip


def renamed(blocks: Blocks, tags: list[str]) -> Blocks:
    """The page with div for every element of some tags."""
    codes = np.array([NUMBER[tag] for tag in tags], np.int64)
    elements = blocks.elements.copy()
    elements[np.isin(elements[:, TAG], codes), TAG] = NUMBER["div"]
    return blocks._replace(elements=elements)


def without_words(blocks: Blocks, share: float, key: int) -> Blocks:
    """The page with the words of a share of its elements made 0, the hash of no word."""
    ends = np.append(blocks.elements[1:, WORDS], len(blocks.words))
    owner = np.repeat(np.arange(len(blocks.elements)), ends - blocks.elements[:, WORDS])
    return blocks._replace(words=np.where(hashes01(key, owner) < share, np.uint32(0), blocks.words))


def hashes01(key: int, numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """A number in [0, 1) for each (key, number): SplitMix64 (Steele, Lea and Flood 2014)."""
    z = np.uint64(key) + (numbers.astype(np.uint64) + np.uint64(1)) * _GOLDEN
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((z ^ (z >> np.uint64(31))) >> np.uint64(11)).astype(np.float64) * 2.0**-53
