"""Interleaved rounds: our function in this process and datatrove's in its own, on the same core, never at once."""

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
PEER_PYTHON = Path(
    os.environ.get("WINNOW_PEER_PYTHON", HERE.parents[1] / "build" / "peers" / "venv" / "bin" / "python")
)
ONE_THREAD = {
    f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "NUMBA", "RAYON", "VECLIB")
}


@dataclass(frozen=True)
class Peer:
    """The subprocess: `ask` runs one pass over its documents and returns (seconds, result)."""

    process: subprocess.Popen[str]

    def ask(self, line: str = "run") -> tuple[float, Any]:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit(f"datatrove's side ended with {self.process.wait()}; its message stands above")
        reply = json.loads(answer)
        return reply.get("seconds", 0.0), reply.get("result")


@contextmanager
def peer(task: str, texts: list[str], index: dict[str, list[str]] | None = None) -> Iterator[Peer]:
    """Starts datatrove's side on `texts` and waits until it is warm."""
    if not PEER_PYTHON.is_file():
        raise SystemExit(f"no {PEER_PYTHON}: run benchmarks/peers/setup, or set WINNOW_PEER_PYTHON")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "texts.json").write_text(json.dumps(texts))
        if index is not None:
            (folder / "index.json").write_text(json.dumps(index))
        command = [str(PEER_PYTHON), str(HERE / "datatrove_side.py"), task, name]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            started = Peer(process)
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
    """Seconds of one pass of our side: the mean of as many passes as take about `seconds`, at least one."""
    passes = 0
    started = time.perf_counter()
    while True:
        ours()
        passes += 1
        spent = time.perf_counter() - started
        if spent >= seconds:
            return spent / passes


def compare(title: str, ours: Callable[[], Any], theirs: Peer, rounds: int, documents: int, size: int) -> float:
    """Alternate the two sides, print a line a round and the medians; returns the median ratio.

    `size` is the documents' UTF-8 bytes together. Our side repeats its pass for a second, since one pass is short.
    """
    ours()  # compiled and warm
    print(f"{title}: {documents:,} documents of {size / documents:,.0f} bytes, one core, {rounds} rounds", flush=True)
    print(f"{'round':>9} {'ours docs/s':>12} {'MB/s':>7} {'datatrove docs/s':>17} {'MB/s':>7} {'ratio':>7}")
    kept: list[tuple[float, float]] = []
    for number in range(rounds):
        peer_seconds, _ = theirs.ask()
        own_seconds = mean_pass(ours, 1.0)
        kept.append((own_seconds, peer_seconds))
        _line(str(number + 1), own_seconds, peer_seconds, documents, size)
    own, other = (statistics.median(column) for column in zip(*kept))
    _line("median", own, other, documents, size)
    ratio = statistics.median(other / own for own, other in kept)
    print(f"ratio {ratio:.0f} (median of the rounds' ratios)", flush=True)
    return ratio


def _line(name: str, own: float, other: float, documents: int, size: int) -> None:
    print(
        f"{name:>9} {documents / own:12,.0f} {size / own / 1e6:7.1f} "
        f"{documents / other:17,.1f} {size / other / 1e6:7.2f} {other / own:7.0f}",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit("a module of the other programs here")
