"""index.json: what a folder of shards holds, and the opening of a shard as the index describes it.

    {"format": "winnow-shards", ...facts of the layout...,
     "splits": {"train": {sequences, tokens, source_tokens, ..., "shards": [...]}, "validation": {...}}}

Where the mixture goes by language or format, `group_tokens` stands beside `source_tokens`, and tokens added or left
out are counted by group. `first_sequence` of a shard is the number of sequences before it, so sequence i of a
split is found by bisection; within a file it is row i % batch_rows of batch i // batch_rows.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from pipeline.engine import storage
from pipeline.errors import OutputMismatch
from pipeline.shards.layout import Layout
from pipeline.shards.write import Shard

FORMAT = "winnow-shards"
INDEX_NAME = "index.json"


def index_json(layout: Layout, splits: Mapping[str, Sequence[Shard]]) -> bytes:
    """The bytes of index.json for shards in order."""
    value = {
        "format": FORMAT,
        **layout.facts(),
        "splits": {split: _split(layout, shards) for split, shards in splits.items()},
    }
    return json.dumps(value, indent=1, ensure_ascii=False).encode() + b"\n"


def _split(layout: Layout, shards: Sequence[Shard]) -> dict[str, Any]:
    first = np.cumsum([0, *(shard.sequences for shard in shards)])
    sequences = int(first[-1])
    return {
        "sequences": sequences,
        "tokens": sequences * layout.seq_len_tokens,
        **_packed(layout, shards),
        "added_end_of_text_tokens": _by_name(layout.weighed, [shard.added for shard in shards]),
        "left_out_tokens": _by_name(layout.weighed, [shard.left_out for shard in shards]),
        "shards": [
            {
                "name": shard.name,
                "first_sequence": int(first[i]),
                "sequences": shard.sequences,
                "bytes": shard.bytes,
                "digest": shard.digest,
                **_packed(layout, [shard]),
            }
            for i, shard in enumerate(shards)
        ],
    }


def _packed(layout: Layout, shards: Sequence[Shard]) -> dict[str, dict[str, int]]:
    found = {"source_tokens": _by_name(layout.sources, [shard.sources for shard in shards])}
    if layout.groups:
        found["group_tokens"] = _by_name(layout.groups, [shard.packed for shard in shards])
    return found


def _by_name(names: Sequence[str], counts: Sequence[tuple[int, ...]]) -> dict[str, int]:
    return {name: sum(count[i] for count in counts) for i, name in enumerate(names)}


def read_index(folder: str) -> tuple[Layout, dict[str, Any]]:
    """index.json of a folder, and its layout. OutputMismatch where there is none, or another kind of file."""
    path = storage.join(folder, INDEX_NAME)
    if not storage.exists(path):
        raise OutputMismatch(f"{path} is missing: give the shards/ folder of a finished run")
    try:
        index: dict[str, Any] = json.loads(storage.read_bytes(path))
    except ValueError as error:
        raise OutputMismatch(f"{path} is not JSON ({error}): run the recipe again") from error
    if index.get("format") != FORMAT:
        raise OutputMismatch(f"{path} is not an index of token shards (format {index.get('format')!r})")
    try:
        return Layout.from_facts(index), index
    except (KeyError, ValueError) as error:
        raise OutputMismatch(f"{path} cannot be used: {error}") from error


def open_shard(folder: str, shard: dict[str, Any], layout: Layout) -> Any:
    """A reader of the file's record batches. OutputMismatch where the file is not the one that the index describes."""
    path = storage.join(folder, shard["name"])
    check_size(folder, shard)
    try:
        file = pa.ipc.open_file(storage.open_arrow(path))
    except pa.ArrowInvalid as error:
        raise OutputMismatch(f"{path} is no Arrow file ({error}): run the recipe again") from error
    found, wanted = file.schema.metadata or {}, layout.schema.metadata
    for key, value in wanted.items():
        if found.get(key) != value:
            raise OutputMismatch(
                f"{path} does not belong to {INDEX_NAME} beside it: {key.decode()} is "
                f"{found.get(key, b'missing').decode()}, the index says {value.decode()}"
            )
    if not file.schema.equals(layout.schema):
        raise OutputMismatch(f"{path} has other columns than {INDEX_NAME} says: {file.schema.names}")
    return file


def check_size(folder: str, shard: dict[str, Any]) -> None:
    path = storage.join(folder, shard["name"])
    if not storage.exists(path):
        raise OutputMismatch(f"{path} is missing, but {INDEX_NAME} lists it: copy the whole folder, or run again")
    if (size := storage.size(path)) != shard["bytes"]:
        raise OutputMismatch(
            f"{path} has {size:,} bytes, {INDEX_NAME} says {shard['bytes']:,}: it was cut short or changed; "
            "copy it again, or run again"
        )
