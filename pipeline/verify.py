"""`winnow verify`: does OUT hold what its manifest says, and is every input record accounted for?

1. Every public file is there with the size and digest of the manifest, and there are no others.
2. Records in equal documents plus removals, for each source and stage, counted again from the files.
3. Every id that the inputs give (source, path, ordinal) has exactly one outcome: a document, a drop or a quarantine
row.
   Compared as multisets through sums of two hashes, so memory does not grow with the number of documents.
4. Every witness of a removed duplicate is a document that stayed, whole or in pieces, or that a later stage decided on.
   Where the recipe has a scope (source, snapshot, language), the two are of the same.
5. Every removed near-duplicate is as similar to its witness as the run says, recomputed from the texts; also where the
   witness is a document of an earlier run, whose output must not have changed.
6. Every stretch that was cut out of a document because it stands in another is there, looked up in the texts.
7. Every paragraph that dclm_paragraphs removed has as much of its n-grams in other documents as the rule asks.
8. Every span of benchmark text holds what the run says, and every document cut or dropped for it has one.
9. Personal data that was masked is replaced in the documents, and the rules find none that is left.
10. The token shards hold what index.json says, and every piece in them is of the source, and the language or format,
that it is counted as.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow.compute as pc
import xxhash

from pipeline import (
    ledger,
    recheck,
    recheck_against,
    recheck_contamination,
    recheck_copies,
    recheck_paragraphs,
    recheck_pii,
    recheck_scope,
)
from pipeline.engine import storage
from pipeline.errors import WinnowError
from pipeline.ids import document_id, piece_id
from pipeline.planning.copies import SEGMENTS
from pipeline.planning.paragraphs import NAME as PARAGRAPHS
from pipeline.planning.parts import DECIDING
from pipeline.publish import PUBLIC_FOLDERS, read_manifest

Say = Callable[[str], None]
_MASK = (1 << 64) - 1


def verify(out: str, say: Say = lambda line: None, *, against: Sequence[str] = ()) -> list[str]:
    """Problems found, empty when all holds. `say` gets a line for each check that was made. `against`: where earlier
    runs lie that `dedup.against` named, if they have moved since.
    """
    manifest = read_manifest(out)
    problems = []
    reads = {_similarities: recheck.PAIRS, _spans: recheck_contamination.MATCHES, _earlier: recheck_against.PAIRS}
    rules = {_copies: tuple(SEGMENTS), _paragraphs: (PARAGRAPHS,)}
    stages = {stage for found in manifest["ledger"].values() for stage in found}
    present = {entry["path"] for entry in manifest["files"]}
    checks = (
        _files, _conservation, _ids, _witnesses, _scopes, _similarities, _earlier, _copies, _paragraphs, _spans,
        _masked, _shards,
    )  # fmt: skip
    for check in checks:
        if check in reads and reads[check] not in present:
            continue
        if check is _scopes and recheck_scope.scope_of(manifest) == "across":
            continue
        if check in rules and not stages.intersection(rules[check]):
            continue
        if check is _masked and not manifest["recipe"].get("pii"):
            continue
        found = list(_earlier(out, manifest, against) if check is _earlier else check(out, manifest))
        title = (check.__doc__ or "").split(".")[0]
        say(f"{'ok    ' if not found else 'FAILED'}  {title}")
        problems += found
        if check is _files and found:
            return problems  # the other checks read these files
    return problems


def _files(out: str, manifest: Mapping[str, Any]) -> Iterator[str]:
    """Every public file is there, whole, and there are no others."""
    expected = {entry["path"]: entry for entry in manifest["files"]}
    present = {name for folder in PUBLIC_FOLDERS for name in _walk(out, folder)}
    for name in sorted(present - set(expected)):
        yield f"{name} is not in the manifest: remove it"
    for name, entry in sorted(expected.items()):
        if name not in present:
            yield f"{name} is missing: run the same command again"
            continue
        path = storage.join(out, name)
        if storage.size(path) != entry["bytes"]:
            yield f"{name} has {storage.size(path):,} bytes, not {entry['bytes']:,}: run the same command again"
        elif storage.digest_of(path) != entry["digest"]:
            yield f"{name} does not have the digest of the manifest: it was changed after the run"


def _walk(out: str, folder: str) -> Iterator[str]:
    if storage.is_local(out):
        import os

        for base, _, names in os.walk(storage.join(out, folder)):
            yield from (os.path.relpath(os.path.join(base, name), out).replace(os.sep, "/") for name in names)
        return
    import fsspec

    filesystem, inner = fsspec.core.url_to_fs(out)
    for path in filesystem.find(storage.join(inner, folder)):
        yield path.removeprefix(inner).lstrip("/")


def _conservation(out: str, manifest: Mapping[str, Any]) -> Iterator[str]:
    """Records in equal documents plus removals, by source and stage."""
    files = ((entry["path"], storage.join(out, entry["path"])) for entry in manifest["files"])
    tallies, documents = ledger.count_public(files)
    records = dict.fromkeys(manifest["ledger"], 0)
    for entry in manifest["inputs"]:
        records[entry["source"]] += entry["records"]
    try:
        found = ledger.balance(manifest["ledger"], records, tallies, documents)
    except WinnowError as error:
        yield str(error)
        return
    said = {(row["source"], row["stage"]): row for row in manifest["stages"]}
    for row in found:
        before = said.get((row.source, row.stage), {})
        if any(
            before.get(name) != getattr(row, name) for name in ("rows_in", "rows_out", "dropped", "quarantined", "cut")
        ):
            yield f"stage {row.stage!r} of source {row.source!r}: the files give {row}, the manifest says {before}"


class _Multiset:
    """A count and two sums of hashes: equal for equal multisets, else different but for luck (2^-128)."""

    def __init__(self) -> None:
        self.state = (0, 0, 0)

    def add(self, identity: bytes) -> None:
        count, low, high = self.state
        digest = xxhash.xxh3_128_intdigest(identity)
        self.state = (count + 1, (low + digest) & _MASK, (high + (digest >> 64)) & _MASK)


def _ids(out: str, manifest: Mapping[str, Any]) -> Iterator[str]:
    """Every input record has exactly one outcome."""
    for source in manifest["ledger"]:
        expected, found = _Multiset(), _Multiset()
        for entry in manifest["inputs"]:
            if entry["source"] == source:
                for ordinal in range(entry["records"]):
                    expected.add(document_id(source, entry["path"], ordinal))
        for identity in _outcomes(out, manifest, source):
            found.add(bytes.fromhex(identity))
        if expected.state != found.state:
            yield (
                f"source {source!r}: {expected.state[0]:,} input records, {found.state[0]:,} outcomes, and their ids "
                "do not agree: a record has no outcome, or two"
            )


def _outcomes(out: str, manifest: Mapping[str, Any], source: str) -> Iterator[str]:
    """Ids of a source's documents and of its dropped and quarantined records; a cut document counts once."""
    for entry in manifest["files"]:
        path = storage.join(out, entry["path"])
        if entry["path"].startswith(f"documents/{source}/"):
            for row in ledger.read_parquet(path, ["id", "parent_id"]).to_pylist():
                if row["parent_id"] is None:
                    yield row["id"]
                elif row["id"] == piece_id(bytes.fromhex(row["parent_id"]), 0).hex():
                    yield row["parent_id"]
        elif entry["path"].startswith("decisions/"):
            table = ledger.read_parquet(path, ["id", "source", "verdict"])
            final = pc.and_(pc.equal(table["source"], source), pc.not_equal(table["verdict"], "cut"))
            yield from table.filter(final)["id"].to_pylist()


def _witnesses(out: str, manifest: Mapping[str, Any]) -> Iterator[str]:
    """Every witness of a removal stayed, at least until a later stage."""
    wanted: set[str] = set()  # witnesses of the stages so far that nothing has been seen of
    for stage in DECIDING:
        witnesses: set[str] = set()
        ids: set[str] = set()
        for table in ledger.decisions(out, manifest, stage, ["id", "witness"]):
            if stage not in recheck_against.STAGES:  # theirs are documents of earlier runs
                witnesses.update(filter(None, table["witness"].to_pylist()))
            ids.update(table["id"].to_pylist())
        wanted = (wanted - ids) | witnesses
    for entry in manifest["files"]:
        if wanted and entry["path"].startswith("documents/"):
            table = ledger.read_parquet(storage.join(out, entry["path"]), ["id", "parent_id"])
            wanted -= {*table["id"].to_pylist(), *table["parent_id"].to_pylist()}
    if wanted:
        yield f"{len(wanted):,} witnesses are no documents of this output, such as {min(wanted)}"


def _scopes(out: str, manifest: Mapping[str, Any]) -> Iterator[str]:
    """Every removed duplicate is of the same source, snapshot or language as its witness."""
    yield from recheck_scope.recheck(out, manifest)


def _similarities(out: str, manifest: Mapping[str, Any]) -> Iterator[str]:
    """Every removed near-duplicate is as similar to its witness as it says."""
    yield from recheck.recheck(out, manifest)


def _earlier(out: str, manifest: Mapping[str, Any], against: Sequence[str] = ()) -> Iterator[str]:
    """Every document that went because of an earlier run is as similar to that run's document as it says."""
    yield from recheck_against.recheck(out, manifest, against)


def _copies(out: str, manifest: Mapping[str, Any]) -> Iterator[str]:
    """Every stretch that was cut because it stands elsewhere is there."""
    yield from recheck_copies.recheck(out, manifest)


def _paragraphs(out: str, manifest: Mapping[str, Any]) -> Iterator[str]:
    """Every paragraph that was cut has more of its n-grams elsewhere than the rule allows."""
    yield from recheck_paragraphs.recheck(out, manifest)


def _spans(out: str, manifest: Mapping[str, Any]) -> Iterator[str]:
    """Every span of benchmark text holds what it says, and explains what was done."""
    yield from recheck_contamination.recheck(out, manifest)


def _masked(out: str, manifest: Mapping[str, Any]) -> Iterator[str]:
    """Personal data is masked in the documents, and none is left."""
    yield from recheck_pii.recheck(out, manifest)


def _shards(out: str, manifest: Mapping[str, Any]) -> Iterator[str]:
    """The token shards hold what their index says."""
    if not manifest["mixture"]:
        return
    from pipeline.shards.check import check_shards
    from pipeline.shards.composition import COMPOSITION_FILE, check_composition, check_pieces

    found = list(check_shards(storage.join(out, "shards")))
    yield from found
    if not found:  # the others read these files
        yield from check_pieces(out, manifest)
        if any(entry["path"] == COMPOSITION_FILE for entry in manifest["files"]):
            yield from check_composition(out)


__all__ = ["verify"]
