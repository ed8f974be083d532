import ast
import subprocess
import sys
from pathlib import Path

import pytest

import pipeline.kernels
from pipeline.kernels import compile as compiling

AFTER_WARM_UP = """
import sys
import numpy as np
import pyarrow as pa
from pipeline.filters import FILTERS
from pipeline.kernels import modules, warm_up
from pipeline.kernels.normalise import content_keys, normalise

def compiled():
    modules = [module for name, module in sys.modules.items() if name.startswith("pipeline.kernels.")]
    return sum(len(f.signatures) for module in modules for f in vars(module).values() if hasattr(f, "signatures"))

for name in modules():
    warm_up(name)
before = compiled()
assert before >= 5
buffers = [None, pa.py_buffer(np.array([0, 3], np.int32)), pa.py_buffer(bytearray(b"abc"))]
mutable = pa.Array.from_buffers(pa.string(), 1, buffers)
for text in (pa.array(["", "A text."]), pa.array(["a", "b", "c"]).slice(1, 1), mutable):
    content_keys(text), normalise(text)
    for chosen in FILTERS.values():
        chosen.apply(pa.RecordBatch.from_pydict({"text": text, "url": text}), chosen.params())
assert compiled() == before, "a filter compiled after warm_up()"
"""


def test_nothing_is_compiled_after_warm_up() -> None:
    root = Path(pipeline.kernels.__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", AFTER_WARM_UP], cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_cache_stands_under_a_digest_of_a_kernels_imports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Numba alone would miss a change of a helper in another file; other files do not matter."""
    monkeypatch.setattr(compiling, "__file__", str(tmp_path / "compile.py"))
    files = {name: tmp_path / f"{name}.py" for name in ("outer", "middle", "inner", "other")}
    files["outer"].write_text("from pipeline.kernels.middle import f")
    files["middle"].write_text("import math\n    from pipeline.kernels.inner import (\n  g,\n)")

    def folder(inner: str, other: str, of: Path | None = files["outer"]) -> str:
        files["inner"].write_text(inner)
        files["other"].write_text(other)
        compiling.cache_dir.cache_clear()
        compiling._closure.cache_clear()
        return compiling.cache_dir(of)

    first = folder("g = 1", "h = 1")
    assert folder("g = 2", "h = 1") != first
    assert folder("g = 1", "h = 2") == first == folder("g = 1", "h = 1")
    assert folder("g = 1", "h = 2", None) != folder("g = 1", "h = 1", None)
    assert Path(first).is_relative_to(tmp_path)
    compiling.cache_dir.cache_clear()
    compiling._closure.cache_clear()


def test_every_import_of_a_kernel_is_of_the_form_that_the_digest_reads() -> None:
    for path in Path(compiling.__file__).parent.glob("*.py"):
        imported = set()
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {name.name for name in node.names}
            if isinstance(node, ast.ImportFrom) and node.module == "pipeline.kernels":
                imported |= {f"pipeline.kernels.{name.name}" for name in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add(node.module or "")
        read = {f"pipeline.kernels.{name}" for name in compiling._IMPORT.findall(path.read_text("utf-8"))}
        assert {name for name in imported if name.startswith("pipeline")} == read, path.name
