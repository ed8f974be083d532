"""shards/composition.parquet: what the tokens are made of, by source, language and format; and that it is so."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline import records
from pipeline.engine import storage
from pipeline.ledger import read_parquet
from pipeline.mixture.groups import groups_of
from pipeline.shards.index import INDEX_NAME, open_shard, read_index
from pipeline.shards.layout import Layout

COMPOSITION_FILE = "shards/composition.parquet"
DOCUMENTS_AT_ONCE = 20_000_000  # some 500 MB of keys


def check_composition(out: str) -> Iterator[str]:
    """Problems: tokens that the composition has and the shards do not, by what the mixture weighs."""
    layout, index = read_index(storage.join(out, "shards"))
    train = index["splits"]["train"]
    packed = train["group_tokens" if layout.groups else "source_tokens"]
    found = dict.fromkeys(layout.weighed, 0)
    table = read_parquet(storage.join(out, COMPOSITION_FILE), records.COMPOSITION.names)
    for source in layout.sources:
        rows = table.filter(pc.equal(table["source"], source))
        numbers = groups_of(rows, {"by": layout.by, "groups": layout.weighed}, source)
        for number, tokens in zip(numbers.tolist(), rows["train_tokens"].to_pylist(), strict=True):
            found[layout.weighed[number]] += tokens
    for name, tokens in found.items():
        came_in = packed[name] + train["left_out_tokens"][name] - train["added_end_of_text_tokens"][name]
        if tokens != came_in:
            yield f"{COMPOSITION_FILE}: {tokens:,} training tokens of {name}, {INDEX_NAME} says {came_in:,}"


def check_pieces(out: str, manifest: Mapping[str, Any]) -> Iterator[str]:
    """Problems: pieces in the shards that are of no document, or not of the source and group that they say.

    Reads the pieces and the documents' ids and tags, a part of all ids at a time.
    """
    folder = storage.join(out, "shards")
    layout, index = read_index(folder)
    parts = 1 + sum(manifest["documents"].values()) // DOCUMENTS_AT_ONCE
    for part in range(parts):
        wanted = _part(_pieces(folder, layout, index), part, parts)
        known = np.zeros(len(wanted), bool)
        for entry in manifest["files"]:
            if not entry["path"].startswith("documents/"):
                continue
            source = entry["path"].split("/")[1]
            tags = [layout.by] if layout.groups else []
            table = read_parquet(storage.join(out, entry["path"]), ["id", *tags])
            if not table.num_rows:
                continue
            groups = groups_of(table, {"by": layout.by, "groups": layout.weighed}, source)
            said = _rows(table["id"].combine_chunks(), np.int16(layout.sources.index(source)), groups)
            known |= np.isin(wanted, said)
        if not known.all():
            yield (
                f"{np.count_nonzero(~known):,} documents in the shards are not of the source"
                f"{f' and {layout.by}' if layout.groups else ''} that their pieces name, such as one whose id begins "
                f"with {wanted['key'][~known][0].byteswap():016x}"
            )


_ROW = np.dtype([("key", "<u8"), ("source", "<i2"), ("group", "<i2")])
_Rows = npt.NDArray[np.void]


def _rows(ids: pa.Array, source: Any, group: Any) -> _Rows:
    """The first half of each id (they are hashes), its source and its group."""
    rows = np.empty(len(ids), _ROW)
    rows["key"] = np.frombuffer(bytes.fromhex("".join(ids.to_pylist())), "<u8")[::2]
    rows["source"], rows["group"] = source, group
    return rows


def _pieces(folder: str, layout: Layout, index: Mapping[str, Any]) -> Iterator[_Rows]:
    for split in index["splits"].values():
        for shard in split["shards"]:
            file = open_shard(folder, shard, layout)
            for number in range(file.num_record_batches):
                pieces = file.get_batch(number).column("documents").flatten()
                source = pieces.field("source").to_numpy()
                group = pieces.field("group").to_numpy() if layout.groups else source
                yield _rows(pieces.field("id"), source, group)


def _part(batches: Iterable[_Rows], part: int, parts: int) -> _Rows:
    """The different rows of one part of all ids."""
    found = np.zeros(0, _ROW)
    for batch in batches:
        found = np.unique(np.concatenate((found, batch[batch["key"] % np.uint64(parts) == part])))
    return found
