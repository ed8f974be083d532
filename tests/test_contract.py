"""One graph, five ways to run it, equal SHA-256 of every contract file; the same after kills and in another order."""

import hashlib
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.quickstart import generate, inputs, settings

ROOT = Path(__file__).parents[1]
PAGES = 120
NOT_CONTRACT = {"run.json", "report.json", "report.html", "work"}


@pytest.fixture(scope="module")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("crawl")
    generate(folder, pages=PAGES)
    return folder


def command(crawl: Path, out: Path, *more: str) -> list[str]:
    mapped = [f"--input={source}={pattern}" for source, patterns in inputs(crawl).items() for pattern in patterns]
    small = ["mixture.budget_tokens=120000", "shards.count=2", "tokenizer.train.vocab_size=2048", *settings(crawl)]
    small += ["mixture.by=format", "mixture.weights={prose: 0.8, other: 0.2}"]  # what a task holds is of several groups
    options = [f"--set={value}" for value in small]
    return [sys.executable, "-m", "pipeline.cli", "run", "quickstart", "--out", str(out), *mapped, *options, *more]


def run(crawl: Path, out: Path, *more: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command(crawl, out, *more), capture_output=True, text=True, env=environment, cwd=ROOT)
    assert done.returncode in (0, 3), done.stderr[-3000:]


def digests(out: Path) -> dict[str, str]:
    """SHA-256 of every file that is part of the contract."""
    found = {}
    for path in sorted(out.rglob("*")):
        name = path.relative_to(out)
        if path.is_file() and name.parts[0] not in NOT_CONTRACT:
            found[str(name)] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


@pytest.fixture(scope="module")
def expected(crawl: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """One worker, local."""
    out = tmp_path_factory.mktemp("one") / "out"
    run(crawl, out, "--workers=1")
    found = digests(out)
    assert any(name.startswith("documents/web/") for name in found)
    assert any(name.startswith("shards/train-") for name in found)
    assert {"manifest.json", "quality/web/card.json", "dedup/pairs.parquet", "contamination/matches.parquet"} <= set(
        found
    )
    return found


def test_three_local_workers(crawl: Path, expected: dict[str, str], tmp_path: Path) -> None:
    run(crawl, tmp_path / "out", "--workers=3")
    assert digests(tmp_path / "out") == expected


def test_beam_in_memory(crawl: Path, expected: dict[str, str], tmp_path: Path) -> None:
    run(crawl, tmp_path / "out", "--driver=beam", "--", "--direct_running_mode=in_memory")
    assert digests(tmp_path / "out") == expected


def test_beam_multi_processing(crawl: Path, expected: dict[str, str], tmp_path: Path) -> None:
    options = ["--direct_running_mode=multi_processing", "--direct_num_workers=2"]
    run(crawl, tmp_path / "out", "--driver=beam", "--", *options)
    assert digests(tmp_path / "out") == expected


@pytest.fixture
def job_service(tmp_path: Path) -> Iterator[str]:
    """Beam's portable job service, on a free port of this machine."""
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        port = probe.getsockname()[1]
    service = subprocess.Popen(
        [sys.executable, "-m", "apache_beam.runners.portability.local_job_service_main", "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=tmp_path,
    )
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("localhost", port)) == 0:
                    break
            time.sleep(0.2)
        yield f"localhost:{port}"
    finally:
        service.kill()
        service.wait()


def test_beam_portable_job_service(crawl: Path, expected: dict[str, str], tmp_path: Path, job_service: str) -> None:
    options = ["--runner=PortableRunner", f"--job_endpoint={job_service}", "--environment_type=LOOPBACK"]
    run(crawl, tmp_path / "out", "--driver=beam", "--", *options)
    assert digests(tmp_path / "out") == expected


def test_inputs_given_in_another_order(crawl: Path, expected: dict[str, str], tmp_path: Path) -> None:
    """Each file named by itself, backwards, instead of by patterns."""
    reordered = []
    for source, patterns in inputs(crawl).items():
        files = sorted(
            {path for pattern in patterns for path in Path("/").glob(pattern.lstrip("/"))},
            key=lambda path: path.name,
            reverse=True,
        )
        reordered += [f"--input={source}={path}" for path in files]
    given = [part for part in command(crawl, tmp_path / "out", "--workers=2") if not part.startswith("--input=")]
    done = subprocess.run([*given, *reordered], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode in (0, 3), done.stderr[-3000:]
    assert digests(tmp_path / "out") == expected


@pytest.mark.parametrize("times", [7, pytest.param(20, marks=pytest.mark.slow)])
def test_killed_at_random_moments(crawl: Path, expected: dict[str, str], tmp_path: Path, times: int) -> None:
    """SIGKILL to the whole group, then the same command: the same bytes, and no committed task is done twice."""
    moments = random.Random(times)
    out = tmp_path / "out"
    started = time.monotonic()
    run(crawl, out, "--workers=2")
    whole_run = time.monotonic() - started
    shutil.rmtree(out)
    kills = completed = 0
    while kills < times:
        done_before = committed(out)
        process = subprocess.Popen(
            command(crawl, out, "--workers=2"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT,
            start_new_session=True,
        )  # fmt: skip
        try:
            process.wait(timeout=moments.uniform(0.2, 1.1) * whole_run)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            kills += 1
        else:
            assert process.returncode in (0, 3)
            assert digests(out) == expected
            completed += 1
        assert {name: when for name, when in committed(out).items() if name in done_before} == done_before
        if process.returncode in (0, 3):
            shutil.rmtree(out)
    run(crawl, out, "--workers=2")
    assert digests(out) == expected


def committed(out: Path) -> dict[str, int]:
    """Task manifests and when they were written."""
    return {str(path): path.stat().st_mtime_ns for path in out.glob("work/*/tasks/*.json")}
