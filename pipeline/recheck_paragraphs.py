"""Compute again, from the files that were written, what dclm_paragraphs removed paragraphs and documents for."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline import ledger
from pipeline.dedup import scope
from pipeline.dedup.segments import segments
from pipeline.engine import storage
from pipeline.planning.paragraphs import NAME
from pipeline.planning.parts import DECIDING
from pipeline.recheck import texts_folder
from pipeline.recheck_contamination import texts_after_cuts
from pipeline.recheck_copies import decided, tables

UInt64Array = npt.NDArray[np.uint64]
Int64Array = npt.NDArray[np.int64]

TEXTS_AT_ONCE = 20_000
_TOLERANCE = 1e-9  # of shares, which are quotients of whole numbers
_NOBODY = -1


def recheck(out: str, manifest: Mapping[str, Any]) -> Iterator[str]:
    """Problems: a removed paragraph, or a document that went whole, of whose n-grams no more than the threshold stands
    in other documents, less than its decision says, or that no row shows.

    Texts that a later stage changed are taken as they were before it, from `work/`. Where that is gone, or documents
    are not compared across all, and a later stage changed any, nothing is said of shares.
    """
    later = set().union(*(decided(out, manifest, stage) for stage in DECIDING[DECIDING.index(NAME) + 1 :]))
    folder = texts_folder(out, manifest)
    # Their texts as they were before tell no scope: within sources or languages nothing is said of shares then.
    certain = not later or (folder is not None and manifest["recipe"]["dedup"]["scope"] == "across")
    decisions: dict[str, dict[str, Any]] = {}
    for table in ledger.decisions(out, manifest, NAME, ["id", "source", "verdict", "score", "witness"]):
        decisions.update((row.pop("id"), row) for row in table.to_pylist())
    unseen = set(decisions)
    elsewhere = _Elsewhere(out, manifest, folder, later)
    for name in tables(manifest, NAME):
        spans = ledger.read_parquet(storage.join(out, name), ["id", "text"])
        unseen -= set(spans["id"].to_pylist())
        found = elsewhere.shares(spans, decisions)
        for identity, shares in found.items() if certain else ():
            yield from (f"{name}: {identity} {problem}" for problem in _problems(decisions[identity], shares, manifest))
    if unseen:
        yield f"{len(unseen):,} documents were cut by {NAME} without a row in dedup/{NAME}, such as {min(unseen)}"


def _problems(decision: Mapping[str, Any], shares: Int64Array, manifest: Mapping[str, Any]) -> Iterator[str]:
    """`shares`: [paragraphs, 2], how many of a paragraph's n-grams stand elsewhere, and how many it has."""
    threshold = manifest["recipe"]["dedup"][NAME]["threshold"]
    known, total = shares.sum(axis=0).tolist()
    if decision["verdict"] == "drop" and known > threshold * total:
        pass  # a document goes whole as a paragraph does
    else:
        for part, of in shares.tolist():
            if part <= threshold * of:
                yield f"lost a paragraph of whose {of} n-grams {part} stand elsewhere, not more than {threshold:g}"
    most = max((part / of for part, of in shares.tolist() if of), default=0.0)
    if most < decision["score"] - _TOLERANCE:
        yield f"has {most} of a paragraph's n-grams elsewhere, not {decision['score']} as its decision says"


class _Elsewhere:
    """Which n-grams stand in which documents, of this output and of those that later stages changed."""

    def __init__(self, out: str, manifest: Mapping[str, Any], folder: str | None, later: set[str]) -> None:
        self._out, self._manifest, self._folder, self._later = out, manifest, folder, later
        self._ngram = manifest["recipe"]["dedup"][NAME]["ngram"]
        self._scope = manifest["recipe"]["dedup"]["scope"]
        self._salts: dict[str, int] = {}
        if self._scope != "across":
            self._salts = {identity: salt for ids, salts, _ in self._documents([]) for identity, salt in zip(
                ids, salts.tolist(), strict=True)}  # fmt: skip

    def shares(self, spans: pa.Table, decisions: Mapping[str, Mapping[str, Any]]) -> dict[str, Int64Array]:
        """Id -> [paragraphs, 2] of its rows in `spans`. Rows are left out whose scope nothing tells any more."""
        ids = spans["id"].to_pylist()
        salts = [self._salt(identity, decisions) for identity in ids]
        chosen = [row for row, salt in enumerate(salts) if salt is not None and ids[row] in decisions]
        salt = np.array([salts[row] for row in chosen], np.uint64)
        keys, row = self._grams(spans["text"].take(pa.array(chosen, pa.int64())).combine_chunks(), salt)
        owners = [ids[place] for place in chosen]
        numbers = {identity: number for number, identity in enumerate(dict.fromkeys(owners))}
        owner = np.array([numbers[identity] for identity in owners], np.int64)
        others = self._others(keys, owner[row], numbers)
        known, total = (np.bincount(row, weights, len(chosen)).astype(np.int64) for weights in (others, None))
        pairs = np.stack([known, total], axis=1)
        return {identity: pairs[owner == number] for identity, number in numbers.items()}

    def _others(self, keys: UInt64Array, owner: Int64Array, numbers: dict[str, int]) -> npt.NDArray[np.bool_]:
        """Whether each n-gram stands in a document that is not its owner."""
        wanted = np.unique(keys)
        first, several = np.full(len(wanted), _NOBODY, np.int64), np.zeros(len(wanted), bool)
        known = dict(numbers)
        for ids, salts, texts in self._documents(["text"]):
            number = np.array([known.setdefault(identity, len(known)) for identity in ids], np.int64)
            found, row = self._grams(texts, salts)
            place = np.minimum(np.searchsorted(wanted, found), max(len(wanted) - 1, 0))
            hit = wanted[place] == found if len(wanted) else np.zeros(len(found), bool)
            for at, who in zip(place[hit].tolist(), number[row[hit]].tolist(), strict=True):
                several[at] |= first[at] not in (_NOBODY, who)
                first[at] = who
        at = np.searchsorted(wanted, keys)
        return (first[at] != _NOBODY) & (several[at] | (first[at] != owner))  # type: ignore[no-any-return]

    def _documents(self, columns: list[str]) -> Iterator[tuple[list[str], UInt64Array, pa.Array]]:
        """(ids, salts, texts) of batches of documents, as this rule left them; pieces have their document's id."""
        sources = {}
        for entry in self._manifest["files"]:
            folder, source = (*entry["path"].split("/"), "", "")[:2]
            if folder == "documents":
                sources[entry["path"]] = source
        for path, source in sources.items():
            with storage.open_arrow(storage.join(self._out, path)) as file:
                names = ["id", "parent_id", *columns, *scope.columns(self._scope)]
                for batch in pq.ParquetFile(file).iter_batches(4096, columns=names):
                    owners = zip(batch.column("id").to_pylist(), batch.column("parent_id").to_pylist(), strict=True)
                    texts = batch.column("text") if columns else pa.nulls(batch.num_rows, pa.string())
                    yield [parent or own for own, parent in owners], scope.salts(batch, self._scope, source), texts
        if self._folder and columns and self._scope == "across":
            changed = sorted(self._later)
            for at in range(0, len(changed), TEXTS_AT_ONCE):
                some = set(changed[at : at + TEXTS_AT_ONCE])
                texts = texts_after_cuts(self._out, self._manifest, self._folder, some, until=NAME)
                yield list(texts), np.zeros(len(texts), np.uint64), pa.array(list(texts.values()), pa.string())

    def _grams(self, texts: pa.Array, salt: UInt64Array) -> tuple[UInt64Array, Int64Array]:
        """(key, row) of each n-gram within a paragraph."""
        pieces = segments(texts, "tokens")
        units = pieces.units(self._ngram, salt)
        line = np.cumsum(pieces.opens) - 1
        first = pieces.bounds[units.row] + units.place
        units = units.only(line[first] == line[first + self._ngram - 1])
        return units.key, units.row

    def _salt(self, identity: str, decisions: Mapping[str, Mapping[str, Any]]) -> int | None:
        """A removed document's scope: that of the one it went for, which is the same."""
        if self._scope == "across":
            return 0
        return self._salts.get(str(decisions[identity]["witness"])) if identity in decisions else None
