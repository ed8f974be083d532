"""The commit rule: a task's files count when its manifest is there, and the manifest is written last.

`work/<stage>-<key>/tasks/00012.json` holds each output's name, rows, bytes and digest. Readers trust only manifests,
so a killed attempt leaves nothing that anyone would read, and a retry writes the same bytes to the same names.
"""

import functools
import json
from dataclasses import asdict, dataclass, field

import numpy as np
import numpy.typing as npt

from pipeline.engine import storage
from pipeline.engine.graph import Graph, Stage


@dataclass(frozen=True)
class Output:
    """One committed file. Of an exchange file, `partitions` lists the partition of each record batch, and `ends` where
    the schema's message ends, and each batch.
    """

    name: str
    rows: int
    bytes: int
    digest: str
    partitions: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()

    @functools.cached_property
    def batch_partitions(self) -> npt.NDArray[np.int32]:
        """`partitions` as an array: each reader of an exchange looks for its own among them."""
        return np.array(self.partitions, np.int32)


@dataclass(frozen=True)
class Manifest:
    """What a task committed. `stats` are small integers for Collect stages, never totals that a report trusts."""

    task: int
    outputs: tuple[Output, ...]
    stats: dict[str, int] = field(default_factory=dict)


def manifest_path(graph: Graph, stage: Stage, task: int) -> str:
    """Where a task's manifest stands when it is committed."""
    return graph.work(stage, "tasks", f"{task:05d}.json")


def commit(graph: Graph, stage: Stage, manifest: Manifest) -> None:
    """Write the manifest: from here on the task is done."""
    data = json.dumps(asdict(manifest), sort_keys=True, separators=(",", ":")).encode()
    storage.write_bytes(manifest_path(graph, stage, manifest.task), data)


def committed(graph: Graph, stage: Stage) -> set[int]:
    """The tasks of a stage that are done."""
    names = storage.listing(graph.work(stage, "tasks"))
    return {int(name[:-5]) for name in names if name.endswith(".json") and storage.TEMPORARY_MARK not in name}


def read_manifest(graph: Graph, stage: Stage, task: int) -> Manifest:
    """A committed task's manifest; FileNotFoundError where it is not done."""
    return _read(manifest_path(graph, stage, task))


@functools.lru_cache(maxsize=16384)  # a manifest never changes once it is there
def _read(path: str) -> Manifest:
    raw = json.loads(storage.read_bytes(path))
    outputs = tuple(
        Output(**{**output, **{name: tuple(output[name]) for name in ("partitions", "ends")}})
        for output in raw["outputs"]
    )
    return Manifest(raw["task"], outputs, raw["stats"])
