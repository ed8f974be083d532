"""explain: every name of a record finds it, and its whole life is told."""

import re

import pytest
from report_deciding import QUESTION, deciding, identity
from report_output import FakeOutput, small

from pipeline.errors import WinnowError
from pipeline.ids import document_id, piece_id
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
    said = "metadata code_languages python, shell, title A page, warc_file crawl/a.warc.gz, warc_offset 4711"
    assert said in lines
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


@pytest.fixture(scope="module")
def decided(tmp_path_factory):
    return deciding(tmp_path_factory.mktemp("decided")).write()


def test_a_near_duplicate_shows_its_witness_and_similarity(decided):
    lines = _lines(explain(decided, identity("forum", 2)))
    assert "minhash dropped near_duplicate (score 0.955, threshold 0.75)" in lines
    assert f"witness {identity('web', 2)}, kept in web: https://web.example/2" in lines
    assert f"in a cluster of 4 documents, the first is {identity('web', 2)}" in lines
    assert "similarity 0.955 (jaccard), 12 bands in common" in lines
    assert "contamination not reached" in lines
    kept = _lines(explain(decided, identity("web", 2)))
    assert "minhash passed" in kept
    assert "in a cluster of 4 documents, its first document" in kept
    assert any(line.startswith("It stands for 3 removed rows: ") for line in kept)
    unchecked = explain(decided, identity("web", 5))
    assert "not compared with all of it because a limit was reached" in unchecked


def test_quality_tells_score_and_policy(decided):
    lines = _lines(explain(decided, identity("web", 50)))
    assert "quality dropped quality_pareto (score 0.1, threshold 0.4)" in lines
    assert "policy pareto 3 by classifier web; it kept 66.7 % of web" in lines
    assert "minhash not reached" in lines
    assert "quality passed score 0.55" in _lines(explain(decided, identity("web", 10)))
    assert not any("policy" in line for line in _lines(explain(decided, identity("books", 5))))


def test_a_cut_document_shows_its_pieces_and_a_piece_its_document(decided):
    original = identity("books", 0)
    pieces = [piece_id(bytes.fromhex(original), number).hex() for number in range(3)]
    lines = _lines(explain(decided, original))
    assert "contamination changed benchmark_overlap (score 0.5)" in lines
    assert sum("of quiz, item 1" in line for line in lines) == 2
    assert "quality passed score 0.625" in lines
    assert "documents kept in 3 pieces" in lines
    named = [line.split()[1] for line in lines if line.startswith("piece ")]
    assert [name.rstrip(",") for name in named] == pieces
    told = _lines(explain(decided, pieces[1]))
    assert f"parent id {original}" in told
    assert f"piece 2 of 3 of {original}, whose life follows" in told
    assert "record 0 (from 0) of a" in told
    assert "contamination changed benchmark_overlap (score 0.5)" in told
    assert any(line.startswith("kept in documents/books/") for line in told)
    # A URL is that of the document and of all pieces: it is told once.
    by_url = explain(decided, "https://books.example/0")
    assert by_url == explain(decided, original)


def test_a_dropped_document_shows_its_matches(decided):
    lines = _lines(explain(decided, identity("books", 1)))
    assert "contamination dropped no_piece_left (score 1)" in lines
    assert f"gpt3, drop: characters 0 to {len(QUESTION)} are of quiz, item 1 (100.0 % of its n-grams)" in lines
    assert "documents not kept" in lines


def test_a_witness_that_went_later_is_said_to_have_gone(tmp_path):
    made = FakeOutput(tmp_path, {"web": ["exact_dedup", "quality", "contamination"]})
    made.file("web", "a", 5)
    gone = made.verdict(
        "quality", "web", "a", 0, "drop", "quality_top", score=0.2, threshold=0.5, url="http://x.example"
    )
    copy = made.verdict("exact_dedup", "web", "a", 1, "drop", "exact_duplicate", witness=gone)
    cut = made.verdict("contamination", "web", "a", 2, "cut", "benchmark_overlap", rows_out=2)
    for piece in range(2):
        made.document("web", "a", 2, f"Piece {piece}.", piece=piece)
    other = made.verdict("exact_dedup", "web", "a", 3, "drop", "exact_duplicate", witness=cut)
    lost = made.verdict("exact_dedup", "web", "a", 4, "drop", "exact_duplicate", witness="0" * 32)
    out = made.write()
    later = f"witness {gone}, later dropped itself by quality (quality_top), of web: http://x.example"
    assert later in _lines(explain(out, copy))
    assert f"witness {cut}, kept in 2 pieces in web" in _lines(explain(out, other))
    assert f"witness {'0' * 32}, of which nothing is known" in _lines(explain(out, lost))


def test_closure_tells_what_was_connected(tmp_path):
    made = deciding(tmp_path)
    pairs, schema = made.tables["dedup/pairs.parquet"]
    made.tables["dedup/pairs.parquet"] = ([row | {"similarity": None, "method": "closure"} for row in pairs], schema)
    lines = _lines(explain(made.write(), identity("forum", 2)))
    assert f"connected with {identity('web', 2)}, which stays; nothing was compared (closure)" in lines
