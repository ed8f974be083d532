"""By which classes and addresses mathematics in a page is known, for the kernels and for the other extractors."""

# What MathJax 2 shows before its script. A page's author may write the first one; only before a script is it a shadow.
SHOWN_CLASS = "MathJax"
VISUAL_CLASSES = frozenset(
    (SHOWN_CLASS, "MathJax_Preview", "MathJax_Display", "MathJax_SVG", "MathJax_SVG_Display", "MathJax_CHTML")
)
# A formula in one of these, or up to LEVELS_ABOVE elements below one, stands on its own.
DISPLAY_CLASSES = frozenset(
    ("katex-display", "mwe-math-fallback-image-display", "mwe-math-mathml-display", "mwe-math-element-block")
)
LEVELS_ABOVE = 4  # from MathML up to the outermost of these
# Pictures of formulas: MediaWiki's, WordPress's, Asciidoctor's, Sphinx's.
IMAGE_CLASSES = frozenset(
    ("mwe-math-fallback-image-inline", "mwe-math-fallback-image-display", "tex", "latex", "latexmath", "math")
)
IMAGE_SOURCES = ("latex.php?", "latex.codecogs.com/")
DELIMITERS = (("$$", "$$", True), ("\\[", "\\]", True), ("$", "$", False), ("\\(", "\\)", False))
"""What LaTeX may come between, and whether it stands on its own then."""
