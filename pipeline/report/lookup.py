"""Finding rows of an output: by id, by the start of an id, by native id or by URL; and URLs like one not found."""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.errors import WinnowError
from pipeline.ids import document_id
from pipeline.report.files import Output

MIN_PREFIX_CHARS = 8
ID_CHARS = 32
# Ids are hashes of (source, path, ordinal). Trying all ordinals tells where a record stands; so many take two seconds.
LOCATE_MAX_RECORDS = 2_000_000
SUGGESTIONS = 3
_CANDIDATES = 5_000
_HOST = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*://(?:[^/?#@]*@)?([^/?#:]+)")


@dataclass(frozen=True, slots=True)
class Place:
    """A row of a public file. `stage` is None for a kept document."""

    id: str
    file: str
    row: int
    stage: str | None


def find(output: Output, key: str) -> list[Place]:
    """The rows that `key` names. Raises WinnowError for the start of an id that several ids share."""
    names = _spellings(key)
    prefix = key.lower() if re.fullmatch(rf"[0-9a-fA-F]{{{MIN_PREFIX_CHARS},{ID_CHARS}}}", key) else None
    found = list(_scan(output, lambda table: _matches(table, names, prefix)))
    named = [place for place in found if not (prefix and place.id.startswith(prefix))]
    begun = sorted({place.id for place in found} - {place.id for place in named})
    if len(begun) > 1 and not named:
        raise WinnowError(f"{len(begun)} ids begin with {key}, such as {begun[0]} and {begun[1]}: give more characters")
    return found


def rows_of(output: Output, ids: Iterable[str]) -> list[Place]:
    """All rows of some ids: decisions of every stage, and documents."""
    wanted = pa.array(sorted(ids), pa.string())
    return list(_scan(output, lambda table: pc.is_in(table["id"], value_set=wanted)))


def _scan(output: Output, mask: Any) -> Iterator[Place]:
    for name in [*output.names("decisions/"), *output.names("documents/")]:
        stage = name.split("/")[1] if name.startswith("decisions/") else None
        table = output.columns(name, ["id", "native_id", "url"])
        rows = np.flatnonzero(pc.fill_null(mask(table), False).to_numpy())
        for row in rows.tolist():
            yield Place(table["id"][row].as_py(), name, row, stage)


def _matches(table: pa.Table, names: pa.Array, prefix: str | None) -> pa.ChunkedArray:
    mask = pc.or_(pc.is_in(table["native_id"], value_set=names), pc.is_in(table["url"], value_set=names))
    if prefix is not None:
        mask = pc.or_(mask, pc.starts_with(table["id"], prefix))
    return mask


def _spellings(key: str) -> pa.Array:
    """A native id with and without the angle brackets that WARC files write around it."""
    bare = key.removeprefix("<").removesuffix(">")
    return pa.array(sorted({key, bare, f"<{bare}>"}), pa.string())


def locate(output: Output, sources: Mapping[str, str]) -> dict[str, tuple[str, int]]:
    """id -> (path, ordinal) of its record; `sources` is id -> source. Sources too large to try are left out."""
    found: dict[str, tuple[str, int]] = {}
    for source in sorted(set(sources.values())):
        files = [entry for entry in output.manifest["inputs"] if entry["source"] == source]
        wanted = {bytes.fromhex(identity) for identity, owner in sources.items() if owner == source}
        if sum(entry["records"] for entry in files) > LOCATE_MAX_RECORDS:
            continue
        for entry in files:
            for ordinal in range(entry["records"]):
                if (identity := document_id(source, entry["path"], ordinal)) in wanted:
                    found[identity.hex()] = (entry["path"], ordinal)
    return found


def nearest(output: Output, key: str) -> list[str]:
    """URLs of the output that are most like `key`: of the same host, else hosts of a similar name."""
    host = _HOST.match(key)
    if host is None:
        return []
    same: set[str] = set()
    hosts: set[str] = set()
    for name in [*output.names("documents/"), *output.names("decisions/")]:
        urls = output.columns(name, ["url"])["url"].drop_null()
        here = urls.filter(pc.match_substring(urls, host.group(1), ignore_case=True))
        for url in here.to_pylist():
            if len(same) < _CANDIDATES:
                same.add(url)
        if not same and len(hosts) < _CANDIDATES:
            found = pc.struct_field(pc.extract_regex(urls, r"^[A-Za-z][A-Za-z0-9+.-]*://(?P<host>[^/?#]+)"), "host")
            hosts.update(pc.unique(found.drop_null()).to_pylist())
    if same:
        return difflib.get_close_matches(key, sorted(same), SUGGESTIONS, 0.5) or sorted(same)[:SUGGESTIONS]
    return difflib.get_close_matches(host.group(1), sorted(hosts), SUGGESTIONS, 0.7)
