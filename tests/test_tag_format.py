"""Form tags: one text that trips each rule and one that does not, and shares on real documents."""

import bz2
import gzip
import json
from pathlib import Path
from xml.etree import ElementTree

import pyarrow as pa
import pytest
import xxhash
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.kernels import markup, symbols
from pipeline.kernels.symbols import line_counts, string_buffers
from pipeline.tag import FORMATS, tag_code, tag_formats

MARKS = {
    markup.LINKS: "[[", markup.LINK_ENDS: "]]", markup.TEMPLATES: "{{", markup.TEMPLATE_ENDS: "}}", markup.BOLD: "'''",
    markup.HEADINGS: "\n==", markup.NOTES: "<ref", markup.ROWS: "\n|-", markup.END_TAGS: "</", markup.BACKSLASHES: "\\",
}  # fmt: skip

SENTENCE = "The ferry leaves at seven, and whoever is late waits on the quay until the noon boat comes in.\n"


def form(text: str | None) -> str:
    texts = pa.array([text], pa.string())
    return tag_formats(texts, tag_code(texts)).to_pylist()[0]


PROSE = {
    "paragraphs": SENTENCE * 5,
    "one line": "A single line without an end",
    "empty": "",
    "white space": " \n\t\n",
    "emoji": "😀 🎉 😀",
    "a megabyte without spaces": "x" * 1_000_000,
    "a megabyte of Chinese": "河水在夜里慢慢上涨" * 40_000,
    "prose with a short list": SENTENCE * 6 + "- bread\n- salt\n" + SENTENCE * 2,
    "prose with a small table": SENTENCE * 8 + "a | b | c\n1 | 2 | 3\n",
    "prose with colons": "Note: the quay is wet.\n" + SENTENCE * 3 + "Warning: hold the rail.\n" + SENTENCE * 3,
    "a quotation or two": '"We waited," she said.\n' + SENTENCE * 4 + '"All night," he said.\n' + SENTENCE * 4,
    "a few times of day": "At 12:18 the boat left.\nAt 12:40 it was back again.\nNobody could say why it had turned.\n",
}


@pytest.mark.parametrize("name", PROSE)
def test_prose(name: str) -> None:
    assert form(PROSE[name]) == "prose"


DIALOGUE = {
    "speakers": "Anna: Is it ready?\nBen: Almost.\nAnna: How long?\nBen: Ten minutes, perhaps.\n",
    "question and answer": "Q: Where does the ferry go?\nA: To the island.\n\nQ: Every day?\nA: Not on Sundays.\n",
    "full-width colon": "安娜：准备好了吗？\n本：快了。\n安娜：多久？\n本：十分钟。\n",
    "chat log": "[12:18] <anna> hello\n[12:18] <ben_> hi\n=== carl [~c@host] has joined #quay\n[12:19] <anna> so\n",
    "chat without times": "<anna> hello\n<ben> hi\n<anna> the boat is late again\n",
    "messenger": "12/05/2026, 12:18 - Anna: on my way\n12/05/2026, 12:19 - Ben: good\n12/05/2026, 12:25 - Anna: here\n",
    "twelve-hour clock": "[9:05 PM] Anna: on my way\n[9:06 PM] Ben: good\n[9:11 PM] Anna: here\n",
    "quotes": "“Is it ready?”\n“Almost.”\n“How long?”\n“Ten minutes.”\n“Ten!”\n“Perhaps nine.”\n",
    "dashes": "— Готово?\n— Почти.\n— Долго ещё?\n— Десять минут.\n— Десять!\n— Может быть, девять.\n",
}


@pytest.mark.parametrize("name", DIALOGUE)
def test_dialogue(name: str) -> None:
    assert form(DIALOGUE[name]) == "dialogue"


def test_fields_are_no_speakers() -> None:
    fields = "Name: Gull\nLength: seven metres\nBuilder: unknown\nHome port: Husum\nCrew: two\n"
    assert form(fields) != "dialogue"
    assert form(fields.replace("Name", "Crew").replace("Builder", "Crew").replace("Length", "Crew")) == "dialogue"


TABLE = {
    "tabs": "boat\tlength\tcrew\nGull\t7.5\t2\nTern\t6.1\t1\nSkua\t9.0\t3\n",
    "pipes": "| boat | length |\n|------|--------|\n| Gull | 7.5 |\n| Tern | 6.1 |\n",
    "gaps": "boat       length    crew\nGull       7.5       2\nTern       6.1       1\nSkua       9.0       3\n",
    "commas": "boat,length,crew\nGull,7.5,2\nTern,6.1,1\nSkua,9.0,3\n",
    "two columns": "Monday\t7:00\nTuesday\t7:15\nWednesday\t7:00\n",
    "under a heading": "Sailings this summer\n\nGull\t7.5\t2\nTern\t6.1\t1\nSkua\t9.0\t3\n",
}


@pytest.mark.parametrize("name", TABLE)
def test_table(name: str) -> None:
    assert form(TABLE[name]) == "table"


def test_lines_with_unequal_cells_are_no_table() -> None:
    assert form("one, two and three, all late\nfour, which sank\nfive, six, seven, eight: fine\n" * 2) != "table"


LIST = {
    "bullets": "Bring:\n- bread and a little salt\n- a rope\n- dry socks\n",
    "stars": "* bread\n* salt\n* rope\n",
    "dots": "• bread\n• salt\n• rope\n",
    "numbers": "1. Untie the rope.\n2. Push off from the quay.\n3. Hoist the sail.\n",
    "letters": "a) bread of the day\nb) salt from the pans\nc) rope, three metres of it.\n",
    "menu": "Home\nSailings\nPrices\nContact\nImprint\n",
    "verse": "The tide came in\nthe tide went out\na gull said nothing\nall about\nthe harbour wall\n",
}


@pytest.mark.parametrize("name", LIST)
def test_list(name: str) -> None:
    assert form(LIST[name]) == "list"


def test_a_menu_around_an_article_is_prose() -> None:
    menu = "Home\nSailings\nPrices\nContact\n" * 4
    assert form(menu) == "list"
    assert form(menu + SENTENCE * 3 + SENTENCE.strip() * 10) == "prose"


def test_code_in_a_known_and_in_an_unknown_language() -> None:
    assert form("import os\n\nfor name in os.listdir('.'):\n    print(name)\n") == "code"
    invented = "@@mill {grain -> $1; weigh($1, <kg>) => [w];}\n@@store {w = #7; ~w -> (bin);}\n@@end {$1 == w}\n"
    texts = pa.array([invented])
    assert tag_code(texts).to_pylist() == [None]
    assert form(invented) == "code"


def test_windows_line_ends_change_nothing() -> None:
    for texts, expected in ((DIALOGUE, "dialogue"), (TABLE, "table"), (LIST, "list")):
        assert {form(text.replace("\n", "\r\n")) for text in texts.values()} == {expected}


def test_only_the_head_of_a_long_document_counts() -> None:
    assert form(SENTENCE * 400 + "- bread\n" * 5000) == "prose"


def test_null_is_prose() -> None:
    assert form(None) == "prose"


def test_line_counts_of_a_text_counted_by_hand() -> None:
    text = "Anna: yes\n\n  - bread\nAnna: no\n[12:18] <ben> hm\n\u201cQuoted.\u201d\n" + SENTENCE
    (counts,) = line_counts(*string_buffers(pa.array([text])), 1 << 20)
    assert counts[symbols.LINES] == 6
    assert counts[symbols.TURN_LINES] == 2
    assert counts[symbols.REPEATED_TURN_LINES] == 1
    assert counts[symbols.NICK_LINES] == 1
    assert counts[symbols.BULLET_LINES] == 1
    assert counts[symbols.QUOTE_LINES] == 1
    assert counts[symbols.SHORT_LINES] == 4
    assert counts[symbols.SENTENCE_BYTES] == len(SENTENCE) - 1
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    assert counts[symbols.LINE_BYTES] == sum(len(line.encode()) for line in lines)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from([*PROSE.values(), *DIALOGUE.values(), *TABLE.values(), *LIST.values()]), max_size=6),
    st.integers(0, 3),
)
def test_a_row_does_not_depend_on_its_neighbours(texts: list[str], skip: int) -> None:
    array = pa.array(texts, pa.string())[min(skip, len(texts)) :]
    assert tag_formats(array, tag_code(array)).to_pylist() == [form(text) for text in array.to_pylist()]


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200), st.integers(0, 50))
def test_any_text_cut_anywhere_has_consistent_counts(text: str, max_bytes: int) -> None:
    (counts,) = line_counts(*string_buffers(pa.array([text])), max_bytes)
    assert (counts >= 0).all()
    assert (counts[1 : symbols.SENTENCE_BYTES] <= counts[symbols.LINES]).all()
    assert counts[symbols.SENTENCE_BYTES] <= counts[symbols.LINE_BYTES] <= max_bytes
    assert form(text) in FORMATS


def _held_out(path: Path, field: str = "text") -> list[str]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)[field] for line in lines]
    return [text for text in texts if text.strip() and xxhash.xxh3_64_intdigest(text.encode()) % 2]


def _share(texts: list[str], expected: str) -> float:
    array = pa.array(texts)
    return tag_formats(array, tag_code(array)).to_pylist().count(expected) / len(texts)


@pytest.mark.parametrize("name", ["brown", "c4-sample", "frecore-dev", "swecore-dev", "wikipedia-plain-demo"])
def test_edited_and_web_text_is_prose(shared: Path, name: str) -> None:
    assert _share(_held_out(shared / f"data/reference/{name}.jsonl.gz"), "prose") > 0.97


def test_irc_logs_are_dialogue(shared: Path) -> None:
    with gzip.open(shared / "data/conversations/irc-ubuntu-dev.jsonl.gz", "rt", encoding="utf-8") as rows:
        logs = [json.loads(row)["text"].split("\n") for row in rows]
    pieces = ["\n".join(log[i : i + 40]) for log in logs for i in range(0, len(log) - 20, 40)]
    assert _share(pieces, "dialogue") > 0.99


def test_posts_are_mostly_prose(shared: Path) -> None:
    posts = _held_out(shared / "data/conversations/reddit-top-posts.jsonl.gz", "selftext")
    assert _share([post for post in posts if len(post) > 200], "prose") > 0.89


@pytest.mark.parametrize(("name", "floor"), [("linguist-samples", 0.82), ("sample-programs", 0.89)])
def test_source_files_are_code_or_markup(shared: Path, name: str, floor: float) -> None:
    texts = _held_out(shared / f"data/code/{name}.jsonl.gz")
    assert _share(texts, "code") + _share(texts, "markup") > floor


FORM = "Sign up\nUser name:\nPassword:\nRepeat password:\nE-mail address *\nHow did you hear of us?\nSubmit\n"
RECIPE = "Ingredients:\nTwo eggs\nFlour\nA cup of milk\nButter\nMethod:\nBeat the eggs\nAdd the flour\n"
WIKI = (
    "{{Infobox harbour|depth=7}}\n'''Gull Harbour''' is a [[harbour]] on the [[north coast]], known for its "
    "[[lighthouse]].\n\n== History ==\nIt was built by [[Anna Gull|Gull]] in 1790.<ref>Local archive</ref>\n"
    "It silted up before the [[railway]] came, and was dug out again by hand.\n"
)
HTML = "<p>The ferry is <b>late</b>.</p>\n<p>It <i>always</i> was.</p>\n<p>The next one leaves at noon.</p>\n"
TEX = (
    "\\section{Tides}\nThe height \\emph{rises} as in \\cite{gull}.\n\\begin{itemize}\n\\item It rises.\n"
    "\\item It falls.\n\\end{itemize}\n\\label{tides}\n"
)


def test_forms_and_boilerplate() -> None:
    assert form(FORM) == "form"
    assert form(RECIPE) != "form"
    assert form("Please sign up with a password, and read our privacy policy before you submit the form.\n") == "prose"


@pytest.mark.parametrize("text", [WIKI, HTML * 3, TEX * 2])
def test_markup_left_in_the_text(text: str) -> None:
    assert form(text) == "markup"


def test_one_tag_or_link_is_no_markup() -> None:
    text = "In LaTeX one writes \\emph{x}, in a wiki [[x]], and in HTML <b>x</b>, and so on and so forth.\n"
    rest = "Whoever has to write all three in a day will sooner or later put one of them where another belongs.\n"
    assert form(text + rest * 4) == "prose"


def test_wikitext_of_a_dump_is_markup(shared: Path) -> None:
    name = "data/reference/enwiki-latest-pages-articles1-p000000010p000030302-shortened.xml.bz2"
    with bz2.open(shared / name) as file:
        pages = [node.text or "" for _, node in ElementTree.iterparse(file) if node.tag.endswith("}text")]
    articles = [text for text in pages if len(text) > 2000]
    assert len(articles) > 50
    assert _share(articles, "markup") > 0.95


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text("[]{}'\n=<ref|-/\\é漢😀", max_size=30)), st.integers(0, 40))
def test_marks_are_counted_as_by_str_count(texts: list[str], max_chars: int) -> None:
    counts = markup.mark_counts(*string_buffers(pa.array(texts, pa.string())), max_chars)
    for text, row in zip((text[:max_chars] for text in texts), counts.tolist(), strict=True):
        assert row[markup.CHARS] == len(text)
        assert {column: row[column] for column in MARKS} == {column: text.count(mark) for column, mark in MARKS.items()}
