"""The Beam driver: the same graph as an Apache Beam pipeline.

PCollections carry task numbers; map outputs are committed files here too, so an interrupted job resumes. An Exchange
re-reads the committed files into Beam's own GroupByKey in Arrow chunks. Barriers are side inputs that count what is
done. Only this module imports apache_beam.
"""

import functools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import apache_beam as beam
import pyarrow as pa
from apache_beam.options.pipeline_options import PipelineOptions, SetupOptions, StandardOptions, TypeOptions

from pipeline.engine import commit, storage
from pipeline.engine.graph import Graph, Stage
from pipeline.engine.task import Shuffled, run_task
from pipeline.errors import TaskFailed, WinnowError

CHUNK_BYTES = 1 << 20
# The default "DirectRunner" downloads another engine where the network allows it; name the one in the wheel instead.
IN_PROCESS = "apache_beam.runners.portability.fn_api_runner.FnApiRunner"


def run(graph: Graph, options: Sequence[str]) -> None:
    """Run the graph under the runner that `options` name (default: Beam's in-process runner, in memory).

    Options are Beam's own, for example `--runner DataflowRunner --project ...`. Raises TaskFailed with the runner's
    message.
    """
    pipeline = beam.Pipeline(options=pipeline_options(options))
    compile_graph(pipeline, graph, graph.save())
    try:
        result = pipeline.run()
        state = result.wait_until_finish()
    except WinnowError:
        raise
    except Exception as error:  # each runner wraps what a worker raised in a type of its own
        raise TaskFailed(
            f"the Beam run failed: {_cause(error)}\nCommitted work is kept: run again to resume."
        ) from error
    if state not in (None, "DONE"):
        raise TaskFailed(f"the Beam run ended in state {state}. Committed work is kept: run again to resume.")
    missing = [stage.name for stage in graph.stages if len(commit.committed(graph, stage)) < stage.tasks]
    if missing:
        raise TaskFailed(f"the Beam run ended without all tasks of {', '.join(missing)}. Run again to resume.")


def pipeline_options(options: Sequence[str]) -> PipelineOptions:
    """Beam options with the runner always named and nothing of the launching session pickled."""
    parsed = PipelineOptions(list(options))
    standard = parsed.view_as(StandardOptions)
    if standard.runner in (None, "DirectRunner"):
        standard.runner = IN_PROCESS
    parsed.view_as(SetupOptions).save_main_session = False
    parsed.view_as(TypeOptions).pipeline_type_check = False  # it mistakes barriers (side inputs) for elements
    return parsed


def compile_graph(pipeline: beam.Pipeline, graph: Graph, graph_path: str) -> None:
    """Add every stage of the graph to a pipeline; steps carry the stages' names."""
    start = pipeline | "graph" >> beam.Create([graph_path])
    done: dict[str, Any] = {}
    for stage in graph.stages:
        barriers = [
            beam.pvalue.AsSingleton(done[name] | f"{stage.name}/after {name}" >> beam.combiners.Count.Globally())
            for name in stage.upstream
        ]
        if stage.exchanges:
            parts = [start | f"{stage.name}/partitions" >> beam.FlatMap(_partitions, stage.name)]
            parts += [
                done[name] | f"{stage.name}/read {name}" >> beam.FlatMap(_chunks, graph_path, name)
                for name in stage.exchanges
            ]
            tasks = parts | f"{stage.name}/flatten" >> beam.Flatten() | f"{stage.name}/exchange" >> beam.GroupByKey()
            done[stage.name] = tasks | stage.name >> beam.Map(_reduce, graph_path, stage.name, *barriers)
        else:
            tasks = start | f"{stage.name}/tasks" >> beam.FlatMap(_tasks, stage.name)
            spread = tasks | f"{stage.name}/spread" >> beam.Reshuffle()
            done[stage.name] = spread | stage.name >> beam.Map(_map, graph_path, stage.name, *barriers)


def _tasks(graph_path: str, name: str) -> Iterable[int]:
    return range(Graph.load(graph_path)[name].tasks)


def _partitions(graph_path: str, name: str) -> Iterator[tuple[int, tuple[str, bytes]]]:
    """A mark for each partition, so that one without rows is reduced too."""
    return ((partition, ("", b"")) for partition in range(Graph.load(graph_path)[name].tasks))


def _chunks(task: int, graph_path: str, name: str) -> Iterator[tuple[int, tuple[str, bytes]]]:
    """A committed exchange file as (partition, (upstream stage, Arrow IPC stream)) of about CHUNK_BYTES."""
    graph = Graph.load(graph_path)
    for output in commit.read_manifest(graph, graph[name], task).outputs:
        if not output.partitions:
            continue
        with storage.open_arrow(graph.work(name, output.name)) as source, pa.ipc.open_file(source) as reader:
            for index, partition in enumerate(output.partitions):
                batch = reader.get_batch(index)
                rows = max(1, batch.num_rows * CHUNK_BYTES // max(1, batch.nbytes))
                for start in range(0, batch.num_rows, rows):
                    sink = pa.BufferOutputStream()
                    with pa.ipc.new_stream(sink, batch.schema) as writer:
                        writer.write_batch(batch.slice(start, rows))
                    yield partition, (name, sink.getvalue().to_pybytes())


def _map(task: int, graph_path: str, name: str, *barriers: int) -> int:
    return _run(graph_path, name, task, None)


def _reduce(group: tuple[int, Iterable[tuple[str, bytes]]], graph_path: str, name: str, *barriers: int) -> int:
    partition, values = group
    shuffled: Shuffled = {}
    for upstream, chunk in values:
        if upstream:
            shuffled.setdefault(upstream, []).append(chunk)
    return _run(graph_path, name, partition, shuffled)


def _run(graph_path: str, name: str, task: int, shuffled: Shuffled | None) -> int:
    graph = Graph.load(graph_path)
    stage: Stage = graph[name]
    if not storage.exists(commit.manifest_path(graph, stage, task)):
        run_task(graph, stage, task, shuffled=shuffled)
    return task


def _cause(error: BaseException) -> str:
    """The most telling line of a runner's error: the last one that names an exception."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    telling = [line for line in lines if "Error" in line.split(":")[0]]
    return functools.reduce(lambda _, line: line, telling or lines, type(error).__name__)


__all__ = ["compile_graph", "pipeline_options", "run"]
