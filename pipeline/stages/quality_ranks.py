"""max_rank: what the stages of quality do for a source whose documents several models rank (see `classifiers.ranks`).

quality_scores  task t: ranked/00000.arrow, a row a document with its score by each model, and histogram.<i>/00000.arrow
                for model i
quality         task t: verdicts/00000.arrow; ranks/00000.arrow, the score and metadata of each document that stays; and
                buckets/00000.arrow, documents by their bucket and by which models call them good
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from classifiers import policies
from classifiers.policies import Counts, Floats, TopCut
from classifiers.quality import SCORE_STEPS, Model, Steps
from classifiers.ranks import best_bucket, bucket_cuts, called_good
from pipeline import records
from pipeline.engine.task import TaskContext
from pipeline.stages.survivors import survivors

Ints = npt.NDArray[np.int32]

RANK = pa.schema([*records.SCORE, pa.field("metadata", records.METADATA)])
BUCKET_COUNT = pa.schema([pa.field(name, pa.int64()) for name in ("bucket", "models", "documents")])


def _ranked(models: int) -> pa.Schema:
    steps = pa.field("steps", pa.list_(pa.int32(), models))
    return pa.schema([pa.field("row", pa.int32()), steps, pa.field("draw", pa.float64())])


def write_scores(ctx: TaskContext, models: Sequence[Model]) -> list[Counts]:
    """Score what is left of one part by every model; returns documents by score step for each."""
    schema = _ranked(len(models))
    out = ctx.arrow(f"ranked/{ctx.task:05d}.arrow", schema)
    totals = [np.zeros(SCORE_STEPS + 1, np.int64) for _ in models]
    for rows, batch in survivors(ctx, columns=("id", "text")):
        each = [model.score(batch.column("text")) for model in models]
        drawn = policies.draws(batch.column("id").to_pylist(), ctx.params["seed"])
        steps = pa.FixedSizeListArray.from_arrays(pa.array(np.stack(each, axis=1).ravel()), len(models))
        out.write(pa.RecordBatch.from_arrays([pa.array(rows), steps, pa.array(drawn)], schema=schema))
        for total, mine in zip(totals, each, strict=True):
            total += np.bincount(mine, minlength=SCORE_STEPS + 1)
    return totals


def cuts(ctx: TaskContext, parts: Sequence[int], totals: Sequence[Counts], policy: Mapping[str, Any]) -> dict[str, Any]:
    """Of one source, each model's cuts between its buckets, and the share of documents that the policy is to keep."""

    def read(place: int) -> Iterator[tuple[Steps, Floats]]:
        for _, steps, drawn in _batches(ctx, parts):
            yield steps[:, place], drawn

    found = [
        bucket_cuts(total, policy["buckets"], lambda place=place: read(place))  # type: ignore[misc]
        for place, total in enumerate(totals)
    ]
    stay = documents = 0
    for _, steps, drawn in _batches(ctx, parts):
        _, best = best_bucket(steps, drawn, found)
        stay += int((best >= policy["parameter"]).sum())
        documents += len(best)
    return {
        "expected": stay / documents if documents else 0.0,
        "buckets": [[[cut.step, cut.draw] for cut in own] for own in found],
    }


def _batches(ctx: TaskContext, parts: Sequence[int | None]) -> Iterator[tuple[pa.Array, Ints, Floats]]:
    """(rows, steps [n, models], draws) of parts; None is this task's own."""
    for part in parts:
        for batch in ctx.batches("quality_scores", "ranked/", part):
            steps = batch.column("steps")
            table = steps.flatten().to_numpy().reshape(-1, steps.type.list_size)
            yield batch.column("row"), table, batch.column("draw").to_numpy()


def decide(ctx: TaskContext, policy: Mapping[str, Any], names: Sequence[str], found: Mapping[str, Any]) -> None:
    """Verdicts on one part, what its documents are told of, and counts. A document's score is its bucket / buckets: the
    share of the source's documents that its best model ranks below it, and the threshold the least bucket's.
    """
    limits = [[TopCut(*cut) for cut in own] for own in found["buckets"]]
    buckets, least = policy["buckets"], policy["parameter"]
    verdicts = ctx.arrow(f"verdicts/{ctx.task:05d}.arrow", records.VERDICT)
    ranks = ctx.arrow(f"ranks/{ctx.task:05d}.arrow", RANK)
    counts = np.zeros((buckets, 1 << len(names)), np.int64)
    for rows, steps, drawn in _batches(ctx, [None]):
        each, best = best_bucket(steps, drawn, limits)
        np.add.at(counts, (best, called_good(each, least)), 1)
        told = [_told(names, *row) for row in zip(steps.tolist(), each.tolist(), strict=True)]
        gone = np.flatnonzero(best < least)
        verdicts.write(_verdicts(rows.take(pa.array(gone)), [told[row] for row in gone], best[gone], buckets, least))
        stays = np.flatnonzero(best >= least)
        arrays = [
            rows.take(pa.array(stays)), pa.array((best[stays] / buckets).astype(np.float32)),
            pa.array([list(_metadata(told[row]).items()) for row in stays], records.METADATA),
        ]  # fmt: skip
        ranks.write(pa.RecordBatch.from_arrays(arrays, schema=RANK))
    bucket, models = np.nonzero(counts)
    arrays = [pa.array(bucket), pa.array(models), pa.array(counts[bucket, models])]
    ctx.arrow(f"buckets/{ctx.task:05d}.arrow", BUCKET_COUNT).write(
        pa.RecordBatch.from_arrays(arrays, schema=BUCKET_COUNT)
    )


def _told(names: Sequence[str], steps: Sequence[int], buckets: Sequence[int]) -> list[tuple[str, str, int]]:
    """(model, score, bucket) of each model."""
    scores = (f"{step / SCORE_STEPS:.4f}" for step in steps)
    return list(zip(names, scores, buckets, strict=True))


def _metadata(told: Sequence[tuple[str, str, int]]) -> dict[str, str]:
    return {f"quality_{name}": f"{score}, bucket {bucket}" for name, score, bucket in told}


def _verdicts(
    rows: pa.Array, told: Sequence[Sequence[tuple[str, str, int]]], best: Ints, buckets: int, least: int
) -> pa.RecordBatch:
    count = len(rows)
    detail = ["; ".join(f"{name} {score}, bucket {bucket}" for name, score, bucket in row) for row in told]
    arrays = [
        rows, pa.array(["drop"] * count, pa.string()), pa.array(["quality_max_rank"] * count, pa.string()),
        pa.array(np.zeros(count, np.int32)), pa.array(best / buckets), pa.array(np.full(count, least / buckets)),
        pa.nulls(count, records.ID), pa.array(detail, pa.string()),
    ]  # fmt: skip
    return pa.RecordBatch.from_arrays(arrays, schema=records.VERDICT)


def figures(
    ctx: TaskContext, parts: Sequence[int], policy: Mapping[str, Any], models: Mapping[str, str]
) -> dict[str, Any]:
    """What policies.json says of one source: documents by bucket, and how far the models agree on those that stay."""
    counts = np.zeros((policy["buckets"], 1 << len(models)), np.int64)
    for part in parts:
        for batch in ctx.batches("quality", "buckets/", part):
            bucket, called, documents = (batch.column(name).to_numpy() for name in BUCKET_COUNT.names)
            counts[bucket, called] += documents
    by_calls = counts.sum(axis=0)
    calls = np.arange(len(by_calls))
    by_bucket = counts.sum(axis=1)
    kept = np.where(np.arange(len(by_bucket)) >= policy["parameter"], by_bucket, 0)
    return {
        "model": ", ".join(models.values()),
        "documents": int(by_bucket.sum()),
        "kept": int(kept.sum()),
        "scores": _by_hundredth(by_bucket),
        "kept_scores": _by_hundredth(kept),
        "buckets": {
            "least": policy["parameter"],
            "documents": by_bucket.tolist(),
            "kept_by_all": int(by_calls[-1]),
            "models": [
                {
                    "name": name,
                    "model": model,
                    "kept": int(by_calls[calls >> place & 1 == 1].sum()),
                    "kept_alone": int(by_calls[1 << place]),
                }
                for place, (name, model) in enumerate(models.items())
            ],
        },
    }


def _by_hundredth(by_bucket: npt.NDArray[np.int64]) -> list[int]:
    """Documents by bucket / buckets in 100 bins of equal width."""
    places = np.arange(len(by_bucket)) * 100 // len(by_bucket)
    return [int(count) for count in np.bincount(places, by_bucket, 100)]
