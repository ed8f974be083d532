"""Imported first by the command line, for its effect: libraries do without what they import only where it is installed.

pyarrow imports pandas at the first array it makes (a second of every process), numba imports scipy to see whether it
can compile linear algebra (a quarter of one). LightGBM, which trains extractors, does need scipy.
"""

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from types import ModuleType


class _NotFound(MetaPathFinder):
    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> None:
        if fullname == "pandas" or (fullname == "scipy" and "lightgbm" not in sys.modules):
            raise ImportError(f"the winnow command does without {fullname}")


FINDER = _NotFound()
sys.meta_path.insert(0, FINDER)
