"""Where the time of a run goes: CPU and wall seconds of each stage, and of what lies before and after them.

    python benchmarks/where.py RECIPE [--workers 2] [--rounds 3]

Each round runs `winnow run RECIPE` from nothing in a process of its own, with a clock around every part of the driver
and, in its workers, every task. Prints the medians: CPU seconds, which the machine's noise spares, of the user and of
the system; wall seconds from the first start to the last end; and the wall seconds of all tasks together.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

DRIVER = (
    ("plan", "pipeline.run", "make_plan"),
    ("compile kernels", "pipeline.warm_up", "warm_up"),
    ("load modules and kernels", "pipeline.warm_up", "preload"),
    ("drive", "pipeline.engine.local", "run"),
    ("publish", "pipeline.publish", "publish"),
    ("report", "pipeline.report", "write_report"),
)


class Log:
    """Lines of (process, part, wall start, wall end, user seconds, system seconds), appended by every process."""

    def __init__(self, path: str) -> None:
        self._path = path

    def clocked(self, name: str | None, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function with a clock; without a name it is `run_task`, and the name is its stage's."""

        def run(*args: Any, **kwargs: Any) -> Any:
            wall, before = time.monotonic(), os.times()
            try:
                return function(*args, **kwargs)
            finally:
                after = os.times()
                part = name or f"stage {args[1].name}"
                self.note(part, wall, after.user - before.user, after.system - before.system)

        return run

    def note(self, part: str, started: float, user: float, system: float) -> None:
        with open(self._path, "a") as file:
            print(json.dumps([os.getpid(), part, started, time.monotonic(), user, system]), file=file)


def child(recipe: str, out: str, workers: int, log: Log) -> None:
    """One run with clocks."""
    import importlib

    from pipeline import cli

    for name, module, function in DRIVER:
        found = importlib.import_module(module)
        setattr(found, function, log.clocked(name, getattr(found, function)))
    from pipeline.engine import worker

    worker.run_task = log.clocked(None, worker.run_task)
    started = time.monotonic()
    try:
        cli.main(["run", recipe, "--out", out, "--workers", str(workers)])
    finally:
        times = os.times()
        log.note("whole run", started, times.user + times.children_user, times.system + times.children_system)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("recipe")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        child(args.recipe, args.child[0], args.workers, Log(args.child[1]))
        return
    rounds: dict[str, list[tuple[float, float, float, int]]] = defaultdict(list)
    for _ in range(args.rounds):
        with tempfile.TemporaryDirectory() as folder:
            log = Path(folder) / "log"
            command = [sys.executable, __file__, args.recipe, "--workers", str(args.workers)]
            with (Path(folder) / "said").open("w") as said:
                subprocess.run([*command, "--child", f"{folder}/out", str(log)], stdout=said, stderr=said)
            rows = [json.loads(line) for line in log.read_text().splitlines()]
        for part in dict.fromkeys(row[1] for row in rows):
            mine = [row for row in rows if row[1] == part]
            span = max(row[3] for row in mine) - min(row[2] for row in mine)
            busy = sum(row[3] - row[2] for row in mine)
            rounds[part].append((sum(r[4] for r in mine), sum(r[5] for r in mine), span, busy))
    print(f"{'part':<32}{'user':>8}{'system':>8}{'wall':>8}{'busy':>8}")
    for part, found in sorted(rounds.items(), key=lambda item: -statistics.median(f[0] + f[1] for f in item[1])):
        user, system, span, busy = (statistics.median(values) for values in zip(*found))
        print(f"{part:<32}{user:8.2f}{system:8.2f}{span:8.2f}{busy:8.2f}")


if __name__ == "__main__":
    main()
