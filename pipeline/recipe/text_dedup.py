"""Deduplication of text inside documents: one class a published rule, with the paper's numbers as its defaults."""

from typing import Annotated

from pydantic import Field

from pipeline.recipe.values import Count, Part


class CcnetLines(Part):
    """CCNet's deduplication of lines (arXiv:1911.00359, section 3.1): by lower case, digits 0, no punctuation.

    Lines of punctuation alone are therefore all equal.
    """

    max_copies: Count = 1
    """A line that occurs more often goes; 1 in CCNet."""
    keep_first: bool = False
    """Keep one of each line, of the preferred source and the longest document. CCNet keeps none (its `mine.py`)."""


class Llama3Lines(Part):
    """Llama 3's deduplication of lines (arXiv:2407.21783, section 3.1.1), with the hash of CCNet."""

    max_copies: Count = 6
    """A line that occurs more often in a bucket goes from it; 6 in Llama 3."""
    bucket_documents: Count = 30_000_000
    """Documents a bucket, which a hash of their ids chooses; 30 million in Llama 3."""


class C4Spans(Part):
    """C4's rule (arXiv:1910.10683, section 2.2): all but one of any three-sentence span that occurs more than once."""

    sentences: Annotated[Count, Field(le=100)] = 3
    """Sentences a span; 3 in C4."""


class DclmParagraphs(Part):
    """DCLM's Bloom filter rule (arXiv:2406.11794, appendix L), exact and in an order of preference.

    Paragraphs are lines; those of fewer tokens than `ngram` stay as they are.
    """

    ngram: Annotated[Count, Field(le=100)] = 13
    """Tokens an n-gram; 13 in DCLM."""
    threshold: Annotated[float, Field(gt=0, lt=1)] = 0.8
    """A paragraph, and a document, goes where more than this share of its n-grams stands elsewhere; 0.8 in DCLM."""


class Substrings(Part):
    """Exact substrings of 50 tokens or more (Lee et al., arXiv:2107.06499, section 4.1; RefinedWeb, arXiv:2306.01116).

    Tokens are words, with punctuation, or characters of scripts without spaces.
    """

    tokens: Annotated[Count, Field(ge=10, le=10_000)] = 50
    """Tokens of the shortest repeat that is cut; 50 in both papers, of their BPE tokenizers."""
    keep_first: bool = True
    """Keep one copy of each, of the preferred source and the longest document. false cuts all, as RefinedWeb does."""
