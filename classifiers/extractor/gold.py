"""Gold rows with their pages: what people say the main text of a page is, and the bytes of that page.

A set NAME is two files: `NAME.gold.jsonl.gz`, one JSON object a page, and `NAME.warc.gz`, its pages, joined by
`warc_record_id`. Gold text is `main_content`, else `main_content_marked` without its marks; `with` and `without` are
snippets that an extracted text must and must not hold. Each may be missing, null or empty.
"""

import gzip
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import WinnowError
from pipeline.extract.charset import decode
from pipeline.filters.url import host_of
from pipeline.ids import hash01
from pipeline.sources import READERS, WHOLE_FILE, InputFile, Record, Rejected

GOLD_SUFFIX = ".gold.jsonl.gz"
PAGES_SUFFIX = ".warc.gz"
FOLD_PURPOSE = "extractor fold"

_MARK = re.compile(r"<[^<>]{1,40}>")


class GoldError(WinnowError):
    """A gold set cannot be read, or does not fit its pages."""


@dataclass(frozen=True, slots=True)
class GoldRow:
    """A page and what its main text is. Strings are "" and snippets () where the set says nothing."""

    set: str
    id: str
    """The page's WARC-Record-ID."""
    url: str
    host: str
    """As `host_of` gives it, without a leading "www."."""
    page_type: str
    language: str
    html: bytes
    """UTF-8, whatever the page was sent in."""
    text: str
    """Marks taken out, white space folded."""
    with_snippets: tuple[str, ...]
    without_snippets: tuple[str, ...]


def read_set(path: Path | str) -> tuple[GoldRow, ...]:
    """The rows of FOLDER/NAME (the path without the files' endings), in the order of the gold file.

    Raises GoldError for a file that is missing or damaged, a row without its page and a set without rows.
    """
    base = Path(path)
    gold_file, pages_file = base.with_name(base.name + GOLD_SUFFIX), base.with_name(base.name + PAGES_SUFFIX)
    for file in (gold_file, pages_file):
        if not file.is_file():
            raise GoldError(f"{file}: no such file; the gold set NAME is NAME{GOLD_SUFFIX} and NAME{PAGES_SUFFIX}")
    pages = _read_pages(pages_file)
    rows = {}
    for where, fields in _read_gold(gold_file):
        row = _row(base.name, where, fields, pages, pages_file)
        if row.id in rows:
            raise GoldError(f"{where}: a second row for the page {row.id}; keep one of them")
        rows[row.id] = row
    if not rows:
        raise GoldError(f"{gold_file}: the set has no rows; name a file with one JSON object a page")
    return tuple(rows.values())


def hosts_of(path: Path | str) -> frozenset[str]:
    """The hosts of a set's pages, from its gold file alone. Raises GoldError where that is missing."""
    base = Path(path)
    file = base.with_name(base.name + GOLD_SUFFIX)
    if not file.is_file():
        raise GoldError(f"{file}: no such file; the gold set NAME is NAME{GOLD_SUFFIX} and NAME{PAGES_SUFFIX}")
    return frozenset(_host(_string(fields, "url", where)) for where, fields in _read_gold(file))


def fold(host: str, folds: int, seed: int) -> int:
    """Which of `folds` parts a host belongs to: a hash of its name alone, so that it is the same in every set."""
    return int(hash01(seed, FOLD_PURPOSE, host.encode("utf-8", "surrogatepass")) * folds)


def _read_gold(file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """(where it stands, fields) of each row."""
    number = 0
    try:
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    fields = json.loads(line)
                    if not isinstance(fields, dict):
                        raise GoldError(f"{file}, line {number}: not a JSON object")
                    yield f"{file}, line {number}", fields
    except (OSError, EOFError, zlib.error, ValueError) as error:  # bad JSON and bad UTF-8 are ValueErrors
        raise GoldError(f"{file}, near line {number}: {error}; fetch the file again") from error


def _read_pages(file: Path) -> dict[str, Record | Rejected]:
    """What became of the records by WARC-Record-ID."""
    warc = READERS["warc"]
    source = InputFile("gold", str(file), file.name, file.stat().st_size, "")
    outcomes = warc.read(source, WHOLE_FILE, warc.options())
    return {outcome.native_id: outcome for outcome in outcomes if outcome.native_id}


def _row(name: str, where: str, fields: dict[str, Any], pages: dict[str, Record | Rejected], file: Path) -> GoldRow:
    key = _string(fields, "warc_record_id", where)
    if not key:
        raise GoldError(f"{where}: no warc_record_id, which names the row's page in {file.name}")
    page = pages.get(key)
    if page is None:
        raise GoldError(f"{where}: {file} has no record {key}; the two files are not of one set, or one is cut short")
    if isinstance(page, Rejected):
        raise GoldError(f"{where}: the record {key} in {file} is no page: {page.reason}, {page.detail}")
    assert page.content is not None  # a page of a WARC file is bytes
    text = _string(fields, "main_content", where)
    if fields.get("main_content") is None:
        text = _MARK.sub(" ", _string(fields, "main_content_marked", where))
    url = _string(fields, "url", where)
    return GoldRow(
        set=name,
        id=key,
        url=url,
        host=_host(url),
        page_type=_string(fields, "page_type", where),
        language=_string(fields, "language", where),
        html=decode(page.content, page.charset).text.encode(),
        text=" ".join(text.split()),
        with_snippets=_snippets(fields, "with", where),
        without_snippets=_snippets(fields, "without", where),
    )


def _host(url: str) -> str:
    return host_of(url).removeprefix("www.")


def _string(fields: dict[str, Any], name: str, where: str) -> str:
    value = fields.get(name)
    if value is not None and not isinstance(value, str):
        raise GoldError(f"{where}: {name} is {type(value).__name__}, not a string")
    return value or ""


def _snippets(fields: dict[str, Any], name: str, where: str) -> tuple[str, ...]:
    value = fields.get(name)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise GoldError(f"{where}: {name} is not a list of strings")
    return tuple(" ".join(each.split()) for each in value)
