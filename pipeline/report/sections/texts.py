"""Texts beside each other, with marks in them."""

from collections.abc import Sequence
from typing import Literal

from pipeline.report.diff import Segment
from pipeline.report.markup import escape


def marked(segments: Sequence[Segment], tag: Literal["ins", "del", "mark"]) -> str:
    """A text with its marked stretches in an element. What is added is underlined, what is gone is struck through."""
    parts = []
    for segment in segments:
        if segment.kind == "gap":
            parts.append('<span class="gap"> ⋯ </span>')
        elif segment.kind == "marked" and segment.text.strip():
            bare = segment.text.rstrip()
            parts.append(f"<{tag}>{escape(bare)}</{tag}>{escape(segment.text[len(bare) :])}")
        else:
            parts.append(escape(segment.text))
    return "".join(parts)


def beside(facts: str, *sides: tuple[str, str, str]) -> str:
    """(title, id, text as HTML) of each side. They stand below each other where there is no room."""
    columns = "".join(
        f'<div><p class="sub"><b>{escape(title)}</b> <code>{escape(identity)}</code></p>'
        f'<pre dir="auto" tabindex="0">{text}</pre></div>'
        for title, identity, text in sides
    )
    return f'<article class="sample sides"><p class="sub">{escape(facts)}</p><div>{columns}</div></article>'
