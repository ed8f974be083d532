"""The `winnow` command: each verb calls one public function of the same name and prints what it returns."""

import sys
from pathlib import Path
from typing import Annotated, Any

import click
import typer
from rich.console import Console

import pipeline
from pipeline.errors import WinnowError
from pipeline.recipe import Recipe, RecipeError, notes

app = typer.Typer(
    help="Raw crawls and corpora in, training-ready token shards out: one recipe, one command, one report.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
_errors = Console(stderr=True, highlight=False, soft_wrap=True)
_console = Console(highlight=False, soft_wrap=True)

RecipeArgument = Annotated[
    str, typer.Argument(help="A recipe file, or the name of a bundled recipe (see `winnow recipes`).")
]
OutOption = Annotated[str, typer.Option("--out", help="The output folder or URL.")]
OutArgument = Annotated[str, typer.Argument(help="An output folder of `winnow run`.")]
InputOption = Annotated[
    list[str] | None, typer.Option("--input", metavar="SOURCE=GLOB", help="Read a source from here; may be repeated.")
]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Change a key, such as mixture.budget_tokens=1e6."),
]
SampleOption = Annotated[float, typer.Option(min=0.0, max=1.0, help="Use only this share of the input.")]


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": False})
def run(
    context: typer.Context,
    recipe: RecipeArgument,
    out: OutOption,
    input: InputOption = None,
    set: SetOption = None,
    sample: SampleOption = 1.0,
    workers: Annotated[int | None, typer.Option(min=1, help="Worker processes (default: one a core).")] = None,
    driver: Annotated[
        str, typer.Option(click_type=click.Choice(["local", "beam"]), help="Engine to run on.")
    ] = "local",
    replace: Annotated[bool, typer.Option("--replace", help="Replace another recipe's output in OUT.")] = False,
) -> None:
    """Run a recipe, or finish a run that was stopped. Options after `--` go to Apache Beam."""
    from pipeline import run as running
    from pipeline.progress import ProgressDisplay

    if context.args and driver != "beam":
        raise click.UsageError(f"{' '.join(context.args)}: options after `--` are for --driver beam")
    loaded = _load(recipe, input, set)
    for note in notes(loaded):
        _console.print(note, markup=False)
    with ProgressDisplay(_errors) as display:
        result = running.run(
            loaded, out, workers=workers, driver=driver, beam_options=context.args, sample=sample, replace=replace,
            progress=display,
        )  # fmt: skip
    _summary(result)
    if result.exit_code:
        raise typer.Exit(result.exit_code)


@app.command()
def quickstart(
    folder: Annotated[str, typer.Argument(help="Where to write the crawl and the output.")] = "quickstart",
    pages: Annotated[int, typer.Option(min=50, help="Pages to generate.")] = 3000,
    workers: Annotated[int | None, typer.Option(min=1, help="Worker processes (default: one a core).")] = None,
) -> None:
    """Generate a small crawl and run the quickstart recipe on it; needs no network."""
    from pipeline import run as running
    from pipeline.progress import ProgressDisplay
    from pipeline.quickstart import generate
    from pipeline.quickstart import inputs as generated

    crawl = Path(folder) / "input"
    if not (crawl / "truth.jsonl").exists():
        _console.print(f"writing a crawl of about {pages:,} pages to {crawl}")
        generate(crawl, pages=pages)
    mapped = [f"{source}={pattern}" for source, patterns in generated(crawl).items() for pattern in patterns]
    out = str(Path(folder) / "out")
    with ProgressDisplay(_errors) as display:
        result = running.run(_load("quickstart", mapped, None), out, workers=workers, progress=display)
    _summary(result)
    _console.print(
        f"Try: winnow explain {out} URL-OR-ID, winnow verify {out}, and open {out}/report.html. "
        f"What was planted in the crawl stands in {crawl}/truth.jsonl."
    )
    if result.exit_code:
        raise typer.Exit(result.exit_code)


@app.command()
def plan(
    recipe: RecipeArgument,
    out: Annotated[
        str, typer.Option("--out", help="An output folder; with its counts the plan is exact.")
    ] = "winnow-out",
    input: InputOption = None,
    set: SetOption = None,
    sample: SampleOption = 1.0,
) -> None:
    """Show what a run would do: stages, inputs, mixture, bytes exchanged, memory and disk. Runs nothing."""
    from pipeline import run as running
    from pipeline.estimate import show

    show(running.make_plan(_load(recipe, input, set), out, sample=sample), _console)


@app.command()
def verify(out: OutArgument) -> None:
    """Check an output: digests, conservation, one outcome for each record, witnesses, shards."""
    from pipeline.verify import verify as check

    problems = check(out, _console.print)
    for problem in problems:
        _errors.print(f"  {problem}")
    if problems:
        raise WinnowError(f"{out} does not hold: {len(problems)} problem(s)")


@app.command()
def report(out: OutArgument) -> None:
    """Write report.html and report.json of an output again."""
    from pipeline.report import write_report

    _console.print(write_report(out))


@app.command()
def explain(out: OutArgument, key: Annotated[str, typer.Argument(metavar="ID|NATIVE_ID|URL")]) -> None:
    """Show a document's whole life: what decided on it, and where it is now."""
    from pipeline.report.explain import explain as explained

    _console.print(explained(out, key), markup=False)


@app.command()
def inspect(
    out: OutArgument,
    stage: Annotated[str | None, typer.Option(help="Show what this stage dropped.")] = None,
    source: Annotated[str | None, typer.Option(help="Of this source only.")] = None,
    reason: Annotated[str | None, typer.Option(help="For this reason only.")] = None,
    count: Annotated[int, typer.Option("-n", min=1, help="How many rows.")] = 5,
) -> None:
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
def init(path: Annotated[str, typer.Argument(help="Where to write the starter recipe.")] = "recipe.yaml") -> None:
    """Write a commented starter recipe."""
    from pipeline.recipe import init_recipe

    if Path(path).exists():
        raise WinnowError(f"{path} exists: give another name")
    Path(path).write_text(init_recipe(), encoding="utf-8")
    _console.print(f"wrote {path}; try: winnow plan {path}")


@app.command()
def clean(
    out: OutArgument,
    all: Annotated[
        bool, typer.Option("--all", help="Remove all of work/, not only what the output does not refer to.")
    ] = False,
) -> None:
    """Remove work folders that the published output does not refer to."""
    from pipeline.clean import clean as cleaned

    removed, size = cleaned(out, everything=all)
    from pipeline.estimate import readable

    _console.print(f"removed {removed} folder(s), {readable(size)}")


@app.callback(invoke_without_command=True)
def _main(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        _console.print(f"winnow {pipeline.__version__}")
        raise typer.Exit


def _load(recipe: str, inputs: list[str] | None, overrides: list[str] | None) -> Recipe:
    from pipeline.recipe import load

    mapped: dict[str, list[str]] = {}
    for item in inputs or []:
        source, equals, pattern = item.partition("=")
        if not (source and equals and pattern):
            raise click.UsageError(f"--input {item}: expected SOURCE=GLOB")
        mapped.setdefault(source, []).append(pattern)
    return load(recipe, inputs=mapped, overrides=overrides or [])


def _summary(result: Any) -> None:
    manifest = result.manifest
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
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.Abort:
        _errors.print("winnow: stopped; finished work is kept: run the same command again to go on")
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        _errors.print("winnow: stopped; finished work is kept: run the same command again to go on")
        sys.exit(130)


if __name__ == "__main__":
    main()
