"""Features of blocks: what each family says of small pages, and what no page may do to them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.kernels.block_features import NAMES, features
from pipeline.kernels.block_measures import (
    DIGITS,
    ENDS_TERMINAL,
    GOOD,
    LENGTH,
    LINKED,
    LINKS,
    MEASURES,
    PUNCTUATION,
    TERMINAL,
    TRUNCATED,
    measure,
)
from pipeline.kernels.block_text import choose, join
from pipeline.kernels.class_words import FAR, KINDS, kind_of
from pipeline.kernels.html_blocks import Blocks, hash_word, parse
from pipeline.kernels.lexicon import build_table

NO_WORDS = (np.zeros(16, np.uint32), np.zeros(16, np.float32))
SENTENCE = (
    "The keeper of the lamp wrote down the wind, the tide and the ships that passed, every evening of that year. "
)


def page(html: str) -> Blocks:
    return parse(np.frombuffer(html.encode(), np.uint8))


def table(html: str, words: tuple[np.ndarray, np.ndarray] = NO_WORDS) -> dict[str, list[float]]:
    """Features by name, a list of one number a block."""
    matrix = features(page(html), *words)
    return {name: matrix[:, column].tolist() for column, name in enumerate(NAMES)}


def measured(text: str) -> np.ndarray:
    blocks = page(f"<p>{text}")
    out = np.empty((len(blocks.rows), MEASURES))
    measure(blocks.text, blocks.marks, blocks.rows, out, np.empty(len(blocks.rows), np.uint64), 80.0)
    return out[0]


def text_of(html: str, keep: list[bool]) -> str:
    return bytes(join(page(html), np.array(keep))).decode()


@pytest.mark.parametrize(
    ("text", "length", "punctuation", "terminal"),
    [
        ("One, two.", 8, 2, 1),
        ("ab cd", 4, 0, 0),
        ("日本語。", 8.5, 1, 1),  # three wide characters and a full stop
        ("Кто там?", 7, 1, 1),
        ("هل هذا؟", 6, 1, 1),
        ("यह है।", 5, 1, 1),
        ("한국", 5, 0, 0),
        ("“Yes”…", 6, 3, 1),
    ],
)
def test_lengths_and_signs_mean_the_same_in_every_script(
    text: str, length: float, punctuation: int, terminal: int
) -> None:
    found = measured(text)
    assert (found[LENGTH], found[PUNCTUATION], found[TERMINAL]) == (length, punctuation, terminal)
    assert found[ENDS_TERMINAL] == terminal


def test_links_digits_and_running_text() -> None:
    found = measured("see <a href=x>ab</a> and <a href=y>cd</a> 12")
    assert (found[LINKED], found[LINKS], found[DIGITS], found[GOOD]) == (4, 2, 2, 0)
    assert measured(SENTENCE)[GOOD] == measured(SENTENCE)[LENGTH] > 80
    assert measured(f"<a href=x>{SENTENCE}</a>")[GOOD] == 0


@pytest.mark.parametrize(
    ("text", "truncated"),
    [
        ("The ships that passed were...", 1),
        ("The ships that passed were…", 1),
        ("The ships that passed [...] <a href=x>Read more »</a>", 1),
        ("The ships that passed were... and so on, every evening of that year.", 0),
        ("The ships that passed..", 0),
        ("The ships that passed.", 0),
        ("...", 1),
    ],
)
def test_what_ends_in_dots_stands_elsewhere(text: str, truncated: int) -> None:
    assert measured(text)[TRUNCATED] == truncated


def test_the_share_of_teasers_on_a_path_and_linked_headings() -> None:
    teaser = f"<li><h3><a href=x>Fog</a></h3><p>{SENTENCE[:60]}...</p>"
    found = table(f"<title>Gale</title><ul>{teaser}{teaser}</ul><h2>Gale at night</h2><p>{SENTENCE}</p>")
    assert found["truncated"] == [0, 1, 0, 1, 0, 0]
    assert found["path_truncated"] == [0, 1, 0, 1, 0, 0]
    assert found["last_heading_linked"] == [1, 1, 1, 1, 0, 0]
    assert found["last_heading_overlap"] == pytest.approx([0, 0, 0, 0, 1 / 3, 1 / 3])


def test_kinds_of_class_words() -> None:
    words = [word for kind in KINDS.values() for word in kind.split()]
    assert len(words) == len(set(words))
    for number, kind in enumerate(KINDS.values()):
        assert all(kind_of(np.uint32(hash_word(word))) == number for word in kind.split())
    assert kind_of(np.uint32(hash_word("lighthouse"))) == -1
    found = table("<div class=sidebar><div id=more-news><p>a<p class='side'>b</div></div><p>c")
    assert found["steps_to_side"] == [2, 0, FAR]
    assert found["inside_side"] == [1, 2, 0]
    assert found["steps_to_related"] == [1, 1, FAR]
    assert found["steps_to_foot"] == [FAR, FAR, FAR]


def test_the_holder_of_the_text_is_found() -> None:
    found = table(f"<nav><ul><li>Home<li>News</ul></nav><div><p>{SENTENCE}<p>{SENTENCE}<p>{SENTENCE}</div><div>End")
    assert found["holder90_inside"] == [0, 0, 1, 1, 1, 0]
    assert found["readable_inside"] == [0, 0, 1, 1, 1, 0]
    assert found["holder90_steps"][0] > found["holder90_steps"][5] > 0
    assert found["in_nav"] == [1, 1, 0, 0, 0, 0]
    assert found["path_blocks"] == [2, 2, 3, 3, 3, 1]
    assert found["copies"] == [1, 1, 3, 3, 3, 1]
    assert found["is_later_copy"] == [0, 0, 0, 1, 1, 0]


def test_headings_and_the_title() -> None:
    found = table("<title>Night watch</title><p>before<h1>Night watch</h1><p>one<p>two<h3>more</h3>")
    assert found["heading"] == [0, 1, 0, 0, 3]
    assert found["from_h1"] == [-1, 0, 1, 2, 3]
    assert found["blocks_since_heading"][1:4] == [0, 1, 2]
    assert found["last_heading"][2:] == [1, 1, 3]
    assert found["title_overlap"] == [0, 1, 0, 0, 0]


def test_words_of_classes_are_inherited() -> None:
    words = build_table(
        np.array([hash_word("story"), hash_word("ad")], np.uint32), np.array([2.0, -3.0], np.float32)
    )  # fmt: skip
    found = table("<div class=story><p>a<div class='box-ad'><p>b</div></div><p>c", words)
    assert found["words_total"] == [2, -1, 0]
    assert found["words_lowest"] == [0, -3, 0]
    assert found["words_highest"] == [2, 2, 0]
    assert found["words_nearest"] == [2, -3, 0]


def test_comments_are_known_by_their_container() -> None:
    html = (
        f"<article><p>{SENTENCE}</article><div id=comments><p>{SENTENCE}<p>me too</div><div class=comment-free>x</div>"
    )
    found = table(html)
    assert found["in_comments"] == [0, 1, 1, 1]
    assert found["comments_good_outside"][1] == pytest.approx(0.5)
    assert table("<body class=comments><p>a")["in_comments"] == [0]


NEVER = (1000, 1000)


def test_gaps_between_chosen_blocks_are_closed() -> None:
    rows = np.zeros((8, len(NAMES)), np.float32)
    scores = np.array([-4, 9, -4, -4, 9, -8, 9, -4], np.int32)
    assert choose(scores, 0, 5, -10, -5, 1000, rows, 300.0).tolist() == [False] + [True] * 4 + [False, True, False]
    far = np.array([9, -4, -4, -4, 9], np.int32)
    assert choose(far, 0, 5, -10, -5, 1000, rows[:5], 300.0).tolist() == [True, False, False, False, True]
    rows[[0, 5], NAMES.index("heading")] = 2
    assert choose(scores, 0, 5, -10, 1000, -8, rows, 300.0).tolist() == [
        False, True, False, False, True, True, True, False,
    ]  # fmt: skip  # not the first: nothing is chosen above it


def test_the_choice_of_blocks() -> None:
    rows = np.zeros((3, len(NAMES)), np.float32)
    rows[:, NAMES.index("length")] = [400, 50, 50]
    scores = np.array([90, 20, -50], np.int32)
    assert choose(scores, 0, 5, -10, *NEVER, rows, 300.0).tolist() == [True, True, False]
    assert choose(scores, 95, 80, -10, *NEVER, rows, 300.0).tolist() == [
        True,
        True,
        False,
    ]  # none reaches it: near the best
    assert choose(scores, 95, 80, 91, *NEVER, rows, 300.0).tolist() == [
        False,
        False,
        False,
    ]  # the best is no text either
    rows[1, NAMES.index("in_comments")] = 1
    assert choose(scores, 0, 5, -10, *NEVER, rows, 300.0).tolist() == [True, False, False]
    assert choose(scores, 0, 5, -10, *NEVER, rows, np.inf).tolist() == [True, True, False]
    rows[0, NAMES.index("length")] = 200  # too little beside them: the page consists of them
    assert choose(scores, 0, 5, -10, *NEVER, rows, 300.0).tolist() == [True, True, False]
    assert choose(scores[:0], 0, 5, -10, *NEVER, rows[:0], 300.0).tolist() == []


def test_cells_of_a_row_share_a_line() -> None:
    html = "<table><tr><td>a<td>b<td>c<tr><td>d<td><td>f<tr><td>g<td>h<br>i</table><p>end"
    assert text_of(html, [True] * 9) == "a\tb\tc\nd\t\tf\ng\th i\nend"
    assert text_of(html, [True, False, True, False, True, False, False, False, True]) == "a\t\tc\nf\nend"
    assert text_of("<p>one<p>two", [False, False]) == ""


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("<p>a<p>b", "x\ta b\ty"),
        ("a<br>b<div>c</div>", "x\ta b c\ty"),
        (f"<p>{'a' * 100}<p>{'b' * 100}", f"x\t{'a' * 100} {'b' * 100}\ty"),
        (f"<p>{'a' * 100}<p>{'b' * 101}", f"x\n{'a' * 100}\n{'b' * 101}\ny"),
        ("<pre>a</pre>b", "x\na\nb\ny"),
        ("<h3>a</h3><p>b", "x\na\nb\ny"),
        ("<ul><li>a<li>b</ul>", "x\na\nb\ny"),
        ("a<table><tr><td>b</table>", "x\ta\nb\ny"),
        ("<p>a<p>b<table></table>", "x\na\nb\ny"),
    ],
)
def test_short_paragraphs_of_a_cell_share_its_line(cell: str, expected: str) -> None:
    html = f"<table><tr><td>x<td>{cell}<td>y</table>"
    assert text_of(html, [True] * len(page(html).rows)) == expected


def test_the_only_cell_of_a_row_is_layout() -> None:
    assert text_of("<table><tr><td><p>a<p>b<tr><td>c</table>", [True] * 3) == "a\nb\nc"


def test_blocks_that_go_do_not_make_a_cell_long() -> None:
    html = f"<table><tr><td>x<td><p>a<p>{'-' * 300}<p>b</table>"
    assert text_of(html, [True, True, False, True]) == "x\ta b"


def test_a_page_without_text_has_no_rows() -> None:
    assert features(page("<div><br><img></div>"), *NO_WORDS).shape == (0, len(NAMES))


TAGS = [
    "<div>",
    "</div>",
    "<p>",
    "<a href=x>",
    "</a>",
    "<h1>",
    "<td>",
    "<table>",
    "</table>",
    "<li class='a-b'>",
    "<br>",
]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(TAGS), st.text(max_size=12)), max_size=40))
def test_features_are_numbers_for_any_page(parts: list[str]) -> None:
    blocks = parse(np.frombuffer("".join(parts).encode("utf-8", "replace") + b" ", np.uint8))
    matrix = features(blocks, *NO_WORDS)
    assert matrix.shape == (len(blocks.rows), len(NAMES))
    assert np.isfinite(matrix).all()
    for name in NAMES:
        if name.endswith(("_share", "_inside")) or name in ("link_density", "place", "share_before"):
            assert (matrix[:, NAMES.index(name)] >= 0).all()
            assert (matrix[:, NAMES.index(name)] <= 1 + 1e-6).all()
    assert len(join(blocks, np.ones(len(blocks.rows), np.bool_)).tobytes().decode()) >= 0


def test_features_do_not_depend_on_pages_before() -> None:
    one, other = page(f"<p>{SENTENCE}<p>x"), page("<div><table><tr><td>1<td>2</table></div>")
    first = features(one, *NO_WORDS)
    features(other, *NO_WORDS)
    assert (features(one, *NO_WORDS) == first).all()
