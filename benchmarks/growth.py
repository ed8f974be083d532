"""Does a run's memory stay flat, and its time linear, when the input grows tenfold?

    python benchmarks/growth.py [--copies 2] [--workers 2] [--pattern 'data/extraction/*.warc.gz']

Runs the same full recipe over `copies` and over ten times as many copies of the input, and prints the peak anonymous
memory (RssAnon, sampled five times a second) of the largest worker and of the largest extraction process, and the
wall times, with their ratios.
"""

import argparse
import tempfile
from pathlib import Path

from common import Run, repeat_inputs, run_winnow, shared_files, write_recipe
from overhead import FILTERS


def measure(files: list[Path], copies: int, workers: int) -> Run:
    """One run over `copies` copies; the token budget grows with them."""
    with tempfile.TemporaryDirectory() as folder:
        folders = repeat_inputs(files, copies, Path(folder) / "input")
        recipe = Path(folder) / "recipe.yaml"
        write_recipe(folders, recipe, budget=1_000_000 * copies, filters=FILTERS)
        run = run_winnow(recipe, Path(folder) / "out", workers)
    megabytes = {name: getattr(run.peaks, name) / 2**20 for name in ("worker", "extractor", "driver", "total")}
    print(
        f"{copies:3d} copies: {run.seconds:7.1f} s  " + "  ".join(f"{k} {v:.0f} MiB" for k, v in megabytes.items()),
        flush=True,
    )
    return run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--copies", type=int, default=2)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--pattern", default="data/extraction/[cdmz]*.warc.gz")
    args = parser.parse_args()
    files = shared_files(args.pattern)
    small = measure(files, args.copies, args.workers)
    large = measure(files, 10 * args.copies, args.workers)
    print(f"10 times the input: {large.seconds / small.seconds:.2f} times the time")
    for name in ("worker", "extractor"):
        ratio = getattr(large.peaks, name) / getattr(small.peaks, name)
        print(f"  peak anonymous memory of the largest {name}: {ratio:.2f} times")


if __name__ == "__main__":
    main()
