"""The quickstart crawl: generated WARC files and corpora whose every planted oddity stands in a truth table."""

from pipeline.quickstart.generate import PATTERNS, PREFER, generate, inputs, settings
from pipeline.quickstart.truth import Truth, TruthRow, read_truth

__all__ = ["PATTERNS", "PREFER", "Truth", "TruthRow", "generate", "inputs", "read_truth", "settings"]
