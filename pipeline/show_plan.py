"""What `winnow plan` prints: the recipe and its paper, which need no files, then the plan of a run over its inputs."""

from collections.abc import Iterable
from math import comb

from rich.console import Console
from rich.table import Table

from pipeline.dedup.minhash import s_curve
from pipeline.dedup.verify import MEASURE_NAMES
from pipeline.engine import commit
from pipeline.estimate import Estimate, estimate, nominates_everything, readable
from pipeline.plan import Plan, ledger_order
from pipeline.planning.against import indexes
from pipeline.published import readings
from pipeline.recipe import MinHash, Mixture, Published, Recipe
from pipeline.recipe.simhash import SimHash

SIMILARITIES = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)


def show_recipe(recipe: Recipe, console: Console) -> None:
    """Print what follows from the recipe alone: its paper's mixture, what decides on each source, the S-curve."""
    if recipe.published:
        _show_published(recipe.published, console)
    if recipe.undisclosed:
        table = _table("Not said in the paper, and chosen here", "what", "paper", "here")
        for name, entry in recipe.undisclosed.items():
            table.add_row(name.replace("_", " "), entry.paper, entry.chosen)
        console.print(table)
    table = _table("Sources", "source", "reader", "stages that decide")
    for name, stages in ledger_order(recipe).items():
        table.add_row(name, recipe.sources[name].reader, " > ".join(stages))
    console.print(table)
    if recipe.dedup and recipe.dedup.minhash:
        _show_s_curve(recipe.dedup.minhash, console)
    if recipe.dedup and recipe.dedup.simhash:
        _show_simhash(recipe.dedup.simhash, console)


def show(plan: Plan, console: Console) -> None:
    """Print a plan: inputs, stages, mixture, and what it needs."""
    figures = estimate(plan)
    inputs = _table("Inputs", "source", "files", "bytes")
    for name, files in plan.inputs.items():
        unknown = any(file.size is None for file in files)
        size = readable(sum(file.size or 0 for file in files)) + (" + unknown" if unknown else "")
        inputs.add_row(name, f"{len(files):,}", size)
    console.print(inputs)
    _show_earlier(plan, console)
    stages = _table("Stages", "stage", "kind", "tasks", "done", "work folder")
    for stage in plan.graph.stages:
        done = len(commit.committed(plan.graph, stage))
        stages.add_row(stage.title, stage.kind, f"{stage.tasks:,}", f"{done:,}", stage.folder)
    console.print(stages)
    if plan.recipe.mixture:
        _show_mixture(plan.recipe.mixture, figures, console)
    exchanges = ", ".join(f"{name} {readable(size)}" for name, size in figures.exchange_bytes.items()) or "none"
    console.print(f"Exchanged: {exchanges}", highlight=False)
    if figures.grouping:
        seconds = figures.grouping.core_seconds
        console.print(f"Grouping of near-duplicates: about {_core_time(seconds)} of one core", highlight=False)
    console.print(f"Memory: about {readable(figures.worker_memory_bytes)} a worker at most", highlight=False)
    console.print(f"Disk: about {readable(figures.disk_bytes)} for OUT at its fullest", highlight=False)


def _show_mixture(mixture: Mixture, figures: Estimate, console: Console) -> None:
    if figures.budget is None:
        table = _table(
            f"Mixture (a run counts the tokens of each {mixture.by})", mixture.by, "weight", "epochs", "tokens"
        )
        for name in mixture.groups(()):
            weight, epochs = ((given or {}).get(name) for given in (mixture.shares, mixture.epochs))
            tokens = "-" if weight is None else f"{round(weight * mixture.budget_tokens):,}"
            table.add_row(name, _figure(weight, ".4f"), _figure(epochs, "g"), tokens)
        console.print(table)
        return
    kind = "exact" if figures.exact else "estimated from sizes, before filters"
    table = _table(f"Mixture ({kind})", mixture.by, "weight", "unique tokens", "tokens", "epochs", "share")
    for row in figures.budget.sources:
        table.add_row(
            row.source, f"{row.weight_asked:.4f}", f"{row.unique_tokens:,}", f"{row.target_tokens:,}",
            f"{row.epochs:.2f}" + (" (capped)" if row.capped else ""), f"{row.weight_got:.4f}",
        )  # fmt: skip
    console.print(table)
    _lines(console, figures.budget.notes)


def _show_earlier(plan: Plan, console: Console) -> None:
    earlier = indexes(plan.recipe)
    if not earlier:
        return
    table = _table("Earlier runs whose documents stay (dedup.against)", "run", "documents", "index", "texts", "OUT")
    for index in earlier:
        keys = readable(sum(file.bytes for file in index.files))
        texts = readable(sum(file.documents_bytes for file in index.files))
        table.add_row(index.run, f"{index.documents:,}", keys, f"up to {texts}", index.out)
    console.print(table)


def _show_published(published: Published, console: Console) -> None:
    found = readings(published)
    table = _table(
        f"Mixture as published: {published.source}",
        "source", "tokens", "weight", "normalised", "trained on", "epochs by weight", "epochs", "share by epochs",
    )  # fmt: skip
    for row in found.rows:
        table.add_row(
            row.source,
            billions(row.tokens),
            _figure(row.weight, ".1%"),
            _figure(row.normalised_weight, ".1%"),
            billions(row.trained_tokens),
            _figure(row.epochs_of_weight, ".2f"),
            _figure(row.epochs, "g"),
            _figure(row.share_of_epochs, ".1%"),
        )
    console.print(table)
    sums = []
    if found.weights is not None:
        sums.append(f"the weights sum to {found.weights:g}")
    if found.tokens_of_epochs is not None:
        sums.append(f"epochs x tokens sum to {billions(found.tokens_of_epochs)}")
    lines = [f"Trained on {billions(published.trained_tokens)} tokens; {', '.join(sums)}."] if sums else []
    _lines(console, [*lines, *([published.note] if published.note else [])])


def _show_s_curve(minhash: MinHash, console: Console) -> None:
    unit = f"{minhash.ngram} {minhash.shingle}{'s' if minhash.ngram > 1 else ''}"
    layout = f"{minhash.bands} bands of {minhash.rows} row{'s' if minhash.rows > 1 else ''}, shingles of {unit}"
    table = _table(f"Pairs that MinHash nominates ({layout})", "similarity", *(f"{s:.2f}" for s in SIMILARITIES))
    table.add_row("probability", *(f"{s_curve(s, minhash.bands, minhash.rows):.3f}" for s in SIMILARITIES))
    console.print(table)
    decides = (
        f"Nominated pairs are compared exactly; at {minhash.threshold:g} and above one is removed. Measure: "
        f"{_measure(minhash)}."
        if minhash.verify
        else "Nothing is compared: of documents that chains of nominated pairs connect, one stays (verify: false)."
    )
    all_pairs = "This layout nominates nearly every pair: all documents are one group, which one worker holds."
    _lines(console, [decides, *([all_pairs] if nominates_everything(minhash) else [])])


def _show_simhash(simhash: SimHash, console: Console) -> None:
    count, unit = comb(simhash.blocks, simhash.distance), f"{simhash.ngram} {simhash.shingle}s"
    decides = "then one is removed"
    if simhash.threshold is not None:
        decides = f"where their {MEASURE_NAMES[simhash.similarity]} is {simhash.threshold:g} or more one is removed"
    line = (
        f"SimHash: all pairs whose 64-bit fingerprints of shingles of {unit} differ in at most {simhash.distance} bits "
        f"are found, by {count} tables of {simhash.blocks} blocks; {decides}."
    )
    _lines(console, [line])


def _measure(minhash: MinHash) -> str:
    if minhash.similarity == "both":
        return f"Jaccard similarity, or containment of {minhash.containment:g}"
    return MEASURE_NAMES[minhash.similarity] + (", repeats counted" if minhash.repeats else "")


def billions(tokens: float | None) -> str:
    """Tokens in the unit of papers: 410e9 -> 410 B; small counts in full."""
    if tokens is None:
        return "-"
    return f"{tokens / 1e9:.4g} B" if tokens >= 1e8 else f"{tokens:,.0f}"


def _core_time(seconds: float) -> str:
    """1.4 s, 25 min or 3.2 h."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6_000 else f"{seconds / 3600:.1f} h"


def _figure(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left")
    for number, column in enumerate(columns):
        table.add_column(column, no_wrap=number == 0)
    return table


def _lines(console: Console, lines: Iterable[str]) -> None:
    for line in lines:
        console.print(f"  {line}", highlight=False, markup=False)
