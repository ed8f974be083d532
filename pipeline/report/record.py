"""All that an output says about one id: a record of the inputs, or a piece that was cut from one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.ids import piece_id
from pipeline.report.files import Output
from pipeline.report.lookup import Place, rows_of


@dataclass(frozen=True)
class Record:
    """All rows of one id. A document that was cut has pieces, a piece has the document it was cut from."""

    id: str
    decisions: Mapping[str, Mapping[str, Any]]  # stage -> row of DECISION
    document: Mapping[str, Any] | None
    place: Place | None  # of the document
    pieces: tuple[Place, ...]  # documents that stand in this one's place, in order
    parent: "Record | None"

    @property
    def any_row(self) -> Mapping[str, Any]:
        """What the document and all decisions have: source, native_id, url."""
        return self.document or next(iter(self.decisions.values()))

    @property
    def source(self) -> str:
        """The source it is of."""
        return str(self.any_row["source"])

    @property
    def of_input(self) -> "Record":
        """The record that an input file holds, on which stages decided."""
        return self.parent or self

    @property
    def end(self) -> tuple[str, Mapping[str, Any]] | None:
        """(stage, decision) that left nothing of it."""
        return next(((stage, row) for stage, row in self.decisions.items() if ends(row)), None)


def ends(decision: Mapping[str, Any]) -> bool:
    """Whether nothing stays after a decision."""
    return decision["verdict"] != "cut" or decision["rows_out"] == 0


def read_records(output: Output, ids: Sequence[str]) -> list[Record]:
    """The records of some ids, in their order; ids without rows are left out."""
    places = rows_of(output, ids)
    found = []
    for identity in ids:
        mine = [place for place in places if place.id == identity]
        if not mine:
            continue
        decisions = {place.stage: output.rows(place.file, [place.row])[0] for place in mine if place.stage is not None}
        kept = next((place for place in mine if place.stage is None), None)
        document = output.rows(kept.file, [kept.row])[0] if kept else None
        parent = None
        if document is not None and document["parent_id"]:
            # A source may name parents of its own; only a document that was cut here has decisions.
            parent = next((one for one in read_records(output, [document["parent_id"]]) if one.pieces), None)
        pieces = [piece for row in decisions.values() for piece in _piece_ids(row)]
        stand = {place.id: place for place in rows_of(output, pieces) if place.stage is None} if pieces else {}
        in_order = tuple(stand[piece] for piece in pieces if piece in stand)
        found.append(Record(identity, decisions, document, kept, in_order, parent))
    return found


def piece_ids(output: Output, places: Iterable[Place]) -> set[str]:
    """The ids that pieces of these rows would have."""
    rows: dict[str, list[int]] = {}
    for place in places:
        if place.stage is not None:
            rows.setdefault(place.file, []).append(place.row)
    return {piece for file, numbers in rows.items() for row in output.rows(file, numbers) for piece in _piece_ids(row)}


def _piece_ids(decision: Mapping[str, Any]) -> list[str]:
    return [piece_id(bytes.fromhex(decision["id"]), number).hex() for number in range(decision["rows_out"])]
