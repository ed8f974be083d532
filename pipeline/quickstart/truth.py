"""What was planted where: one row a planted thing, so that a run can be compared with the truth.

The file truth.jsonl holds the same rows as JSON objects, one a line, keys in the order of `TruthRow`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import orjson

Expected = Literal["keep", "cut", "drop", "quarantine"]


@dataclass(frozen=True, slots=True)
class TruthRow:
    """One record of an input file and what should become of it under recipes/quickstart.yaml."""

    source: str
    """The recipe's source that reads the file."""
    file: str
    """Relative to the folder of the crawl; the last part is the path that ids are made of."""
    ordinal: int
    """0-based position in the file; a damaged stretch counts as one record."""
    url: str | None
    kind: str
    """page, exact_duplicate, near_duplicate, spam, leak, wrong_charset, other_language, no_document, broken, entry."""
    language: str
    template: str
    """The kind of page: article, blog, forum ..., or the form of the damage."""
    group: str | None
    """Shared by an original and its copies or variants."""
    expected: Expected | None
    """None where it depends on more than was planted (menus of a login page, threads, listings)."""
    stage: str | None
    """Which stage decides: read, extract, language, a filter, exact_dedup, quality, minhash, contamination."""
    reason: str | None
    """The slug of the decision, where only one is possible."""
    detail: Mapping[str, Any] = field(default_factory=dict)
    """More: `jaccard` and `band` of near-duplicates, `charset` and `snippet`, `example` and `form` of leaks."""


@dataclass(frozen=True, slots=True)
class Truth:
    """The truth table of a generated crawl."""

    folder: Path
    rows: tuple[TruthRow, ...]
    records: Mapping[str, int]
    """File -> number of records, for the files without damage."""

    def of(self, kind: str) -> list[TruthRow]:
        return [row for row in self.rows if row.kind == kind]

    def groups(self, kind: str) -> dict[str, list[TruthRow]]:
        """Group -> its members, for groups that hold a row of this kind (originals included)."""
        names = {row.group for row in self.rows if row.kind == kind and row.group}
        found: dict[str, list[TruthRow]] = {name: [] for name in sorted(names)}
        for row in self.rows:
            if row.group in found:
                found[row.group].append(row)
        return found


def write_truth(truth: Truth) -> None:
    """Writes truth.jsonl and records.json into the truth's folder."""
    lines = b"".join(orjson.dumps(asdict(row), option=orjson.OPT_APPEND_NEWLINE) for row in truth.rows)
    (truth.folder / "truth.jsonl").write_bytes(lines)
    options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
    (truth.folder / "records.json").write_bytes(orjson.dumps(dict(truth.records), option=options))


def read_truth(folder: Path) -> Truth:
    """The truth of a folder that `generate` has written."""
    rows = tuple(_rows(folder / "truth.jsonl"))
    return Truth(folder, rows, orjson.loads((folder / "records.json").read_bytes()))


def _rows(path: Path) -> Iterator[TruthRow]:
    for line in path.read_bytes().splitlines():
        yield TruthRow(**orjson.loads(line))
