"""One page to one outcome: extractors, title, gate, and pages that parsers stumble over."""

import gzip

import pytest

from pipeline.extract import ExtractOptions, Outcome, Page, Sandbox
from pipeline.extract.extractors import EXTRACTORS, TooDeep
from pipeline.extract.gate import LanguageGate, check_of
from pipeline.extract.work import extract_page, title_of

STORY = (
    "We left the harbour before sunrise, because the wind was to turn at noon. Nobody spoke while the boat slid past "
    "the last lamps, and the only sound came from the water under the planks. "
)
GESCHICHTE = (
    "Wir verließen den Hafen vor Sonnenaufgang, weil der Wind gegen Mittag drehen sollte. Niemand sprach, während das "
    "Boot an den letzten Lampen vorbeiglitt, und nur das Wasser unter den Planken war zu hören. "
)
ENDINGS = (  # long enough to make a paragraph another one for who looks for repeats
    "On the first day we caught nothing at all and came home with empty nets.",
    "Then came a fog so thick that the bow was out of sight from the wheel.",
    "By Wednesday the ice was gone, and so were most of the other boats.",
    "Only my uncle laughed, who had seen worse winters than any of his neighbours.",
)
MENU = "<ul>" + "".join(f"<li><a href='/{i}'>Section {i}</a></li>" for i in range(12)) + "</ul>"


def html(text: str = STORY, title: str = "A morning at sea", before: str = "<!DOCTYPE html>") -> str:
    paragraphs = "".join(f"<p>{text}{ending}</p>" for ending in ENDINGS)
    head = f"<head><title>{title}</title></head>"
    return f"{before}<html>{head}<body><nav>{MENU}</nav><article>{paragraphs}</article></body></html>"


def extract(content: bytes | str, method: str = "trafilatura", gate: LanguageGate | None = None) -> Outcome:
    content = content.encode() if isinstance(content, str) else content
    options = ExtractOptions(method=method)  # type: ignore[arg-type]
    return extract_page(Page(content, None, None), options, EXTRACTORS[method], gate)


@pytest.mark.parametrize("method", list(EXTRACTORS))
def test_main_text_without_navigation(method: str) -> None:
    outcome = extract(html(), method)
    assert (outcome.verdict, outcome.reason, outcome.charset) == ("keep", None, "utf-8")
    assert outcome.text is not None
    assert outcome.text.count("before sunrise") == 4
    assert "Section" not in outcome.text
    assert outcome.title == "A morning at sea"


@pytest.mark.parametrize("method", list(EXTRACTORS))
@pytest.mark.parametrize("content", [b"", b"   \n", b"<html><body></body></html>", b"\0\0\0\0", b"<!-- nothing -->"])
def test_nothing_to_extract(method: str, content: bytes) -> None:
    outcome = extract(content, method)
    assert (outcome.verdict, outcome.reason, outcome.text) == ("drop", "no_main_text", None)


@pytest.mark.parametrize("method", list(EXTRACTORS))
@pytest.mark.parametrize(
    "content",
    [
        html(before='<?xml version="1.0" encoding="iso-8859-1"?>').encode(),
        html(before='<?xml version="1.0" encoding="utf-16"?>').encode(),
        html(before="\ufeff\n\n").encode(),
        html().replace("<p>", "<p>\0").encode(),
        html().replace("<p>", "<p>\x01\x0b\x1f").encode(),
        html().replace("</article></body></html>", "").encode(),
        html().encode("utf-16"),
        html().encode("utf-16-le"),
        html().encode() + b"<div>" * 5 + b"\xff\xfe\xfd",
        html().replace("sunrise", "sunrise &#xD800; &#0; &#x110000;").encode(),
    ],
)
def test_pages_that_parsers_stumble_over(method: str, content: bytes) -> None:
    outcome = extract(content, method)
    assert outcome.text is not None
    assert outcome.text.count("before sunrise") == 4
    outcome.text.encode("utf-8")


def test_a_body_that_is_still_compressed_is_not_lost() -> None:
    outcome = extract(gzip.compress(html().encode()))
    assert outcome.text == extract(html()).text


def test_a_compressed_body_holds_to_the_limits() -> None:
    outcome = extract(gzip.compress(html().replace("<article>", "<div>" * 300).encode()))
    assert (outcome.verdict, outcome.reason) == ("quarantine", "too_deep")


def test_a_page_that_the_parser_would_cut_is_an_error() -> None:
    deep = html().replace("<article>", "<div>" * 300)
    with pytest.raises(TooDeep, match="Excessive depth"):
        EXTRACTORS["trafilatura"](deep, ExtractOptions())
    assert (extract(deep).verdict, extract(deep).reason) == ("quarantine", "too_deep")
    for next_page, reason in ((html(), None), ("", "no_main_text"), ("\0", "no_main_text"), ("x", "no_main_text")):
        assert extract(deep).reason == "too_deep"
        assert extract(next_page).reason == reason  # the error is not remembered


@pytest.mark.parametrize(
    ("page", "title"),
    [
        ("<title>Bread &amp; butter</title>", "Bread & butter"),
        ("<TITLE lang='en'>\n  Two\n  lines </TITLE>", "Two lines"),
        ("<title></title>", None),
        ("<title>never closed", None),
        ("<h1>no title</h1>", None),
        ("<title>" + "x" * 1000 + "</title>", "x" * 300),
        ("<title>a</title><title>b</title>", "a"),
        ("<title>&#xD800;</title>", "\ufffd"),
    ],
)
def test_titles(page: str, title: str | None) -> None:
    assert title_of(page) == title


def gate(*answers: tuple[str, float]) -> LanguageGate:
    given = iter(answers)
    return LanguageGate(frozenset(["en"]), lambda text: next(given))


@pytest.mark.parametrize(
    ("answers", "passes"),
    [
        ([("en", 0.9)], True),
        ([("de", 0.49)], True),
        ([("de", 0.9), ("en", 0.1)], True),
        ([("de", 0.9), ("de", 0.2)], True),
        ([("de", 0.9), ("de", 0.8)], False),
        ([("de", 0.5), ("nl", 0.5)], False),
    ],
)
def test_the_gate_drops_only_what_is_surely_another_language(answers: list[tuple[str, float]], passes: bool) -> None:
    assert (gate(*answers).of_utf8(b"some words") is None) == passes
    outcome = extract(html(), gate=gate(*answers))
    assert outcome.verdict == ("keep" if passes else "drop")
    assert outcome.reason == (None if passes else "language_gate")


def test_the_gate_in_the_sandbox() -> None:
    pages = [Page(html(text).encode(), None, None) for text in (STORY, GESCHICHTE, STORY)]
    with Sandbox(ExtractOptions(language_gate=True), gate_languages=("en",)) as sandbox:
        outcomes = list(sandbox.extract(pages))
    assert [outcome.reason for outcome in outcomes] == [None, "language_gate", None]
    assert outcomes[1].detail.startswith("de ")
    with Sandbox(ExtractOptions(), gate_languages=("en",)) as sandbox:
        assert [outcome.reason for outcome in sandbox.extract(pages)] == [None, None, None]


def test_what_the_gate_loses_is_measured() -> None:
    links = "".join(f"<li><a href='/{i}'>{GESCHICHTE}</a></li>" for i in range(20))
    mixed = html().replace("<nav>", f"<nav><ul>{links}</ul>")  # German around an English article
    pages = [Page(text.encode(), None, None, checks_gate=True) for text in (html(STORY), html(GESCHICHTE), mixed, "")]
    with Sandbox(ExtractOptions(language_gate=True), gate_languages=("en",)) as sandbox:
        outcomes = list(sandbox.extract(pages))
    assert [outcome.reason for outcome in outcomes] == [None, "language_gate", "language_gate", "no_main_text"]
    checks = [check_of(outcome.detail) for outcome in outcomes]
    assert checks[0] is checks[3] is None
    assert checks[1] is not None
    assert checks[1][0] == "de"
    assert checks[2] is not None
    assert checks[2][0] == "en"
    assert outcomes[2].text is None
    assert check_of(gate().checked("de 0.9", None)) == (None, 0)
    assert check_of("de 0.9731") is None


def test_a_page_that_takes_too_long_in_the_real_extractor() -> None:
    words = "".join(f'<span class="a">word {number}</span> ' for number in range(15_000))
    slow = f"<html><body><article><p>{words}</p></article></body></html>"
    pages = [Page(text.encode(), None, None) for text in (html(), slow, html())]
    with Sandbox(ExtractOptions(cpu_seconds=1)) as sandbox:
        reasons = [outcome.reason for outcome in sandbox.extract(pages)]
    assert reasons == [None, "extract_cpu_deadline", None]
