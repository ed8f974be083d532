"""Who is connected: band keys -> edges -> components by rounds -> a label for each connected document.

A document is a node: part << 32 | row. Nodes and keys have a home, one of the partitions. A connection is an EDGE row,
a node and the smallest that it is known to be connected with, its root; from the first round on it travels to the homes
of both. A round joins what a partition knows, and says anew who follows whom: for its own nodes always, for others
where their root was another. Once a round changes no root anywhere, every node follows the first of its component: the
rounds after it have nothing to do, and those that should have come to this and have not fail the run.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.dedup import lsh, simhash
from pipeline.engine.exchange import ExchangeWriter
from pipeline.engine.task import TaskContext
from pipeline.errors import WinnowError

UInt64Array = npt.NDArray[np.uint64]
Int64Array = npt.NDArray[np.int64]
Int32Array = npt.NDArray[np.int32]

KEY = pa.schema([pa.field("key", pa.uint64()), pa.field("node", pa.uint64())])
PRINTED_KEY = pa.schema([*KEY, pa.field("print", pa.uint64())])  # with the node's fingerprint
EDGE = pa.schema([pa.field("node", pa.uint64()), pa.field("root", pa.uint64())])
LABEL = pa.schema([pa.field("row", pa.int32()), pa.field("component", pa.uint64())])

_SETTLED_FILE = "settled/{task:05d}.arrow"
_MIX = np.uint64(0x9E3779B97F4A7C15)
_32 = np.uint64(32)


def key_schema(distance: int | None) -> pa.Schema:
    """What is sent of each key: where a distance decides, with the fingerprint."""
    return KEY if distance is None else PRINTED_KEY


def send_keys(
    out: ExchangeWriter,
    part: int,
    rows: Int32Array,
    keys: UInt64Array,
    partitions: int,
    prints: UInt64Array | None = None,
) -> None:
    """Send the keys uint64 [n, bands] of the rows int32 [n] of a part to the keys' homes."""
    nodes = np.repeat(np.uint64(part) << _32 | rows.astype(np.uint64), keys.shape[1])
    more = () if prints is None else (np.repeat(prints, keys.shape[1]),)
    schema = KEY if prints is None else PRINTED_KEY
    out.write(home(keys.ravel(), partitions), as_batch(schema, keys.ravel(), nodes, *more))


def bands(ctx: TaskContext) -> None:
    """Connect the documents of this partition that share a key, and that differ in few bits where a distance is given,
    and tell their homes; where there is one partition, the documents themselves.
    """
    distance = ctx.params["distance"]
    keys, nodes, *prints = _columns(ctx, "signatures", key_schema(distance))
    edges = simhash.group(keys, nodes, *prints, distance=distance) if prints else lsh.group(keys, nodes)
    found = lsh.components(*edges)
    if ctx.params["partitions"] == 1:
        ctx.count("rounds", 0)
        _label(ctx, found.nodes, found.roots)
        return
    follows = found.nodes != found.roots
    ctx.count("changed", follows.sum())
    _send(ctx, found.nodes[follows], found.roots[follows], both=False)


def components(ctx: TaskContext) -> None:
    """One round: what this partition knows of its nodes' components, joined."""
    before = ctx.params["connections"]
    if settled(ctx, before):
        ctx.count("skipped", 1)
        return
    nodes, roots = _columns(ctx, before, EDGE)
    found = lsh.components(nodes, roots)
    changed = found.roots[found.a] != roots
    mine = home(found.nodes, ctx.params["partitions"]) == ctx.task
    told = mine.copy()
    told[found.a[changed]] = told[found.b[changed]] = True
    told &= found.nodes != found.roots
    _send(ctx, found.nodes[told], found.roots[told], both=True)
    if before == "bands":  # not yet known to the roots' homes, which may know better
        ctx.count("changed", told.sum())
        return
    ctx.count("changed", changed.sum())
    if not changed.any():
        out = ctx.arrow(_SETTLED_FILE.format(task=ctx.task), EDGE)
        out.write(as_batch(EDGE, found.nodes[mine], found.roots[mine]))


def labels(ctx: TaskContext) -> None:
    """Tell every connected document its component. Raises WinnowError if the rounds have not reached a fixed point."""
    for number, stage in enumerate(ctx.params["rounds"], 1):
        if settled(ctx, stage):
            ctx.count("rounds", number)
            for batch in ctx.batches(stage, "settled/"):
                _label(ctx, batch["node"].to_numpy(), batch["root"].to_numpy())
            return
    raise WinnowError(
        f"the components of near-duplicates did not converge in {len(ctx.params['rounds'])} rounds: a chain of "
        "documents is longer than any the rounds can follow. Nothing is wrong with the input; use more rows a band "
        "(dedup.minhash.rows), which connects fewer documents."
    )


def settled(ctx: TaskContext, stage: str) -> bool:
    """Whether a stage, in all its tasks, found no root that it had to change, or none was left before it."""
    if "skipped" in ctx.manifest(stage, 0).stats:
        return True
    return not any(manifest.stats["changed"] for manifest in ctx.manifests(stage))


def components_of_part(ctx: TaskContext, stage: str) -> tuple[Int32Array, UInt64Array]:
    """(rows, components) of this part's connected documents, by row."""
    rows, component = _columns(ctx, stage, LABEL)
    order = np.argsort(rows)
    return rows[order], component[order]


def home(values: UInt64Array, partitions: int) -> Int64Array:
    """The partition of each key or node, by its high bits after mixing."""
    return ((values * _MIX >> _32) % np.uint64(partitions)).astype(np.int64)


def as_batch(schema: pa.Schema, *columns: Any) -> pa.RecordBatch:
    arrays = []
    for column, field in zip(columns, schema, strict=True):
        arrays.append(column if isinstance(column, pa.Array) else pa.array(column, field.type))
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _columns(ctx: TaskContext, stage: str, schema: pa.Schema) -> tuple[Any, ...]:
    """The columns of this partition's rows from a stage."""
    table = pa.Table.from_batches(ctx.partition(stage), schema)
    return tuple(column.to_numpy() for column in table.columns)


def _send(ctx: TaskContext, nodes: UInt64Array, roots: UInt64Array, *, both: bool) -> None:
    """Tell the nodes' homes whom they follow, and the roots' homes by whom they are followed."""
    partitions = ctx.params["partitions"]
    out = ctx.exchange(EDGE, partitions)
    ends = home(nodes, partitions)
    out.write(ends, as_batch(EDGE, nodes, roots))
    if both:
        others = home(roots, partitions)
        apart = ends != others
        out.write(others[apart], as_batch(EDGE, nodes[apart], roots[apart]))


def _label(ctx: TaskContext, nodes: UInt64Array, roots: UInt64Array) -> None:
    rows = (nodes & np.uint64(0xFFFFFFFF)).astype(np.int32)
    out = ctx.exchange(LABEL, ctx.params["parts"])
    out.write((nodes >> _32).astype(np.int64), as_batch(LABEL, rows, roots))
