"""quality_scores, quality_cut, quality, quality_report: scores of documents, and who stays by them.

quality_scores  task t: scores/00000.arrow, a row a document that is left of a part whose source has `quality`, and
                histogram/00000.arrow, documents by score step
quality_cut     cuts.json: for each source its histogram's total, the share expected to stay, the cut of `top`
quality         task t: verdicts/00000.arrow, and kept/00000.arrow, documents that stay by score step
quality_report  public/quality/policies.json
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
    model = _model(ctx, ctx.params["models"][source])
    out = ctx.arrow(f"scores/{ctx.task:05d}.arrow", SCORE)
    total = np.zeros(SCORE_STEPS + 1, np.int64)
    for rows, batch in survivors(ctx, columns=("id", "text")):
        steps = model.score(batch.column("text"))
        drawn = policies.draws(batch.column("id").to_pylist(), ctx.params["seed"])
        arrays = [pa.array(rows), pa.array(_scores(steps).astype(np.float32)), pa.array(steps), pa.array(drawn)]
        out.write(pa.RecordBatch.from_arrays(arrays, schema=SCORE))
        total += histogram(steps)
    _write_counts(ctx, f"histogram/{ctx.task:05d}.arrow", total)


def _model(ctx: TaskContext, name: str) -> quality.Model:
    if name in ctx.places["models"]:
        return _load(ctx.places["models"][name], ctx.params["digests"][name])
    stage, file = f"quality_train.{name}", MODEL_FILE.format(model=name)
    (digest,) = (output.digest for output in ctx.manifest(stage, 0).outputs if output.name == file)
    return _load(ctx.graph.work(stage, file), digest)


@functools.lru_cache(maxsize=4)
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
        policy = policy_of(raw)
        parts = [part for part, (owner, _) in enumerate(ctx.params["tasks"]) if owner == source]
        total = sum((_counts(ctx, "quality_scores", "histogram/", part) for part in parts), start=_no_counts())
        top = _top_cut(ctx, policy, total, parts) if policy.name == "top" else None
        found[source] = {}
        if policy.name == "match":
            alpha, distance = policies.match_alpha(total, _positives(ctx, ctx.params["models"][source]))
            found[source] = {"alpha": alpha, "distance": distance}
            policy = Policy("match", alpha)
        found[source] |= {
            "expected": policies.expected_keep(policy, total),
            "top": None if top is None else [top.step, top.draw],
        }
    ctx.file("cuts.json").write(json.dumps(found, indent=1).encode())


def _positives(ctx: TaskContext, model: str) -> list[int]:
    """Held-out positive documents of a classifier by hundredth of the score."""
    card = ctx.json(f"quality_train.{model}", CARD_FILE.format(model=model))
    return [sum(bins) for bins in zip(*(card["scores"][name] for name in card["data"]["positive"]), strict=True)]


def _top_cut(ctx: TaskContext, policy: Policy, total: Counts, parts: list[int]) -> TopCut:
    step, ties = policies.top_step(total, policies.top_count(policy, int(total.sum())))
    if ties in (0, int(total[step])):
        return TopCut(step, float(ties > 0))  # none of that step, or all of them: draws lie in [0, 1)

    def drawn() -> Iterator[npt.NDArray[np.float64]]:
        for part in parts:
            for batch in ctx.batches("quality_scores", "scores/", part, columns=("steps", "draw")):
                yield batch.column("draw").to_numpy()[batch.column("steps").to_numpy() == step]

    return TopCut(step, policies.nth_draw(drawn, ties))


def run(ctx: TaskContext) -> None:
    """Verdicts on one part. The threshold of a verdict is the lowest score that would have stayed: the same for all
    with `threshold` and `top`, drawn for each document with `pareto` and `proportional`.
    """
    source, _ = ctx.params["tasks"][ctx.task]
    if source not in ctx.params["policies"]:
        return
    found = ctx.json("quality_cut", "cuts.json")[source]
    policy = policy_of({**ctx.params["policies"][source], **_alpha(found)})
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
        scored, kept = _no_counts(), _no_counts()
        for part, (owner, _) in enumerate(ctx.params["tasks"]):
            if owner == source:
                scored += _counts(ctx, "quality_scores", "histogram/", part)
                kept += _counts(ctx, "quality", "kept/", part)
        documents, stayed = int(scored.sum()), int(kept.sum())
        more = {"distance": cuts[source]["distance"]} if raw["name"] == "match" else {}
        rows.append(_row(source, {**raw, **_alpha(cuts[source])}, documents, stayed) | more | {
            "model": ctx.params["models"][source],
            "expected": cuts[source]["expected"],
            "scores": policies.by_hundredth(scored),
            "kept_scores": policies.by_hundredth(kept),
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
