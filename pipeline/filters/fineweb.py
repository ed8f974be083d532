"""FineWeb's own rules, after Gopher's and C4's (Penedo et al. 2024, arXiv:2406.17557).

The limit on characters in duplicated lines is 0.1 in the main text but 0.01 in the appendix and in the released code;
the code's value is the default. The rule on newlines is in the code only. Thresholds are strict.
"""

import pyarrow as pa
from pydantic import PositiveInt

from pipeline.filters.base import Filter, FilterParams, FilterResult, Rule, judge
from pipeline.filters.examples import PROSE, SENTENCES
from pipeline.kernels.fineweb import MEASURES, fineweb_measures

TERMINAL_MARKS = (".", "'", '"', "!", "?", *"。！？．｡؟۔।॥։።។။།")
"""Those of the released code, and the full stops and question marks of other scripts."""


class FineWebParams(FilterParams):
    """Defaults: the released code. A limit of None switches its rule off. Blank lines are not counted as lines."""

    min_terminal_line_fraction: float | None = 0.12
    terminal_marks: tuple[str, ...] = TERMINAL_MARKS
    max_short_line_fraction: float | None = 0.67
    short_line_chars: PositiveInt = 30
    max_duplicate_line_char_fraction: float | None = 0.01
    max_newline_word_ratio: float | None = 0.3


RULES = (
    Rule("empty", "lines", "below", 1),
    Rule("few_terminal_lines", "terminal_line_fraction", "below", "min_terminal_line_fraction"),
    Rule("many_short_lines", "short_line_fraction", "above", "max_short_line_fraction"),
    Rule("duplicate_line_chars", "duplicate_line_char_fraction", "above", "max_duplicate_line_char_fraction"),
    Rule("many_newlines", "newline_word_ratio", "above", "max_newline_word_ratio"),
)


def _apply_fineweb(batch: pa.RecordBatch, params: FineWebParams) -> FilterResult:
    measures = fineweb_measures(batch.column("text"), params.terminal_marks, params.short_line_chars)
    return judge(measures, MEASURES, RULES, params)


FINEWEB = Filter(
    name="fineweb",
    summary="Drops pages made of lists: few lines end a sentence, many are short, repeated or nearly empty.",
    source="FineWeb (arXiv:2406.17557), on additional heuristic filters, and its released code",
    params=FineWebParams,
    reasons=tuple(rule.reason for rule in RULES),
    column="text",
    apply=_apply_fineweb,
    trips=(
        ("empty", " \n\t\n"),
        ("few_terminal_lines", "\n".join(sentence.rstrip(".") for sentence in SENTENCES)),
        ("many_short_lines", "The mill is old.\nThe wheel turns.\nThe yard is full.\nTea is served."),
        ("duplicate_line_chars", "\n".join([*SENTENCES, SENTENCES[2]])),
        ("many_newlines", "\n".join(f"https://www.example.org/mill/tour?{day}." for day in range(4))),
    ),
    passes=PROSE,
    example_params=FineWebParams(),
)
