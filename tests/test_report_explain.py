"""explain: every name of a record finds it, and its whole life is told."""

import re

import pytest
from report_output import FakeOutput, small

from pipeline.errors import WinnowError
from pipeline.ids import document_id
from pipeline.report import explain as explaining
from pipeline.report.explain import explain

KEPT = document_id("web", "crawl/a.warc.gz", 7).hex()
COPY = document_id("web", "crawl/b.warc.gz", 1).hex()
URL = "https://site.example/page"


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    return small(tmp_path_factory.mktemp("out")).write()


def _lines(text: str) -> list[str]:
    return [re.sub(r"\s+", " ", line).strip() for line in text.splitlines()]


@pytest.mark.parametrize("key", [KEPT, KEPT.upper(), KEPT[:8], "urn:uuid:2", "<urn:uuid:2>", f"  {KEPT}\n"])
def test_every_name_finds_the_record(out, key):
    text = explain(out, key)
    assert text.startswith(f"id         {KEPT}\n")
    assert "records have this name" not in text


def test_the_life_of_a_kept_document(out):
    lines = _lines(explain(out, KEPT))
    assert "record 7 (from 0) of crawl/a.warc.gz, byte 4711" in lines
    stages = lines[lines.index("read passed") : lines.index("documents kept") + 1]
    assert stages == [
        "read passed", "url passed", "extract passed", "language passed", "c4 changed lines_removed (score 2)",
        "exact_dedup passed", "documents kept",
    ]  # fmt: skip
    assert any(line.startswith("It stands for 2 removed rows: ") and COPY in line for line in lines)
    assert "kept in documents/web/part-00000.parquet, row 0 (from 0)" in lines
    assert "metadata title A page, warc_file crawl/a.warc.gz, warc_offset 4711" in lines
    assert any(line.startswith("trained in") for line in lines)
    assert any(line.startswith("| The page that stayed.") for line in lines)


def test_the_sequences_are_those_that_hold_the_document(out):
    from pipeline.shards.read import ShardReader

    reader = ShardReader(f"{out}/shards")
    holding = [i for i in range(len(reader)) if any(piece.id == KEPT for piece in reader.documents(i))]
    named = next(line for line in _lines(explain(out, KEPT)) if line.startswith("trained in"))
    assert named.startswith(f"trained in {len(holding)} sequences of train: {', '.join(map(str, holding[:8]))}")


def test_a_removal_names_its_witness_and_what_was_not_reached(out):
    lines = _lines(explain(out, COPY))
    assert f"witness {KEPT}, kept in web: {URL}" in lines
    assert "documents not kept" in lines
    dropped = document_id("web", "crawl/a.warc.gz", 6).hex()
    lines = _lines(explain(out, dropped))
    assert "c4 dropped too_few_sentences (score 1, threshold 3)" in lines
    assert "exact_dedup not reached" in lines


def test_a_quarantined_record_shows_file_and_error(out):
    lines = _lines(explain(out, document_id("web", "crawl/b.warc.gz", 2).hex()))
    assert "read quarantined truncated_record" in lines
    assert "crawl/b.warc.gz, byte 77: the content ends after 5 of 9 bytes" in lines


def test_all_records_of_a_url_are_told_kept_ones_first(out):
    text = explain(out, URL)
    assert text.startswith("3 records have this name:")
    ids = re.findall(r"^id +(\w+)$", text, re.MULTILINE)
    assert ids[:2] == [KEPT, COPY]
    assert "request" in text[text.index(ids[2]) :]


def test_many_records_of_a_url_are_bounded(tmp_path):
    made = FakeOutput(tmp_path, {"web": ["read"]})
    made.file("web", "a", 9)
    for i in range(9):
        made.document("web", "a", i, f"Version {i}.", url=URL)
    text = explain(made.write(), URL)
    assert text.startswith("9 records have this name; the first 5:")
    assert len(re.findall(r"^id +", text, re.MULTILINE)) == explaining.MAX_RECORDS


def test_the_start_of_several_ids_is_refused(tmp_path):
    made = FakeOutput(tmp_path, {"web": ["read"]})
    made.file("web", "a", 2)
    made.document("web", "a", 0, "One.")
    made.document("web", "a", 1, "Two.")
    for i, row in enumerate(made.documents["web"]):
        row["id"] = f"{'12345678' * 3}0000000{i}"
    out = made.write()
    with pytest.raises(WinnowError, match=r"2 ids begin with 1234567812, .* give more characters"):
        explain(out, "1234567812")
    assert "Two." in explain(out, f"{'12345678' * 3}00000001")


def test_a_native_id_may_look_like_the_start_of_an_id(tmp_path):
    made = FakeOutput(tmp_path, {"web": ["read"]})
    made.file("web", "a", 1)
    made.document("web", "a", 0, "One.", native_id="20240101")
    assert "One." in explain(made.write(), "20240101")


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("https://site.example/pag", "Nearest: https://site.example/page"),
        ("https://sit.example/other", "Nearest: site.example"),
        ("abc1", "give at least the first 8 characters"),
        ("f" * 32, "so it was in none of them. `winnow inspect"),
        ("", "nothing in"),
        ("\x1b[31m", "␛"),
    ],
)
def test_what_is_not_found_says_what_to_try(out, key, message):
    with pytest.raises(WinnowError) as error:
        explain(out, key)
    assert message in str(error.value)
    assert "\x1b" not in str(error.value)
