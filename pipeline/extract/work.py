"""One page to one outcome: charset, language gate, extractor, title. Runs in the child process."""

import html
import re

from pipeline.extract.charset import Decoded, decode
from pipeline.extract.code_blocks import code_blocks
from pipeline.extract.extractors import Extractor, TooDeep
from pipeline.extract.gate import LanguageGate
from pipeline.extract.limits import beyond_limits
from pipeline.extract.options import ExtractOptions
from pipeline.extract.page import Outcome, Page, set_aside

_TITLE = re.compile(r"<title\b[^>]{0,200}>(.{0,2000}?)</title", re.IGNORECASE | re.DOTALL)
_TITLE_WINDOW_CHARS = 100_000
TITLE_MAX_CHARS = 300
_DETAIL_MAX_CHARS = 300
_ADDRESS = re.compile(r"\b0x[0-9a-f]+\b", re.IGNORECASE)


def extract_page(
    page: Page, options: ExtractOptions, extractor: Extractor, gate: LanguageGate | None = None
) -> Outcome:
    """The outcome of a page that holds to the limits. Raises nothing but MemoryError: then the process should end."""
    decoded = decode(page.content, page.charset)
    try:
        if gate and (language := gate.other_language(decoded.text)):
            if page.checks_gate:
                language = gate.checked(language, extractor(decoded.text, options))
            return Outcome(None, decoded.charset, "drop", "language_gate", language, decoded.replaced, None)
        text = extractor(decoded.text, options)
        if not text and options.method == "trafilatura":
            # No page may be lost because we read its bytes in another way.
            again = _decode_again(page.content, decoded)
            if again and (limit := beyond_limits(again.text.encode("utf-8", "replace"), options)):
                return limit
            if again and (text := extractor(again.text, options)):
                decoded = again
    except MemoryError:
        raise
    except TooDeep as error:
        return set_aside("too_deep", str(error), decoded.charset, decoded.replaced)
    except Exception as error:  # whatever a library raises over one page costs that page, and is on record
        return set_aside("extract_error", describe(error), decoded.charset, decoded.replaced)
    if not text:
        return Outcome(None, decoded.charset, "drop", "no_main_text", "", decoded.replaced, None)
    # Character references can name half a surrogate pair, which no file can hold.
    text = text.encode("utf-8", "replace").decode("utf-8")
    code = code_blocks(decoded.text, text)
    return Outcome(text, decoded.charset, "keep", None, "", decoded.replaced, title_of(decoded.text), code)


def title_of(text: str) -> str | None:
    """The content of the first <title>, unescaped, on one line."""
    match = _TITLE.search(text[:_TITLE_WINDOW_CHARS])
    folded = " ".join(html.unescape(match[1]).split()) if match else ""
    return folded[:TITLE_MAX_CHARS].encode("utf-8", "replace").decode("utf-8") or None


def describe(error: Exception) -> str:
    """Type and message, without the memory addresses that would differ from run to run."""
    return _ADDRESS.sub("0x...", f"{type(error).__name__}: {error}")[:_DETAIL_MAX_CHARS]


def _decode_again(content: bytes, decoded: Decoded) -> Decoded | None:
    """The page as the extractor's own library decodes it, where that is another text."""
    from pipeline.extract.trafilatura import decode_again

    text = decode_again(content)
    if text == decoded.text:
        return None
    return Decoded(text, "unknown", "detector", text.count("\ufffd"))
