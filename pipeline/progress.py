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
        self._started: dict[str, tuple[float, float]] = {}  # stage -> (time, share) when first seen
        self._said: dict[str, float] = {}

    def __enter__(self) -> "ProgressDisplay":
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def __call__(self, stage: Stage, share: float, done: int) -> None:
        now = time.monotonic()
        if stage.name not in self._rows:
            self._rows[stage.name] = self._live.add_task(stage.title, total=1.0, note="")
            self._started[stage.name] = (now, share)
        note = self._note(stage, share, done, now)
        self._live.update(self._rows[stage.name], completed=share, note=note)
        if not self._console.is_terminal:
            self._say(stage, share, note, now)

    def _note(self, stage: Stage, share: float, done: int, now: float) -> str:
        first, from_share = self._started[stage.name]
        elapsed, gained = now - first, share - from_share
        parts = [f"{done}/{stage.tasks} tasks"]
        if done == stage.tasks and stage.name in self._said and self._said[stage.name] < 0:
            return self._live.tasks[self._rows[stage.name]].fields["note"]  # finished: its line stays as it is
        if gained > 0 and elapsed > 0:
            total = sum(stage.weights)
            if total > stage.tasks:  # weights are bytes of input
                parts.append(f"{gained * total / elapsed / 1e6:.1f} MB/s")
            if share < 1:
                parts.append(f"{_clock(elapsed * (1 - share) / gained)} left")
        if done == stage.tasks:
            parts.append(f"{elapsed:.1f} s" if gained > 0 else "kept from before")
            if self._console.is_terminal:
                self._said[stage.name] = -1.0
        return "  ".join(parts)

    def _say(self, stage: Stage, share: float, note: str, now: float) -> None:
        last = self._said.setdefault(stage.name, now)
        if last < 0:
            return
        if share >= 1:
            self._said[stage.name] = -1.0
        elif now - last < PLAIN_SECONDS:
            return
        else:
            self._said[stage.name] = now
        self._console.print(f"{stage.title:<24} {share:>6.1%}  {note}", highlight=False)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds + 0.5), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
