"""Variants of a page whose relation to it is known: edited copies, leaks, other charsets."""

import re
from dataclasses import dataclass, replace

from pipeline.quickstart.dice import Dice
from pipeline.quickstart.grammar import Writer
from pipeline.quickstart.pages import Block, Page
from pipeline.quickstart.words import LANGUAGES

_RESTYLED = str.maketrans({'"': "”", "'": "’", ",": ";", "，": "；"})

SHINGLE_WORDS = 5
_WORD = re.compile(r"\w+")


def shingles(text: str) -> set[tuple[str, ...]]:
    """Word 5-grams, lower case, without punctuation."""
    words = _WORD.findall(text.lower())
    return {tuple(words[i : i + SHINGLE_WORDS]) for i in range(len(words) - SHINGLE_WORDS + 1)}


def jaccard(one: str, other: str) -> float:
    """Exact Jaccard similarity of the word 5-gram sets of two texts."""
    a, b = shingles(one), shingles(other)
    return len(a & b) / len(a | b) if a or b else 1.0


def edited(page: Page, seed: int, key: str, target: float) -> Page:
    """A copy with single words replaced, evenly spread, so that its similarity to `page` comes out near `target`.

    A lone replaced word costs the original 5 of its n shingles and brings 5 new ones: k edits give
    (n - 5k) / (n + 5k).
    """
    dice = Dice(seed, "edit", key)
    grammars = LANGUAGES[page.language].grammars
    writer = Writer(grammars[dice.pick(tuple(grammars))], dice)
    total = len(shingles(page.text()))
    edits = max(1, round(total * (1 - target) / (SHINGLE_WORDS * (1 + target))))
    lines = [
        (place, line.split(" ")) for place, block in enumerate(page.blocks) if block.kind == "p" for line in block.lines
    ]
    spots = [(i, j) for i, (_, words) in enumerate(lines) for j in range(2, len(words) - 2) if words[j].isalpha()]
    step = len(spots) / edits
    for number in range(edits):
        i, j = spots[min(len(spots) - 1, int((number + 0.3 + 0.4 * dice.draw()) * step))]
        numerals = iter(lambda: writer.expand("count"), "")
        lines[i][1][j] = next(word for word in numerals if word.isalpha() and word != lines[i][1][j])
    blocks = list(page.blocks)
    for place, words in lines:
        blocks[place] = Block("p", (" ".join(words),))
    return replace(page, key=key, blocks=tuple(blocks))


def restyled(page: Page, key: str) -> Page:
    """A copy with other punctuation: the same text to a comparison that looks at letters only."""
    blocks = tuple(Block(block.kind, tuple(line.translate(_RESTYLED) for line in block.lines)) for block in page.blocks)
    return replace(page, key=key, blocks=blocks)


LEAK_FORMS = ("verbatim", "rewrapped", "recased", "question_only")
REWRAP_WORDS = 8


def leaked(page: Page, seed: int, key: str, item: dict[str, object], form: str) -> Page:
    """A copy with a benchmark item between its paragraphs."""
    dice = Dice(seed, "leak", key)
    choices = item["choices"]
    assert isinstance(choices, list)
    assert isinstance(item["answer"], int)
    text = str(item["question"])
    if form != "question_only":
        text += f" The answer is {choices[item['answer']]}."
    if form == "recased":
        text = text.upper()
    words = text.split(" ")
    if form == "rewrapped":
        rows = tuple(" ".join(words[i : i + REWRAP_WORDS]) for i in range(0, len(words), REWRAP_WORDS))
        block = Block("lines", rows)
    else:
        block = Block("p", (text,))
    place = dice.between(1, max(1, len(page.blocks) - 1))
    return replace(page, key=key, blocks=(*page.blocks[:place], block, *page.blocks[place:]))


@dataclass(frozen=True, slots=True)
class Charset:
    """A legacy charset as pages in one language use it."""

    language: str
    label: str
    """As HTTP and meta tags write it."""
    codec: str
    """Python's name."""


CHARSETS = (
    Charset("ru", "windows-1251", "cp1251"),
    Charset("pl", "iso-8859-2", "iso8859_2"),
    Charset("zh", "gb18030", "gb18030"),
    Charset("ja", "shift_jis", "cp932"),
    Charset("de", "windows-1252", "cp1252"),
    Charset("fr", "windows-1252", "cp1252"),
)

LIES: dict[str, tuple[str | None, str | None]] = {
    "nothing_declared": (None, None),
    "header_lies": ("utf-8", "true"),
    "meta_lies": (None, "utf-8"),
    "both_lie": ("utf-8", "utf-8"),
    "latin_header": ("iso-8859-1", "true"),
}
"""Form -> (charset in the HTTP header, charset in the meta tag); "true" stands for the real one."""

# Marks that some legacy charsets lack, and what pages in them use instead.
_PLAIN_MARKS = str.maketrans({"„": '"', "”": '"', "“": '"', "’": "'", "—": "-", "–": "-"})


def lies_for(charset: Charset) -> tuple[str, ...]:
    """Forms that bytes alone can expose: a Latin-1 header over another Latin charset cannot be told from the truth."""
    latin = charset.codec in ("iso8859_2", "cp1252")
    return tuple(form for form in LIES if not (latin and form == "latin_header"))


def encoded(html: str, charset: Charset) -> bytes:
    """The page in the charset. Raises UnicodeEncodeError for letters that it lacks."""
    if charset.codec == "iso8859_2":
        html = html.translate(_PLAIN_MARKS)
    return html.replace("&copy;", "(c)").encode(charset.codec)
