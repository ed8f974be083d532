"""Reader `parquet`: one row a document, row groups streamed.

A row that cannot be read is quarantined where the others can. Where a row group is damaged, the rows before the damage
are read and each row that the footer promises behind it is quarantined, so that ordinals follow from the footer alone.
"""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.sources.base import InputFile, Reader, Record, Rejected, Split
from pipeline.sources.files import open_binary
from pipeline.sources.rows import METADATA_FIELDS, RowOptions, row_outcome

_BATCH_BYTES = 16 << 20
_MAX_BATCH_ROWS = 4096
_BUFFER_BYTES = 1 << 20
# pyarrow raises its own classes, and OSError for damaged pages.
_ERRORS = (pa.ArrowException, OSError, ValueError)
_BAD_VALUES = (pa.ArrowException, ValueError, OverflowError, LookupError)


def read(file: InputFile, split: Split, options: RowOptions) -> Iterator[Record | Rejected]:
    """One outcome for each row of the row groups [start, end) of the split."""
    try:
        parquet = _open(file)
        columns = _columns(parquet.schema_arrow, options)
    except _ERRORS as error:
        reason, problem = _cannot_open(file, error)
        yield Rejected(split.first_ordinal, "quarantine", reason, f"{file.relpath}: {problem}")
        return
    with parquet:
        footer = parquet.metadata
        if split.start == 0 and footer.num_rows == 0:
            yield Rejected(0, "quarantine", "empty_file", f"{file.relpath}: no rows")
            return
        ordinal = split.first_ordinal
        for group in range(split.start, footer.num_row_groups if split.end is None else split.end):
            yield from _row_group(file, parquet, group, ordinal, columns, options)
            ordinal += footer.row_group(group).num_rows


def _open(file: InputFile) -> pq.ParquetFile:
    """Raises one of _ERRORS for what is no Parquet file, also where the footer contradicts itself: its counts of rows
    become ordinals, so that they must not come from damage."""
    source = open_binary(file.path)
    parquet = pq.ParquetFile(source, pre_buffer=False, buffer_size=_BUFFER_BYTES, page_checksum_verification=True)
    footer = parquet.metadata
    counts = [footer.row_group(group).num_rows for group in range(footer.num_row_groups)]
    if sum(counts) != footer.num_rows or min(counts, default=0) < 0:
        raise ValueError(f"the footer promises {footer.num_rows} rows, and {sum(counts)} in its row groups")
    return parquet


def _cannot_open(file: InputFile, error: Exception) -> tuple[str, str]:
    if file.size == 0:
        return "empty_file", "no bytes to read"
    if isinstance(error, OSError) and error.errno is not None:
        return "unreadable_file", f"{type(error).__name__}: {error.strerror or error}"
    return "not_parquet", _first_line(error)


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0][:300]


def _columns(schema: pa.Schema, options: RowOptions) -> list[str]:
    """Columns that can matter: scalars, `metadata`, and those that options name; other nested ones are not read."""
    named = {name.split(".")[0] for name in (options.text, options.html, options.id, options.url, options.date) if name}
    return [f.name for f in schema if f.name in named or f.name in METADATA_FIELDS or not pa.types.is_nested(f.type)]


def _row_group(
    file: InputFile, parquet: pq.ParquetFile, group: int, ordinal: int, columns: list[str], options: RowOptions
) -> Iterator[Record | Rejected]:
    footer = parquet.metadata.row_group(group)
    row_bytes = max(1, footer.total_byte_size // max(1, footer.num_rows))
    batch_rows = max(1, min(_MAX_BATCH_ROWS, _BATCH_BYTES // row_bytes))
    done = 0
    problem = "fewer rows than the footer says"
    batches: Iterator[pa.RecordBatch] | None = None
    while done < footer.num_rows:
        try:
            if batches is None:
                batches = parquet.iter_batches(batch_rows, row_groups=[group], columns=columns, use_threads=False)
            batch = next(batches, None)
        except _ERRORS as error:
            batch, problem = None, _first_line(error)
        if batch is None:
            break
        for row in _rows(batch):
            yield _outcome(file, row, ordinal + done, f"row {done} of row group {group}", options)
            done += 1
    for lost in range(done, footer.num_rows):
        detail = f"{file.relpath}, row {lost} of row group {group}: {problem}"
        yield Rejected(ordinal + lost, "quarantine", "bad_row_group", detail)


def _rows(batch: pa.RecordBatch) -> Iterator[dict[str, Any] | Exception]:
    """Rows as dicts; an exception in place of a row with a value that has no Python form, such as text not in UTF-8."""
    try:
        yield from batch.to_pylist()
        return
    except _BAD_VALUES:
        pass
    for i in range(batch.num_rows):
        try:
            yield batch.slice(i, 1).to_pylist()[0]
        except _BAD_VALUES as error:
            yield error


def _outcome(
    file: InputFile, row: dict[str, Any] | Exception, ordinal: int, where: str, options: RowOptions
) -> Record | Rejected:
    if isinstance(row, Exception):
        reason = "bad_utf8" if isinstance(row, UnicodeDecodeError) else "bad_value"
        return Rejected(ordinal, "quarantine", reason, f"{file.relpath}, {where}: {_first_line(row)}")
    outcome = row_outcome(file, ordinal, row, options, where)
    if isinstance(outcome, Record):
        text = outcome.content if outcome.text is None else outcome.text
        # A character is at most 4 bytes, so most texts need not be encoded to know that they are small enough.
        if text is not None and 4 * len(text) > options.max_record_bytes:
            size = len(text if isinstance(text, bytes) else text.encode("utf-8"))
            if size > options.max_record_bytes:
                detail = (
                    f"{file.relpath}, {where}: {size} bytes, more than max_record_bytes: {options.max_record_bytes}"
                )
                return Rejected(ordinal, "quarantine", "record_too_large", detail, outcome.native_id, outcome.url)
    return outcome


def index(file: InputFile, split_bytes: int, options: RowOptions) -> list[Split] | None:
    """Splits at row groups, from the footer alone; `start` and `end` count row groups. None with a single one."""
    try:
        with _open(file) as parquet:
            footer = parquet.metadata
            groups = [footer.row_group(i) for i in range(footer.num_row_groups)]
    except _ERRORS:
        return None
    if len(groups) < 2:
        return None
    # Stored sizes are in the column chunks, but asking a damaged footer for those ends the process (pyarrow 25).
    unpacked_bytes = sum(group.total_byte_size for group in groups)
    packing = 1.0 if file.size is None or unpacked_bytes <= 0 else file.size / unpacked_bytes
    starts, ordinal, size = [(0, 0)], 0, 0.0
    for number, group in enumerate(groups):
        if size >= split_bytes:
            starts.append((number, ordinal))
            size = 0
        size += group.total_byte_size * packing
        ordinal += group.num_rows
    ends = [*(start for start, _ in starts[1:]), None]
    return [Split(i, start, end, first) for i, ((start, first), end) in enumerate(zip(starts, ends, strict=True))]


def splittable(path: str) -> bool:
    """Any Parquet file may have several row groups."""
    return True


READER = Reader("parquet", RowOptions, read, index, splittable, extracts=False, summary="one Parquet row a document")
