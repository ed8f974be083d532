"""The generated crawl: same bytes, sound archives, and a truth table that says what is in them."""

import gzip
import hashlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import orjson
import pyarrow.parquet as pq
import pytest
import zstandard
from fastwarc.warc import ArchiveIterator as FastIterator
from warcio.archiveiterator import ArchiveIterator

from pipeline.contamination.gpt3 import MAX_DOCUMENTS as GPT3_MAX_DOCUMENTS
from pipeline.quickstart import PATTERNS, Truth, generate, inputs, read_truth, settings
from pipeline.quickstart.damage import OVERSIZED_BYTES
from pipeline.quickstart.plants import THRESHOLD, Counts, leak_entries
from pipeline.quickstart.quiz import quiz_items
from pipeline.quickstart.spam import SPAM_FORMS
from pipeline.quickstart.variants import LEAK_FORMS
from pipeline.recipe import load
from pipeline.sources import READERS, WHOLE_FILE, InputFile, Record, Rejected


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> Truth:
    return generate(tmp_path_factory.mktemp("crawl"), pages=400)


def digests(folder: Path) -> dict[str, str]:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def outcomes(truth: Truth) -> Iterator[tuple[str, Record | Rejected]]:
    for path in sorted((truth.folder / "crawl").iterdir()):
        reader = READERS[path.name.split(".")[1]]
        file = InputFile("web", str(path), path.name, path.stat().st_size, "")
        for outcome in reader.read(file, WHOLE_FILE, reader.options()):
            yield f"crawl/{path.name}", outcome


def orjson_lines(data: bytes) -> list[dict[str, str]]:
    return [orjson.loads(line) for line in data.splitlines()]


def test_same_arguments_same_bytes(tmp_path: Path) -> None:
    generate(tmp_path / "one", pages=60, seed=3)
    generate(tmp_path / "two", pages=60, seed=3)
    generate(tmp_path / "other", pages=60, seed=4)
    one = digests(tmp_path / "one")
    assert one == digests(tmp_path / "two")
    other = digests(tmp_path / "other")
    assert other.keys() == one.keys()
    assert other["crawl/crawl-00000.warc.gz"] != one["crawl/crawl-00000.warc.gz"]


def test_too_few_pages_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least 50"):
        generate(tmp_path, pages=10)


def test_truth_is_read_back_as_it_was_written(truth: Truth) -> None:
    assert read_truth(truth.folder) == truth


def test_everything_is_planted(truth: Truth) -> None:
    kinds = Counter(row.kind for row in truth.rows)
    assert kinds["page"] > 250
    assert kinds["exact_duplicate"] >= 15
    assert kinds["near_duplicate"] >= 10
    assert kinds["leak"] >= 5
    assert kinds["other_language"] >= 4
    assert kinds["broken"] >= 14
    assert {row.template for row in truth.of("spam")} == set(SPAM_FORMS)
    assert {row.detail["form"] for row in truth.of("leak")} == {*LEAK_FORMS, "in a book"}
    assert {row.detail["charset"] for row in truth.of("wrong_charset")} == {
        "windows-1251", "iso-8859-2", "gb18030", "shift_jis", "windows-1252",
    }  # fmt: skip
    assert {row.language for row in truth.of("page")} >= {"en", "de", "fr", "es", "ru", "zh", "ja", "pl"}
    assert {row.detail["form"] for row in truth.of("exact_duplicate")} == {
        "syndicated", "restyled", "recrawled", "copy of a reference work", "in another archive",
    }  # fmt: skip


def test_a_record_has_at_most_one_row(truth: Truth) -> None:
    places = Counter((row.file, row.ordinal) for row in truth.rows)
    assert max(places.values()) == 1


def test_one_of_each_group_of_copies_stays(truth: Truth) -> None:
    groups = truth.groups("exact_duplicate")
    assert len(groups) >= 6
    for members in groups.values():
        assert sorted(row.expected or "" for row in members) == ["drop"] * (len(members) - 1) + ["keep"]


def test_one_of_each_group_of_near_duplicates_stays(truth: Truth) -> None:
    expected: Counter[bool] = Counter()
    for members in truth.groups("near_duplicate").values():
        similar = all(row.detail["jaccard"] >= THRESHOLD for row in members if row.kind == "near_duplicate")
        kept = sum(row.expected == "keep" for row in members)
        assert kept == (1 if similar else len(members))
        assert {row.stage for row in members if row.expected == "drop"} <= {"minhash"}
        expected[similar] += 1
    assert min(expected[True], expected[False]) >= 2


def test_a_preferred_source_keeps_its_copy(truth: Truth) -> None:
    by_source = {(row.source, row.expected) for row in truth.of("exact_duplicate")}
    assert ("arc", "keep") not in by_source
    kept = {
        row.source for members in truth.groups("exact_duplicate").values() for row in members if row.expected == "keep"
    }
    assert kept == {"web", "encyclopedia"}


def test_warcio_and_fastwarc_count_the_same_records(truth: Truth) -> None:
    archives = [name for name in truth.records if name.startswith("crawl/")]
    assert len(archives) == 5
    for name in archives:
        path = truth.folder / name
        with path.open("rb") as file:
            assert sum(1 for _ in ArchiveIterator(file)) == truth.records[name]
        if not name.endswith(".arc.gz"):
            with path.open("rb") as file:
                records = list(FastIterator(file, parse_http=False))
            assert len(records) == truth.records[name]


def test_digests_in_the_records_hold(truth: Truth) -> None:
    with (truth.folder / "crawl/crawl-00000.warc.gz").open("rb") as file:
        for record in ArchiveIterator(file, check_digests="raise"):
            record.content_stream().read()


def test_readers_find_what_the_truth_says(truth: Truth) -> None:
    found = {(name, outcome.ordinal): outcome for name, outcome in outcomes(truth)}
    for row in truth.rows:
        if not row.file.startswith("crawl/"):
            continue
        outcome = found[row.file, row.ordinal]
        assert row.url in (None, outcome.url)
        if row.stage == "read":
            assert isinstance(outcome, Rejected)
            assert (outcome.verdict, outcome.reason) == (row.expected, row.reason)
        else:
            assert isinstance(outcome, Record), (row, outcome)


def test_records_without_a_row_are_no_pages(truth: Truth) -> None:
    known = {(row.file, row.ordinal) for row in truth.rows}
    for name, outcome in outcomes(truth):
        if (name, outcome.ordinal) not in known:
            assert isinstance(outcome, Rejected)
            assert outcome.reason == "record_type"


def test_pages_are_of_ordinary_size(truth: Truth) -> None:
    sizes = sorted(
        len(outcome.content)
        for name, outcome in outcomes(truth)
        if isinstance(outcome, Record) and outcome.content and "damaged" not in name
    )
    assert sizes[len(sizes) // 10] > 4_000
    assert sizes[len(sizes) // 2] > 6_000
    assert sizes[len(sizes) * 95 // 100] < 40_000
    assert sizes[-1] > 120_000  # the book
    assert any(
        isinstance(outcome, Record) and outcome.content and len(outcome.content) > OVERSIZED_BYTES
        for name, outcome in outcomes(truth)
        if name.endswith("damaged-pages.warc.gz")
    )


def test_further_sources(truth: Truth) -> None:
    entries = orjson_lines(gzip.decompress((truth.folder / "reference/encyclopedia.jsonl.gz").read_bytes()))
    manuals = orjson_lines(zstandard.decompress((truth.folder / "reference/manuals.jsonl.zst").read_bytes()))
    threads = pq.read_table(truth.folder / "reference/forum.parquet")
    assert len(entries) == truth.records["reference/encyclopedia.jsonl.gz"] == 150
    assert len(manuals) == truth.records["reference/manuals.jsonl.zst"] == 60
    assert threads.num_rows == truth.records["reference/forum.parquet"] == 125
    assert all(len(entry["text"]) > 300 for entry in entries)
    assert len({entry["text"] for entry in entries}) == len(entries)
    assert 0.5 < sum(entry["text"].isascii() for entry in entries) / len(entries) < 0.8  # the others are not English


@pytest.mark.parametrize("pages", [100, 3_000, 10**6])
def test_no_benchmark_item_is_leaked_too_often_to_be_looked_for(pages: int) -> None:
    leaks = Counter(str(entry.detail["example"]) for entry in leak_entries(7, Counts.of(pages).leaks))
    leaks[str(quiz_items()[0]["id"])] += 1  # in the first book
    assert max(leaks.values()) <= GPT3_MAX_DOCUMENTS


def test_quiz_items_name_their_answers() -> None:
    items = quiz_items()
    assert len({item["id"] for item in items}) == len(items) == 32
    first = items[0]
    assert first["choices"][first["answer"]] == "8:12"  # type: ignore[index, call-overload]
    assert sum(len(str(item["question"]).split()) < 13 for item in items) == 2


def test_inputs_cover_every_file(truth: Truth) -> None:
    patterns = inputs(truth.folder)
    assert patterns.keys() == PATTERNS.keys()
    matched = [
        path for globs in patterns.values() for glob in globs for path in Path(glob).parent.glob(Path(glob).name)
    ]
    files = [path for name in ("crawl", "reference") for path in (truth.folder / name).iterdir()]
    assert sorted(matched) == sorted(path.resolve() for path in files)


def test_settings_name_the_benchmark(truth: Truth) -> None:
    (benchmark,) = load("quickstart", overrides=settings(truth.folder)).contamination.benchmarks  # type: ignore[union-attr]
    assert len(orjson_lines(Path(benchmark).read_bytes())) == len(quiz_items())
