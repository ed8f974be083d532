"""What a page says, apart from how a site shows it: a title and blocks, written by kind of page.

A page is a value. Duplicates are the same page shown by another site, near-duplicates are an edited copy, leaks an
added block; only `sites` knows HTML.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from pipeline.quickstart.dice import Dice
from pipeline.quickstart.grammar import Writer
from pipeline.quickstart.programs import PROGRAMS, program
from pipeline.quickstart.words import LANGUAGES


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of a page. `kind`: p, h2, ul, ol, pre, table, quote, lines, post (a forum post or an answer)."""

    kind: str
    lines: tuple[str, ...]
    """Paragraph, heading, code: one. List items, broken lines, paragraphs of a post: several. Table: rows."""
    note: str = ""
    """Author of a post, language of a program."""


CELL = "\t"
"""Between the cells of a table row."""


@dataclass(frozen=True, slots=True)
class Page:
    """Content of one page. `key` is unique and decides every draw that shows the page."""

    key: str
    kind: str
    """One of PAGE_KINDS."""
    language: str
    title: str
    author: str
    date: str
    """ISO 8601 day."""
    blocks: tuple[Block, ...]
    comments: tuple[Block, ...] = ()

    def text(self) -> str:
        """The words that a perfect extractor returns, one block element a line (comments and menus left out)."""
        return "\n".join(line for block in self.blocks for line in block.lines)


def prose_page(seed: int, key: str, language: str, kind: str, words: int) -> Page:
    """Writes the page `key` of the given kind with about `words` words (1.6 characters a word in Chinese, Japanese)."""
    dice = Dice(seed, "page", key)
    grammars = LANGUAGES[language].grammars
    writer = Writer(grammars[dice.pick(tuple(grammars))], dice)
    page = Page(
        key=key,
        kind=kind,
        language=language,
        title=writer.phrase("question" if kind in ("forum", "answers") else "headline"),
        author=writer.phrase("name"),
        date=f"{dice.between(2009, 2025)}-{dice.between(1, 12):02}-{dice.between(1, 28):02}",
        blocks=(),
    )
    return _KINDS[kind](writer, page, words)


def _sentences(writer: Writer, language: str, register: str, count: int) -> str:
    return writer.sentences(LANGUAGES[language].register(register), count)


def paragraphs(writer: Writer, language: str, register: str, words: int, longest: int = 6) -> list[Block]:
    """Paragraphs of 2 to `longest` sentences until about `words` words are written."""
    left = words
    blocks = []
    while left > 0:
        text = _sentences(writer, language, register, writer.dice.between(2, longest))
        blocks.append(Block("p", (text,)))
        left -= count_words(text, language)
    return blocks


def count_words(text: str, language: str) -> int:
    return int(len(text) / 1.6) if language in ("zh", "ja") else text.count(" ") + 1


def _article(writer: Writer, page: Page, words: int) -> Page:
    blocks = paragraphs(writer, page.language, "prose", words)
    if len(blocks) > 5:
        for place in range(len(blocks) - 2, 2, -writer.dice.between(3, 5)):
            blocks.insert(place, Block("h2", (writer.phrase("heading"),)))
        if writer.dice.chance(0.4):
            blocks.insert(2, Block("quote", (_sentences(writer, page.language, "prose", 1),)))
    return replace(page, blocks=tuple(blocks))


def _blog(writer: Writer, page: Page, words: int) -> Page:
    register = "chat" if writer.dice.chance(0.3) else "prose"
    blocks = paragraphs(writer, page.language, register, words, longest=5)
    if len(blocks) > 7 and writer.dice.chance(0.5):
        items = tuple(writer.phrase("item") + "." for _ in range(writer.dice.between(3, 6)))
        blocks.insert(len(blocks) // 2, Block("ul", items))
    comments = tuple(
        Block("post", (_sentences(writer, page.language, "chat", writer.dice.between(1, 3)),), writer.phrase("name"))
        for _ in range(writer.dice.between(1, 7))
    )
    return replace(page, blocks=tuple(blocks), comments=comments)


def _forum(writer: Writer, page: Page, words: int) -> Page:
    posts: list[Block] = []
    left = words
    while left > 0 or len(posts) < 3:
        lines = tuple(
            _sentences(writer, page.language, "chat", writer.dice.between(2, 5))
            for _ in range(writer.dice.between(1, 3))
        )
        posts.append(Block("post", lines, writer.phrase("name")))
        left -= sum(count_words(line, page.language) for line in lines)
    return replace(page, blocks=tuple(posts))


def _answers(writer: Writer, page: Page, words: int) -> Page:
    page = _forum(writer, page, words)
    if writer.dice.chance(0.4):
        language = writer.dice.pick(tuple(PROGRAMS))
        page = replace(page, blocks=(*page.blocks, Block("pre", (program(writer.dice, language),), language)))
    return page


def _documentation(writer: Writer, page: Page, words: int) -> Page:
    dice = writer.dice
    blocks: list[Block] = []
    left = words
    while left > 0:
        blocks.append(Block("h2", (writer.phrase("heading"),)))
        section = paragraphs(writer, page.language, "manual", min(left, 110), longest=5)
        left -= sum(count_words(block.lines[0], page.language) for block in section)
        language = dice.pick(tuple(PROGRAMS))
        blocks += [*section, Block("pre", (program(dice, language),), language)]
    return replace(page, blocks=tuple(blocks))


def _table(writer: Writer, page: Page, words: int) -> Page:
    dice = writer.dice
    rows = [CELL.join((writer.phrase("heading"), "2023", "2024", "2025"))]
    for _ in range(dice.between(6, 18)):
        numbers = (str(dice.between(100, 9999)) for _ in range(3))
        rows.append(CELL.join((writer.phrase("item"), *numbers)))
    blocks = paragraphs(writer, page.language, "prose", max(words // 2, 60))
    blocks.insert(1, Block("table", tuple(rows)))
    return replace(page, blocks=tuple(blocks))


def _recipe(writer: Writer, page: Page, words: int) -> Page:
    interface = LANGUAGES[page.language].interface
    dice = writer.dice
    items = tuple(f"{dice.between(2, 9) * 50} g {writer.expand('item')}" for _ in range(dice.between(5, 9)))
    steps = tuple(_sentences(writer, page.language, "kitchen", dice.between(1, 3)) for _ in range(dice.between(5, 8)))
    blocks = [
        *paragraphs(writer, page.language, "kitchen", max(words // 3, 60)),
        Block("h2", (interface.ingredients,)),
        Block("ul", items),
        Block("h2", (interface.steps,)),
        Block("ol", steps),
    ]
    return replace(page, blocks=tuple(blocks))


def _shop(writer: Writer, page: Page, words: int) -> Page:
    del words
    interface = LANGUAGES[page.language].interface
    products = []
    for _ in range(writer.dice.between(8, 24)):
        price = f"{interface.price}: {writer.dice.between(3, 480)}.{writer.dice.between(0, 99):02} EUR"
        text = _sentences(writer, page.language, "shop", writer.dice.between(1, 2))
        products.append(Block("post", (text, price), writer.phrase("product")))
    return replace(page, blocks=tuple(products))


def _login(writer: Writer, page: Page, words: int) -> Page:
    del words
    interface = LANGUAGES[page.language].interface
    return replace(
        page, title=interface.log_in, blocks=(Block("p", (interface.forgot,)),), author=writer.phrase("name")
    )


def _interview(writer: Writer, page: Page, words: int) -> Page:
    first, second = page.author, writer.phrase("name")
    turns = 0
    blocks = paragraphs(writer, page.language, "prose", 40)
    left = words
    while left > 0:
        speaker, register = (first, "question") if turns % 2 == 0 else (second, "chat")
        count = 1 if register == "question" else writer.dice.between(2, 5)
        spoken = (
            writer.phrase("question") if register == "question" else _sentences(writer, page.language, register, count)
        )
        colon = "：" if page.language in ("zh", "ja") else ": "
        blocks.append(Block("p", (f"{speaker}{colon}{spoken}",)))
        left -= count_words(spoken, page.language)
        turns += 1
    return replace(page, blocks=tuple(blocks))


def book_page(seed: int, key: str, words: int) -> Page:
    """A whole English book on one page: chapters on different topics, in all registers of prose."""
    dice = Dice(seed, "book", key)
    grammars = LANGUAGES["en"].grammars
    topics = dice.sample(tuple(grammars), len(grammars))
    blocks: list[Block] = []
    for chapter, topic in enumerate(topics):
        writer = Writer(grammars[topic], Dice(seed, "chapter", f"{key}/{chapter}"))
        blocks.append(Block("h2", (f"Chapter {chapter + 1}: {writer.phrase('headline')}",)))
        left = words // len(topics)
        while left > 0:
            registers = writer.dice.sample(("prose", "prose", "prose", "lore", "prose", "chat"), 5)
            text = " ".join(writer.phrase(register) for register in registers)
            blocks.append(Block("p", (text,)))
            left -= count_words(text, "en")
    writer = Writer(grammars[topics[0]], dice)
    return Page(
        key, "article", "en", f"{writer.phrase('headline')}: a book", writer.phrase("name"), "2012-03-01", tuple(blocks)
    )


_KINDS: dict[str, Callable[[Writer, Page, int], Page]] = {
    "article": _article,
    "blog": _blog,
    "forum": _forum,
    "answers": _answers,
    "documentation": _documentation,
    "table": _table,
    "recipe": _recipe,
    "shop": _shop,
    "interview": _interview,
    "login": _login,
}
PAGE_KINDS = tuple(_KINDS)
