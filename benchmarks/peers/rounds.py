"""Interleaved rounds: our function in this process and another's in its own, on the same core, never at once.

Times are core-seconds: on a core that others use too, wall times measure the others.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ENVIRONMENTS = HERE.parents[1] / "build" / "peers"
PEER_PYTHON = Path(os.environ.get("WINNOW_PEER_PYTHON", ENVIRONMENTS / "venv" / "bin" / "python"))
OTHERS_PYTHON = Path(os.environ.get("WINNOW_OTHERS_PYTHON", ENVIRONMENTS / "others" / "bin" / "python"))
ONE_THREAD = {
    f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "NUMBA", "RAYON", "VECLIB")
}


@dataclass(frozen=True)
class Peer:
    """The subprocess: `ask` runs one pass over its documents and returns (seconds, result)."""

    name: str
    process: subprocess.Popen[str]

    def ask(self, line: str = "run") -> tuple[float, Any]:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit(f"{self.name}'s side ended with {self.process.wait()}; its message stands above")
        reply = json.loads(answer)
        return reply.get("seconds", 0.0), reply.get("result")


@contextmanager
def peer(
    task: str, texts: list[str], index: dict[str, list[str]] | None = None, name: str = "datatrove"
) -> Iterator[Peer]:
    """Starts another's side on `texts` and waits until it is warm. All but datatrove live in one environment."""
    python, variable = (
        (PEER_PYTHON, "WINNOW_PEER_PYTHON") if name == "datatrove" else (OTHERS_PYTHON, "WINNOW_OTHERS_PYTHON")
    )
    if not python.is_file():
        raise SystemExit(f"no {python}: run benchmarks/peers/setup, or set {variable}")
    side = HERE / ("datatrove_side.py" if name == "datatrove" else "others_side.py")
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        (folder / "texts.json").write_text(json.dumps(texts))
        if index is not None:
            (folder / "index.json").write_text(json.dumps(index))
        command = [str(python), str(side), task, directory]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            started = Peer(name, process)
            started.ask("ready")
            yield started
            assert process.stdin
            process.stdin.close()


def one_core() -> None:
    """Pin this process and those it starts to one core, and every library to one thread. Call before heavy imports."""
    os.environ.update(ONE_THREAD)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def mean_pass(ours: Callable[[], Any], seconds: float) -> float:
    """Core-seconds of one pass of our side: the mean of as many passes as take about `seconds`, at least one."""
    passes = 0
    started = time.process_time()
    while True:
        ours()
        passes += 1
        spent = time.process_time() - started
        if spent >= seconds:
            return spent / passes


def compare(title: str, ours: Callable[[], Any], theirs: Peer, rounds: int, documents: int, size: int) -> float:
    """Alternate the two sides, print a line a round and the medians; returns the median ratio.

    `size` is the documents' UTF-8 bytes together. Our side repeats its pass for a second, since one pass is short.
    """
    ours()  # compiled and warm
    print(f"{title}: {documents:,} documents of {size / documents:,.0f} bytes, one core, {rounds} rounds", flush=True)
    print(f"{'round':>9} {'ours docs/s':>12} {'MB/s':>7} {f'{theirs.name} docs/s':>18} {'MB/s':>7} {'ratio':>7}")
    kept: list[tuple[float, float]] = []
    for number in range(rounds):
        peer_seconds, _ = theirs.ask()
        own_seconds = mean_pass(ours, 1.0)
        kept.append((own_seconds, peer_seconds))
        _line(str(number + 1), own_seconds, peer_seconds, documents, size)
    own, other = (statistics.median(column) for column in zip(*kept))
    _line("median", own, other, documents, size)
    ratios = [other / own for own, other in kept]
    ratio = statistics.median(ratios)
    print(f"ratio {ratio:.3g} (median of the rounds' ratios, {min(ratios):.3g} to {max(ratios):.3g})\n", flush=True)
    return ratio


def _line(name: str, own: float, other: float, documents: int, size: int) -> None:
    print(
        f"{name:>9} {documents / own:12,.0f} {size / own / 1e6:7.1f} "
        f"{documents / other:18,.1f} {size / other / 1e6:7.2f} {other / own:7.2f}",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit("a module of the other programs here")
