"""Damaged archives: everything around the damage is read, and each damaged stretch is one quarantine row."""

import gzip
from pathlib import Path

import pytest
import zstandard
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

from pipeline.sources import READERS

A, B, C = (page_record(number) for number in range(3))


def numbers(outcomes: list) -> list[int]:  # type: ignore[type-arg]
    """Which of the numbered pages were read."""
    return [int(str(page.url).rpartition("/")[2]) for page in documents(outcomes)]


@pytest.mark.parametrize("pack", [b"".join, members], ids=["plain", "members"])
@pytest.mark.parametrize(
    ("middle", "reason", "detail"),
    [
        (b"stray words\r\nand more\r\n", "bad_record_header", "no WARC record starts here: b'stray words"),
        (bytes(300), "bad_record_header", "no WARC record starts here"),
        (B.replace(b"WARC/1.0", b"WORC/1.0"), "bad_record_header", "no WARC record starts here: b'WORC/1.0"),
        (warc_record(content=http(), length="many"), "bad_record_header", "Content-Length is 'many'"),
        (warc_record(content=http(), length=-1), "bad_record_header", "Content-Length is '-1'"),
        (
            warc_record(content=http()).replace(b"Content-Length: 1", b"Length: 1"),
            "bad_record_header",
            "no Content-Length",
        ),
        (b"WARC/1.0\r\nWARC-Type: response\r\n", "bad_record_header", "no blank line ends the header"),
        (warc_record(content=http(), length=20), "bad_content_length", "Content-Length 20 does not lead"),
    ],
)
def test_one_bad_record_between_good_ones(
    tmp_path: Path, pack: object, middle: bytes, reason: str, detail: str
) -> None:
    data = pack([A, middle, C])  # type: ignore[operator]
    outcomes = read_all("warc", input_file(tmp_path / "a.warc", data))
    assert numbers(outcomes) == [0, 2]
    (row,) = quarantined(outcomes)
    assert row.reason == reason
    assert row.detail.startswith(f"a.warc, byte {len(pack([A]))}: {detail}")  # type: ignore[operator]


def test_a_length_that_is_too_long_hides_no_record(tmp_path: Path) -> None:
    for length in (len(http()) + 9, len(http()) + 400, 10**15):
        long = warc_record(content=http(), length=length)
        for data in (A + long + B + C, members([A, long, B, C])):
            outcomes = read_all("warc", input_file(tmp_path / "a.warc", data))
            assert numbers(outcomes) == [0, 1, 2]
            assert [row.reason for row in quarantined(outcomes)] in (["bad_content_length"], ["truncated_record"])


def test_a_file_cut_anywhere_gives_every_whole_record_and_one_row(tmp_path: Path) -> None:
    plain, packed = A + B + C, members([A, B, C])
    ends = [len(A) - 4, len(A + B) - 4, len(A + B + C) - 4]
    for cut in [*range(1, len(plain), 5), *(end + near for end in ends for near in range(-3, 4))]:
        outcomes = read_all("warc", input_file(tmp_path / "a.warc", plain[:cut]))
        assert numbers(outcomes) == list(range(sum(end <= cut for end in ends)))
        clean = any(end <= cut <= end + 4 for end in ends)
        assert len(quarantined(outcomes)) == (0 if clean else 1)
    member_ends = [len(members([A])), len(members([A, B])), len(packed)]
    for cut in [*range(1, len(packed), 3), *(end + near for end in member_ends[:2] for near in range(-9, 10))]:
        outcomes = read_all("warc", input_file(tmp_path / "a.warc.gz", packed[:cut]))
        assert set(numbers(outcomes)) >= set(range(sum(end <= cut for end in member_ends)))
        assert len(quarantined(outcomes)) == (0 if cut in member_ends else 1)
        if (
            cut not in member_ends and min(cut - end for end in [0, *member_ends] if end <= cut) >= 3
        ):  # enough to tell it is gzip
            assert quarantined(outcomes)[0].reason == "truncated_gzip"


def test_every_flipped_byte_of_a_member_costs_that_member_alone(tmp_path: Path) -> None:
    first, second, third = (gzip.compress(record, mtime=0) for record in (A, B, C))
    for at in range(len(second)):
        damaged = bytearray(second)
        damaged[at] ^= 0x55
        outcomes = read_all("warc", input_file(tmp_path / "a.warc.gz", first + bytes(damaged) + third))
        pages = documents(outcomes)
        assert [page.url for page in pages if page.url != "http://reed.example/1"] == [
            "http://reed.example/0",
            "http://reed.example/2",
        ]
        assert all(page.content == PAGE for page in pages)  # a page with a wrong checksum is never passed on
        assert len(pages) == 3 or quarantined(outcomes)


def test_a_wrong_checksum_quarantines_the_record_it_covers(tmp_path: Path) -> None:
    packed = bytearray(members([A, B]))
    packed[-5] ^= 1
    outcomes = read_all("warc", input_file(tmp_path / "a.warc.gz", bytes(packed)))
    (row,) = quarantined(outcomes)
    assert numbers(outcomes) == [0]
    assert (row.reason, row.native_id) == ("bad_gzip", "<urn:uuid:00000001>")
    assert "incorrect" in row.detail


@pytest.mark.parametrize(
    "garbage", [b"not gzip at all", b"\x1f\x8b\x08\x00 but nothing that inflates", bytes(40) + b"x"]
)
def test_garbage_between_gzip_members(tmp_path: Path, garbage: bytes) -> None:
    data = members([A]) + garbage + members([B, C])
    outcomes = read_all("warc", input_file(tmp_path / "a.warc.gz", data))
    assert numbers(outcomes) == [0, 1, 2]
    (row,) = quarantined(outcomes)
    assert row.reason == "bad_gzip"
    assert row.detail.startswith(f"a.warc.gz, byte {len(members([A]))}: ")


def test_damage_in_one_member_for_many_records_keeps_those_before_it(tmp_path: Path) -> None:
    records = [page_record(number, PAGE + bytes(str(number * 7919), "ascii") * 40) for number in range(200)]
    packed = bytearray(gzip.compress(b"".join(records), mtime=0))
    packed[len(packed) // 2 : len(packed) // 2 + 8] = b"\xff" * 8
    outcomes = read_all("warc", input_file(tmp_path / "a.warc.gz", bytes(packed)))
    assert numbers(outcomes)[:60] == list(range(60))
    assert documents(outcomes)[59].content == PAGE + str(59 * 7919).encode() * 40
    assert quarantined(outcomes)[-1].reason == "bad_gzip"
    assert len(documents(outcomes)) < 200


def test_damaged_zstd_frames(tmp_path: Path) -> None:
    first, second, third = (zstandard.compress(record) for record in (A, B, C))
    file = input_file(tmp_path / "a.warc.zst", first + second[:-9] + third)
    outcomes = read_all("warc", file)
    assert numbers(outcomes) == [0, 2]
    assert len(quarantined(outcomes)) == 1
    assert tally(read_all("warc", input_file(tmp_path / "b.warc.zst", first + second[:-9]))) == {
        "document": 1,
        "truncated_zstd": 1,
    }


@pytest.mark.parametrize("reader", ["warc", "wet", "arc", "jsonl", "parquet", "text"])
def test_files_that_are_not_what_they_should_be(tmp_path: Path, reader: str) -> None:
    picture = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 30
    folder = tmp_path / "folder"
    folder.mkdir()
    rows = {
        "empty": read_all(reader, input_file(tmp_path / "empty", b"")),
        "picture": read_all(reader, input_file(tmp_path / "picture", picture)),
        "packed picture": read_all(reader, input_file(tmp_path / "packed", gzip.compress(picture))),
        "missing": read_all(reader, input_file(tmp_path / "missing")),
        "folder": read_all(reader, input_file(folder)),
    }
    assert all(len(outcomes) == 1 and outcomes == quarantined(outcomes) for outcomes in rows.values())
    reasons = {name: outcomes[0].reason for name, outcomes in rows.items()}  # type: ignore[union-attr]
    foreign = {"warc": "not_a_warc", "wet": "not_a_warc", "arc": "not_an_arc", "text": "bad_utf8"}
    expected = foreign.get(reader, f"not_{reader}")
    assert reasons == {
        "empty": "empty_file",
        "picture": expected,
        "packed picture": expected,
        "missing": "unreadable_file",
        "folder": "unreadable_file",
    }
    details = [outcomes[0].detail for outcomes in rows.values()]  # type: ignore[union-attr]
    assert not any(str(tmp_path) in detail for detail in details)  # the same bytes on every machine


@pytest.mark.parametrize("reader", ["warc", "jsonl", "text"])
def test_an_empty_stream_inside_a_compressed_file_is_an_empty_file(tmp_path: Path, reader: str) -> None:
    assert tally(read_all(reader, input_file(tmp_path / "a.gz", gzip.compress(b"")))) == {"empty_file": 1}


def test_details_name_file_and_offset_in_every_quarantine_row(tmp_path: Path) -> None:
    file = input_file(tmp_path / "a.warc", A + b"junk\r\n" + B[:-50])
    assert [row.detail.split(":")[0] for row in quarantined(list(READERS["warc"].read(file, *_whole())))] == [
        f"a.warc, byte {len(A)}",
        f"a.warc, byte {len(A) + 6}",
    ]


def _whole() -> tuple:  # type: ignore[type-arg]
    from pipeline.sources import WHOLE_FILE

    return WHOLE_FILE, READERS["warc"].options()
