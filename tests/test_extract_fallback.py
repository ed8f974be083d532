"""A page that one extractor cannot do is tried once by a cheaper one, and both reasons are on record."""

import pytest
from extract_helpers import GOOD, OBEY, page

from pipeline.extract import ExtractOptions, Outcome, Sandbox
from pipeline.extract.extractors import EXTRACTORS
from pipeline.extract.fallback import cheaper

PLAIN = "hostile_extractors:plain"


def run(*texts: str, cheaper_extractor: str = PLAIN, cpu_seconds: float = 0.5, max_mib: int = 2048) -> list[Outcome]:
    options = ExtractOptions(cpu_seconds=cpu_seconds)
    with Sandbox(
        options, extractor=OBEY, cheaper_extractor=cheaper_extractor, max_resident_bytes=max_mib << 20
    ) as sandbox:
        return list(sandbox.extract(page(text) for text in texts))


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("spin", "extract_cpu_deadline"),
        ("abort", "extract_crashed"),
        ("eat", "extract_memory"),
        ("raise", "extract_error"),
    ],
)
def test_the_cheaper_extractors_text_is_kept_with_the_reason(command: str, reason: str) -> None:
    method = cheaper(ExtractOptions())
    assert method is not None
    outcomes = run(GOOD, command, GOOD, cpu_seconds=60 if command == "eat" else 0.5, max_mib=400)
    assert [outcome.text for outcome in outcomes] == [GOOD, f"plain: {command}", GOOD]
    assert [outcome.verdict for outcome in outcomes] == ["keep"] * 3
    assert [outcome.reason for outcome in outcomes] == [None, reason, None]
    assert outcomes[1].detail.startswith("trafilatura: ")
    assert outcomes[1].detail.endswith(f"; the text is {method.method}'s")


def test_where_both_fail_both_reasons_are_on_record() -> None:
    first, second, third = run("abort", "nothing", "raise", cheaper_extractor=OBEY)
    assert (first.verdict, first.reason, first.text) == ("quarantine", "extract_crashed", None)
    assert first.detail.count("was ended by SIGABRT") == 2
    assert "extract_crashed" in first.detail
    assert (second.verdict, second.reason) == ("drop", "no_main_text")  # nothing failed: nothing is tried again
    assert (third.verdict, third.reason) == ("quarantine", "extract_error")


def test_a_page_in_which_the_cheaper_one_finds_no_text_is_quarantined() -> None:
    outcome = run("abort", cheaper_extractor="hostile_extractors:nothing")[0]
    assert (outcome.verdict, outcome.reason) == ("quarantine", "extract_crashed")
    assert outcome.detail.endswith(": no_main_text")


def test_pages_beyond_the_limits_are_not_tried_again() -> None:
    with Sandbox(ExtractOptions(max_bytes=10)) as sandbox:
        outcome = next(sandbox.extract([page("<p>" + "long " * 10)]))
    assert (outcome.verdict, outcome.reason) == ("quarantine", "too_many_bytes")
    assert "resiliparse" not in outcome.detail


def test_every_method_ends_at_one_without_a_cheaper_one() -> None:
    for method in EXTRACTORS:
        options: ExtractOptions | None = ExtractOptions(method=method, cpu_seconds=3)  # type: ignore[arg-type]
        tried = []
        while options is not None:
            tried.append(options.method)
            assert options.cpu_seconds == 3
            options = cheaper(options)
        assert len(tried) == len(set(tried))
        assert tried[-1] == "resiliparse"


def test_a_page_that_takes_too_long_in_trafilatura() -> None:
    words = "".join(f'<span class="a">word {number}</span> ' for number in range(15_000))
    with Sandbox(ExtractOptions(cpu_seconds=1)) as sandbox:
        outcome = next(sandbox.extract([page(f"<html><body><article><p>{words}</p></article></body></html>")]))
    assert (outcome.verdict, outcome.reason) == ("keep", "extract_cpu_deadline")
    assert outcome.text is not None
    assert outcome.text.count("word") > 10_000


def test_a_page_too_deep_for_libraries_is_done_by_the_learned_extractor() -> None:
    prose = "".join(f"<p>On day {day} we left the harbour before sunrise, as we always did.</p>" for day in range(9))
    content = page(f"<html><body><article>{'<div>' * 300}{prose}</article></body></html>")
    for method in ("trafilatura", "resiliparse"):
        with Sandbox(ExtractOptions(method=method)) as sandbox:  # type: ignore[arg-type]
            outcome = next(sandbox.extract([content]))
        assert outcome.reason == "too_deep"
        assert outcome.verdict == ("keep" if method == "trafilatura" else "quarantine")
