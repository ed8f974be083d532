"""Real archives: counts against the data's own table, pages against warcio, damage and splits on every file."""

import csv
import re
import tarfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sources_samples import documents, input_file, quarantined, read_all, read_splits, tally
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from pipeline.sources import WHOLE_FILE, InputFile, Record
from pipeline.sources.arc import ARC
from pipeline.sources.framing import frames
from pipeline.sources.stream import open_stream
from pipeline.sources.warc import WARC


def reader_of(path: Path) -> str:
    return "arc" if ".arc" in path.name else "wet" if ".wet" in path.name else "warc"


def types_in(file: InputFile, reader: str) -> dict[str, int]:
    """Records by type, as the frames give them; damaged ones under their reason."""
    found: Counter[str] = Counter()
    for frame in frames(open_stream(file, WHOLE_FILE), ARC if reader == "arc" else WARC, 1 << 26):
        if reader == "arc":
            is_header = frame.fields.get("warc-target-uri", "").startswith("filedesc:")
            kind = "warcinfo" if is_header else "response"
        else:
            kind = frame.fields.get("warc-type", "none")
        found[frame.reason or kind] += 1
    return dict(found)


def documented(shared: Path) -> list[tuple[Path, dict[str, int], int]]:
    """(file, records by type, HTML pages) of the table in the data's README."""
    text = (shared / "data" / "README.md").read_text()
    rows = re.findall(r"^\| `((?:extraction|warc)/[^`]+)` \| ([a-z]+ \d+[^|]*?) \| (\d+) \|", text, re.MULTILINE)
    pairs = [(name, (each.rsplit(" ", 1) for each in types.split(", ")), pages) for name, types, pages in rows]
    return [
        (shared / "data" / name, {kind: int(count) for kind, count in types}, int(pages))
        for name, types, pages in pairs
    ]


def test_records_and_pages_are_as_many_as_the_table_says(shared: Path) -> None:
    table = documented(shared)
    assert len(table) > 30
    for path, types, pages in table:
        file, reader = input_file(path), reader_of(path)
        match path.name:
            case "common-crawl-2008-arc.arc.gz":  # counted without the file's own header record
                types = types | {"warcinfo": 1}
            case "wayback-snapshots-topic-02.warc.gz":  # counted by HTTP headers; these records hold the page alone
                pages = types["response"]
        if reader == "wet":
            pages = types["conversion"]
        assert types_in(file, reader) == types, path.name
        outcomes = read_all(reader, file)
        assert len(outcomes) == sum(types.values()), path.name
        assert len(documents(outcomes)) == pages, path.name
        assert not quarantined(outcomes), path.name


def archives(shared: Path) -> Iterator[Path]:
    """Every archive in warc/ and broken/, the packed header cases included as they are."""
    for folder in ("warc", "broken"):
        for path in sorted((shared / "data" / folder).iterdir()):
            if path.suffix != ".tsv" and not path.name.endswith((".jsonl.gz", ".tar.gz")):
                yield path


def test_pages_are_what_warcio_reads(shared: Path) -> None:
    other = {
        "wayback-snapshots-topic-02.warc.gz": "takes the head of a bare page for an HTTP header",
        "facebook-scoop.warc.gz": "does not undo zstd",
        "webarchive--hello-world.arc": "takes a body without a blank line before it for the header",
        "solrwayback--transfer_compression_brotli.warc": "needs a package of its own for brotli",
        "solrwayback--transfer_compression_brotli.warc.gz": "the same",
        "common-crawl-2008-arc.arc.gz": "stops at the blank line behind the file's header",
        "pywarc-sample-clueweb09.warc.gz": "stops at line feeds alone",
    }
    compared = 0
    for path in archives(shared):
        outcomes = read_all(reader_of(path), input_file(path))
        if path.name in other or reader_of(path) == "wet" or quarantined(outcomes):
            continue
        try:
            with path.open("rb") as file:
                theirs = [record.content_stream().read() for record in ArchiveIterator(file)]
        except ArchiveLoadFailed:
            continue
        assert len(theirs) == len(outcomes), path.name
        for outcome, body in zip(outcomes, theirs, strict=True):
            if isinstance(outcome, Record) and outcome.content is not None:
                assert outcome.content.strip() == body.strip(), (path.name, outcome.ordinal)
                compared += 1
    assert compared > 700


def test_the_files_of_one_crawl_agree_across_formats(shared: Path) -> None:
    folder = shared / "data" / "warc"
    for name in ("common-crawl-2008-arc", "iah-archive-org-2008"):
        arc = documents(read_all("arc", input_file(folder / f"{name}.arc.gz")))
        warc = documents(read_all("warc", input_file(folder / f"{name}.warc.gz")))
        assert [(page.url, page.content) for page in arc] == [(page.url, page.content) for page in warc]


def test_damaged_files_are_read_as_far_as_they_go(shared: Path, tmp_path: Path) -> None:
    broken = shared / "data" / "broken"
    with tarfile.open(broken / "jhove-header-cases.tar.gz") as tar:
        tar.extractall(tmp_path)
    with (broken / "MANIFEST.tsv").open() as manifest:
        rows = list(csv.DictReader(manifest, delimiter="\t"))
    assert len(rows) > 150
    for row in rows:
        container, _, inside = row["file"].partition("!")
        path = tmp_path / inside if inside else broken / container
        reader = reader_of(path)
        started = time.monotonic()
        outcomes = read_all(reader, input_file(path))
        assert time.monotonic() - started < 5, path.name
        assert outcomes, path.name
        if path.name == "jwat--invalid-warcfile-fields-invalidformat.warc":
            continue  # warcio takes lines of an HTTP header for a record
        if row["warcio_error"] or not quarantined(outcomes):
            # Where warcio stops we read on; where we see no damage we see what it sees.
            assert len(outcomes) >= int(row["records_read_by_warcio"]), path.name
        for rejected in quarantined(outcomes):
            assert rejected.detail.startswith(path.name), path.name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("gowarc--corrupted-mid-record.warc.gz.open", {"document": 12, "bad_gzip": 1}),
        ("ccscala--corrupt_two_warcinfo.wet.gz", {"record_type": 2, "document": 5}),
        ("ccscala--fragment1_incomplete_last.wet.gz", {"record_type": 1, "document": 1, "truncated_record": 1}),
        (
            "ccscala--appended_zip_fragment_unexpected_eof.wet.gz",
            {"record_type": 1, "document": 15, "truncated_gzip": 1},
        ),
        ("jwat--invalid-arcfile-record-then-garbage.arc", {"document": 1, "bad_record_header": 1}),
        ("jwat--invalid-warcfile-record-then-garbage.warc", {"content_type": 1, "bad_record_header": 1}),
        ("warcio.js--example-bad-length.warc", {"record_type": 5, "bad_content_length": 1}),
        ("warcprotocol--incorrect_content_length.warc", {"bad_content_length": 2, "record_type": 2}),
        ("chatnoir-resiliparse--clipped.warc.gz", {"truncated_gzip": 1}),
        ("jwat--invalid-magic.gz", {"not_a_warc": 1}),
        ("solrwayback--transfer_compression_brotli.warc.gz", {"record_type": 4, "document": 1}),
    ],
)
def test_what_becomes_of_some_damaged_files(shared: Path, name: str, expected: dict[str, int]) -> None:
    path = shared / "data" / "broken" / name
    assert tally(read_all(reader_of(path), input_file(path))) == expected


def test_one_page_in_every_transfer_coding(shared: Path) -> None:
    folder = shared / "data" / "broken"
    bodies = {
        page.content
        for path in sorted(folder.glob("solrwayback--transfer_compression_*.warc*"))
        for page in documents(read_all("warc", input_file(path)))
        if "chunked" not in path.name
    }
    assert len(bodies) == 1
    assert b"</html>" in bodies.pop().lower()  # type: ignore[union-attr]


def test_splits_of_real_files_equal_their_sequential_read(shared: Path) -> None:
    cut = 0
    for path in archives(shared):
        file, reader = input_file(path), reader_of(path)
        in_parts = read_splits(reader, file, max(1, path.stat().st_size // 5))
        if in_parts is not None:
            assert in_parts == read_all(reader, file), path.name
            cut += 1
    assert cut > 80


def test_real_rows(shared: Path) -> None:
    path = shared / "data" / "warc" / "common-crawl-hplt-sample.meta.jsonl.gz"
    outcomes = read_all("jsonl", input_file(path), text="warc2text", id="warc_record_id", date="ts")
    assert set(tally(outcomes)) <= {"document", "missing_text"}  # some rows hold null
    assert len(outcomes) == 79
    pages = documents(read_all("warc", input_file(path.with_name("common-crawl-hplt-sample.warc.gz"))))
    assert [(row.native_id, row.url) for row in outcomes] == [(page.native_id, page.url) for page in pages]


@pytest.mark.slow
def test_speed(shared: Path) -> None:
    """A floor far below what an idle machine does (4,500 records/s of 145 kB each on a core of 2024)."""
    file = input_file(shared / "data" / "extraction" / "trafilatura-eval.warc.gz")
    started = time.process_time()
    count = len(read_all("warc", file))
    assert count / (time.process_time() - started) > 1500
