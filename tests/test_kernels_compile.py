import subprocess
import sys
from pathlib import Path

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


def test_the_cache_stands_under_a_digest_of_all_kernel_sources(tmp_path: Path, monkeypatch) -> None:
    """Numba alone would miss a change of a helper in another file."""
    folders = []
    (tmp_path / "one.py").write_text("helper = 1")
    monkeypatch.setattr(compiling, "__file__", str(tmp_path / "compile.py"))
    for source in ("helper = 1", "helper = 2", "helper = 1"):
        (tmp_path / "one.py").write_text(source)
        compiling.cache_dir.cache_clear()
        folders.append(compiling.cache_dir())
    compiling.cache_dir.cache_clear()
    assert folders[0] == folders[2] != folders[1]
    assert Path(folders[0]).is_relative_to(tmp_path)
