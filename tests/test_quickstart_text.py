"""What extraction gets out of the generated pages: the planted relations between texts hold there, too."""

import gzip
import re

import orjson
import pyarrow as pa
import pytest
import trafilatura

from pipeline.extract.charset import decode
from pipeline.kernels.normalise import content_keys
from pipeline.quickstart import Truth, TruthRow, generate
from pipeline.quickstart.dice import Dice
from pipeline.quickstart.grammar import Writer
from pipeline.quickstart.pages import PAGE_KINDS, book_page, count_words, prose_page
from pipeline.quickstart.plants import BANDS, KEPT_LANGUAGES
from pipeline.quickstart.quiz import quiz_items
from pipeline.quickstart.sites import render, sites_for
from pipeline.quickstart.variants import edited, jaccard, leaked
from pipeline.quickstart.words import LANGUAGES
from pipeline.sources import READERS, WHOLE_FILE, InputFile, Record
from pipeline.tag.language import load

Texts = dict[tuple[str, int], str]


def main_text(html: str) -> str:
    text = trafilatura.extract(html, include_comments=False, deduplicate=False)
    assert text is not None
    return text


def words_of(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> Truth:
    return generate(tmp_path_factory.mktemp("crawl"), pages=300)


@pytest.fixture(scope="module")
def texts(truth: Truth) -> Texts:
    """(file, ordinal) -> extracted text, for the pages that something is known of."""
    wanted = {(row.file, row.ordinal) for row in truth.rows if row.kind != "page" or row.group}
    found: Texts = {}
    for path in sorted((truth.folder / "crawl").glob("crawl-*")):
        reader = READERS[path.name.split(".")[1]]
        if reader.name == "wet":
            continue
        for outcome in reader.read(InputFile("web", str(path), path.name, None, ""), WHOLE_FILE, reader.options()):
            place = f"crawl/{path.name}", outcome.ordinal
            if isinstance(outcome, Record) and place in wanted:
                assert outcome.content is not None
                found[place] = main_text(decode(outcome.content, outcome.charset).text)
    return found


def text_of(texts: Texts, row: TruthRow) -> str:
    return texts[row.file, row.ordinal]


@pytest.mark.parametrize("kind", sorted(set(PAGE_KINDS) - {"login", "table", "recipe"}))
def test_the_main_text_is_found_and_nothing_else(kind: str) -> None:
    page = prose_page(7, f"extract-{kind}", "en", kind, 400)
    site = next(site for site in sites_for("en", kind, 7) if site.layout == "semantic")
    html = render(page, site, 7)
    assert site.name in html
    found = re.sub(r"(?m)^- ", "", main_text(html))  # how trafilatura writes list items
    assert words_of(found) == words_of(page.text())


def test_copies_are_equal_after_extraction(truth: Truth, texts: Texts) -> None:
    groups = truth.groups("exact_duplicate")
    for members in groups.values():
        found = [text_of(texts, row) for row in members if row.source in ("web", "arc")]
        assert len(set(content_keys(pa.array(found)).to_pylist())) == 1
        sizes = [row.detail["text_bytes"] for row in members if row.source in ("web", "arc")]
        assert sizes == [len(text.encode()) for text in found]
    assert max(len(members) for members in groups.values()) >= 12
    other = [words_of(text_of(texts, members[0])) for members in groups.values() if members[0].source == "web"]
    assert len(set(other)) == len(other)


def test_a_copy_of_the_encyclopedia_has_its_text(truth: Truth, texts: Texts) -> None:
    stored = gzip.decompress((truth.folder / "reference/encyclopedia.jsonl.gz").read_bytes())
    entries = [orjson.loads(line) for line in stored.splitlines()]
    copies = [row for row in truth.of("exact_duplicate") if row.detail["form"] == "copy of a reference work"]
    assert len(copies) == 2
    for row in copies:
        entry = next(entry for entry in entries if entry["id"] == row.group)
        assert text_of(texts, row) == entry["text"]


def test_near_duplicates_are_as_similar_as_recorded(truth: Truth, texts: Texts) -> None:
    bands = set()
    for members in truth.groups("near_duplicate").values():
        (original,) = [row for row in members if row.kind == "page"]
        for row in members:
            if row is not original:
                measured = jaccard(text_of(texts, original), text_of(texts, row))
                assert measured == pytest.approx(row.detail["jaccard"], abs=1e-6)
                assert measured == pytest.approx(row.detail["band"], abs=0.03)
                assert row.detail["original"] == original.url
                bands.add(row.detail["band"])
            assert row.detail["text_bytes"] == len(text_of(texts, row).encode())
    assert bands == set(BANDS)


def test_copies_of_one_page_are_similar_to_each_other(truth: Truth, texts: Texts) -> None:
    (cluster,) = [members for members in truth.groups("near_duplicate").values() if len(members) > 2]
    found = [text_of(texts, row) for row in cluster]
    assert len(found) == 7
    assert min(jaccard(a, b) for i, a in enumerate(found) for b in found[:i]) > 0.88


def test_unrelated_pages_are_not_similar() -> None:
    pages = [prose_page(7, f"alone-{number}", "en", "article", 600).text() for number in range(12)]
    assert max(jaccard(a, b) for i, a in enumerate(pages) for b in pages[:i]) < 0.05


def test_legacy_charsets_are_read_right(truth: Truth, texts: Texts) -> None:
    rows = truth.of("wrong_charset")
    assert len(rows) >= 12
    for row in rows:
        assert not row.detail["snippet"].isascii()
        assert row.detail["snippet"] in text_of(texts, row)


def test_leaks_are_in_the_text(truth: Truth, texts: Texts) -> None:
    questions = {item["id"]: str(item["question"]) for item in quiz_items()}
    for row in truth.of("leak"):
        text, question = words_of(text_of(texts, row)), questions[row.detail["example"]]
        form = row.detail["form"]
        assert (question.upper() if form == "recased" else question) in text
        if form == "rewrapped":
            assert question not in text_of(texts, row)


def test_a_leak_leaves_the_page_as_it_was() -> None:
    page = prose_page(7, "leak", "en", "article", 300)
    item = quiz_items()[4]
    with_leak = leaked(page, 7, "leak", item, "verbatim")
    assert set(page.blocks) < set(with_leak.blocks)
    assert str(item["question"]) in with_leak.text()
    assert str(item["question"]) not in page.text()


@pytest.mark.parametrize("band", BANDS)
def test_edits_reach_the_band_in_any_spaced_language(band: float) -> None:
    for language in ("en", "de", "ru"):
        page = prose_page(7, f"edit-{language}", language, "article", 500)
        copy = edited(page, 7, "copy", band)
        assert jaccard(page.text(), copy.text()) == pytest.approx(band, abs=0.03)
        assert jaccard(page.text(), page.text()) == 1.0


def test_jaccard_of_word_5_grams() -> None:
    assert jaccard("one two three four five", "One, two three; four five!") == 1.0
    assert jaccard("a b c d e f", "a b c d e g") == pytest.approx(1 / 3)
    assert jaccard("a b", "c d") == 1.0  # no 5-gram in either


def test_books_are_long_and_do_not_repeat_themselves() -> None:
    book = book_page(7, "book", 20_000)
    words = book.text().split()
    assert len(words) > 19_500
    grams = [tuple(words[i : i + 5]) for i in range(len(words) - 4)]
    assert len(set(grams)) > 0.85 * len(grams)


@pytest.mark.parametrize("code", [*KEPT_LANGUAGES, "el"])
def test_languages_are_recognised(code: str) -> None:
    predict = load().predict
    grammars = LANGUAGES[code].grammars
    for number in range(8):
        writer = Writer(grammars[tuple(grammars)[number % len(grammars)]], Dice(number, "language", code))
        ((score, label),) = predict(writer.sentences("prose", 6)[:1000] + "\n", 1, 0.0, "strict")
        assert label == f"__label__{code}"
        assert score > 0.8


def test_words_are_counted_by_script() -> None:
    assert count_words("one two three", "en") == 3
    assert count_words("一二三四五六七八", "zh") == 5
