"""dedup/ -> what the report says about near-duplicates, counted from the tables; settings and comparisons from
summary.json."""

from collections import Counter
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.dedup.verify import SIZES
from pipeline.report.files import Output
from pipeline.report.stage_figures import ClusterRow, NearDuplicates, PairSample, SourcePair

PAIRS, CLUSTERS, SAMPLES = "dedup/pairs.parquet", "dedup/clusters.parquet", "dedup/samples.parquet"
SUMMARY = "dedup/summary.json"
BINS = 100
LARGEST = 8
TEXT_CHARS = 300
# Pairs to look at are drawn from bands of similarity: those just above the threshold tell the most.
BAND_ENDS = (0.85, 0.9, 0.95, 0.99, 2.0)
PAIRS_A_BAND = 2

_ROLES = ("kept", "removed", "unchecked")

IntArray = npt.NDArray[np.int64]


def read_near(output: Output) -> NearDuplicates | None:
    """None where the run looked for no near-duplicates. Reads a row group at a time."""
    present = output.names("dedup/")
    if SUMMARY not in present:
        return None
    summary = output.published_json(SUMMARY)
    by_source, similarities = _pairs(output) if PAIRS in present else ((), np.zeros(BINS, np.int64))
    sizes, unchecked, largest = _clusters(output) if CLUSTERS in present else ({}, {}, ())
    printed = "distance" in summary
    return NearDuplicates(
        shingle=summary["shingle"],
        ngram=summary["ngram"],
        bands=summary["bands"],
        rows=None if printed else summary["rows"],
        distance=summary["distance"] if printed else None,
        threshold=summary["threshold"],
        similarity=summary["similarity"],
        verify=summary["verify"],
        rounds=summary["rounds"],
        comparisons=summary["comparisons"],
        compared=tuple(summary["compared"]),
        removed_by_similarity=tuple(similarities.tolist()),
        removed=sum(row.count for row in by_source),
        clusters=sum(sizes.values()),
        sizes=sizes,
        unchecked=unchecked,
        by_source=by_source,
        largest=largest,
        samples=_samples(output) if SAMPLES in present else (),
    )


def _pairs(output: Output) -> tuple[tuple[SourcePair, ...], IntArray]:
    counts: Counter[tuple[str, str]] = Counter()
    similarities = np.zeros(BINS, np.int64)
    for table in output.row_groups(PAIRS, ["removed_source", "kept_source", "similarity"]):
        groups = table.group_by(["removed_source", "kept_source"]).aggregate([([], "count_all")])
        for row in groups.to_pylist():
            counts[row["removed_source"], row["kept_source"]] += row["count_all"]
        known = table["similarity"].drop_null().to_numpy()
        # What a whole number of hundredths is may come out a hair below it.
        bins = np.clip(np.floor(known * BINS + 1e-9).astype(np.int64), 0, BINS - 1)
        similarities += np.bincount(bins, minlength=BINS)
    rows = [SourcePair(*key, number) for key, number in counts.items()]
    return tuple(sorted(rows, key=lambda row: (-row.count, row.removed_source, row.kept_source))), similarities


def _clusters(output: Output) -> tuple[dict[str, int], dict[str, int], tuple[ClusterRow, ...]]:
    """Clusters by size, unchecked documents by source, and the largest clusters. A cluster is counted at the row of its
    first document."""
    sizes: Counter[str] = Counter()
    unchecked: Counter[str] = Counter()
    largest: list[tuple[int, str, str]] = []
    limits = np.array([most for _, most in SIZES])
    for table in output.row_groups(CLUSTERS, ["id", "cluster", "size", "role", "source"]):
        first = table.filter(pc.equal(table["id"], table["cluster"]))
        places = np.searchsorted(limits, first["size"].to_numpy())
        for place, number in enumerate(np.bincount(places, minlength=len(SIZES)).tolist()):
            sizes[SIZES[place][0]] += number
        unchecked.update(table.filter(pc.equal(table["role"], "unchecked"))["source"].to_pylist())
        rows = first.select(["size", "cluster", "source"]).to_pydict()
        found = zip((-size for size in rows["size"]), rows["cluster"], rows["source"], strict=True)
        largest = sorted([*largest, *found])[:LARGEST]
    by_size = {name: sizes[name] for name, _ in SIZES if sizes[name]}
    return by_size, dict(sorted(unchecked.items())), tuple(_describe(output, largest))


def _describe(output: Output, largest: list[tuple[int, str, str]]) -> list[ClusterRow]:
    wanted = pa.array([cluster for _, cluster, _ in largest], pa.string())
    roles: Counter[tuple[str, str]] = Counter()
    for table in output.row_groups(CLUSTERS, ["cluster", "role"]):
        mine = table.filter(pc.is_in(table["cluster"], value_set=wanted))
        roles.update(zip(mine["cluster"].to_pylist(), mine["role"].to_pylist(), strict=True))
    firsts = _documents(output, wanted)
    rows = []
    for size, cluster, source in largest:
        first = firsts.get(cluster)
        kept, removed, unchecked = (roles[cluster, role] for role in _ROLES)
        url, text = (first["url"], first["text"][:TEXT_CHARS]) if first else (None, None)
        rows.append(ClusterRow(cluster, -size, kept, removed, unchecked, source, url, text))
    return rows


def _documents(output: Output, wanted: pa.Array) -> dict[str, dict[str, Any]]:
    """id -> document, of those that are still there, whole or in pieces (then the first that is found)."""
    found: dict[str, dict[str, Any]] = {}
    for name in output.names("documents/"):
        ids = output.columns(name, ["id", "parent_id"])
        mask = pc.or_(pc.is_in(ids["id"], value_set=wanted), pc.is_in(ids["parent_id"], value_set=wanted))
        rows = np.flatnonzero(pc.fill_null(mask, False).to_numpy())
        for row in output.rows(name, rows.tolist()) if len(rows) else ():
            found.setdefault(row["parent_id"] or row["id"], row)
    return found


def _samples(output: Output) -> tuple[PairSample, ...]:
    """A few pairs of each band of similarity, those with the smallest ids, least similar first."""
    held: dict[int, list[PairSample]] = {}
    columns = list(PairSample.__dataclass_fields__)
    for table in output.row_groups(SAMPLES, columns):
        for row in table.to_pylist():
            if row["similarity"] is None:
                continue
            sample = PairSample(**row)
            if sample.removed_text == sample.kept_text:
                continue  # they differ only beyond what samples hold: nothing to see
            band = next(i for i, end in enumerate(BAND_ENDS) if sample.similarity < end)
            held[band] = sorted([*held.get(band, []), sample], key=lambda pair: pair.removed_id)[:PAIRS_A_BAND]
    chosen = [sample for samples in held.values() for sample in samples]
    return tuple(sorted(chosen, key=lambda pair: (pair.similarity, pair.removed_id)))
