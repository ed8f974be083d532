"""Main text by trafilatura (Barbaresi 2021): precise, and most of the cost of a run."""

from collections.abc import Iterator
from contextlib import contextmanager

import trafilatura
import trafilatura.utils
from lxml import etree
from lxml.html import HtmlElement
from trafilatura import core
from trafilatura.utils import HtmlInput
from trafilatura.xml import xmltotxt

from pipeline.extract.extractors import TooDeep
from pipeline.extract.formulas import may_have_formulas
from pipeline.extract.marks import can_mark, restore
from pipeline.extract.options import ExtractOptions
from pipeline.extract.tree import mark_items, mark_preformatted, rows_to_lines, separate_blocks, write_formulas

# trafilatura's own parser, but for who names the class of an element: C code instead of a Python method called for
# each of a page's thousands of elements. 1.06 times faster, and the same text on every page of the gold sets.
_PARSER = etree.HTMLParser(
    collect_ids=False, default_doctype=False, encoding="utf-8", remove_comments=True, remove_pis=True
)
_PARSER.set_element_class_lookup(etree.ElementDefaultClassLookup(element=HtmlElement))


def _load_html(htmlobject: HtmlInput, max_size: int | None = None) -> HtmlElement | None:
    """trafilatura's function of that name, which says nothing when the parser has cut the page, and then `tree`'s."""
    tree: HtmlElement | None = trafilatura.utils.load_html(htmlobject, max_size)
    error = _PARSER.error_log.last_error
    if error is not None and error.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT:
        raise TooDeep(error.message)
    if tree is not None and isinstance(htmlobject, str):
        if may_have_formulas(htmlobject):
            write_formulas(tree)
        if can_mark(htmlobject):
            mark_preformatted(tree)
            mark_items(tree)
        separate_blocks(tree)
    return tree


def _to_text(xmloutput: etree._Element | None, include_formatting: bool) -> str:
    """trafilatura's xmltotxt, but for tables."""
    if xmloutput is not None:
        rows_to_lines(xmloutput)
    return xmltotxt(xmloutput, include_formatting)


_OURS = ((trafilatura.utils, "HTML_PARSER", _PARSER), (core, "load_html", _load_html), (core, "xmltotxt", _to_text))


@contextmanager
def _our_parts() -> Iterator[None]:
    """trafilatura with our parser and our two functions, and afterwards as it was: who else calls it gets its own."""
    theirs = [getattr(module, name) for module, name, _ in _OURS]
    for module, name, part in _OURS:
        setattr(module, name, part)
    try:
        yield
    finally:
        for (module, name, _), part in zip(_OURS, theirs, strict=True):
            setattr(module, name, part)


def extract(html: str, options: ExtractOptions) -> str | None:
    """The main text, None where there is none. Equal to `trafilatura.extract` with these arguments, but for what it
    loses: space between blocks, lines and indentation of `pre`, mathematics; and a table's row is a line of cells
    separated by tabs.

    Comments are off: better F1 on every gold set. `deduplicate` is off: its cache makes the text of a page depend on
    the pages before it. Raises TooDeep.
    """
    with _our_parts():
        text: str | None = trafilatura.extract(
            html,
            fast=options.fast,
            favor_precision=options.favor == "precision",
            favor_recall=options.favor == "recall",
            include_comments=False,
            deduplicate=False,
        )
    return restore(text) if text and can_mark(html) else text


def decode_again(content: bytes) -> str:
    """The page as trafilatura decodes it: it unpacks a compressed body, and tries other charsets than we do."""
    text: str = trafilatura.utils.decode_file(content)
    return text
