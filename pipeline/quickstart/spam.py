"""Pages that published rules are there to drop, each made to trip one of them."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from pipeline.quickstart.grammar import Writer
from pipeline.quickstart.pages import Block, Page, paragraphs

Blocks = tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class SpamForm:
    """A way to be worthless, and the filter that should notice first."""

    stage: str
    reason: str | None
    """None where several rules of the filter are tripped."""
    blocks: Callable[[Writer], Blocks]


def spam_page(page: Page, writer: Writer, form: str) -> Page:
    """`page` with its blocks replaced by spam of the given form (a key of SPAM_FORMS)."""
    return replace(page, blocks=SPAM_FORMS[form].blocks(writer), comments=())


def _keyword_stuffing(writer: Writer) -> Blocks:
    phrase = f"{writer.expand('adj')} {writer.expand('thing')}"
    lines = []
    for _ in range(8):
        words = [f"{phrase} {writer.dice.pick(('in', 'for', 'from'))} {writer.expand('town')}" for _ in range(9)]
        lines.append(Block("p", (f"We have the {phrase} that you are looking for: {', '.join(words)}.",)))
    return tuple(lines)


def _repeated_lines(writer: Writer) -> Blocks:
    lines = [Block("p", (writer.phrase("prose"),)) for _ in range(4)]
    return tuple(lines * 9)


def _repeated_ngrams(writer: Writer) -> Blocks:
    slogan = f"the best place to {writer.expand('verb')} a {writer.expand('thing')} without paying too much for it"
    return tuple(Block("p", (f"{writer.phrase('prose')} We are {slogan}. {writer.phrase('prose')}",)) for _ in range(9))


def _lorem_ipsum(writer: Writer) -> Blocks:
    filler = "Lorem ipsum is what stands here until somebody writes the text of this section."
    return (*paragraphs(writer, "en", "prose", 160), Block("p", (filler,)))


def _hashes(writer: Writer) -> Blocks:
    def line() -> str:
        words = writer.phrase("prose").split(" ")
        return " ".join(f"{word} #" if place % 4 == 3 else word for place, word in enumerate(words))

    return tuple(Block("p", (line() + " " + line(),)) for _ in range(8))


def _ellipses(writer: Writer) -> Blocks:
    def line() -> str:
        words = writer.phrase("prose").split(" ")
        return " ".join(f"{word} ..." if place % 4 == 3 else word for place, word in enumerate(words))

    return tuple(Block("p", (line() + " " + line(),)) for _ in range(8))


def _ellipsis_lines(writer: Writer) -> Blocks:
    return tuple(Block("p", (writer.sentences("prose", 2).rstrip('.!?"') + "...",)) for _ in range(10))


def _bullets(writer: Writer) -> Blocks:
    items = tuple(
        f"Our {writer.expand('person')} has {writer.expand('object')} {writer.expand('place')}." for _ in range(40)
    )
    return (Block("ul", items[:20]), Block("ul", items[20:]))


def _too_short(writer: Writer) -> Blocks:
    return (Block("p", (writer.phrase("prose"),)), Block("p", ("This is all that there is to say about it.",)))


def _no_stop_words(writer: Writer) -> Blocks:
    def line() -> str:
        thing = next(name for name in iter(lambda: writer.expand("thing"), "") if " of " not in name)
        return (
            f"Buy your {writer.expand('adj')} {thing} here, {writer.expand('count')} left, "
            f"our {writer.expand('person')} is waiting for your call."
        )

    return tuple(Block("p", (f"{line()} {line()}",)) for _ in range(6))


def _numbers(writer: Writer) -> Blocks:
    def line() -> str:
        numbers = " ".join(str(writer.dice.between(1000, 99999)) for _ in range(14))
        return f"{writer.phrase('prose')} These are the numbers of the week: {numbers}."

    return tuple(Block("p", (line(),)) for _ in range(8))


def _short_lines(writer: Writer) -> Blocks:
    words = [(writer.expand("thing"), writer.expand("adj")) for _ in range(60)]
    lines = tuple(f"Is the {thing} {adj}?" for thing, adj in words if len(thing) + len(adj) < 18)
    return tuple(Block("p", (line,)) for line in dict.fromkeys(lines))


def _no_terminal_marks(writer: Writer) -> Blocks:
    return tuple(Block("p", (writer.sentences("prose", 2).rstrip('.!?"'),)) for _ in range(10))


def _slogan(writer: Writer) -> Blocks:
    slogan = Block("p", (f"Nobody will {writer.expand('verb')} your {writer.expand('things')} better than we do.",))
    text = paragraphs(writer, "en", "prose", 220)
    return (*text[:1], slogan, *text[1:3], slogan, *text[3:])


SPAM_FORMS: dict[str, SpamForm] = {
    "keyword_stuffing": SpamForm("gopher_repetition", None, _keyword_stuffing),
    "repeated_lines": SpamForm("gopher_repetition", None, _repeated_lines),
    "repeated_ngrams": SpamForm("gopher_repetition", None, _repeated_ngrams),
    "too_short": SpamForm("gopher_quality", "too_few_words", _too_short),
    "hashes": SpamForm("gopher_quality", "too_many_hashes", _hashes),
    "ellipses": SpamForm("gopher_quality", "too_many_ellipses", _ellipses),
    "ellipsis_lines": SpamForm("gopher_quality", "too_many_ellipsis_lines", _ellipsis_lines),
    "bullets": SpamForm("gopher_quality", "too_many_bullet_lines", _bullets),
    "numbers": SpamForm("gopher_quality", "too_few_alpha_words", _numbers),
    "no_stop_words": SpamForm("gopher_quality", "too_few_stop_words", _no_stop_words),
    "lorem_ipsum": SpamForm("c4", "lorem_ipsum", _lorem_ipsum),
    "no_terminal_marks": SpamForm("fineweb", "few_terminal_lines", _no_terminal_marks),
    "short_lines": SpamForm("fineweb", "many_short_lines", _short_lines),
    "slogan": SpamForm("fineweb", "duplicate_line_chars", _slogan),
}
