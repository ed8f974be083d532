"""C4's line and page rules (Raffel et al. 2019, arXiv:1910.10683, section 2.2; reference code in TensorFlow Datasets).

Lines go first and change the text; page rules judge what is left. Paper, reference code and re-implementations differ:
the code has >= 5 words a line and >= 3 sentences a page (the defaults here); one printed version of the paper, and
datatrove, have >= 3 words and >= 5 sentences. The rules on long words and on policy phrases are in the code only.
FineWeb runs these rules with `terminal_punctuation: false`.
"""

from pathlib import Path

import pyarrow as pa
from pydantic import NonNegativeInt, PositiveInt

from pipeline.filters.base import Filter, FilterParams, FilterResult

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
    bad_words: Path | None = None
    """Drops pages that hold a word of this file: one word or phrase a line, lines starting with # ignored."""
    min_sentences: NonNegativeInt | None = 3
    """Drops pages with fewer sentences after the line rules."""
    min_long_lines: NonNegativeInt | None = None
    """mC4 asks for 3 lines of `long_line_chars` (Xue et al. 2020, arXiv:2010.11934, section 3.1)."""
    long_line_chars: PositiveInt = 200

    def files(self) -> tuple[Path, ...]:
        return () if self.bad_words is None else (self.bad_words,)


def _apply_c4(batch: pa.RecordBatch, params: C4Params) -> FilterResult:
    raise NotImplementedError


C4 = Filter(
    name="c4",
    summary="Removes lines that are no sentences or are boilerplate, then drops pages with little left or with markers of "
    "placeholder text and code.",
    source="C4 (arXiv:1910.10683), section 2.2, and its reference code (tensorflow_datasets c4_utils)",
    params=C4Params,
    reasons=(
        "lorem_ipsum",
        "curly_bracket",
        "bad_word",
        "too_few_sentences",
        "too_few_long_lines",
        "no_lines_left",
    ),
    column="text",
    apply=_apply_c4,
    trips=(),
    passes="",
    example_params=C4Params(),
)
