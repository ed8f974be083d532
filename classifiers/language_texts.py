"""Makes the texts that the second opinion on languages is trained on, out of public repositories.

    python -m classifiers.language_texts FOLDER --out texts.jsonl.gz

FOLDER has a checkout or an unpacked package for each source of language_sources.json, in the version that stands there,
under the source's name (`lingua`, `django`, ...). Messages that stand in more than one language are left out, and so
are the test sentences by which benchmarks/languages.py judges.
"""

import argparse
import gzip
import hashlib
import html
import json
import re
import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

from classifiers.cyrillic import ALPHABETS, in_cyrillic
from pipeline.recipe.languages import LID_176

Row = tuple[str, str, str]
"""language, source, text"""

MIN_CHARS, LIST_CHARS = 12, 90
JUDGED = 3  # MD5 of a sentence modulo 4
NOT_SPACED = ("yue", "wuu", "zh", "ja", "ko")  # lid.176 knows them well
_BIBLES = {
    "Armenian-PART": "hy", "Basque-NT": "eu", "Estonian-PART": "et", "Gaelic-PART": "gd", "Gujarati-NT": "gu",
    "Latvian-NT": "lv", "Manx-PART": "gv", "Quichua-NT": "qu", "Swahili-NT": "sw", "Ukranian-NT": "uk",
}  # fmt: skip
_GOSPELS = ("MAT", "MAR", "LUK")  # of which the passages are that the benchmark has
_SAME = """
nb:no sr-ec:sr sr-el:sr sr-cyrl:sr sr-latn:sr sr@latin:sr sr_latn:sr kk-cyrl:kk tt-cyrl:tt ku-latn:ku gsw:als bho:bh
cbk-zam:cbk hif-latn:hif ug-arab:ug tg-cyrl:tg gom-deva:gom sh-latn:sh pt-br:pt pt_br:pt pt-pt:pt es_ar:es es_mx:es
es_co:es es_ni:es es_ve:es fil:tl uz-latn:uz uz-cyrl:uz az-latn:az hy-am:hy ga-ie:ga
"""
_LOCALES = dict(pair.split(":") for pair in _SAME.split())
_MARKUP = re.compile(
    r"\{\{[^{}]*\}\}|\[https?:\S+ |\[\[[^\]|]*\||%\{[^}]*\}|\{[^}]*\}|\$\d|%\([^)]*\)s|%[sd]|<[^>]*>|https?://\S+|&\w+;"
)
_SIGNS = re.compile(r"[\[\]{}|*_=#]|'''?")


def label_of(locale: str) -> str | None:
    """lid.176's label of a locale, where it has one."""
    for code in (locale.lower(), locale.lower().replace("_", "-")):
        if code in _LOCALES or code in LID_176:
            return _LOCALES.get(code, code)
    return None


def clean(text: str) -> str:
    return " ".join(_SIGNS.sub(" ", _MARKUP.sub(" ", html.unescape(text))).split())


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from strings(one)


def messages(folder: Path) -> Iterator[Row]:
    """Interface messages, whatever each source's form."""
    for source in (
        "VisualEditor",
        "mediawiki-extensions-VisualEditor",
        "mediawiki-extensions-Echo",
        "mediawiki-extensions-Cite",
    ):
        for path in _files(folder / source, r"(?!lib/)(?:(?!/lib/).)*i18n/.*\.json"):
            found = json.loads(path.read_text("utf-8"))
            yield from _rows(path.stem, source, (value for value in found.values() if isinstance(value, str)))
    for path in _files(folder / "wikiedu", r"config/locales/[\w-]+\.yml"):
        yield from _rows(path.stem, "wikiedu", strings(yaml.safe_load(path.read_text("utf-8"))))
    for path in _files(folder / "django", r".*/locale/[\w@]+/LC_MESSAGES/.*\.po"):
        said = re.findall(r'^msgstr(?:\[\d\])? ((?:".*"\n?)+)', path.read_text("utf-8"), re.MULTILINE)
        plain = ("".join(re.findall(r'"(.*)"', one)).replace("\\n", " ").replace('\\"', '"') for one in said)
        yield from _rows(path.parts[-3], "django", plain)
    for path in _files(folder / "osm", r"dist/translations/[\w-]+\.json"):
        yield from _rows(path.stem, "osm", _lists(strings(json.loads(path.read_text("utf-8")))))


def _files(folder: Path, pattern: str) -> list[Path]:
    paths = [path for path in folder.rglob("*") if re.fullmatch(pattern, path.relative_to(folder).as_posix())]
    return sorted(paths, key=lambda path: path.as_posix().encode())


def _rows(locale: str, source: str, texts: Iterable[str]) -> Iterator[Row]:
    language = label_of(locale)
    if language is not None:
        yield from ((language, source, text) for text in map(clean, texts) if len(text) >= MIN_CHARS)


def _lists(names: Iterable[str]) -> Iterator[str]:
    """Short names, several to a line."""
    waiting: list[str] = []
    for name in names:
        waiting.append(name)
        if sum(map(len, waiting)) > LIST_CHARS:
            yield ", ".join(waiting)
            waiting = []


def bibles(folder: Path) -> Iterator[Row]:
    for name, language in sorted(_BIBLES.items()):
        verses = ET.parse(folder / "bible" / "bibles" / f"{name}.xml").iter("seg")
        said = (verse.text or "" for verse in verses if verse.attrib["id"].split(".")[1] not in _GOSPELS)
        yield from _rows(language, "bible", said)


def sentences(folder: Path) -> Iterator[Row]:
    """Those that the benchmark does not judge by."""
    kept: dict[bool, list[Row]] = {False: [], True: []}
    for path in _files(folder / "lingua", r".*sentences/\w+\.txt"):
        language = label_of(path.stem)
        for line in path.read_text("utf-8").split("\n"):
            part = int(hashlib.md5(line.encode(), usedforsecurity=False).hexdigest(), 16) % 4
            if language is not None and line and part != JUDGED:
                kept[part == JUDGED - 1].append((language, "lingua", line))
    yield from (*kept[False], *kept[True])


def all_texts(folder: Path) -> Iterator[Row]:
    """Each text once a language; what stands in several, or in English too, is no text of a language."""
    found = [*messages(folder), *bibles(folder)]
    languages: dict[str, set[str]] = defaultdict(set)
    for language, _, text in found:
        languages[text].add(language)
    once = {(language, text): source for language, source, text in reversed(found) if len(languages[text]) == 1}
    ordered = dict.fromkeys((language, text) for language, _, text in found if (language, text) in once)
    for row in (*((language, once[language, text], text) for language, text in ordered), *sentences(folder)):
        language, _, text = row
        if language not in NOT_SPACED:
            yield row
            if language in ALPHABETS and sum(c.isascii() for c in text) > 0.7 * len(text):
                yield language, "transliterated", in_cyrillic(language, text)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    with gzip.GzipFile(args.out, "wb", mtime=0) as file:
        for language, source, text in all_texts(args.folder):
            row = {"lang": language, "source": source, "text": text}
            file.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")


if __name__ == "__main__":
    main()
