"""The index of a run's documents, with which later runs compare theirs (`dedup.write_index`, `dedup.against`).

    OUT/dedup/index/index.json                 what the keys are, of which run, and a row for each file:
                                               its digest, and that of the documents that it is of
    OUT/dedup/index/<source>/part-00000.arrow  row i is of row i of OUT/documents/<source>/part-00000.parquet

Texts are not repeated: those of OUT/documents are read where a later run, or its `winnow verify`, compares them. So
near-duplicates are compared with documents as they were published, masked and cut. Equal texts are found by the key
that a document had before anything was cut as well (`original`); by that of its masked text alone where personal data
was masked, as a hash of the other would help to guess it.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import xxhash

from pipeline import records
from pipeline.dedup import simhash
from pipeline.dedup.nomination import MINHASH, SIMHASH, nominate
from pipeline.engine import storage
from pipeline.errors import WinnowError
from pipeline.kernels.normalise import content_keys

FORMAT = 2
FOLDER = "dedup/index"
INDEX = "index.json"
SHAPES = {MINHASH: ("shingle", "ngram", "hashes", "bands", "rows"), SIMHASH: ("shingle", "ngram")}
"""Settings of a method that two runs must share to have the same band keys, or fingerprints."""

_PROBE = "Ὁ quick  BROWN fox—jumps over 12 lazy dogs, naïvely; 然後 it isn’t seen again. Ἀρχή, конец, end of it!"
"""Its keys tell whether another version of Winnow would give every text the same ones."""


@dataclass(frozen=True)
class IndexFile:
    """One file of an index, and the documents that it is of: paths within the index and within OUT."""

    path: str
    rows: int
    bytes: int
    digest: str
    documents: str
    documents_bytes: int
    documents_digest: str


@dataclass(frozen=True)
class Index:
    """An index as `open_index` finds it. `digest` is that of index.json, and so of all that it names."""

    out: str
    run: str
    digest: str
    documents: int
    near: dict[str, Any] | None  # the method for near-duplicates, with its settings of SHAPES
    files: tuple[IndexFile, ...]

    def path(self, file: IndexFile) -> str:
        """Where a file of the index lies."""
        return storage.join(self.out, FOLDER, file.path)

    def differences(self, wanted: dict[str, Any]) -> list[str]:
        """What a recipe sets otherwise, of one method, each as `name mine (the index has theirs)`."""
        had = self.near or {}
        return [f"{name} {value} (the index has {had[name]})" for name, value in wanted.items() if had[name] != value]


def index_schema(near: dict[str, Any] | None) -> pa.Schema:
    """Columns of the index's files, by the method for near-duplicates: what it adds is null for a document without
    shingles.
    """
    fields = [
        pa.field("id", records.ID),
        pa.field("key", pa.binary(16)),  # of the normalised text (pipeline.kernels.normalise.content_keys)
        # The key of the document before any of it was cut, where that is another, and nothing was masked.
        pa.field("original", pa.binary(16)),
        pa.field("language", pa.string()),
    ]
    if near is not None and near["method"] == MINHASH:
        # Band keys, without the salt of a scope.
        fields.append(pa.field("bands", pa.list_(pa.uint64(), near["bands"])))
    elif near is not None:
        fields.append(pa.field("print", pa.uint64()))
    return pa.schema(fields)


def index_rows(documents: pa.RecordBatch, near: dict[str, Any] | None, originals: pa.Array) -> pa.RecordBatch:
    """A row for each of the public documents (id, text, language). `originals`: the keys of the documents that they
    are, or are pieces of, before anything was cut; null where these are not to be had.
    """
    text = documents.column("text")
    identities = [bytes.fromhex(identity) for identity in documents.column("id").to_pylist()]
    key = content_keys(text)
    original = pc.if_else(pc.equal(key, originals), None, originals)
    columns = [pa.array(identities, records.ID), key, original, documents.column("language")]
    if near is not None:
        columns.append(_near_keys(text, near))
    return pa.RecordBatch.from_arrays(columns, schema=index_schema(near))


def probe(near: dict[str, Any] | None) -> dict[str, str]:
    """What this version's keys of one text are: index.json holds it."""
    text = pa.array([_PROBE])
    found = {"key": content_keys(text)[0].as_py().hex()}
    if near is not None:
        keys = np.array(_near_keys(text, near).to_pylist(), np.uint64)
        found["bands" if near["method"] == MINHASH else "print"] = xxhash.xxh3_128_hexdigest(keys.tobytes())
    return found


def describe(run: str, near: dict[str, Any] | None, files: list[IndexFile]) -> bytes:
    """index.json."""
    content = {
        "format": FORMAT,
        "run": run,
        "documents": sum(file.rows for file in files),
        "near": near,
        "probe": probe(near),
        "files": [vars(file) for file in files],
    }
    return json.dumps(content, indent=1, sort_keys=True).encode() + b"\n"


def open_index(location: str) -> Index:
    """The index of a run by the path or URL of its OUT, or of its dedup/index. Raises WinnowError where there is none,
    or one that this version cannot use.
    """
    out = location.rstrip("/").removesuffix(f"/{FOLDER}")
    path = storage.join(out, FOLDER, INDEX)
    if not storage.exists(path):
        if not storage.exists(storage.join(out, "manifest.json")):
            raise WinnowError(f"there is no finished run at {out}")
        raise WinnowError(
            f"the run at {out} wrote no index: run its command again with --set dedup.write_index=true --replace "
            "(finished work is kept)"
        )
    data = storage.read_bytes(path)
    try:
        content = json.loads(data)
        found = content["format"]
        if found == FORMAT:
            files = tuple(IndexFile(**row) for row in content["files"])
            index = Index(
                out, content["run"], xxhash.xxh3_128_hexdigest(data), content["documents"], content["near"], files
            )
            theirs = content["probe"]
    except (ValueError, KeyError, TypeError) as error:
        raise WinnowError(f"{path} is damaged ({error!r}): {_again(out)}") from error
    if found != FORMAT:
        raise WinnowError(f"{path} has format {found!r}, this version reads {FORMAT}: {_again(out)}")
    if theirs != probe(index.near):
        raise WinnowError(f"{path} was written by a version of Winnow that has other keys: {_again(out)}")
    return index


def read_index(path: str, digest: str) -> Iterator[pa.RecordBatch]:
    """The batches of one file of an index. Raises WinnowError where it is not the one of that digest."""
    check_digest(path, digest, "index")
    yield from storage.arrow_batches(path)


def check_digest(path: str, digest: str, what: str) -> None:
    """Raises WinnowError where a file of an earlier run has gone or changed since its index was written."""
    if not storage.exists(path):
        raise WinnowError(f"{path}, the {what} of a run that dedup.against names, has gone: run that recipe again")
    if storage.digest_of(path) != digest:
        raise WinnowError(
            f"{path}, the {what} of a run that dedup.against names, has changed since that run: run that recipe again"
        )


def _near_keys(text: pa.Array, near: dict[str, Any]) -> pa.Array:
    """The last column of the index."""
    if near["method"] == SIMHASH:
        prints, some = simhash.fingerprints(text, shingle=near["shingle"], ngram=near["ngram"])
        return pa.array(prints, mask=~some)
    keys, some, _ = nominate(text, near, np.zeros(len(text), np.uint64))
    return pa.FixedSizeListArray.from_arrays(pa.array(keys.ravel()), near["bands"], mask=pa.array(~some))


def _again(out: str) -> str:
    return f"run the recipe of {out} again"
