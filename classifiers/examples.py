"""Which documents a classifier is trained and judged on: how many a source, and which side of the split."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from classifiers.fasttext_file import QualityModelError
from pipeline.ids import hash01

CLASS_DOCUMENTS = 50_000
"""Documents drawn for a class, at most: a quarter of what DCLM used, and training takes a minute."""

MIN_CLASS_DOCUMENTS = 10
"""Fewer documents of a class say nothing."""

HELD_OUT_SHARE = 0.2
HELD_OUT_BOUNDS = (0.05, 0.5)
"""Where the hash of hosts or files would hold out less or more of a source than this, it is split by document."""

SPLIT_PURPOSE = "quality split"
DRAW_PURPOSE = "quality sample"

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Examples:
    """All documents drawn for a classifier, in the total order of (draw, id): what training goes through."""

    sources: list[str]
    good: Mask
    ids: list[bytes]
    keys: list[str]
    """What a document must not share across the split: "host:..." or "file:..."."""
    worded: Mask
    """Whether anything is left of the text in plain form; a document without words teaches nothing."""


def allot(sizes: Mapping[str, int], total: int) -> dict[str, int]:
    """Documents to take from each source of a class: equal numbers, and what small sources lack goes to the others.

    Equal and not in proportion, because a recipe names its sources for their kinds: a hundred textbooks must not
    drown in a million encyclopedia pages.
    """
    found: dict[str, int] = {}
    left = total
    for place, name in enumerate(sorted(sizes, key=lambda name: (sizes[name], name))):
        found[name] = min(sizes[name], left // (len(sizes) - place))
        left -= found[name]
    return found


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


def balanced(examples: Examples, aside: Mask, name: str) -> Mask:
    """Which documents to train on: as many of the one class as of the other, shared by its sources as `allot` says, of
    each source the first ones by draw. Raises QualityModelError where a class is too small.
    """
    for good in (True, False):
        check_class(int((examples.worded & (examples.good == good)).sum()), good, name)
    names = np.array(examples.sources, object)
    usable = examples.worded & ~aside
    rows = {good: _by_source(names, usable & (examples.good == good)) for good in (True, False)}
    count = min(sum(map(len, found.values())) for found in rows.values())
    chosen = np.zeros(len(usable), bool)
    for found in rows.values():
        for source, share in allot({source: len(mine) for source, mine in found.items()}, count).items():
            chosen[found[source][:share]] = True
    return chosen


def _by_source(names: npt.NDArray[np.object_], wanted: Mask) -> dict[str, npt.NDArray[np.int64]]:
    return {source: np.flatnonzero(wanted & (names == source)) for source in sorted(set(names[wanted]))}


def check_class(documents: int, good: bool, name: str, sources: Sequence[str] = ()) -> None:
    """Raises QualityModelError where a class has too few documents."""
    if documents >= MIN_CLASS_DOCUMENTS:
        return
    kind = "positive" if good else "negative"
    named = f" ({', '.join(sources)})" if sources else ""
    raise QualityModelError(
        f"quality model {name!r}: its {kind} sources{named} have {documents} documents with words left, and a class "
        f"needs {MIN_CLASS_DOCUMENTS}. Name other sources under sources.{name}.quality.model.train.{kind}, look at "
        "what dropped theirs, or give a model file"
    )
