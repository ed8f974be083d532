"""dedup_index and dedup_index_manifest: keys of the published documents, for later runs (pipeline.dedup.index)."""

import pyarrow.parquet as pq

from pipeline.dedup.index import FOLDER, INDEX, IndexFile, describe, index_rows, index_schema
from pipeline.engine import storage
from pipeline.engine.task import PUBLIC, TaskContext

_ROWS = 1024  # documents whose keys are made at once

_DOCUMENTS = f"{PUBLIC}documents/"
_INDEX = f"{PUBLIC}{FOLDER}/"


def write(ctx: TaskContext) -> None:
    """The index of one part's documents; none where it published none."""
    shape = ctx.params["minhash"]
    for output in ctx.manifest("documents").outputs:
        if not output.name.startswith(_DOCUMENTS):
            continue
        name = output.name.removeprefix(_DOCUMENTS).removesuffix(".parquet")
        out = ctx.arrow(f"{_INDEX}{name}.arrow", index_schema(shape))
        with storage.open_arrow(ctx.graph.work("documents", output.name)) as source:
            for batch in pq.ParquetFile(source).iter_batches(_ROWS, columns=["id", "text", "language"]):
                out.write(index_rows(batch, shape))


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
    ctx.file(f"{_INDEX}{INDEX}").write(describe(ctx.params["run"], ctx.params["minhash"], files))
