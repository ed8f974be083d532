"""Main-text extraction alone: pages a second, and scores against gold.

    python benchmarks/extractors.py [--every 8] [--rounds 5] [--methods learned]
    python benchmarks/extractors.py --score [--methods learned union] [--models FILE ...]

Bytes in, text out, one core. The others are plain trafilatura (comments off, and its fast mode) and resiliparse (main
content) in the environment that benchmarks/peers/setup makes; ours go through `extract_page`, charsets and titles
included, as in a run, without its child processes. All take turns on the same core every few pages, in rounds; times
are core-seconds, which neighbours disturb least. Prints pages a second, MB of HTML a second, and the median of the
rounds' ratios to trafilatura with its range, a gold set at a time and all together.

`--score` extracts every page of every gold set by every method and prints what the shared scorer says of it; the sets
that the shipped model comes from are also divided into training hosts and held-out hosts. The shipped model was trained
again on both: held_out.model of `winnow train extractor --refit` is the one to score on held-out hosts.
`--models` scores other files of the learned extractor too (other seeds), and prints their mean and range. What the
others extract is kept in build/peers/extracted-texts/ and not extracted again.

A minute a round and two cores' worth of quiet for every eighth page: three minutes with five rounds. `--score` takes
six minutes the first time, and 20 seconds a method of ours after that (trafilatura and union: two minutes).
"""

import argparse
import gzip
import json
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
PYTHON = Path(os.environ.get("WINNOW_OTHERS_PYTHON", HERE.parent / "build" / "peers" / "others" / "bin" / "python"))
KEPT = HERE.parent / "build" / "peers" / "extracted-texts"
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # before libraries count the cores

import numpy as np  # noqa: E402
from common import shared_files  # noqa: E402
from extractor_scores import Scored, print_spread, score  # noqa: E402
from fastwarc.warc import ArchiveIterator, WarcRecordType  # noqa: E402

from pipeline.extract import ExtractOptions, Page  # noqa: E402
from pipeline.extract.charset import to_utf8  # noqa: E402
from pipeline.extract.extractors import EXTRACTORS  # noqa: E402
from pipeline.extract.learned import main_text, parse  # noqa: E402
from pipeline.extract.model import load  # noqa: E402
from pipeline.extract.work import extract_page  # noqa: E402

TIMED_SETS = ("wcxb", "zyte-articles", "daniel-multilingual", "trafilatura-eval", "cleanportaleval")
GOLD_SETS = (*TIMED_SETS, "misc-articles")
TURN_PAGES = 8
BASE = "trafilatura"
PEERS = (BASE, "trafilatura fast", "resiliparse")

Extract = Callable[[int, int], tuple[list[float], list[str | None]]]
"""(first page, last page) -> core-seconds and texts."""


@dataclass(frozen=True)
class SetPages:
    """Pages of one set, which stand at `first` and after in the list of all."""

    name: str
    first: int
    pages: list[bytes]
    record_ids: list[str]


def read_sets(names: tuple[str, ...], every: int) -> list[SetPages]:
    """Every `every`-th page of each set."""
    sets: list[SetPages] = []
    first = 0
    for name in names:
        pages, record_ids = [], []
        with shared_files(f"data/extraction/{name}.warc.gz")[0].open("rb") as stream:
            for number, record in enumerate(ArchiveIterator(stream, record_types=WarcRecordType.response)):
                if number % every == 0:
                    pages.append(record.reader.read())
                    record_ids.append(record.record_id)
        sets.append(SetPages(name, first, pages, record_ids))
        first += len(pages)
    return sets


def ours(method: str, pages: list[bytes]) -> Extract:
    """One of our methods as a run has it, but in this process."""
    options = ExtractOptions(method=method)  # type: ignore[arg-type]
    extractor = EXTRACTORS[method]

    def extract(first: int, last: int) -> tuple[list[float], list[str | None]]:
        seconds, texts = [], []
        for page in pages[first:last]:
            started = time.process_time()
            text = extract_page(Page(page, None, ""), options, extractor).text
            seconds.append(time.process_time() - started)
            texts.append(text)
        return seconds, texts

    _, texts = extract(0, min(TURN_PAGES, len(pages)))  # compiled and warm
    if not any(texts):
        outcome = extract_page(Page(pages[0], None, ""), options, extractor)
        raise SystemExit(f"{method} finds no text in {len(texts)} pages: {outcome}")
    return extract


def by_model(file: Path, pages: list[bytes]) -> Extract:
    """The learned extractor with another model."""
    model, options = load(file), ExtractOptions(method="learned")

    def extract(first: int, last: int) -> tuple[list[float], list[str | None]]:
        seconds, texts = [], []
        for page in pages[first:last]:
            started = time.process_time()
            text = main_text(parse(np.frombuffer(to_utf8(page, None)[0], np.uint8)), options, model)
            texts.append(None if text is None else bytes(text).decode("utf-8", "replace"))
            seconds.append(time.process_time() - started)
        return seconds, texts

    extract(0, 1)
    return extract


@contextmanager
def peers(pages: list[bytes], with_texts: bool) -> Iterator[dict[str, Extract]]:
    """The others, in a process of their own on the same core."""
    if not PYTHON.is_file():
        raise SystemExit(f"no {PYTHON}: run benchmarks/peers/setup, or set WINNOW_OTHERS_PYTHON")
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "pages.bin").write_bytes(b"".join(pages))
        (Path(name) / "pages.json").write_text(json.dumps([len(page) for page in pages]))
        command = [str(PYTHON), str(HERE / "peers" / "extract_side.py"), name]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdin
            assert process.stdout
            questions, answers = process.stdin, process.stdout

            def asking(method: str) -> Extract:
                def extract(first: int, last: int) -> tuple[list[float], list[str | None]]:
                    questions.write(json.dumps([method, first, last, with_texts]) + "\n")
                    questions.flush()
                    if not (line := answers.readline()):
                        raise SystemExit(f"the other side ended with {process.wait()}; its message stands above")
                    answer = json.loads(line)
                    return answer["seconds"], answer["texts"]

                return extract

            yield {method: asking(method) for method in PEERS}
            questions.close()


def measure(sets: list[SetPages], methods: dict[str, Extract], rounds: int) -> None:
    """The rounds, and a line a set and method."""
    total = sum(len(each.pages) for each in sets)
    spent: dict[str, list[list[float]]] = {method: [] for method in methods}  # method -> round -> core-seconds a page
    for number in range(rounds):
        for method in methods:
            spent[method].append([])
        for first in range(0, total, TURN_PAGES):
            for method, extract in methods.items():
                spent[method][-1] += extract(first, min(first + TURN_PAGES, total))[0]
        print(f"round {number + 1}: " + ", ".join(f"{m} {sum(s[-1]):.2f} s" for m, s in spent.items()), flush=True)
    print(f"\n{'':<20} {'':<17} {'pages/s':>8} {'MB/s':>7} {'times trafilatura':>22}")
    bounds = {each.name: range(each.first, each.first + len(each.pages)) for each in sets}
    sizes = [len(page) for each in sets for page in each.pages]
    for name, rows in {**bounds, "all": range(total)}.items():
        base = [sum(times[i] for i in rows) for times in spent[BASE]]
        for method in methods:
            seconds = [sum(times[i] for i in rows) for times in spent[method]]
            ratios = [theirs / own for theirs, own in zip(base, seconds)]
            median = statistics.median(seconds)
            print(
                f"{name if method == next(iter(methods)) else '':<20} {method:<17} {len(rows) / median:8.1f} "
                f"{sum(sizes[i] for i in rows) / median / 1e6:7.1f} "
                f"{statistics.median(ratios):8.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
            )
    print(f"{total:,} pages, {sum(sizes) / 1e6:.0f} MB of HTML, {rounds} rounds")


def score_all(sets: list[SetPages], methods: dict[str, Extract], kept: frozenset[str]) -> dict[str, Scored]:
    """Extract every page by every method, and print the scores. The texts of `kept` are read where they are kept."""
    total = sum(len(each.pages) for each in sets)
    record_ids = [identity for each in sets for identity in each.record_ids]
    found = {}
    for method, extract in methods.items():
        file = KEPT / f"{method.replace(' ', '-')}.json.gz"
        if method in kept and file.exists():
            texts = json.loads(gzip.decompress(file.read_bytes()))
            print(f"\n{method}: texts of an earlier run")
        else:
            seconds, texts = extract(0, total)
            print(f"\n{method}: {sum(seconds):.0f} core-seconds, {sum(not text for text in texts)} pages without text")
        if method in kept and not file.exists():
            KEPT.mkdir(parents=True, exist_ok=True)
            file.write_bytes(gzip.compress(json.dumps(texts).encode(), 6))
        found[method] = score([each.name for each in sets], record_ids, texts)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--every", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--methods", nargs="+", choices=tuple(EXTRACTORS), default=None, help="ours")
    parser.add_argument("--score", action="store_true")
    parser.add_argument("--models", nargs="+", type=Path, default=[], help="further files of the learned extractor")
    args = parser.parse_args()
    wanted = args.methods or (tuple(EXTRACTORS) if args.score else ("learned",))
    sets = read_sets(GOLD_SETS if args.score else TIMED_SETS, 1 if args.score else args.every)
    pages = [page for each in sets for page in each.pages]
    with peers(pages, args.score) as others:
        methods = {**others, **{f"our {method}": ours(method, pages) for method in wanted}}
        models = {f"learned, {file.stem}": by_model(file, pages) for file in args.models}
        if not args.score:
            measure(sets, methods | models, args.rounds)
            return
        scored = score_all(sets, methods | models, kept=frozenset(others))
    if models:
        print_spread({name: scored[name] for name in models})


if __name__ == "__main__":
    main()
