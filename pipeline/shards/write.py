"""Writing: the sequences of one shard to one Arrow IPC file."""

from collections.abc import Generator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa

from pipeline.engine.storage import DigestWriter
from pipeline.mixture.order import Int64Array
from pipeline.shards.layout import Layout
from pipeline.shards.pack import Tally


@dataclass(frozen=True, slots=True)
class Shard:
    """A written shard. Token counts are in the order of `Layout.weighed`; see `pack.Tally`."""

    name: str
    sequences: int
    bytes: int
    digest: str
    """xxh3-128 of the file."""
    came_in: tuple[int, ...]
    added: tuple[int, ...]
    packed: tuple[int, ...]
    left_out: tuple[int, ...]
    sources: tuple[int, ...]
    """In the order of `Layout.sources`."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Shard":
        counts = {key: tuple(value[key]) for key in ("came_in", "added", "packed", "left_out", "sources")}
        return cls(value["name"], value["sequences"], value["bytes"], value["digest"], **counts)


def shard_name(split: str, number: int, count: int) -> str:
    """train-00000-of-00016.arrow"""
    return f"{split}-{number:05d}-of-{count:05d}.arrow"


def write_shard(
    name: str, file: DigestWriter, batches: Generator[pa.RecordBatch, None, Tally], layout: Layout
) -> Shard:
    """Write what `pack` yields. The same segments give the same bytes. Does not close `file`."""
    with pa.ipc.new_file(file, layout.schema, options=pa.ipc.IpcWriteOptions(compression=None)) as writer:
        while True:
            try:
                writer.write_batch(next(batches))
            except StopIteration as end:
                tally: Tally = end.value
                break
    return Shard(
        name=name,
        sequences=tally.sequences,
        bytes=file.bytes,
        digest=file.digest,
        came_in=_ints(tally.came_in),
        added=_ints(tally.added),
        packed=_ints(tally.packed),
        left_out=_ints(tally.left_out),
        sources=_ints(tally.sources),
    )


def _ints(counts: Int64Array) -> tuple[int, ...]:
    return tuple(int(count) for count in counts)
