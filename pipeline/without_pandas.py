"""Imported first by the command line, for its effect: pyarrow imports pandas, where it is installed, at the first
array it makes. That takes a second of every process, and nothing here uses it.
"""

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from types import ModuleType


class _WithoutPandas(MetaPathFinder):
    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> None:
        if fullname == "pandas":
            raise ImportError("the winnow command does without pandas")


sys.meta_path.insert(0, _WithoutPandas())
