"""What trafilatura would lose, rewritten in the parsed page before it looks at it, and in its result before it writes.

Each function walks once over elements that lxml finds in C; a page without such elements is not changed.
"""

from collections.abc import Iterator
from itertools import chain

from lxml.etree import _Element, iterwalk
from trafilatura.xml import process_element

from pipeline.extract.formulas import TEX_ENCODINGS, TEX_SCRIPT, WRAPPERS, formula, has_class, is_formula_image
from pipeline.extract.marks import BREAK, mark, without_controls
from pipeline.kernels.formula_signs import DISPLAY_CLASSES, LEVELS_ABOVE, VISUAL_CLASSES

# Blocks that trafilatura joins to the text beside them; it does well by br, li and cells.
_BLOCKS = ("div", "section", "article", "header", "footer", "main", "aside", "figure", "figcaption", "address", "p")


def separate_blocks(tree: _Element) -> None:
    """A space around each block that has none, as in a page whose source is laid out on lines."""
    for block in tree.iter(*_BLOCKS):
        if not block.tail or not block.tail[0].isspace():
            block.tail = "\n" + (block.tail or "")
        before = block.getprevious()
        if before is not None:
            if not before.tail or not before.tail[-1].isspace():
                before.tail = (before.tail or "") + "\n"
        elif (parent := block.getparent()) is not None and parent.text and not parent.text[-1].isspace():
            parent.text += "\n"


def mark_items(tree: _Element) -> None:
    """Marks between the blocks of a list item, whose texts trafilatura joins."""
    for item in tree.iter("li"):
        for block in item.iterdescendants("div"):
            parent = block.getparent()
            if block.getprevious() is not None or (parent is not None and parent.text and parent.text.strip()):
                _break_before(block)
            if block.tail and block.tail.strip():
                block.tail = BREAK + block.tail.lstrip(BREAK)
            elif (after := block.getnext()) is not None:
                _break_before(after)


def mark_preformatted(tree: _Element) -> None:
    """Marks in the text of each `pre`, so that its lines and spaces outlast what folds them."""
    for pre in tree.iter("pre"):
        if next(pre.iterancestors("pre"), None) is not None:
            continue
        for element in pre.iterdescendants("br", "div", "p"):
            element.tag = "span"
            element.tail = "\n" + (element.tail or "")
        pieces = list(_pieces(pre))
        while pieces and not pieces[-1][2].strip():
            pieces.pop()
        has_begun, at_line_start = False, True
        for number, (element, is_tail, text) in enumerate(pieces):
            if not has_begun and not text.strip():
                continue
            head = 0 if has_begun else text.rfind("\n", 0, len(text) - len(text.lstrip())) + 1
            end = len(text.rstrip()) if number == len(pieces) - 1 else len(text)
            marked = text[:head] + mark(without_controls(text[head:end]), at_line_start) + text[end:]
            has_begun, at_line_start = True, text[:end].endswith("\n")
            if is_tail:
                element.tail = marked
            else:
                element.text = marked


def write_formulas(tree: _Element) -> None:
    """Each formula as text, in place of the elements that show it."""
    for script in list(tree.iter("script")):
        kind = script.get("type") or ""
        if kind.startswith(TEX_SCRIPT):
            shown = script.getprevious()
            while shown is not None and has_class(shown.get("class"), VISUAL_CLASSES):
                _replace(shown, "")
                shown = shown.getprevious()
            _replace(script, formula(script.text, "mode=display" in kind))
    for math in list(tree.iter("math")):
        _replace(*_outermost(math, _latex_of(math), math.get("display") == "block"))
    for image in list(tree.iter("img")):
        if is_formula_image(image.get("class"), image.get("src")):
            _replace(*_outermost(image, image.get("alt"), False))


def rows_to_lines(body: _Element) -> None:
    """In trafilatura's result: each table row as one text, its cells separated by tabs."""
    for row in reversed(list(body.iter("row"))):  # the rows of a table in a cell before those around it
        cells = []
        for cell in row.findall("cell"):
            written: list[str] = []
            process_element(cell, written, False)
            text = "".join(written).strip().removeprefix("|").removesuffix("|")
            cells.append(" ".join(text.replace("\\|", "|").split()))
        for child in list(row):
            row.remove(child)
        row.text = "\t".join(cells).rstrip("\t")


def _pieces(top: _Element) -> Iterator[tuple[_Element, bool, str]]:
    """The texts in an element in document order: (element, whether it is its tail, text)."""
    for event, element in iterwalk(top, events=("start", "end")):
        if event == "start" and element.text:
            yield element, False, element.text
        elif event == "end" and element is not top and element.tail:
            yield element, True, element.tail


def _break_before(element: _Element) -> None:
    """A mark before the first text in an element, where it begins with one."""
    while not (element.text and element.text.strip()):
        if len(element) == 0:
            return
        element = element[0]
    element.text = BREAK + element.text.lstrip(BREAK)


def _latex_of(math: _Element) -> str | None:
    for annotation in math.iter("annotation"):
        if (annotation.get("encoding") or "").lower() in TEX_ENCODINGS:
            return annotation.text
    return math.get("alttext")


def _outermost(element: _Element, latex: str | None, is_display: bool) -> tuple[_Element, str | None]:
    """The element that holds all forms of a formula, and its text."""
    found = element
    for _, parent in zip(range(LEVELS_ABOVE + 1), chain((element,), element.iterancestors()), strict=False):
        classes = parent.get("class")
        is_display = is_display or has_class(classes, DISPLAY_CLASSES)
        if has_class(classes, WRAPPERS):
            found = parent
    return found, formula(latex, is_display)


def _replace(element: _Element, text: str | None) -> None:
    """Text in place of what an element holds; nothing where there is no text."""
    if text is not None:
        element.clear(keep_tail=True)
        element.tag = "span"
        element.text = without_controls(text)
