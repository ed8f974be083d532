"""A source that loses more to deduplication than the recipe allows (dedup.max_loss), and to which documents it lost."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from pipeline import ledger
from pipeline.engine import storage

STAGES = ("exact_dedup", "minhash")
TOP = 3


def losses(out: str, manifest: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each source over the limit, with its largest clusters. The files are read for those alone."""
    limit = (manifest["recipe"].get("dedup") or {}).get("max_loss")  # earlier versions wrote none
    if limit is None:
        return
    for source in manifest["ledger"]:
        rows = [row for row in manifest["stages"] if row["source"] == source and row["stage"] in STAGES]
        before, lost = rows[0]["rows_in"], sum(row["dropped"] for row in rows)
        if lost > limit * before:
            largest = ", ".join(f"{kept} ({count:,})" for kept, count in _largest(out, manifest, source))
            yield (
                f"source {source!r} lost {lost:,} of {before:,} documents ({lost / before:.1%}) to deduplication, more "
                f"than dedup.max_loss {limit:g} allows; most to {largest}: `winnow explain OUT ID` shows them"
            )


def _largest(out: str, manifest: Mapping[str, Any], source: str) -> list[tuple[str, int]]:
    """The documents that stayed in place of most of the source's, with how many; equal counts by id."""
    found: Counter[str] = Counter()
    for entry in manifest["files"]:
        path = storage.join(out, entry["path"])
        if entry["path"].startswith("decisions/exact_dedup/"):
            table = ledger.read_parquet(path, ["source", "witness"])
            kept, sources = table["witness"], table["source"]
        elif entry["path"] == "dedup/pairs.parquet":
            table = ledger.read_parquet(path, ["removed_source", "kept_id"])
            kept, sources = table["kept_id"], table["removed_source"]
        else:
            continue
        found.update(one for one, own in zip(kept.to_pylist(), sources.to_pylist(), strict=True) if own == source)
    return sorted(found.items(), key=lambda item: (-item[1], item[0]))[:TOP]
