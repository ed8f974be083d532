"""Gold rows and their pages."""

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest
from extractor_gold import gold_line, record_id, write_set

from classifiers.extractor.gold import GoldError, fold, read_set

PAGE = "<html><body><p>Żółta łódź stoi na brzegu rzeki, a czapla czeka.</p></body></html>"


def test_a_row_has_its_page_as_utf8_and_its_text_without_marks(tmp_path: Path) -> None:
    lines = [
        gold_line(2, main_content_marked="<p>A\u00a0 heron</p>\n<h>waits</h>", language="Polish"),
        gold_line(1, main_content="1 < 2,\n<b>kept</b>", page_type="forum", **{"with": ["a\nb"], "without": None}),
    ]
    second, first = read_set(write_set(tmp_path, lines, {1: PAGE.encode("iso8859_2"), 2: b"<p>plain</p>"}))
    assert (second.set, second.id, second.host) == ("toy", record_id(2), "reed2.example")
    assert (second.text, second.language, second.page_type) == ("A heron waits", "Polish", "")
    assert second.html == b"<p>plain</p>"
    assert first.html == PAGE.encode()
    assert (first.text, first.page_type, first.language) == ("1 < 2, <b>kept</b>", "forum", "")
    assert (first.with_snippets, first.without_snippets) == (("a b",), ())


def test_empty_gold_text_is_not_replaced_by_the_marked_one(tmp_path: Path) -> None:
    lines = [gold_line(1, main_content="", main_content_marked="<p>x</p>"), gold_line(2, main_content=None)]
    assert [row.text for row in read_set(write_set(tmp_path, lines, {1: b"<p>", 2: b"<p>"}))] == ["", ""]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([gold_line(7, main_content="x")], "has no record <urn:uuid:00000007>"),
        ([gold_line(1), gold_line(1)], "line 2: a second row"),
        ([], "the set has no rows"),
        ([{"url": "http://a.example/"}], "no warc_record_id"),
        ([gold_line(1, main_content=3)], "main_content is int, not a string"),
        ([gold_line(1, without="x")], "without is not a list of strings"),
        ([gold_line(2)], "is no page: empty_body"),
        ([["a"]], "line 1: not a JSON object"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, lines: list, message: str) -> None:
    base = write_set(tmp_path, lines, {1: b"<p>x</p>", 2: b""})
    with pytest.raises(GoldError, match=message):
        read_set(base)


def test_missing_and_damaged_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(GoldError, match=r"none\.gold\.jsonl\.gz: no such file"):
        read_set(tmp_path / "none")
    base = write_set(tmp_path, [gold_line(1)], {1: b"<p>x</p>"})
    gold = tmp_path / "toy.gold.jsonl.gz"
    whole = gold.read_bytes()
    gold.write_bytes(whole[:-9])
    with pytest.raises(GoldError, match=r"toy\.gold\.jsonl\.gz"):
        read_set(base)
    gold.write_bytes(gzip.compress(json.dumps(gold_line(1)).encode() + b"\n{"))
    with pytest.raises(GoldError, match="near line 2"):
        read_set(base)


def test_a_host_is_in_one_fold_and_folds_are_of_like_size() -> None:
    hosts = [f"reed{i}.example" for i in range(5000)]
    counts = Counter(fold(host, 5, 3) for host in hosts)
    assert sorted(counts) == [0, 1, 2, 3, 4]
    assert all(900 < count < 1100 for count in counts.values())
    assert [fold(host, 5, 3) for host in hosts[:50]] == [fold(host, 5, 3) for host in hosts[:50]]
    assert [fold(host, 5, 3) for host in hosts[:50]] != [fold(host, 5, 4) for host in hosts[:50]]


@pytest.mark.parametrize(("name", "pages", "with_text"), [("zyte-articles", 125, 125), ("cleanportaleval", 41, 41)])
def test_real_sets_are_read_whole(shared: Path, name: str, pages: int, with_text: int) -> None:
    rows = read_set(shared / "data/extraction" / name)
    assert len(rows) == pages
    assert sum(bool(row.text) for row in rows) == with_text
    assert all(row.host and b"<" in row.html for row in rows)
    assert len({fold(row.host, 5, 1) for row in rows}) > 1
