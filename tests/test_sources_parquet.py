"""Reader parquet: columns, row groups, damage."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sources_samples import documents, input_file, quarantined, read_all, read_splits, tally

from pipeline.sources import READERS, InputFile, Split


def table(rows: int = 50) -> pa.Table:
    return pa.table(
        {
            "text": [f"The ferry of day {day} is late." for day in range(rows)],
            "id": list(range(rows)),
            "url": [f"http://reed.example/{day}" for day in range(rows)],
            "date": [datetime(2024, 1, 1, day % 24, tzinfo=UTC) for day in range(rows)],
            "score": [day / 4 for day in range(rows)],
            "metadata": [{"lang": "en", "day": day} for day in range(rows)],
            "tags": [["a", "b"]] * rows,
        }
    )


def written(path: Path, rows: pa.Table, **options: Any) -> InputFile:
    pq.write_table(rows, path, **options)
    return input_file(path)


def test_columns(tmp_path: Path) -> None:
    outcomes = read_all("parquet", written(tmp_path / "a.parquet", table(), row_group_size=7))
    assert tally(outcomes) == {"document": 50}
    record = documents(outcomes)[9]
    assert (record.text, record.native_id, record.url) == ("The ferry of day 9 is late.", "9", "http://reed.example/9")
    assert record.date == "2024-01-01T09:00:00Z"
    assert record.metadata == {"score": "2.25", "lang": "en", "day": "9"}


def test_named_columns_and_pages(tmp_path: Path) -> None:
    rows = pa.table({"page": pa.array([b"<p>M\xf6we</p>", None]), "meta": [{"link": "http://reed.example/"}] * 2})
    outcomes = read_all("parquet", written(tmp_path / "a.parquet", rows), html="page", url="meta.link")
    (record,) = documents(outcomes)
    assert (record.content, record.charset, record.url) == (b"<p>M\xf6we</p>", None, "http://reed.example/")
    (row,) = quarantined(outcomes)
    assert row.reason == "missing_text"
    assert row.detail.startswith("a.parquet, row 1 of row group 0: no field page")


def test_a_column_that_is_not_there(tmp_path: Path) -> None:
    outcomes = read_all("parquet", written(tmp_path / "a.parquet", table(3)), text="body")
    assert tally(outcomes) == {"missing_text": 3}


def test_text_that_is_not_utf8_costs_its_row_alone(tmp_path: Path) -> None:
    raw = pa.array([b"fine", b"caf\xe9", b"fine too"])
    text = pa.Array.from_buffers(pa.string(), 3, raw.buffers())
    outcomes = read_all("parquet", written(tmp_path / "a.parquet", pa.table({"text": text})))
    assert [record.text for record in documents(outcomes)] == ["fine", "fine too"]
    assert [(row.ordinal, row.reason) for row in quarantined(outcomes)] == [(1, "bad_utf8")]


def test_large_texts_are_set_aside(tmp_path: Path) -> None:
    rows = pa.table({"text": ["short", "long " * 1000, "ünï" * 300]})
    outcomes = read_all("parquet", written(tmp_path / "a.parquet", rows), max_record_bytes=1200)
    assert tally(outcomes) == {"document": 1, "record_too_large": 2}


def test_splits_are_row_groups_and_give_the_sequential_read(tmp_path: Path) -> None:
    file = written(tmp_path / "a.parquet", table(), row_group_size=7)
    assert read_splits("parquet", file, 1) == read_all("parquet", file)
    options = READERS["parquet"].options()
    splits = READERS["parquet"].index(file, 1, options)
    assert splits is not None
    assert splits[:2] == [Split(0, 0, 1, 0), Split(1, 1, 2, 7)]
    assert len(splits) == 8
    assert READERS["parquet"].index(written(tmp_path / "b.parquet", table()), 1, options) is None


@pytest.mark.parametrize(("compression", "checksum"), [("snappy", False), ("snappy", True), ("none", True)])
def test_rows_around_a_damaged_row_group_are_read(tmp_path: Path, compression: str, checksum: bool) -> None:
    rows = pa.table({"text": [f"{day:05d} " * 200 for day in range(300)]})
    path = tmp_path / "a.parquet"
    options = {"row_group_size": 100, "use_dictionary": False, "compression": compression}
    written(path, rows, write_page_checksum=checksum, **options)
    with pq.ParquetFile(path) as parquet:
        column = parquet.metadata.row_group(1).column(0)
        middle = column.data_page_offset + column.total_compressed_size // 2
    data = bytearray(path.read_bytes())
    data[middle : middle + 4] = bytes(4 * [0xA5])
    file = input_file(path, bytes(data))
    outcomes = read_all("parquet", file)
    assert len(outcomes) == 300
    kept = {record.ordinal for record in documents(outcomes)}
    assert kept >= {*range(100), *range(200, 300)}
    lost = quarantined(outcomes)
    assert {row.reason for row in lost} == {"bad_row_group"}
    assert [row.ordinal for row in lost] == list(range(lost[0].ordinal, 200))
    assert read_splits("parquet", file, 1) == outcomes


def test_a_truncated_file_has_no_footer(tmp_path: Path) -> None:
    file = written(tmp_path / "a.parquet", table())
    cut = input_file(tmp_path / "b.parquet", Path(file.path).read_bytes()[:-40])
    assert tally(read_all("parquet", cut)) == {"not_parquet": 1}
    assert READERS["parquet"].index(cut, 1, READERS["parquet"].options()) is None


def test_a_file_without_rows(tmp_path: Path) -> None:
    assert tally(read_all("parquet", written(tmp_path / "a.parquet", table(0)))) == {"empty_file": 1}
