"""Gopher's rules for web pages: document quality and repetition removal (Rae et al. 2021, arXiv:2112.11446).

Where the paper leaves the measurement open, the widely used reading is taken (datatrove): punctuation runs are words
of their own; lengths count characters of words that are not all punctuation; stop words are counted as distinct
words; a bullet is "•" or "-"; an ellipsis is "..." or "…". Thresholds are strict: a value equal to its limit passes.
One reading of datatrove's is not taken: there, blank lines that hold white space are lines, and repeat each other.
"""

from typing import Literal

import pyarrow as pa
from pydantic import NonNegativeInt, PositiveInt

from pipeline.filters.base import Filter, FilterParams, FilterResult, Rule, judge
from pipeline.filters.examples import GERMAN_PROSE, PROSE, SENTENCES, chorus, echo
from pipeline.kernels import gopher_quality, gopher_repetition

STOP_WORDS = ("the", "be", "to", "of", "and", "that", "have", "with")
"""Appendix A: a page must hold at least two of these."""


class GopherQualityParams(FilterParams):
    """Defaults: Appendix A, "Quality filtering". A limit of None switches its rule off, as 0 does for stop words."""

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
    """Matched whole and in the case given, so list what prose in your language holds; each must be one word."""
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
    min_top_ngram_count: PositiveInt = 1
    """How often the most frequent n-gram must occur to count. 1 is the paper's wording and datatrove's reading, and
    drops texts of a sentence or two; 2 is DCLM's, for sources whose documents are short and no worse for it."""
    max_duplicate_5gram_char_fraction: float | None = 0.15
    max_duplicate_6gram_char_fraction: float | None = 0.14
    max_duplicate_7gram_char_fraction: float | None = 0.13
    max_duplicate_8gram_char_fraction: float | None = 0.12
    max_duplicate_9gram_char_fraction: float | None = 0.11
    max_duplicate_10gram_char_fraction: float | None = 0.10


QUALITY_RULES = (
    Rule("too_few_words", "words", "below", "min_words"),
    Rule("too_many_words", "words", "above", "max_words"),
    Rule("mean_word_too_short", "mean_word_chars", "below", "min_mean_word_chars"),
    Rule("mean_word_too_long", "mean_word_chars", "above", "max_mean_word_chars"),
    Rule("too_many_hashes", "hash_word_ratio", "above", "max_hash_word_ratio"),
    Rule("too_many_ellipses", "ellipsis_word_ratio", "above", "max_ellipsis_word_ratio"),
    Rule("too_many_bullet_lines", "bullet_line_fraction", "above", "max_bullet_line_fraction"),
    Rule("too_many_ellipsis_lines", "ellipsis_line_fraction", "above", "max_ellipsis_line_fraction"),
    Rule("too_few_alpha_words", "alpha_word_fraction", "below", "min_alpha_word_fraction"),
    Rule("too_few_stop_words", "stop_words", "below", "min_stop_words"),
)

# The longest units first, as in datatrove, so that the reason names what a reader would see.
REPETITION_RULES = tuple(
    Rule(reason, f"{measure}_fraction", "above", f"max_{measure}_fraction")
    for reason, measure in (
        ("duplicate_paragraphs", "duplicate_paragraph"),
        ("duplicate_paragraph_chars", "duplicate_paragraph_char"),
        ("duplicate_lines", "duplicate_line"),
        ("duplicate_line_chars", "duplicate_line_char"),
        *((f"top_{n}gram", f"top_{n}gram_char") for n in (2, 3, 4)),
        *((f"duplicate_{n}gram", f"duplicate_{n}gram_char") for n in (5, 6, 7, 8, 9, 10)),
    )
)


def _apply_quality(batch: pa.RecordBatch, params: GopherQualityParams) -> FilterResult:
    distinct = params.stop_word_count == "distinct"
    measures = gopher_quality.gopher_quality_measures(batch.column("text"), params.stop_words, distinct)
    return judge(measures, gopher_quality.MEASURES, QUALITY_RULES, params)


def _apply_repetition(batch: pa.RecordBatch, params: GopherRepetitionParams) -> FilterResult:
    measures = gopher_repetition.gopher_repetition_measures(batch.column("text"), params.min_top_ngram_count)
    return judge(measures, gopher_repetition.MEASURES, REPETITION_RULES, params)


GOPHER_QUALITY = Filter(
    name="gopher_quality",
    summary="Drops pages whose length, word shapes, symbols, bullets or stop words are not those of prose.",
    source="Gopher (arXiv:2112.11446), Appendix A, quality filtering",
    params=GopherQualityParams,
    reasons=tuple(rule.reason for rule in QUALITY_RULES),
    column="text",
    apply=_apply_quality,
    trips=(
        ("too_few_words", "The mill is closed to the public until the snow has gone."),
        ("too_many_words", " ".join([PROSE, PROSE, PROSE])),
        ("mean_word_too_short", "So it is as it was: we go up to it, or it is to go on as it is. " * 4),
        ("mean_word_too_long", "Internationalised telecommunications infrastructures notwithstanding. " * 15),
        ("too_many_hashes", PROSE.replace(" the ", " #the ") + " #mill #grain #valley #lane #tea #snow"),
        ("too_many_ellipses", PROSE.replace(",", " ...").replace(" the ", " the ... ")),
        ("too_many_bullet_lines", "\n".join(f"• {sentence}" for sentence in SENTENCES)),
        ("too_many_ellipsis_lines", "\n".join(sentence[:-1] + "…" for sentence in SENTENCES)),
        ("too_few_alpha_words", PROSE + "".join(f" {year}" for year in range(1880, 1925))),
        ("too_few_stop_words", GERMAN_PROSE),
    ),
    passes=PROSE,
    example_params=GopherQualityParams(max_words=200),
)

GOPHER_REPETITION = Filter(
    name="gopher_repetition",
    summary="Drops pages that repeat lines, paragraphs or word n-grams.",
    source="Gopher (arXiv:2112.11446), Appendix A, repetition removal, Table A1",
    params=GopherRepetitionParams,
    reasons=tuple(rule.reason for rule in REPETITION_RULES),
    column="text",
    apply=_apply_repetition,
    trips=(
        ("duplicate_paragraphs", f"{SENTENCES[0]}\n\nBook a tour!\n\n{SENTENCES[1]}\n\nBook a tour!\n\nBook a tour!"),
        ("duplicate_paragraph_chars", "\n\n".join([*SENTENCES[:4], SENTENCES[3]])),
        ("duplicate_lines", f"{SENTENCES[0]}\nBook a tour!\n{SENTENCES[1]}\nBook a tour!\nBook a tour!"),
        ("duplicate_line_chars", "\n".join([*SENTENCES[:4], SENTENCES[3]])),
        ("top_2gram", chorus("windmill holidays", 12)),
        ("top_3gram", chorus("romantic windmill holidays", 23)),
        ("top_4gram", chorus("wonderful romantic windmill holidays", 35)),
        # Passages long enough that no 4-gram in them, said twice, is too frequent.
        *(
            (f"duplicate_{n}gram", echo(words, (20 - n) / 100))
            for n, words in zip(range(5, 11), (10, 12, 14, 8, 9, 10))
        ),
    ),
    passes=PROSE,
    example_params=GopherRepetitionParams(),
)
