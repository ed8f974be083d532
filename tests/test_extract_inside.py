"""Extraction in the worker's own process: outcomes as in a child, its deadline, and pages that ended workers."""

import os
import signal
import time
from collections.abc import Callable

import pytest

from pipeline.extract import ExtractOptions, Inside, Outcome, Page, Sandbox, learned
from pipeline.tag.language import model_file

WORDS = "The river rose slowly through the night, and by morning the lower fields were under water. "
PAGE = f"<html><head><title>A river</title></head><body><article>{f'<p>{WORDS}</p>' * 6}</article></body></html>"
GERMAN = PAGE.replace(WORDS, "Der Fluss stieg in der Nacht langsam an, und am Morgen standen die Felder unter Wasser. ")
PAGES = [
    Page(PAGE.encode(), "utf-8", None),
    Page(PAGE.replace("night", "n\u00e4cht").encode("cp1252"), None, None),
    Page(b"", None, None),
    Page(b"<p>" * 100_000 + b"\xff\x00", None, None),
    Page(b"x" * 3_000_000, None, None),
]


def inside(options: ExtractOptions, pages: list[Page], languages: tuple[str, ...] = ()) -> list[Outcome]:
    with Inside(options, gate_languages=languages, language_model=str(model_file().path)) as extractor:
        return list(extractor.extract(pages))


def test_outcomes_are_those_of_a_child_process() -> None:
    options = ExtractOptions(method="learned", max_bytes=2_000_000)
    with Sandbox(options) as sandbox:
        expected = list(sandbox.extract(PAGES))
    found = inside(options, PAGES)
    assert [(o.text, o.charset, o.verdict, o.reason) for o in found] == [
        (o.text, o.charset, o.verdict, o.reason) for o in expected
    ]
    assert found[0].verdict == "keep"
    assert found[0].title == "A river"
    assert found[-1].reason == "too_many_bytes"


def test_the_gate_drops_before_extraction_and_checks_what_it_is_asked_to() -> None:
    options = ExtractOptions(method="learned", language_gate=True)
    pages = [
        Page(PAGE.encode(), None, None),
        Page(GERMAN.encode(), None, None),
        Page(GERMAN.encode(), None, None, True),
    ]
    kept, dropped, checked = inside(options, pages, ("en",))
    assert kept.verdict == "keep"
    assert (dropped.verdict, dropped.reason) == ("drop", "language_gate")
    assert dropped.detail.startswith("de ")
    assert "; main text: de " in checked.detail


@pytest.mark.parametrize(
    ("exit_code", "reason"), [(-signal.SIGPROF, "extract_cpu_deadline"), (-signal.SIGSEGV, "extract_crashed")]
)
def test_a_page_that_ended_workers_is_tried_by_the_cheaper_extractor(exit_code: int, reason: str) -> None:
    ended = Page(PAGE.encode(), None, None, ended=exit_code)
    first, second = inside(ExtractOptions(method="learned"), [ended, Page(PAGE.encode(), None, None)])
    assert (first.verdict, first.reason) == ("keep", reason)
    assert "resiliparse" in first.detail
    assert (second.verdict, second.reason) == ("keep", None)


def test_an_error_over_a_page_costs_the_worker_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ValueError("some page")

    monkeypatch.setattr(learned, "main_text", fail)
    monkeypatch.setattr(learned, "extract", lambda *_: None)
    (outcome,) = inside(ExtractOptions(method="learned"), PAGES[:1])
    assert (outcome.verdict, outcome.reason) == ("keep", "extract_error")


def _exit_of(action: Callable[[], object]) -> int:
    pid = os.fork()
    if pid == 0:
        action()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_a_page_that_takes_too_long_ends_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    def spin(*_: object) -> None:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            pass

    options = ExtractOptions(method="learned", cpu_seconds=0.2)
    inside(options, PAGES[:1])  # compiled, and the timer let go
    monkeypatch.setattr(learned, "main_text", spin)
    monkeypatch.setattr(learned, "extract", lambda *_: None)
    assert _exit_of(lambda: inside(options, PAGES[:1])) == -signal.SIGPROF
