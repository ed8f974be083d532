"""The graph: stages made of four primitives, each in a work folder named by everything that determines its content.

- `map`: `tasks` independent tasks; task t reads its share of the inputs, or the files of task t upstream.
- `reduce`: task p gets the rows that the stages in `exchanges` sent to partition p (the Exchange primitive is the
pair of
  an upstream task's `ctx.exchange(...)` and a `reduce` that names that stage).
- `collect`: one task that gathers small integer counts and histograms.

The number of tasks and partitions is fixed when the graph is built, from the inputs, never from the number of workers.
"""

import dataclasses
import functools
import hashlib
import importlib
import importlib.metadata
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pipeline
from pipeline.engine import storage

# Part of every key: raise it when the layout of work files changes.
WORK_FORMAT = 2
_PACKAGE_ROOT = Path(pipeline.__file__).parent.parent


@dataclass(frozen=True)
class Stage:
    """One stage. `params` determine the bytes and enter the key; `places` (absolute paths) only say where to find
    them.
    """

    name: str
    kind: Literal["map", "reduce", "collect"]
    tasks: int
    run: str  # "module:function", called as function(ctx: TaskContext)
    params: dict[str, Any]
    places: dict[str, Any]
    upstream: tuple[str, ...]
    exchanges: tuple[str, ...]
    weights: tuple[int, ...]  # a task's share of the work, in any unit, for progress and for largest-first scheduling
    title: str
    key: str

    @property
    def folder(self) -> str:
        return f"{self.name}-{self.key[:16]}"


@dataclass(frozen=True)
class Graph:
    """Stages in an order in which they can run, and the OUT that their work folders lie in."""

    out: str
    stages: tuple[Stage, ...]

    def __getitem__(self, name: str) -> Stage:
        for stage in self.stages:
            if stage.name == name:
                return stage
        raise KeyError(name)

    def __contains__(self, name: str) -> bool:
        return any(stage.name == name for stage in self.stages)

    def work(self, stage: Stage | str, *parts: str) -> str:
        """A path in a stage's work folder."""
        found = self[stage] if isinstance(stage, str) else stage
        return storage.join(self.out, "work", found.folder, *parts)

    def save(self) -> str:
        """Write the graph to `work/graph-<hash>.json`, where workers of any driver read it; returns the path.

        A file and not an argument, because a job request with long path lists in it is refused by Beam services.
        """
        data = json.dumps(dataclasses.asdict(self), sort_keys=True).encode()
        path = storage.join(self.out, "work", f"graph-{hashlib.sha256(data).hexdigest()[:16]}.json")
        if not storage.exists(path):
            storage.write_bytes(path, data)
        return path

    @staticmethod
    @functools.lru_cache(maxsize=8)
    def load(path: str) -> "Graph":
        """Read what `save` wrote; cached, as every task of a worker asks for it."""
        raw = json.loads(storage.read_bytes(path))
        stages = tuple(
            Stage(**{**stage, **{name: tuple(stage[name]) for name in ("upstream", "exchanges", "weights")}})
            for stage in raw["stages"]
        )
        return Graph(raw["out"], stages)


class GraphBuilder:
    """Adds stages in order and derives each one's key from its parameters, its code and its upstream keys."""

    def __init__(self, out: str) -> None:
        self._out = out
        self._stages: dict[str, Stage] = {}

    def add(
        self,
        name: str,
        run: str,
        *,
        kind: Literal["map", "reduce", "collect"] = "map",
        tasks: int = 1,
        params: dict[str, Any] | None = None,
        places: dict[str, Any] | None = None,
        upstream: Sequence[str] = (),
        exchanges: Sequence[str] = (),
        code: Sequence[str] = (),
        libraries: Sequence[str] = (),
        weights: Sequence[int] = (),
        title: str = "",
    ) -> Stage:
        """Add a stage. `code` names the packages, `libraries` the distributions whose versions decide its output."""
        depends = [*upstream, *(name for name in exchanges if name not in upstream)]
        module = run.partition(":")[0]
        identity = {
            "format": WORK_FORMAT,
            "name": name,
            "kind": kind,
            "tasks": tasks,
            "run": run,
            "params": params or {},
            "code": code_digest(tuple(sorted({module, "pipeline.records", "pipeline.ids", *code}))),
            "libraries": {library: _version(library) for library in sorted({"pyarrow", *libraries})},
            "upstream": {dependency: self._stages[dependency].key for dependency in depends},
        }
        key = hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()
        stage = Stage(
            name, kind, tasks, run, params or {}, places or {}, tuple(depends), tuple(exchanges),
            tuple(weights) or (1,) * tasks, title or name, key,
        )  # fmt: skip
        self._stages[name] = stage
        return stage

    def __getitem__(self, name: str) -> Stage:
        """A stage that was added."""
        return self._stages[name]

    def build(self) -> Graph:
        return Graph(self._out, tuple(self._stages.values()))


@functools.cache
def code_digest(modules: tuple[str, ...]) -> str:
    """SHA-256 over the source files of modules and packages (a package counts with all that lies below it)."""
    state = hashlib.sha256()
    for module in modules:
        state.update(_source(module))
    return state.hexdigest()


@functools.cache
def _source(module: str) -> bytes:
    """Names and contents of a module's file, or of all files of a package."""
    base = _PACKAGE_ROOT.joinpath(*module.split("."))
    files = sorted(base.rglob("*.py")) if base.is_dir() else [base.with_suffix(".py")]
    return b"".join(
        str(file.relative_to(_PACKAGE_ROOT)).encode() + b"\x00" + file.read_bytes() + b"\x00" for file in files
    )


@functools.cache
def _version(library: str) -> str:
    return importlib.metadata.version(library)


def resolve(run: str) -> Callable[..., Any]:
    """The function that "module:function" names."""
    module, _, name = run.partition(":")
    return getattr(importlib.import_module(module), name)  # type: ignore[no-any-return]
