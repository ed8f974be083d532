"""The HTML tokenizer and the learned extractor take any bytes; benchmarks/fuzz_html.py tries millions."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.extract import ExtractOptions
from pipeline.extract.learned import extract
from pipeline.kernels.html_blocks import ELEMENT, END, FIRST, LAST, PARENT, START, Blocks, parse

LEARNED = ExtractOptions(method="learned")
TOKENS = """
< > </ /> <!-- --> <! <? & &# &#x41 &amp; &nbsp; &#xD800; &#x110000; " ' = a 文 é <p> </p> <p <br> <div> </div> <b> </b>
<li> <ul> </ul> <table> <tr> <td> </table> <pre> </pre> <script> </script <script>'</ <style> </style> <title> </title>
<textarea> <svg> </svg> <math> <template> <noscript> <![CDATA[ ]]> <h1> </h1> <a </a> <option> <annotation> <iframe>
"""
MARKUP = st.lists(
    st.sampled_from([*TOKENS.split(), " ", "\n", "\t", "\x00", "\u00a0", "\u3000", "word "]), max_size=60
).map("".join)


def check(page: bytes) -> Blocks:
    """Blocks in order within the text, elements in order within the blocks, twice the same."""
    found = parse(np.frombuffer(page, np.uint8))
    start, end, inside = found.rows[:, START], found.rows[:, END], found.rows[:, ELEMENT]
    first, last, parent = found.elements[:, FIRST], found.elements[:, LAST], found.elements[:, PARENT]
    assert (start < end).all()
    assert (start[1:] > end[:-1]).all()
    assert (end <= len(found.text)).all()
    assert ((first >= 0) & (first <= last) & (last <= len(start))).all()
    assert ((inside >= 0) & (inside < len(parent))).all()
    assert parent[0] == -1
    assert ((parent[1:] >= 0) & (parent[1:] < np.arange(1, len(parent)))).all()
    assert all(np.array_equal(one, other) for one, other in zip(found, parse(np.frombuffer(page, np.uint8))))
    return found


def texts(page: str) -> list[str]:
    """The blocks' texts, which must be UTF-8."""
    found = check(page.encode("utf-8", "replace"))
    return [bytes(found.text[start:end]).decode() for start, end in found.rows[:, [START, END]].tolist()]


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_in_order(page: bytes) -> None:
    check(page)


@settings(max_examples=300, deadline=None)
@given(MARKUP)
def test_blocks_of_any_markup_are_utf8_without_space_at_their_ends(page: str) -> None:
    for text in texts(page):
        assert text.strip(" \n\t"), text
        assert text == text.rstrip(" \n\t")


@settings(max_examples=100, deadline=None)
@given(MARKUP, st.integers(1, 300))
def test_repeated_markup(page: str, times: int) -> None:
    texts(page * times)


@settings(max_examples=300, deadline=None)
@given(MARKUP)
def test_a_learned_text_is_one_that_files_can_hold(page: str) -> None:
    text = extract(f"<p>{'A sentence of the main text, as it were. ' * 5}</p>{page}".encode(), LEARNED)
    assert text is None or text.encode().strip()


def test_elements_nested_ten_thousand_deep_keep_the_text_below_and_after() -> None:
    page = "<div>" * 10_000 + "below" + "</div>" * 10_000 + "<p>after"
    assert texts(page) == ["below", "after"]


def test_an_unclosed_quote_ends_nothing_but_its_tag() -> None:
    assert texts('<p>before</p><a href="x>link</a><p>after</p>')[0] == "before"
