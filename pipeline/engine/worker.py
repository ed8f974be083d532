"""A worker process of the local driver: takes tasks from a pipe until the pipe closes."""

import contextlib
import mmap
import os
import signal
import time
import traceback
from multiprocessing.connection import Connection
from typing import Any

import pyarrow as pa

from pipeline.engine.graph import Graph
from pipeline.engine.task import run_task
from pipeline.errors import WinnowError
from pipeline.lifetime import die_with_parent

PROGRESS_SECONDS = 0.25
CRUMB_BYTES = 8


def main(connection: Connection, graph_path: str, crumb_path: str, driver: int) -> None:
    """Serve (stage name, task, poisoned places); answer ("progress", share), ("done",) or ("user" | "task", text)."""
    die_with_parent(driver)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the driver decides what Ctrl-C means
    pa.set_cpu_count(1)  # parallelism is by process
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    graph = Graph.load(graph_path)
    with open(crumb_path, "w+b") as file:
        file.truncate(CRUMB_BYTES)
        crumb = mmap.mmap(file.fileno(), CRUMB_BYTES)
    while True:
        try:
            message = connection.recv()
        except (EOFError, OSError):
            return
        if message is None:
            return
        connection.send(_serve(connection, graph, crumb, *message))


def _serve(connection: Connection, graph: Graph, crumb: mmap.mmap, name: str, task: int, poisoned: Any) -> Any:
    last = time.monotonic()

    def report(share: float) -> None:
        nonlocal last
        if time.monotonic() - last >= PROGRESS_SECONDS:
            last = time.monotonic()
            with contextlib.suppress(OSError):
                connection.send(("progress", share))

    def breadcrumb(place: int) -> None:
        crumb[:CRUMB_BYTES] = (place + 1).to_bytes(CRUMB_BYTES, "little")

    crumb[:CRUMB_BYTES] = bytes(CRUMB_BYTES)
    try:
        run_task(graph, graph[name], task, report=report, poisoned=dict(poisoned), breadcrumb=breadcrumb)
        pa.default_memory_pool().release_unused()
    except WinnowError as error:
        return ("user", str(error))
    except Exception:
        return ("task", traceback.format_exc())
    return ("done",)


def read_crumb(path: str) -> int | None:
    """The place that a dead worker was at, if it had noted one."""
    try:
        with open(path, "rb") as file:
            value = int.from_bytes(file.read(CRUMB_BYTES), "little")
    except FileNotFoundError:
        return None
    return value - 1 if value else None
