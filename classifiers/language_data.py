"""Texts by language for `classifiers.language`: how they are read, and which of them are held out."""

import gzip
import json
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import xxhash

from pipeline.errors import WinnowError

Texts = Mapping[str, Mapping[str, list[str]]]
"""Language -> source -> texts."""

HELD_OUT_PARTS = 10  # one of so many parts
DOCUMENT_WORDS, DOCUMENT_CHARS = 100, 400


def read_texts(paths: Iterable[Path]) -> dict[str, dict[str, list[str]]]:
    """Language -> source -> texts, in the order of the files. Raises WinnowError with the file and the line."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for path in paths:
        for number, line in _lines(path):
            try:
                row = json.loads(line)
                language, source, text = row["lang"], row["source"], row["text"]
                if not all(isinstance(value, str) for value in (language, source, text)):
                    raise TypeError("each is a string")
            except (ValueError, KeyError, TypeError) as error:
                raise WinnowError(f"{path}, line {number}: no object with lang, source, text ({error})") from error
            found[language][source].append(text)
    return {language: dict(sources) for language, sources in found.items()}


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rt", encoding="utf-8") as lines:
            yield from enumerate(lines, 1)
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise WinnowError(f"{path}: {error}; a file has one JSON object a line, gzipped by name") from error


def is_held_out(text: str) -> bool:
    return xxhash.xxh3_64_intdigest(text.encode("utf-8", "replace")) % HELD_OUT_PARTS == 0


def only(texts: Texts, wanted: Callable[[str], bool]) -> dict[str, dict[str, list[str]]]:
    """The texts that are wanted; a source without any goes."""
    found = {
        language: {source: [t for t in ts if wanted(t)] for source, ts in sources.items()}
        for language, sources in texts.items()
    }
    return {language: {name: ts for name, ts in sources.items() if ts} for language, sources in found.items()}


def joined(texts: Iterable[str]) -> list[str]:
    """Texts one after another, in documents of DOCUMENT_WORDS words, or DOCUMENT_CHARS characters where words
    are not spaced; no rest."""
    found, current = [], ""
    for text in texts:
        current = f"{current}\n{text}".strip()
        if len(current.split()) >= DOCUMENT_WORDS or (len(current) > DOCUMENT_CHARS > len(current.split()) * 20):
            found.append(current)
            current = ""
    return found
