"""Code blocks of pages: which are found and kept, what their markup names, and what their text tells."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_extract_page import STORY, extract, html

from pipeline.extract import ExtractOptions, Inside, Page
from pipeline.extract.code_blocks import MAX_BLOCKS, code_blocks, visible_chars
from pipeline.tag.code_blocks import named_language, tag_code_blocks
from pipeline.tag.language import model_file

PYTHON = 'def haul(net):\n    return [fish for fish in net if fish.size > 20]\n\n\nprint(haul("night"))'
SHELL = "cd boats\nls -l | sort"
GO = 'package main\n\nimport "fmt"\n\nfunc main() {\n\tfmt.Println("ahoy") }'


def escaped(code: str) -> str:
    return code.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def sizes(page: str, kept: str) -> list[tuple[str, int]]:
    return [(text, size) for _, text, size in code_blocks(page, kept)]


def test_a_block_is_found_with_its_lines_and_references() -> None:
    page = f"<p>A net:</p><PRE><b>{escaped(PYTHON)}</b></PRE>"
    assert sizes(page, f"A net:\n{PYTHON}") == [(PYTHON, visible_chars(PYTHON))]


@pytest.mark.parametrize(
    "inside",
    [
        "cd boats<br>ls -l | sort",
        "<div>cd boats</div><div>ls -l | sort</div>",
        "<ol><li>cd boats</li><li><span>ls</span> -l | sort</li></ol>",
        "<code><span class=line>cd boats</span>\r\n<span class=line>ls -l | sort</span></code>",
    ],
)
def test_a_line_may_be_an_element(inside: str) -> None:
    [(text, size)] = sizes(f"<pre>{inside}</pre>", SHELL)
    assert (text.split("\n"), size) == (SHELL.split("\n"), visible_chars(SHELL))


def test_a_block_that_was_not_kept_is_none_of_the_documents() -> None:
    page = f"<pre>{escaped(PYTHON)}</pre><aside><pre>{SHELL}</pre></aside>"
    assert [text for text, _ in sizes(page, f"Nets.\n{PYTHON}")] == [PYTHON]
    assert sizes(page, "Nets.") == sizes(page, "cd boats") == []  # of the second, the shorter line


def test_code_outside_of_pre_has_several_lines() -> None:
    assert sizes("<p>Type <code>cd boats</code> now.", "Type cd boats now.\ncd boats") == []
    assert sizes("<p><code>cd boats<br>ls -l | sort</code>", SHELL) == [(SHELL, visible_chars(SHELL))]
    assert sizes("<p><code>cd boats\nls -l | sort</code>", "cd boats ls -l | sort") == [(SHELL, visible_chars(SHELL))]


@pytest.mark.parametrize(
    "page", ["<pre>a = 1", "<pre", "<pre class='", "<code>a\n<pre>b", "</pre></code>", "<prefix>a\nb</prefix></pre>"]
)
def test_markup_that_does_not_end(page: str) -> None:
    assert code_blocks(page, "a = 1\na\nb") == ()


def test_an_end_tag_that_is_missing_hides_no_other_kind() -> None:
    assert [text for text, _ in sizes("<code>x\n<pre>a = 1</pre>", "a = 1")] == ["a = 1"]


def test_the_number_of_blocks_is_bounded() -> None:
    assert len(code_blocks("<pre>a = 1</pre>" * (MAX_BLOCKS + 9), "a = 1")) == MAX_BLOCKS


@given(
    st.lists(st.sampled_from(["<pre", "<code", " class='x\">", ">", "'", '"', "</pre>", "</code", "a\n", "<br>", "&#"]))
)
def test_any_markup_is_read(parts: list[str]) -> None:
    page = "".join(parts)
    for _, text, size in code_blocks(page, page):
        assert 0 < size <= visible_chars(page)
        assert text in page.replace("<br>", "\n") or "<" in page


@pytest.mark.parametrize(
    ("tags", "language"),
    [
        ('class="language-js"', "javascript"),
        ("class=lang-py data-x=1", "python"),
        ('class="brush: csharp; gutter: false"', "c#"),
        ("data-lang=c++", "c++"),
        ('<div class="highlight highlight-source-shell">', "shell"),
        ('<div class="highlight highlight-text-html-basic">', "html"),
        ('<div class="highlight-python3 notranslate"><div class="highlight">', "python"),
        ('class="hljs rust"', "rust"),
        ("class='sourceCode haskell'", "haskell"),
        ('class="language-zig"', "zig"),
        ('class="language-c"', "c"),
        ('class="language-console"', "shell"),
    ],
)
def test_markup_names_the_language(tags: str, language: str) -> None:
    assert named_language(tags) == (language, True)


@pytest.mark.parametrize(
    "tags", ["", 'class="r"', 'class="python"', 'class="language-auto"', "class=lang-7", 'lang="en"']
)
def test_markup_that_names_none(tags: str) -> None:
    assert named_language(tags) == (None, True)


@pytest.mark.parametrize("tags", ['class="language-text"', 'class="highlight-none"', 'class="nohighlight lang-plain"'])
def test_markup_that_says_it_is_no_code(tags: str) -> None:
    assert named_language(tags) == (None, False)


def test_what_markup_names_goes_before_what_the_text_tells() -> None:
    pages = [
        [("", PYTHON, 70), ("class=language-ruby", PYTHON, 5), ("", SHELL, 9), ("class=language-text", GO, 50)],
        [],
        [("", STORY, 100)],
        [("", GO, 40), ("", GO, 2)],
    ]
    found = [dict(counter) for counter in tag_code_blocks(pages)]
    assert found[0]["python"] == 70
    assert found[0]["ruby"] == 5
    assert "go" not in found[0]
    assert found[1:] == [{}, {}, {"go": 42}]


def test_a_language_that_few_characters_tell_is_not_believed() -> None:
    mostly_go = [("", GO, 900), ("", PYTHON, 50)]
    assert tag_code_blocks([mostly_go]) == [{"go": 900}]
    assert tag_code_blocks([[*mostly_go, ("class=lang-python", "x", 1)]]) == [{"go": 900, "python": 51}]
    assert tag_code_blocks([[("", GO, 900), ("", PYTHON, 150)]]) == [{"go": 900, "python": 150}]


ARTICLE = html().replace(
    "</article>",
    f'<p>{STORY}</p><div class="highlight-python"><pre>{escaped(PYTHON)}</pre></div><p>{STORY}</p>'
    f"<pre><code class=language-go>{escaped(GO)}</code></pre><p>{STORY} It ends here.</p></article>",
)


@pytest.mark.parametrize("method", ["trafilatura", "resiliparse", "learned", "union"])
def test_through_every_extractor(method: str) -> None:
    outcome = extract(ARTICLE, method)
    assert "fish.size > 20" in (outcome.text or "")
    [found] = tag_code_blocks([outcome.code])
    assert found == {"python": visible_chars(PYTHON), "go": visible_chars(GO)}


def test_in_the_workers_own_process() -> None:
    model = str(model_file().path)
    with Inside(ExtractOptions(method="learned"), gate_languages=(), language_model=model) as extractor:
        with_code, without = extractor.extract([Page(ARTICLE.encode(), None, None), Page(html().encode(), None, None)])
    assert with_code.code == extract(ARTICLE, "learned").code
    assert len(with_code.code) == 2
    assert without.code == ()
