"""inspect: the same rows every time, and a misspelt name is answered with those that exist."""

import pytest
from report_deciding import deciding
from report_output import FakeOutput, small

from pipeline.errors import WinnowError
from pipeline.ids import document_id
from pipeline.report.inspect import inspect


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    return small(tmp_path_factory.mktemp("out")).write()


def test_documents_with_the_smallest_ids(tmp_path):
    made = FakeOutput(tmp_path, {"web": ["read"], "books": ["read"]})
    made.file("web", "a", 50)
    made.file("books", "b", 1)
    ids = [made.document("web", "a", i, f"Document number {i}.") for i in range(50)]
    made.document("books", "b", 0, "A book.")
    output = made.write(parts=3)
    shown = inspect(output, source="web", count=4)
    assert [entry.split()[0] for entry in shown.split("\n\n")] == sorted(ids)[:4]
    assert shown == inspect(output, source="web", count=4)
    assert "A book." in inspect(output, source="books")


def test_drops_of_a_stage_come_with_their_texts(out):
    shown = inspect(out, stage="c4", reason="too_few_sentences")
    assert "web, c4: drop too_few_sentences, score 1, threshold 3" in shown
    assert "  | One. Two." in shown
    assert "\x1b" not in shown
    assert "lines_removed" not in shown
    assert "books" not in inspect(out, stage="c4", source="web")


def test_a_stage_without_texts_shows_its_decisions(out):
    shown = inspect(out, stage="read")
    assert "quarantine truncated_record\n  crawl/b.warc.gz, byte 77" in shown
    assert len(shown.split("\n\n")) == 3


def test_a_reason_alone_is_looked_for_in_all_stages(out):
    shown = inspect(out, reason="exact_duplicate")
    assert f"witness {document_id('web', 'crawl/a.warc.gz', 7).hex()}" in shown
    assert len(shown.split("\n\n")) == 2


def test_count_is_divided_over_the_reasons(out):
    assert len(inspect(out, stage="read", count=2).split("\n\n")) == 2
    shown = inspect(out, stage="read", count=2)
    assert "record_type" in shown
    assert "truncated_record" in shown


def test_nothing_to_show_is_said(tmp_path):
    made = FakeOutput(tmp_path, {"web": ["read", "c4"]})
    output = made.write()
    assert inspect(output) == "No documents were kept."
    assert inspect(output, stage="c4") == "c4 removed nothing."
    assert inspect(output, stage="c4", source="web") == "c4 removed nothing of source web."


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"stage": "c5"}, "no stage 'c5' in this output; there are: c4, exact_dedup, extract, language, read, url"),
        ({"source": "wep"}, "no source 'wep' in this output; there are: books, web"),
        (
            {"stage": "c4", "reason": "typo"},
            "no reason 'typo' in this output; there are: lines_removed, too_few_sentences",
        ),
    ],
)
def test_a_misspelt_name_is_answered_with_those_that_exist(out, arguments, message):
    with pytest.raises(WinnowError) as error:
        inspect(out, **arguments)
    assert str(error.value) == message


def test_files_that_tell_more_are_listed(tmp_path, out):
    decided = deciding(tmp_path).write()
    lines = inspect(decided).splitlines()
    listed = lines[lines.index("More in:") + 1 :]
    assert listed == [
        "  contamination/examples.parquet  14 rows",
        "  contamination/matches.parquet  3 rows",
        "  contamination/samples.parquet  1 row",
        "  contamination/summary.json",
        "  dedup/clusters.parquet  18 rows",
        "  dedup/pairs.parquet  12 rows",
        "  dedup/samples.parquet  12 rows",
        "  dedup/summary.json",
        "  quality/policies.json",
        "  quality/web/card.json",
    ]
    near = inspect(decided, stage="minhash", count=1)
    assert "minhash: drop near_duplicate, score" in near
    assert "dedup/pairs.parquet" in near
    assert "contamination" not in near
    assert "More in:" not in inspect(out)
    assert "More in:" not in inspect(decided, stage="exact_dedup")
