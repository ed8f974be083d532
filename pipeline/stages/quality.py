"""quality_scores, quality_cut, quality, quality_report: scores of documents, and who stays by them.

quality_scores  task t: scores/00000.arrow, a row a document that is left of a part whose source has `quality`, and
                histogram.0/00000.arrow, documents by score step
quality_cut     cuts.json: for each source the share expected to stay, and the cut of `top` or what `match` chose
quality         task t: verdicts/00000.arrow, and kept/00000.arrow, documents that stay by score step
quality_report  public/quality/policies.json

What differs for a source with several models is in `quality_ranks`.
"""

import functools
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from classifiers import policies, quality
from classifiers.evaluate import histogram
from classifiers.policies import Counts, Policy, TopCut, policy_of
from classifiers.quality import SCORE_STEPS
from pipeline import records
from pipeline.engine.task import PUBLIC, TaskContext
from pipeline.errors import WinnowError
from pipeline.recipe.quality import MAX_MODELS
from pipeline.stages import quality_ranks
from pipeline.stages.quality_model import CARD_FILE, MODEL_FILE
from pipeline.stages.survivors import survivors

POLICIES_FILE = f"{PUBLIC}quality/policies.json"

SCORE = pa.schema([*records.SCORE, pa.field("steps", pa.int32()), pa.field("draw", pa.float64())])
STEP_COUNT = pa.schema([pa.field("step", pa.int32()), pa.field("documents", pa.int64())])


def scores(ctx: TaskContext) -> None:
    """Score what is left of one part, where its source has a model."""
    source, _ = ctx.params["tasks"][ctx.task]
    if source not in ctx.params["models"]:
        return
    models = [_model(ctx, name) for name in ctx.params["models"][source].values()]
    if len(models) > 1:
        for place, counts in enumerate(quality_ranks.write_scores(ctx, models)):
            _write_counts(ctx, f"histogram.{place}/{ctx.task:05d}.arrow", counts)
        return
    (model,) = models
    out = ctx.arrow(f"scores/{ctx.task:05d}.arrow", SCORE)
    total = np.zeros(SCORE_STEPS + 1, np.int64)
    for rows, batch in survivors(ctx, columns=("id", "text")):
        steps = model.score(batch.column("text"))
        drawn = policies.draws(batch.column("id").to_pylist(), ctx.params["seed"])
        arrays = [pa.array(rows), pa.array(_scores(steps).astype(np.float32)), pa.array(steps), pa.array(drawn)]
        out.write(pa.RecordBatch.from_arrays(arrays, schema=SCORE))
        total += histogram(steps)
    _write_counts(ctx, f"histogram.0/{ctx.task:05d}.arrow", total)


def _model(ctx: TaskContext, name: str) -> quality.Model:
    if name in ctx.places["models"]:
        return _load(ctx.places["models"][name], ctx.params["digests"][name])
    stage, file = f"quality_train.{name}", MODEL_FILE.format(model=name)
    (digest,) = (output.digest for output in ctx.manifest(stage, 0).outputs if output.name == file)
    return _load(ctx.graph.work(stage, file), digest)


@functools.lru_cache(maxsize=MAX_MODELS)
def _load(path: str, digest: str) -> quality.Model:
    """A model, read once a worker."""
    model = quality.load(path)
    if model.digest != digest:
        raise WinnowError(f"{path} changed after the run was planned: run again")
    return model


def _scores(steps: quality.Steps) -> npt.NDArray[np.float64]:
    return steps / SCORE_STEPS


def cut(ctx: TaskContext) -> None:
    """What a policy needs to know of all of a source's scores."""
    found: dict[str, dict[str, Any]] = {}
    for source, raw in sorted(ctx.params["policies"].items()):
        policy, parts, models = policy_of(raw), _parts(ctx, source), ctx.params["models"][source]
        totals = [
            sum((_counts(ctx, "quality_scores", f"histogram.{place}/", part) for part in parts), start=_no_counts())
            for place in range(len(models))
        ]
        if policy.name == "max_rank":
            found[source] = quality_ranks.cuts(ctx, parts, totals, raw)
            continue
        (total,) = totals
        top = _top_cut(ctx, policy, total, parts) if policy.name == "top" else None
        found[source] = {}
        if policy.name == "match":
            alpha, distance = policies.match_alpha(total, _positives(ctx, next(iter(models.values()))))
            found[source] = {"alpha": alpha, "distance": distance}
            policy = Policy("match", alpha)
        found[source] |= {
            "expected": policies.expected_keep(policy, total),
            "top": None if top is None else [top.step, top.draw],
        }
    ctx.file("cuts.json").write(json.dumps(found, indent=1).encode())


def _parts(ctx: TaskContext, source: str) -> list[int]:
    return [part for part, (owner, _) in enumerate(ctx.params["tasks"]) if owner == source]


def _positives(ctx: TaskContext, model: str) -> list[int]:
    """Held-out positive documents of a classifier by hundredth of the score."""
    card = ctx.json(f"quality_train.{model}", CARD_FILE.format(model=model))
    return [sum(bins) for bins in zip(*(card["scores"][name] for name in card["data"]["positive"]), strict=True)]


def _top_cut(ctx: TaskContext, policy: Policy, total: Counts, parts: list[int]) -> TopCut:
    def read() -> Iterator[tuple[quality.Steps, policies.Floats]]:
        for part in parts:
            for batch in ctx.batches("quality_scores", "scores/", part, columns=("steps", "draw")):
                yield batch.column("steps").to_numpy(), batch.column("draw").to_numpy()

    return policies.top_cuts(total, [policies.top_count(policy, int(total.sum()))], read)[0]


def run(ctx: TaskContext) -> None:
    """Verdicts on one part. The threshold of a verdict is the lowest score that would have stayed: the same for all
    with `threshold` and `top`, drawn for each document with `pareto` and `proportional`.
    """
    source, _ = ctx.params["tasks"][ctx.task]
    if source not in ctx.params["policies"]:
        return
    found, raw = ctx.json("quality_cut", "cuts.json")[source], ctx.params["policies"][source]
    if raw["name"] == "max_rank":
        quality_ranks.decide(ctx, raw, list(ctx.params["models"][source]), found)
        return
    policy = policy_of({**raw, **_alpha(found)})
    top = found["top"]
    limit = None if top is None else TopCut(*top)
    out = ctx.arrow(f"verdicts/{ctx.task:05d}.arrow", records.VERDICT)
    kept = np.zeros(SCORE_STEPS + 1, np.int64)
    for batch in ctx.batches("quality_scores", "scores/"):
        steps, drawn = batch.column("steps").to_numpy(), batch.column("draw").to_numpy()
        stays = policies.keep(policy, steps, drawn, limit)
        kept += histogram(steps[stays])
        out.write(_verdicts(batch.filter(pa.array(~stays)), policy, limit))
    _write_counts(ctx, f"kept/{ctx.task:05d}.arrow", kept)


def _verdicts(dropped: pa.RecordBatch, policy: Policy, limit: TopCut | None) -> pa.RecordBatch:
    steps, drawn = dropped.column("steps").to_numpy(), dropped.column("draw").to_numpy()
    needed = policies.needed_step(policy, drawn, limit)
    if policy.name == "top":
        detail = ["tied at the cut, decided by hash" if step == top else None for step, top in zip(steps, needed)]
    elif policy.name == "threshold":
        detail = [None] * len(steps)
    else:
        detail = [f"kept with probability {chance:.6f}" for chance in policies.keep_probability(policy)[steps]]
    count = len(steps)
    arrays = [
        dropped.column("row"), pa.array(["drop"] * count, pa.string()),
        pa.array([f"quality_{policy.name}"] * count, pa.string()), pa.array(np.zeros(count, np.int32)),
        pa.array(_scores(steps)), pa.array(_scores(needed)), pa.nulls(count, records.ID),
        pa.array(detail, pa.string()),
    ]  # fmt: skip
    return pa.RecordBatch.from_arrays(arrays, schema=records.VERDICT)


def report(ctx: TaskContext) -> None:
    """What each policy did to its source, counted from what was written."""
    cuts = ctx.json("quality_cut", "cuts.json")
    rows = []
    for source, raw in sorted(ctx.params["policies"].items()):
        models, parts = ctx.params["models"][source], _parts(ctx, source)
        if raw["name"] == "max_rank":
            told = quality_ranks.figures(ctx, parts, raw, models)
        else:
            scored, kept = (
                sum((_counts(ctx, stage, prefix, part) for part in parts), start=_no_counts())
                for stage, prefix in (("quality_scores", "histogram.0/"), ("quality", "kept/"))
            )
            told = {
                "model": next(iter(models.values())),
                "documents": int(scored.sum()),
                "kept": int(kept.sum()),
                "scores": policies.by_hundredth(scored),
                "kept_scores": policies.by_hundredth(kept),
            }
        more = {"distance": cuts[source]["distance"]} if raw["name"] == "match" else {}
        rows.append(_row(source, {**raw, **_alpha(cuts[source])}, told["documents"], told["kept"]) | more | {
            "model": told["model"],
            "expected": cuts[source]["expected"],
            "scores": told["scores"],
            "kept_scores": told["kept_scores"],
            **({"buckets": told["buckets"]} if "buckets" in told else {}),
        })  # fmt: skip
    ctx.file(POLICIES_FILE).write(json.dumps(rows, indent=1).encode() + b"\n")


def _alpha(found: dict[str, Any]) -> dict[str, float]:
    """The parameter that `match` found."""
    return {"parameter": found["alpha"]} if "alpha" in found else {}


def _row(source: str, policy: dict[str, Any], documents: int, kept: int) -> dict[str, Any]:
    return {
        "source": source,
        "policy": policy["name"],
        "parameter": policy["parameter"],
        "documents": documents,
        "kept": kept,
        "realised": kept / documents if documents else 0.0,
    }


def _no_counts() -> Counts:
    return np.zeros(SCORE_STEPS + 1, np.int64)


def _write_counts(ctx: TaskContext, name: str, counts: Counts) -> None:
    step = np.flatnonzero(counts)
    arrays = [pa.array(step.astype(np.int32)), pa.array(counts[step])]
    ctx.arrow(name, STEP_COUNT).write(pa.RecordBatch.from_arrays(arrays, schema=STEP_COUNT))


def _counts(ctx: TaskContext, stage: str, prefix: str, part: int) -> Counts:
    counts = _no_counts()
    for batch in ctx.batches(stage, prefix, part):
        counts[batch.column("step").to_numpy()] += batch.column("documents").to_numpy()
    return counts
