"""Limits before parsing: the element counter against libxml2, and pages just below and just above each limit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from pipeline.extract import ExtractOptions
from pipeline.extract.limits import beyond_limits
from pipeline.kernels.html import count_elements

TAGS = "a b div font form h2 i li main ol option p pre span table tbody td tr u ul wbr br img input x:y".split()  # noqa: SIM905
PIECES = [
    *(f"<{tag}>" for tag in TAGS),
    *(f"</{tag}>" for tag in TAGS),
    "<DIV class='a>b'>", '<p title="</p>">', "<td a=b/c>", "<b/>", "<i =x>", "<u a='", "'>", '<a href="', '">',
    "<!-- <b> -->", "<!-->", "<!--->", "<!--!>", "<!-- x --!>", "<! <b>", "<?php <b> ?>", "</ <b>", "</>", "<3", "< b",
    "<script>a<b></script>", "<style><b></style>", "<title><b></title>", "<textarea><b></textarea >",
    "text", " ", ">", "\n",
]  # fmt: skip


def size(page: str) -> tuple[int, int]:
    return count_elements(np.frombuffer(page.encode(), np.uint8), 10**6, 10**4)


def size_by_libxml2(page: str) -> tuple[int, int]:
    parser = etree.HTMLParser(remove_comments=True, remove_pis=True, encoding="utf-8", huge_tree=True)
    root = etree.fromstring(page.encode(), parser)
    levels = [(root, 1)]
    for element, level in levels:
        levels.extend((child, level + 1) for child in element)
    return len(levels), max(level for _, level in levels)


@settings(deadline=None)  # the first call compiles
@given(st.lists(st.sampled_from(PIECES), max_size=40))
def test_counts_what_libxml2_builds(pieces: list[str]) -> None:
    # A paragraph at the end, so that no tag is cut by the end of the page.
    page = f"<html><body><div>{''.join(pieces)}</div><p>end</p>"
    assert size(page) == size_by_libxml2(page)


@pytest.mark.parametrize(
    "page",
    [
        "<p>one<p>two<p>three" * 50,
        "<ul>" + "<li>item" * 300 + "</ul>",
        "<table>" + "<tr><td>cell<td>cell" * 300 + "</table>",
        "<dl>" + "<dt>term<dd>text" * 300 + "</dl>",
        "<p>" + "line<br>" * 300,
        "<p>" + "<img src=a>" * 300,
    ],
)
def test_what_the_parser_closes_does_not_nest(page: str) -> None:
    assert size(page)[1] <= 6


@pytest.mark.parametrize("tag", ["div", "font", "b", "span", "table", "wbr", "source"])
def test_what_stays_open_nests(tag: str) -> None:
    assert size(f"<{tag}>x" * 300)[1] >= 300


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_counted(content: bytes) -> None:
    nodes, depth = count_elements(np.frombuffer(content, np.uint8), 50, 20)
    assert 0 <= nodes <= 51
    assert 2 <= depth <= 21


def deep(levels: int) -> bytes:
    """A page of exactly so many levels, html and body among them."""
    return b"<html><body>" + b"<div>" * (levels - 2) + b"x" + b"</div>" * (levels - 2) + b"</body></html>"


def many(elements: int) -> bytes:
    return b"<html><body>" + b"<p>x</p>" * (elements - 2) + b"</body></html>"


@pytest.mark.parametrize(
    ("below", "above", "reason"),
    [
        (b"x" * 1000, b"x" * 1001, "too_many_bytes"),
        (many(40), many(41), "too_many_nodes"),
        (deep(20), deep(21), "too_deep"),
    ],
)
def test_a_page_at_the_limit_passes_and_one_above_does_not(below: bytes, above: bytes, reason: str) -> None:
    options = ExtractOptions(max_bytes=1000, max_nodes=40, max_depth=20)
    assert beyond_limits(below, options) is None
    outcome = beyond_limits(above, options)
    assert outcome is not None
    assert (outcome.verdict, outcome.reason, outcome.text) == ("quarantine", reason, None)


@pytest.mark.parametrize("codec", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "cp1251"])
def test_limits_hold_in_every_charset(codec: str) -> None:
    options = ExtractOptions()
    page = "<html><body>" + "<div>Слово " * 260 + "</body></html>"
    outcome = beyond_limits(page.encode(codec), options)
    assert outcome is not None
    assert outcome.reason == "too_deep"
    assert beyond_limits(page.replace("<div>", "<p>").encode(codec), options) is None


def test_the_default_depth_is_what_libxml2_can_hold() -> None:
    """One level above its own limit, libxml2 drops the rest of the page; ours must trip before."""
    limit = ExtractOptions().max_depth
    parser = etree.HTMLParser()
    assert etree.fromstring(deep(limit), parser).xpath("string()") == "x"
    assert beyond_limits(deep(limit), ExtractOptions()) is None
    with pytest.raises(ValueError, match="max_depth"):
        ExtractOptions(max_depth=limit + 1)
