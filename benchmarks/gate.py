"""What does the language gate lose, and what does it save?

    python benchmarks/gate.py [--pattern 'data/extraction/*.warc.gz' 'data/warc/*.warc*'] [--every 1]

Extracts every HTML page of the files in full by trafilatura, and calls its language what the tagger says of the main
text. Then asks for each language what the gate would have done with the pages if only this one were wanted: `lost` are
pages in it (at the recipes' usual score) that the gate drops; with the upper bound of their share at 95 % confidence;
`stopped` are the other pages with a main text that it drops. Twice: with the text that resiliparse sees, as for
libraries, and with that of our own blocks, as for `learned`. Languages of fewer than 50 pages are counted together.

About five minutes on one core.
"""

import argparse
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from common import shared_files

from pipeline.extract import ExtractOptions, Page, Sandbox
from pipeline.extract.charset import decode
from pipeline.extract.gate import LanguageGate
from pipeline.kernels.html_blocks import parse
from pipeline.report.sections.gate import upper_bound
from pipeline.sources import READERS, WHOLE_FILE, InputFile, Record
from pipeline.tag import language

MIN_SCORE = 0.65  # languages.min_score of FineWeb and of recipes/commoncrawl.yaml
FEW_PAGES = 50


@dataclass(frozen=True)
class Seen:
    """A page: the label of its main text, and whether the gate stops it, by wanted language and by way of looking."""

    label: str
    is_sure: bool
    places: dict[str, tuple[tuple[str, float], ...]]
    """Way of looking -> (language, score) at each place that the gate looks at."""


def pages(files: list[Path], every: int) -> Iterator[Page]:
    """The pages of the archives, as a run reads them."""
    reader = READERS["warc"]
    number = 0
    for path in files:
        file = InputFile("web", str(path), path.name, path.stat().st_size, "")
        for record in reader.read(file, WHOLE_FILE, reader.options()):
            if isinstance(record, Record) and record.content is not None:
                number += 1
                if number % every == 0:
                    yield Page(record.content, record.charset, record.url)


def look(page: Page, label: str, score: float, model: language.LanguageModel) -> Seen:
    """What the gate sees at its places: it is asked with a detector that writes down its answers."""
    decoded = decode(page.content, page.charset).text
    found: dict[str, tuple[tuple[str, float], ...]] = {}
    for way in ("resiliparse", "blocks"):
        answers: list[tuple[str, float]] = []

        def detect(text: str, answers: list[tuple[str, float]] = answers) -> tuple[str, float]:
            answers.append(language.detect(text, model))
            return "", 1.0  # so that it looks at both places

        gate = LanguageGate(frozenset(), detect)
        if way == "resiliparse":
            gate.other_language(decoded)
        else:
            gate.of_utf8(bytes(parse(np.frombuffer(decoded.encode("utf-8", "replace"), np.uint8)).text))
        found[way] = tuple(answers)
    return Seen(label, score >= MIN_SCORE, found)


def is_stopped(seen: Seen, way: str, wanted: str) -> bool:
    """Whether the gate drops the page where one language is wanted."""
    answers = iter(seen.places[way])
    return LanguageGate(frozenset([wanted]), lambda _: next(answers)).of_utf8(b"") is not None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pattern", nargs="+", default=["data/extraction/*.warc.gz", "data/warc/*.warc*"])
    parser.add_argument("--every", type=int, default=1)
    args = parser.parse_args()
    files = [file for pattern in args.pattern for file in shared_files(pattern)]
    model = language.load(str(language.model_file(language.DEFAULT_MODEL).path))
    read: list[Page] = []

    def noted() -> Iterator[Page]:
        for page in pages(files, args.every):
            read.append(page)
            yield page

    found = []
    with Sandbox(ExtractOptions()) as sandbox:
        for number, outcome in enumerate(sandbox.extract(noted())):
            if outcome.text:
                found.append(look(read[number], *language.detect(outcome.text, model), model))
            read[number] = Page(b"", None, None)
    print(f"{len(read)} pages of {len(files)} files, {len(found)} with a main text")
    counts = Counter(seen.label for seen in found if seen.is_sure)
    names = [name for name, count in counts.most_common() if count >= FEW_PAGES]
    for way in ("resiliparse", "blocks"):
        print(f"\nThe gate looks at the text of {way}:")
        print(
            "| wanted | pages in it | lost | at most | other pages | stopped |\n| --- | --- | --- | --- | --- | --- |"
        )
        _row("each of these", names, found, way)
        for name in names:
            _row(name, [name], found, way)
        _row("each of the others", [name for name in counts if name not in names], found, way)


def _row(title: str, names: list[str], found: list[Seen], way: str) -> None:
    mine = [(seen, name) for name in names for seen in found if seen.label == name and seen.is_sure]
    others = [(seen, name) for name in names for seen in found if seen.label != name]
    lost = sum(is_stopped(seen, way, name) for seen, name in mine)
    stopped = sum(is_stopped(seen, way, name) for seen, name in others)
    if mine and others:
        print(
            f"| {title} | {len(mine):,} | {lost} ({lost / len(mine):.2%}) | {upper_bound(lost, len(mine)):.2%} "
            f"| {len(others):,} | {stopped / len(others):.1%} |"
        )


if __name__ == "__main__":
    main()
