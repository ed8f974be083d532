"""Numba kernels on Arrow buffers: int32 offsets and uint8 data, one pass each, single-threaded.

A module that compiles something has a function `warm_up()` that runs it once on a tiny input.
"""

from importlib import import_module
from pkgutil import iter_modules


def modules() -> list[str]:
    """Names of this package's modules."""
    return [found.name for found in iter_modules(__path__)]


def warm_up(name: str) -> None:
    """Compile the kernels of one module, or load them from the cache."""
    module = import_module(f"{__name__}.{name}")
    if hasattr(module, "warm_up"):
        module.warm_up()
