"""Near-duplicate grouping of 1, 10 and 100 million documents: `python -m benchmarks.scale --documents 1e6 1e7`.

Runs the stages that `winnow run` has between signatures and labels (band keys to partitions, edges, components by
rounds, a label for each connected document), laid out as for an input of 2 kB a document, under the local driver. Only
the signatures are made up: a document's is computed from its number, so that nothing is read or kept. A quarter are
copies of a document before them, of similarity .7 to 1; every hundredth is the same template, in full. What is found
must be the components that follow from how the copies were made. Printed: bytes, time and memory (anonymous, of the
largest worker), measured and as `winnow plan` predicts them.

100 million documents take about 40 GB of disk below --folder.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.common import Peaks, anonymous, watch
from pipeline.dedup import minhash
from pipeline.engine import commit, local
from pipeline.engine.graph import Graph, GraphBuilder, Stage
from pipeline.kernels.compile import kernel
from pipeline.kernels.words import mix
from pipeline.planning import near
from pipeline.planning.near_costs import grouping_costs
from pipeline.stages import groups

BANDS, ROWS = 14, 8
DOCUMENT_BYTES = 2_000  # of input: a WET record, compressed
TASK_BYTES, MAX_TASKS = 8 << 20, 4096  # as pipeline.sources.tasks has them
CHUNK = 20_000

COPIES, TEMPLATES = 4, 100  # one document in so many
_ONE, _32 = np.uint64(1), np.uint64(32)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


@kernel
def _draw(row: int, purpose: int) -> np.uint64:
    return mix(mix(np.uint64(row) * _GOLDEN + _ONE) + np.uint64(purpose))


@kernel
def original_of(row: int) -> int:
    """The document that this one is a copy of, itself where it is none."""
    if row % TEMPLATES == TEMPLATES - 1:
        return TEMPLATES - 1
    draw = _draw(row, 1)
    if row == 0 or (draw >> _32) % np.uint64(COPIES) != 0:
        return row
    return np.int64(_draw(row, 2) % np.uint64(row))  # type: ignore[return-value]


@kernel
def _inherits(row: int, place: int) -> bool:
    """Whether a copy has this value of its original's signature."""
    if row % TEMPLATES == TEMPLATES - 1:
        return True
    similarity = 0.7 + 0.3 * (_draw(row, 3) >> _32) / 4294967296.0
    return (_draw(row, 16 + place) >> _32) / 4294967296.0 < similarity


@kernel
def fill(first: int, out: npt.NDArray[np.uint32]) -> None:
    """The signatures of the documents first, first + 1, ..."""
    for i in range(len(out)):
        for place in range(out.shape[1]):
            row = first + i
            original = original_of(row)
            while original != row and _inherits(row, place):
                row = original
                original = original_of(row)
            out[i, place] = _draw(row, 16 + place) & np.uint64(0xFFFFFFFF)


@kernel
def true_components(out: npt.NDArray[np.uint32], bands: int, rows: int) -> None:
    """The first document of each document's component.

    Two documents share a band where they have it from the same others; then every document between them and the first
    that both come from has it too. So all follows from which copies share a band with their originals.
    """
    for row in range(len(out)):
        out[row] = row
        original = original_of(row)
        for band in range(bands if original != row else 0):
            shared = True
            for place in range(band * rows, band * rows + rows):
                shared = shared and _inherits(row, place)
                if not shared:
                    break
            if shared:
                out[row] = out[original]
                break


def signatures(ctx: Any) -> None:
    """In place of `pipeline.stages.near:signatures`."""
    p = ctx.params
    first, last = (p["documents"] * (ctx.task + more) // p["parts"] for more in (0, 1))
    out = ctx.exchange(groups.KEY, p["partitions"])
    for begin in range(first, last, CHUNK):
        signed = np.empty((min(CHUNK, last - begin), BANDS * ROWS), np.uint32)
        began = time.process_time()
        fill(begin, signed)
        ctx.count("making", (time.process_time() - began) * 1e6)
        keys = minhash.band_keys(signed, bands=BANDS, rows=ROWS, salt=np.zeros(len(signed), np.uint64))
        rows = np.arange(begin - first, begin - first + len(signed), dtype=np.int32)
        groups.send_keys(out, ctx.task, rows, keys, p["partitions"])


def read_labels(ctx: Any) -> None:
    """What `pipeline.stages.near:candidates` begins with; the labels are kept for the check."""
    rows, components = groups.components_of_part(ctx, ctx.params["labels"])
    out = ctx.file(f"labels/{ctx.task:05d}")
    out.write(rows.astype("<i4").tobytes() + components.astype("<u8").tobytes())


def build(documents: int, out: str) -> Graph:
    """The stages from signatures to labels, laid out as for so many documents of DOCUMENT_BYTES."""
    size = documents * DOCUMENT_BYTES
    parts = -(-size // max(TASK_BYTES, -(-size // MAX_TASKS)))
    partitions = near.partitions_of_bands(size, BANDS)
    builder = GraphBuilder(out)
    params = {"documents": documents, "parts": parts, "partitions": partitions}
    builder.add("signatures", "benchmarks.scale:signatures", tasks=parts, params=params)
    labels = near.add_groups(builder, parts, partitions)
    builder.add(
        "read_labels", "benchmarks.scale:read_labels", kind="reduce", tasks=parts, params={"labels": labels},
        exchanges=[labels],
    )  # fmt: skip
    return builder.build()


def check(graph: Graph, documents: int) -> int:
    """How many documents are connected; ends the program where a component is not what it must be.

    What joins two components must be a key of both, and is then said: copies of the template that lack the same value
    of a band may draw the same 32 bits in its place. At 100 million documents that happens about once in three runs.
    """
    wanted = np.empty(documents, np.uint32)
    true_components(wanted, BANDS, ROWS)
    stage = graph["read_labels"]
    starts = np.array([documents * part // stage.tasks for part in range(stage.tasks + 1)])
    connected = 0
    joined: set[tuple[int, int]] = set()  # what was found where a document should be in another component
    for part in range(stage.tasks):
        raw = Path(graph.work(stage, f"labels/{part:05d}")).read_bytes()
        count = len(raw) // 12
        rows, component = np.frombuffer(raw, "<i4", count), np.frombuffer(raw, "<u8", count, 4 * count)
        own = np.arange(starts[part], starts[part + 1])
        own[rows] = starts[(component >> _32).astype(np.int64)] + (component & np.uint64(0xFFFFFFFF)).astype(np.int64)
        right = wanted[starts[part] : starts[part + 1]]
        joined.update(zip(own[own != right].tolist(), right[own != right].tolist(), strict=True))
        connected += count
    for found, right in sorted(joined):
        keys = [keys_of(np.flatnonzero(wanted == first)) for first in (found, right)]
        shared = np.intersect1d(*keys)
        if not len(shared):
            raise SystemExit(f"documents of the component of {right:,} are in that of {found:,}: no key is in both")
        print(f"  {found:,} and {right:,} are one component: by chance they have {len(shared)} key(s) in common")
    return connected


def keys_of(documents: npt.NDArray[np.int64]) -> npt.NDArray[np.uint64]:
    """The band keys of some documents, one after the other."""
    signed = np.empty((len(documents), BANDS * ROWS), np.uint32)
    for i, document in enumerate(documents):
        fill(int(document), signed[i : i + 1])
    return minhash.band_keys(signed, bands=BANDS, rows=ROWS, salt=np.zeros(len(signed), np.uint64)).ravel()


def manifests(graph: Graph, name: str) -> Iterator[commit.Manifest]:
    stage = graph[name]
    return (commit.read_manifest(graph, stage, task) for task in range(stage.tasks))


def exchanged(graph: Graph) -> dict[str, int]:
    """Stage -> bytes it sent."""
    return {
        stage.name: sum(
            output.bytes
            for manifest in manifests(graph, stage.name)
            for output in manifest.outputs
            if output.partitions
        )
        for stage in graph.stages
    }


def child(documents: int, out: str, workers: int) -> None:
    """One run, in a process of its own: prints what came of it as JSON."""
    graph = build(documents, out)
    tiny = np.empty((1, BANDS * ROWS), np.uint32)
    fill(0, tiny)
    minhash.band_keys(tiny, bands=BANDS, rows=ROWS, salt=np.zeros(1, np.uint64))
    nothing = np.zeros(2, np.uint64)
    groups.lsh.components(*groups.lsh.group(nothing, nothing))
    ended: dict[str, float] = {}

    def note(stage: Stage, share: float, done: int) -> None:
        if done == stage.tasks:
            ended.setdefault(stage.name, time.monotonic())

    at_start = anonymous(os.getpid())
    started = time.monotonic()
    local.run(graph, workers=workers, progress=note)
    seconds = time.monotonic() - started
    times, before = {}, started
    for stage in graph.stages:
        end = ended.get(stage.name, started + seconds)
        times[stage.name], before = round(end - before, 1), end
    used = os.times()
    making = sum(manifest.stats["making"] for manifest in manifests(graph, "signatures")) / 1e6
    rounds = commit.read_manifest(graph, graph["labels"], 0).stats["rounds"] if "labels" in graph else 0
    figures = {
        "seconds": seconds,
        "making": making,
        "at_start": at_start,
        "cpu_seconds": used.children_user + used.children_system,
        "stages": times,
        "exchanged": exchanged(graph),
        "rounds": rounds,
    }
    print(json.dumps(figures))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--documents", type=float, nargs="+", default=[1e6])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--folder", help="where to put the work files (default: the system's temporary folder)")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        child(int(args.documents[0]), args.child, args.workers)
        return
    for documents in map(int, args.documents):
        out = tempfile.mkdtemp(prefix="winnow-scale-", dir=args.folder)
        try:
            measure(documents, out, args.workers)
        finally:
            shutil.rmtree(out)


def measure(documents: int, out: str, workers: int) -> None:
    command = [sys.executable, "-m", "benchmarks.scale", "--documents", str(documents), "--workers", str(workers)]
    process = subprocess.Popen([*command, "--child", out], stdout=subprocess.PIPE, text=True)
    peaks = Peaks()
    watcher = threading.Thread(target=watch, args=(process.pid, peaks), daemon=True)
    watcher.start()
    printed, _ = process.communicate()
    if process.returncode:
        raise SystemExit(process.returncode)
    found = json.loads(printed)
    graph = build(documents, out)
    stage = graph["signatures"]
    plan = grouping_costs(documents, bands=BANDS, rows=ROWS, partitions=stage.params["partitions"], parts=stage.tasks)
    layout = f"{stage.tasks} tasks, {stage.params['partitions']} partitions, {found['rounds']} rounds"
    print(f"{documents:,} documents, {layout}, {found['seconds']:.1f} s")
    for name, seconds in found["stages"].items():
        if seconds >= 0.5 or found["exchanged"][name]:
            print(f"  {name:<14} {seconds:>8.1f} s {found['exchanged'][name] / 1e6:>10.1f} MB")
    sent = found["exchanged"]
    edges = sum(size for name, size in sent.items() if name not in ("signatures", "labels"))
    lines = (
        ("keys, MB", sent["signatures"] / 1e6, plan.key_bytes / 1e6),
        ("edges, MB", edges / 1e6, plan.edge_bytes / 1e6),
        ("labels, MB", sent.get("labels", 0) / 1e6, plan.label_bytes / 1e6),
        ("one core, s", found["cpu_seconds"] - found["making"], plan.core_seconds),
        ("worker's memory over its start, MB", (peaks.worker - found["at_start"]) / 1e6, plan.memory_bytes / 1e6),
    )
    print(f"  {'':<36} {'measured':>10} {'planned':>10}")
    for name, measured, planned in lines:
        print(f"  {name:<36} {measured:>10.1f} {planned:>10.1f} {planned / max(measured, 1e-9):>7.2f}")
    total = peaks.total / 2**30
    print(f"  made signatures in {found['making']:.1f} s of CPU; {total:.2f} GiB of all processes together")
    print(f"  connected: {check(graph, documents):,}; all components are as they must be", flush=True)


if __name__ == "__main__":
    main()
