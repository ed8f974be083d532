"""`winnow run`: list inputs, build the graph, drive it, publish, report."""

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline import duplicate_losses, publish
from pipeline import plan as planning
from pipeline.engine import commit, local, storage
from pipeline.engine.graph import Graph, Stage
from pipeline.errors import WinnowError
from pipeline.plan import Plan
from pipeline.recipe import Recipe, check_files, unsupported
from pipeline.sources import InputFile
from pipeline.sources.listing import SAMPLED_FILES, count_inputs, list_inputs

# A source that loses more than this to one deduplication, or ends with less than this, is worth stopping for.
WIPED_OUT_SHARE = 0.01
WIPED_OUT_MIN_ROWS = 100

Progress = Callable[[Stage, float, int], None]


@dataclass(frozen=True)
class RunResult:
    """What a run left behind. `guards` are warnings that make the exit code 3."""

    out: str
    manifest: Mapping[str, Any]
    guards: tuple[str, ...]
    seconds: float
    stage_seconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        return 3 if self.guards else 0


def gather(recipe: Recipe, *, sample: float = 1.0) -> tuple[dict[str, list[InputFile]], dict[str, float]]:
    """The input files of each source, and the share of their records to use.

    A sample takes whole files of a source that has many, and records (by hash of their id) of one that has few.
    """
    inputs = {}
    records = {}
    for name, source in recipe.sources.items():
        inputs[name] = list_inputs(name, source.paths, None, sample=sample, seed=recipe.seed)
        sampled = sample < 1 and count_inputs(name, source.paths, None) < SAMPLED_FILES
        records[name] = sample if sampled else 1.0
    return inputs, records


def make_plan(recipe: Recipe, out: str, *, sample: float = 1.0) -> Plan:
    """List the inputs and build the graph; raises WinnowError for parts of the recipe that this version cannot run."""
    if missing := unsupported(recipe):
        raise WinnowError("this version cannot run parts of the recipe:\n" + "\n".join(f"  {line}" for line in missing))
    check_files(recipe)
    inputs, records = gather(recipe, sample=sample)
    return planning.build(recipe, inputs, normal_out(out), sample=records)


def normal_out(out: str | Path) -> str:
    """OUT as an absolute path, or as the URL it is."""
    return str(out) if "://" in str(out) else os.path.abspath(out)


def run(
    recipe: Recipe,
    out: str | Path,
    *,
    workers: int | None = None,
    driver: str = "local",
    beam_options: Sequence[str] = (),
    sample: float = 1.0,
    replace: bool = False,
    progress: Progress | None = None,
) -> RunResult:
    """Run a recipe into OUT, or finish a run that was stopped. Raises WinnowError with the next action.

    The bytes published depend on the recipe and the inputs alone, whatever the driver and the number of workers.
    """
    started = time.monotonic()
    plan = make_plan(recipe, str(out), sample=sample)
    timer = _StageTimer(progress)
    with publish.exclusive(plan.graph.out):
        publish.check_owner(plan.graph.out, plan, replace=replace)
        if recipe.dedup is not None and recipe.dedup.max_loss is not None:
            _drive(duplicate_losses.until_decided(plan.graph), workers, driver, beam_options, timer)
            duplicate_losses.check(plan.graph, recipe.dedup.max_loss)
        _drive(plan.graph, workers, driver, beam_options, timer)
        manifest = publish.publish(plan)
        guards = tuple(find_guards(manifest))
        seconds = time.monotonic() - started
        result = RunResult(plan.graph.out, manifest, guards, seconds, timer.seconds)
        _write_presentation(result, recipe, workers, driver)
    return result


def _drive(graph: Graph, workers: int | None, driver: str, beam_options: Sequence[str], timer: "_StageTimer") -> None:
    """Run what is not done yet of a graph."""
    if all(len(commit.committed(graph, stage)) == stage.tasks for stage in graph.stages):
        return
    if driver == "local":
        drive_locally(graph, workers or os.cpu_count() or 1, timer)
    elif driver == "beam":
        from pipeline.engine import beam

        beam.run(graph, beam_options)
    else:
        raise WinnowError(f"unknown driver {driver!r}: local or beam")


def drive_locally(graph: Graph, workers: int, progress: Progress | None) -> None:
    """Run a graph on this machine, its kernels compiled before workers start."""
    from pipeline.warm_up import preload, warm_up

    model = next(str(stage.places["language_model"]) for stage in graph.stages if "language_model" in stage.places)
    warm_up(model)
    preload(graph.stages, model)
    local.run(graph, workers=workers, progress=progress, meanwhile=_import_presentation)


def _import_presentation() -> None:
    """What `write_report` would import at the end, when nobody works beside it."""
    import pyarrow.dataset  # noqa: F401

    import pipeline.report  # noqa: F401


def find_guards(manifest: Mapping[str, Any]) -> Iterator[str]:
    """Sentences about output that is probably not what was wanted."""
    for source, stages in _by_source(manifest["stages"]).items():
        read = next(row["rows_out"] for row in stages if row["stage"] == "read")
        left = manifest["documents"].get(source, 0)
        if not left:
            yield f"source {source!r} has no documents left ({read:,} document candidates were read)"
        for row in stages:
            wiped = row["rows_in"] >= WIPED_OUT_MIN_ROWS and row["rows_out"] <= WIPED_OUT_SHARE * row["rows_in"]
            if row["stage"] not in ("read", "extract", "url") and wiped and left:
                yield (
                    f"stage {row['stage']!r} left {row['rows_out']:,} of {row['rows_in']:,} documents "
                    f"of source {source!r}"
                )
    mixture = manifest["mixture"]
    if mixture and mixture["short"]:
        yield f"fewer tokens than asked: {mixture['target_tokens']:,} of {mixture['budget_tokens']:,}"


def _by_source(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["source"], []).append(row)
    return found


def _write_presentation(result: RunResult, recipe: Recipe, workers: int | None, driver: str) -> None:
    """run.json and the report: not part of the byte contract."""
    from pipeline.report import write_report

    facts: dict[str, Any] = {
        "seconds": round(result.seconds, 3),
        "driver": driver,
        "workers": workers,
        "stages": {name: round(seconds, 3) for name, seconds in result.stage_seconds.items()},
        "guards": list(result.guards),
    }
    if recipe.dedup and recipe.dedup.against:
        facts["against"] = list(recipe.dedup.against)  # where `winnow verify` finds their documents
    storage.write_bytes(storage.join(result.out, "run.json"), json.dumps(facts, indent=1).encode() + b"\n")
    write_report(result.out)


class _StageTimer:
    """Passes progress on, and notes how long each stage had tasks running."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._first: dict[str, float] = {}
        self.seconds: dict[str, float] = {}

    def __call__(self, stage: Stage, share: float, done: int) -> None:
        now = time.monotonic()
        first = self._first.setdefault(stage.name, now)
        if share < 1 or stage.name not in self.seconds:
            self.seconds[stage.name] = now - first
        if self._progress:
            self._progress(stage, share, done)
