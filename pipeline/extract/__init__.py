"""From the bytes of a page to its main text: charset, limits, extractor, all in a child process that may die."""

from pipeline.extract.inside import IN_PROCESS, Inside
from pipeline.extract.options import ExtractOptions
from pipeline.extract.page import Outcome, Page
from pipeline.extract.sandbox import Sandbox

__all__ = ["IN_PROCESS", "ExtractOptions", "Inside", "Outcome", "Page", "Sandbox"]
