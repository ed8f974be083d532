"""What a recipe says about the paper it follows: for readers and for `winnow plan`. A run does not read it."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from pipeline.recipe.values import Count, FrozenDict, Part, Share, refuse

Sentence = Annotated[str, Field(min_length=1)]


class PublishedSource(Part):
    """One row of a paper's mixture table, as printed. What the paper does not print is left out."""

    tokens: Annotated[int, Field(ge=0)] | None = None
    """Tokens of the source."""
    weight: Share | None = None
    """Share of training tokens."""
    epochs: Annotated[float, Field(ge=0)] | None = None
    """How often the source is seen in training."""

    @model_validator(mode="after")
    def _something(self) -> "PublishedSource":
        if self == PublishedSource.model_construct():
            raise refuse("nothing printed: give at least one of tokens, weight and epochs")
        return self


class Published(Part):
    """A paper's own mixture table, and which column of it the recipe runs where two disagree."""

    source: Sentence
    """The paper and the table."""
    trained_tokens: Count
    """Training tokens in all, in the paper."""
    sources: Annotated[Mapping[str, PublishedSource], Field(min_length=1), AfterValidator(FrozenDict)]
    """The rows of the table."""
    note: Sentence | None = None
    """What a reader of the table should know."""


class Undisclosed(Part):
    """Something the paper does not say, and what the recipe does instead."""

    paper: Sentence
    """What the paper says and does not say, with the section."""
    chosen: Sentence
    """What this recipe does."""
