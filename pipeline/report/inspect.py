"""`winnow inspect`: rows to look at, kept documents or what a stage dropped, and files with more; always the same."""

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow.compute as pc

from pipeline.errors import WinnowError
from pipeline.report.figures import SampleRow
from pipeline.report.files import Output
from pipeline.report.markup import number, plural, visible
from pipeline.report.samples import read_dropped

TEXT_CHARS = 800
MAX_ROWS = 1_000
# Public tables that are not one a stage or a source, by the stage that they are about.
TABLES = {
    "quality": "quality/", "minhash": "dedup/", "simhash": "dedup/", "contamination": "contamination/", "pii": "pii/",
}  # fmt: skip
_COLUMNS = ("id", "source", "url", "verdict", "reason", "score", "threshold", "witness", "detail")


def inspect(
    out: str, *, stage: str | None = None, source: str | None = None, reason: str | None = None, count: int = 5
) -> str:
    """`count` kept documents, or, with a stage or a reason, rows that were not kept, with their texts where samples
    have them; then the other files that tell more. Rows are those with the smallest ids, which are hashes: a draw, and
    always the same one.

    Raises WinnowError for a stage, source or reason that the output does not have, naming those it has.
    """
    output = Output.open(out)
    limit = min(count, MAX_ROWS)
    _known("source", source, list(output.manifest["ledger"]))
    if stage is None and reason is None:
        return visible("\n\n".join([*_documents(output, source, limit), *_files(output, TABLES)]))
    stages = sorted({name for names in output.manifest["ledger"].values() for name in names})
    _known("stage", stage, stages)
    chosen = [stage] if stage else stages
    present = _reasons(output, chosen)
    _known("reason", reason, sorted({found for _, found, _ in present}))
    rows = [
        row
        for name in chosen
        if any(name == found and reason in (None, why) and source in (None, where) for found, why, where in present)
        for row in _dropped(output, name, source, reason, limit)
    ]
    entries = _spread(rows, limit)
    if not rows:
        entries = [f"{stage or 'No stage'} removed nothing{f' of source {source}' if source else ''}."]
    return visible("\n\n".join([*entries, *_files(output, [stage] if stage else ())]))


def _files(output: Output, stages: Iterable[str]) -> Iterator[str]:
    """One entry that lists the tables about some stages, where there are any."""
    folders = tuple(TABLES[stage] for stage in stages if stage in TABLES)
    found = [entry for entry in output.manifest["files"] if folders and entry["path"].startswith(folders)]
    if found:
        lines = [f"  {entry['path']}{_rows(entry)}" for entry in sorted(found, key=lambda entry: str(entry["path"]))]
        yield "\n".join(["More in:", *lines])


def _rows(entry: Mapping[str, Any]) -> str:
    return f"  {plural(entry['rows'], 'row')}" if entry["path"].endswith(".parquet") else ""


def _known(kind: str, value: str | None, existing: Sequence[str]) -> None:
    if value is not None and value not in existing:
        raise WinnowError(f"no {kind} {visible(value)!r} in this output; there are: {', '.join(existing) or 'none'}")


def _reasons(output: Output, stages: Iterable[str]) -> set[tuple[str, str, str]]:
    """(stage, reason, source) of everything that stages decided."""
    found = set()
    for stage in stages:
        for name in output.names(f"decisions/{stage}/"):
            table = output.columns(name, ["reason", "source"]).group_by(["reason", "source"]).aggregate([])
            found |= {(stage, row["reason"], row["source"]) for row in table.to_pylist()}
    return found


def _documents(output: Output, source: str | None, limit: int) -> Iterator[str]:
    folder = f"documents/{source}/" if source else "documents/"
    places = heapq.nsmallest(limit, _ids(output, output.names(folder)))
    if not places:
        yield "No documents were kept."
    for identity, name, row_number in places:
        row = output.rows(name, [row_number])[0]
        facts = [
            row["source"],
            row["language"],
            row["format"],
            row["code_language"],
            plural(len(row["text"]), "character"),
        ]
        yield _entry(identity, facts, row["url"], None, row["text"])


def _ids(output: Output, names: Iterable[str]) -> Iterator[tuple[str, str, int]]:
    for name in names:
        for row, identity in enumerate(output.columns(name, ["id"])["id"].to_pylist()):
            yield identity, name, row


def _dropped(
    output: Output, stage: str, source: str | None, reason: str | None, limit: int
) -> Iterator[tuple[str, str]]:
    """(reason, entry) of rows that a stage removed or changed: sampled texts first, then rows without a text."""
    samples = {
        sample.id: sample
        for sample in read_dropped(output, stage, limit, source)
        if reason is None or sample.reason == reason
    }
    held: dict[str, list[tuple[bool, str, dict[str, Any]]]] = {}
    for name in output.names(f"decisions/{stage}/"):
        for table in output.row_groups(name, _COLUMNS):
            mask = pc.is_valid(table["id"])
            if source is not None:
                mask = pc.and_(mask, pc.equal(table["source"], source))
            if reason is not None:
                mask = pc.and_(mask, pc.equal(table["reason"], reason))
            for row in table.filter(mask).to_pylist():
                found = held.setdefault(row["reason"], [])
                found.append((row["id"] not in samples, row["id"], row))
            for found in held.values():
                found.sort(key=lambda item: item[:2])
                del found[limit:]
    for why in sorted(held):
        for _, identity, row in held[why]:
            yield why, _decision(stage, row, samples.get(identity))


def _decision(stage: str, row: Mapping[str, Any], sample: SampleRow | None) -> str:
    facts = [row["source"], f"{stage}: {row['verdict']} {row['reason']}"]
    if row["score"] is not None:
        limit = f", threshold {number(row['threshold'])}" if row["threshold"] is not None else ""
        facts.append(f"score {number(row['score'])}{limit}")
    if row["witness"]:
        facts.append(f"witness {row['witness']}")
    return _entry(row["id"], facts, row["url"], row["detail"], sample.text if sample else None)


def _spread(rows: Sequence[tuple[str, str]], limit: int) -> list[str]:
    """At most `limit` entries, taken from each reason in turn."""
    by_reason: dict[str, list[str]] = {}
    for why, entry in rows:
        by_reason.setdefault(why, []).append(entry)
    chosen: dict[str, int] = dict.fromkeys(by_reason, 0)
    for turn in range(limit):
        for why, entries in by_reason.items():
            if turn < len(entries) and sum(chosen.values()) < limit:
                chosen[why] += 1
    return [entry for why, entries in by_reason.items() for entry in entries[: chosen[why]]]


def _entry(identity: str, facts: Sequence[str | None], url: str | None, detail: str | None, text: str | None) -> str:
    lines = [f"{identity}  {', '.join(fact for fact in facts if fact)}"]
    if url:
        lines.append(f"  {url}")
    if detail:
        lines.append(f"  {detail}")
    if text is not None:
        shown = text[:TEXT_CHARS] + (" ..." if len(text) > TEXT_CHARS else "")
        lines += [f"  | {line}".rstrip() for line in shown.splitlines()]
    return "\n".join(lines)
