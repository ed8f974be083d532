"""What lies behind the verdict of a deciding stage on one document, in lines for `winnow explain`."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow.compute as pc

from pipeline.dedup.nomination import METHODS
from pipeline.report.against import PAIRS as AGAINST
from pipeline.report.contamination import MATCHES
from pipeline.report.files import Output
from pipeline.report.markup import number, plural, share
from pipeline.report.near import CLUSTERS, PAIRS
from pipeline.report.quality import read_policies

QUALITY, CONTAMINATION, PII = "quality", "contamination", "pii"
EARLIER = ("against_exact", "against_minhash", "against_simhash")
"""Stages whose witnesses are documents of earlier runs; their decisions' details say which."""
MATCHES_TOLD = 5


def behind(output: Output, stage: str, identity: str, source: str, row: Mapping[str, Any] | None) -> Iterator[str]:
    """Lines about one document (32 hex characters) that reached `stage`; `row` is the stage's decision, if any."""
    if stage == QUALITY:
        yield from _policy(output, source)
    elif stage in METHODS:
        yield from _cluster(output, identity)
        if row is not None:
            yield from _pair(output, PAIRS, identity)
    elif stage in EARLIER[1:] and row is not None:
        yield from _pair(output, AGAINST, identity)
    elif stage == CONTAMINATION:
        yield from _matches(output, identity)
    elif stage == PII:
        yield from _personal(output, identity)


def _policy(output: Output, source: str) -> Iterator[str]:
    for policy in read_policies(output):
        if policy.source == source:
            parameter = f" {number(policy.parameter)}" if policy.parameter is not None else ""
            kept = share(policy.realised, 1.0)
            yield f"policy {policy.policy}{parameter} by classifier {policy.model}; it kept {kept} of {source}"


def _cluster(output: Output, identity: str) -> Iterator[str]:
    for row in _rows(output, CLUSTERS, "id", identity, ["cluster", "size", "role"]):
        first = "its first document" if row["cluster"] == identity else f"the first is {row['cluster']}"
        note = ", not compared with all of it because a limit was reached" if row["role"] == "unchecked" else ""
        yield f"in a cluster of {plural(row['size'], 'document')}, {first}{note}"


def _pair(output: Output, name: str, identity: str) -> Iterator[str]:
    for row in _rows(output, name, "removed_id", identity, ["kept_id", "similarity", "method", "bands"]):
        if row["similarity"] is None:
            yield f"connected with {row['kept_id']}, which stays; nothing was compared ({row['method']})"
        else:
            yield f"similarity {number(row['similarity'])} ({row['method']}), {plural(row['bands'], 'band')} in common"


def _matches(output: Output, identity: str) -> Iterator[str]:
    columns = ["benchmark", "example", "method", "overlap", "span_start", "span_end", "action"]
    rows = list(_rows(output, MATCHES, "id", identity, columns))
    for row in rows[:MATCHES_TOLD]:
        yield (
            f"{row['method']}, {row['action']}: characters {row['span_start']:,} to {row['span_end']:,} are of "
            f"{row['benchmark']}, item {row['example']} ({share(row['overlap'], 1.0)} of its n-grams)"
        )
    if len(rows) > MATCHES_TOLD:
        yield f"and {plural(len(rows) - MATCHES_TOLD, 'more match')}"


def _personal(output: Output, identity: str) -> Iterator[str]:
    columns = ["kind", "rule", "action", "span_start", "span_end"]
    rows = [row for name in output.names("pii/") for row in _rows(output, name, "id", identity, columns)]
    for row in rows[:MATCHES_TOLD]:
        place = f"characters {row['span_start']:,} to {row['span_end']:,}"
        yield f"{row['kind']}, {row['action']}: {place}, before anything was replaced ({row['rule']})"
    if len(rows) > MATCHES_TOLD:
        yield f"and {plural(len(rows) - MATCHES_TOLD, 'more match')}"


def _rows(output: Output, name: str, key: str, value: str, columns: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The rows of a table that have a value, a row group in memory at a time; none where there is no such table."""
    if name in output.names(name):
        for table in output.row_groups(name, [key, *columns]):
            yield from table.filter(pc.equal(table[key], value)).to_pylist()
