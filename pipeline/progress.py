"""Live progress: one line a stage, with its rate and the time left; plain lines where the output is no terminal."""

import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from pipeline.engine.graph import Stage

PLAIN_SECONDS = 15.0  # between two lines about the same stage when nobody watches a bar


class ProgressDisplay:
    """A callback for drivers: `display(stage, share done, tasks done)`. Use as a context manager."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = Progress(
            TextColumn("{task.description:<24}"),
            BarColumn(bar_width=28),
            TextColumn("{task.percentage:>5.1f}%  {task.fields[note]}"),
            console=console,
            disable=not console.is_terminal,
        )
        self._rows: dict[str, TaskID] = {}
        self._first: dict[str, tuple[float, float]] = {}  # stage -> (time, share) when first seen
        self._finished: set[str] = set()
        self._said: dict[str, float] = {}

    def __enter__(self) -> "ProgressDisplay":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def __call__(self, stage: Stage, share: float, done: int) -> None:
        name = stage.name
        if name in self._finished:
            return
        now = time.monotonic()
        if not self._rows:
            self._live.start()  # not before: it has a thread, and workers are forked from a process that has one alone
        if name not in self._rows:
            self._rows[name] = self._live.add_task(stage.title, total=1.0, note="")
            self._first[name] = (now, share)
            self._said[name] = now
        if done == stage.tasks:
            self._finished.add(name)
        note = self._note(stage, share, done, now)
        self._live.update(self._rows[name], completed=share, note=note)
        if not self._console.is_terminal and (name in self._finished or now - self._said[name] >= PLAIN_SECONDS):
            self._said[name] = now
            self._console.print(f"{stage.title:<24} {share:>6.1%}  {note}", highlight=False)

    def _note(self, stage: Stage, share: float, done: int, now: float) -> str:
        """Tasks, rate, and the time left or taken."""
        first, from_share = self._first[stage.name]
        elapsed, gained = now - first, share - from_share
        parts = [f"{done}/{stage.tasks} tasks"]
        if not gained:
            return parts[0] + ("  kept from before" if done == stage.tasks and stage.tasks > 1 else "")
        total = sum(stage.weights)
        if total > stage.tasks and elapsed > 1:  # weights are bytes of input
            parts.append(f"{gained * total / elapsed / 1e6:.1f} MB/s")
        parts.append(f"{elapsed:.1f} s" if done == stage.tasks else f"{_clock(elapsed * (1 - share) / gained)} left")
        return "  ".join(parts)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds + 0.5), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
