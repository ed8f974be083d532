"""Spam: pages made to trip one published rule each, and fluent ones that only a classifier of quality tells apart."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from pipeline.quickstart.grammar import Writer
from pipeline.quickstart.pages import Block, Page, paragraphs

Blocks = tuple[Block, ...]

_SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class SpamForm:
    """A way to be worthless, and the filter (or the classifier: "quality") that should notice first."""

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
    items = tuple(writer.phrase("prose") for _ in range(40))
    return (Block("ul", items[:20]), Block("ul", items[20:]))


def _too_short(writer: Writer) -> Blocks:
    return (Block("p", (writer.phrase("prose"),)), Block("p", ("This is all that there is to say about it.",)))


_SALES = (
    "Buy your {adj} {thing} here while our {person} is still waiting.",
    "Every {adj} {thing} on this page is now cheap or even free.",
    "Call {name} today if you need {things} or a {adj} {thing}.",
    "Our {adj} {thing} from {town} is now half as expensive.",
    "We also sell {adj} {things} or {things} until the end.",
    "Hurry because {name} has only a few {things} left.",
    "Is it a {adj} {thing} or a {adj} {thing}? We sell both.",
    "No {person} sells {things} for less than our shop does.",
    "Visit {town} this {month} or win one {adj} {thing} from us.",
    "Sold out are all {things} but not this {adj} {thing}.",
)
"""Sentences with at most one of the stop words of Gopher's rule."""

_SHORT = (
    "The {thing} is so {adj}.",
    "Is it a {adj} {thing}?",
    "We have a {thing} or two.",
    "A {thing} can be {adj}.",
    "It is not my {thing}.",
    "He has two {things} left.",
    "She and I saw a {thing}.",
    "Where did that {thing} go?",
    "Your {thing} needs a {thing}.",
    "Some {things} of ours are {adj}.",
)
_SHORT_CHARS = 29


def _pattern(writer: Writer, pattern: str) -> str:
    text = _SLOT.sub(lambda match: writer.expand(match[1]), pattern)
    return text[:1].upper() + text[1:]


def _no_stop_words(writer: Writer) -> Blocks:
    lines = [_pattern(writer, pattern) for pattern in writer.dice.sample(_SALES, len(_SALES))]
    clean = [line.replace(" of ", " ") for line in lines]
    return tuple(Block("p", (f"{one} {two}",)) for one, two in zip(clean[::2], clean[1::2], strict=True))


def _numbers(writer: Writer) -> Blocks:
    def line() -> str:
        numbers = " ".join(str(writer.dice.between(1000, 99999)) for _ in range(14))
        return f"{writer.phrase('prose')} {writer.phrase('heading')}: {numbers}."

    return tuple(Block("p", (line(),)) for _ in range(8))


def _short_lines(writer: Writer) -> Blocks:
    lines = [_pattern(writer, pattern) for _ in range(14) for pattern in writer.dice.sample(_SHORT, len(_SHORT))]
    return tuple(Block("p", (line,)) for line in dict.fromkeys(lines) if len(line) <= _SHORT_CHARS)


def _no_terminal_marks(writer: Writer) -> Blocks:
    return tuple(Block("p", (writer.sentences("prose", 2).rstrip('.!?"'),)) for _ in range(10))


def _slogan(writer: Writer) -> Blocks:
    slogan = Block("p", (f"Nobody will {writer.expand('verb')} your {writer.expand('things')} better than we do.",))
    text = paragraphs(writer, "en", "prose", 220)
    return (*text[:1], slogan, *text[1:3], slogan, *text[3:])


def _advertorial(writer: Writer) -> Blocks:
    return tuple(paragraphs(writer, "en", "pitch", writer.dice.between(180, 420)))


def _catalogue(writer: Writer) -> Blocks:
    """Product phrases stitched together, with a pitch now and then."""
    parts = [
        writer.sentences("pitch" if writer.dice.chance(0.2) else "blurb", 3) for _ in range(writer.dice.between(8, 13))
    ]
    return tuple(Block("p", (part,)) for part in parts)


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
    "advertorial": SpamForm("quality", None, _advertorial),
    "catalogue": SpamForm("quality", None, _catalogue),
}

FLUENT_FORMS = tuple(name for name, form in SPAM_FORMS.items() if form.stage == "quality")
"""Forms that pass every rule."""
CRUDE_FORMS = tuple(name for name in SPAM_FORMS if name not in FLUENT_FORMS)
"""Forms that a rule drops."""
