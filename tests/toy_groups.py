"""A stand-in for everything before and after grouping: band keys as given, labels as they arrive."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.engine.graph import Graph, GraphBuilder
from pipeline.planning import near
from pipeline.stages import groups
from tests import toy_documents

Keys = Sequence[tuple[int, int]]
"""(key, node)."""


def send(ctx: Any) -> None:
    """Keys as `signatures` sends them. `path`: so many nodes in a row, their order a random one."""
    p = ctx.params
    rows = np.array([row for row in p["keys"] if row[1] >> 32 == ctx.task], np.uint64).reshape(-1, 2)
    if p["path"]:
        order = np.random.default_rng(p["path"]).permutation(p["path"]).astype(np.uint64)
        numbers = np.arange(p["path"], dtype=np.uint64)
        rows = np.concatenate([np.stack([numbers, order], 1)[:-1], np.stack([numbers - np.uint64(1), order], 1)[1:]])
    for key in np.unique(rows[:, 0] % 3):  # several writes
        some = rows[rows[:, 0] % 3 == key]
        out = ctx.exchange(groups.KEY, p["partitions"])
        out.write(groups.home(some[:, 0], p["partitions"]), groups.as_batch(groups.KEY, some[:, 0], some[:, 1]))


def collect(ctx: Any) -> None:
    rows, components = groups.components_of_part(ctx, ctx.params["labels"])
    ctx.file(f"{ctx.task}.npy").write(np.stack([rows.astype(np.uint64), components]).tobytes())


def grouped(folder: Path, partitions: int, **options: Any) -> Graph:
    """What `build` builds, run in this process."""
    graph = build(folder, partitions, **options)
    toy_documents.run_all(graph)
    return graph


def build(folder: Path, partitions: int, *, keys: Keys = (), path: int = 0, parts: int = 1, **options: int) -> Graph:
    builder = GraphBuilder(str(folder))
    params = {"partitions": partitions, "keys": list(keys), "path": path}
    builder.add("signatures", "tests.toy_groups:send", tasks=parts, params=params)
    labels = near.add_groups(builder, parts, partitions, **options)
    builder.add(
        "collect", "tests.toy_groups:collect", kind="reduce", tasks=parts, params={"labels": labels},
        exchanges=[labels],
    )  # fmt: skip
    return builder.build()


def found(graph: Graph) -> dict[int, int]:
    out = {}
    for part in range(graph["collect"].tasks):
        raw = Path(graph.work("collect", f"{part}.npy")).read_bytes()
        rows, components = np.frombuffer(raw, np.uint64).reshape(2, -1).tolist()
        assert len(set(rows)) == len(rows)
        out.update({part << 32 | row: component for row, component in zip(rows, components, strict=True)})
    return out
