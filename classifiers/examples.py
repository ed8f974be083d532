"""What a classifier is trained and judged on: how much of which document, and which side of the split."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from classifiers.fasttext_file import QualityModelError
from pipeline.ids import hash01

CLASS_DOCUMENTS = 50_000
"""Documents drawn for a class, at most: a quarter of what DCLM used, and training takes minutes."""

MIN_CLASS_DOCUMENTS = 10
"""Fewer documents of a class say nothing."""

PIECE_WORDS = 5
"""Words of a training example. fastText averages the words of a line, so that on long lines it learns the few that
settle a training document, its topic's; on short ones it has to learn what each word says by itself. That is what
holds for kinds of text that it has not seen: see the figures in `classifiers.quality`.
"""

HELD_OUT_SHARE = 0.2
HELD_OUT_BOUNDS = (0.05, 0.5)
"""Where the hash of hosts or files would hold out less or more of a source than this, it is split by document."""

SPLIT_PURPOSE = "quality split"
DRAW_PURPOSE = "quality sample"

Mask = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Examples:
    """All documents drawn for a classifier, in the total order of (draw, id): what training goes through."""

    sources: list[str]
    good: Mask
    ids: list[bytes]
    keys: list[str]
    """What a document must not share across the split: "host:..." or "file:..."."""
    words: Counts
    """Of the text in plain form."""

    @property
    def worded(self) -> Mask:
        """Whether anything is left of the text in plain form; a document without words teaches nothing."""
        return self.words > 0

    @property
    def pieces(self) -> Counts:
        """Training examples that each document can give."""
        return -(-self.words // PIECE_WORDS)


def allot(sizes: Mapping[str, int], total: int) -> dict[str, int]:
    """Documents to take from each source of a class: equal numbers, and what small sources lack goes to the others.

    Equal and not in proportion, because a recipe names its sources for their kinds: a hundred textbooks must not
    drown in a million encyclopedia pages.
    """
    names = sorted(sizes)
    shares = level(np.array([sizes[name] for name in names], np.int64), total)
    return dict(zip(names, shares.tolist(), strict=True))


def level(sizes: Counts, total: int) -> Counts:
    """[n] what to take of each: `total` in equal shares, none above its size; the first ones get what is left over."""
    if sizes.sum() <= total:
        return sizes.copy()
    low, high = 0, int(sizes.max())  # shares of `low` fit, shares of `high` do not
    while high - low > 1:
        middle = (low + high) // 2
        if np.minimum(sizes, middle).sum() <= total:
            low = middle
        else:
            high = middle
    shares = np.minimum(sizes, low)
    more = np.flatnonzero(sizes > low)[: total - int(shares.sum())]
    shares[more] += 1
    return shares


def held_out(examples: Examples, seed: int) -> tuple[Mask, dict[str, str]]:
    """(which documents are held out, how each source was split: "host", "file", "host and file" or "document").

    Hosts and files go to one side by a hash of their name alone, so that a host in two sources is on one side. A
    source that this would leave on one side (a single file) is split by a hash of its documents' ids.
    """
    side = {key: hash01(seed, SPLIT_PURPOSE, key.encode("utf-8", "surrogatepass")) for key in set(examples.keys)}
    aside = np.array([side[key] < HELD_OUT_SHARE for key in examples.keys], bool)
    rules = {}
    names = np.array(examples.sources, object)
    for source in sorted(set(examples.sources)):
        rows = np.flatnonzero(names == source)
        if HELD_OUT_BOUNDS[0] <= aside[rows].mean() <= HELD_OUT_BOUNDS[1]:
            rules[source] = " and ".join(sorted({examples.keys[row].partition(":")[0] for row in rows.tolist()}))
            continue
        ranked = sorted(rows.tolist(), key=lambda row: hash01(seed, SPLIT_PURPOSE, examples.ids[row]))
        aside[rows] = False
        aside[ranked[: int(np.ceil(HELD_OUT_SHARE * len(ranked)))]] = True
        rules[source] = "document"
    return aside, rules


def balanced(examples: Examples, aside: Mask, name: str) -> Counts:
    """[n] pieces to train on of each document: as many of the one class as of the other, in equal shares of its
    sources, of each source's hosts and files, and of their documents; what small ones lack goes to the others.

    A file of thousands of short documents must not drown one of a few long ones. Where there are fewer pieces than
    hosts or documents, the first by draw give theirs. Raises QualityModelError where a class is too small.
    """
    for good in (True, False):
        check_class(int((examples.worded & (examples.good == good)).sum()), good, name)
    usable = np.where(aside, 0, examples.pieces)
    count = min(int(usable[examples.good == good].sum()) for good in (True, False))
    taken = np.zeros(len(usable), np.int64)
    for good in (True, False):
        rows = np.flatnonzero((examples.good == good) & (usable > 0))
        for mine, share in _shared(rows, examples.sources, usable, count):
            for same, part in _shared(mine, examples.keys, usable, share):
                taken[same] = level(usable[same], part)
    return taken


def _shared(rows: Counts, names: Sequence[str], usable: Counts, total: int) -> Iterator[tuple[Counts, int]]:
    """Rows by name, names in the order of their first rows, and what each name is to give of `total`."""
    groups: dict[str, list[int]] = {}
    for row in rows.tolist():
        groups.setdefault(names[row], []).append(row)
    found = [np.array(group, np.int64) for group in groups.values()]
    shares = level(np.array([usable[group].sum() for group in found], np.int64), total)
    return zip(found, shares.tolist(), strict=True)


def cut_pieces(texts: Sequence[str], taken: Counts) -> list[tuple[int, str]]:
    """(row, piece) for `taken` pieces of each prepared text, spread evenly over it. Texts take turns, since a
    trainer that saw all of one text and then all of the next would forget.
    """
    found = []
    for row, (text, count) in enumerate(zip(texts, taken.tolist(), strict=True)):
        words = text.split(" ") if count else []
        pieces = -(-len(words) // PIECE_WORDS)
        for i in range(count):
            first = (2 * i + 1) * pieces // (2 * count) * PIECE_WORDS
            found.append(((2 * i + 1) / (2 * count), row, " ".join(words[first : first + PIECE_WORDS])))
    return [(row, piece) for _, row, piece in sorted(found)]


def check_class(documents: int, good: bool, name: str, sources: Sequence[str] = ()) -> None:
    """Raises QualityModelError where a class has too few documents."""
    if documents >= MIN_CLASS_DOCUMENTS:
        return
    kind = "positive" if good else "negative"
    named = f" ({', '.join(sources)})" if sources else ""
    raise QualityModelError(
        f"quality model {name!r}: its {kind} sources{named} have {documents} documents with words left, and a class "
        f"needs {MIN_CLASS_DOCUMENTS}. Name other sources under {recipe_key(name)}.train.{kind}, look at "
        "what dropped theirs, or give a model file"
    )


def recipe_key(name: str) -> str:
    """Where the recipe says what a model is: "web" or "web.textbooks" -> a dotted key."""
    source, _, own = name.partition(".")
    return f"sources.{source}.quality.models.{own}" if own else f"sources.{source}.quality.model"
