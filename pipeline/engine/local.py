"""The local driver: one supervised process a worker, dynamic scheduling, bounded retries, live progress.

A worker that dies costs its task alone. A task that dies twice at the same record is tried again with that record set aside
(it becomes a quarantine row); a task that fails on every attempt ends the run with its name and its log.
"""

import contextlib
import multiprocessing
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from pipeline.engine import commit, storage, worker
from pipeline.engine.graph import Graph, Stage
from pipeline.errors import TaskFailed, WinnowError

MAX_ATTEMPTS = 4
MAX_POISONED = 100  # records set aside in one task before it is given up

# (stage, share done 0..1, tasks done) -> shown to the user
ProgressCallback = Callable[[Stage, float, int], None]


@dataclass
class _Worker:
    process: BaseProcess
    connection: Connection
    crumb: str
    task: int | None = None
    share: float = 0.0


@dataclass
class _Attempts:
    failures: int = 0
    crumbs: list[int | None] = field(default_factory=list)
    poisoned: set[int] = field(default_factory=set)


def run(graph: Graph, *, workers: int, progress: ProgressCallback | None = None) -> None:
    """Run every stage of the graph that is not committed yet.

    Raises TaskFailed when a task fails for good, WinnowError when a stage reports a user's mistake.
    """
    graph_path = graph.save()
    _Driver(graph, graph_path, workers, progress or (lambda stage, share, done: None)).run()


class _Driver:
    def __init__(self, graph: Graph, graph_path: str, workers: int, progress: ProgressCallback) -> None:
        self._graph = graph
        self._graph_path = graph_path
        self._count = workers
        self._progress = progress
        self._context = multiprocessing.get_context("spawn")
        self._workers: list[_Worker] = []
        self._crumbs = tempfile.mkdtemp(prefix="winnow-crumbs-")

    def run(self) -> None:
        try:
            for stage in self._graph.stages:
                self._run_stage(stage)
            self._stop(gently=True)
        finally:
            self._stop(gently=False)
            shutil.rmtree(self._crumbs, ignore_errors=True)

    def _run_stage(self, stage: Stage) -> None:
        storage.sweep(self._graph.work(stage))
        done = commit.committed(self._graph, stage)
        # Largest first keeps the last tasks short; the order changes nothing in the output.
        pending = sorted(set(range(stage.tasks)) - done, key=lambda task: (-stage.weights[task], task), reverse=True)
        attempts = {task: _Attempts() for task in pending}
        total = sum(stage.weights) or 1
        finished = sum(stage.weights[task] for task in done)
        self._progress(stage, finished / total, len(done))
        while pending or any(member.task is not None for member in self._workers):
            self._assign(stage, pending, attempts)
            for member in self._ready():
                task = member.task
                outcome = self._receive(member)
                if outcome == "progress" or task is None:
                    continue
                if outcome == "done":
                    done.add(task)
                    finished += stage.weights[task]
                else:
                    self._failed(stage, task, attempts[task], outcome)
                    pending.append(task)
            running = sum(stage.weights[m.task] * m.share for m in self._workers if m.task is not None)
            self._progress(stage, (finished + running) / total, len(done))
        self._progress(stage, 1.0, len(done))

    def _assign(self, stage: Stage, pending: list[int], attempts: dict[int, _Attempts]) -> None:
        wanted = min(self._count, len(pending) + sum(member.task is not None for member in self._workers))
        while len(self._workers) < wanted:
            self._workers.append(self._start())
        for member in self._workers:
            if member.task is None and pending:
                task = pending.pop()
                member.task, member.share = task, 0.0
                with contextlib.suppress(OSError):  # a worker that is gone shows up in _ready
                    member.connection.send((stage.name, task, sorted(attempts[task].poisoned)))

    def _start(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        crumb = os.path.join(self._crumbs, f"{len(os.listdir(self._crumbs))}")
        open(crumb, "wb").close()
        process = self._context.Process(
            target=worker.main, args=(theirs, self._graph_path, crumb), name="winnow-worker"
        )  # fmt: skip
        process.start()
        theirs.close()
        return _Worker(process, ours, crumb)

    def _ready(self) -> list[_Worker]:
        busy = [member for member in self._workers if member.task is not None]
        by_handle: dict[object, _Worker] = {member.connection: member for member in busy}
        return [by_handle[handle] for handle in wait(list(by_handle), timeout=1.0)]  # type: ignore[arg-type]

    def _receive(self, member: _Worker) -> str | tuple[str, str]:
        """One message of a worker: "progress", "done", or ("user" | "task" | "died", text)."""
        try:
            message = member.connection.recv()
        except (EOFError, OSError):
            return self._bury(member)
        if message[0] == "progress":
            member.share = message[1]
            return "progress"
        member.task = None
        return "done" if message[0] == "done" else (message[1], message[2])

    def _bury(self, member: _Worker) -> tuple[str, str]:
        member.process.join()
        member.connection.close()
        self._workers.remove(member)
        code = member.process.exitcode
        how = f"was killed by signal {-code}" if code is not None and code < 0 else f"ended with exit code {code}"
        crumb = worker.read_crumb(member.crumb)
        return ("died", f"its worker {how}" + ("" if crumb is None else f" at record {crumb}") + f"\x00{crumb}")

    def _failed(self, stage: Stage, task: int, tries: _Attempts, outcome: str | tuple[str, str]) -> None:
        kind, text = outcome
        if kind == "user":
            raise WinnowError(text)
        if kind == "died":
            text, _, place = text.partition("\x00")
            crumb = None if place == "None" else int(place)
            tries.crumbs.append(crumb)
            if crumb is not None and tries.crumbs[-2:] == [crumb, crumb] and len(tries.poisoned) < MAX_POISONED:
                tries.poisoned.add(crumb)
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
