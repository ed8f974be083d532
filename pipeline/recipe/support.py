"""What this version can do with a valid recipe, what it does not, and whether the files it names are there."""

import glob
from collections.abc import Iterator

from pipeline.recipe.model import Recipe
from pipeline.recipe.problems import KeyPath, Problem, RecipeError, dotted, listed, nearest
from pipeline.recipe.values import locations
from pipeline.sources import READERS


def unsupported(recipe: Recipe) -> list[str]:
    """What the recipe asks for and this version has no stage for: a sentence each, with file, line and key.

    Empty for a recipe that runs. Nothing is ever skipped silently: `winnow run` refuses a recipe with such parts.
    """
    return [str(recipe.problem(path, message)) for path, message in _unsupported(recipe)]


def _unsupported(recipe: Recipe) -> Iterator[tuple[KeyPath, str]]:
    for name, source in recipe.sources.items():
        if source.reader not in READERS:
            message = f"the reader {source.reader} is not in this version of Winnow, which has {listed(READERS)}"
            yield ("sources", name, "reader"), message


def notes(recipe: Recipe) -> list[str]:
    """What is done with the recipe that its reader should be told."""
    mixture = recipe.mixture
    if mixture is None or mixture.weights is None or mixture.shares is None or not mixture.normalize:
        return []
    total = sum(mixture.weights.values())
    shares = listed(f"{name} {share:.4g}" for name, share in mixture.shares.items())
    return [f"the weights sum to {total:.6g} and are divided by it (mixture.normalize): {shares}"]


def check_files(recipe: Recipe) -> None:
    """Check that every local path the recipe names, or pattern, is there. Raises RecipeError; URLs are not opened."""
    problems = [_missing(recipe, path, location) for path, location in locations(recipe) if not _found(location)]
    if problems:
        raise RecipeError(problems)


def _found(location: str) -> bool:
    return "://" in location or next(glob.iglob(location, recursive=True, include_hidden=True), None) is not None


def _missing(recipe: Recipe, path: KeyPath, location: str) -> Problem:
    folder, _, name = location.rpartition("/")
    match path:
        case ("sources", str(source), "paths", int()):
            remedy = f"; read other files with --input {source}=GLOB"
        case (*part, int()):
            remedy = f"; name other files with --set {dotted(part)}='[GLOB]'"
        case _:
            remedy = ""
    if glob.has_magic(location):
        return recipe.problem(path, f"no file matches {location}{remedy}")
    siblings = [entry.rpartition("/")[2] for entry in glob.iglob(f"{glob.escape(folder)}/*")]
    near = nearest(name, siblings)
    if near:
        return recipe.problem(path, f"no such file: {location}", f"{folder}/{near}")
    return recipe.problem(path, f"no such file: {location}{remedy}")
