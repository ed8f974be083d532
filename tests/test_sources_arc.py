"""Reader arc on small archives of both versions."""

from pathlib import Path

import pytest
from sources_samples import PAGE, documents, http, input_file, members, quarantined, read_all, tally

HEADER = b"1 0 Example\nURL IP-address Archive-date Content-type Archive-length\n"
FILE_RECORD = b"filedesc://a.arc 0.0.0.0 20080619093439 text/plain %d\n%s" % (len(HEADER), HEADER)


def arc_record(
    content: bytes = http(),
    *,
    url: str = "http://reed.example/",
    mime: str = "text/html",
    length: object = None,
    more: str = "",
) -> bytes:
    size = len(content) if length is None else length
    return f"{url} 10.1.2.3 20080509190241 {mime} {more}{size}\n".encode() + content + b"\n"


@pytest.mark.parametrize("pack", [b"".join, members], ids=["plain", "members"])
def test_pages_and_what_is_none(tmp_path: Path, pack: object) -> None:
    records = [
        FILE_RECORD,
        arc_record(),
        arc_record(url="http://reed.example/a file with spaces.html"),
        arc_record(more="200 checksum - 120 a.arc "),
        arc_record(PAGE, mime="text/html"),  # HTTP/0.9: no header at all
        arc_record(b"reed.example. 1 IN A 10.0.0.1", url="dns:reed.example", mime="text/dns"),
        arc_record(http(status="302 Found")),
        arc_record(http(b"x", headers=["Content-Type: image/gif"]), mime="image/gif"),
    ]
    outcomes = read_all("arc", input_file(tmp_path / "a.arc", pack(records)))  # type: ignore[operator]
    assert tally(outcomes) == {"record_type": 1, "document": 4, "not_http": 1, "http_status": 1, "content_type": 1}
    pages = documents(outcomes)
    assert [page.content for page in pages] == [PAGE] * 4
    assert pages[1].url == "http://reed.example/a file with spaces.html"
    assert pages[0].date == "2008-05-09T19:02:41Z"
    assert pages[0].native_id is None
    assert pages[0].metadata["warc_file"] == "a.arc"


def test_the_archives_type_counts_where_http_has_none(tmp_path: Path) -> None:
    no_type = http(b"\x89PNG", headers=[])
    records = arc_record(no_type, mime="image/png") + arc_record(http(headers=[]), mime="no-type")
    assert tally(read_all("arc", input_file(tmp_path / "a.arc", records))) == {"content_type": 1, "document": 1}


def test_damage_costs_the_damaged_record_alone(tmp_path: Path) -> None:
    data = (
        FILE_RECORD
        + arc_record()
        + arc_record(length=-1)
        + arc_record()
        + arc_record(length=5000)
        + arc_record()
        + b"stray words\nand more\n"
        + arc_record()
        + arc_record()[:-40]
    )
    outcomes = read_all("arc", input_file(tmp_path / "a.arc", data))
    assert tally(outcomes)["document"] == 4
    assert [row.reason for row in quarantined(outcomes)] == [
        "bad_record_header",
        "truncated_record",
        "bad_record_header",
        "truncated_record",
    ]


def test_a_warc_file_is_no_arc_file(tmp_path: Path) -> None:
    file = input_file(tmp_path / "a.arc", b"WARC/1.0\r\nWARC-Type: warcinfo\r\nContent-Length: 0\r\n\r\n\r\n\r\n")
    assert tally(read_all("arc", file)) == {"not_an_arc": 1}
