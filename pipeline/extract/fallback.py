"""A page that an extractor could not do, tried once by a cheaper one, and what is on record about it."""

from dataclasses import replace

from pipeline.extract.options import ExtractOptions
from pipeline.extract.page import Outcome

# Not what no extractor may do: a page of too many bytes. The limits of elements and depth do not bind `learned`.
_REASONS = frozenset(
    (
        "extract_cpu_deadline", "extract_wall_deadline", "extract_memory", "extract_crashed", "extract_error",
        "too_deep", "too_many_nodes",
    )
)  # fmt: skip
_CHEAPER = {"trafilatura": "learned", "union": "learned", "learned": "resiliparse"}
_LIMITS = {"max_bytes", "max_nodes", "max_depth", "cpu_seconds"}


def cheaper(options: ExtractOptions) -> ExtractOptions | None:
    """The options of the extractor to try next, None after the cheapest."""
    method = _CHEAPER.get(options.method)
    if method is None:
        return None
    ours = {"favor", "comments"} if method == "learned" else set()
    return ExtractOptions.model_validate(options.model_dump(include=_LIMITS | ours) | {"method": method})


def is_worth_another_try(outcome: Outcome) -> bool:
    """Whether it was the extractor that failed."""
    return outcome.verdict == "quarantine" and outcome.reason in _REASONS


def after_another_try(failed: Outcome, method: str, second: Outcome, cheaper_method: str) -> Outcome:
    """The outcome of a page that `method` failed on: the cheaper one's text with the reason why it is not
    `method`'s; where it has no text either, quarantined, with both reasons in the detail."""
    why = f"{method}: {failed.detail}"
    if second.verdict == "keep":
        return replace(second, reason=failed.reason, detail=f"{why}; the text is {cheaper_method}'s")
    other = ": ".join(part for part in (cheaper_method, second.reason, second.detail) if part)
    return replace(failed, detail=f"{why}; {other}")
