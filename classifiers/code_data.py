"""Labelled files and prose for the classifier of programming languages, and how they are split."""

import gzip
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import xxhash

from classifiers.code import Example
from pipeline.errors import WinnowError
from pipeline.tag.code_model import PROSE
from pipeline.tag.file_names import EXTENSIONS, FILE_NAMES

MIN_SAMPLES = 5  # of a language in the labelled sets
PROSE_ROWS = 80  # of a file of prose
TEXT_FIELDS = ("text", "selftext")
MIN_PROSE_CHARS = 100

# What collections call a language whose name is another in ours.
ALIASES = {
    "c-plus-plus": "c++", "c plus plus": "c++", "c-sharp": "c#", "c sharp": "c#", "csharp": "c#", "f-sharp": "f#",
    "f sharp": "f#", "objective c": "objective-c", "visual-basic": "visual basic", "commonlisp": "common lisp",
    "lisp": "common lisp", "emacslisp": "emacs lisp", "bash": "shell", "coq": "rocq prover", "gnu-make": "makefile",
    "mathematica": "wolfram language", "octave": "matlab", "vimscript": "vim script", "latex": "tex", "text": PROSE,
    "plain text": PROSE, "batch": "batchfile",
}  # fmt: skip


def language_name(name: str) -> str:
    """Our name for a collection's name of a language: lower case, linguist's where it has one."""
    lower = name.lower()
    return ALIASES.get(lower, lower)


def is_held_out(text: str) -> bool:
    """Odd xxh3-64 of the UTF-8 text: never trained on, in whatever file it stands."""
    return xxhash.xxh3_64_intdigest(text.encode()) % 2 == 1


def read_rows(path: Path) -> list[dict[str, str]]:
    """Rows of a file of JSON lines, gzipped by name. Raises WinnowError with the file and the line."""
    try:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
    except (OSError, ValueError, EOFError) as error:
        raise WinnowError(f"{path}: {error}; a file has one JSON object a line") from error
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict) or not isinstance(_text(row), str):
            raise WinnowError(f"{path}, line {number}: no field {' or '.join(TEXT_FIELDS)} with a text")
    return rows


def labelled(sets: Sequence[Path], also: Sequence[Path]) -> list[Example]:
    """Files with their languages: the even half of `sets` (judged by cross-validation), all of `also` (not judged).

    Languages are those with MIN_SAMPLES rows in `sets`, held out or not, and those that file names tell.
    """
    rows = [(path, row) for path in sets for row in _named(path)]
    common = Counter(language_name(row["lang"]) for _, row in rows)
    wanted = {name for name, count in common.items() if count >= MIN_SAMPLES} | tagged_names()
    held_out = {row["text"] for _, row in rows if is_held_out(row["text"])}
    found = [(row, True) for _, row in rows] + [(row, False) for path in also for row in _named(path)]
    return [
        Example(row["text"], language_name(row["lang"]), judged)
        for row, judged in found
        if language_name(row["lang"]) in wanted and row["text"] not in held_out
    ]


def tagged_names() -> set[str]:
    """The languages that tables of file names have."""
    return {language for listed in EXTENSIONS.values() for language in listed} | set(FILE_NAMES.values())


def prose(files: Iterable[Path]) -> list[Example]:
    """PROSE_ROWS of each file, the lowest by hash among the even ones of at least MIN_PROSE_CHARS."""
    found = []
    for path in files:
        texts = {text for row in read_rows(path) if len(text := _text(row) or "") >= MIN_PROSE_CHARS}
        hashed = sorted((xxhash.xxh3_64_intdigest(text.encode()), text) for text in texts if not is_held_out(text))
        found += [Example(text, PROSE, judged=True) for _, text in hashed[:PROSE_ROWS]]
    return found


def _text(row: dict[str, str]) -> str | None:
    return next((row[field] for field in TEXT_FIELDS if field in row), None)


def _named(path: Path) -> list[dict[str, str]]:
    rows = read_rows(path)
    for number, row in enumerate(rows, 1):
        if not isinstance(row.get("lang"), str) or "text" not in row:
            raise WinnowError(f"{path}, line {number}: a labelled file has the fields lang and text")
    return rows
