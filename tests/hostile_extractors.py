"""Extractors that misbehave when a page asks them to. The sandbox imports this module by name."""

import ctypes
import os
import sys
import time
from collections import deque
from itertools import repeat

from pipeline.extract import ExtractOptions

_seen: list[str] = []


def obey(html: str, options: ExtractOptions) -> str | None:
    """Do what the page says; the page itself where it says nothing special."""
    command, _, argument = html.partition(" ")
    if command == "spin":  # in C, without ever looking at a signal
        deque(repeat(0), maxlen=0)
    elif command == "sleep":
        time.sleep(1e6)
    elif command == "abort":
        os.abort()
    elif command == "segfault":
        ctypes.string_at(0)
    elif command == "exit":
        os._exit(int(argument))
    elif command == "eat":
        hoard = []
        while True:
            hoard.append(bytearray(b"\1") * (16 << 20))
    elif command == "raise":
        raise LookupError(f"no such thing as {object()!r}")
    elif command == "nothing":
        return None
    elif command == "surrogate":
        return "half \ud800 pair"
    elif command == "copies":
        return argument * 50_000
    elif command == "modules":
        return " ".join(name for name in ("numba", "pyarrow", "apache_beam") if name in sys.modules)
    return html


def fragile(html: str, options: ExtractOptions) -> str | None:
    """Crashes on every page but the first of a process."""
    _seen.append(html)
    if len(_seen) > 1:
        os.abort()
    return html


def plain(html: str, options: ExtractOptions) -> str | None:
    """Does nothing bad."""
    return f"plain: {html}"


def nothing(html: str, options: ExtractOptions) -> str | None:
    """Finds nothing."""
    return None
