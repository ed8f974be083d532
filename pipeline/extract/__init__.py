"""From the bytes of a page to its main text: charset, limits, extractor, all in a child process that may die."""

from pipeline.extract.options import ExtractOptions

__all__ = ["ExtractOptions"]
