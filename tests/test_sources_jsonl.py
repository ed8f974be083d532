"""Reader jsonl: fields, metadata, bad lines, compression."""

import bz2
import gzip
import json
import lzma
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from sources_samples import documents, input_file, quarantined, read_all, tally

from pipeline.sources import READERS, Record


def row_of(tmp_path: Path, row: object, **options: str) -> Record:
    (outcome,) = read_all("jsonl", input_file(tmp_path / "a.jsonl", json.dumps(row).encode()), **options)
    assert isinstance(outcome, Record)
    return outcome


def test_usual_fields_and_metadata(tmp_path: Path) -> None:
    row = {
        "text": "Two boats lie on the sand.",
        "id": 17,
        "url": "http://reed.example/",
        "timestamp": "2019-04-25T12:57:54Z",
        "source": "shore",
        "stars": 4,
        "score": 0.25,
        "checked": True,
        "nothing": None,
        "tags": ["a", "b"],
        "metadata": {"lang": "en", "source": "other", "deep": {"x": 1}, "length": 26},
    }
    record = row_of(tmp_path, row)
    assert (record.text, record.content) == ("Two boats lie on the sand.", None)
    assert (record.native_id, record.url, record.date) == ("17", "http://reed.example/", "2019-04-25T12:57:54Z")
    assert record.metadata == {
        "source": "shore",
        "stars": "4",
        "score": "0.25",
        "checked": "true",
        "lang": "en",
        "metadata.source": "other",
        "length": "26",
    }


def test_named_fields_and_paths(tmp_path: Path) -> None:
    row = {"body": "Low tide.", "text": "not this", "meta": {"link": "http://reed.example/", "when": 1556197074}}
    record = row_of(tmp_path, row, text="body", url="meta.link", date="meta.when")
    assert (record.text, record.url, record.date) == ("Low tide.", "http://reed.example/", "2019-04-25T12:57:54Z")
    assert record.metadata == {"text": "not this"}


def test_url_and_date_are_also_found_inside_metadata(tmp_path: Path) -> None:
    record = row_of(tmp_path, {"text": "Low tide.", "metadata": {"url": "http://reed.example/", "date": "2020-01-01"}})
    assert (record.url, record.date, record.metadata) == ("http://reed.example/", "2020-01-01", {})


@pytest.mark.parametrize(
    ("value", "date"),
    [
        (1556197074, "2019-04-25T12:57:54Z"),
        (1556197074.9, "2019-04-25T12:57:54Z"),
        (1556197074123, "2019-04-25T12:57:54Z"),
        ("yesterday", "yesterday"),
        (2019, "2019"),
    ],
)
def test_dates(tmp_path: Path, value: object, date: str) -> None:
    assert row_of(tmp_path, {"text": "x", "date": value}).date == date


def test_html_field_is_content_to_extract(tmp_path: Path) -> None:
    record = row_of(tmp_path, {"html": "<p>Möwe</p>", "text": "not this"}, html="html")
    assert (record.content, record.text, record.charset) == ("<p>Möwe</p>".encode(), None, "utf-8")
    assert READERS["jsonl"].yields_pages(READERS["jsonl"].options(html="html"))
    assert not READERS["jsonl"].yields_pages(READERS["jsonl"].options())
    with pytest.raises(ValidationError, match="exclude each other"):
        READERS["jsonl"].options(html="html", text="text")


@pytest.mark.parametrize(
    ("line", "reason", "detail"),
    [
        (b'{"text": "x"', "bad_json", "a.jsonl, byte 14: "),
        (b"[1, 2]", "bad_json", "a.jsonl, byte 14: a JSON object is expected, not list"),
        (b'{"text": "caf\xe9"}', "bad_utf8", "a.jsonl, byte 14: invalid continuation byte at byte 13 of the line"),
        (
            b'{"body": "x"}',
            "missing_text",
            "a.jsonl, byte 14: no field text or content or raw_content; the row has body",
        ),
        (b'{"text": null}', "missing_text", "a.jsonl, byte 14: no field text"),
        (b'{"text": 3}', "text_not_a_string", "a.jsonl, byte 14: field text holds int, not a string"),
        (b'{"text": ["x"]}', "text_not_a_string", "a.jsonl, byte 14: field text holds list"),
        (b"[" * 100_000, "bad_json", "a.jsonl, byte 14: "),
    ],
)
def test_bad_lines_are_quarantined_and_reading_goes_on(tmp_path: Path, line: bytes, reason: str, detail: str) -> None:
    file = input_file(tmp_path / "a.jsonl", b'{"text": "a"}\n' + line + b'\n\n  \r\n{"text": "b"}')
    outcomes = read_all("jsonl", file)
    assert [record.text for record in documents(outcomes)] == ["a", "b"]
    (row,) = quarantined(outcomes)
    assert (row.ordinal, row.reason) == (1, reason)
    assert row.detail.startswith(detail)


def test_blank_text_is_dropped(tmp_path: Path) -> None:
    assert tally(read_all("jsonl", input_file(tmp_path / "a.jsonl", b'{"text": " \\n"}'))) == {"empty_text": 1}


def test_what_strict_parsers_refuse_but_files_hold(tmp_path: Path) -> None:
    data = b'\xef\xbb\xbf{"text": "a", "x": NaN}\r\n{"text": "half \\ud83d pair"}\r\n'
    assert [each.text for each in documents(read_all("jsonl", input_file(tmp_path / "a.jsonl", data)))] == [
        "a",
        "half � pair",
    ]


def test_lines_longer_than_the_limit_are_set_aside(tmp_path: Path) -> None:
    long = json.dumps({"text": "sand " * 400_000}).encode()
    data = b'{"text": "a"}\n' + long + b'\n{"text": "b"}\n'
    for packed in (data, gzip.compress(data)):
        outcomes = read_all("jsonl", input_file(tmp_path / "a.jsonl", packed), max_record_bytes=10_000)
        assert tally(outcomes) == {"document": 2, "record_too_large": 1}
    assert tally(read_all("jsonl", input_file(tmp_path / "a.jsonl", data))) == {"document": 3}


ROWS = b"".join(b'{"text": "the tide of day %d", "id": %d}\n' % (day, day) for day in range(300))


@pytest.mark.parametrize(
    "data",
    [
        gzip.compress(ROWS, mtime=0),
        gzip.compress(ROWS[:1000], mtime=0) + gzip.compress(ROWS[1000:], mtime=0),
        zstandard.compress(ROWS),
        zstandard.compress(ROWS[:1000]) + zstandard.compress(ROWS[1000:]),
        bz2.compress(ROWS),
        bz2.compress(ROWS[:1000]) + bz2.compress(ROWS[1000:]),
        lzma.compress(ROWS),
        lzma.compress(ROWS[:1000]) + lzma.compress(ROWS[1000:]),
    ],
    ids=["gzip", "gzip x2", "zstd", "zstd x2", "bz2", "bz2 x2", "xz", "xz x2"],
)
def test_compression_and_truncation(tmp_path: Path, data: bytes) -> None:
    whole = read_all("jsonl", input_file(tmp_path / "a.jsonl", data))
    assert [record.native_id for record in documents(whole)] == [str(day) for day in range(300)]
    cut = read_all("jsonl", input_file(tmp_path / "b.jsonl", data[:-12]))
    ids = [record.native_id for record in documents(cut)]
    assert ids == [str(day) for day in range(len(ids))]
    assert len(quarantined(cut)) == 1
    assert quarantined(cut)[0].reason.startswith("truncated_")


def test_every_row_before_the_end_of_a_truncated_gzip_file_is_read(tmp_path: Path) -> None:
    stored = gzip.compress(ROWS, 0)  # stored blocks: how far the bytes go is how far the rows go
    outcomes = read_all("jsonl", input_file(tmp_path / "a.jsonl.gz", stored[: len(stored) // 2]))
    assert len(documents(outcomes)) == stored[: len(stored) // 2].count(b"\n")
    assert quarantined(outcomes)[0].detail.startswith("a.jsonl.gz, byte 0: the file ends inside a gzip member")


def test_a_json_array_is_named_as_what_it_is_not(tmp_path: Path) -> None:
    file = input_file(tmp_path / "a.json", json.dumps([{"text": "a"}, {"text": "b"}]).encode())
    (row,) = read_all("jsonl", file)
    assert (row.reason, row.ordinal) == ("not_jsonl", 0)  # type: ignore[union-attr]


line_bytes = st.one_of(
    st.builds(lambda text: json.dumps({"text": text}).encode(), st.text(min_size=1, max_size=20)),
    st.binary(max_size=20).map(lambda data: data.replace(b"\n", b"")),
    st.sampled_from([b"", b" ", b"{}", b"[]", b"null", b'{"text": 1}']),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(line_bytes, max_size=15), st.booleans())
def test_every_line_that_is_not_blank_has_one_outcome(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[bytes], packed: bool
) -> None:
    content = b"\n".join([b'{"text": "first"}', *drawn])
    path = tmp_path_factory.getbasetemp() / "property.jsonl"
    outcomes = read_all("jsonl", input_file(path, gzip.compress(content) if packed else content))
    expected = [line for line in content.split(b"\n") if line.strip()]
    assert len(outcomes) == len(expected)
    for line, outcome in zip(expected, outcomes):
        try:
            text = json.loads(line.decode("utf-8"))["text"]
            readable = isinstance(text, str) and bool(text.strip())
        except (ValueError, KeyError, TypeError):
            readable = False
        assert isinstance(outcome, Record) == readable
