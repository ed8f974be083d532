"""Numba kernels on Arrow buffers: int32 offsets and uint8 data, one pass each, single-threaded.

A module that compiles something has a function `warm_up()` that runs it once on a tiny input.
"""

from importlib import import_module
from pkgutil import iter_modules


def warm_up() -> None:
    """Compile every kernel or load it from the cache: run once before workers start, so that one process compiles."""
    for found in iter_modules(__path__):
        module = import_module(f"{__name__}.{found.name}")
        if hasattr(module, "warm_up"):
            module.warm_up()
