"""The sandbox: what one page can do to a worker, which is nothing."""

import contextlib
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from extract_helpers import GOOD, OBEY, page, run

from pipeline.errors import WinnowError
from pipeline.extract import ExtractOptions, Outcome, Sandbox
from pipeline.extract.processes import close_templates


def set_aside(outcome: Outcome) -> tuple[str, str | None, str]:
    assert outcome.text is None
    return outcome.verdict, outcome.reason, outcome.detail


_before: set[int] = set()  # what earlier tests of the same process have left running


def ours(*, recursive: bool = True) -> list[psutil.Process]:
    """The processes below this one, but for the helpers of multiprocessing; zombies, too."""
    below = psutil.Process().children(recursive=recursive)
    return [process for process in below if process.pid not in _before and not _is_helper(process)]


def _is_helper(process: psutil.Process) -> bool:
    try:
        return "multiprocessing" in " ".join(process.cmdline())
    except psutil.ZombieProcess:
        return False


@pytest.fixture(autouse=True, scope="module")
def _nobody_is_left() -> Iterator[None]:
    close_templates()
    _before.update(process.pid for process in psutil.Process().children(recursive=True))
    yield
    close_templates()
    assert psutil.wait_procs(ours(), timeout=5)[1] == []


def test_outcomes_come_back_in_order() -> None:
    texts = [f"page {i} " + "x" * (i % 7) * 50_000 for i in range(60)]
    assert [outcome.text for outcome in run(*texts)] == texts


def test_no_pages_start_no_process() -> None:
    close_templates()
    with Sandbox(ExtractOptions()) as sandbox:
        assert list(sandbox.extract([])) == []
        assert ours() == []


@pytest.mark.parametrize(
    ("command", "reason", "detail"),
    [
        ("spin", "extract_cpu_deadline", "more than cpu_seconds, 0.5 s of CPU time"),
        ("abort", "extract_crashed", "the extraction process was ended by SIGABRT"),
        ("segfault", "extract_crashed", "the extraction process was ended by SIGSEGV"),
        ("exit 3", "extract_crashed", "the extraction process ended with exit code 3"),
        ("exit 0", "extract_crashed", "the extraction process ended with exit code 0"),
        ("raise", "extract_error", "LookupError: no such thing as <object object at 0x...>"),
    ],
)
def test_one_page_is_lost_and_the_others_are_not(command: str, reason: str, detail: str) -> None:
    outcomes = run(GOOD, command, "next", "last")
    assert set_aside(outcomes[1]) == ("quarantine", reason, detail)
    assert [outcome.text for outcome in outcomes] == [GOOD, None, "next", "last"]


def test_only_hostile_pages() -> None:
    outcomes = run("abort", "segfault", "spin", "abort")
    reasons = [outcome.reason for outcome in outcomes]
    assert reasons == ["extract_crashed", "extract_crashed", "extract_cpu_deadline", "extract_crashed"]


def test_a_page_that_waits_is_ended_without_using_cpu() -> None:
    started = time.monotonic()
    outcomes = run("sleep", GOOD, cpu_seconds=0.05)
    assert set_aside(outcomes[0])[:2] == ("quarantine", "extract_wall_deadline")
    assert outcomes[1].text == GOOD
    assert time.monotonic() - started > 20 * 0.05


def test_a_memory_bomb_is_ended() -> None:
    outcomes = run("eat", GOOD, cpu_seconds=60, max_mib=400)
    assert set_aside(outcomes[0])[:2] == ("quarantine", "extract_memory")
    assert outcomes[1].text == GOOD


def test_a_crash_that_earlier_pages_caused_costs_nothing() -> None:
    texts = ["one", "two", "three", "four", "five"]
    assert [o.text for o in run(*texts, extractor="hostile_extractors:fragile")] == texts


def test_a_page_without_main_text_is_dropped() -> None:
    assert run("nothing")[0] == Outcome(None, "utf-8", "drop", "no_main_text", "", 0, None)


def test_half_a_surrogate_pair_does_not_reach_the_output() -> None:
    assert run("surrogate")[0].text == "half ? pair"


def test_long_answers_and_long_pages_do_not_block_each_other() -> None:
    long = "word " * 200_000
    outcomes = run(*["copies " + long[:100], long] * 6)
    assert [len(o.text or "") for o in outcomes] == [100 * 50_000, len(long)] * 6


def test_replacing_the_process_changes_no_outcome() -> None:
    paragraphs = [f"<p>Some words that are on page {number}.</p>" * 30 for number in range(8)]
    texts = [f"<html><body><article>{text}</article></body></html>" for text in paragraphs]
    with Sandbox(ExtractOptions()) as one, Sandbox(ExtractOptions(), retire_bytes=0) as many:
        kept = list(one.extract(map(page, texts)))
        assert list(many.extract(map(page, texts))) == kept
    assert all(outcome.text for outcome in kept)


def test_a_caller_that_goes_away_leaves_a_usable_sandbox() -> None:
    with Sandbox(ExtractOptions(cpu_seconds=600), extractor=OBEY) as sandbox:
        for outcome in sandbox.extract(page(text) for text in ["first", "spin", "spin", "spin"]):
            assert outcome.text == "first"
            break
        assert [o.text for o in sandbox.extract([page("again")])] == ["again"]


def test_the_template_is_used_again() -> None:
    close_templates()
    run(GOOD)
    first = ours(recursive=False)
    run(GOOD)
    assert len(first) == 1
    assert ours(recursive=False) == first


def test_a_template_that_is_killed_is_replaced() -> None:
    close_templates()
    with Sandbox(ExtractOptions(cpu_seconds=0.5), extractor=OBEY) as sandbox:
        assert [o.text for o in sandbox.extract([page("one")])] == ["one"]
        (template,) = ours(recursive=False)
        below = template.children()
        template.kill()
        assert [o.text for o in sandbox.extract([page("two"), page("three")])] == ["two", "three"]
        assert psutil.wait_procs(below, timeout=10)[1] == []


def test_an_extractor_that_cannot_be_loaded_is_an_error() -> None:
    with (
        Sandbox(ExtractOptions(), extractor="hostile_extractors:absent") as sandbox,
        pytest.raises(WinnowError, match="the extraction process ended"),
    ):
        list(sandbox.extract([page(GOOD)]))


def test_no_descriptor_stays_open() -> None:
    def descriptors() -> int:
        return len(os.listdir("/proc/self/fd"))

    run(GOOD)
    close_templates()
    before = descriptors()
    for _ in range(3):
        run(GOOD, "abort", GOOD)
    close_templates()
    assert descriptors() == before


def test_the_process_does_without_large_libraries() -> None:
    assert run("modules")[0].reason == "no_main_text"


def test_a_fork_that_holds_copies_keeps_nobody_alive() -> None:
    sandbox = Sandbox(ExtractOptions(cpu_seconds=0.5), extractor=OBEY)
    assert [o.text for o in sandbox.extract([page(GOOD)])] == [GOOD]
    below = ours()
    holder = multiprocessing.get_context("fork").Process(target=time.sleep, args=(60,), daemon=True)
    holder.start()
    started = time.monotonic()
    sandbox.close()
    close_templates()
    assert psutil.wait_procs(below, timeout=10)[1] == []
    assert time.monotonic() - started < 5
    assert holder.is_alive()
    holder.kill()
    holder.join()


def test_threads_have_sandboxes_of_their_own() -> None:
    found: dict[int, list[str | None]] = {}

    def work(number: int) -> None:
        found[number] = [o.text for o in run(f"{number} a", "abort", f"{number} b")]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: [f"{number} a", None, f"{number} b"] for number in range(3)}


def _in_another_process(connection: object) -> None:
    outcomes = run(GOOD, "abort", GOOD)
    connection.send([outcome.text for outcome in outcomes])  # type: ignore[attr-defined]


@pytest.mark.parametrize("method", ["forkserver", "spawn", "fork"])
def test_works_in_a_daemonic_process(method: str) -> None:
    run(GOOD)  # its template waits in this process: a fork must not take it
    context = multiprocessing.get_context(method)
    receiver, sender = context.Pipe()
    process = context.Process(target=_in_another_process, args=(sender,), daemon=True)
    process.start()
    assert receiver.poll(120)
    assert receiver.recv() == [GOOD, None, GOOD]
    process.join(60)
    assert process.exitcode == 0
    assert [outcome.text for outcome in run(GOOD)] == [GOOD]


def _script(tmp_path: Path, body: str) -> "subprocess.Popen[bytes]":
    file = tmp_path / "worker.py"
    here = [str(Path(__file__).parent), str(Path(__file__).parents[1])]
    file.write_text(f"import sys\nsys.path[:0] = {here!r}\n{body}")
    return subprocess.Popen([sys.executable, str(file)])


def test_works_without_standard_streams_and_with_signals_ignored(tmp_path: Path) -> None:
    answer = tmp_path / "answer"
    body = (
        "import os, signal\n"
        "os.close(0); os.close(1); os.close(2)\n"
        "signal.signal(signal.SIGPROF, signal.SIG_IGN)\n"
        "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGPROF, signal.SIGCHLD])\n"
        "from extract_helpers import *\n"
        "outcomes = run(GOOD, 'abort', 'spin', GOOD)\n"
        f"open({str(answer)!r}, 'w').write(repr([o.reason for o in outcomes]))\n"
    )
    assert _script(tmp_path, body).wait(120) == 0
    assert answer.read_text() == "[None, 'extract_crashed', 'extract_cpu_deadline', None]"


def test_nobody_outlives_a_killed_worker(tmp_path: Path) -> None:
    body = "from extract_helpers import *\nrun('spin', cpu_seconds=600)\n"
    worker = _script(tmp_path, body)
    below: list[psutil.Process] = []
    until = time.monotonic() + 60
    while time.monotonic() < until and not (len(below) == 2 and below[1].cpu_times().user > 0.1):
        time.sleep(0.1)
        with contextlib.suppress(psutil.NoSuchProcess):
            below = psutil.Process(worker.pid).children(recursive=True)
    assert len(below) == 2, "the template and the child that spins"
    worker.send_signal(signal.SIGKILL)
    worker.wait(30)
    assert psutil.wait_procs(below, timeout=10)[1] == []
