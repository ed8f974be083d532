"""report.json and report.html: the figures are those of the files, the page is whole, safe and stands alone."""

import html.parser
import json
import re
from pathlib import Path

import pytest
from report_output import ARABIC, FakeOutput, small

from pipeline.errors import OutputMismatch
from pipeline.ledger import ConservationError
from pipeline.report import write_report
from pipeline.report.documents import read_documents
from pipeline.report.files import Output
from pipeline.report.repeats import read_duplicates
from pipeline.report.samples import read_dropped
from pipeline.report.style import DARK, LIGHT
from pipeline.report.verdicts import merge_orders

VOID = {"meta", "br", "hr", "img", "input", "link"}


class _Page(html.parser.HTMLParser):
    """Collects tags, ids and visible text, and notes tags that do not close each other."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)
        self.wrong += self.open

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def _report(out: str) -> tuple[dict, _Page, str]:
    path = Path(write_report(out))
    source = path.read_text(encoding="utf-8")
    return json.loads((path.parent / "report.json").read_text(encoding="utf-8")), _Page(source), source


def test_figures_are_those_of_the_files(tmp_path):
    figures, _, _ = _report(small(tmp_path).write())
    assert [(row["source"], row["records"], row["documents"]) for row in figures["sources"]] == [
        ("books", 4, 2),
        ("web", 13, 4),
    ]
    assert figures["stage_order"] == ["read", "url", "extract", "language", "c4", "exact_dedup"]
    c4 = next(row for row in figures["stages"] if row["stage"] == "c4" and row["source"] == "web")
    assert c4 == {
        "stage": "c4", "source": "web", "rows_in": 6, "rows_out": 5, "dropped": 1, "quarantined": 0, "cut": 1,
        "emptied": 0,
    }  # fmt: skip
    for row in figures["stages"]:
        assert row["rows_in"] == row["rows_out"] + row["dropped"] + row["quarantined"]
    too_few = [row for row in figures["reasons"] if row["reason"] == "too_few_sentences"]
    assert [(r["source"], r["rows"], r["score_min"], r["score_max"], r["threshold_max"]) for r in too_few] == [
        ("books", 1, 2.0, 2.0, 3.0),
        ("web", 1, 1.0, 1.0, 3.0),
    ]
    assert [(row["reason"], row["place"], row["detail"]) for row in figures["quarantine_examples"]] == [
        ("truncated_record", None, "crawl/b.warc.gz, byte 77: the content ends after 5 of 9 bytes"),
        ("extraction_failed", "record 3 (from 0) of crawl/a.warc.gz", "deadline"),
    ]


def test_what_the_documents_hold(tmp_path):
    figures, page, _ = _report(small(tmp_path).write())
    languages = {(row["source"], row["language"]): row["documents"] for row in figures["languages"]}
    assert languages == {("books", "en"): 2, ("web", "en"): 2, ("web", "de"): 1, ("web", "und"): 1}
    dropped = {(row["language"], row["reason"]): row["rows"] for row in figures["dropped_languages"]}
    assert dropped == {("ar", "language_not_kept"): 1, ("en", "language_score_low"): 1}
    hosts = {row["host"]: row["documents"] for row in figures["hosts"]}
    assert hosts == {"code.example": 2, "site.example": 1, "[::1]": 1}
    code = [row for row in figures["formats"] if row["code_language"] == "python"]
    assert [(row["format"], row["documents"]) for row in code] == [("code", 1)]
    assert figures["code_blocks"] == [
        {"source": "web", "code_language": language, "documents": 1} for language in ("python", "shell")
    ]
    assert "Kept pages with code blocks in a language" in page.text
    web = next(row for row in figures["lengths"] if row["source"] == "web")
    assert sum(web["counts"]) == 4
    assert web["longest"] == 176


def test_mixture_asked_planned_and_in_the_shards(tmp_path):
    figures, page, _ = _report(small(tmp_path).write())
    by_source = {row["group"]: row for row in figures["mixture"]["groups"]}
    assert by_source["web"]["weight_asked"] == by_source["web"]["weight_planned"] == 0.5
    realised = sum(row["realised_tokens"] for row in by_source.values())
    assert realised == figures["mixture"]["realised_tokens"] == sum(row["tokens"] for row in figures["shards"]["files"])
    assert sum(row["weight_realised"] for row in by_source.values()) == pytest.approx(1.0)
    # The shards of this output hold every document once, which is not what the mixture planned: the report says so.
    assert any("off the plan" in note for note in figures["notes"])
    assert "in the shards" in page.text


def test_duplicates_are_counted_by_their_witness(tmp_path):
    made = small(tmp_path)
    out = made.write()
    found = read_duplicates(Output.open(out))
    assert found is not None
    assert (found.groups, found.removed, found.sizes) == (1, 2, {"3-4": 1})
    assert found.largest[0].url == "https://site.example/page"
    assert read_duplicates(Output.open(out), pass_rows=1) == found


def test_page_is_well_formed_and_stands_alone(tmp_path):
    _, page, source = _report(small(tmp_path).write())
    assert page.wrong == []
    assert not {"script", "link", "img", "iframe", "object"} & {tag for tag, _ in page.tags}
    for tag, attributes in page.tags:
        assert "src" not in attributes, tag
        assert (attributes.get("href") or "#").startswith("#")
        assert not [name for name in attributes if name.startswith("on")]
    style = source[source.index("<style>") : source.index("</style>")]
    assert "@import" not in style
    assert set(re.findall(r"url\((.)", style)) == {"#"}
    identities = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(identities) == len(set(identities))
    links = [attributes["href"] for tag, attributes in page.tags if tag == "a"]
    assert {link[1:] for link in links} <= set(identities)
    assert len(links) == 12


def test_texts_are_escaped_and_may_run_from_right_to_left(tmp_path):
    _, page, source = _report(small(tmp_path).write())
    assert "<script" not in source
    assert "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &lt;b&gt;bold&lt;/b&gt; ␛[31mred␀" in source
    assert "\x1b" not in source
    assert "\x00" not in source
    assert ARABIC in page.text
    texts = [attributes for tag, attributes in page.tags if tag == "pre"]
    assert sum(attributes.get("dir") == "auto" for attributes in texts) >= 7


def test_tables_and_charts_can_be_read_aloud(tmp_path):
    _, page, _ = _report(small(tmp_path).write())
    tables = sum(tag == "table" for tag, _ in page.tags)
    assert tables == sum(tag == "caption" for tag, _ in page.tags) > 10
    drawn = [attributes for tag, attributes in page.tags if tag == "svg"]
    assert all(a.get("aria-hidden") == "true" or (a.get("role") == "img" and a.get("aria-label")) for a in drawn)
    figures = sum(tag == "figure" for tag, _ in page.tags)
    assert figures == sum(tag == "figcaption" for tag, _ in page.tags)


def test_without_mixture_and_without_verdicts(tmp_path):
    made = FakeOutput(tmp_path, {"only": ["read", "extract"]})
    made.file("only", "a.jsonl", 1)
    made.document("only", "a.jsonl", 0, "One text.")
    figures, page, _ = _report(made.write(parts=1))
    assert figures["mixture"] is figures["shards"] is figures["duplicates"] is figures["timing"] is None
    assert figures["guards"] == []
    assert page.wrong == []
    assert "all stay" in page.text
    assert "Mixture" not in page.text


def test_without_any_document(tmp_path):
    made = FakeOutput(tmp_path, {"only": ["read"]})
    made.file("only", "a.warc", 1, None)
    made.verdict("read", "only", "a.warc", 0, "quarantine", "empty_file", detail="a.warc: no bytes to read")
    figures, page, _ = _report(made.write())
    assert figures["lengths"][0]["counts"] == []
    assert page.wrong == []
    assert "has no documents left" in page.text
    assert page.text.index("Look at this") < page.text.index("From records to documents")
    nothing = FakeOutput(tmp_path / "none", {"only": ["read"]})
    nothing.folder.mkdir()
    assert _report(nothing.write())[1].wrong == []


def test_thirty_sources_with_long_names_share_eight_colours(tmp_path):
    names = [f"a-source-with-a-rather-long-name-that-goes-on-and-on-{i:02d}" for i in range(30)]
    made = FakeOutput(tmp_path, {name: ["read"] for name in names})
    for i, name in enumerate(names):
        made.file(name, "x.jsonl", i + 1)
        for ordinal in range(i + 1):
            made.document(name, "x.jsonl", ordinal, "Words.", url=f"https://{'long-' * 20}host.example/{i}")
    figures, page, source = _report(made.write(parts=1))
    assert page.wrong == []
    assert "23 other sources" in page.text
    assert len(figures["sources"]) == 30
    assert 'class="s8"' not in source


def test_report_does_not_depend_on_how_tables_are_cut(tmp_path):
    pages = []
    for parts in (1, 3):
        folder = tmp_path / str(parts)
        folder.mkdir()
        made = small(folder)
        made.weights = None
        pages.append(_report(made.write(parts=parts)))
    assert pages[0][0] == pages[1][0]
    assert pages[0][2] == pages[1][2]


def test_timing_is_shown_when_it_is_there(tmp_path):
    out = small(tmp_path).write()
    facts = {
        "seconds": 75.5,
        "driver": "local",
        "workers": 2,
        "stages": {"extract.web": 61.25, "rules": 3.0},
        "guards": [],
    }
    (tmp_path / "run.json").write_text(json.dumps(facts))
    figures, page, _ = _report(out)
    assert figures["timing"]["stages"]["extract.web"] == 61.25
    assert "61.2 s" in page.text


def test_samples_are_bounded_and_do_not_depend_on_order(tmp_path):
    ordinals = list(range(40))
    chosen = []
    for order in (ordinals, ordinals[::-1]):
        folder = tmp_path / str(order[0])
        folder.mkdir()
        made = FakeOutput(folder, {"web": ["c4"]})
        made.file("web", "a", 40)
        for i in order:
            made.verdict("c4", "web", "a", i, "drop", "bad_word", text=f"text {i} " * 500)
        rows = read_dropped(Output.open(made.write(parts=3)), "c4", limit=4)
        assert all(row.cut_short for row in rows)
        chosen.append([row.id for row in rows])
    assert chosen[0] == chosen[1] == sorted(chosen[0])
    assert len(chosen[0]) == 4


def test_hosts_beyond_what_is_held_are_called_lower_bounds(tmp_path):
    made = FakeOutput(tmp_path, {"web": ["read"]})
    made.file("web", "a", 30)
    for i in range(30):
        host = "often.example" if i % 3 == 0 else f"h{i}.example"
        made.document("web", "a", i, "Words.", url=f"http://user@{host.upper()}:80/{i}")
    output = Output.open(made.write(parts=3))
    all_held, few_held = read_documents(output), read_documents(output, hosts_held=4)
    assert all_held.hosts_complete
    assert (all_held.hosts[0].host, all_held.hosts[0].documents) == ("often.example", 10)
    assert not few_held.hosts_complete
    assert few_held.hosts[0].host == "often.example"
    assert few_held.hosts[0].documents <= 10


def test_orders_of_stages_are_merged():
    assert merge_orders([["read", "c4", "exact"], ["read", "extract", "gopher", "c4", "exact"]]) == [
        "read", "extract", "gopher", "c4", "exact",
    ]  # fmt: skip
    # Where sources disagree, the first one's order is taken and no stage is lost.
    assert merge_orders([["read", "a", "b"], ["read", "b", "a"]]) == ["read", "a", "b"]
    assert merge_orders([]) == []


def test_damage_names_the_file_and_the_next_action(tmp_path):
    made = small(tmp_path)
    out = made.write()
    victim = tmp_path / "decisions/c4/part-00000.parquet"
    whole = victim.read_bytes()
    victim.write_bytes(whole[:40])
    with pytest.raises(OutputMismatch, match=r"decisions/c4/part-00000.parquet cannot be read.*winnow verify"):
        write_report(out)
    victim.unlink()
    with pytest.raises(OutputMismatch, match="cannot be read"):
        write_report(out)
    with pytest.raises(OutputMismatch, match="nothing is published there"):
        write_report(str(tmp_path / "elsewhere"))


def test_counts_that_do_not_meet_are_refused(tmp_path):
    made = small(tmp_path)
    out = made.write()
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    manifest["files"] = [entry for entry in manifest["files"] if "documents/web/part-00001" not in entry["path"]]
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ConservationError, match="source 'web'"):
        write_report(out)


def _luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(a: str, b: str) -> float:
    low, high = sorted((_luminance(a), _luminance(b)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_colours_have_contrast(colours):
    for ground in ("paper", "raised", "warn", "code", "ins", "del", "mark"):
        assert _contrast(colours["ink"], colours[ground]) >= 7
    assert _contrast(colours["soft"], colours["paper"]) >= 4.5
    assert _contrast(colours["soft"], colours["raised"]) >= 4.5
    assert _contrast(colours["link"], colours["paper"]) >= 4.5
    drawn = [
        name
        for name in colours
        if re.fullmatch(r"[st]\d+|kept|dropped|quarantined|changed|asked|planned|realised", name)
    ]
    assert len(drawn) == 27
    for name in drawn:
        assert _contrast(colours[name], colours["paper"]) >= 3, name
