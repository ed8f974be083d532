"""How much a whole run costs beyond extraction itself.

    python benchmarks/overhead.py [--copies 3] [--workers 2] [--rounds 3] [--pattern 'data/extraction/*.warc.gz']

Side by side, in interleaved rounds: `winnow run` of a full recipe (reading, extraction, tags, rules, exact
deduplication, quality classifier, near-duplicates, contamination, tokenizer training, tokenizing, mixture, shards;
language gate off) against a bare loop of trafilatura.extract with the same options over the same pages, already in
memory, on as many processes, which take pages dynamically. Prints wall times and their ratio.
"""

import argparse
import io
import multiprocessing
import os
import statistics
import tempfile
import time
from pathlib import Path

import trafilatura
from common import repeat_inputs, run_winnow, shared_files, write_recipe
from fastwarc.warc import ArchiveIterator, WarcRecordType

FILTERS = "gopher_repetition, gopher_quality, {c4: {terminal_punctuation: false}}, fineweb"
PAGES_A_CHUNK = 16


def read_pages(files: list[Path]) -> list[bytes]:
    """The HTML bodies of all successful responses."""
    pages = []
    for file in files:
        for record in ArchiveIterator(io.BytesIO(file.read_bytes()), record_types=WarcRecordType.response):
            kind = record.http_content_type or ""
            if record.http_headers and record.http_headers.status_code == 200 and "html" in kind:
                pages.append(record.reader.read())
    return pages


def extract_chunk(bounds: tuple[int, int]) -> int:
    """The bare loop over some pages; returns how many gave text."""
    found = 0
    for page in PAGES[bounds[0] : bounds[1]]:
        text = trafilatura.extract(page, include_comments=False, deduplicate=False)
        found += text is not None
    return found


def bare_loop(workers: int, copies: int) -> tuple[float, float, int]:
    """Wall seconds, CPU seconds, and pages with text."""
    chunks = [(start, start + PAGES_A_CHUNK) for start in range(0, len(PAGES), PAGES_A_CHUNK)] * copies
    started, before = time.monotonic(), os.times()
    with multiprocessing.get_context("fork").Pool(workers) as pool:  # the pages are shared, not sent
        found = sum(pool.imap_unordered(extract_chunk, chunks))
        seconds = time.monotonic() - started
        pool.close()
        pool.join()
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return seconds, cpu, found


PAGES: list[bytes] = []


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--copies", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pattern", default="data/extraction/*.warc.gz")
    args = parser.parse_args()
    files = shared_files(args.pattern)
    PAGES.extend(read_pages(files))
    print(
        f"{len(PAGES):,} pages x {args.copies}, {sum(map(len, PAGES)) / 1e6:.0f} MB of HTML, {args.workers} processes"
    )
    ratios = []
    with tempfile.TemporaryDirectory() as folder:
        folders = repeat_inputs(files, args.copies, Path(folder) / "input")
        recipe = Path(folder) / "recipe.yaml"
        write_recipe(folders, recipe, budget=5_000_000, filters=FILTERS)
        for number in range(args.rounds):
            bare, bare_cpu, found = bare_loop(args.workers, args.copies)
            run = run_winnow(recipe, Path(folder) / "out", args.workers)
            ratios.append(run.seconds / bare)
            print(
                f"round {number + 1}: bare loop {bare:.1f} s, {bare_cpu:.1f} s of CPU ({found:,} with text); "
                f"winnow run {run.seconds:.1f} s, {run.cpu_seconds:.1f} s of CPU; ratio {ratios[-1]:.3f}",
                flush=True,
            )
    print(f"median ratio {statistics.median(ratios):.3f} (from {min(ratios):.3f} to {max(ratios):.3f})")


if __name__ == "__main__":
    main()
