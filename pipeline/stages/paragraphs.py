"""DCLM's rule for paragraphs (arXiv:2406.11794, appendix L), in a form that no order of documents changes.

DCLM's Bloom filter takes documents as they come: a paragraph of which more than 80 % of the 13-grams are in the filter
goes, a document of which more than 80 % are goes whole, and the n-grams of what stays enter the filter. Here the
documents have an order of preference, and "known" is settled in two steps, each exact and without a filter:
- an n-gram is possibly known where its first occurrence by preference is in another document; paragraphs at or below
  the threshold even so, of documents that are too, are sure to stay;
- an n-gram is known where a paragraph of another document has it that is sure to stay.
So all that counts against a paragraph stands in text that stays. What is neither sure nor known enough stays: rather a
repeat too many than a text too few.

dclm_paragraphs.grams      the n-grams of a part -> exchange by key
dclm_paragraphs.repeated   those in several places -> exchange of ANSWER rows by part
dclm_paragraphs.keys       the repeated n-grams with their most preferred occurrence -> exchange by key
dclm_paragraphs.firsts     where each is first -> exchange by part
dclm_paragraphs.sure       the same with paragraphs that are sure to stay first -> exchange by key
dclm_paragraphs.known      where each stays -> exchange by part
dclm_paragraphs            verdicts, cuts, and public/dedup/dclm_paragraphs/...
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.dedup import copies, scope
from pipeline.dedup.segments import Segments, Units, segments
from pipeline.engine.task import TaskContext, binary_view
from pipeline.stages.copies import send, send_preferred
from pipeline.stages.cutting import Copy, Cutting, text_at
from pipeline.stages.survivors import survivors

BoolArray = npt.NDArray[np.bool_]
Int64Array = npt.NDArray[np.int64]
MILLION = 1_000_000


@dataclass(frozen=True)
class _Grams:
    """The n-grams of a batch that lie within one paragraph, a line."""

    pieces: Segments
    units: Units
    line_of_token: Int64Array
    line: Int64Array  # of each n-gram

    def share(self, known: BoolArray, millionths: int) -> tuple[BoolArray, BoolArray]:
        """(lines, rows of the batch) of whose n-grams more than that share is known."""
        found = []
        rows = len(self.pieces.bounds) - 1
        lines = int(self.line_of_token[-1]) + 1 if len(self.line_of_token) else 0
        for group, count in ((self.line, lines), (self.units.row, rows)):
            total = np.bincount(group, minlength=count)
            found.append(MILLION * np.bincount(group[known], minlength=count) > millionths * total)
        return found[0], found[1]


def _grams(ctx: TaskContext, batch: pa.RecordBatch) -> _Grams:
    p = ctx.params
    salt = scope.salts(batch, p["scope"], p["tasks"][ctx.task][0])
    pieces = segments(batch.column("text"), "tokens")
    units = pieces.units(p["ngram"], salt)
    line = np.cumsum(pieces.opens) - 1
    first = pieces.bounds[units.row] + units.place
    inside = line[first] == line[first + p["ngram"] - 1]
    return _Grams(pieces, units.only(inside), line, line[first[inside]])


def grams(ctx: TaskContext) -> None:
    """Send this part's distinct n-grams with their numbers."""
    found = [
        _grams(ctx, batch).units.key
        for _, batch in survivors(ctx, columns=("text", *scope.columns(ctx.params["scope"])))
    ]
    if found:
        key = np.concatenate(found)
        distinct, bucket, count = copies.counts(key, np.zeros(len(key), np.uint16))
        send(ctx, copies.COUNTED, (distinct, bucket, np.full(len(distinct), ctx.task, np.int32), count))


def keys(ctx: TaskContext) -> None:
    """Send the repeated n-grams with their most preferred occurrence."""
    repeated = copies.Answers(ctx.partition(ctx.params["repeated"]))

    def chosen(batch: pa.RecordBatch) -> tuple[Units, BoolArray]:
        units = _grams(ctx, batch).units
        units = units.only(repeated.find(units.key) >= 0)
        return units, np.ones(len(units.key), bool)

    send_preferred(ctx, chosen)


def sure(ctx: TaskContext) -> None:
    """Send them once more: an occurrence in a paragraph that is sure to stay is preferred to all others."""
    firsts = copies.Answers(ctx.partition(ctx.params["firsts"]))

    def chosen(batch: pa.RecordBatch) -> tuple[Units, BoolArray]:
        found = _grams(ctx, batch)
        answer, _, stays = _settled(ctx, batch, found, firsts)
        some = answer >= 0
        return found.units.only(some), stays[found.line][some]

    send_preferred(ctx, chosen)


def _settled(
    ctx: TaskContext, batch: pa.RecordBatch, found: _Grams, firsts: copies.Answers
) -> tuple[Int64Array, BoolArray, BoolArray]:
    """(answer of each n-gram, rows that may go whole, lines that are sure to stay)."""
    answer = firsts.find(found.units.key)
    lines, rows = found.share(_elsewhere(batch, found.units, firsts, answer), ctx.params["millionths"])
    row_of_line = np.searchsorted(found.pieces.bounds, np.flatnonzero(found.pieces.opens), side="right") - 1
    return answer, rows, ~lines & ~rows[row_of_line]


def _elsewhere(batch: pa.RecordBatch, units: Units, answers: copies.Answers, answer: Int64Array) -> BoolArray:
    """Whether each n-gram's answer is another document."""
    known = np.zeros(len(answer), bool)
    asked = np.flatnonzero(answer >= 0)
    ids = binary_view(batch.column("id"))[units.row[asked]]
    known[asked] = (answers.ids[answer[asked]] != ids).any(axis=1)
    return known


def cut(ctx: TaskContext) -> None:
    """Take out what is known."""
    p = ctx.params
    firsts = copies.Answers(ctx.partition(p["firsts"]))
    stays = copies.Answers(ctx.partition(p["known"]))
    cutting = Cutting(ctx, "paragraphs", p["millionths"] / MILLION)
    for rows, batch in survivors(ctx, columns=("id", "text", *scope.columns(ctx.params["scope"]))):
        found = _grams(ctx, batch)
        _, may_go, _ = _settled(ctx, batch, found, firsts)
        answer = stays.find(found.units.key)
        known = _elsewhere(batch, found.units, stays, answer)
        known[known] = stays.places[answer[known]] >= 0
        lines, whole = found.share(known, p["millionths"])
        whole &= may_go
        row_of_token = np.repeat(np.arange(batch.num_rows), np.diff(found.pieces.bounds))
        gone = lines[found.line_of_token] | whole[row_of_token]
        for document in np.unique(row_of_token[gone]).tolist():
            _write(cutting, int(rows[document]), batch, document, found, gone, known, answer, stays)
    cutting.flush()


def _write(
    cutting: Cutting,
    row: int,
    batch: pa.RecordBatch,
    document: int,
    found: _Grams,
    gone: BoolArray,
    known: BoolArray,
    answer: Int64Array,
    stays: copies.Answers,
) -> None:
    """Cut the tokens `gone` out of one document."""
    pieces = found.pieces
    mine = slice(int(pieces.bounds[document]), int(pieces.bounds[document + 1]))
    tokens = np.flatnonzero(gone[mine]) + mine.start
    zero = pieces.text_bounds[document]
    stretches, shares = [], []
    line_of_token = found.line_of_token[tokens]
    lost = np.unique(line_of_token).tolist()
    for line in lost:
        first, after = np.searchsorted(found.line, [line, line + 1])
        counted = np.flatnonzero(known[first:after]) + first
        begin, end = np.searchsorted(line_of_token, [line, line + 1])
        start, stop = int(pieces.starts[tokens[begin]] - zero), int(pieces.stops[tokens[end - 1]] - zero)
        if not len(counted):  # a line of a document that goes whole
            stretches.append(Copy(start, stop, 1, None))
            continue
        shares.append(len(counted) / int(after - first))
        witnesses, numbers = np.unique(stays.ids[answer[counted]], axis=0, return_counts=True)
        witness = witnesses[np.argmax(numbers)].tobytes()
        stretches.append(Copy(start, stop, int(stays.copies[answer[counted]].max()), witness))
    units = int(pieces.opens[mine].sum())
    identity, text = text_at(batch, document)
    cutting.document(row, identity, text, pieces.cuts(document, gone), stretches, len(lost), units, max(shares))
