"""Readers warc and wet on small archives: what becomes a document, and why the rest does not."""

import gzip
import tempfile
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from fastwarc.stream_io import Lz4Writer
from sources_samples import (
    PAGE,
    documents,
    http,
    input_file,
    members,
    page_record,
    quarantined,
    read_all,
    tally,
    warc_record,
)

from pipeline.sources import Record, Rejected


def only(tmp_path: Path, record: bytes, reader: str = "warc", **options: int) -> Record | Rejected:
    (outcome,) = read_all(reader, input_file(tmp_path / "one.warc", record), **options)
    return outcome


def test_a_page_and_all_that_is_known_about_it(tmp_path: Path) -> None:
    record = warc_record(content=http(headers=["Content-Type: text/html; charset=ISO-8859-1"]))
    file = input_file(tmp_path / "one.warc.gz", members([warc_record("warcinfo", b"software: none"), record]))
    page = read_all("warc", file)[1]
    assert isinstance(page, Record)
    assert page.native_id == "<urn:uuid:00000000-0000-0000-0000-000000000001>"
    assert (page.url, page.date, page.charset) == ("http://reed.example/", "2024-05-06T07:08:09Z", "ISO-8859-1")
    assert (page.content, page.text) == (PAGE, None)
    assert page.metadata == {
        "warc_record_id": page.native_id,
        "warc_file": "one.warc.gz",
        "warc_offset": str(len(members([warc_record("warcinfo", b"software: none")]))),
        "warc_date": "2024-05-06T07:08:09Z",
        "http_status": "200",
        "content_type": "text/html; charset=ISO-8859-1",
    }
    stored = Path(file.path).read_bytes()[int(page.metadata["warc_offset"]) :]
    assert gzip.decompress(stored) == record


@pytest.mark.parametrize(
    ("record", "reason", "detail"),
    [
        (warc_record("request", b"GET / HTTP/1.1\r\n\r\n"), "record_type", "request"),
        (warc_record("revisit", http(b"")), "record_type", "revisit"),
        (warc_record("conversion", b"text", content_type="text/plain"), "record_type", "conversion of type text/plain"),
        (warc_record("monkey", b"banana"), "record_type", "monkey"),
        (warc_record(content=b"reed.example. 1 IN A 10.0.0.1", content_type="text/dns"), "not_http", "text/dns"),
        (warc_record(content=http(status="404 Not Found")), "http_status", "404"),
        (warc_record(content=http(status="206 Partial Content")), "http_status", "206"),
        (warc_record(content=http(headers=["Content-Type: image/png"])), "content_type", "image/png"),
        (
            warc_record(content=http(b"%PDF-1.4", headers=[])),
            "content_type",
            "none, and the body does not look like HTML",
        ),
        (warc_record(content=http(b" \r\n ")), "empty_body", "4 bytes"),
    ],
)
def test_records_that_are_no_page_are_dropped_with_a_reason(
    tmp_path: Path, record: bytes, reason: str, detail: str
) -> None:
    outcome = only(tmp_path, record)
    assert isinstance(outcome, Rejected)
    assert (outcome.verdict, outcome.reason, outcome.detail) == ("drop", reason, detail)
    assert (outcome.native_id, outcome.url) == (
        "<urn:uuid:00000000-0000-0000-0000-000000000001>",
        "http://reed.example/",
    )


@pytest.mark.parametrize(
    "record",
    [
        warc_record(content=http(headers=["content-type:TEXT/HTML;charset=utf-8"])),
        warc_record(content=http(headers=["Content-Type: application/xhtml+xml"])),
        warc_record(content=http(headers=["Server: none"])),
        warc_record(content=http(headers=["Content-Type: application/octet-stream"])),
        warc_record(content=b"HTTP/1.1 " + http()),
        warc_record(content=PAGE, content_type="text/html"),
        warc_record("resource", PAGE, content_type="text/html"),
        warc_record("conversion", PAGE, content_type="text/html"),
        warc_record(content=http(), version="WARC/0.17"),
        warc_record(content=http(), version="WARC/1.1"),
        warc_record(content=http(), url="<http://reed.example/>"),
        warc_record(content=http().replace(b"\r\n", b"\n")).replace(b"\r\n", b"\n"),
        warc_record(content=http()).replace(b"WARC-Type: response", b"warc-type:RESPONSE"),
        warc_record(content=http()).replace(b"application/http; msgtype", b"application/http;\r\n  msgtype"),
        warc_record(content=http(), end=b""),
        warc_record(content=http(), end=b"\r\n" * 5),
    ],
    ids=lambda record: record[:40].decode("latin-1"),
)
def test_every_way_to_write_a_page(tmp_path: Path, record: bytes) -> None:
    page = only(tmp_path, record)
    assert isinstance(page, Record)
    assert page.content == PAGE
    assert page.url == "http://reed.example/"


def zstd_with_dictionary(records: list[bytes]) -> bytes:
    dictionary = zstandard.ZstdCompressionDict(b"WARC-Type: response heron shallows" * 20)
    compressor = zstandard.ZstdCompressor(dict_data=dictionary)
    packed = zstandard.compress(dictionary.as_bytes())
    frame = b"\x5d\x2a\x4d\x18" + len(packed).to_bytes(4, "little") + packed
    return frame + b"".join(compressor.compress(record) for record in records)


def lz4(records: list[bytes]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "packed.lz4")
        writer = Lz4Writer(str(path))
        for record in records:
            writer.write(record)
        writer.finish()
        writer.close()
        return path.read_bytes()


@pytest.mark.parametrize(
    "pack",
    [
        b"".join,
        members,
        lambda records: gzip.compress(b"".join(records)),
        lambda records: gzip.compress(b"".join(records), 0) + b"\x00" * 512,
        lambda records: b"".join(zstandard.compress(record) for record in records),
        lambda records: zstandard.compress(b"".join(records)),
        zstd_with_dictionary,
        lz4,
    ],
    ids=["plain", "members", "one member", "padded", "zstd frames", "one frame", "zstd dictionary", "lz4"],
)
@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz"])
def test_compression_is_read_from_the_bytes_not_from_the_name(tmp_path: Path, pack: object, name: str) -> None:
    records = [warc_record("warcinfo", b"software: none"), *(page_record(number) for number in range(40))]
    outcomes = read_all("warc", input_file(tmp_path / name, pack(records)))  # type: ignore[operator]
    assert tally(outcomes) == {"record_type": 1, "document": 40}
    assert [page.url for page in documents(outcomes)] == [f"http://reed.example/{number}" for number in range(40)]


def test_records_may_span_gzip_members(tmp_path: Path) -> None:
    data = b"".join(page_record(number) for number in range(20))
    blocks = [gzip.compress(data[at : at + 333]) for at in range(0, len(data), 333)]
    assert tally(read_all("warc", input_file(tmp_path / "a.warc.gz", b"".join(blocks)))) == {"document": 20}


def test_a_member_larger_than_what_is_inflated_in_one_call(tmp_path: Path) -> None:
    body = b"<html>" + b"the tide comes and the tide goes; " * 600_000
    file = input_file(tmp_path / "a.warc.gz", members([page_record(0), page_record(1, body), page_record(2)]))
    outcomes = read_all("warc", file)
    assert tally(outcomes) == {"document": 3}
    assert documents(outcomes)[1].content == body


def test_large_records_are_set_aside_and_the_next_ones_read(tmp_path: Path) -> None:
    large = page_record(1, PAGE * 500)
    for data in (page_record(0) + large + page_record(2), members([page_record(0), large, page_record(2)])):
        outcomes = read_all("warc", input_file(tmp_path / "a.warc", data), max_record_bytes=4000)
        assert tally(outcomes) == {"document": 2, "record_too_large": 1}
        assert outcomes[1].native_id == "<urn:uuid:00000001>"


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "one member"])
def test_large_records_are_not_held_in_memory(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    data = page_record(0) + warc_record("resource", bytes(40 << 20)) + page_record(2)
    file = input_file(tmp_path / "a.warc", pack(data))
    del data
    tracemalloc.start()
    outcomes = read_all("warc", file, max_record_bytes=1 << 20)
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert tally(outcomes) == {"document": 2, "record_too_large": 1}
    assert peak_bytes < 8 << 20


def test_a_small_record_that_decodes_to_a_large_page_is_set_aside(tmp_path: Path) -> None:
    bomb = gzip.compress(PAGE * 10_000)
    headers = ["Content-Type: text/html", "Content-Encoding: gzip"]
    outcome = only(tmp_path, warc_record(content=http(bomb, headers=headers)), max_record_bytes=100_000)
    assert isinstance(outcome, Rejected)
    assert (outcome.verdict, outcome.reason) == ("quarantine", "record_too_large")


def test_wet_reads_conversion_records_as_text(tmp_path: Path) -> None:
    text = "Der Reiher wartet. 鷺は待つ。\n"
    languages = warc_record("conversion", text.encode(), content_type="text/plain").replace(
        b"Content-Type", b"WARC-Identified-Content-Language: deu,jpn\r\nContent-Type"
    )
    records = [
        warc_record("warcinfo", b"software: none"),
        languages,
        warc_record("conversion", b"caf\xe9", content_type="text/plain"),
        warc_record("conversion", b"\n", content_type="text/plain"),
        warc_record("conversion", b"{}", content_type="application/json"),
    ]
    outcomes = read_all("wet", input_file(tmp_path / "a.wet.gz", members(records)))
    assert tally(outcomes) == {"record_type": 1, "document": 1, "bad_utf8": 1, "empty_body": 1, "content_type": 1}
    (page,) = documents(outcomes)
    assert (page.text, page.content, page.url) == (text, None, "http://reed.example/")
    assert page.metadata["warc_identified_content_language"] == "deu,jpn"
    (bad,) = quarantined(outcomes)
    assert "a.wet.gz, byte" in bad.detail
    assert "at byte 3 of the content" in bad.detail


def test_fields_that_are_not_utf8_are_read_as_latin1(tmp_path: Path) -> None:
    record = page_record().replace(b"http://reed.example/0", b"http://reed.example/caf\xe9")
    assert only(tmp_path, record).url == "http://reed.example/café"
