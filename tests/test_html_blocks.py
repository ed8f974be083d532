"""HTML to blocks of text: plain pages, and what must come of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.kernels.html_blocks import (
    AFTER_BREAK,
    BOLD,
    DISPLAY_NONE,
    ELEMENT,
    FIRST,
    HIDDEN,
    KIND,
    LAST,
    LINK,
    PARENT,
    PREFORMATTED,
    STYLE,
    TAG,
    WORDS,
    Blocks,
    hash_word,
    parse,
)
from pipeline.kernels.html_tags import IS_BLOCK, NUMBER


def read(page: str | bytes) -> Blocks:
    return parse(np.frombuffer(page if isinstance(page, bytes) else page.encode(), np.uint8))


def raw_texts(page: str | bytes) -> list[bytes]:
    found = read(page)
    return [found.text[start:end].tobytes() for start, end in zip(found.start, found.end, strict=True)]


def texts(page: str | bytes) -> list[str]:
    return [text.decode() for text in raw_texts(page)]


def marked(page: str, bit: int) -> str:
    """The text that has a mark."""
    found = read(page)
    return found.text[(found.marks & bit) != 0].tobytes().decode()


def element_tags(page: str) -> list[str]:
    """The tag of each block's innermost block-level element."""
    found = read(page)
    names = {number: name for name, number in NUMBER.items()}
    return [names.get(int(found.elements[row[ELEMENT], TAG]), "") for row in found.rows]


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("", []),
        ("a", ["a"]),
        ("<", ["<"]),
        ("   \n\t ", []),
        ("<p>One</p><p>Two</p>", ["One", "Two"]),
        ("<p>One<p>Two<p>Three", ["One", "Two", "Three"]),
        ("<ul><li>1<li>2<ul><li>2a<li>2b</ul><li>3</ul>end", ["1", "2", "2a", "2b", "3", "end"]),
        ("<table><tr><td>a<td>b<tr><th>c<td>d</table>e", ["a", "b", "c", "d", "e"]),
        ("<dl><dt>T<dd>D<dt>U<dd>E</dl>", ["T", "D", "U", "E"]),
        ("<select><option>x<option>y</select>z", ["x", "y", "z"]),
        ("<div>a<div>b</div>c</div>d", ["a", "b", "c", "d"]),
        ("a<br>b<br/>c</br>d", ["a", "b", "c", "d"]),
        ("a<hr>b", ["a", "b"]),
        ("x<span>y</span><b>z</b>w", ["xyzw"]),
        ("<h1>Head</h1>Text <em>goes</em> on.", ["Head", "Text goes on."]),
        ("<P CLASS=x>Upper</P><Div>case</dIV>", ["Upper", "case"]),
    ],
)
def test_edges_of_blocks(page: str, expected: list[str]) -> None:
    assert texts(page) == expected


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("a</p>b", ["a", "b"]),
        ("a</span>b</nothing>c", ["abc"]),
        ("<b>bold <i>both</b> italic</i> none", ["bold both italic none"]),
        ("<div>a<span>b</div>c</span>d", ["a" + "b", "cd"]),
        ("<table><tr><td>a</div>b</td><td>c</table>", ["a", "b", "c"]),
        ("</body></html>after", ["after"]),
    ],
)
def test_stray_and_crossing_end_tags(page: str, expected: list[str]) -> None:
    assert texts(page) == expected


def test_an_end_tag_closes_nothing_outside_its_cell() -> None:
    found = read("<div><table><tr><td>a</div>b</td></tr></table>c</div>d")
    assert [IS_BLOCK[found.elements[row[ELEMENT], TAG]] for row in found.rows] == [True, True, True, False]
    assert element_tags("<div><table><tr><td>a</div>b</td></tr></table>c</div>d") == ["td", "td", "div", ""]


def test_a_p_ends_with_the_next_block() -> None:
    assert element_tags("<p>a<div>b</div>c") == ["p", "div", ""]
    assert element_tags("<p>a<table><tr><td>b<p>c</table>d") == ["p", "td", "p", ""]


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("a<!-- <p>no</p> -->b", ["ab"]),
        ("a<!-->b", ["ab"]),
        ("a<!--->b", ["ab"]),
        ("a<!-- x --!>b", ["ab"]),
        ("a<!-- never closed <p>b", ["a"]),
        ("a<!doctype html>b<?xml version='1.0'?>c", ["abc"]),
        ("a<![CDATA[b]]>c", ["ac"]),
        ("a</ b>c", ["ac"]),
        ("1 < 2 and 3 <4", ["1 < 2 and 3 <4"]),
        ("a<script>if (x) { y = '</p>' + \"</div>\" + '<!--' }</script>b", ["ab"]),
        ("a<style>p > q { }</style>b", ["ab"]),
        ("a<svg><title>no</title><text>nor this</text></svg>b", ["ab"]),
        ("a<textarea><p>typed</textarea>b", ["ab"]),
        ("a<template><p>later</p></template>b", ["ab"]),
        ("a<iframe><p>old</p></iframe>b", ["ab"]),
        ("a<script>never closed <p>b", ["a"]),
        ("a<svg>never closed <p>b", ["anever closed", "b"]),
        ("a<svg/>b<script src=x></script>c", ["abc"]),
        ("a<noscript>n</noscript>b<noframes>f</noframes>", ["a", "n", "b", "f"]),
        ("<frameset><frame src=a><noframes><p>f</p></noframes></frameset>", ["f"]),
    ],
)
def test_what_is_no_text(page: str, expected: list[str]) -> None:
    assert texts(page) == expected


@pytest.mark.parametrize(
    ("page", "title", "expected"),
    [
        ("<title> A &amp;\n B </title><p>C", "A & B", ["C"]),
        ("<title>A <b>B</b></title>C", "A <b>B</b>", ["C"]),
        ("<p>C<title>late</title>", "", ["C"]),
        ("<title>one</title><title>two</title>C", "one", ["C"]),
        ("<title>never closed<p>C", "", ["never closed", "C"]),
        ("<title></title>C", "", ["C"]),
    ],
)
def test_title(page: str, title: str, expected: list[str]) -> None:
    found = read(page)
    assert found.text[: found.title].tobytes().decode() == title
    assert texts(page) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("&lt;p&gt; &amp;amp; &quot;", '<p> &amp; "'),
        ("caf&eacute; &copy2020 &copy; 2020", "café ©2020 © 2020"),
        ("&notit; &notin; &nosuch; & &; &#; &#x;", "¬it; ∉ &nosuch; & &; &#; &#x;"),
        ("&#8217;&#x2019;&#X2019&#8217x", "’’’’x"),
        ("&#128;&#x96;&#151;", "€–—"),
        ("&#xD800;&#0;&#x110000;&#99999999999;", "\ufffd" * 4),
        ("&nGt;&bne;", "≫\u20d2=\u20e5"),
        ("?a=1&lang=en&copy=2", "?a=1⟨=en©=2".replace("⟨", "&lang")),
        ("a&nbsp;&#160;b&#32;c&#10;d", "a b c d"),
        ("&#1;&#xFEFF;&shy;x", "x"),
        ("&#x1F600;", "\U0001f600"),
    ],
)
def test_references(source: str, expected: str) -> None:
    assert texts(f"<p>{source}</p>") == [expected]


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("<p> a  b\n\tc \r\n d </p>", ["a b c d"]),
        ("a <b> b </b> c", ["a b c"]),
        ("a\u00a0\u00a0b\u3000c\u2003d\u2028e\u1680f\u202fg", ["a b c d e f g"]),
        ("\u3000\u3000中文", ["中文"]),
        ("ex\u00adam\u00adple \ufeffx", ["example x"]),
        ("\u200bzero\u200cwidth\u200d", ["\u200bzero\u200cwidth\u200d"]),
        ("a\x00b\x01c\x7fd\x85e".replace("\x85", "\u0085"), ["abcd e"]),
        ("word " * 40, [("word " * 40).strip()]),
        ("word  " * 40, [("word " * 40).strip()]),
        ("か" * 50 + " \n" + "б" * 50, ["か" * 50 + " " + "б" * 50]),
    ],
)
def test_spaces(page: str, expected: list[str]) -> None:
    assert texts(page) == expected


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("<pre>\n  a\n    b &lt;c\n</pre>d", ["  a\n    b <c", "d"]),
        ("<pre>a\r\nb\tc</pre>", ["a\nb\tc"]),
        ("<pre>a<br>b<span> c</span></pre>", ["a\nb c"]),
        ("<pre><div>a</div>  b</pre>c  d", ["a", "  b", "c d"]),
        ("<pre><code>x = 1\n\n\ny</code></pre>", ["x = 1\n\n\ny"]),
        ("<pre>a&#10;b&nbsp;&nbsp;c</pre>", ["a\nb  c"]),
    ],
)
def test_preformatted(page: str, expected: list[str]) -> None:
    assert texts(page) == expected
    assert read(page).rows[0, KIND] == PREFORMATTED


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ('a <math alttext="x^2"><mi>x</mi></math> b', ["a $x^2$ b"]),
        ('<math display="block" alttext="x^2"><mi>x</mi></math>', ["$$x^2$$"]),
        (r'<math alttext="{\displaystyle x_1}"><mi>x</mi></math>', ["$x_1$"]),
        ("<math><mi>x</mi><mo>=</mo><mn>1</mn></math>", ["x=1"]),
        ('<math><semantics><mi>q</mi><annotation encoding="application/x-tex">q &lt; 1</annotation></semantics></math>',
         ["$q < 1$"]),
        ('<math><mi>q</mi><annotation encoding="text/plain">no</annotation></math>', ["q"]),
        ('a <math><mi>q</mi><annotation encoding=LaTeX>q</annotation></math><b class="katex-html"><i>qq</i></b> b',
         ["a $q$ b"]),
        ('a<span class="katex-html">shown</span>', ["ashown"]),
        (r'a <script type="math/tex">\int x</script> b', [r"a $\int x$ b"]),
        (r'<script type="math/tex; mode=display">\int x</script>', [r"$$\int x$$"]),
        ('<span class="MathJax_Preview">x2</span><script type="math/tex">x^2</script>', ["$x^2$"]),
        ('<span class="MathJax">x2</span>', ["x2"]),
        ('a <img class="mwe-math-fallback-image-inline" alt="x=1"> b', ["a $x=1$ b"]),
        ('a <img class="latex" alt="x=1">', ["a $x=1$"]),
        ('a <img class="photo" alt="x=1"> b', ["a b"]),
        ('<math alttext="x">x</math><img class="tex" alt="x">', ["$x$"]),
        ('<math alttext="x">never closed <p>b', ["never closed", "b"]),
        ('a <img class="mwe-math-fallback-image-display" alt="x=1"> b', ["a $$x=1$$ b"]),
        ('<span class="katex-display"><b><i><math alttext="x">x</math></i></b></span>', ["$$x$$"]),
        ('<div class="katex-display"><b><i><u><q><math alttext="x">x</math></q></u></i></b></div>', ["$x$"]),  # too far
        ('<span class="katex-display"></span><math alttext="x">x</math>', ["$x$"]),
        ('<img src="//latex.codecogs.com/svg.image?x" alt="x=1">', ["$x=1$"]),
        ('<img alt="x=1" src=/latex.php?x>', ["$x=1$"]),
        ('<img alt="x=1" src="latex.php">', []),
        ('<img alt="x=1" src="latex.codecogs.com" title="/">', []),
        ('<img alt="x=1" src="a/latexx/latex.codecogs.com/x">', ["$x=1$"]),
        ('<img src="//latex.codecogs.com/svg.image?x">', []),
        ('<video alt="x=1" src="//latex.codecogs.com/x"></video>', []),
        ('a<img class=tex alt=x><img class=tex alt=y>b', ["a$x$$y$b"]),
        (r'<img class=tex alt="\displaystyle x"> <img class=tex alt="\textstyle{x}">', ["$x$ ${x}$"]),
        (r'<img class=tex alt="\displaystyles"> <img class=tex alt="{\displaystyle\alpha}">',
         [r"$\displaystyles$ $\alpha$"]),
        (r'<img class=tex alt="\(x\)"> <img class=tex alt="\[x\]">', ["$x$ $$x$$"]),
        ('<img class=tex alt=" $x$ "> <img class=tex alt="$$x$$">', ["$x$ $$x$$"]),
        ('<img class=tex alt="$$"> <img class=tex alt="$x">', ["$$$$ $$x$"]),
        ('a <span class="MathJax">x2</span> <script type="math/tex">x^2</script> b', ["a $x^2$ b"]),
        ('a <span class="MathJax">x2</span>, <script type="math/tex">x^2</script>', ["a x2, $x^2$"]),
        ('a <span class="MathJax"><div>x2</div></span><script type="math/tex">x^2</script>', ["a", "x2", "$x^2$"]),
        ('a <span class="MathJax">x2 <script type="math/tex">x^2</script></span>', ["a x2 $x^2$"]),
        ('a <span class="MathJax">x2</span><script>y</script>', ["a x2"]),
    ],
)  # fmt: skip
def test_mathematics(page: str, expected: list[str]) -> None:
    assert texts(page) == expected


def test_links_side_by_side_are_not_glued() -> None:
    assert texts("<a href=x>one</a><a href=y>two</a>three") == ["one twothree"]
    assert texts("<a href=x>one</a>, <a href=y>two</a>") == ["one, two"]
    assert texts("<pre><a>one</a><a>two</a></pre>") == ["onetwo"]


@pytest.mark.parametrize(
    ("page", "link", "bold"),
    [
        ("a<a href=x>b<b>c</b></a>d<strong>e</strong>", "bc", "ce"),
        ("<a href=x>one<a href=y>two</a>three", "one two", ""),
        ("<h2>Head</h2>text", "", "Head"),
        ("<a href=/x/>link</a>text", "link", ""),
        ("<a name=x/ >link</a>text", "link", ""),
        ('<a name="x"/>text', "", ""),
        ("<div><a href=x>one<div>two</a>three</div></div>four", "onetwo", ""),
    ],
)
def test_marks(page: str, link: str, bold: str) -> None:
    assert (marked(page, LINK).replace("\n", ""), marked(page, BOLD)) == (link, bold)


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ('<p title="a > b">c', ["c"]),
        ("<p title='a \" > b'>c", ["c"]),
        ('<p title="open>c</p><p>d', ["c", "d"]),
        ('<p title=\'open>c</p><p title="x">d', ["c", "d"]),
        ("<p =x a==b / c/d>e", ["e"]),
        ("<p a = b  c\n=\n'd'>e", ["e"]),
        ("a<p title=x", ["a"]),
        ("a</p", ["a"]),
        ("a<p", ["a"]),
        ("a<p " + "x" * 100 + "=" + "'" + "y" * 100 + "'>b", ["a", "b"]),
    ],
)
def test_attributes_that_are_hard_to_read(page: str, expected: list[str]) -> None:
    assert texts(page) == expected


def words_of(page: str) -> list[set[int]]:
    """The words of each element but the document."""
    found = read(page)
    ends = [*found.elements[1:, WORDS], len(found.words)]
    return [
        {int(word) for word in found.words[start:end]}
        for start, end in zip(found.elements[1:, WORDS], ends[1:], strict=True)
    ]


def hashes(*words: str) -> set[int]:
    return {hash_word(word) for word in words}


def test_words_of_attributes() -> None:
    page = '<p class="Foo-bar bazQux x1" ID=main data-class=no><b role="ab c" itemprop=d2e>'
    both = hashes("foo", "bar", "foo-bar", "baz", "qux", "bazqux", "x1", "main"), hashes("ab", "d2e")
    assert words_of(page) == list(both)
    assert [int(style) for style in read(page).elements[1:, STYLE]] == [hash_word("foo-bar"), 0]
    assert words_of("<my-box class=a1>x") == [hashes("my", "box", "my-box", "a1")]


def test_words_of_values_that_come_again() -> None:
    value = "card card--wide js-open"
    again = words_of(f'<p class="{value}">a<p class="{value}">b<p id="{value}">c<p class="{value[:-1]}X">d')
    assert again[0] == again[1] == again[2] == hashes("card", "wide", "card--wide", "js", "open", "js-open")
    assert again[3] == hashes("card", "wide", "card--wide", "js", "ope", "js-opex")
    styles = read(f'<p class="{value}">a<p class="{value}">b').elements[1:, STYLE]
    assert [int(style) for style in styles] == [hash_word("card")] * 2


def test_an_element_has_at_most_24_words() -> None:
    many = " ".join(f"w{chr(97 + k)}{chr(97 + k)}" for k in range(26))
    first, second, third = words_of(f'<p class="{many}">a<p class="{many}">b<p class="q" id="{many}">c')
    assert len(first) == len(second) == len(third) == 24
    assert first == second


def test_words_of_void_elements_are_dropped() -> None:
    assert words_of('<img class="gone away"><p class="kept">a<br class="gone away"><b class="gone away">b') == [
        hashes("kept"), hashes("gone", "away"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("style", "hidden"),
    [
        ("display:none", True),
        ("DISPLAY : None !important", True),
        ("color:red; display:none", True),
        ("border:none;display:none", True),
        ("visibility: hidden", True),
        ("overflow:hidden", False),
        ("background:none", False),
        ("display:block", False),
        ("display:", False),
        (":none", False),
    ],
)
def test_styles_that_hide(style: str, hidden: bool) -> None:
    assert bool(read(f'<p style="{style}">a').elements[1, HIDDEN] & DISPLAY_NONE) is hidden


def test_breaks_and_images_are_noted() -> None:
    found = read("a<br>b<p>c<img><img>d<p><img>e")
    assert [row[KIND] & AFTER_BREAK for row in found.rows] == [0, AFTER_BREAK, 0, 0]
    assert [int(row[-1]) for row in found.rows] == [0, 0, 2, 1]


@pytest.mark.parametrize("lead", [b"\xc2", b"\xe2\x80", b"\xe3", b"\xef\xbb", b"\xf0\x9f", b"\xff", b"\xd0"])
def test_bytes_that_are_no_utf8_swallow_nothing(lead: bytes) -> None:
    assert raw_texts(b"<p>a" + lead + b"<p>b" + lead) == [b"a" + lead, b"b" + lead]
    assert raw_texts(b"<p>a" + lead + b"b" + b"c" * 40) == [b"a" + lead + b"b" + b"c" * 40]


def test_deep_nesting_gives_its_text_to_the_last_element_above() -> None:
    found = read("<div>" * 100_000 + "deep" + "</div>" * 100_000 + "after")
    assert [found.text[s:e].tobytes() for s, e in zip(found.start, found.end, strict=True)] == [b"deep", b"after"]
    assert found.rows[1, ELEMENT] == 0
    assert found.elements[0, LAST] == 2


LARGE = 5_000_000


@pytest.mark.parametrize(
    "piece",
    [
        b"<p>", b"</p>", b"<b>", b"</x>", b"<td>", b"<a>", b"<", b"&", b"<!--", b'<p x="', b"<p x='", b"<svg>",
        b"<script>",
        b"<title>", b"<math>", b"<textarea><x", b"&#1", b"<table>", b"<li>", b"<x-y ", b"<a><p>", b"\xc2\xa0",
        b"<math alttext=x><annotation>", b"<p style='", b"<p id='a b' ", b"</", b"<!", b"<!-- -",
    ],
)  # fmt: skip
def test_hostile_pages_end(piece: bytes) -> None:
    """Quadratic time would be many minutes for one of these."""
    found = read(piece * (LARGE // len(piece)))
    assert len(found.rows) <= LARGE // len(piece) + 1


PIECES = """
text more&amp;text <p> </p> <div/class=a> </div> <ul> <li> </ul> <table> <tr> <td> </td> </table> <a/href=x> </a> <b>
</b> <br> <pre> </pre> <h1> </h1> <select> <option> </select> <dl> <dt> <dd> <button> </button> <x-y> </x-y> <img>
<!--x--> <script>x</script> <math/alttext=q>m</math> <form> </form> <p/> <body> </body>
""".split()  # noqa: SIM905
soup = st.lists(st.sampled_from([*PIECES, " "]), max_size=60)


@given(soup)
def test_an_element_holds_the_blocks_below_it(pieces: list[str]) -> None:
    found = read("".join(pieces))
    below: list[list[int]] = [[] for _ in found.elements]
    for block, row in enumerate(found.rows):
        element = int(row[ELEMENT])
        while element >= 0:
            below[element].append(block)
            element = int(found.elements[element, PARENT])
    for element, blocks in zip(found.elements, below, strict=True):
        if element[PARENT] < 0 or IS_BLOCK[element[TAG]]:
            assert list(range(element[FIRST], element[LAST])) == blocks


@given(st.binary(max_size=200) | soup.map(lambda pieces: "".join(pieces).encode()))
def test_any_bytes_give_blocks_in_order(page: bytes) -> None:
    found = read(page)
    edges = [found.title, *(int(edge) for row in found.rows for edge in row[:2]), len(found.text)]
    assert edges == sorted(edges)
    assert len(found.marks) == len(found.text) <= len(page) + len(page) // 4 + 8
    assert all(start < end for start, end in found.rows[:, :2])
    assert list(found.elements[:, WORDS]) == sorted(found.elements[:, WORDS])
    assert all(element[PARENT] < number for number, element in enumerate(found.elements))
