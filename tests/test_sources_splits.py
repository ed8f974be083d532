"""The union of a file's splits is its sequential read, record for record, however damaged the file is."""

import gzip
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from sources_samples import PAGE, http, input_file, members, page_record, read_all, read_splits, warc_record

from pipeline.sources import READERS, Split

warc_pieces = st.one_of(
    st.builds(page_record, st.integers(0, 99), st.sampled_from([PAGE, b"<p>", PAGE * 30, b"WARC/1.0\r\nWARC-Type: x"])),
    st.builds(
        lambda length, end: warc_record(content=http(), length=length, end=end),
        st.sampled_from([None, 0, 30, 140, 900, 5000, 10**15, -1, "x"]),
        st.sampled_from([b"\r\n\r\n", b"\n", b""]),
    ),
    st.builds(lambda cut: page_record()[:cut], st.integers(1, 330)),
)
json_pieces = st.sampled_from([b'{"text": "wave"}\n', b'{"text": \n', b"\n", b'{"text": "no line end"}', b"\xff\xfe\n"])
text_pieces = st.sampled_from([b"wave\n", b"\n", b"wave upon wave ", b"\r\n", b"\xff\n", b"wave\n\n"])
PIECES = {"warc": warc_pieces, "jsonl": json_pieces, "text": text_pieces}

LAYOUTS = {
    "plain": b"".join,
    "members": members,
    "one member": lambda pieces: gzip.compress(b"".join(pieces), mtime=0),
    "blocks": lambda pieces: members(
        [b"".join(pieces)[at : at + 120] for at in range(0, len(b"".join(pieces)), 120)],
    ),
    "frames": lambda pieces: b"".join(map(zstandard.compress, pieces)),
}


@st.composite
def damaged(draw: st.DrawFn, pieces: st.SearchStrategy[bytes]) -> bytes:
    data = bytearray(LAYOUTS[draw(st.sampled_from(sorted(LAYOUTS)))](draw(st.lists(pieces, min_size=1, max_size=12))))
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(data)))
        match draw(st.sampled_from(["flip", "cut", "insert", "zeros"])):
            case "flip" if at < len(data):
                data[at] ^= 1 << draw(st.integers(0, 7))
            case "cut":
                del data[at : at + draw(st.integers(1, 200))]
            case "insert":
                data[at:at] = draw(st.binary(min_size=1, max_size=30))
            case "zeros":
                data[at:at] = bytes(draw(st.integers(1, 50)))
    return bytes(data)


@pytest.mark.parametrize("reader", ["warc", "jsonl", "text"])
@settings(max_examples=250, deadline=None)
@given(data=st.data(), split_bytes=st.integers(1, 900))
def test_splits_equal_the_sequential_read(
    tmp_path_factory: pytest.TempPathFactory, reader: str, data: st.DataObject, split_bytes: int
) -> None:
    path = tmp_path_factory.getbasetemp() / f"property.{reader}"
    file = input_file(path, data.draw(damaged(PIECES[reader])))
    options = {"unit": data.draw(st.sampled_from(["line", "paragraph"]))} if reader == "text" else {}
    limit = data.draw(st.sampled_from([1 << 20, 1000]))
    outcomes = read_all(reader, file, max_record_bytes=limit, **options)
    assert outcomes
    for size in (1, split_bytes):
        in_parts = read_splits(reader, file, size, max_record_bytes=limit, **options)
        assert in_parts is None or in_parts == outcomes


@pytest.mark.parametrize(
    ("data", "starts"),
    [
        (b"".join(page_record(number) for number in range(3)), [len(page_record()) * number for number in range(3)]),
        (members([page_record(number) for number in range(3)]), [0, None, None]),
        (gzip.compress(page_record() * 3, mtime=0), None),
        (members([page_record()]), None),
    ],
    ids=["plain", "members", "one member", "one record"],
)
def test_where_a_warc_file_can_be_cut(tmp_path: Path, data: bytes, starts: list[int | None] | None) -> None:
    file = input_file(tmp_path / "a.warc", data)
    splits = READERS["warc"].index(file, 1, READERS["warc"].options())
    if starts is None:
        assert splits is None
        return
    assert splits is not None
    assert [split.first_ordinal for split in splits] == [0, 1, 2]
    assert [split.end for split in splits] == [*(split.start for split in splits[1:]), None]
    assert all(expected in (None, split.start) for expected, split in zip(starts, splits, strict=True))


def test_splits_have_at_least_the_size_that_was_asked_for(tmp_path: Path) -> None:
    file = input_file(tmp_path / "a.warc.gz", members([page_record(number, PAGE * 9) for number in range(200)]))
    splits = READERS["warc"].index(file, 5000, READERS["warc"].options())
    assert splits is not None
    assert len(splits) > 3
    assert all(split.end - split.start >= 5000 for split in splits if split.end is not None)
    assert splits == READERS["warc"].index(file, 5000, READERS["warc"].options())
    assert READERS["warc"].index(file, 10**9, READERS["warc"].options()) == [Split(0, 0, None, 0)]


def test_splittable_goes_by_name_alone() -> None:
    for name, reader in READERS.items():
        assert reader.splittable("s3://nowhere/at/all.gz")
        assert reader.splittable("/no/such/file.lz4") == (name == "parquet")
