"""One page to one outcome, inside the child process: limits, charset, language gate, extractor."""

import html
import importlib
import re
from collections.abc import Callable

import numpy as np

from pipeline.extract.charset import Decoded, decode
from pipeline.extract.options import ExtractOptions
from pipeline.extract.page import Outcome, Page
from pipeline.kernels.html import count_elements

Extractor = Callable[[str | bytes, ExtractOptions], str | None]

GATE_MIN_SCORE = 0.2  # on all text; recall of pages whose final text is English was .988 at this score
GATE_CHARS = 5_000

_TITLE = re.compile(r"<title\b[^>]{0,200}>(.{0,2000}?)</title", re.IGNORECASE | re.DOTALL)
_TITLE_WINDOW_CHARS = 100_000
_TITLE_MAX_CHARS = 300
_ASCII_COMPATIBLE = frozenset(("utf-16le", "utf-16be"))


def load_extractor(method: str) -> Extractor:
    """The extractor of a method; imports only the library that it needs."""
    return importlib.import_module(f"pipeline.extract.{method}").extract  # type: ignore[no-any-return]


def extract_page(
    page: Page, options: ExtractOptions, extractor: Extractor, gate: tuple[frozenset[str], str]
) -> Outcome:
    """The outcome of a page. `gate` is (wanted languages, language model); no languages: no gate.

    Everything before the extractor decides on the bytes alone, so that it decides alike on every machine.
    """
    content = page.content
    if len(content) > options.max_bytes:
        return _set_aside("too_many_bytes", f"{len(content):,} bytes, above max_bytes {options.max_bytes:,}")
    decoded = decode(content, page.charset)
    ascii_compatible = content if decoded.charset not in _ASCII_COMPATIBLE else decoded.text.encode("utf-8", "replace")
    nodes, depth = count_elements(np.frombuffer(ascii_compatible, np.uint8), options.max_nodes, options.max_depth)
    if nodes > options.max_nodes:
        return _set_aside("too_many_nodes", f"more than max_nodes {options.max_nodes:,} elements", decoded)
    if depth > options.max_depth:
        return _set_aside("too_deep", f"elements nest deeper than max_depth {options.max_depth:,}", decoded)
    wanted, model = gate
    if wanted and (found := _other_language(decoded.text, wanted, model)):
        return Outcome(None, decoded.charset, "drop", "language_gate", found, decoded.replaced, None)
    try:
        # Where the text gives nothing, the bytes may: the extractor's own parser then reads an XML declaration.
        text = extractor(decoded.text, options) or extractor(content, options)
    except MemoryError:
        raise
    except Exception as error:  # whatever a parser raises costs this page alone, and is on record
        return _set_aside("extract_error", f"{type(error).__name__}: {error}"[:500], decoded)
    if not text:
        return Outcome(None, decoded.charset, "drop", "no_main_text", "", decoded.replaced, None)
    return Outcome(text, decoded.charset, "keep", None, "", decoded.replaced, title_of(decoded.text))


def title_of(text: str) -> str | None:
    """The content of the first <title>, unescaped, on one line."""
    match = _TITLE.search(text[:_TITLE_WINDOW_CHARS])
    folded = " ".join(html.unescape(match[1]).split()) if match else ""
    return folded[:_TITLE_MAX_CHARS] or None


def _set_aside(reason: str, detail: str, decoded: Decoded | None = None) -> Outcome:
    charset, replaced = (decoded.charset, decoded.replaced) if decoded else ("", 0)
    return Outcome(None, charset, "quarantine", reason, detail, replaced, None)


def _other_language(text: str, wanted: frozenset[str], model: str) -> str | None:
    """What the gate found, where it is surely none of the wanted languages."""
    from pipeline.extract.resiliparse import all_text
    from pipeline.tag.language import detect

    language, score = detect(all_text(text)[:GATE_CHARS], model)
    if language in wanted or score < GATE_MIN_SCORE:
        return None
    return f"{language} {score:.4f}"
