"""Main text by a learned model: HTML to blocks in one pass, features of blocks, boosted trees, chosen blocks joined.

Deterministic, linear in the page's bytes, and in this process: no library parses anything.
"""

import math

import numpy as np

from pipeline.extract.model import Model, check_features, shipped
from pipeline.extract.options import ExtractOptions
from pipeline.kernels.block_features import NAMES, features
from pipeline.kernels.block_text import choose, join
from pipeline.kernels.html_blocks import Blocks, parse
from pipeline.kernels.html_layout import TAG
from pipeline.kernels.html_tags import NUMBER
from pipeline.kernels.repeats import drop_repeats
from pipeline.kernels.trees import score

FALLBACK_REACH = 0.5
"""Log odds below a page's best block, where none reaches the threshold."""
FALLBACK_FLOOR = math.log(0.1 / 0.9)
"""Log odds of the best block of a page that has any main text."""
GAP_FLOOR, HEADING_FLOOR = -0.5, -1.0
"""Log odds that will do for a block between chosen ones, and for a heading right above one."""
OUTSIDE_COMMENTS = 300.0
"""Effective length that a page must have outside its comments for them to be left out."""

_NAMES = tuple(NAMES)

__all__ = ["chosen", "extract", "main_text", "may_have_code", "parse", "title_of"]


def main_text(page: Blocks, options: ExtractOptions, model: Model | None = None) -> np.ndarray | None:
    """The main text of a parsed page as UTF-8, uint8; None where there is none."""
    model = model or shipped()
    check_features(model, _NAMES, "learned.model")
    if not len(page.rows):
        return None
    rows = features(page, *model.lexicon)
    threshold = model.threshold if options.favor == "none" else round(model.settings[options.favor] * model.scale)
    text = join(page, chosen(page, rows, score(model.forest, rows), threshold, model.scale, options.comments))
    return text if text.size else None


def chosen(
    page: Blocks, rows: np.ndarray, scores: np.ndarray, threshold: int, scale: int, comments: bool = False
) -> np.ndarray:
    """Which blocks are main text, bool [n]: by their features and scores (log odds times `scale`), less repetitions."""
    reach, floor, gap, heading = (
        round(log_odds * scale) for log_odds in (FALLBACK_REACH, FALLBACK_FLOOR, GAP_FLOOR, HEADING_FLOOR)
    )
    outside = math.inf if comments else OUTSIDE_COMMENTS
    keep = choose(scores, threshold, reach, floor, gap, heading, rows, outside)
    return drop_repeats(page.text, page.rows, keep)


def title_of(page: Blocks) -> str | None:
    """The page's title on one line."""
    return bytes(page.text[: page.title]).decode("utf-8", "replace") or None


def may_have_code(page: Blocks) -> bool:
    """Whether an element could hold a code block."""
    tags = page.elements[:, TAG]
    return bool(((tags == NUMBER["pre"]) | (tags == NUMBER["code"])).any())


def extract(html: bytes, options: ExtractOptions) -> str | None:
    """The main text of a page in UTF-8, None where there is none."""
    text = main_text(parse(np.frombuffer(html, np.uint8)), options)
    return None if text is None else bytes(text).decode("utf-8", "replace")
