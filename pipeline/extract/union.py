"""Main text by two extractors: what both agree on, or the longer of the two where they agree.

The texts are compared as tokens (runs of word characters; single characters of scripts without spaces). A token is
agreed where one of the runs of `NGRAM` tokens that hold it, lines or no lines, stands in the other text, too. So a
short line is judged with what stands around it: a menu's "Share" is not agreed because an article holds that word.

- `agreed`: the lines of the first text of whose tokens at least half are agreed, in their order. Nothing, where one
  extractor finds nothing. This is for precision: what one extractor alone takes for text is mostly not.
- `longer`: where at least half of the shorter text is agreed, the text with more tokens: the extractors mean the same
  part of the page, and one has cut more from it. Where less is, they mean different parts, and the longer would be the
  worse guess: then what they agree on, and where that is nothing, the first text. Where one extractor finds nothing,
  the other's text. This is for recall: no page is lost that one of them can read.
"""

import re
from collections.abc import Sequence

from pipeline.extract.extractors import EXTRACTORS
from pipeline.extract.options import ExtractOptions

NGRAM = 4
MIN_SHARE = 0.5

_TOKEN = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|\w+")


def extract(html: str, options: ExtractOptions) -> str | None:
    """What `options.keep` says of the texts of the two extractors of `options.of`; raises what they raise."""
    first, second = (EXTRACTORS[method](html, options.model_copy(update={"method": method})) for method in options.of)
    return agreed(first, second) if options.keep == "agreed" else longer(first, second)


def agreed(first: str | None, second: str | None) -> str | None:
    """The lines of the first text that the second agrees on; None where there are none."""
    if not first or not second:
        return None
    lines = first.split("\n")
    tokens = [_TOKEN.findall(line) for line in lines]
    covered = _covered([token for line in tokens for token in line], _TOKEN.findall(second))
    kept: list[str] = []
    waiting: list[str] = []  # lines without tokens go with both of their neighbours
    at = 0
    for line, found in zip(lines, tokens, strict=True):
        if not found:
            waiting.append(line)
            continue
        is_kept = sum(covered[at : at + len(found)]) >= MIN_SHARE * len(found)
        at += len(found)
        if is_kept:
            kept += [*waiting, line] if kept else [line]
            waiting = []
        else:
            waiting = []
    return "\n".join(kept) or None


def longer(first: str | None, second: str | None) -> str | None:
    """The text with more tokens where the two agree, the agreed lines where they do not; None where both are none."""
    if not first or not second:
        return first or second or None
    ours, theirs = _TOKEN.findall(first), _TOKEN.findall(second)
    long, short = (first, second) if len(ours) >= len(theirs) else (second, first)
    shorter, other = (theirs, ours) if short is second else (ours, theirs)
    if shorter and sum(_covered(shorter, other)) >= MIN_SHARE * len(shorter):
        return long
    return agreed(first, second) or first


def _covered(tokens: Sequence[str], other: Sequence[str]) -> list[bool]:
    """For each token, whether a run of NGRAM tokens that holds it stands in the other text."""
    n = min(NGRAM, len(tokens))
    known = set(zip(*(other[i:] for i in range(n)), strict=False))
    covered = [False] * len(tokens)
    for start, gram in enumerate(zip(*(tokens[i:] for i in range(n)), strict=False)):
        if gram in known:
            covered[start : start + n] = [True] * n
    return covered
