"""What a stage function sees: `TaskContext` to read upstream files and to write committed ones, and `run_task`, which
every driver calls to run one task.
"""

import contextlib
import errno
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import MappingProxyType
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.engine import commit, exchange, storage
from pipeline.engine.commit import Manifest, Output
from pipeline.engine.graph import Graph, Stage, resolve
from pipeline.errors import WinnowError

PUBLIC = "public/"  # outputs below this prefix are published under the rest of their name
ROW_GROUP_ROWS = 4096
ROW_GROUP_BYTES = 32 << 20
MAX_FLUSHES = 16  # files of one task that are flushed to disk at a time
EXCHANGE_FILE = "exchange/{task:05d}.arrow"

Shuffled = dict[str, list[bytes]]  # upstream stage -> Arrow IPC streams, where a driver moves the rows itself


class TableWriter:
    """Rows of one committed file: buffered to row groups whose bounds depend on the rows alone."""

    def __init__(self, file: storage.DigestWriter, schema: pa.Schema, *, parquet: bool) -> None:
        self._schema = schema
        self._writer: Any
        if parquet:
            self._writer = pq.ParquetWriter(file, schema, compression="zstd", compression_level=1)
        else:
            self._writer = pa.ipc.new_file(file, schema, options=pa.ipc.IpcWriteOptions(compression="lz4"))
        self._parquet = parquet
        self._pending: list[pa.RecordBatch] = []
        self._pending_rows = 0
        self._pending_bytes = 0
        self.rows = 0

    def write(self, batch: pa.RecordBatch) -> None:
        """Append a batch (columns in the schema's order)."""
        while batch.num_rows:
            part = batch.slice(0, ROW_GROUP_ROWS - self._pending_rows)
            batch = batch.slice(part.num_rows)
            self._pending.append(part)
            self._pending_rows += part.num_rows
            self._pending_bytes += part.nbytes
            self.rows += part.num_rows
            if self._pending_rows == ROW_GROUP_ROWS or self._pending_bytes >= ROW_GROUP_BYTES:
                self._flush()

    def write_rows(self, rows: Sequence[dict[str, Any]]) -> None:
        """Append rows given as dictionaries."""
        if rows:
            self.write(pa.RecordBatch.from_pylist(list(rows), schema=self._schema))

    def close(self) -> None:
        self._flush()
        self._writer.close()

    def abandon(self) -> None:
        """Give up: nothing more is written. A Parquet writer would otherwise try, when it is collected."""
        if self._parquet:
            self._writer.is_open = False

    def _flush(self) -> None:
        if not self._pending:
            return
        table = pa.Table.from_batches(self._pending, self._schema).combine_chunks()
        if self._parquet:
            self._writer.write_table(table, row_group_size=ROW_GROUP_ROWS)
        else:
            self._writer.write_table(table)
        self._pending, self._pending_rows, self._pending_bytes = [], 0, 0


class TaskContext:
    """One task's view of the run. Outputs are opened by name, once, and committed together when the task returns."""

    def __init__(
        self,
        graph: Graph,
        stage: Stage,
        task: int,
        *,
        shuffled: Shuffled | None = None,
        report: Callable[[float], None] | None = None,
        poisoned: Mapping[int, int] = MappingProxyType({}),
        breadcrumb: Callable[[int], None] | None = None,
    ) -> None:
        self.graph = graph
        self.stage = stage
        self.task = task
        self.params = stage.params
        self.places = stage.places
        self.poisoned = (
            poisoned  # places that killed workers before (see `at`): the exit code of the last one, 0 to set it aside
        )
        self.stats: dict[str, int] = {}
        self._shuffled = shuffled
        self._report = report
        self._breadcrumb = breadcrumb
        self._writers: dict[str, tuple[Any, storage.DigestWriter]] = {}
        self._files: list[contextlib.AbstractContextManager[storage.DigestWriter]] = []

    # -- writing ---------------------------------------------------------------------------------------------------

    def parquet(self, name: str, schema: pa.Schema) -> TableWriter:
        """The Parquet output of that name (opened at its first use; a name that is never asked for is never
        written).
        """
        return self._open(name, lambda file: TableWriter(file, schema, parquet=True))

    def arrow(self, name: str, schema: pa.Schema) -> TableWriter:
        """The Arrow IPC output of that name, lz4-compressed: for files that only stages read."""
        return self._open(name, lambda file: TableWriter(file, schema, parquet=False))

    def exchange(self, schema: pa.Schema, partitions: int) -> exchange.ExchangeWriter:
        """This task's rows for the partitions of a reduce downstream."""
        name = EXCHANGE_FILE.format(task=self.task)
        return self._open(name, lambda file: exchange.ExchangeWriter(file, schema, partitions))

    def file(self, name: str) -> storage.DigestWriter:
        """A raw binary output."""
        return self._open(name, lambda file: file)

    def count(self, name: str, amount: int) -> None:
        """Add to an integer that Collect stages read from the manifest."""
        self.stats[name] = self.stats.get(name, 0) + int(amount)

    # -- reading ---------------------------------------------------------------------------------------------------

    def manifest(self, stage: str, task: int | None = None) -> Manifest:
        """The manifest of an upstream task (by default the one with this task's number)."""
        return commit.read_manifest(self.graph, self.graph[stage], self.task if task is None else task)

    def manifests(self, stage: str) -> Iterator[Manifest]:
        """The manifests of all tasks of an upstream stage, in order."""
        for task in range(self.graph[stage].tasks):
            yield self.manifest(stage, task)

    def outputs(self, stage: str, prefix: str, task: int | None = None) -> list[str]:
        """Paths of an upstream task's outputs whose names start with `prefix`."""
        found = [output.name for output in self.manifest(stage, task).outputs if output.name.startswith(prefix)]
        return [self.graph.work(stage, name) for name in found]

    def batches(
        self, stage: str, prefix: str, task: int | None = None, columns: Sequence[str] | None = None
    ) -> Iterator[pa.RecordBatch]:
        """Record batches of an upstream task's Arrow outputs, in the order they were written, or of some columns."""
        for path in self.outputs(stage, prefix, task):
            yield from storage.arrow_batches(path, columns)

    def json(self, stage: str, name: str) -> Any:
        """A small JSON file that task 0 of an upstream stage committed."""
        return json.loads(storage.read_bytes(self.graph.work(stage, name)))

    def sorted_partition(self, stage: str, schema: pa.Schema, order: Sequence[str]) -> Iterator[pa.Table]:
        """This partition's rows from an upstream stage's exchange, in the total order of the named columns."""
        return exchange.sorted_rows(lambda: self.partition(stage), schema, order)

    def sorted_beside(
        self, stage: str, schema: pa.Schema, order: Sequence[str], beside: str
    ) -> Iterator[tuple[pa.Table, np.ndarray, list[pa.Array]]]:
        """The same, but for a column of large values that stays where it is: see `exchange.sorted_beside`."""
        return exchange.sorted_beside(lambda: self.partition(stage), schema, order, beside)

    def partition(self, stage: str) -> Iterator[pa.RecordBatch]:
        """This partition's rows from an upstream stage's exchange, in no particular order."""
        if self._shuffled is not None:
            for chunk in self._shuffled.get(stage, []):  # no chunk: no row was sent here
                yield from pa.ipc.open_stream(chunk)
            return
        for manifest in self.manifests(stage):
            for output in manifest.outputs:
                if output.partitions:
                    path = self.graph.work(stage, output.name)
                    yield from exchange.read_partition(path, output.batch_partitions, output.ends, self.task)

    # -- running ---------------------------------------------------------------------------------------------------

    def at(self, place: int) -> None:
        """Note which record is being worked on, so that one that kills the worker can be named and set aside."""
        if self._breadcrumb is not None:
            self._breadcrumb(place)

    def progress(self, share: float) -> None:
        """Tell the driver which share (0..1) of this task is done."""
        if self._report is not None:
            self._report(share)

    def _open(self, name: str, wrap: Callable[[storage.DigestWriter], Any]) -> Any:
        if name not in self._writers:
            opened = storage.create(self.graph.work(self.stage, name))
            file = opened.__enter__()
            self._files.append(opened)
            self._writers[name] = (wrap(file), file)
        return self._writers[name][0]

    def finish(self) -> Manifest:
        """Close all outputs, then commit."""
        outputs = []
        for name, (writer, _) in self._writers.items():
            if writer is not self._writers[name][1]:
                writer.close()
        self._close_files()
        for name, (writer, file) in sorted(self._writers.items()):
            rows = getattr(writer, "rows", 0)
            partitions, ends = (tuple(getattr(writer, name, ())) for name in ("written", "ends"))
            outputs.append(Output(name, rows, file.bytes, file.digest, partitions, ends))
        manifest = Manifest(self.task, tuple(outputs), self.stats)
        commit.commit(self.graph, self.stage, manifest)
        return manifest

    def _close_files(self) -> None:
        """All at once: a disk takes about as long for one flush as for many that wait for it together."""
        waiting, self._files = self._files, []
        with ThreadPoolExecutor(MAX_FLUSHES) as pool:
            closing = [pool.submit(opened.__exit__, None, None, None) for opened in waiting]
        for one in closing:
            one.result()

    def abandon(self, error: BaseException) -> None:
        """Throw away what was written."""
        for writer, _ in self._writers.values():
            if isinstance(writer, TableWriter):
                writer.abandon()
        for opened in self._files:
            with contextlib.suppress(type(error)):  # each raises what it is told of
                opened.__exit__(type(error), error, error.__traceback__)


def run_task(
    graph: Graph,
    stage: Stage,
    task: int,
    *,
    shuffled: Shuffled | None = None,
    report: Callable[[float], None] | None = None,
    poisoned: Mapping[int, int] = MappingProxyType({}),
    breadcrumb: Callable[[int], None] | None = None,
) -> Manifest:
    """Run one task to its commit, whatever driver asks."""
    ctx = TaskContext(
        graph, stage, task, shuffled=shuffled, report=report, poisoned=poisoned, breadcrumb=breadcrumb
    )  # fmt: skip
    try:
        resolve(stage.run)(ctx)
        return ctx.finish()
    except BaseException as error:
        with contextlib.suppress(OSError):  # closing a file on a full disk fails again
            ctx.abandon(error)
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise WinnowError(
                f"no space left on the disk of {graph.out} (stage {stage.name}, task {task}). Finished work is kept: "
                "free some space (`winnow clean` removes what no recipe refers to) and run the same command again."
            ) from error
        raise


def rows_to_partitions(values: np.ndarray, partitions: int) -> np.ndarray:
    """Partition of each 16-byte key ((n, 16) uint8): its last eight bytes modulo the number of partitions."""
    return (np.ascontiguousarray(values[:, 8:]).view("<u8").ravel() % np.uint64(partitions)).astype(np.int64)


def binary_view(column: pa.Array) -> np.ndarray:
    """A fixed_size_binary column without nulls as (n, width) uint8, without a copy."""
    width = column.type.byte_width
    raw = np.frombuffer(column.buffers()[1], dtype=np.uint8)
    return raw[column.offset * width : (column.offset + len(column)) * width].reshape(len(column), width)
