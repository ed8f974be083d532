"""How well extracted text matches gold, as `score_extraction.py` of the shared checks counts it.

Full text: precision and recall over multisets of 4-token shingles (kernels.overlap), averaged over the pages that have
gold text; F1 is of the two averages. Snippets: a `with` snippet found is a true positive, one missing a false
negative, a `without` snippet found a false positive; F1 is over all snippets. White space is folded before matching. A
page without a text counts as an empty one.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from classifiers.extractor.gold import GoldRow
from pipeline.kernels.overlap import (
    BoolArray,
    Int64Array,
    UInt64Array,
    common,
    selected_tokens,
    sorted_shingles,
    text_tokens,
)


@dataclass(frozen=True, slots=True)
class PreparedGold:
    """What of a gold row the score needs, made once and used for many texts."""

    counts: bool
    """Whether the row has gold text."""
    tokens: UInt64Array
    shingles: UInt64Array
    """Sorted, with repeats."""
    with_snippets: tuple[str, ...]
    without_snippets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PageScore:
    """One page. `precision` and `recall` are None where the row has no gold text."""

    precision: float | None
    recall: float | None
    found: int = 0
    """`with` snippets in the text."""
    missed: int = 0
    wrong: int = 0
    """`without` snippets in the text."""
    snippets: bool = False
    """Whether the row has snippets at all."""

    @property
    def f1(self) -> float | None:
        """Of this page alone."""
        return None if self.precision is None or self.recall is None else _f1(self.precision, self.recall)


@dataclass(frozen=True, slots=True)
class Score:
    """Of many pages. A measure is None where no page has the gold for it."""

    pages: int
    """With gold text."""
    precision: float | None
    recall: float | None
    f1: float | None
    snippet_pages: int
    snippet_precision: float | None
    snippet_recall: float | None
    snippet_f1: float | None


def prepare(row: GoldRow) -> PreparedGold:
    tokens = text_tokens(row.text.encode("utf-8", "surrogatepass"))
    return PreparedGold(bool(row.text), tokens, sorted_shingles(tokens), row.with_snippets, row.without_snippets)


def score_text(gold: PreparedGold, text: str | None) -> PageScore:
    """The score of one extracted text; None is an empty one."""
    text = text or ""
    precision = recall = None
    if gold.counts:
        precision, recall = _overlap(gold, text_tokens(text.encode("utf-8", "surrogatepass")))
    if not (gold.with_snippets or gold.without_snippets):
        return PageScore(precision, recall)
    return PageScore(precision, recall, *_snippets(gold, " ".join(text.split())), snippets=True)


def score_blocks(
    gold: PreparedGold, tokens: UInt64Array, bounds: Int64Array, keep: BoolArray, folded: Sequence[str] = ()
) -> PageScore:
    """The score of the text made of the blocks with `keep` (bool[n]), from what `block_tokens` made of them.

    For trying many thresholds. `folded` are the blocks' texts with white space folded; without them snippets are not
    looked for.
    """
    precision = recall = None
    if gold.counts:
        precision, recall = _overlap(gold, selected_tokens(tokens, bounds, keep))
    if not folded or not (gold.with_snippets or gold.without_snippets):
        return PageScore(precision, recall)
    text = " ".join(block for block, kept in zip(folded, keep, strict=True) if kept)
    return PageScore(precision, recall, *_snippets(gold, text), snippets=True)


def total(pages: Iterable[PageScore]) -> Score:
    pages = list(pages)
    precisions = [page.precision for page in pages if page.precision is not None]
    recalls = [page.recall for page in pages if page.recall is not None]
    precision, recall = _mean(precisions), _mean(recalls)
    found, missed, wrong = (sum(getattr(page, name) for page in pages) for name in ("found", "missed", "wrong"))
    snippet_pages = sum(page.snippets for page in pages)
    snippet_precision = found / (found + wrong) if found + wrong else 0.0
    snippet_recall = found / (found + missed) if found + missed else 0.0
    return Score(
        pages=len(precisions),
        precision=precision,
        recall=recall,
        f1=None if precision is None or recall is None else _f1(precision, recall),
        snippet_pages=snippet_pages,
        snippet_precision=snippet_precision if snippet_pages else None,
        snippet_recall=snippet_recall if snippet_pages else None,
        snippet_f1=_f1(snippet_precision, snippet_recall) if snippet_pages else None,
    )


def total_by(key: Callable[[GoldRow], str], rows: Sequence[GoldRow], pages: Sequence[PageScore]) -> dict[str, Score]:
    """The score of each group of rows, by name: `total_by(lambda row: row.page_type, rows, pages)`."""
    groups: dict[str, list[PageScore]] = {}
    for row, page in zip(rows, pages, strict=True):
        groups.setdefault(key(row), []).append(page)
    return {name: total(groups[name]) for name in sorted(groups)}


def _snippets(gold: PreparedGold, text: str) -> tuple[int, int, int]:
    """(found, missed, wrong) of a text with white space folded."""
    found = sum(snippet in text for snippet in gold.with_snippets)
    return found, len(gold.with_snippets) - found, sum(snippet in text for snippet in gold.without_snippets)


def _overlap(gold: PreparedGold, tokens: UInt64Array) -> tuple[float, float]:
    got = sorted_shingles(tokens)
    hits = common(gold.shingles, got)
    return hits / max(1, len(got)), hits / max(1, len(gold.shingles))


def _mean(values: list[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0
