"""Reader text: files, lines, paragraphs."""

import gzip
from pathlib import Path

import pytest
from pydantic import ValidationError
from sources_samples import documents, input_file, quarantined, read_all, tally

from pipeline.sources import READERS, Record

POEM = "The reed bends.\r\nThe reed stands.\n\n \nNoch ein Vers.\n"


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize(
    ("unit", "texts"),
    [
        ("file", [POEM]),
        ("line", ["The reed bends.", "The reed stands.", "Noch ein Vers."]),
        ("paragraph", ["The reed bends.\nThe reed stands.", "Noch ein Vers."]),
    ],
)
def test_units(tmp_path: Path, pack: object, unit: str, texts: list[str]) -> None:
    outcomes = read_all("text", input_file(tmp_path / "a.txt", pack(POEM.encode())), unit=unit)  # type: ignore[operator]
    assert [record.text for record in documents(outcomes)] == texts
    assert len(outcomes) == len(texts)
    assert {record.native_id for record in documents(outcomes)} == {"a.txt"}


def test_encodings(tmp_path: Path) -> None:
    file = input_file(tmp_path / "a.txt", "Möwe".encode("latin-1"))
    assert tally(read_all("text", file)) == {"bad_utf8": 1}
    (record,) = read_all("text", file, encoding="latin-1")
    assert isinstance(record, Record)
    assert record.text == "Möwe"
    (marked,) = read_all("text", input_file(tmp_path / "b.txt", b"\xef\xbb\xbfgull"))
    assert isinstance(marked, Record)
    assert marked.text == "gull"
    wide = input_file(tmp_path / "c.txt", "gull\ntern".encode("utf-16"))
    assert [each.text for each in documents(read_all("text", wide, encoding="utf-16"))] == ["gull\ntern"]
    with pytest.raises(ValidationError, match="unknown encoding 'klingon'"):
        READERS["text"].options(encoding="klingon")
    with pytest.raises(ValidationError, match="line feed is one byte"):
        READERS["text"].options(encoding="utf-16", unit="line")


def test_one_bad_line_costs_itself_alone(tmp_path: Path) -> None:
    outcomes = read_all("text", input_file(tmp_path / "a.txt", b"gull\ncaf\xe9\na\x00b\ntern"), unit="line")
    assert [record.text for record in documents(outcomes)] == ["gull", "tern"]
    assert [(row.ordinal, row.reason) for row in quarantined(outcomes)] == [(1, "bad_utf8"), (2, "not_text")]


def test_half_a_document_is_not_read_but_whole_lines_are(tmp_path: Path) -> None:
    packed = gzip.compress(b"".join(b"wave number %d\n" % number for number in range(2000)))
    file = input_file(tmp_path / "a.txt.gz", packed[:-100])
    assert tally(read_all("text", file)) == {"truncated_gzip": 1}
    lines = read_all("text", file, unit="line")
    assert 1500 < tally(lines)["document"] < 2000
    assert tally(lines)["truncated_gzip"] == 1


def test_long_units_are_set_aside(tmp_path: Path) -> None:
    file = input_file(tmp_path / "a.txt", b"one\n\n" + b"two and more\n" * 50 + b"\nthree\n")
    assert tally(read_all("text", file, max_record_bytes=100)) == {"record_too_large": 1}
    outcomes = read_all("text", file, unit="paragraph", max_record_bytes=100)
    assert [record.text for record in documents(outcomes)] == ["one", "three"]
    assert tally(outcomes)["record_too_large"] == 1


def test_blank_files_are_empty(tmp_path: Path) -> None:
    for unit in ("file", "line", "paragraph"):
        assert tally(read_all("text", input_file(tmp_path / "a.txt", b" \n\n"), unit=unit)) == {"empty_file": 1}


def test_only_a_file_of_many_documents_can_be_cut(tmp_path: Path) -> None:
    file = input_file(tmp_path / "a.txt", b"one\ntwo\n\nthree\n")
    index, options = READERS["text"].index, READERS["text"].options
    assert index(file, 1, options()) is None
    lines, paragraphs = index(file, 1, options(unit="line")), index(file, 1, options(unit="paragraph"))
    assert lines is not None
    assert [split.start for split in lines] == [0, 4, 9]
    assert paragraphs is not None
    assert [split.start for split in paragraphs] == [0, 9]
