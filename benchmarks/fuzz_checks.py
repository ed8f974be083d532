"""What must hold of the tokenizer's blocks and of the learned extractor's text, whatever the input."""

from collections.abc import Callable

import numpy as np

from pipeline.extract import ExtractOptions
from pipeline.extract.charset import decode
from pipeline.extract.learned import extract as learned
from pipeline.extract.model import SHIPPED
from pipeline.kernels import html_blocks

HAS_MODEL = SHIPPED.is_file()


def parse(page: bytes) -> html_blocks.Blocks:
    return html_blocks.parse(np.frombuffer(page, np.uint8))


def extract(page: bytes) -> str | None:
    """The learned extractor's main text; the page must be UTF-8, as it is after decoding."""
    return learned(page, ExtractOptions(method="learned"))


FUNCTIONS: dict[str, Callable[[bytes], object]] = {"tokenizer": parse} | (
    {"learned extractor": extract} if HAS_MODEL else {}
)


class Checks:
    """`run` raises where something does not hold."""

    def run(self, page: bytes) -> None:
        self.blocks(page, is_utf8=False)  # whatever the bytes are: in bounds, and in order
        text = decode(page, None).text.encode("utf-8", "replace")
        self.blocks(text, is_utf8=True)
        if HAS_MODEL:
            found = extract(text)
            if found is not None:
                found.encode()
                assert found.strip(), "a text of white space alone"
            assert extract(text) == found, "two texts of one page"

    def blocks(self, page: bytes, *, is_utf8: bool) -> None:
        found = parse(page)
        start, end = found.rows[:, html_blocks.START], found.rows[:, html_blocks.END]
        assert len(found.marks) >= len(found.text), "fewer marks than text"
        assert (start < end).all(), "an empty block"
        assert (start[1:] > end[:-1]).all(), "blocks out of order"
        assert 0 <= found.title <= (start[0] if len(start) else len(found.text)), "the title is not before the blocks"
        assert not len(end) or end[-1] <= len(found.text), "a block beyond the text"
        elements, count = found.elements, len(start)
        first, last = elements[:, html_blocks.FIRST], elements[:, html_blocks.LAST]
        parent, words = elements[:, html_blocks.PARENT], elements[:, html_blocks.WORDS]
        assert (first >= 0).all(), "an element before the first block"
        assert (first <= last).all(), "an element that ends before it begins"
        assert (last <= count).all(), "an element beyond the last block"
        assert parent[0] == -1, "the document has a parent"
        assert (parent[1:] >= 0).all(), "an element without a parent"
        assert (parent[1:] < np.arange(1, len(parent))).all(), "a parent after its child"
        assert (np.diff(words) >= 0).all(), "words out of order"
        assert not len(words) or 0 <= words[0] <= words[-1] <= len(found.words), "words that are not there"
        inside = found.rows[:, html_blocks.ELEMENT]
        assert ((inside >= 0) & (inside < len(elements))).all(), "a block of no element"
        if is_utf8:
            text = found.text.tobytes()
            text[: found.title].decode()
            for a, b in zip(start.tolist(), end.tolist()):
                text[a:b].decode()
        again = parse(page)
        for name, one, other in zip(found._fields, found, again):
            assert np.array_equal(one, other), f"two answers in {name}"
