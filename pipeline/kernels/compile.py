"""How kernels are compiled: `@kernel` is numba's njit with the house options and a cache that cannot go stale.

Numba's on-disk cache looks at the file of the outermost function alone, so a kernel keeps running old code when a
helper in another file changes. Kernels therefore cache under a digest of their file and of every file of this package
that it imports, directly or not.
"""

import hashlib
import os
import re
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba.extending import intrinsic
from numba.np import arrayobj

config: Any = numba.config
_intrinsic: Any = intrinsic
_IMPORT = re.compile(r"^\s*from pipeline\.kernels(?:\.| import )(\w+)", re.MULTILINE)

Function = TypeVar("Function", bound=Callable[..., object])


def kernel(function: Function) -> Function:
    """Compile on first call: releases the GIL, IEEE arithmetic, single-threaded, cached on disk."""
    return _compiled(function, {})


def helper(function: Function) -> Function:
    """A kernel that only other kernels call, with `borrowed` arrays: no way in from Python, which is quicker to
    compile, and no counting of references. It may allocate nothing.
    """
    return _compiled(function, {"_nrt": False, "no_cpython_wrapper": True, "no_cfunc_wrapper": True})


def _compiled(function: Function, options: dict[str, Any]) -> Function:
    configured = config.CACHE_DIR
    # Read while the decorator runs; put back at once, since the setting is global to the process.
    config.CACHE_DIR = configured or cache_dir(Path(function.__code__.co_filename))
    try:
        return cast(Function, numba.njit(cache=True, nogil=True, **options)(function))
    finally:
        config.CACHE_DIR = configured


def inlined(function: Function) -> Function:
    """Becomes part of each kernel that calls it, and is compiled with that: for long code that has one caller."""
    return cast(Function, numba.njit(inline="always")(function))


@cache
def cache_dir(source: Path | None = None) -> str:
    """A writable folder for this state of a source file and what it imports of this package, or of the whole package:
    beside the sources, else in the user's cache, else temporary.
    """
    here = Path(__file__).parent
    digest = hashlib.sha256(numba.__version__.encode())
    for path in sorted(_closure(source)) if source else sorted(here.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    name = f"numba-{digest.hexdigest()[:16]}"
    user_cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    private = f"winnow-{os.getuid()}" if hasattr(os, "getuid") else "winnow"
    for base in (here / "__pycache__", Path(user_cache) / "winnow", Path(tempfile.gettempdir()) / private):
        folder = base / name
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            return str(folder)
    return ""  # numba looks for a place itself, and says so where it finds none


@cache
def _closure(source: Path) -> frozenset[Path]:
    """A file and all of this package that it imports, directly or not: by what it says, whatever is imported yet."""
    found, waiting = {source}, [source]
    while waiting:
        for name in _IMPORT.findall(waiting.pop().read_text("utf-8")):
            path = Path(__file__).with_name(f"{name}.py")
            if path not in found:
                found.add(path)
                waiting.append(path)
    return frozenset(found)


@_intrinsic
def borrowed(_: Any, array: Any) -> Any:
    """The same array, writable and without its owner, to pass from kernel to kernel: no counting of references, which
    costs two locked instructions an argument and call. The owner must outlive it.
    """
    writable = array.copy(readonly=False)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        owned = arrayobj.make_array(array)(context, builder, value=arguments[0])
        result = arrayobj.make_array(writable)(context, builder)
        arrayobj.populate_array(
            result, data=owned.data, shape=owned.shape, strides=owned.strides, itemsize=owned.itemsize, meminfo=None
        )
        return result._getvalue()

    return writable(array), generate
