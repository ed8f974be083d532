"""C4's line and page rules (Raffel et al. 2019, arXiv:1910.10683, section 2.2; reference code in TensorFlow Datasets).

Lines go first and change the text; page rules judge what is left. Paper, reference code and re-implementations differ:
the code has >= 5 words a line and >= 3 sentences a page (the defaults here); one printed version of the paper, and
datatrove, have >= 3 words and >= 5 sentences. The rules on long words and on policy phrases are in the code only.
FineWeb runs these rules with `terminal_punctuation: false`.
"""

import re
from functools import lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import NonNegativeInt, PositiveInt

from pipeline.errors import WinnowError
from pipeline.filters.base import Filter, FilterParams, FilterResult, Rule, judge
from pipeline.filters.examples import PROSE, SENTENCES
from pipeline.filters.lists import read_list
from pipeline.kernels.c4 import CURLY_BRACKET, LOREM_IPSUM, LineRules, clean_pages

END_MARKS = (".", "?", "!", '"')
"""Section 2.2, "terminal punctuation mark"."""


class C4Params(FilterParams):
    """Defaults: the reference code. A limit of None switches its rule off."""

    max_word_chars: PositiveInt | None = 1000
    """Removes lines with a longer word (code only)."""
    citations: bool = True
    """Strips [1], [], [edit] and [citation needed]."""
    terminal_punctuation: bool = True
    """Removes lines that do not end in one of `end_marks`, or that end in "..."."""
    end_marks: tuple[str, ...] = END_MARKS
    min_words_per_line: NonNegativeInt | None = 5
    """Removes shorter lines; words as separated by whitespace."""
    lorem_ipsum: bool = True
    """Drops pages that hold the phrase."""
    javascript: bool = True
    """Removes lines that hold the word."""
    curly_bracket: bool = True
    """Drops pages that hold a "{"."""
    policy: bool = True
    """Removes lines about cookies, terms of use and privacy policies (code only)."""
    bad_words: Path | tuple[str, ...] | None = None
    """Drops pages that hold one of these words or phrases in a line that stays, in any case: a list, or a file with one
    a line, where lines that start with # are ignored. None are shipped."""
    min_sentences: NonNegativeInt | None = 3
    """Drops pages with fewer sentences after the line rules."""
    min_long_lines: NonNegativeInt | None = None
    """mC4 asks for 3 lines of `long_line_chars` (Xue et al. 2020, arXiv:2010.11934)."""
    long_line_chars: PositiveInt = 200

    def files(self) -> tuple[Path, ...]:
        return (self.bad_words,) if isinstance(self.bad_words, Path) else ()


MEASURES = ("lorem_ipsum", "curly_bracket", "bad_word", "sentences", "long_lines", "kept_lines")
RULES = (
    Rule("lorem_ipsum", "lorem_ipsum", "above", 0),
    Rule("curly_bracket", "curly_bracket", "above", 0),
    Rule("bad_word", "bad_word", "above", 0),
    Rule("no_lines_left", "kept_lines", "below", 1),
    Rule("too_few_sentences", "sentences", "below", "min_sentences"),
    Rule("too_few_long_lines", "long_lines", "below", "min_long_lines"),
)


def _apply_c4(batch: pa.RecordBatch, params: C4Params) -> FilterResult:
    text = batch.column("text")
    pages = clean_pages(text, _line_rules(params))
    bad_word = np.zeros(len(text), np.bool_)
    if params.bad_words is not None:
        pattern = _bad_words_pattern(params.bad_words)
        bad_word = pc.match_substring_regex(pages.text, pattern, ignore_case=True).to_numpy(zero_copy_only=False)
    measured = (
        pages.verdict == LOREM_IPSUM,
        pages.verdict == CURLY_BRACKET,
        bad_word,
        pages.sentences,
        pages.long_lines,
        pages.kept_lines,
    )
    verdicts = judge(np.column_stack(measured).astype(np.float64), MEASURES, RULES, params)
    edited = pc.if_else(pa.array(verdicts.code == 0), pages.text, text)
    return FilterResult(verdicts.code, verdicts.score, verdicts.threshold, edited, pages.removed_lines)


def _line_rules(params: C4Params) -> LineRules:
    return LineRules(
        max_word_chars=-1 if params.max_word_chars is None else params.max_word_chars,
        citations=params.citations,
        terminal_punctuation=params.terminal_punctuation,
        end_marks=params.end_marks,
        min_words_per_line=-1 if params.min_words_per_line is None else params.min_words_per_line,
        lorem_ipsum=params.lorem_ipsum,
        javascript=params.javascript,
        curly_bracket=params.curly_bracket,
        policy=params.policy,
        long_line_chars=params.long_line_chars,
    )


@lru_cache(maxsize=8)
def _bad_words_pattern(bad_words: Path | tuple[str, ...]) -> str:
    """An RE2 pattern for any of the words that stands between characters that are no letter, digit or "_"."""
    listed = read_list(bad_words) if isinstance(bad_words, Path) else bad_words
    entries = [re.escape(entry) for entry in listed]
    if not entries:
        raise WinnowError(f"bad_words {bad_words!s} holds no word; add some or leave bad_words out")
    return rf"(?:^|[^\pL\pN_])(?:{'|'.join(entries)})(?:[^\pL\pN_]|$)"


C4 = Filter(
    name="c4",
    summary="Removes lines that are no sentences or boilerplate; drops pages with little left, filler text or code.",
    source="C4 (arXiv:1910.10683), section 2.2, and its reference code (tensorflow_datasets c4_utils)",
    params=C4Params,
    reasons=tuple(rule.reason for rule in RULES),
    column="text",
    apply=_apply_c4,
    trips=(
        ("lorem_ipsum", f"{PROSE}\nThe page still says lorem ipsum dolor here."),
        ("curly_bracket", f"{PROSE}\nThe script begins with {{ and never ends."),
        ("bad_word", f"{PROSE}\nThat is a Beastly thing to say."),
        ("no_lines_left", "Home\nOpening hours\nAbout us\nPlease enable javascript to see this page."),
        ("too_few_sentences", f"{SENTENCES[0]}\nRead more\nContact"),
        ("too_few_long_lines", "\n".join(SENTENCES[i] for i in (0, 2, 2, 2))),
    ),
    passes=PROSE,
    example_params=C4Params(bad_words=("beastly",), min_long_lines=1),
)
