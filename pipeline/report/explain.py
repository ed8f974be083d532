"""`winnow explain`: the whole life of a record, from the file it came from to the sequences it is trained in."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow.compute as pc

from pipeline.engine import storage
from pipeline.errors import WinnowError
from pipeline.report import judged
from pipeline.report.files import Output
from pipeline.report.lookup import MIN_PREFIX_CHARS, Place, find, locate, nearest
from pipeline.report.markup import number, plural, visible
from pipeline.report.record import Record, ends, piece_ids, read_records
from pipeline.shards.index import open_shard, read_index

MAX_RECORDS = 5  # shown where a URL or a native id names several
MAX_COPIES = 5
EXCERPT_CHARS = 400
URL_CHARS = 300
# Sequences of which the list of documents is looked through: 32 bytes a piece, from the memory map.
SHARD_MAX_SEQUENCES = 2_000_000
SEQUENCES_NAMED = 8

_VERDICTS = {"drop": "dropped", "quarantine": "quarantined", "cut": "changed"}


def explain(out: str, key: str) -> str:
    """The life of the record that `key` names: an id (32 hex characters, or the first 8 and more of one), a native id
    (with or without angle brackets) or a URL. Several records of one URL are all told, kept ones first.

    Raises WinnowError, with the nearest URLs, where nothing has that name.
    """
    output = Output.open(out)
    wanted = key.strip()
    found = find(output, wanted) if wanted else []
    if not found:
        raise WinnowError(_nothing(output, wanted))
    # The pieces of a document are told with it, where a name such as a URL is that of all of them.
    pieces = piece_ids(output, found)
    ids = [identity for identity in _furthest_first(output, found) if identity not in pieces]
    shown = ids[:MAX_RECORDS]
    records = read_records(output, shown)
    located = locate(output, {record.of_input.id: record.source for record in records})
    lives = ["\n".join(_life(output, record, located.get(record.of_input.id))) for record in records]
    if len(ids) > 1:
        some = f"; the first {MAX_RECORDS}:" if len(ids) > MAX_RECORDS else ":"
        lives.insert(0, f"{len(ids)} records have this name{some}")
    return visible("\n\n".join(lives))


def _nothing(output: Output, key: str) -> str:
    message = f"nothing in {output.out} has the id, native id or URL {visible(key)!r}."
    if key and len(key) < MIN_PREFIX_CHARS and all(c in "0123456789abcdefABCDEF" for c in key):
        return f"{message} Of an id give at least the first {MIN_PREFIX_CHARS} characters."
    near = nearest(output, key)
    if near:
        return f"{message} Nearest: {', '.join(visible(url) for url in near)}"
    return (
        f"{message} Every record of the inputs has a row, so it was in none of them. `winnow inspect {output.out}` "
        "shows some documents with their ids and URLs."
    )


def _furthest_first(output: Output, found: Sequence[Place]) -> list[str]:
    """Ids, kept documents first, then those that came further: a page before its request record of the same URL."""
    order: list[str] = []
    for stages in output.manifest["ledger"].values():
        order += [stage for stage in stages if stage not in order]
    reached: dict[str, int] = {}
    for place in found:
        far = len(order) if place.stage is None else order.index(place.stage)
        reached[place.id] = max(reached.get(place.id, -1), far)
    return sorted(reached, key=lambda identity: (-reached[identity], identity))


def _life(output: Output, record: Record, located: tuple[str, int] | None) -> Iterator[str]:
    """The lines of one record; `located` is the path of its file and its ordinal there, where known."""
    document = record.document
    given = document["metadata"] or {} if document else {}
    metadata = {name: value for name, value in given.items() if value is not None}
    offset = f", byte {metadata['warc_offset']}" if "warc_offset" in metadata else ""
    yield _line("id", record.id)
    yield _line("source", record.source)
    if located:
        yield _line("record", f"{located[1]} (from 0) of {located[0]}{offset}")
    elif "warc_file" in metadata:
        yield _line("record", f"{metadata['warc_file']}{offset}")
    for name in ("native_id", "url", "date", "parent_id"):
        if record.any_row.get(name):
            yield _line(name.replace("_", " "), record.any_row[name][:URL_CHARS])
    if record.parent is not None:
        number_of = next(i for i, piece in enumerate(record.parent.pieces, start=1) if piece.id == record.id)
        yield _line("piece", f"{number_of} of {len(record.parent.pieces)} of {record.parent.id}, whose life follows")
    yield ""
    yield from _stages(output, record, record.document)
    copies = _copies(output, record.of_input.id)
    if copies:
        some = ", ".join(copies[:MAX_COPIES]) + (", ..." if len(copies) > MAX_COPIES else "")
        yield ""
        yield f"  It stands for {plural(len(copies), 'removed row')}: {some}"
    if document is not None and record.place is not None:
        yield ""
        yield _line("kept in", f"{record.place.file}, row {record.place.row} (from 0)")
        yield _line("tags", _tags(document))
        if metadata:
            yield _line("metadata", ", ".join(f"{name} {value}" for name, value in sorted(metadata.items())))
        yield from _sequences(output, record.id)
        yield _line("text", plural(len(document["text"]), "character"))
        yield _indented(document["text"])


def _line(name: str, value: str) -> str:
    return f"{name:<10} {value}"


def _stages(output: Output, record: Record, document: Mapping[str, Any] | None) -> Iterator[str]:
    """Every stage of the source in order: passed, what it decided, or not reached; and what lies behind it.

    `document` is what stayed of the record, or the piece of it that is told, if any. A piece has decisions of its own,
    on top of those on the whole.
    """
    told, record = record, record.of_input
    if document is None and record.pieces:
        document = output.rows(record.pieces[0].file, [record.pieces[0].row])[0]
    score = document["quality"] if document is not None else None
    gone = False
    for stage in output.ledger_stages(record.source):
        row = record.decisions.get(stage) or told.decisions.get(stage)
        if row is None:
            scored = f"score {number(score)}" if stage == judged.QUALITY and score is not None else ""
            yield f"  {stage:<20} {'not reached' if gone else 'passed':<12} {scored}".rstrip()
        else:
            yield f"  {stage:<20} {_VERDICTS[row['verdict']]:<12} {row['reason']}{_measure(row)}"
            if row["witness"]:
                now = ", of an earlier run" if stage in judged.EARLIER else _now(output, row["witness"])
                yield _more(f"witness {row['witness']}{now}")
            if row["detail"]:
                yield _more(row["detail"])
        if not gone:
            identity = told.id if stage in told.decisions else record.id
            yield from map(_more, judged.behind(output, stage, identity, record.source, row))
        gone = gone or (row is not None and ends(row))
    yield f"  {'documents':<20} {_end(record)}"
    for piece in record.pieces:
        yield _more(f"piece {piece.id}, {piece.file}, row {piece.row} (from 0)")


def _end(record: Record) -> str:
    if record.pieces:
        return f"kept in {plural(len(record.pieces), 'piece')}"
    return "kept" if record.document is not None else "not kept"


def _more(text: str) -> str:
    """A line below a stage."""
    return f"  {'':<33} {text}"


def _measure(row: Mapping[str, Any]) -> str:
    if row["score"] is None:
        return ""
    limit = f", threshold {number(row['threshold'])}" if row["threshold"] is not None else ""
    return f" (score {number(row['score'])}{limit})"


def _now(output: Output, identity: str) -> str:
    """Where another record stands now."""
    record = next(iter(read_records(output, [identity])), None)
    if record is None:
        return ", of which nothing is known"
    where = record.source + (f": {record.any_row['url'][:URL_CHARS]}" if record.any_row["url"] else "")
    if record.pieces:
        return f", kept in {plural(len(record.pieces), 'piece')} in {where}"
    if record.document is not None or record.end is None:
        return f", kept in {where}"
    stage, row = record.end
    return f", later {_VERDICTS[row['verdict']]} itself by {stage} ({row['reason']}), of {where}"


def _copies(output: Output, identity: str) -> list[str]:
    """Ids of rows that were removed with this document as their witness."""
    found: list[str] = []
    for name in output.names("decisions/"):
        table = output.columns(name, ["id", "witness"])
        found += table.filter(pc.equal(table["witness"], identity))["id"].to_pylist()
    return sorted(found)


def _tags(document: Mapping[str, Any]) -> str:
    parts = []
    if document["language"]:
        score = document["language_score"]
        parts.append(f"language {document['language']}" + (f" ({score:.2f})" if score is not None else ""))
    if document["format"]:
        parts.append(f"format {document['format']}")
    if document["code_language"]:
        parts.append(f"code {document['code_language']}")
    if document["quality"] is not None:
        parts.append(f"quality {document['quality']:.3f}")
    return ", ".join(parts) or "none"


def _indented(text: str) -> str:
    excerpt = text[:EXCERPT_CHARS] + (" ..." if len(text) > EXCERPT_CHARS else "")
    return "\n".join(f"  | {line}".rstrip() for line in excerpt.splitlines())


def _sequences(output: Output, identity: str) -> Iterator[str]:
    """Which sequences of the shards hold pieces of the document."""
    if not output.manifest["mixture"] or not storage.is_local(output.out):
        return
    folder = storage.join(output.out, "shards")
    layout, index = read_index(folder)
    if sum(split["sequences"] for split in index["splits"].values()) > SHARD_MAX_SEQUENCES:
        return
    for name, split in index["splits"].items():
        found: list[int] = []
        for shard in split["shards"]:
            file = open_shard(folder, shard, layout)
            for batch in range(file.num_record_batches):
                pieces = file.get_batch(batch).column("documents")
                mask = pc.equal(pieces.values.field("id"), identity).to_numpy(zero_copy_only=False)
                rows = np.unique(pc.list_parent_indices(pieces).to_numpy()[mask])
                found += (rows + shard["first_sequence"] + batch * layout.batch_rows).tolist()
        if found:
            some = ", ".join(str(i) for i in found[:SEQUENCES_NAMED]) + (
                ", ..." if len(found) > SEQUENCES_NAMED else ""
            )
            yield _line("trained in", f"{plural(len(found), 'sequence')} of {name}: {some}")
