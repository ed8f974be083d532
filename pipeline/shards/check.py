"""Checking a folder of shards against its index."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from pipeline.engine import storage
from pipeline.errors import OutputMismatch
from pipeline.shards.index import INDEX_NAME, open_shard, read_index
from pipeline.shards.layout import Layout


def check_shards(folder: str) -> Iterator[str]:
    """What is wrong with a folder of shards, as sentences; nothing when it holds what index.json says.

    Reads every file whole: size, digest, schema, batches of the layout's size, rows, pieces that cover each row, tokens
    a source, ids inside the vocabulary.
    """
    try:
        layout, index = read_index(folder)
    except OutputMismatch as error:
        yield str(error)
        return
    for split in index["splits"].values():
        first = 0
        for shard in split["shards"]:
            if shard["first_sequence"] != first:
                yield f"{INDEX_NAME}: {shard['name']} starts at sequence {shard['first_sequence']:,}, not {first:,}"
            first += shard["sequences"]
            yield from _check_shard(folder, shard, layout)
        if split["sequences"] != first:
            yield f"{INDEX_NAME}: {split['sequences']:,} sequences in all, but its shards hold {first:,}"


def _check_shard(folder: str, shard: dict[str, Any], layout: Layout) -> Iterator[str]:
    name = shard["name"]
    try:
        file = open_shard(folder, shard, layout)
    except OutputMismatch as error:
        yield str(error)
        return
    if (digest := storage.digest_of(storage.join(folder, name))) != shard["digest"]:
        yield f"{name}: its xxh3-128 is {digest}, {INDEX_NAME} says {shard['digest']}"
    rows, largest = 0, 0
    kinds = {"source": layout.sources, **({"group": layout.groups} if layout.groups else {})}
    counted = {kind: np.zeros(len(names), dtype=np.int64) for kind, names in kinds.items()}
    for i in range(file.num_record_batches):
        batch = file.get_batch(i)
        if batch.num_rows != min(layout.batch_rows, shard["sequences"] - rows):
            yield f"{name}: batch {i} has {batch.num_rows} rows, so that rows are not where they belong"
        documents = batch.column("documents")
        pieces = documents.flatten()
        tokens = pieces.field("tokens").to_numpy()
        covered = np.add.reduceat(tokens, documents.offsets.to_numpy()[:-1])
        if (wrong := covered != layout.seq_len_tokens).any():
            yield f"{name}: the pieces of row {rows + int(wrong.argmax())} do not cover it"
        rows += batch.num_rows
        for kind, total in counted.items():
            np.add.at(total, pieces.field(kind).to_numpy(), tokens)
        largest = max(largest, int(batch.column("input_ids").values.to_numpy().max()))
    if rows != shard["sequences"]:
        yield f"{name}: {rows:,} sequences, {INDEX_NAME} says {shard['sequences']:,}"
    for kind, total in counted.items():
        if dict(zip(kinds[kind], total.tolist(), strict=True)) != (said := shard[f"{kind}_tokens"]):
            yield f"{name}: {total.tolist()} tokens a {kind}, {INDEX_NAME} says {said}"
    if rows and largest >= layout.vocab_size:
        yield f"{name}: token id {largest} is outside the vocabulary of {layout.vocab_size}"
