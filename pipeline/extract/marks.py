"""Line breaks and runs of spaces in preformatted text, carried through libraries that fold them.

`mark` puts characters that stand for them before them, `restore` puts them back in place of the characters and of
whatever space the library has left there. The characters are printable and no spaces, because libraries drop or fold
others; no letters, so that they join to no word; and rare: a page that holds one of them is left alone.
"""

import re

LINE, SPACE, TAB = "\u2e4f", "\u2e50", "\u2e51"  # Cornish verse divider, crosses patty
BREAK = "\u2e4e"  # punctus elevatus: between blocks, at least one line break
_TO_MARK = str.maketrans({"\n": LINE, "\t": TAB, " ": SPACE, "\xa0": SPACE})
_FROM_MARK = str.maketrans({LINE: "\n", SPACE: " ", TAB: "\t"})
# Runs that folding would change: all but a single space between two words.
_RUN = re.compile(r"[ \t\xa0\n]{2,}|[\n\t\xa0]")
_MARKED = re.compile(f"[{LINE}{SPACE}{TAB}]+" + r"\s*")
_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def can_mark(html: str) -> bool:
    """Whether the page has none of the characters itself."""
    return LINE not in html and SPACE not in html and TAB not in html and BREAK not in html


def mark(text: str, at_line_start: bool = False) -> str:
    """The text with marks before each run of white space that is more than one space between words."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    marked = _RUN.sub(lambda run: run[0].translate(_TO_MARK) + run[0], text)
    return SPACE + marked if at_line_start and marked[:1] == " " else marked


def restore(text: str) -> str:
    """The text with white space in place of marks."""
    if can_mark(text):
        return text
    if BREAK in text:
        first, *others = text.split(BREAK)
        text = "\n".join([first.rstrip(), *(other.strip() for other in others[:-1]), others[-1].lstrip()])
    return _MARKED.sub(lambda run: run[0].rstrip().translate(_FROM_MARK), text)


def without_controls(text: str) -> str:
    """The text without characters that an XML tree refuses."""
    return _NOT_XML.sub("", text)
