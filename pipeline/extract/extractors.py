"""The extractors by name. Each is a function from decoded HTML to main text, None where there is none; it may raise
`TooDeep`, and whatever else its library raises.
"""

from collections.abc import Callable

from pipeline.extract.options import ExtractOptions

Extractor = Callable[[str, ExtractOptions], str | None]


class TooDeep(Exception):
    """The parser gave up at its own limit of depth, so that the text would have been cut without a word."""


def _trafilatura(html: str, options: ExtractOptions) -> str | None:
    from pipeline.extract.trafilatura import extract

    return extract(html, options)


def _resiliparse(html: str, options: ExtractOptions) -> str | None:
    from pipeline.extract.resiliparse import extract

    return extract(html, options)


def _learned(html: str, options: ExtractOptions) -> str | None:
    from pipeline.extract.learned import extract

    return extract(html.encode("utf-8", "replace"), options)


def _union(html: str, options: ExtractOptions) -> str | None:
    from pipeline.extract.union import extract

    return extract(html, options)


# Libraries are imported on the first call: nobody loads what no recipe names.
EXTRACTORS: dict[str, Extractor] = {
    "trafilatura": _trafilatura,
    "resiliparse": _resiliparse,
    "learned": _learned,
    "union": _union,
}
