"""Quality, near-duplicates and contamination in the report: counted from the tables, and shown with their texts."""

import json
import re
from pathlib import Path

import pytest
from report_deciding import QUESTION, card, deciding, identity
from report_output import FakeOutput
from test_report import _report

from pipeline.errors import OutputMismatch
from pipeline.report import write_report
from pipeline.report.contamination import _Keys, read_contamination
from pipeline.report.files import Output
from pipeline.report.near import read_near
from pipeline.report.quality import policy_lines
from pipeline.report.sections.near import chance
from pipeline.report.stage_figures import PolicyRow


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return _report(deciding(tmp_path_factory.mktemp("out")).write())


@pytest.fixture(scope="module")
def figures(made):
    return made[0]


@pytest.fixture(scope="module")
def page(made):
    return made[1]


def test_near_duplicates_are_counted_from_the_tables(figures):
    found = figures["near_duplicates"]
    assert found["removed"] == 12
    assert found["by_source"] == [{"removed_source": "forum", "kept_source": "web", "count": 12}]
    assert found["sizes"] == {"2": 1, "4-9": 4}
    assert found["clusters"] == 5
    assert found["unchecked"] == {"web": 1}
    assert sum(found["removed_by_similarity"]) == 12
    assert found["removed_by_similarity"][99] == 1
    assert all(
        removed <= compared for removed, compared in zip(found["removed_by_similarity"], found["compared"], strict=True)
    )
    largest = found["largest"]
    assert [(row["size"], row["kept"], row["removed"], row["unchecked"]) for row in largest] == [
        *[(4, 1, 3, 0)] * 4,
        (2, 1, 0, 1),
    ]
    assert all(row["text"] and row["url"].startswith("https://web.example/") for row in largest)


def test_a_few_pairs_of_each_band_of_similarity(figures):
    similarities = [pair["similarity"] for pair in figures["near_duplicates"]["samples"]]
    assert similarities == sorted(similarities)
    for low, high in ((0, 0.85), (0.85, 0.9), (0.9, 0.95), (0.95, 0.99)):
        assert sum(low <= similarity < high for similarity in similarities) == 2
    assert similarities[-1] == 0.99


def test_pairs_show_their_differences(made):
    _, page, source = made
    removed = re.findall(r"<del>([^<]*)</del>", source)
    added = re.findall(r"<ins>([^<]*)</ins>", source)
    assert removed
    assert all(word.isupper() for text in removed for word in re.findall(r"\w+", text))
    assert added
    assert not any(word.isupper() for text in added for word in re.findall(r"\w{2,}", text))
    assert "1 document stayed without having been compared with all of their cluster" in page.text
    assert "a pair of similarity 0.68 has an even chance" in page.text


def test_contamination_is_counted_from_the_tables(figures):
    found = figures["contamination"]
    rows = {(row["benchmark"], row["method"]): row for row in found["benchmarks"]}
    assert rows["quiz", "gpt3"] == {
        "benchmark": "quiz", "method": "gpt3", "items": 5, "unreadable": 1, "too_short": 1, "clean": 1, "dirty": 2,
    }  # fmt: skip
    assert rows["quiz", "palm"]["dirty"] == 1
    assert rows["maths", "gpt3"] == {
        "benchmark": "maths", "method": "gpt3", "items": 9, "unreadable": 0, "too_short": 0, "clean": 9, "dirty": 0,
    }  # fmt: skip
    assert (found["documents_cut"], found["documents_dropped"], found["pieces"]) == (1, 1, 3)
    methods = {row["method"]: row for row in found["methods"]}
    assert methods["gpt3"]["matched_documents"] == 2
    assert methods["gpt3"]["common_ngrams"] == 7
    assert methods["palm"]["matched_documents"] == 0
    overlaps = {row["method"]: row for row in found["overlaps"]}
    assert sum(overlaps["gpt3"]["dirty"]) == 2
    assert sum(overlaps["palm"]["dirty"]) == sum(overlaps["palm"]["clean"]) == 1
    assert overlaps["palm"]["untouched"] == 10
    most = [(row["method"], row["example"], row["documents"]) for row in found["most_matched"]]
    assert most == [("gpt3", "1", 2), ("gpt3", "2", 1), ("palm", "1", 2), ("palm", "2", 1)]


def test_matches_are_marked_in_both_texts(made):
    source = made[2]
    assert f"<mark>{QUESTION.upper()}</mark>" in source
    assert f"<mark>{QUESTION}</mark>" in source


def test_policies_and_cards(figures, page):
    found = figures["quality"]
    assert [(row["source"], row["kept"], row["documents"]) for row in found["policies"]] == [
        ("forum", 60, 60), ("web", 40, 60),
    ]  # fmt: skip
    assert found["models"] == [{"model": "web", "card": card()}]
    assert "AUC 0.9875 on 40 held-out documents (20 positive, 20 negative)" in page.text
    assert "recall –" in page.text
    assert "length 0.625 0.9688 0.25" in page.text
    assert "Left out: a chance below 0.05 of their own label" in page.text
    assert "web 80 7" in page.text
    assert "negative web 0.75 a star bends light" in page.text
    assert "ef" * 16 in page.text
    assert "hyper parameters: epoch" in page.text


def test_several_models_and_how_far_they_agree(tmp_path):
    out = deciding(tmp_path)
    (web, _) = out.jsons["quality/policies.json"]
    models = [
        {"name": "exam", "model": "web.exam", "kept": 30, "kept_alone": 15},
        {"name": "talk", "model": "web.talk", "kept": 25, "kept_alone": 10},
    ]
    buckets = {"least": 2, "documents": [12, 8, 10, 30], "kept_by_all": 15, "models": models}
    out.jsons["quality/policies.json"] = [
        web | {"policy": "max_rank", "parameter": 2, "model": "web.exam, web.talk", "buckets": buckets}
    ]
    figures, page, _ = _report(out.write())
    assert page.wrong == []
    assert figures["quality"]["policies"][0]["buckets"] == buckets
    assert "15 of 40 documents that stayed are kept by every model" in page.text
    assert "exam web.exam 30 75.0 % 15" in page.text
    assert "the highest bucket that any model gives a document decides" in page.text


def test_a_cut_document_is_one_that_stayed(figures, page):
    stage = next(row for row in figures["stages"] if row["stage"] == "contamination" and row["source"] == "books")
    assert (stage["rows_in"], stage["rows_out"], stage["dropped"], stage["cut"], stage["emptied"]) == (10, 11, 1, 1, 0)
    assert "67 stay, 98.5 % of 68, as 69 documents" in page.text
    assert "changed: 1 benchmark_overlap (now 3 documents)" in page.text
    assert "benchmark_overlap (changed, now 3 documents)" in page.text
    assert "9 of 10 (90.0 %)" in page.text
    assert "from 67.0 % of records" in page.text


def test_what_is_cut_to_nothing_is_gone(tmp_path):
    out = FakeOutput(tmp_path, {"web": ["read", "contamination"]})
    out.file("web", "a", 4)
    out.verdict("contamination", "web", "a", 0, "cut", "benchmark_overlap", rows_out=0)
    out.verdict("contamination", "web", "a", 1, "cut", "benchmark_overlap", rows_out=8)
    for piece in range(8):
        out.document("web", "a", 1, f"Piece {piece}.", piece=piece)
    out.document("web", "a", 2, "Whole.")
    out.document("web", "a", 3, "Whole as well.")
    figures, page, source = _report(out.write())
    assert page.wrong == []
    stage = next(row for row in figures["stages"] if row["stage"] == "contamination")
    assert (stage["rows_out"], stage["cut"], stage["emptied"]) == (10, 2, 1)
    assert "3 stay, 75.0 % of 4, as 10 documents" in page.text
    assert "(now 8 documents, of 1 nothing is left)" in page.text
    widths = [float(width) for width in re.findall(r'<rect class="s0" x="0.000%" width="([\d.]+)%"', source)]
    assert widths[0] == 40.0  # four records on the scale of ten documents
    assert max(widths) == 100.0


def test_page_stays_whole(made):
    _, page, source = made
    assert page.wrong == []
    for name in ("quality", "near", "contamination"):
        assert f'<a href="#{name}">' in source
    drawn = [attributes for tag, attributes in page.tags if tag == "svg"]
    assert all(a.get("aria-hidden") == "true" or (a.get("role") == "img" and a.get("aria-label")) for a in drawn)
    identities = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(identities) == len(set(identities))


def test_sections_do_not_appear_without_their_files(tmp_path):
    out = FakeOutput(tmp_path, {"web": ["read"]})
    out.file("web", "a", 1)
    out.document("web", "a", 0, "Words.")
    figures, page, _ = _report(out.write())
    assert figures["quality"] is figures["near_duplicates"] is figures["contamination"] is None
    for name in ("Quality", "Near-duplicates", "Contamination"):
        assert name not in page.text


def test_closure_without_similarities_and_tables_without_rows(tmp_path):
    out = deciding(tmp_path)
    pairs, schema = out.tables["dedup/pairs.parquet"]
    out.tables["dedup/pairs.parquet"] = (
        [row | {"similarity": None, "method": "closure"} for row in pairs], schema,
    )  # fmt: skip
    out.tables["dedup/samples.parquet"] = ([], out.tables["dedup/samples.parquet"][1])
    for name in ("matches", "examples", "samples"):
        path = f"contamination/{name}.parquet"
        out.tables[path] = ([], out.tables[path][1])
    out.jsons["dedup/summary.json"] |= {"verify": False, "compared": [0] * 100, "comparisons": 0}
    out.jsons["quality/policies.json"] = []
    del out.jsons["quality/web/card.json"]
    figures, page, _ = _report(out.write())
    assert page.wrong == []
    assert "nothing was compared" in page.text
    assert "Pairs to look at" not in page.text
    assert figures["near_duplicates"]["removed"] == 12
    assert figures["contamination"]["benchmarks"] == []
    assert figures["quality"] is None


def test_a_missing_or_damaged_file_is_named(tmp_path):
    out = deciding(tmp_path).write()
    (tmp_path / "dedup/summary.json").write_text("{")
    with pytest.raises(OutputMismatch, match=r"dedup/summary.json is damaged"):
        write_report(out)
    (tmp_path / "dedup/summary.json").unlink()
    with pytest.raises(OutputMismatch, match=r"dedup/summary.json is missing"):
        write_report(out)


def test_many_sources_are_listed_instead_of_crossed(tmp_path):
    out = deciding(tmp_path)
    pairs, schema = out.tables["dedup/pairs.parquet"]
    many = [pairs[0] | {"removed_source": f"source-{i}", "kept_source": f"source-{i % 3}"} for i in range(60)]
    out.tables["dedup/pairs.parquet"] = (many, schema)
    _, page, _ = _report(out.write())
    assert "Removed documents by pair of sources" in page.text
    assert "20 more pairs of sources: report.json lists them." in page.text


def test_reading_is_independent_of_row_groups(tmp_path):
    """TableWriter writes at most 4,096 rows a group: with more, totals and top lists must still be whole."""
    out = deciding(tmp_path)
    matches, match_schema = out.tables["contamination/matches.parquet"]
    more = [matches[0] | {"id": f"{i:016x}{0:016x}"} for i in range(9000)]
    out.tables["contamination/matches.parquet"] = (more, match_schema)
    cluster_schema = out.tables["dedup/clusters.parquet"][1]
    pairs_of = [
        row
        for i in range(5000)
        for row in (
            {"id": f"{2 * i:032x}", "cluster": f"{2 * i:032x}", "size": 2 + i % 3, "role": "kept", "source": "web"},
            {"id": f"{2 * i + 1:032x}", "cluster": f"{2 * i:032x}", "size": 2, "role": "unchecked", "source": "web"},
        )
    ]
    out.tables["dedup/clusters.parquet"] = (pairs_of, cluster_schema)
    examples, example_schema = out.tables["contamination/examples.parquet"]
    items = [examples[5] | {"example": str(i), "gpt3_documents": 6000 - i, "gpt3_overlap": 0.5} for i in range(6000)]
    out.tables["contamination/examples.parquet"] = (items[::-1], example_schema)
    output = Output.open(out.write())
    near = read_near(output)
    assert near is not None
    assert near.sizes == {"2": 1667, "3": 1667, "4-9": 1666}
    assert near.unchecked == {"web": 5000}
    assert [row.size for row in near.largest] == [4] * 8
    found = read_contamination(output, ())
    assert found is not None
    assert found.methods[0].matched_documents == 9000
    assert [row.documents for row in found.most_matched[:6]] == list(range(6000, 5994, -1))
    assert sum(found.overlaps[0].clean) == 6000


def test_ids_are_counted_once(monkeypatch):
    import pyarrow as pa

    from pipeline.report import contamination

    monkeypatch.setattr(contamination, "MIN_UNITED_KEYS", 10)
    keys = _Keys()
    for start in (0, 5, 20, 5):
        keys.add(pa.chunked_array([[f"{i:016x}{0:016x}" for i in range(start, start + 15)]]))
    assert keys.count() == 35
    assert _Keys().count() == 0


def test_s_curve():
    assert chance(0.0, 14, 8) == 0.0
    assert chance(1.0, 14, 8) == 1.0
    # 1 - (1 - .8^8)^14, FineWeb's layout (arXiv:2406.17557, section 3.4): 92 % at similarity .8.
    assert chance(0.8, 14, 8) == pytest.approx(0.924, abs=0.001)


def test_texts_are_escaped(tmp_path):
    out = deciding(tmp_path)
    rows, schema = out.tables["dedup/samples.parquet"]
    wild = rows[0] | {"removed_text": "<script>alert(1)</script> one\x00", "kept_text": "<b>two</b> one"}
    out.tables["dedup/samples.parquet"] = ([wild], schema)
    matched, match_schema = out.tables["contamination/samples.parquet"]
    spans = {"excerpt": "<i>x", "span_start": 1, "span_end": 99, "url": "javascript:alert(1)", "example": "<1>"}
    out.tables["contamination/samples.parquet"] = ([matched[0] | spans], match_schema)
    _, page, source = _report(out.write())
    assert page.wrong == []
    assert "<script" not in source
    assert "<i>" not in source
    assert "&lt;<mark>i&gt;x</mark>" in source
    assert not {"script", "link", "img", "a-"} & {tag for tag, _ in page.tags}


def test_json_of_report_has_all(made, tmp_path):
    assert identity("web", 0) in json.dumps(made[0]["near_duplicates"])
    path = Path(write_report(deciding(tmp_path).write()))
    assert json.loads((path.parent / "report.json").read_text(encoding="utf-8")) == made[0]


def test_a_run_ends_with_what_policies_were_to_keep_and_kept():
    rows = [
        PolicyRow("forum", "web", "proportional", None, 60, 60, 0.9, 1.0, (), ()),
        PolicyRow("web", "web", "pareto", 3.0, 6000, 4000, 0.64, 4 / 6, (), ()),
    ]
    assert policy_lines(rows) == [
        "quality of forum: proportional kept 60 of 60 documents, 100.00% (expected 90.00%)",
        "quality of web: pareto 3 kept 4,000 of 6,000 documents, 66.67% (expected 64.00%)",
    ]


def test_the_card_shows_its_curves_and_what_is_on_the_wrong_side(page):
    assert "Share of good ones among held-out documents" in page.text
    assert "a <well> written page" in page.text
    assert "negative called good" in page.text


def test_a_card_of_an_earlier_version_is_shown_as_far_as_it_goes(tmp_path):
    out = deciding(tmp_path)
    later = ("precision_recall", "calibration", "confusions", "sha256")
    out.jsons["quality/web/card.json"] = {name: value for name, value in card().items() if name not in later}
    _, page, _ = _report(out.write())
    assert page.wrong == []
    assert "AUC 0.9875 on 40 held-out documents" in page.text
    assert "Scores of held-out documents" in page.text
    assert "Precision, recall and calibration" not in page.text
    assert "on the wrong side of one half" not in page.text
