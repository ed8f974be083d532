"""What a recipe may say about extraction (`extract:` of a source)."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class ExtractOptions(BaseModel):
    """How pages become text. The defaults are what the README's figures were measured with."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    method: Literal["trafilatura", "resiliparse"] = "trafilatura"
    """trafilatura is precise; resiliparse is about 12 times faster, at .05 to .08 less F1."""
    favor: Literal["none", "precision", "recall"] = "none"
    """trafilatura's `favor_precision` / `favor_recall`; must be `none` for other methods."""
    fast: bool = False
    """trafilatura's `fast`: no comparison with fallback extractors. 1.4 times faster, F1 down by .004 to .006."""
    language_gate: bool = False
    """Skip pages that are clearly in none of the recipe's languages before the costly extraction."""

    max_bytes: Annotated[int, Field(ge=1)] = 10_000_000
    """Pages above are quarantined (`too_many_bytes`)."""
    max_nodes: Annotated[int, Field(ge=1)] = 200_000
    """Pages with more tags than this are quarantined (`too_many_nodes`)."""
    max_depth: Annotated[int, Field(ge=1)] = 2_000
    """Pages whose elements nest deeper are quarantined (`too_deep`)."""
    cpu_seconds: Annotated[float, Field(gt=0)] = 30.0
    """CPU time a page may take (`extract_cpu_deadline`). Generous: the limits above decide first, on every machine alike."""
