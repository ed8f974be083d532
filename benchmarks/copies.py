"""Deduplication inside documents: time, exchanged bytes and what is cut, for each rule over the same documents.

    python -m benchmarks.copies FILES... [--rules substrings,c4_spans] [--copies 2]

FILES are gzipped JSON lines with `text`. They are read `--copies` times as sources of their own: with 2, every text has
a copy elsewhere. Seconds are of CPU, of the workers, beyond those of the same run without the rule.
"""

import argparse
import gzip
import json
import resource
import tempfile
from pathlib import Path

from pipeline.planning import copies as rules
from pipeline.planning import paragraphs
from pipeline.recipe import Recipe, loads
from pipeline.run import RunResult, run


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("files", nargs="+", type=Path)
    arguments.add_argument("--rules", default=",".join((paragraphs.NAME, *rules.NAMES)))
    arguments.add_argument("--copies", type=int, default=1)
    options = arguments.parse_args()
    text = 0
    for path in options.files:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            text += sum(len(json.loads(line)["text"].encode()) for line in lines) * options.copies
    print(f"{text / 1e6:.1f} MB of text")
    heads = (
        ("seconds", 9),
        ("MB/s", 8),
        ("exchanged/text", 16),
        ("characters cut", 16),
        ("documents cut", 15),
        ("dropped", 9),
    )
    print(f"{'rule':<16}" + "".join(f"{name:>{width}}" for name, width in heads))
    for rule in options.rules.split(","):
        with tempfile.TemporaryDirectory() as folder:
            print(measure(rule, options.files, options.copies, Path(folder), text), flush=True)


def measure(rule: str, files: list[Path], copies: int, out: Path, text: int) -> str:
    """A line of the table: one run."""
    paths = json.dumps([str(path.absolute()) for path in files])
    sources = [f"  copy{copy}: {{reader: jsonl, paths: {paths}}}" for copy in range(copies)]
    recipe = loads("\n".join(["name: copies", "seed: 1", "sources:", *sources, f"dedup: {{{rule}: {{}}}}"]))
    result, seconds = timed(recipe, out / "with")
    _, without = timed(loads("\n".join(["name: copies", "seed: 1", "sources:", *sources])), out / "without")
    seconds -= without
    out = out / "with"
    work = [folder for folder in (out / "work").iterdir() if folder.name.startswith(rule)]
    exchanged = sum(path.stat().st_size for folder in work for path in folder.glob("exchange/*.arrow"))
    cut = 0
    for path in (folder for name in work for folder in name.glob("tasks/*.json")):
        cut += json.loads(path.read_bytes()).get("stats", {}).get("characters", 0)
    rows = [row for row in result.manifest["stages"] if row["stage"] == rule]
    return (
        f"{rule:<16}{seconds:>9.1f}{text / 1e6 / max(seconds, 1e-3):>8.1f}{exchanged / text:>16.2f}{cut:>16,}"
        f"{sum(row['cut'] for row in rows):>15,}{sum(row['dropped'] for row in rows):>9,}"
    )


def timed(recipe: Recipe, out: Path) -> tuple[RunResult, float]:
    """A run by one worker, and the CPU seconds of its worker."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    result = run(recipe, out, workers=1)
    return result, resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


if __name__ == "__main__":
    main()
