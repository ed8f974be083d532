"""What the deciding stages so far have left of a part's documents.

`ctx.params["decided"]` lists them as [stage, ledger stage, sent]: verdicts that a stage sent through its exchange
(partition = part), or wrote to `verdicts/` of its own task with the part's number. A stage that shortens texts writes
`cuts/` as well: byte ranges of the texts as the stages before it left them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline import records
from pipeline.engine.task import TaskContext

VERDICTS_FILE = "verdicts/{task:05d}.arrow"
CUTS_FILE = "cuts/{task:05d}.arrow"

Ranges = list[tuple[int, int]]


def verdicts(ctx: TaskContext, stage: str, sent: bool) -> Iterator[pa.Table]:
    """Tables of VERDICT rows of one deciding stage on this part, by row."""
    if sent:
        yield from ctx.sorted_partition(stage, records.VERDICT, ("row",))
    else:
        yield from (pa.Table.from_batches([batch]) for batch in ctx.batches(stage, "verdicts/"))


def removed(ctx: TaskContext) -> npt.NDArray[np.int32]:
    """Sorted numbers of the rows that some stage has dropped."""
    found = [np.zeros(0, np.int32)]
    for stage, _, sent in ctx.params["decided"]:
        for table in verdicts(ctx, stage, sent):
            drops = np.array([verdict != "cut" for verdict in table["verdict"].to_pylist()], bool)
            found.append(table["row"].to_numpy()[drops])
    return np.sort(np.concatenate(found))


def survivors(
    ctx: TaskContext, columns: Sequence[str] | None = None
) -> Iterator[tuple[npt.NDArray[np.int32], pa.RecordBatch]]:
    """(row numbers int32, batch) of what is left of `docs/` of this part of `rules`; batches without rows left out.

    `text` is what the cuts so far have left of it; `key` and `text_bytes` are those of the text before all cuts.
    """
    gone = removed(ctx)
    shortened = [found for stage, _, sent in ctx.params["decided"] if not sent and (found := cuts(ctx, stage))]
    first = 0
    for batch in ctx.batches("rules", "docs/", columns=columns):
        rows = np.arange(first, first + batch.num_rows, dtype=np.int32)
        first += batch.num_rows
        stays = ~np.isin(rows, gone, assume_unique=True)
        if not stays.any():
            continue
        if not stays.all():
            rows, batch = rows[stays], batch.filter(pa.array(stays))
        for found in shortened:
            batch = cut(rows, batch, found)
        yield rows, batch


def cuts(ctx: TaskContext, stage: str) -> dict[int, Ranges]:
    """Row -> byte ranges, ascending, that a stage took out of this part's texts; empty for stages that cut nothing."""
    return ranges_by_row(ctx.batches(stage, "cuts/"))


def ranges_by_row(batches: Iterable[pa.RecordBatch]) -> dict[int, Ranges]:
    """Row -> its byte ranges, of the rows of a `cuts/` file."""
    found: dict[int, Ranges] = {}
    for batch in batches:
        for row in batch.to_pylist():
            found.setdefault(row["row"], []).append((row["start"], row["stop"]))
    return found


def cut(rows: npt.NDArray[np.integer], batch: pa.RecordBatch, found: Mapping[int, Ranges]) -> pa.RecordBatch:
    """The batch with its texts shortened, if it has any."""
    place = batch.schema.get_field_index("text")
    if place < 0 or not any(row in found for row in rows.tolist()):
        return batch
    texts = batch.column(place).to_pylist()
    texts = [without(text, found.get(row, ())) for row, text in zip(rows.tolist(), texts, strict=True)]
    return batch.set_column(place, "text", pa.array(texts, pa.string()))


def without(text: str, ranges: Sequence[tuple[int, int]]) -> str:
    """What is left of a text without byte ranges, ascending; white space at its ends goes with them."""
    if not ranges:
        return text
    data = text.encode()
    stops = [0, *(stop for _, stop in ranges)]
    starts = [*(start for start, _ in ranges), len(data)]
    return b"".join(data[stop:start] for stop, start in zip(stops, starts, strict=True)).decode().strip()
