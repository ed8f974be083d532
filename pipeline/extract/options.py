"""What a recipe may say about extraction (`extract:` of a source)."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

Single = Literal["trafilatura", "resiliparse", "learned"]


class ExtractOptions(BaseModel):
    """How pages become text. The defaults are what the README's figures were measured with."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    method: Literal["trafilatura", "resiliparse", "learned", "union"] = "trafilatura"
    """trafilatura is precise; resiliparse is about 12 times faster, at .05 to .08 less F1; learned is our own model;
    union joins two of them."""
    of: tuple[Single, Single] = ("learned", "trafilatura")
    """union: the two extractors. Lines come as the first one writes them; the deadline is for both together."""
    keep: Literal["agreed", "longer"] = "agreed"
    """union: the lines that both agree on, or the longer text where the two agree (see `union.py`)."""
    favor: Literal["none", "precision", "recall"] = "none"
    """trafilatura's `favor_precision` / `favor_recall`, another threshold of learned; resiliparse has none."""
    comments: bool = False
    """learned: keep readers' comments below an article. Posts of a forum are kept in any case."""
    fast: bool = False
    """trafilatura's `fast`: no comparison with fallback extractors. 1.4 times faster, F1 down by .004 to .006."""
    language_gate: bool = False
    """Skip pages that are clearly in none of the recipe's languages before the costly extraction."""

    max_bytes: Annotated[int, Field(ge=1)] = 10_000_000
    """Pages with more bytes are quarantined (`too_many_bytes`)."""
    max_nodes: Annotated[int, Field(ge=1)] = 100_000
    """Pages with more elements are quarantined (`too_many_nodes`). The largest of 4,000 real pages has 35,000;
    trafilatura takes 15 s for 80,000 paragraphs."""
    max_depth: Annotated[int, Field(ge=1, le=250)] = 250
    """Pages whose elements nest deeper are quarantined (`too_deep`). libxml2 drops without a word what lies below level
    256; the deepest of 4,000 real pages has 52 levels."""
    cpu_seconds: Annotated[float, Field(gt=0)] = 30.0
    """CPU time a page may take (`extract_cpu_deadline`): generous, so that the limits above decide on every machine."""

    @field_validator("of")
    @classmethod
    def _two_extractors(cls, of: tuple[Single, Single]) -> tuple[Single, Single]:
        if of[0] == of[1]:
            raise ValueError(f"union needs two different extractors, found {of[0]} twice")
        return of
