"""Readers of input files, by the name that recipes use."""

from pipeline.sources.base import WHOLE_FILE, InputFile, Reader, ReaderOptions, Record, Rejected, Split

READERS: dict[str, Reader] = {}

__all__ = ["READERS", "WHOLE_FILE", "InputFile", "Reader", "ReaderOptions", "Record", "Rejected", "Split"]
