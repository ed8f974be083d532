"""Look up again that no document was removed because of one outside its scope."""

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from pipeline import ledger
from pipeline.dedup import scope
from pipeline.engine import storage
from pipeline.recheck import PAIRS, rows_of, texts_folder

PAIRS_AT_ONCE = 500_000  # some 100 MB of ids


def scope_of(manifest: Mapping[str, Any]) -> str:
    """`dedup.scope` of the recipe; "across" for one without deduplication."""
    return str((manifest["recipe"]["dedup"] or {"scope": "across"})["scope"])


def recheck(out: str, manifest: Mapping[str, Any]) -> Iterator[str]:
    """Problems: removals whose witness is of another source, snapshot or language.

    Looked up where `work/` still holds the documents as they were compared, removed ones included.
    """
    folder = texts_folder(out, manifest)
    if folder is None:
        return
    asked = scope_of(manifest)
    for pairs in _pairs(out, manifest):
        for first in range(0, pairs.num_rows, PAIRS_AT_ONCE):
            part = pairs.slice(first, PAIRS_AT_ONCE)
            known = _scopes(folder, part, asked)
            for removed, kept in zip(part["removed"].to_pylist(), part["kept"].to_pylist(), strict=True):
                if known.get(removed) != known.get(kept):
                    yield f"{removed} was removed because of {kept}, which is not of its scope ({asked})"


def _pairs(out: str, manifest: Mapping[str, Any]) -> Iterator[pa.Table]:
    """Tables of (removed, kept) ids, as hexadecimal texts."""
    for table in ledger.decisions(out, manifest, "exact_dedup", ["id", "witness"]):
        yield table.rename_columns(["removed", "kept"])
    if any(entry["path"] == PAIRS for entry in manifest["files"]):
        table = ledger.read_parquet(storage.join(out, PAIRS), ["removed_id", "kept_id"])
        yield table.rename_columns(["removed", "kept"])


def _scopes(folder: str, pairs: pa.Table, asked: str) -> dict[str, int]:
    """Id -> number of its scope (`pipeline.dedup.scope.salts`), of the documents of the pairs."""
    wanted = {identity for side in ("removed", "kept") for identity in pairs[side].to_pylist()}
    found: dict[str, int] = {}
    for batch in rows_of(folder, wanted, ["id", "source", *scope.columns(asked)]):
        if batch.num_rows:
            salts = scope.salts(batch, asked, batch.column("source")[0].as_py())
            hexed = (identity.hex() for identity in batch.column("id").to_pylist())
            found.update(zip(hexed, salts.tolist(), strict=True))
    return found
