"""Mathematics in pages, whatever the parser: where its LaTeX stands, and how it stands in the text.

In the text a formula is `$...$`, a displayed one `$$...$$`. Its LaTeX comes from the annotation or the `alttext` of
MathML, from `<script type="math/tex">` (MathJax 2) or from the alternative text of its picture. What shows the same
formula a second time (KaTeX's and MathJax's layout, MediaWiki's picture beside the MathML) is dropped.
"""

import re

from pipeline.kernels.formula_signs import DELIMITERS, IMAGE_CLASSES, IMAGE_SOURCES

TEX_SCRIPT = "math/tex"
TEX_ENCODINGS = frozenset(("application/x-tex", "text/x-tex", "tex", "latex"))
# Elements that hold a formula once for machines and once for eyes: they are replaced as a whole.
WRAPPERS = frozenset(("katex", "mwe-math-element"))
_MAX_CHARS = 10_000
_STYLE = re.compile(r"\\(?:display|text)style(?![A-Za-z])\s*")


def may_have_formulas(html: str) -> bool:
    """False where a page surely has no formula in a form that this module knows, as generators write them."""
    if "math" in html and ("<math" in html or TEX_SCRIPT in html or "mwe-math-fallback" in html):
        return True
    return "latex" in html or 'class="tex"' in html or 'class="math"' in html


def has_class(classes: str | None, wanted: frozenset[str]) -> bool:
    """Whether a class attribute names one of them."""
    return bool(classes) and not wanted.isdisjoint(classes.split())  # type: ignore[union-attr]


def is_formula_image(classes: str | None, source: str | None) -> bool:
    """Whether a picture is a formula, so that its alternative text is LaTeX."""
    return has_class(classes, IMAGE_CLASSES) or any(part in (source or "") for part in IMAGE_SOURCES)


def formula(latex: str | None, is_display: bool) -> str | None:
    """`$...$` or `$$...$$` on one line; None where there is no LaTeX. Delimiters that came with it are not doubled."""
    folded = " ".join((latex or "").split())
    if len(folded) > _MAX_CHARS:
        return None
    if folded.startswith("{\\displaystyle") and folded.endswith("}"):  # MediaWiki's wrapper
        folded = folded[1:-1].strip()
    if match := _STYLE.match(folded):
        folded = folded[match.end() :]
    for opening, closing, displays in DELIMITERS:
        if len(folded) > len(opening) + len(closing) and folded.startswith(opening) and folded.endswith(closing):
            folded = folded[len(opening) : -len(closing)].strip()
            is_display = is_display or displays
            break
    if not folded:
        return None
    return f"$${folded}$$" if is_display else f"${folded}$"
