"""Runs of the sandbox over pages that are commands to a hostile extractor."""

from pipeline.extract import ExtractOptions, Outcome, Page, Sandbox

OBEY = "hostile_extractors:obey"
GOOD = "A page of plain words."


def page(text: str) -> Page:
    return Page(text.encode(), None, None)


def run(*texts: str, cpu_seconds: float = 0.5, extractor: str = OBEY, max_mib: int = 2048) -> list[Outcome]:
    options = ExtractOptions(cpu_seconds=cpu_seconds)
    with Sandbox(options, extractor=extractor, max_resident_bytes=max_mib << 20) as sandbox:
        return list(sandbox.extract(page(text) for text in texts))
