"""Publication: committed work files become the public tree of OUT, the manifest last.

Nothing public exists while a run works. Publication removes the old manifest first, so a tree without `manifest.json`
is one that was being written; running the same command again finishes it.
"""

import contextlib
import fcntl
import importlib.metadata
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from multiprocessing import util
from typing import Any

import pipeline
from pipeline import ledger
from pipeline.engine import commit, storage
from pipeline.engine.task import PUBLIC
from pipeline.errors import OutputBusy, OutputMismatch
from pipeline.mixture.budget_file import BUDGET_FILE
from pipeline.plan import Plan
from pipeline.recipe import canonical, recipe_hash

MANIFEST = "manifest.json"
MANIFEST_FORMAT = 1
PUBLIC_FOLDERS = ("documents", "decisions", "samples", "quality", "dedup", "contamination", "pii", "shards")
PRESENTATION = ("run.json", "report.json", "report.html")
LIBRARIES = (
    "fasttext-community", "fastwarc", "numba", "numpy", "pyarrow", "resiliparse", "tiktoken", "tokenizers",
    "trafilatura", "warcio", "xxhash",
)  # fmt: skip


@contextlib.contextmanager
def exclusive(out: str) -> Iterator[None]:
    """Hold OUT for one run. Raises OutputBusy when another holds it. Object stores have no locks: nothing is held."""
    if not storage.is_local(out):
        yield
        return
    folder = storage.join(out, "work")
    os.makedirs(folder, exist_ok=True)
    with open(storage.join(folder, "lock"), "a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise OutputBusy(
                f"another run ({file.read().strip() or 'unknown process'}) is writing to {out}: wait for it, stop it, "
                "or give another --out"
            ) from None
        file.seek(0)
        file.truncate()
        file.write(f"process {os.getpid()}")
        file.flush()
        util.register_after_fork(file, type(file).close)  # a worker that outlives this process a moment holds nothing
        yield


def check_owner(out: str, plan: Plan, *, replace: bool) -> None:
    """Refuse an OUT that holds another recipe's output (without `replace`), or files that are not ours."""
    _sweep(out)
    if storage.exists(storage.join(out, MANIFEST)):
        manifest = read_manifest(out)
        if manifest["key"] != plan.key and not replace:
            raise OutputMismatch(
                f"{out} holds the output of recipe {manifest['recipe']['name']!r} over other inputs or settings. "
                "Give another --out, or --replace to put this run's output in its place (unchanged stages are reused)."
            )
        return
    strangers = set(storage.listing(out)) - {"work", *PUBLIC_FOLDERS, *PRESENTATION}
    if strangers:
        raise OutputMismatch(
            f"{out} is not empty and was not written by winnow ({', '.join(sorted(strangers)[:3])}): give another --out"
        )


def _sweep(out: str) -> None:
    """Remove what a run that was killed while it wrote one of our own files left of it."""
    for name in storage.listing(out):
        ours, mark, _ = name.partition(storage.TEMPORARY_MARK)
        if mark and ours in (MANIFEST, *PRESENTATION):
            storage.remove(storage.join(out, name))


def read_manifest(out: str) -> dict[str, Any]:
    """OUT's manifest; OutputMismatch with the next action where there is none or it cannot be read."""
    path = storage.join(out, MANIFEST)
    if not storage.exists(path):
        raise OutputMismatch(
            f"{out} has no {MANIFEST}: nothing is published there. If a run was stopped, run the same command again."
        )
    try:
        manifest = json.loads(storage.read_bytes(path))
    except ValueError as error:
        raise OutputMismatch(f"{path} is damaged ({error}): run the same command again") from error
    if manifest.get("format") != MANIFEST_FORMAT:
        raise OutputMismatch(f"{path} has format {manifest.get('format')!r}, this version reads {MANIFEST_FORMAT}")
    return manifest  # type: ignore[no-any-return]


def public_outputs(plan: Plan) -> Iterator[tuple[str, commit.Output, str]]:
    """(public name, output, work path) of every committed public file of the graph."""
    for stage in plan.graph.stages:
        for task in range(stage.tasks):
            for output in commit.read_manifest(plan.graph, stage, task).outputs:
                if output.name.startswith(PUBLIC):
                    yield output.name.removeprefix(PUBLIC), output, plan.graph.work(stage, output.name)


def publish(plan: Plan) -> dict[str, Any]:
    """Make the run's output visible and return its manifest. Raises ConservationError before anything is published."""
    out = plan.graph.out
    files = sorted(public_outputs(plan), key=lambda item: item[0])
    manifest = make_manifest(plan, files)
    data = json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False).encode() + b"\n"
    path = storage.join(out, MANIFEST)
    if storage.exists(path) and storage.read_bytes(path) == data and _all_there(out, files):
        return manifest
    storage.remove(path)
    for name in (*PRESENTATION, *PUBLIC_FOLDERS):
        storage.remove(storage.join(out, name))
    for name, _, work in files:
        storage.publish(work, storage.join(out, name))
    storage.write_bytes(path, data)
    return manifest


def _all_there(out: str, files: list[tuple[str, commit.Output, str]]) -> bool:
    paths = [(storage.join(out, name), output.bytes) for name, output, _ in files]
    return all(storage.exists(path) and storage.size(path) == size for path, size in paths)


def make_manifest(plan: Plan, files: list[tuple[str, commit.Output, str]]) -> dict[str, Any]:
    """What OUT/manifest.json holds. Depends on the recipe, the inputs and the written files, on nothing else."""
    graph = plan.graph
    tables = [
        graph.work(stage, output.name)
        for stage in graph.stages
        if stage.name.startswith("extract.")
        for task in range(stage.tasks)
        for output in commit.read_manifest(graph, stage, task).outputs
        if output.name.startswith("inputs/")
    ]
    counted = ledger.count_inputs(tables)
    records = {(row["source"], row["path"]): row["records"] for row in counted.to_pylist()}
    by_source = dict.fromkeys(plan.recipe.sources, 0) | ledger.records_by_source(counted)
    tallies, documents = ledger.count_public((name, work) for name, _, work in files)
    balances = ledger.balance(plan.ledger, by_source, tallies, documents)
    return {
        "format": MANIFEST_FORMAT,
        "key": plan.key,
        "recipe": json.loads(canonical(plan.recipe)),
        "recipe_hash": recipe_hash(plan.recipe),
        "seed": plan.recipe.seed,
        "versions": {"winnow": pipeline.__version__, **{name: importlib.metadata.version(name) for name in LIBRARIES}},
        "inputs": [
            {
                "source": name,
                "path": file.relpath,
                "bytes": file.size,
                "etag": file.etag,
                "records": records[(name, file.relpath)],
            }
            for name in sorted(plan.inputs)
            for file in plan.inputs[name]
        ],
        "ledger": {name: list(stages) for name, stages in plan.ledger.items()},
        "stages": [asdict(entry) for entry in balances],
        "documents": documents,
        "mixture": _mixture(plan),
        "work": [stage.folder for stage in plan.graph.stages],
        "files": [
            {"path": name, "rows": output.rows, "bytes": output.bytes, "digest": output.digest}
            for name, output, _ in files
        ],
    }


def _mixture(plan: Plan) -> Mapping[str, Any] | None:
    """The budget as it was planned from the token counts; what was realised stands in shards/index.json."""
    if "budget" not in plan.graph:
        return None
    return json.loads(storage.read_bytes(plan.graph.work("budget", BUDGET_FILE)))  # type: ignore[no-any-return]
