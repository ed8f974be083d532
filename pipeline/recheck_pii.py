"""Look again at the documents that were written for what was to be masked in them."""

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline import ledger
from pipeline.engine import storage
from pipeline.pii import REPLACEMENTS, find
from pipeline.pii.keys import REPLACEMENT as KEY
from pipeline.recipe.pii import Pii

DOCUMENTS_AT_ONCE = 5_000


def recheck(out: str, manifest: Mapping[str, Any]) -> Iterator[str]:
    """Problems: documents in which the rules still find what is masked, places without their replacement, and
    decisions that the table of places does not explain.
    """
    settings = Pii.model_validate(manifest["recipe"]["pii"])
    masked = _masked(out, manifest)
    counted: dict[str, float] = {}
    for table in ledger.decisions(out, manifest, "pii", ["id", "score"]):
        counted.update(zip(table["id"].to_pylist(), table["score"].to_pylist(), strict=True))
    wrong = {each for each in {*counted, *masked} if counted.get(each) != len(masked.get(each, ()))}
    if wrong:
        yield f"{len(wrong):,} documents with other numbers in decisions/pii than in pii/, such as {min(wrong)}"
    changed_ids = pa.array(sorted(masked), pa.string())
    seen = 0
    for entry in manifest["files"]:
        folder, _, rest = entry["path"].partition("/")
        actions = settings.of(rest.partition("/")[0]) if folder == "documents" else {}
        kinds = [kind for kind, action in actions.items() if action == "mask"]
        if not kinds:
            continue
        with storage.open_arrow(storage.join(out, entry["path"])) as source:
            for batch in pq.ParquetFile(source).iter_batches(DOCUMENTS_AT_ONCE, columns=["id", "text"]):
                ids = batch.column("id")
                for row in sorted({match.row for match in find(batch.column("text"), kinds)}):
                    yield f"{entry['path']}: {ids[row].as_py()} still holds what was to be masked"
                for row in batch.filter(pc.is_in(ids, value_set=changed_ids)).to_pylist():
                    seen += 1
                    if not _replaced(row["text"], masked[row["id"]]):
                        yield f"{entry['path']}: {row['id']} does not have the replacements that pii/ lists"
    if seen != len(masked):
        yield f"pii/ lists {len(masked):,} masked documents, of which {seen:,} are there"


def _masked(out: str, manifest: Mapping[str, Any]) -> dict[str, list[tuple[int, int, str]]]:
    """Id -> (start, end, replacement) of what was masked in it."""
    found: dict[str, list[tuple[int, int, str]]] = {}
    for entry in manifest["files"]:
        if entry["path"].startswith("pii/"):
            columns = ["id", "rule", "action", "span_start", "span_end"]
            for row in ledger.read_parquet(storage.join(out, entry["path"]), columns).to_pylist():
                if row["action"] == "mask":
                    span = (row["span_start"], row["span_end"], REPLACEMENTS.get(row["rule"], KEY))
                    found.setdefault(row["id"], []).append(span)
    return found


def _replaced(text: str, spans: list[tuple[int, int, str]]) -> bool:
    """Whether each replacement stands where the places before it have moved it to."""
    moved = 0
    for start, end, replacement in sorted(spans):
        if text[start + moved : start + moved + len(replacement)] != replacement:
            return False
        moved += len(replacement) - (end - start)
    return True
