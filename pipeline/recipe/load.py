"""Load recipes: from a file, from text, or by the bare name of one that comes with Winnow."""

import importlib.resources
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import ValidationError

from pipeline.recipe.checks import check
from pipeline.recipe.document import Document, override, parse
from pipeline.recipe.explain import explain
from pipeline.recipe.model import Recipe
from pipeline.recipe.problems import Mark, Problem, RecipeError, listed, nearest
from pipeline.recipe.sources import validated
from pipeline.recipe.values import relocate


def load(path: str | Path, *, inputs: Mapping[str, Sequence[str]] = {}, overrides: Sequence[str] = ()) -> Recipe:
    """The recipe in a file, or a bundled one by its bare name ("quickstart").

    `inputs` replaces the paths of sources (`--input SOURCE=GLOB`), `overrides` holds `key.path=value` texts (`--set`).
    Relative paths in a file are relative to its folder; those of a bundled recipe, of `inputs` and of `overrides`
    to the working directory. The result holds absolute paths and URLs only. Raises RecipeError with all that is wrong.
    """
    bundled = _bundled()
    name = str(path)
    file = bundled[name] if name in bundled else Path(path)
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start]
        mark = Mark(str(path), before.count(b"\n") + 1, error.start - before.rfind(b"\n"))
        raise RecipeError([Problem(mark, "", "not UTF-8; save the recipe as UTF-8 text")]) from None
    except OSError as error:
        raise RecipeError([_unreadable(path, error, bundled)]) from None
    folder = Path.cwd() if file.parent.resolve() == _bundle() else file.parent
    return loads(text, file=str(file), folder=folder, inputs=inputs, overrides=overrides)


def loads(
    text: str,
    *,
    file: str = "<recipe>",
    folder: str | Path = ".",
    inputs: Mapping[str, Sequence[str]] = {},
    overrides: Sequence[str] = (),
) -> Recipe:
    """The recipe in a text, with relative paths relative to `folder`. Otherwise as `load`."""
    document = parse(text, file)
    if not isinstance(document.data, dict):
        if not document.problems:
            document.complain((), "no recipe in it: expected keys with values; `winnow init` prints one to start from")
        raise RecipeError(document.problems)
    for option in overrides:
        override(document, option)
    _replace_inputs(document, inputs)
    _complete_priority(document)
    check(document)
    recipe = None
    try:
        recipe = validated(Recipe, document.data)
    except ValidationError as error:
        explain(document, error)
    if document.problems or recipe is None:
        raise RecipeError(document.problems)
    recipe = relocate(recipe, lambda key, location: _absolute(location, folder if document.mark(key).line else "."))
    recipe._origin = document
    return recipe


def list_recipes() -> dict[str, str]:
    """Bundled recipes: name -> the first line of its leading comment."""
    return {name: _summary(file) for name, file in sorted(_bundled().items())}


def _bundle() -> Path:
    return Path(str(importlib.resources.files("recipes"))).resolve()


def _bundled() -> dict[str, Path]:
    return {file.stem: file for file in sorted(_bundle().glob("*.yaml"))}


def _summary(file: Path) -> str:
    lines = file.read_text("utf-8").splitlines()
    return lines[0].lstrip("# ") if lines and lines[0].startswith("#") else ""


def _unreadable(path: str | Path, error: OSError, bundled: Mapping[str, Path]) -> Problem:
    suggestion = nearest(Path(path).stem, bundled)
    if not isinstance(error, FileNotFoundError):
        return Problem(Mark(str(path)), "", f"cannot be read: {error.strerror}")
    siblings = Path(path).parent
    near = nearest(Path(path).name, os.listdir(siblings)) if siblings.is_dir() and Path(path).suffix else None
    message = f"no such recipe file; bundled recipes go by their bare name: {listed(bundled) or 'none'}"
    return Problem(Mark(str(path)), "", message, str(siblings / near) if near else suggestion)


def _replace_inputs(document: Document, inputs: Mapping[str, Sequence[str]]) -> None:
    sources = document.data.get("sources")
    sources = sources if isinstance(sources, dict) else {}
    for name, patterns in inputs.items():
        marks = [Mark(f"--input {name}={pattern}") for pattern in patterns]
        if name not in sources:
            near = nearest(name, sources)
            message = f"unknown source '{name}'{'' if near else f'; the sources are {listed(sources)}'}"
            document.problems.append(Problem(marks[0] if marks else Mark(f"--input {name}"), "", message, near))
        elif isinstance(sources[name], dict):
            sources[name]["paths"] = list(patterns)
            document.replace_marks(("sources", name, "paths"), Mark(f"--input {name}="))
            document.marks.update({("sources", name, "paths", index): mark for index, mark in enumerate(marks)})


def _complete_priority(document: Document) -> None:
    """Write the whole order of sources into `dedup.prefer`, so that it is part of what the recipe asks for."""
    dedup, sources = document.data.get("dedup"), document.data.get("sources")
    if not isinstance(dedup, dict) or not isinstance(sources, dict):
        return
    preferred = dedup.setdefault("prefer", [])
    if isinstance(preferred, list):
        preferred.extend(name for name in sources if name not in preferred)


def _absolute(location: str, folder: str | Path) -> str:
    """URLs as they are; local paths absolute and without `..`, symbolic links kept."""
    return location if "://" in location else os.path.abspath(os.path.join(folder, location))
