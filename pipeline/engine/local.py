"""The local driver: one supervised process a worker, dynamic scheduling, bounded retries, live progress.

Workers are forked before anything is run, so that what this process has imported and compiled is theirs at once: two
seconds of CPU a worker. A process with several threads is never forked; where there are some, or to replace a worker
later, a fresh interpreter is started.

A worker that dies costs its task alone. A task that dies twice at the same record is tried again with that record set
aside (it is done in another way, or becomes a quarantine row); a task that fails on every attempt ends the run with its
name and its log.
"""

import contextlib
import multiprocessing
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing import util
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from pipeline.engine import commit, storage, worker
from pipeline.engine.graph import Graph, Stage
from pipeline.errors import TaskFailed, WinnowError

MAX_ATTEMPTS = 4
MAX_POISONED = 100  # records set aside in one task before it is given up

# (stage, share done 0..1, tasks done) -> shown to the user
ProgressCallback = Callable[[Stage, float, int], None]


@dataclass
class _Attempts:
    failures: int = 0
    crumbs: list[int | None] = field(default_factory=list)
    poisoned: dict[int, int] = field(default_factory=dict)  # see TaskContext


class _Progress:
    """One stage's tasks: which wait, which are done, and how much work that is."""

    def __init__(self, graph: Graph, stage: Stage) -> None:
        storage.sweep(graph.work(stage))
        self.stage = stage
        self.done = commit.committed(graph, stage)
        # Largest first keeps the end of a stage short; the order changes nothing in the output. Popped from the end.
        waiting = set(range(stage.tasks)) - self.done
        self.pending = sorted(waiting, key=lambda task: (stage.weights[task], -task))
        self.attempts = {task: _Attempts() for task in waiting}
        self.finished = sum(stage.weights[task] for task in self.done)
        self.total = sum(stage.weights) or 1

    @property
    def complete(self) -> bool:
        return len(self.done) == self.stage.tasks


@dataclass
class _Worker:
    process: BaseProcess
    connection: Connection
    crumb: str
    job: tuple[_Progress, int] | None = None  # the stage and the task it works on
    share: float = 0.0


def run(
    graph: Graph,
    *,
    workers: int,
    progress: ProgressCallback | None = None,
    meanwhile: Callable[[], None] = lambda: None,
) -> None:
    """Run every stage of the graph that is not committed yet. `meanwhile` is called once the workers have work.

    Raises TaskFailed when a task fails for good, WinnowError when a stage reports a user's mistake.
    """
    graph_path = graph.save()
    _Driver(graph, graph_path, workers, progress or (lambda stage, share, done: None)).run(meanwhile)


class _Driver:
    def __init__(self, graph: Graph, graph_path: str, workers: int, progress: ProgressCallback) -> None:
        self._graph = graph
        self._graph_path = graph_path
        self._count = workers
        self._progress = progress
        self._workers: list[_Worker] = []
        self._started = 0
        self._states = {stage.name: _Progress(graph, stage) for stage in graph.stages}
        self._crumbs = tempfile.mkdtemp(prefix="winnow-crumbs-")

    def run(self, meanwhile: Callable[[], None]) -> None:
        try:
            for _ in range(min(self._count, max((len(state.pending) for state in self._states.values()), default=0))):
                self._start()
            self._assign()
            meanwhile()
            while not all(state.complete for state in self._states.values()):
                self._assign()
                for member in self._ready():
                    self._handle(member)
                self._show()
            self._stop(gently=True)
        finally:
            self._stop(gently=False)
            shutil.rmtree(self._crumbs, ignore_errors=True)

    def _handle(self, member: _Worker) -> None:
        job = member.job
        message = self._receive(member)
        if message[0] == "progress":
            member.share = message[1]
            return
        member.job = None
        if job is None:
            return
        state, task = job
        if message[0] == "done":
            state.done.add(task)
            state.finished += state.stage.weights[task]
        else:
            self._failed(state.stage, task, state.attempts[task], *message)
            state.pending.append(task)

    def _show(self) -> None:
        for state in self._states.values():
            weights = state.stage.weights
            running = [m for m in self._workers if m.job is not None and m.job[0] is state]
            share = state.finished + sum(weights[m.job[1]] * m.share for m in running if m.job is not None)
            if running or state.done:
                self._progress(state.stage, share / state.total if not state.complete else 1.0, len(state.done))

    def _next_job(self) -> tuple[_Progress, int] | None:
        """A task of the first stage, in the graph's order, whose upstream stages are complete."""
        for state in self._states.values():
            if state.pending and all(self._states[name].complete for name in state.stage.upstream):
                return state, state.pending.pop()
        return None

    def _assign(self) -> None:
        while (idle := self._idle()) is not None and (job := self._next_job()) is not None:
            state, task = job
            member = idle if isinstance(idle, _Worker) else self._start()
            member.job, member.share = job, 0.0
            with contextlib.suppress(OSError):  # a worker that is gone shows up in _ready
                member.connection.send((state.stage.name, task, sorted(state.attempts[task].poisoned.items())))

    def _idle(self) -> _Worker | bool | None:
        """A worker without a task; True where one more may be started; None where all are busy."""
        for member in self._workers:
            if member.job is None:
                return member
        return True if len(self._workers) < self._count else None

    def _start(self) -> _Worker:
        context = _fork() or multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        util.register_after_fork(ours, Connection.close)  # of all workers: each is to see its own pipe end
        crumb = os.path.join(self._crumbs, str(self._started))
        self._started += 1
        args = (theirs, self._graph_path, crumb, os.getpid())
        process = context.Process(target=worker.main, args=args, name="winnow-worker")
        process.start()
        theirs.close()
        member = _Worker(process, ours, crumb)
        self._workers.append(member)
        return member

    def _ready(self) -> list[_Worker]:
        busy = [member for member in self._workers if member.job is not None]
        handles: dict[object, _Worker] = {member.connection: member for member in busy}
        # The sentinel too: a child of a dead worker may hold its end of the pipe open for a moment.
        handles.update({member.process.sentinel: member for member in busy})
        ready = {id(handles[handle]): handles[handle] for handle in wait(list(handles), timeout=1.0)}  # type: ignore
        return list(ready.values())

    def _receive(self, member: _Worker) -> tuple[Any, ...]:
        """One message: ("progress", share), ("done",), ("user" | "task", text), ("died", text, record, exit code)."""
        try:
            if member.connection.poll(0):
                return member.connection.recv()  # type: ignore[no-any-return]
        except (EOFError, OSError):
            pass
        return self._bury(member)

    def _bury(self, member: _Worker) -> tuple[str, str, int | None, int]:
        member.process.join()
        member.connection.close()
        self._workers.remove(member)
        code = member.process.exitcode or 0
        how = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
        crumb = worker.read_crumb(member.crumb)
        return ("died", f"its worker {how}" + ("" if crumb is None else f" at record {crumb}"), crumb, code)

    def _failed(
        self, stage: Stage, task: int, tries: _Attempts, kind: str, text: str, crumb: int | None = None, code: int = 0
    ) -> None:
        if kind == "user":
            raise WinnowError(text)
        if kind == "died":
            tries.crumbs.append(crumb)
            if crumb is not None and tries.crumbs[-2:] == [crumb, crumb] and len(tries.poisoned) < MAX_POISONED:
                tries.poisoned[crumb] = 0 if crumb in tries.poisoned else code
                tries.failures, tries.crumbs = 0, []
                return
        tries.failures += 1
        if tries.failures >= MAX_ATTEMPTS:
            log = self._graph.work(stage, "failed", f"{task:05d}.log")
            storage.write_bytes(log, text.encode())
            last = text.strip().rsplit("\n", 1)[-1]
            raise TaskFailed(
                f"stage {stage.name!r}: task {task} of {stage.tasks} failed {MAX_ATTEMPTS} times: {last}\n"
                f"The log is {log}. Finished work is kept: run the same command again once the cause is mended."
            )

    def _stop(self, *, gently: bool) -> None:
        for member in self._workers:
            if gently:
                with contextlib.suppress(OSError):
                    member.connection.send(None)
            else:
                member.process.kill()
        for member in self._workers:
            member.process.join()
            member.connection.close()
        self._workers.clear()


def _fork() -> ForkContext | None:
    """The context that forks, where this process has one thread, so that no lock is held by another.

    jemalloc's own (it comes with pyarrow) is another matter: jemalloc locks itself before a fork and starts anew after.
    """
    try:
        names = [Path(f"/proc/self/task/{thread}/comm").read_text() for thread in os.listdir("/proc/self/task")]
    except FileNotFoundError:  # not Linux, or a thread that ended just now
        return None
    threads = [name for name in names if name.strip() != "jemalloc_bg_thd"]
    return multiprocessing.get_context("fork") if len(threads) == 1 else None
