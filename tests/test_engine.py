"""The engine on a toy graph: the same bytes from every driver, retries, crashes, resume."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.engine import commit, exchange, local, storage
from pipeline.engine.graph import Graph
from pipeline.errors import TaskFailed, WinnowError
from tests import toy_stages


def public_digests(graph: Graph) -> dict[str, str]:
    found = {}
    for stage in graph.stages:
        for task in range(stage.tasks):
            for output in commit.read_manifest(graph, stage, task).outputs:
                if output.name.startswith("public/"):
                    data = storage.read_bytes(graph.work(stage, output.name))
                    found[output.name] = hashlib.sha256(data).hexdigest()
    return found


def test_local_driver_runs_a_graph(tmp_path: Path) -> None:
    graph = toy_stages.graph(str(tmp_path))
    local.run(graph, workers=2)
    assert storage.read_bytes(graph.work("total", "public/total.txt")) == str(sum(range(1000))).encode()
    part = pq.read_table(graph.work("by_remainder", "public/numbers/part-00001.parquet"))
    assert part["value"].to_pylist() == list(range(1, 1000, 3))


def test_worker_count_does_not_change_a_byte(tmp_path: Path) -> None:
    one, three = toy_stages.graph(str(tmp_path / "one")), toy_stages.graph(str(tmp_path / "three"))
    local.run(one, workers=1)
    local.run(three, workers=3)
    assert public_digests(one) == public_digests(three)


def test_remote_storage_path_gives_the_same_bytes(tmp_path: Path) -> None:
    plain, remote = toy_stages.graph(str(tmp_path / "plain")), toy_stages.graph(f"file://{tmp_path}/remote")
    local.run(plain, workers=1)
    local.run(remote, workers=1)
    assert public_digests(plain) == public_digests(remote)


@pytest.mark.parametrize("mode", ["in_memory", "multi_processing"])
def test_beam_gives_the_same_bytes(tmp_path: Path, mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipeline.engine import beam

    monkeypatch.setenv(
        "PYTHONPATH", os.pathsep.join([str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
    )
    ours, theirs = toy_stages.graph(str(tmp_path / "ours")), toy_stages.graph(str(tmp_path / "theirs"))
    local.run(ours, workers=2)
    beam.run(theirs, ["--direct_running_mode", mode, "--direct_num_workers", "2"])
    assert public_digests(ours) == public_digests(theirs)


def test_a_worker_that_dies_once_is_retried(tmp_path: Path) -> None:
    graph = toy_stages.graph(str(tmp_path), kill_once_at=450, flag=str(tmp_path / "flag"))
    local.run(graph, workers=2)
    assert storage.read_bytes(graph.work("total", "public/total.txt")) == str(sum(range(1000))).encode()


def test_a_record_that_kills_its_worker_is_set_aside(tmp_path: Path) -> None:
    graph = toy_stages.graph(str(tmp_path), kill_at=450)
    local.run(graph, workers=2)
    assert storage.read_bytes(graph.work("total", "public/total.txt")) == str(sum(range(1000)) - 450).encode()
    assert commit.read_manifest(graph, graph["numbers"], 2).stats == {"poisoned": 1}


def test_a_task_that_always_fails_is_named_with_its_log(tmp_path: Path) -> None:
    graph = toy_stages.graph(str(tmp_path), raise_at=450)
    with pytest.raises(TaskFailed, match=r"'numbers': task 2 of 5 failed 4 times: ValueError: cannot work on 450"):
        local.run(graph, workers=2)
    assert b"cannot work on 450" in storage.read_bytes(graph.work("numbers", "failed", "00002.log"))


def test_a_users_mistake_is_not_retried(tmp_path: Path) -> None:
    graph = toy_stages.graph(str(tmp_path), refuse_at=450)
    with pytest.raises(WinnowError, match="remove it"):
        local.run(graph, workers=2)


def test_finished_tasks_are_kept(tmp_path: Path) -> None:
    graph = toy_stages.graph(str(tmp_path))
    local.run(graph, workers=2)
    before = {path: os.stat(path).st_mtime_ns for path in (tmp_path / "work").rglob("*") if path.is_file()}
    os.unlink(commit.manifest_path(graph, graph["numbers"], 3))
    local.run(graph, workers=2)
    changed = {str(p) for p, mtime in before.items() if os.stat(p).st_mtime_ns != mtime}
    assert changed == {graph.work("numbers", "exchange/00003.arrow"), commit.manifest_path(graph, graph["numbers"], 3)}


def test_no_worker_outlives_a_killed_driver(tmp_path: Path) -> None:
    code = (
        "from tests import toy_stages; from pipeline.engine import local\n"
        f"if __name__ == '__main__': local.run(toy_stages.graph({str(tmp_path)!r}, tasks=200, rows=20000), workers=2)"
    )
    script = tmp_path / "drive.py"
    script.write_text(code)
    root = str(Path(__file__).parents[1])
    driver = subprocess.Popen([sys.executable, str(script)], env={**os.environ, "PYTHONPATH": root})
    workers: list[int] = []
    deadline = time.monotonic() + 30
    while not workers and time.monotonic() < deadline:
        time.sleep(0.1)
        children = Path(f"/proc/{driver.pid}/task/{driver.pid}/children").read_text().split()
        workers = [int(pid) for pid in children if b"resource_tracker" not in Path(f"/proc/{pid}/cmdline").read_bytes()]
    assert workers
    driver.send_signal(signal.SIGKILL)
    driver.wait()
    deadline = time.monotonic() + 10
    while any(os.path.exists(f"/proc/{pid}") for pid in workers) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(os.path.exists(f"/proc/{pid}") for pid in workers)


@settings(max_examples=30, deadline=None)
@example([1, 2], 5, 1)  # batches without rows
@given(st.lists(st.integers(-5, 40), max_size=300), st.integers(1, 7), st.integers(1, 4000))
def test_partition_comes_back_sorted_whatever_the_memory_limit(values: list[int], flushes: int, limit: int) -> None:
    schema = pa.schema([pa.field("value", pa.int64()), pa.field("n", pa.int64())])
    pieces = np.array_split(np.arange(len(values)), flushes)
    batches = [
        pa.RecordBatch.from_arrays([pa.array([values[i] for i in piece], pa.int64()), pa.array(piece)], schema=schema)
        for piece in pieces
    ]
    tables = list(exchange.sorted_rows(lambda: iter(batches), schema, ("value", "n"), limit_bytes=limit))
    rows = [tuple(row.values()) for table in tables for row in table.to_pylist()]
    assert rows == sorted((value, n) for n, value in enumerate(values))


def test_exchange_writer_refuses_a_partition_out_of_range(tmp_path: Path) -> None:
    with storage.create(str(tmp_path / "x.arrow")) as file:
        writer = exchange.ExchangeWriter(file, pa.schema([pa.field("v", pa.int64())]), 3)
        batch = pa.RecordBatch.from_arrays([pa.array([1, 2])], names=["v"])
        with pytest.raises(ValueError, match="partition 3 of 3"):
            writer.write(np.array([0, 3]), batch)
        writer.close()


def test_a_failing_write_leaves_nothing_behind(tmp_path: Path) -> None:
    def fail() -> None:
        with storage.create(str(tmp_path / "file")) as file:
            file.write(b"half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert os.listdir(tmp_path) == []


def test_beam_options_pass_through_and_the_runner_is_always_named() -> None:
    from pipeline.engine.beam import IN_PROCESS, pipeline_options

    assert pipeline_options([]).get_all_options()["runner"] == IN_PROCESS
    assert pipeline_options(["--runner=DirectRunner"]).get_all_options()["runner"] == IN_PROCESS
    dataflow = pipeline_options(["--runner=DataflowRunner", "--project=mine", "--region=europe-west1"])
    given = dataflow.get_all_options()
    assert (given["runner"], given["project"], given["region"]) == ("DataflowRunner", "mine", "europe-west1")
