"""Look up again, in the documents that were written, what was cut out of others because it stands there."""

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline import ledger
from pipeline.dedup.segments import segments
from pipeline.engine import storage
from pipeline.planning.copies import SEGMENTS
from pipeline.planning.parts import DECIDING

SPANS_AT_ONCE = 20_000


def tables(manifest: Mapping[str, Any], stage: str) -> list[str]:
    """The public tables of what a stage cut."""
    return [entry["path"] for entry in manifest["files"] if entry["path"].startswith(f"dedup/{stage}/")]


def recheck(out: str, manifest: Mapping[str, Any]) -> Iterator[str]:
    """Problems: documents that were cut without a row that says why, and stretches that their witness does not have.

    Witnesses that a later stage cut or dropped are passed over: it had its own reasons.
    """
    for place, stage in enumerate(DECIDING):
        if stage not in SEGMENTS:
            continue
        later = set().union(*(decided(out, manifest, name) for name in DECIDING[place + 1 :]))
        cut = decided(out, manifest, stage)
        for name in tables(manifest, stage):
            with storage.open_arrow(storage.join(out, name)) as source:
                for batch in pq.ParquetFile(source).iter_batches(SPANS_AT_ONCE):
                    cut -= set(batch.column("id").to_pylist())
                    yield from _missing(out, manifest, name, batch, SEGMENTS[stage], later)
        if cut:
            yield f"{len(cut):,} documents were cut by {stage} without a row in dedup/{stage}, such as {min(cut)}"


def decided(out: str, manifest: Mapping[str, Any], stage: str) -> set[str]:
    """Ids that a stage has decided on."""
    found: set[str] = set()
    for table in ledger.decisions(out, manifest, stage, ["id"]):
        found.update(table["id"].to_pylist())
    return found


def _missing(
    out: str, manifest: Mapping[str, Any], name: str, spans: pa.RecordBatch, kind: str, later: set[str]
) -> Iterator[str]:
    spans = spans.filter(pc.is_valid(spans.column("witness")))
    texts = _texts(out, manifest, set(spans.column("witness").to_pylist()) - later)
    known = {identity: _comparable(text, kind) for identity, text in texts.items()}
    for span in spans.to_pylist():
        witness = span["witness"]
        where = f"{name}: characters {span['span_start']}-{span['span_end']} of {span['id']}"
        if witness in later:
            continue
        if witness not in known:
            yield f"{where} were cut because of {witness}, which is no document of this output"
        elif _comparable(span["text"], kind) not in known[witness]:
            yield f"{where} were cut because of {witness}, which does not have them"


def _texts(out: str, manifest: Mapping[str, Any], wanted: set[str]) -> dict[str, str]:
    """Id -> text of documents as they were written."""
    ids = pa.array(sorted(wanted), pa.string())
    found = {}
    for entry in manifest["files"]:
        if entry["path"].startswith("documents/"):
            with storage.open_arrow(storage.join(out, entry["path"])) as source:
                for batch in pq.ParquetFile(source).iter_batches(columns=["id", "text"]):
                    for row in batch.filter(pc.is_in(batch.column("id"), value_set=ids)).to_pylist():
                        found[row["id"]] = row["text"]
    return found


def _comparable(text: str, kind: str) -> bytes:
    """Bytes that are part of another text's where it has the same segments, side by side."""
    if kind == "tokens":
        return "".join(text.split()).encode()
    return segments(pa.array([text], pa.string()), kind).hashes.tobytes()
