"""Compute again why documents went because of earlier runs, from this run's texts and from theirs."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.dedup import minhash
from pipeline.dedup.index import Index, check_digest, open_index, read_index
from pipeline.engine import storage
from pipeline.errors import WinnowError
from pipeline.kernels.normalise import content_keys
from pipeline.recheck import distance_of, removals_of, rows_of, similarity_of, texts_folder, threshold_of

PAIRS, SUMMARY = "dedup/against.parquet", "dedup/against.json"
STAGES = ("against_exact", "against_minhash", "against_simhash")
PAIRS_AT_ONCE = 20_000
_TOLERANCE = 1e-9  # of similarities, which are quotients of whole numbers


def recheck(out: str, manifest: Mapping[str, Any], locations: Sequence[str]) -> Iterator[str]:
    """Problems: earlier runs that have gone or changed, removals that no pair explains, witnesses that are not where
    they are said to be, and pairs less similar than they say or than the threshold asks.

    `locations` say where the earlier runs lie now; those that the run itself read are known from run.json.
    """
    summary = json.loads(storage.read_bytes(storage.join(out, SUMMARY)))
    found, problems = _indexes(out, summary, locations)
    yield from problems
    folder = texts_folder(out, manifest)
    removals = removals_of(out, manifest, STAGES)
    states: dict[str, str | None] = {}
    for pairs in _pairs(out):
        own = _texts(folder, {pair["removed_id"] for pair in pairs}) if folder else {}
        for (digest, file), mine in _by_file(pairs).items():
            for pair in mine:
                decision = removals.pop(pair["removed_id"], None)
                if decision != (pair["kept_id"], pair["similarity"]):
                    yield f"{_name(pair)} at {pair['similarity']}, but decisions/ says {decision}"
                if pair["similarity"] is not None:
                    threshold = threshold_of(pair["method"], _settings(summary))
                    if pair["similarity"] < threshold - _TOLERANCE:
                        yield f"{_name(pair)} at {pair['similarity']}, below the threshold of {threshold}"
            if digest in found:
                path = storage.join(found[digest].out, file)
                if path not in states:
                    states[path] = _state(found[digest], file)
                if problem := states[path]:
                    yield f"{len(mine):,} removals cannot be checked: {problem}"
                else:
                    yield from _compared(found[digest], file, mine, own, summary)
    if removals:
        yield f"{len(removals):,} documents went because of earlier runs without a pair, such as {min(removals)}"


def _indexes(out: str, summary: Mapping[str, Any], locations: Sequence[str]) -> tuple[dict[str, Index], list[str]]:
    """(digest -> index of each earlier run that is there, a sentence for each that is not)."""
    path = storage.join(out, "run.json")
    read = json.loads(storage.read_bytes(path)).get("against", []) if storage.exists(path) else []
    there, seen = {}, []
    for location in dict.fromkeys([*locations, *read]):
        try:
            index = open_index(location)
            there[index.digest] = index
            seen.append(f"the run at {index.out} has index {index.digest}")
        except WinnowError as error:
            seen.append(str(error))
    problems = [
        f"documents went because of run {row['run']} with index {row['index']}, which has gone, moved or changed "
        f"({'; '.join(seen) or 'run.json names no place'}): if it moved, give its place with --against"
        for row in summary["runs"]
        if row["index"] not in there
    ]
    return there, problems


def _pairs(out: str) -> Iterator[list[dict[str, Any]]]:
    with storage.open_arrow(storage.join(out, PAIRS)) as source:
        for batch in pq.ParquetFile(source).iter_batches(PAIRS_AT_ONCE):
            yield batch.to_pylist()


def _by_file(pairs: Sequence[dict[str, Any]]) -> dict[tuple[str, str], list[dict[str, Any]]]:
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for pair in pairs:
        found.setdefault((pair["index"], pair["file"]), []).append(pair)
    return found


def _state(index: Index, name: str) -> str | None:
    """What is wrong with a file of an earlier run's documents, if anything."""
    (file,) = (file for file in index.files if file.documents == name)
    try:
        check_digest(storage.join(index.out, name), file.documents_digest, "documents")
    except WinnowError as error:
        return str(error)
    return None


def _settings(summary: Mapping[str, Any]) -> Mapping[str, Any]:
    """Those of the method for near-duplicates."""
    found: Mapping[str, Any] = summary["simhash"] if "simhash" in summary else summary["minhash"]
    return found


def _compared(
    index: Index,
    name: str,
    pairs: list[dict[str, Any]],
    own: Mapping[str, tuple[str, str | None]],
    summary: Mapping[str, Any],
) -> Iterator[str]:
    """Problems with pairs whose witnesses stand in one file; `own` are the removed documents where they are known."""
    path = storage.join(index.out, name)
    theirs = _rows(path, {pair["row"] for pair in pairs})
    for pair in pairs:
        identity, text, language = theirs.get(pair["row"], (None, "", None))
        if identity != pair["kept_id"]:
            yield f"{_name(pair)}, but row {pair['row']} of {path} is {identity}"
        if identity != pair["kept_id"] or pair["removed_id"] not in own:
            continue
        removed, spoken = own[pair["removed_id"]]
        if summary["scope"] == "per_language" and spoken != language:
            yield f"{_name(pair)}, of language {language} and not {spoken}"
        if pair["method"] == "exact":
            one, other = content_keys(pa.array([removed, text], pa.string())).to_pylist()
            if one != other and one != _original(index, name, pair["row"]):
                yield f"{_name(pair)} as an equal text, which it is not"
        else:
            yield from _less_similar(pair, removed, text, _settings(summary))


def _original(index: Index, name: str, row: int) -> bytes | None:
    """The key of a document before anything of it was cut, where that is another than its own."""
    (file,) = (file for file in index.files if file.documents == name)
    first = 0
    for batch in read_index(index.path(file), file.digest):
        if row < first + batch.num_rows:
            key: bytes | None = batch.column("original")[row - first].as_py()
            return key
        first += batch.num_rows
    return None


def _less_similar(pair: Mapping[str, Any], removed: str, kept: str, settings: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with the similarity of a pair of texts."""
    texts = pa.array([removed, kept], pa.string())
    shingles, offsets = minhash.shingle_sets(texts, shingle=settings["shingle"], ngram=settings["ngram"], repeats=True)
    one, other = np.split(shingles[: offsets[2]], offsets[1:2])
    if "distance" in settings and (apart := distance_of(one, other)) > settings["distance"]:
        yield f"{_name(pair)}, but their fingerprints differ in {apart} bits, more than {settings['distance']}"
    if pair["method"] != "hamming" and not settings["repeats"]:
        one, other = np.unique(one), np.unique(other)
    found = similarity_of(one, other, pair["method"])
    if abs(found - pair["similarity"]) > _TOLERANCE:
        yield f"{_name(pair)} at {pair['similarity']}, but their texts have similarity {found}"


def _rows(path: str, wanted: set[int]) -> dict[int, tuple[str, str, str | None]]:
    """Row -> (id, text, language) of some rows of a file of documents."""
    found: dict[int, tuple[str, str, str | None]] = {}
    with storage.open_arrow(path) as source:
        file = pq.ParquetFile(source)
        first = 0
        for group in range(file.num_row_groups):
            count = file.metadata.row_group(group).num_rows
            here = sorted(row for row in wanted if first <= row < first + count)
            if here:
                columns = ["id", "text", "language"]
                table = file.read_row_group(group, columns=columns).take([row - first for row in here])
                found.update(zip(here, zip(*(table[name].to_pylist() for name in columns), strict=True), strict=True))
            first += count
    return found


def _texts(folder: str, wanted: set[str]) -> dict[str, tuple[str, str | None]]:
    """Id -> (text, language) of removed documents, as they were compared."""
    rows = (row for batch in rows_of(folder, wanted, ["id", "text", "language"]) for row in batch.to_pylist())
    return {row["id"].hex(): (row["text"], row["language"]) for row in rows}


def _name(pair: Mapping[str, Any]) -> str:
    return f"{PAIRS}: {pair['removed_id']} removed because of {pair['kept_id']} of run {pair['run']}"
