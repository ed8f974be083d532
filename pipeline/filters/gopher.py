"""Gopher's rules for web pages: document quality and repetition removal (Rae et al. 2021, arXiv:2112.11446).

Where the paper leaves the measurement open, the widely used reading is taken (datatrove): punctuation runs are words
of their own; lengths count characters of words that are not all punctuation; stop words are counted as distinct
words; a bullet is "•" or "-"; an ellipsis is "..." or "…". Thresholds are strict: a value equal to its limit passes.
"""

from typing import Literal

import pyarrow as pa
from pydantic import NonNegativeInt

from pipeline.filters.base import Filter, FilterParams, FilterResult

STOP_WORDS = ("the", "be", "to", "of", "and", "that", "have", "with")
"""Appendix A.1.1: a page must hold at least two of these."""


class GopherQualityParams(FilterParams):
    """Defaults: Appendix A.1.1, "Quality filtering". A limit of None switches its rule off."""

    min_words: NonNegativeInt | None = 50
    max_words: NonNegativeInt | None = 100_000
    min_mean_word_chars: float | None = 3.0
    max_mean_word_chars: float | None = 10.0
    max_hash_word_ratio: float | None = 0.1
    max_ellipsis_word_ratio: float | None = 0.1
    max_bullet_line_fraction: float | None = 0.9
    max_ellipsis_line_fraction: float | None = 0.3
    min_alpha_word_fraction: float | None = 0.8
    min_stop_words: NonNegativeInt = 2
    stop_words: tuple[str, ...] = STOP_WORDS
    stop_word_count: Literal["distinct", "occurrences"] = "distinct"
    """DCLM counts occurrences, datatrove distinct words; the paper's "at least two of" reads as distinct."""


class GopherRepetitionParams(FilterParams):
    """Defaults: Table A1. A limit of None switches its rule off."""

    max_duplicate_paragraph_fraction: float | None = 0.30
    max_duplicate_paragraph_char_fraction: float | None = 0.20
    max_duplicate_line_fraction: float | None = 0.30
    max_duplicate_line_char_fraction: float | None = 0.20
    max_top_2gram_char_fraction: float | None = 0.20
    max_top_3gram_char_fraction: float | None = 0.18
    max_top_4gram_char_fraction: float | None = 0.16
    max_duplicate_5gram_char_fraction: float | None = 0.15
    max_duplicate_6gram_char_fraction: float | None = 0.14
    max_duplicate_7gram_char_fraction: float | None = 0.13
    max_duplicate_8gram_char_fraction: float | None = 0.12
    max_duplicate_9gram_char_fraction: float | None = 0.11
    max_duplicate_10gram_char_fraction: float | None = 0.10


def _apply_quality(batch: pa.RecordBatch, params: GopherQualityParams) -> FilterResult:
    raise NotImplementedError


def _apply_repetition(batch: pa.RecordBatch, params: GopherRepetitionParams) -> FilterResult:
    raise NotImplementedError


GOPHER_QUALITY = Filter(
    name="gopher_quality",
    summary="Drops pages whose length, word shapes, symbols, bullets or stop words are not those of prose.",
    source="Gopher (arXiv:2112.11446), Appendix A.1.1, quality filtering",
    params=GopherQualityParams,
    reasons=(
        "too_few_words",
        "too_many_words",
        "mean_word_too_short",
        "mean_word_too_long",
        "too_many_hashes",
        "too_many_ellipses",
        "too_many_bullet_lines",
        "too_many_ellipsis_lines",
        "too_few_alpha_words",
        "too_few_stop_words",
    ),
    column="text",
    apply=_apply_quality,
    trips=(),
    passes="",
    example_params=GopherQualityParams(),
)

GOPHER_REPETITION = Filter(
    name="gopher_repetition",
    summary="Drops pages that repeat lines, paragraphs or word n-grams.",
    source="Gopher (arXiv:2112.11446), Appendix A.1.1, repetition removal, Table A1",
    params=GopherRepetitionParams,
    reasons=(
        "duplicate_paragraphs",
        "duplicate_paragraph_chars",
        "duplicate_lines",
        "duplicate_line_chars",
        "top_2gram",
        "top_3gram",
        "top_4gram",
        "duplicate_5gram",
        "duplicate_6gram",
        "duplicate_7gram",
        "duplicate_8gram",
        "duplicate_9gram",
        "duplicate_10gram",
    ),
    column="text",
    apply=_apply_repetition,
    trips=(),
    passes="",
    example_params=GopherRepetitionParams(),
)
