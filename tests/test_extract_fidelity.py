"""What a reader would miss: lines of code, rows of tables, items of lists, headings, formulas, spaces between words."""

from typing import Literal

import pytest

from pipeline.extract import ExtractOptions
from pipeline.extract.extractors import EXTRACTORS
from pipeline.extract.marks import LINE, SPACE, TAB, can_mark, mark, restore

METHODS = ["trafilatura", "resiliparse", "learned"]
DAYS = ("On Monday", "The day after", "A week later", "At last, in a cold and early spring,")
PROSE = "".join(
    f"<p>{day} we left the harbour before sunrise, because the wind was to turn at noon.</p>" for day in DAYS
)
MORE = "".join(f"<p>{day} nobody spoke while the boat slid past the last lamps, one by one.</p>" for day in DAYS)


def extract(part: str, method: str, favor: Literal["none", "recall"] = "none") -> str:
    """The text that an extractor gives for a part of an article."""
    page = (
        f"<html><head><title>A morning</title></head><body><article><h1>A morning at sea</h1>{PROSE}"
        f"<p>This is where it begins.</p>{part}<p>This is where it ends.</p>{MORE}</article></body></html>"
    )
    text = EXTRACTORS[method](page, ExtractOptions(method=method, favor=favor))  # type: ignore[arg-type]
    assert text is not None
    assert text.count("This is where it begins.") == text.count("This is where it ends.") == 1
    return text.split("This is where it begins.")[1].split("This is where it ends.")[0]


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


PYTHON = "def f(x):\n    if x < 3:\n\n        return  x\n\n\treturn 'a  b'"
SPANS = (
    PYTHON.replace("<", "&lt;").replace("def", '<span class="k">def</span>').replace("x", '<span class="n">x</span>')
)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "part",
    [
        f"<pre>{PYTHON.replace('<', '&lt;')}</pre>",
        f"<pre>\n{PYTHON.replace('<', '&lt;')}\n\n</pre>",
        f"<pre><code class='language-python'>{PYTHON.replace('<', '&lt;')}\n</code></pre>",
        f"<div class='highlight'><pre><span></span>{SPANS}\n</pre></div>",
        f"<PRE>{PYTHON.replace('<', '&lt;').replace(chr(10), chr(13) + chr(10))}</PRE>",
        f"<pre>{PYTHON.replace('<', '&lt;').replace(chr(10), '<br>')}</pre>",
        f"<blockquote><pre>{PYTHON.replace('<', '&lt;')}</pre></blockquote>",
    ],
)
def test_code_keeps_its_lines_and_its_indentation(part: str, method: str) -> None:
    assert PYTHON in extract(part, method)


@pytest.mark.parametrize("method", METHODS)
def test_a_verse_keeps_its_lines(method: str) -> None:
    verse = "The sea is calm tonight.\n   The tide is full,\n\n   the moon lies fair"
    assert f"\n{verse}\n" in extract(f"<pre>{verse}</pre>", method)


def test_a_pre_that_is_never_closed() -> None:
    verse = "The sea is calm tonight.\n   The tide is full,\n\n   the moon lies fair"
    page = f"<html><body><article>{PROSE}<pre>{verse}"
    for method in METHODS:
        text = EXTRACTORS[method](page, ExtractOptions(method=method))  # type: ignore[arg-type]
        assert text is not None
        assert text.endswith(verse)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("table", "rows"),
    [
        ("<tr><th>Name<th>Age<tr><td>Anna<td>31", ["Name\tAge", "Anna\t31"]),
        ("<tr><td>a</td><td></td><td>c</td></tr><tr><td>d</td><td>e</td><td>f</td></tr>", ["a\t\tc", "d\te\tf"]),
        ("<tr><td>1 | 2</td><td>3 \\| 4</td></tr>", ["1 | 2\t3 \\| 4"]),
        ("<tr> <td> spaced </td>\n <td>\n out </td>\n</tr>", ["spaced\tout"]),
        ("<tr><td><p>a</p><p>b</p></td><td><div>c <b>d</b></div></td></tr>", ["a b\tc d"]),
        ("<caption>Crew</caption><tr><td>Anna</td><td><b>31</b> years</td></tr>", ["Crew", "Anna\t31 years"]),
    ],
)
def test_tables_come_row_by_row(table: str, rows: list[str], method: str) -> None:
    found = lines(extract(f"<table>{table}</table>", method))
    assert [row for row in rows if row != "Crew"] == [line for line in found if "\t" in line]


@pytest.mark.parametrize("method", METHODS)
def test_code_in_a_table_keeps_its_tabs(method: str) -> None:
    text = extract("<table><tr><td>a</td><td>b</td></tr></table><pre>x\n\t\ty\t\tz</pre>", method)
    assert "a\tb" in text
    assert "x\n\t\ty\t\tz" in text


@pytest.mark.parametrize("method", METHODS)
def test_lists_keep_their_items_on_lines(method: str) -> None:
    items = ["Coil the lines before anything else.", "Then check the lamps, all of them.", "Wake nobody."]
    found = lines(extract("<ol>" + "".join(f"<li>{item}</li>" for item in items) + "</ol>", method))
    assert [line.removeprefix("- ") for line in found] == items


@pytest.mark.parametrize("method", METHODS)
def test_headings_stand_on_their_own_lines(method: str) -> None:
    part = "<h2>The lamps</h2><p>They were old.</p><div><h3><span>The</span> wind</h3>It turned, as it had to.</div>"
    assert lines(extract(part, method)) == [
        "The lamps", "They were old.", "The wind", "It turned, as it had to."
    ]  # fmt: skip


ANNOTATED = (
    '<math {0}><semantics><mrow><mi>E</mi><mo>=</mo><mi>m</mi><msup><mi>c</mi><mn>2</mn></msup></mrow>'
    '<annotation encoding="application/x-tex">E = mc^2</annotation></semantics></math>'
)  # fmt: skip
KATEX = (
    f'<span class="katex"><span class="katex-mathml">{ANNOTATED.format("")}</span>'
    '<span class="katex-html" aria-hidden="true"><span>E</span><span>=</span><span>mc2</span></span></span>'
)
WIKIPEDIA = (
    '<span class="mwe-math-element"><span class="mwe-math-mathml-inline mwe-math-mathml-a11y" style="display: none;">'
    '<math alttext="{{\\displaystyle E=mc^{{2}}}}"><semantics><mi>E</mi><annotation encoding="application/x-tex">'
    "{{\\displaystyle E=mc^{{2}}}}</annotation></semantics></math></span>"
    '<img src="https://x.org/svg/1" class="{0}" aria-hidden="true" alt="{{\\displaystyle E=mc^{{2}}}}"></span>'
)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("part", "text"),
    [
        (ANNOTATED.format(""), "$E = mc^2$"),
        (ANNOTATED.format('display="block"'), "$$E = mc^2$$"),
        ('<math alttext="E=mc^2"><mi>E</mi></math>', "$E=mc^2$"),
        (KATEX, "$E = mc^2$"),
        (f'<span class="katex-display">{KATEX}</span>', "$$E = mc^2$$"),
        (WIKIPEDIA.format("mwe-math-fallback-image-inline"), "$E=mc^{2}$"),
        ('<img class="mwe-math-fallback-image-display" alt="{\\displaystyle a<b}" src="x">', "$$a<b$$"),
        ('<img src="//s0.wp.com/latex.php?latex=a" alt="a_1" class="latex">', "$a_1$"),
        ('<img src="https://latex.codecogs.com/gif.latex?x" alt="x^2">', "$x^2$"),
        ('<img class="math" src="_images/math/1.png" alt="x^2">', "$x^2$"),
        ('<img src="//s0.wp.com/latex.php?latex=x" alt="\\displaystyle x^2">', "$x^2$"),
        ('<img class="latex" src="x" alt="$x^2$">', "$x^2$"),
        ('<img class="latex" src="x" alt="\\[x^2\\]">', "$$x^2$$"),
        ('<img class="tex" alt="a"> <img class="tex" alt="b">', "$a$ $b$"),
        ('<script type="math/tex">x < y</script>', "$x < y$"),
        ('<script type="math/tex; mode=display">x^2\n + y</script>', "$$x^2 + y$$"),
        (
            (
                '<span class="MathJax_Preview">x2</span><span class="MathJax" id="MathJax-Element-1-Frame">x2'
                '</span><script type="math/tex" id="MathJax-Element-1">x^2</script>'
            ),
            "$x^2$",
        ),
        ('<img class="photo" alt="A boat" src="x.jpg">', ""),
        ('<math alttext=""><annotation encoding="application/x-tex"> </annotation></math>', ""),
    ],
)
def test_mathematics_survives_once(part: str, text: str, method: str) -> None:
    found = extract(f"<p>So the energy is {part}, as everyone on board knew.</p>", method)
    if text:
        assert " ".join(found.split()) == f"So the energy is {text}, as everyone on board knew."
    else:
        assert "$" not in found


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "part",
    [
        "<p>alpha<br>beta<br/>gamma</p>",
        "<div>alpha<br>beta<div>gamma</div></div>",
        "<div>alpha</div><div>beta</div><div>gamma</div>",
        "<div>alpha<div>beta</div>gamma</div>",
        "<div><span>alpha</span><div>beta</div><span>gamma</span></div>",
        "<p>alpha<div>beta</div>gamma</p>",
        "<h2>alpha</h2><p>beta</p><h3>gamma</h3>",
        "<h2><span>alpha</span><div>beta</div></h2><p>gamma</p>",
        "<table><tr><td>alpha</td><td>beta</td><td>gamma</td></tr></table>",
        "<table><tr><td><p>alpha</p><p>beta</p></td><td><div>gamma</div></td></tr></table>",
        "<ol><li>alpha</li><li>beta<br>gamma</li></ol>",
        "<ol><li><div>alpha</div><div>beta</div></li><li>gamma</li></ol>",
        "<ol><li><b>alpha</b><div>beta</div>gamma</li></ol>",
        "<dl><dt>alpha</dt><dd>beta</dd><dt>gamma</dt></dl>",
        "<blockquote>alpha<p>beta</p><br>gamma</blockquote>",
        "<details><summary>alpha</summary>beta<p>gamma</p></details>",
        "<pre><div>alpha</div><div>beta</div>gamma</pre>",
    ],
)
def test_no_word_is_glued_to_its_neighbour(part: str, method: str) -> None:
    # Three lone words are little of an article; whether they are kept is not what is tested.
    words = extract(part, method, "recall" if method == "learned" else "none").replace("- ", "").split()
    assert set(words) <= {"alpha", "beta", "gamma"}  # trafilatura leaves out short blocks
    assert words == sorted(words)
    assert method == "trafilatura" or len(words) == 3


def test_marks_come_back_whatever_is_left_of_the_white_space() -> None:
    code = "a\n\n    b  c\t\td e"
    marked = mark(code)
    assert can_mark(code)
    assert not can_mark(marked)
    assert restore(marked) == code
    assert restore(" ".join(marked.split())) == code
    assert restore("".join(marked.split())) == code.replace("d e", "de")
    assert mark("one word") == "one word"
    assert mark(" indented", at_line_start=True) == f"{SPACE} indented"


@pytest.mark.parametrize("method", METHODS)
def test_a_page_that_holds_the_marks_itself_keeps_them(method: str) -> None:
    assert f"{LINE} {SPACE} {TAB}" in extract(f"<p>Rare: {LINE} {SPACE} {TAB}</p><pre>a\n\n  b</pre>", method)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "part",
    [
        "<pre>" * 200,
        "<pre>" + " \n" * 200_000 + "</pre>",
        "<pre>" + "\t" * 400_000 + "x</pre>",
        "<pre>" + "<br>" * 20_000 + "</pre>",
        "<math>" * 200,
        "<math alttext='" + "$" * 300_000 + "'></math>",
        "<script type='math/tex'>" + "\\displaystyle " * 20_000,
        "<span class='katex'>" * 200 + "<math alttext=x>",
        "<img class=tex alt='&#1;&#xD800;\0x'>" * 5_000,
        '<img class="tex" alt="x">' * 10_000,
        "<summary>x" * 200 + "<summary></summary>" * 10_000,
        "<table>" + "<tr><td><p>x<td>y<br>" * 10_000,
        "<pre>\tx</pre>" * 10_000,
        '<script type="math/tex">x</script>' * 10_000,
        "<span class=MathJax></span>" * 10_000 + "<script type=math/tex>x</script>",
    ],
)
def test_hostile_pages(part: str, method: str) -> None:
    page = f"<html><body><article>{PROSE}{part}"
    # Beside 20,000 cells, four sentences are little of a page; whether they are its main text is not what is tested.
    options = ExtractOptions(method=method, favor="recall" if method == "learned" else "none")  # type: ignore[arg-type]
    text = EXTRACTORS[method](page, options)
    assert text is not None
    assert "before sunrise" in text
