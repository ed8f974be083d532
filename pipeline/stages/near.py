"""Near-duplicates (see `pipeline.planning.near` for the stages, `pipeline.dedup` for what they compute).

Who is connected is found in `pipeline.stages.groups`; here stands what is done with texts.
"""

import json
from collections import Counter
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline import records
from pipeline.dedup import deciding, identical, scope, verify
from pipeline.dedup.nomination import nominate
from pipeline.dedup.texts import Texts
from pipeline.dedup.verify import SIZES
from pipeline.engine.task import PUBLIC, TaskContext
from pipeline.ids import hex_ids
from pipeline.stages import groups
from pipeline.stages.groups import as_batch, home
from pipeline.stages.rehydrate import COPIES, COPIES_FILE
from pipeline.stages.survivors import survivors

Int64Array = npt.NDArray[np.int64]

CANDIDATE = pa.schema(
    [
        pa.field("component", pa.uint64()),
        pa.field("rank", pa.int32()),  # of the source: 0 is preferred
        pa.field("longest_first", pa.int64()),  # minus the text's length in bytes
        pa.field("id", records.ID),
        pa.field("part", pa.int32()),  # the address to answer to
        pa.field("row", pa.int32()),
        pa.field("source", pa.string()),
        pa.field("same", pa.int32()),  # the row of the part that brings this row's text
        pa.field("text", pa.large_string()),  # empty where nothing is verified; a component may have more than 2 GiB
    ]
)
PREFERENCE = ("component", "rank", "longest_first", "id")  # the total order in which a partition is read

SAMPLES_PER_BIN = 3  # pairs whose texts reports may show, for each hundredth of similarity and each partition
SAMPLE_MAX_CHARS = 4_000
_BINS = 100


def signatures(ctx: TaskContext) -> None:
    """Send the keys of each document that has shingles to the keys' partitions."""
    p = ctx.params
    source, _ = p["tasks"][ctx.task]
    out = ctx.exchange(groups.key_schema(p["distance"]), p["partitions"])
    for rows, batch in survivors(ctx, columns=("text", *scope.columns(p["scope"]))):
        keys, some, prints = nominate(batch.column("text"), p, scope.salts(batch, p["scope"], source))
        prints = None if prints is None else prints[some]
        groups.send_keys(out, ctx.task, rows[some], keys[some], p["partitions"], prints)


def candidates(ctx: TaskContext) -> None:
    """Send each connected document to the partition of its component."""
    p = ctx.params
    source, _ = p["tasks"][ctx.task]
    labelled, component = groups.components_of_part(ctx, p["labels"])
    out = ctx.exchange(CANDIDATE, p["partitions"])
    if not len(labelled):
        return
    for rows, batch in survivors(ctx, columns=("id", "text", "text_bytes")):
        chosen = np.isin(rows, labelled)
        if not chosen.any():
            continue
        rows, batch = rows[chosen], batch.filter(pa.array(chosen))
        mine = component[np.searchsorted(labelled, rows)]
        count = len(rows)
        text, same = pa.array([""] * count), rows
        if p["verify"]:  # equal texts travel once
            text = batch.column("text")
            first = identical.first_of_equals(mine, text)
            text, same = pc.if_else(pa.array(first == np.arange(count)), text, None), rows[first]
        rank = np.full(count, p["ranks"][source], np.int32)
        lengths = pc.negate(batch.column("text_bytes"))
        part = np.full(count, ctx.task, np.int32)
        sources = pa.array([source] * count)
        columns = (mine, rank, lengths, batch.column("id"), part, rows, sources, same, text.cast(pa.large_string()))
        out.write(home(mine, p["partitions"]), as_batch(CANDIDATE, *columns))


def resolve(ctx: TaskContext) -> None:
    """Go through each component in order of preference; answer what is removed, and note pairs and clusters."""
    p = ctx.params
    out = ctx.exchange(records.VERDICT, p["verdict_partitions"])
    pairs = ctx.arrow(f"pairs/{ctx.task:05d}.arrow", records.PAIR)
    clusters = ctx.arrow(f"clusters/{ctx.task:05d}.arrow", records.CLUSTER)
    samples = ctx.arrow(f"samples/{ctx.task:05d}.arrow", records.PAIR_SAMPLE)
    sampled = np.zeros(_BINS, np.int64)
    for table, places, chunks in ctx.sorted_beside("candidates", CANDIDATE, PREFERENCE, "text"):
        texts = Texts(chunks, places)
        component = table["component"].to_numpy()
        first = np.flatnonzero(np.append(True, component[1:] != component[:-1]))
        starts = np.append(first, len(component)).astype(np.int64)
        holder = _text_rows(table, texts)
        text_bytes = -table["longest_first"].to_numpy()
        found = _verified(texts, text_bytes, holder, starts, p) if p["verify"] else _closure(starts)
        _count(ctx, found, starts)
        gone = np.flatnonzero(found.witness >= 0)
        kept = found.witness[gone]
        ids, hexed = table["id"].combine_chunks(), hex_ids(table["id"].combine_chunks())
        similarity = found.intersection[gone] / np.maximum(found.whole[gone], 1)
        contained = found.contained[gone]
        scores = pa.array(similarity if p["verify"] else np.full(len(gone), np.nan), from_pandas=True)
        count = len(gone)
        witnesses = ids.take(pa.array(kept)) if p["verify"] else pa.nulls(count, records.ID)
        asked = np.where(contained, p["containment"] or np.nan, p["threshold"] if p["verify"] else np.nan)
        threshold = pa.array(asked, from_pandas=True)
        verdicts = (
            table["row"].to_numpy()[gone], ["drop"] * count, ["near_duplicate"] * count, np.zeros(count, np.int32),
            scores, threshold, witnesses, pa.nulls(count, pa.string()),
        )  # fmt: skip
        out.write(table["part"].to_numpy()[gone], as_batch(records.VERDICT, *verdicts))
        source = table["source"].combine_chunks()
        usual = deciding.measure_of(p) if p["verify"] else "closure"
        method = np.where(contained, "containment", usual).tolist()
        sides = hexed.take(pa.array(gone)), hexed.take(pa.array(kept))
        sources = source.take(pa.array(gone)), source.take(pa.array(kept))
        pairs.write(as_batch(records.PAIR, *sides, scores, method, *sources, found.shared[gone]))
        cluster = _clusters(found, starts, hexed, source, p["rehydrate"])
        clusters.write(cluster)
        if p["rehydrate"]:
            worth = cluster.column("copies").to_numpy()
            other = np.flatnonzero((found.witness < 0) & (worth != 1))
            columns = (table["part"].to_numpy()[other], ids.take(pa.array(other)), worth[other])
            ctx.arrow(COPIES_FILE.format(task=ctx.task), COPIES).write(as_batch(COPIES, *columns))
        if p["verify"]:
            _sample(samples, table, texts, holder, gone, kept, similarity, sampled)


def tables(ctx: TaskContext) -> None:
    """Put the partitions' pairs, clusters and samples together, and count them."""
    p = ctx.params
    by_source: Counter[tuple[str, str]] = Counter()
    for name, schema in (("pairs", records.PAIR), ("clusters", records.CLUSTER), ("samples", records.PAIR_SAMPLE)):
        out = ctx.parquet(f"{PUBLIC}dedup/{name}.parquet", schema)
        for task in range(ctx.graph["near_duplicates"].tasks):
            for batch in ctx.batches("near_duplicates", f"{name}/", task):
                out.write(batch)
                if name == "pairs":
                    groups = pa.Table.from_batches([batch]).group_by(["removed_source", "kept_source"])
                    for row in groups.aggregate([("removed_id", "count")]).to_pylist():
                        by_source[row["removed_source"], row["kept_source"]] += row["removed_id_count"]
    stats: Counter[str] = Counter()
    for manifest in ctx.manifests("near_duplicates"):
        stats.update(manifest.stats)
    summary = {
        **{name: p[name] for name in p["shown"]},
        "comparisons": stats["comparisons"],
        "compared": _histogram(stats, "compared"),
        "removed": _histogram(stats, "removed"),
        "unchecked": stats["unchecked"],
        "sizes": {name: stats[f"size {name}"] for name, _ in SIZES if f"size {name}" in stats},
        "rounds": ctx.manifest(p["labels"], 0).stats["rounds"],
        "by_source": [
            {"removed_source": removed, "kept_source": kept, "count": count}
            for (removed, kept), count in sorted(by_source.items())
        ],
    }
    ctx.file(f"{PUBLIC}dedup/summary.json").write(json.dumps(summary, indent=1).encode() + b"\n")


def _text_rows(table: pa.Table, texts: Texts) -> Int64Array:
    """Where the text of each row stands."""
    part = table["part"].to_numpy().astype(np.uint64) << np.uint64(32)
    address, same = (part | table[name].to_numpy().astype(np.uint64) for name in ("row", "same"))
    return identical.text_rows(address, same, texts.valid)


def _verified(
    texts: Texts, text_bytes: Int64Array, holder: Int64Array, starts: Int64Array, p: dict[str, Any]
) -> verify.Resolution:
    first = identical.first_of_equal_texts(starts, holder, texts)
    chosen = np.unique(first)

    def read(begin: int, end: int) -> pa.LargeStringArray:
        return texts.take(holder[chosen[begin:end]])

    resolved, sizes = deciding.decide(read, text_bytes[chosen], np.searchsorted(chosen, starts), p)
    return identical.expand(resolved, sizes, chosen, first, p["bands"])


def _closure(starts: Int64Array) -> verify.Resolution:
    """The published transitive closure: the first of a component stays, unseen."""
    count = int(starts[-1])
    first = np.repeat(starts[:-1], np.diff(starts))
    nothing = np.zeros(count, np.int64)
    return verify.Resolution(
        witness=np.where(np.arange(count) == first, -1, first),
        shared=np.zeros(count, np.int32),
        intersection=nothing,
        whole=nothing,
        contained=np.zeros(count, bool),
        unchecked=np.zeros(count, bool),
        compared=np.zeros(_BINS, np.int64),
        comparisons=0,
    )


def _count(ctx: TaskContext, found: verify.Resolution, starts: Int64Array) -> None:
    gone = found.witness >= 0
    ctx.count("comparisons", found.comparisons)
    ctx.count("unchecked", found.unchecked.sum())
    removed = np.bincount(_bin(found.intersection[gone], found.whole[gone]), minlength=_BINS)
    for name, counts in (("compared", found.compared), ("removed", removed)):
        for place in np.flatnonzero(counts).tolist():
            ctx.count(f"{name} {place}", counts[place])
    limits = np.array([most for _, most in SIZES])
    for place, amount in enumerate(np.bincount(np.searchsorted(limits, np.diff(starts))).tolist()):
        if amount:
            ctx.count(f"size {SIZES[place][0]}", amount)


def _bin(intersection: Int64Array, whole: Int64Array) -> Int64Array:
    return np.minimum(_BINS * intersection // np.maximum(whole, 1), _BINS - 1)


def _histogram(stats: Counter[str], name: str) -> list[int]:
    return [stats[f"{name} {place}"] for place in range(_BINS)]


def _clusters(
    found: verify.Resolution,
    starts: Int64Array,
    ids: pa.StringArray,
    source: pa.StringArray,
    rehydrate: list[list[int]] | None,
) -> pa.RecordBatch:
    sizes = np.diff(starts)
    role = np.where(found.witness >= 0, "removed", np.where(found.unchecked, "unchecked", "kept"))
    first = ids.take(pa.array(np.repeat(starts[:-1], sizes)))
    stays = np.where(found.witness >= 0, 0, 1)
    copies = (stays * np.repeat(_copies(sizes, rehydrate), sizes)).astype(np.int32)
    return as_batch(records.CLUSTER, ids, first, np.repeat(sizes, sizes), pa.array(role.tolist()), source, copies)


def _copies(sizes: Int64Array, rehydrate: list[list[int]] | None) -> Int64Array:
    """What a kept document of groups of these sizes is worth: the entry of the largest size that is not larger."""
    if not rehydrate:
        return np.ones(len(sizes), np.int64)
    least = sorted(rehydrate)
    place = np.searchsorted([size for size, _ in least], sizes, side="right") - 1
    return np.where(place < 0, 1, np.array([copies for _, copies in least])[np.maximum(place, 0)])


def _sample(
    out: Any,
    table: pa.Table,
    texts: Texts,
    holder: Int64Array,
    gone: Int64Array,
    kept: Int64Array,
    similarity: npt.NDArray[np.float64],
    sampled: Int64Array,
) -> None:
    """The first few pairs of each hundredth of similarity, with their texts."""
    rows = []
    for removed, witness, score in zip(gone.tolist(), kept.tolist(), similarity.tolist(), strict=True):
        place = min(int(score * _BINS), _BINS - 1)
        if sampled[place] < SAMPLES_PER_BIN:
            sampled[place] += 1
            removed_row, kept_row = (table.slice(row, 1).to_pylist()[0] for row in (removed, witness))
            sides = (texts[int(holder[row])].as_py()[:SAMPLE_MAX_CHARS] for row in (removed, witness))
            removed_text, kept_text = sides
            rows.append(
                {
                    "removed_id": removed_row["id"].hex(),
                    "kept_id": kept_row["id"].hex(),
                    "similarity": score,
                    "removed_source": removed_row["source"],
                    "kept_source": kept_row["source"],
                    "removed_text": removed_text,
                    "kept_text": kept_text,
                }
            )
    out.write_rows(rows)
