"""dedup_index and dedup_index_manifest: keys of the published documents, for later runs (pipeline.dedup.index)."""

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline import records
from pipeline.dedup.index import FOLDER, INDEX, IndexFile, describe, index_rows, index_schema
from pipeline.engine import storage
from pipeline.engine.task import PUBLIC, TaskContext
from pipeline.ledger import read_parquet

_ROWS = 1024  # documents whose keys are made at once

_DOCUMENTS = f"{PUBLIC}documents/"
_INDEX = f"{PUBLIC}{FOLDER}/"


def write(ctx: TaskContext) -> None:
    """The index of one part's documents; none where it published none."""
    near = ctx.params["near"]
    for output in ctx.manifest("documents").outputs:
        if not output.name.startswith(_DOCUMENTS):
            continue
        name = output.name.removeprefix(_DOCUMENTS).removesuffix(".parquet")
        originals = _Originals(ctx)
        out = ctx.arrow(f"{_INDEX}{name}.arrow", index_schema(near))
        with storage.open_arrow(ctx.graph.work("documents", output.name)) as source:
            for batch in pq.ParquetFile(source).iter_batches(_ROWS, columns=["id", "parent_id", "text", "language"]):
                out.write(index_rows(batch, near, originals.of(batch)))


class _Originals:
    """Keys of a part's documents as deduplication first saw them, before anything was cut.

    None for one in which personal data was masked: who has the rest of a text could guess what stood there until its
    key came out.
    """

    def __init__(self, ctx: TaskContext) -> None:
        table = pa.Table.from_batches(ctx.batches("rules", "docs/", columns=("id", "key"))).combine_chunks()
        self._ids, self._keys = table["id"].combine_chunks(), table["key"].combine_chunks()
        matches = [read_parquet(path, ["id", "action"]) for path in ctx.outputs("documents", f"{PUBLIC}pii/")]
        self._masked = {row["id"] for table in matches for row in table.to_pylist() if row["action"] == "mask"}
        for path in ctx.outputs("documents", _DOCUMENTS):  # a document is masked where a piece of it is
            pieces = read_parquet(path, ["id", "parent_id"]).to_pylist()
            self._masked |= {row["parent_id"] for row in pieces if row["parent_id"] and row["id"] in self._masked}

    def of(self, documents: pa.RecordBatch) -> pa.Array:
        """The key of the document that each published one is, or is a piece of."""
        pairs = zip(documents.column("id").to_pylist(), documents.column("parent_id").to_pylist(), strict=True)
        whole = [parent or own for own, parent in pairs]
        names = [None if name in self._masked else bytes.fromhex(name) for name in whole]
        return self._keys.take(pc.index_in(pa.array(names, records.ID), value_set=self._ids))


def manifest(ctx: TaskContext) -> None:
    """index.json, over all parts."""
    files = []
    for own, theirs in zip(ctx.manifests("dedup_index"), ctx.manifests("documents"), strict=True):
        documents = [output for output in theirs.outputs if output.name.startswith(_DOCUMENTS)]
        for index, document in zip(own.outputs, documents, strict=True):
            path = index.name.removeprefix(_INDEX)
            public = document.name.removeprefix(PUBLIC)
            row = (path, index.rows, index.bytes, index.digest, public, document.bytes, document.digest)
            files.append(IndexFile(*row))
    ctx.file(f"{_INDEX}{INDEX}").write(describe(ctx.params["run"], ctx.params["near"], files))
