"""Main text by trafilatura (Barbaresi 2021): precise, and the cost of a run."""

import trafilatura

from pipeline.extract.options import ExtractOptions


def extract(html: str | bytes, options: ExtractOptions) -> str | None:
    """The main text, None where there is none. Equal to `trafilatura.extract` with these arguments.

    Comments are off (better F1 on every gold set); `deduplicate` is off, because its cache makes the text of a page
    depend on the pages before it.
    """
    found: str | None = trafilatura.extract(
        html,
        include_comments=False,
        deduplicate=False,
        fast=options.fast,
        favor_precision=options.favor == "precision",
        favor_recall=options.favor == "recall",
    )
    return found
