"""Readers of input files, by the name that recipes use."""

from pipeline.sources import arc, jsonl, parquet, text, warc, wet
from pipeline.sources.base import WHOLE_FILE, InputFile, Reader, ReaderOptions, Record, Rejected, Split

READERS: dict[str, Reader] = {module.READER.name: module.READER for module in (warc, arc, wet, jsonl, parquet, text)}

__all__ = ["READERS", "WHOLE_FILE", "InputFile", "Reader", "ReaderOptions", "Record", "Rejected", "Split"]
