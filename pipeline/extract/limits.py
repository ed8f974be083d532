"""Limits that a page must hold to before anything parses it. They look at its bytes alone, so that no machine decides
differently from another.
"""

from pipeline.extract.options import ExtractOptions
from pipeline.extract.page import Outcome, set_aside


def beyond_limits(content: bytes, options: ExtractOptions) -> Outcome | None:
    """The quarantine row of a page that is too large to extract, else None. About 0.2 ms for a page of 150 kB.

    Elements and depth are limits of libraries that build a tree: `learned` has none, and is linear in the bytes.
    """
    if len(content) > options.max_bytes:
        return set_aside("too_many_bytes", f"{len(content):,} bytes, max_bytes is {options.max_bytes:,}")
    if options.method == "learned":
        return None
    # Imported here: recipes are read, and extraction processes started, without numpy and numba.
    import numpy as np

    from pipeline.kernels.html import count_elements

    # Without its zero bytes, UTF-16 is ASCII where it is markup.
    markup = content.replace(b"\0", b"") if b"\0" in content else content
    nodes, depth = count_elements(np.frombuffer(markup, np.uint8), options.max_nodes, options.max_depth)
    if nodes > options.max_nodes:
        return set_aside("too_many_nodes", f"more than max_nodes, {options.max_nodes:,} elements")
    if depth > options.max_depth:
        return set_aside("too_deep", f"elements nest deeper than max_depth, {options.max_depth:,} levels")
    return None
