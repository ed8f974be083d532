"""What resiliparse would lose, rewritten in the parsed page before it looks at it."""

from resiliparse.parse.html import HTMLTree, NodeType
from resiliparse.parse.html.node import ElementNode, Node

from pipeline.extract.formulas import TEX_ENCODINGS, TEX_SCRIPT, WRAPPERS, formula, has_class, is_formula_image
from pipeline.extract.marks import TAB
from pipeline.kernels.formula_signs import DISPLAY_CLASSES, LEVELS_ABOVE, VISUAL_CLASSES

_BLOCKS_IN_CELLS = "td > p, td > div, td > br, th > p, th > div, th > br"
_MORE_THAN_PARAGRAPHS = "table, pre, ul, ol, dl, h1, h2, h3, h4, h5, h6, blockquote"
_SHORT_CELL_CHARS = 200


def break_blocks(tree: HTMLTree) -> None:
    """A line break on each side of blocks that the library takes for inline."""
    for element in _all(tree, "summary, caption, legend, dialog, menu, search"):
        before, after = tree.create_element("br"), tree.create_element("br")
        assert before is not None
        assert after is not None
        element.before(before)
        element.after(after)


def join_cells(tree: HTMLTree) -> None:
    """Short cells without inner blocks, so that their row stays on one line. A row with a long cell, or one that holds
    more than paragraphs, is layout and stays as it is."""
    rows = {row: None for block in _all(tree, _BLOCKS_IN_CELLS) if (row := _row_of(block)) is not None}
    for row in rows:
        cells = [cell for cell in row.children.values() if cell.tag in ("td", "th")]
        if len(cells) > 1 and all(len(cell.text or "") <= _SHORT_CELL_CHARS for cell in cells):
            if any(cell.query_selector(_MORE_THAN_PARAGRAPHS) is not None for cell in cells):
                continue
            for cell in cells:
                for block in cell.query_selector_all("p, div, br").values():
                    _unwrap(tree, block)


def mark_tabs(tree: HTMLTree) -> None:
    """Marks for the tabs in each `pre`: other tabs in the text are then between cells."""
    for pre in _all(tree, "pre"):
        for node in list(pre):
            if node.type == NodeType.TEXT and (text := node.value):
                node.value = text.replace("\t", TAB)


def write_formulas(tree: HTMLTree) -> None:
    """Each formula as text, in place of the elements that show it."""
    for script in _all(tree, f"script[type^='{TEX_SCRIPT}']"):
        kind = script.getattr("type") or ""
        shown = script.previous_element_sibling
        while shown is not None and has_class(shown.getattr("class"), VISUAL_CLASSES):
            before = shown.previous_element_sibling
            shown.remove()
            shown = before
        _replace(tree, script, formula(script.text, "mode=display" in kind))
    for math in _all(tree, "math"):
        _replace(tree, *_outermost(math, _latex_of(math), math.getattr("display") == "block"))
    for image in _all(tree, "img"):
        if is_formula_image(image.getattr("class"), image.getattr("src")):
            _replace(tree, *_outermost(image, image.getattr("alt"), False))


def _all(tree: HTMLTree, selectors: str) -> list[ElementNode]:
    document = tree.document
    # Walking through the list itself takes cubic time.
    return [] if document is None else document.query_selector_all(selectors).values()


def _row_of(block: ElementNode) -> ElementNode | None:
    cell = block.parent_element
    row = cell.parent_element if cell is not None else None
    return row if row is not None and row.tag == "tr" else None


def _unwrap(tree: HTMLTree, element: ElementNode) -> None:
    """The content of an element in its place, with a space on each side."""
    element.before(_text(tree, " "))
    for child in element.child_nodes.values():
        element.before(child)  # type: ignore[arg-type]
    element.replace_with(_text(tree, " "))


def _text(tree: HTMLTree, text: str) -> Node:
    node = tree.create_text_node(text)
    assert node is not None
    return node


def _latex_of(math: ElementNode) -> str | None:
    for annotation in math.query_selector_all("annotation").values():
        if (annotation.getattr("encoding") or "").lower() in TEX_ENCODINGS:
            return annotation.text
    return math.getattr("alttext")


def _outermost(element: ElementNode, latex: str | None, is_display: bool) -> tuple[ElementNode, str | None]:
    """The element that holds all forms of a formula, and its text."""
    found = parent = element
    for _ in range(LEVELS_ABOVE + 1):
        classes = parent.getattr("class")
        is_display = is_display or has_class(classes, DISPLAY_CLASSES)
        if has_class(classes, WRAPPERS):
            found = parent
        if (above := parent.parent_element) is None:
            break
        parent = above
    return found, formula(latex, is_display)


def _replace(tree: HTMLTree, element: ElementNode, text: str | None) -> None:
    """Text in place of an element; nothing where there is no text, or where the element is gone."""
    if text is not None and element.parent is not None:
        element.replace_with(_text(tree, text))
