"""Two extractors, one text: what they agree on, or the longer one where they agree."""

import pytest

from pipeline.extract import ExtractOptions
from pipeline.extract import union as module
from pipeline.extract.extractors import EXTRACTORS
from pipeline.extract.union import agreed, extract, longer

BODY = "The harbour lay quiet before sunrise.\nNobody spoke while the boat slid past.\n\nThe lamps went out one by one."
MENU = "Share\nPrint this page now and send it on"


def test_agreed_are_the_lines_that_both_have_in_the_order_of_the_first() -> None:
    assert agreed(f"{MENU}\n{BODY}", f"{BODY}\nMore of our stories every single week") == BODY


def test_a_short_line_is_judged_with_its_neighbours() -> None:
    article = "We left early.\nNoon\nThe wind had turned by then."
    assert agreed(article, article.replace("\n", " ")) == article
    assert agreed(article, "At Noon it rained. The wind had turned by then.") == "The wind had turned by then."


def test_a_line_that_is_half_in_both_is_kept_whole() -> None:
    line = "one two three four five six seven eight"
    assert agreed(line, "one two three four") == line
    assert agreed(line, "two three four") is None


def test_scripts_without_spaces() -> None:
    line = "我们在日出之前离开了港口"
    assert agreed(f"分享到微信\n{line}", f"标题\n{line}") == line


def test_code_keeps_its_blank_lines() -> None:
    code = "def f(x):\n    y = x + 1\n\n    return y * 2"
    assert agreed(code, code) == code


@pytest.mark.parametrize(("first", "second"), [(None, None), ("", None), ("...", "***"), (BODY, MENU)])
def test_nothing_that_both_say(first: str | None, second: str | None) -> None:
    assert agreed(first, second) is None
    assert longer(first, second) == (first or second or None)


def test_longer_is_the_longer_one_where_they_agree() -> None:
    half = BODY.split("\n\n")[0]
    assert longer(half, BODY) == longer(BODY, half) == BODY
    other = " ".join(f"teaser{n} of another story" for n in range(30))
    assert longer(f"{half}\n{MENU}", f"{half} {other}") == f"{half} {other}"
    assert longer(f"{half}\n{other}", f"{half}\n{MENU * 5}") == half  # less than half of the shorter is agreed
    assert longer(BODY, None) == longer(None, BODY) == BODY
    assert longer(BODY, MENU) == BODY
    assert longer(MENU, BODY) == MENU


def test_the_two_get_the_options_and_each_its_method(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def fake(html: str, options: ExtractOptions) -> str:
        seen.append((options.method, options.favor))
        return html

    for method in ("trafilatura", "resiliparse"):
        monkeypatch.setitem(EXTRACTORS, method, fake)
    options = ExtractOptions(method="union", of=("resiliparse", "trafilatura"), favor="precision")
    assert extract(BODY, options) == BODY
    assert seen == [("resiliparse", "precision"), ("trafilatura", "precision")]


def test_a_page_by_two_libraries() -> None:
    prose = "".join(f"<p>On day {day} we left the harbour before sunrise, as we always did.</p>" for day in range(9))
    page = f"<html><body><nav><a href=/>Home</a></nav><article>{prose}</article></body></html>"
    options = ExtractOptions(method="union", of=("trafilatura", "resiliparse"))
    text = EXTRACTORS["union"](page, options)
    assert text is not None
    assert text == EXTRACTORS["trafilatura"](page, options)
    assert module.longer(text, None) == text


@pytest.mark.parametrize("n", [1_000, 100_000])
def test_long_texts(n: int) -> None:
    text = "\n".join(f"word{i} and word{i + 1}" for i in range(n))
    assert agreed(text, text) == text
