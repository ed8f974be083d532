"""What the benchmarks share: repeated inputs, a recipe over them, and the peak anonymous memory of a run's
processes.
"""

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

RECIPE = """\
name: benchmark
seed: 7
sources:
{sources}
  reference: {{reader: jsonl, paths: [{reference}]}}
dedup: {{exact: true, minhash: {{threshold: 0.8}}, scope: within}}
contamination: {{benchmarks: [{benchmarks}], methods: {{gpt3: cut, palm: measure}}}}
mixture:
  budget_tokens: {budget}
  weights: {{{weights}, reference: 0.1}}
  max_epochs: 4
tokenizer: {{train: {{vocab_size: 16384, sample_bytes: 20000000}}}}
shards: {{seq_len_tokens: 2048, shard_bytes: 1_000_000}}
"""

SOURCE = """\
  {name}:
    reader: warc
    paths: ["{folder}/*"]
    extract: {{method: trafilatura, language_gate: false}}
    filters: [{filters}]
    quality: {{model: {{train: {{positive: [reference], negative: [{first}]}}}}, policy: pareto, alpha: 3}}
"""

REFERENCE = "data/reference/[bno]*.jsonl.gz"  # Brown, NLTK's corpora, OpenStax
BENCHMARKS = "data/benchmarks/*.jsonl.gz"


def repeat_inputs(files: Sequence[Path], copies: int, folder: Path) -> list[Path]:
    """`copies` folders, each with all the files (links): one source each, so that no copy is a duplicate of another."""
    folders = []
    for copy in range(copies):
        target = folder / f"copy{copy:02d}"
        target.mkdir(parents=True)
        for file in files:
            os.symlink(file.resolve(), target / file.name)
        folders.append(target)
    return folders


def write_recipe(folders: Sequence[Path], path: Path, *, budget: int, filters: str) -> None:
    """A full recipe with a source for each folder: rules, exact deduplication, quality (trained on the first source),
    near-duplicates, contamination, tokenizer, mixture, shards.
    """
    names = [folder.name for folder in folders]
    sources = "".join(SOURCE.format(name=f.name, folder=f, filters=filters, first=names[0]) for f in folders)
    weights = ", ".join(f"{name}: {0.9 / len(names):.6f}" for name in names)
    reference, benchmarks = (", ".join(f'"{file}"' for file in shared_files(name)) for name in (REFERENCE, BENCHMARKS))
    path.write_text(
        RECIPE.format(sources=sources, weights=weights, budget=budget, reference=reference, benchmarks=benchmarks)
    )


@dataclass
class Peaks:
    """Peak anonymous memory in bytes: of the largest worker, of the largest extraction process, and of all together."""

    worker: int = 0
    extractor: int = 0
    driver: int = 0
    total: int = 0
    samples: int = field(default=0, repr=False)


@dataclass(frozen=True)
class Run:
    seconds: float
    cpu_seconds: float
    peaks: Peaks


def run_winnow(recipe: Path, out: Path, workers: int) -> Run:
    """`winnow run` as a user types it, in a process of its own, watched from outside."""
    shutil.rmtree(out, ignore_errors=True)
    command = [sys.executable, "-m", "pipeline.cli", "run", str(recipe), "--out", str(out), "--workers", str(workers)]
    started, before = time.monotonic(), os.times()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    peaks = Peaks()
    watcher = threading.Thread(target=watch, args=(process.pid, peaks), daemon=True)
    watcher.start()
    _, errors = process.communicate()
    seconds, after = time.monotonic() - started, os.times()
    if process.returncode not in (0, 3):
        raise SystemExit(f"winnow run ended with {process.returncode}:\n{errors.decode()[-2000:]}")
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Run(seconds, cpu, peaks)


def watch(driver: int, peaks: Peaks) -> None:
    while True:
        tree = _tree(driver)
        if not tree:
            return
        sizes = {pid: anonymous(pid) for pid in tree}
        for pid, depth in tree.items():
            if depth == 0:
                peaks.driver = max(peaks.driver, sizes[pid])
            elif depth == 1:
                peaks.worker = max(peaks.worker, sizes[pid])
            else:
                peaks.extractor = max(peaks.extractor, sizes[pid])
        peaks.total = max(peaks.total, sum(sizes.values()))
        peaks.samples += 1
        time.sleep(0.2)


def _tree(pid: int) -> dict[int, int]:
    """Process -> depth below `pid`."""
    found, level = {}, [pid]
    depth = 0
    while level:
        following: list[int] = []
        for process in level:
            try:
                children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            found[process] = depth
            following += [int(child) for child in children]
        level, depth = following, depth + 1
    return found


def anonymous(pid: int) -> int:
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("RssAnon:"):
                return int(line.split()[1]) * 1024
    except (FileNotFoundError, ProcessLookupError):
        pass
    return 0


def shared_files(pattern: str) -> list[Path]:
    """Files of the shared data by pattern; ends the program where they are not there."""
    folder = Path(os.environ.get("WINNOW_SHARED", Path(__file__).parents[2] / "shared"))
    files = sorted(folder.glob(pattern))
    if not files:
        raise SystemExit(f"no {pattern} below {folder}: set WINNOW_SHARED to the folder of shared data")
    return files
