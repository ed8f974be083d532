"""The `winnow` command: each verb calls one public function of the same name and prints what it returns."""

import pipeline.few_collections  # isort: skip
import pipeline.few_imports  # isort: skip
import pipeline.one_thread  # isort: skip

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click
from rich.console import Console

import pipeline
from pipeline.errors import WinnowError
from pipeline.recipe import Recipe, RecipeError, notes

_errors = Console(stderr=True, highlight=False, soft_wrap=True)
_console = Console(highlight=False, soft_wrap=True)

_recipe = click.argument("recipe", metavar="RECIPE")
_out = click.argument("out", metavar="OUT")
_input = click.option(
    "--input", "inputs", metavar="SOURCE=GLOB", multiple=True, help="Read a source from here; may be repeated."
)
_set = click.option(
    "--set", "overrides", metavar="KEY=VALUE", multiple=True, help="Change a key, such as mixture.budget_tokens=1e6."
)
_sample = click.option(
    "--sample", type=click.FloatRange(0, 1, min_open=True), default=1.0, help="Use only this share of the input."
)
_workers = click.option("--workers", type=click.IntRange(min=1), help="Worker processes (default: one a core).")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(pipeline.__version__, prog_name="winnow", message="%(prog)s %(version)s")
def app() -> None:
    """Raw crawls and corpora in, training-ready token shards out: one recipe, one command, one report.

    RECIPE is a file, or the name of a bundled recipe (see `winnow recipes`). OUT is a folder or a URL.
    """


@app.command()
@_recipe
@click.option("--out", required=True, help="The output folder or URL.")
@_input
@_set
@_sample
@_workers
@click.option("--driver", type=click.Choice(["local", "beam"]), default="local", help="Engine to run on.")
@click.option("--replace", is_flag=True, help="Replace another recipe's output in OUT.")
@click.argument("beam_options", nargs=-1, type=click.UNPROCESSED, metavar="[-- BEAM OPTIONS]")
def run(
    recipe: str,
    out: str,
    inputs: tuple[str, ...],
    overrides: tuple[str, ...],
    sample: float,
    workers: int | None,
    driver: str,
    replace: bool,
    beam_options: tuple[str, ...],
) -> None:
    """Run a recipe, or finish a run that was stopped. Options after `--` go to Apache Beam."""
    from pipeline import run as running
    from pipeline.progress import ProgressDisplay

    if beam_options and driver != "beam":
        raise click.UsageError(f"{' '.join(beam_options)}: options after `--` are for --driver beam")
    loaded = _load(recipe, inputs, overrides)
    for note in notes(loaded):
        _console.print(note, markup=False)
    with ProgressDisplay(_errors) as display:
        result = running.run(
            loaded,
            out,
            workers=workers,
            driver=driver,
            beam_options=beam_options,
            sample=sample,
            replace=replace,
            progress=display,
        )
    _summary(result)
    sys.exit(result.exit_code)


@app.command()
@click.argument("folder", default="quickstart")
@click.option("--pages", type=click.IntRange(min=50), default=3000, help="Pages to generate.")
@_workers
def quickstart(folder: str, pages: int, workers: int | None) -> None:
    """Generate a small crawl in FOLDER and run the quickstart recipe on it; needs no network."""
    from pipeline import run as running
    from pipeline.progress import ProgressDisplay
    from pipeline.quickstart import generate, settings
    from pipeline.quickstart import inputs as generated

    crawl, out = Path(folder) / "input", str(Path(folder) / "out")
    if not (crawl / "truth.jsonl").exists():
        _console.print(f"writing a crawl of about {pages:,} pages to {crawl}")
        generate(crawl, pages=pages)
    mapped = [f"{source}={pattern}" for source, patterns in generated(crawl).items() for pattern in patterns]
    with ProgressDisplay(_errors) as display:
        result = running.run(_load("quickstart", mapped, settings(crawl)), out, workers=workers, progress=display)
    _summary(result)
    _console.print(
        f"Try: winnow explain {out} URL-OR-ID, winnow verify {out}, and open {out}/report.html. "
        f"What was planted in the crawl stands in {crawl}/truth.jsonl."
    )
    sys.exit(result.exit_code)


@app.command()
@_recipe
@click.option("--out", default="winnow-out", help="An output folder; with its token counts the plan is exact.")
@_input
@_set
@_sample
def plan(recipe: str, out: str, inputs: tuple[str, ...], overrides: tuple[str, ...], sample: float) -> None:
    """Show what a run would do: stages, inputs, mixture, bytes exchanged, memory and disk. Runs nothing."""
    from pipeline import run as running
    from pipeline.show_plan import show, show_recipe

    loaded = _load(recipe, inputs, overrides)
    show_recipe(loaded, _console)
    show(running.make_plan(loaded, out, sample=sample), _console)


@app.command()
@_out
@click.option("--against", multiple=True, metavar="PATH", help="Where a run of dedup.against lies, if it has moved.")
def verify(out: str, against: tuple[str, ...]) -> None:
    """Check an output: digests, conservation, one outcome for each record, witnesses, shards."""
    from pipeline.verify import verify as check

    problems = check(out, _console.print, against=against)
    for problem in problems:
        _errors.print(f"  {problem}", markup=False)
    if problems:
        raise WinnowError(f"{out} does not hold: {len(problems)} problem(s)")


@app.command()
@_out
def report(out: str) -> None:
    """Write report.html and report.json of an output again."""
    from pipeline.report import write_report

    _console.print(write_report(out))


@app.command()
@_out
@click.argument("key", metavar="ID|NATIVE_ID|URL")
def explain(out: str, key: str) -> None:
    """Show a document's whole life: what decided on it, and where it is now."""
    from pipeline.report.explain import explain as explained

    _console.print(explained(out, key), markup=False)


@app.command()
@_out
@click.option("--stage", help="Show what this stage dropped.")
@click.option("--source", help="Of this source only.")
@click.option("--reason", help="For this reason only.")
@click.option("-n", "count", type=click.IntRange(min=1), default=5, help="How many rows.")
def inspect(out: str, stage: str | None, source: str | None, reason: str | None, count: int) -> None:
    """Look at rows: kept documents, or the samples of what a stage dropped."""
    from pipeline.report.inspect import inspect as inspected

    _console.print(inspected(out, stage=stage, source=source, reason=reason, count=count), markup=False)


@app.command()
def recipes() -> None:
    """List the bundled recipes."""
    from pipeline.recipe import list_recipes

    for name, title in list_recipes().items():
        _console.print(f"{name:<16} {title}", markup=False)


@app.command()
@click.argument("path", default="recipe.yaml")
def init(path: str) -> None:
    """Write a commented starter recipe to PATH."""
    from pipeline.recipe import init_recipe

    if Path(path).exists():
        raise WinnowError(f"{path} exists: give another name")
    Path(path).write_text(init_recipe(), encoding="utf-8")
    _console.print(f"wrote {path}; try: winnow plan {path}")


@app.command()
@_out
@click.option("--all", "everything", is_flag=True, help="Remove all of work/, also what the output was made from.")
def clean(out: str, everything: bool) -> None:
    """Remove work folders that the published output does not refer to."""
    from pipeline.clean import clean as cleaned
    from pipeline.estimate import readable

    removed, size = cleaned(out, everything=everything)
    _console.print(f"removed {removed} folder(s), {readable(size)}")


@app.group()
def train() -> None:
    """Train a model on its own, as a run would for itself."""


@train.command("quality")
@_recipe
@click.option("--out", required=True, help="The folder for model.bin and card.json.")
@click.option("--model", help="The source whose model is meant, where the recipe trains several.")
@_input
@_set
@_sample
@_workers
def train_quality(
    recipe: str,
    out: str,
    model: str | None,
    inputs: tuple[str, ...],
    overrides: tuple[str, ...],
    sample: float,
    workers: int | None,
) -> None:
    """Train a recipe's quality classifier; name it in a recipe as quality.model."""
    from pipeline import train as training
    from pipeline.progress import ProgressDisplay

    loaded = _load(recipe, inputs, overrides)
    with ProgressDisplay(_errors) as display:
        trained = training.quality(loaded, out, model=model, workers=workers, sample=sample, progress=display)
    card = trained.card
    auc = "unknown" if card["auc"] is None else f"{card['auc']:.4f}"
    held_out = card["split"]["held_out"]
    _console.print(
        f"{trained.path}: AUC {auc} on {held_out['positive']:,} positive and {held_out['negative']:,} negative "
        f"held-out documents; digest {card['digest']}"
    )


@train.command("extractor")
@click.argument("sets", metavar="SET...", nargs=-1, required=True)
@click.option("--out", required=True, help="The folder for learned.model and its card.")
@click.option("--seed", type=click.IntRange(min=0), default=0, help="Another model of the same data.")
@click.option("--folds", type=click.IntRange(min=2), default=5, help="Parts of the hosts, each judged by the others.")
@click.option("--threads", type=click.IntRange(min=1), default=1, help="Of LightGBM; they do not change the model.")
@click.option("--refit", is_flag=True, help="Train again on the held-out hosts as well, once they have judged.")
@click.option("--unseen", metavar="SET", multiple=True, help="A set to judge by: its hosts take no part in training.")
def train_extractor(
    sets: tuple[str, ...], out: str, seed: int, folds: int, threads: int, refit: bool, unseen: tuple[str, ...]
) -> None:
    """Train the learned extractor on pages with gold text.

    A SET is FOLDER/NAME, two files: NAME.warc.gz holds the pages, NAME.gold.jsonl.gz a row of gold for each.
    """
    from pipeline import train as training

    trained = training.extractor(
        sets,
        out,
        seed=seed,
        folds=folds,
        threads=threads,
        refit=refit,
        unseen=unseen,
        say=lambda line: _errors.print(line, markup=False),
    )
    judged = trained.card["figures"]
    for side, title in (("out_of_fold", "training hosts, out of fold"), ("held_out", "held-out hosts")):
        for name, one in judged[side]["by_set"].items():
            _console.print(f"{title}, {name}: F1 {one['f1']:.4f} on {one['pages']:,} pages", markup=False)
    _console.print(f"{trained.path}: {trained.card['bytes']:,} bytes; digest {trained.card['digest']}", markup=False)


@train.command("code")
@click.argument("sets", metavar="FILE...", nargs=-1, required=True)
@click.option("--out", required=True, help="The folder for code.model and its card.")
@click.option("--also", metavar="FILE", multiple=True, help="Labelled files that are trained on as a whole.")
@click.option("--prose", metavar="FILE", multiple=True, help="Texts that are no code.")
def train_code(sets: tuple[str, ...], out: str, also: tuple[str, ...], prose: tuple[str, ...]) -> None:
    """Train the classifier that tells programming languages by content.

    A FILE has JSON lines with lang and text. Half of its texts, by a hash, are held out.
    """
    from pipeline import train as training

    trained = training.code(sets, out, also=also, prose=prose, say=lambda line: _errors.print(line, markup=False))
    found = trained.card["cross_validated"]
    _console.print(
        f"{trained.path}: {found['accuracy']:.4f} of {found['texts']:,} files right, "
        f"{found['prose_called_code']:.4f} of {found['prose_texts']:,} texts of prose called code (cross-validated); "
        f"{trained.card['bytes']:,} bytes; digest {trained.card['digest']}",
        markup=False,
    )


@train.command("language")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option("--out", required=True, help="The folder for neighbours.model and its card.")
@click.option("--sources", metavar="FILE", help="JSON: url, version, licence and weight of each source, for the card.")
@click.option("--seed", type=click.IntRange(min=0), default=1, help="Another model of the same texts.")
@click.option("--refit", is_flag=True, help="Train again on the held-out texts as well, once they have judged.")
def train_language(files: tuple[str, ...], out: str, sources: str | None, seed: int, refit: bool) -> None:
    """Train the model that is asked where lid.176 is in doubt.

    A FILE has JSON lines with lang, source and text. A tenth of its texts, by a hash, is held out.
    """
    from pipeline import train as training

    trained = training.language(
        files, out, sources=sources, seed=seed, refit=refit, say=lambda line: _errors.print(line, markup=False)
    )
    card = trained.card
    _console.print(
        f"{trained.path}: {len(card['labels'])} languages; by itself right of held-out texts "
        f"{card['held_out']['texts']['accuracy']}, of documents {card['held_out']['documents']['accuracy']}; "
        f"{card['bytes']:,} bytes; digest {card['digest']}",
        markup=False,
    )


def _load(recipe: str, inputs: Iterable[str], overrides: Iterable[str]) -> Recipe:
    from pipeline.recipe import load

    mapped: dict[str, list[str]] = {}
    for item in inputs:
        source, equals, pattern = item.partition("=")
        if not (source and equals and pattern):
            raise click.UsageError(f"--input {item}: expected SOURCE=GLOB")
        mapped.setdefault(source, []).append(pattern)
    return load(recipe, inputs=mapped, overrides=list(overrides))


def _summary(result: Any) -> None:
    from pipeline.report.files import Output
    from pipeline.report.quality import policy_lines, read_policies

    manifest = result.manifest
    for policy in policy_lines(read_policies(Output(str(result.out), manifest))):
        _console.print(f"  {policy}", markup=False)
    records = sum(entry["records"] for entry in manifest["inputs"])
    documents = sum(manifest["documents"].values())
    line = f"{records:,} records -> {documents:,} documents"
    if manifest["mixture"]:
        line += f" -> {manifest['mixture']['target_tokens']:,} training tokens"
        for note in manifest["mixture"]["notes"]:
            _console.print(f"  {note}")
    _console.print(f"{line} in {result.seconds:.1f} s; report: {result.out}/report.html")
    for guard in result.guards:
        _errors.print(f"[bold]look at this:[/bold] {guard}")


def main(arguments: list[str] | None = None) -> None:
    """Entry point: exit codes 0 done, 1 failed, 2 wrong usage, 3 finished but a guard tripped."""
    try:
        app(args=arguments, standalone_mode=False)
    except (RecipeError, WinnowError) as error:
        _errors.print(f"winnow: {error}", markup=False)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        _errors.print("winnow: stopped; finished work is kept: run the same command again to go on")
        sys.exit(130)


if __name__ == "__main__":
    main()
