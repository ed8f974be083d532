"""Code blocks of a page: its `pre` elements, and `code` outside of them with more than one line.

Read from the page's source, whoever extracts its text: a block counts where at least half of it stands in the text that
was kept, line by line. What the markup says of its language is carried along: attributes and classes of the element,
of a `code` that it begins with, and of the elements that begin right before it. Linear in the page, whatever is in it.
"""

import html
import re
from collections.abc import Iterator

CodeBlock = tuple[str, str, int]
"""Tags that may name the language, the beginning of the text, and how many of its characters were kept, white space not
counted. A plain tuple, since it comes through a socket."""

MAX_BLOCKS = 200
HEAD_CHARS = 4096
KEPT_SHARE = 0.5

_NAME = re.compile(r"<(pre|code)(?=[\s>])", re.IGNORECASE)
_MAX_NAMES = 20_000
_ANY_END = re.compile("</(?:pre|code|PRE|CODE)")
_ENDS = {name: re.compile(rf"</{name}\b", re.IGNORECASE) for name in ("pre", "code")}
# Quoted values may hold ">".
_ATTRIBUTES = re.compile(r"""((?:[^<>"']++|"[^"]*+"|'[^']*+')*+)>""")
_ATTRIBUTES_CHARS = 1500
_CODE_INSIDE = re.compile(r"\s*(?:<(?:span|div)\b[^<>]{0,300}>\s*)?<code\b", re.IGNORECASE)
_TAGS_BEFORE = re.compile(r"(?:<[a-z][^<>]{0,300}>\s*)+\Z", re.IGNORECASE)
_BEFORE_CHARS = 600
_HINT_CHARS = 1000
_LINE_EDGE = re.compile(r"<(?:br|/div|/p|/li|/tr)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[/a-z!?][^<>]*>", re.IGNORECASE)


def code_blocks(page: str, kept: str) -> tuple[CodeBlock, ...]:
    """The code blocks of a page of which the kept text holds at least half, in their order, MAX_BLOCKS at most."""
    if not _ANY_END.search(page):  # nine in ten pages
        return ()
    found: list[CodeBlock] = []
    lines: set[str] = set()
    for hint, inside in _blocks(page):
        lines = lines or {_squeezed(line) for line in kept.split("\n")}
        text = _text(inside)
        squeezed = [_squeezed(line) for line in text.split("\n")]
        whole = sum(map(len, squeezed))
        size = sum(len(line) for line in squeezed if line in lines)
        if not size and "".join(squeezed) in lines:  # its lines became one
            size = whole
        if size and size >= KEPT_SHARE * whole:
            found.append((hint, text[:HEAD_CHARS], size))
            if len(found) == MAX_BLOCKS:
                break
    return tuple(found)


def visible_chars(text: str) -> int:
    """Characters that are not white space."""
    return len(_squeezed(text))


def _blocks(page: str) -> Iterator[tuple[str, str]]:
    """(tags that may name its language, markup inside) of each block."""
    at, closed = 0, {"pre": True, "code": True}  # whether an end tag of that name was found so far
    for _ in range(_MAX_NAMES):
        if (beginning := _NAME.search(page, at)) is None:
            return
        name, at = beginning[1].lower(), beginning.end()
        attributes = _ATTRIBUTES.match(page, at, at + _ATTRIBUTES_CHARS)
        if attributes is None or not closed[name]:
            continue
        ending = _ENDS[name].search(page, attributes.end())
        if ending is None:
            closed[name] = False  # nor will one be found for those that follow
            continue
        inside = page[attributes.end() : ending.start()]
        at = ending.start()
        if name == "code" and "\n" not in inside.strip() and not _LINE_EDGE.search(inside):
            continue
        hints = [attributes[1]]
        code = _CODE_INSIDE.match(inside)
        if code and (of_code := _ATTRIBUTES.match(inside, code.end(), code.end() + _ATTRIBUTES_CHARS)):
            hints.append(of_code[1])
        before = _TAGS_BEFORE.search(page, max(0, beginning.start() - _BEFORE_CHARS), beginning.start())
        if before:
            hints.append(before[0])
        yield "\n".join(hints)[:_HINT_CHARS], inside


def _text(markup: str) -> str:
    text = _LINE_EDGE.sub("\n", markup.replace("\r\n", "\n").replace("\r", "\n"))
    return html.unescape(_TAG.sub("", text)).strip("\n")


def _squeezed(line: str) -> str:
    return "".join(line.split())
