"""Benchmark files -> examples: JSON Lines, JSON, CSV, TSV and Parquet, plain or compressed, local or behind a URL.

A row that gives no example is listed with what is wrong with it and stops nothing; a file that gives none at all is a
`WinnowError`, before the run begins where that can be seen. Files are read as a whole: benchmarks are small.
"""

import csv
import io
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.contamination.layouts import (
    NO_FIELDS,
    ROW_LISTS,
    Example,
    Fields,
    example,
    has_known_field,
    known_fields,
    unnested,
)
from pipeline.engine import storage
from pipeline.errors import WinnowError
from pipeline.sources import compression
from pipeline.sources.files import chunks
from pipeline.sources.listing import InputError, list_inputs

EXTENSIONS = (".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".parquet")


@dataclass(frozen=True)
class BenchmarkFile:
    """A file and the benchmark's name: the file's without its extensions, behind its folder where two are equal."""

    name: str
    path: str


@dataclass(frozen=True)
class _Unreadable:
    """A line that is no row."""

    problem: str


def list_benchmarks(patterns: Sequence[str]) -> list[BenchmarkFile]:
    """The files that paths, patterns, folders and URLs name, by benchmark name. Raises InputError for one without."""
    try:
        files = list_inputs("contamination.benchmarks", patterns, None)
    except InputError as error:
        raise InputError(str(error).removeprefix("source ")) from error
    names = _names([file.relpath for file in files])
    return sorted(
        (BenchmarkFile(names[file.relpath], file.path) for file in files), key=lambda benchmark: benchmark.name
    )


def _names(relpaths: Sequence[str]) -> dict[str, str]:
    """relpath -> its last parts without extensions, as many as tell it from the others, else all with extensions."""
    names: dict[str, str] = {}
    for depth in range(1, 1 + max(path.count("/") + 1 for path in relpaths)):
        left = [path for path in relpaths if path not in names]
        tried = {path: "/".join([*path.split("/")[:-1], _stem(path)][-depth:]) for path in left}
        uses = Counter(tried.values())
        names |= {path: name for path, name in tried.items() if uses[name] == 1}
    return {path: names.get(path, path) for path in relpaths}


def _stem(path: str) -> str:
    name = _without_compression(path.rsplit("/", 1)[-1])
    return next((name.removesuffix(ext) for ext in EXTENSIONS if name.lower().endswith(ext)), name) or name


def _without_compression(name: str) -> str:
    ending = next((suffix for suffix in compression.SUFFIXES if name.lower().endswith(suffix)), "")
    return name[: len(name) - len(ending)]


def check_benchmark(path: str, fields: Fields = NO_FIELDS) -> None:
    """Read a file as far as its first example. Raises WinnowError as `read_benchmark` does."""
    _first_example(path, _rows(path), fields)


def read_benchmark(path: str, fields: Fields = NO_FIELDS) -> list[Example]:
    """All examples of a file, each with a name of its own, and the rows that gave none.

    Raises WinnowError, naming the fields found and the known ones, for a file that cannot be read or has no example.
    """
    rows = list(_rows(path))
    _first_example(path, iter(rows), fields)
    examples, taken = [], set()
    for number, row in enumerate(rows):
        found = (
            Example(str(number), problem=row.problem) if isinstance(row, _Unreadable) else example(row, number, fields)
        )
        name = found.name
        while name in taken:
            name = f"{name}#{number}"
        taken.add(name)
        examples.append(Example(name, found.prompt, found.target, found.problem))
    return examples


def _first_example(path: str, rows: Iterator[Any], given: Fields) -> None:
    fields: dict[str, None] = {}
    count, problem = 0, ""
    for row in rows:
        if has_known_field(row, given) and example(row, 0, given).problem is None:
            return
        count += 1
        if isinstance(row, dict):
            fields |= dict.fromkeys(map(str, row))
        problem = problem or (row.problem if isinstance(row, _Unreadable) else example(row, 0, given).problem) or ""
    advice = "mend the file, or take it out of contamination.benchmarks"
    if not count:
        raise WinnowError(f"benchmark {path} is empty: {advice}")
    shown = ", ".join(list(fields)[:20]) or "none"
    raise WinnowError(
        f"benchmark {path}: none of its {count} rows has text in a known field (first: {problem}). Its fields: {shown}."
        f" Known are {known_fields()}. Name its fields in contamination.fields, "
        f"{advice.removeprefix('mend the file, ')}"
    )


def _rows(path: str) -> Iterator[Any]:
    """Rows as JSON-like values; a line that is none is `_Unreadable`."""
    name = _without_compression(path.lower())
    if not name.endswith(EXTENSIONS):
        known = ", ".join(EXTENSIONS)
        raise WinnowError(f"benchmark {path}: its name ends in none of {known} (with .gz, .zst and the like behind)")
    try:
        data = _bytes(path)
        if name.endswith(".parquet"):
            for batch in pq.ParquetFile(io.BytesIO(data)).iter_batches(1024):
                yield from batch.to_pylist()
        elif name.endswith((".csv", ".tsv")):
            yield from _csv_rows(data, "\t" if name.endswith(".tsv") else ",")
        else:
            whole = _whole_json(data) if name.endswith(".json") else None
            yield from _json_lines(data) if whole is None else whole
    except (OSError, pa.ArrowException, csv.Error) as error:
        raise WinnowError(f"benchmark {path} cannot be read: {error}; mend or replace the file") from error


def _bytes(path: str) -> bytes:
    """The file's bytes, decompressed by what they are. Raises OSError."""
    raw = b"".join(chunks(path, 0, None))
    kind = compression.detect(raw[: compression.HEAD_BYTES])
    parts = []
    for block in compression.blocks(kind, 0, lambda start: iter([raw[start:]] if raw[start:] else [])):
        if block.damage is not None:
            raise OSError(f"damaged at byte {block.damage.offset}: {block.damage.detail}")
        parts.append(block.data)
    return b"".join(parts)


def _csv_rows(data: bytes, delimiter: str) -> Iterator[dict[str, str]]:
    text = data.decode("utf-8-sig", "surrogateescape")  # bytes that are no UTF-8 spoil their row alone
    before = csv.field_size_limit(sys.maxsize)
    try:
        yield from csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    finally:
        csv.field_size_limit(before)


def _whole_json(data: bytes) -> list[Any] | None:
    """The rows of a file that is one JSON value; None where it is not, as a file of JSON lines is not."""
    value = _parsed(data)
    if isinstance(value, dict):
        rows = next((value[name] for name in ROW_LISTS if isinstance(value.get(name), list)), [value])
    elif isinstance(value, list):
        rows = value
    else:
        return None
    return [inner for row in rows for inner in unnested(row)]


def _json_lines(data: bytes) -> Iterator[Any]:
    for line in data.removeprefix(b"\xef\xbb\xbf").split(b"\n"):
        if line and not line.isspace():
            yield from unnested(_parsed(line))


def _parsed(data: bytes) -> Any:
    """A JSON value; `_Unreadable` for what is none."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        try:  # knows NaN, and escapes of half a surrogate pair, which spoil an example only where it uses them
            return json.loads(data.decode("utf-8-sig"))
        except UnicodeDecodeError:
            return _Unreadable("not UTF-8")
        except (ValueError, RecursionError) as error:
            return _Unreadable(f"not JSON: {error}")


def checked_digest(path: str, fields: Fields = NO_FIELDS) -> str:
    """The digest of a file that has at least one example. Raises WinnowError."""
    check_benchmark(path, fields)
    return storage.digest_of(path)
