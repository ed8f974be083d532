"""Compile every numba kernel once, before workers start and would each compile them."""

import gc
import multiprocessing
import os
import platform
import sys
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from pathlib import Path

import llvmlite.binding
import numpy as np
import pyarrow as pa

from pipeline import kernels
from pipeline.engine.graph import Stage
from pipeline.extract import IN_PROCESS
from pipeline.kernels.compile import cache_dir
from pipeline.lifetime import die_with_parent
from pipeline.mixture import order
from pipeline.shards.layout import Layout
from pipeline.shards.pack import pack
from pipeline.shards.segments import count_tokens, segment_rows, sort_segments
from pipeline.tag import tag_documents
from pipeline.tag.language import DEFAULT_MODEL

MAX_PROCESSES = 4  # more would spend their time on importing


def warm_up(language_model: str) -> None:
    """Run what calls kernels on inputs of a few bytes: about 25 s on a fresh machine of two cores.

    Does nothing where it was done before with the same sources and the same processor; compiled code is kept beside a
    mark.
    """
    mark = Path(cache_dir()) / f"warm-{platform.machine()}-{llvmlite.binding.get_host_cpu_name()}"
    if mark.exists():
        return
    jobs = min(os.cpu_count() or 1, MAX_PROCESSES)
    # Not forked: a process with threads of Arrow and of the progress display is no state to copy.
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, spawn, initializer=die_with_parent, initargs=(os.getpid(),)) as pool:
        pending = [pool.submit(_compile_callers, language_model)]
        pending += [pool.submit(kernels.warm_up, name) for name in kernels.modules()]
        for job in pending:
            job.result()
    mark.touch()


def preload(stages: Iterable[Stage], language_model: str) -> None:
    """Import what stages run and load the compiled kernels of it: for workers that are forked from this process."""
    for stage in stages:
        import_module(stage.run.partition(":")[0])
        if (method := stage.params.get("extract", {}).get("method")) in IN_PROCESS:
            import_module(f"pipeline.extract.{method}")
    for name in kernels.modules():
        if f"{kernels.__name__}.{name}" in sys.modules:
            kernels.warm_up(name)
    _compile_callers(language_model)
    gc.freeze()  # shared with the workers, and never scanned again


def _compile_callers(language_model: str) -> None:
    """Kernels that are called with types that their own modules do not know of."""
    texts = pa.array(["int main(void) {\n\treturn 0;\n}\n", "- One line of a list.\nA: some words"], pa.string())
    tag_documents(texts, pa.array([None, None], pa.string()), model=language_model)
    ids, counts, offsets = np.zeros((1, 16), np.uint8), np.array([3]), np.array([0, 3])
    total = order.histogram(ids, counts, source="a", seed=0, seq_len_tokens=2, epochs=1)
    placed = order.source_order(total, source="a", seed=0, seq_len_tokens=2, target_tokens=3)
    order.held_out(ids, seed=0, fraction=0.5)
    copies = order.place(placed, ids, counts)
    narrow, wide = np.array([1, 2, 0], np.uint16), np.array([1, 2, 0], np.uint32)
    for array in (ids, narrow, wide):  # as they are when they come out of Arrow files
        array.flags.writeable = False
    order.held_out(ids, seed=0, fraction=0.5)
    for tokens, vocab_size in ((narrow, 1 << 10), (wide, 1 << 17)):
        rows = segment_rows(ids, offsets, tokens, copies, source_index=0, seq_len_tokens=2, end_of_text_id=0)
        layout = Layout(2, vocab_size, 0, "", "", ("a",))
        batches = sort_segments([rows]).to_batches()
        for _ in pack(batches, layout, count_tokens(batches, 1).tolist()):
            pass


if __name__ == "__main__":
    warm_up(DEFAULT_MODEL)
