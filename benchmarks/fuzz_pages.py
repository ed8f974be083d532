"""Inputs of the fuzz run: a pure function of seed and number, so that any input can be had again."""

import random
from collections.abc import Callable, Sequence

_WITHOUT_SPACES = r"""
< > </ /> <! <!- <!-- --> --!> <!> <? ?> & &# &#x ; &amp; &amp &nbsp; &#0; &#x110000; &#xD800; &#128;
&notin; &CounterClockwiseContourIntegral; " ' = =" =' ` a 1. … 。 文字 é 🙂 <a> </a> <p> </p> <p <br> <div>
</div> <span> </span> <b> </b> <li> <ul> </ul> <ol> <dl><dt> <dd> <table> <tr> <td> <th> </td> </tr>
</table> <caption> <tbody> <pre> </pre> <code> </code> <script> </script> </script <script>'</ <style>
</style> <textarea> </textarea> <title> </title> <iframe> </iframe> <svg> </svg> <math> </math> <template>
</template> <noscript> <plaintext> <xmp> <![CDATA[ ]]> <h1> </h1> <h7> <button> <select><option> <form>
<body> <html> <head> <frameset><frame> </annotation> <article> <main> <nav> <footer> hidden <x-y> <é>
"""
_WITH_SPACES = (
    *(
        " ",
        "\n",
        "\t",
        "\r",
        "\x00",
        "\x0c",
        "\x7f",
        "\u00a0",
        "\u3000",
        "\u200b",
        "\ufeff",
        "\ufffd",
        "e\u0301",
        "A b",
    ),
    *(
        "<!doctype html>",
        "<a ",
        "<a href='",
        '<a href="x">',
        '<div class="',
        "<div class='comment body-text' id=x>",
        "< p>",
    ),
    *('<img alt="$x$">', "<img alt='", '<annotation encoding="application/x-tex">', '<script type="math/tex">'),
    ' style="display:none"',
)
TOKENS = tuple(token.encode() for token in (*_WITHOUT_SPACES.split(), *_WITH_SPACES))
"""What tokenizers trip over."""

RAW = (b"\xff", b"\xc2", b"\xe2\x80", b"\xf0\x9f", b"\xed\xa0\x80", b"\xc0\x80")
"""Bytes that are no UTF-8."""

MUTATED_BYTES = 60_000
LARGE_BYTES = 5_000_000
MAX_DEPTH = 100_000

Kind = Callable[[random.Random, Sequence[bytes]], bytes]


def random_bytes(dice: random.Random, _: Sequence[bytes]) -> bytes:
    return dice.randbytes(dice.randrange(3000))


def random_markup(dice: random.Random, _: Sequence[bytes]) -> bytes:
    """Tokens in a row, here and there with broken bytes."""
    alphabet = dice.sample(TOKENS, dice.randint(1, 12)) if dice.random() < 0.5 else TOKENS
    odds = 0.02 if dice.random() < 0.3 else 0.0
    return b"".join(
        dice.choice(RAW) if dice.random() < odds else dice.choice(alphabet) for _ in range(dice.randrange(400))
    )


def mutated_page(dice: random.Random, pages: Sequence[bytes]) -> bytes:
    """A stretch of a real page, changed one to eight times."""
    page = dice.choice(pages)
    first = dice.randrange(max(1, len(page) - MUTATED_BYTES)) if dice.random() < 0.5 else 0
    page = page[first : first + MUTATED_BYTES]
    for _ in range(dice.randint(1, 8)):
        page = dice.choice((flip, cut, splice, drop, double, unquote, insert, swap_tags))(dice, page, pages)
    return page


def repeated(dice: random.Random, _: Sequence[bytes]) -> bytes:
    """A few tokens over and over: what makes a parser quadratic."""
    unit = b"".join(dice.choice(TOKENS) for _ in range(dice.randint(1, 4)))
    return unit * (dice.randrange(1, 60_000) // len(unit) + 1)


def deep(dice: random.Random, _: Sequence[bytes]) -> bytes:
    """Elements in one another, some of them closed, out of order."""
    names = [dice.choice((b"div", b"span", b"a", b"b", b"ul><li", b"table><tr><td", b"p", b"pre", b"x-y", b"font"))]
    names += [dice.choice((b"i", b"em", b"section", b"td", b"li", b"blockquote"))] * dice.randint(0, 1)
    depth = int(MAX_DEPTH ** dice.uniform(0.3, 1))
    opened = b"".join(b"<" + names[i % len(names)] + b">" for i in range(depth))
    closed = b"".join(b"</" + names[i % len(names)] + b">" for i in range(dice.randrange(depth + 1)))
    return opened + b"deepest" + closed + b"after"


def large(dice: random.Random, pages: Sequence[bytes]) -> bytes:
    """Five million bytes: a page or part of one, mutated and repeated."""
    part = mutated_page(dice, pages) or b"<p>"
    return (part * (LARGE_BYTES // len(part) + 1))[:LARGE_BYTES]


KINDS: tuple[tuple[Kind, int], ...] = (
    (random_bytes, 20),
    (random_markup, 30),
    (mutated_page, 40),
    (repeated, 8),
    (deep, 2),
    (large, 0),
)
"""Kinds and how many of a hundred inputs are of each; every LARGE_EVERY-th is large."""
LARGE_EVERY = 2000


def make_input(seed: int, number: int, pages: Sequence[bytes]) -> tuple[str, bytes]:
    """(name of the kind, bytes)"""
    dice = random.Random(f"{seed} {number}")
    if number % LARGE_EVERY == LARGE_EVERY - 1:
        return "large", large(dice, pages)
    (kind,) = dice.choices([kind for kind, _ in KINDS], [weight for _, weight in KINDS])
    return kind.__name__, kind(dice, pages)


def flip(dice: random.Random, page: bytes, _: Sequence[bytes]) -> bytes:
    changed = bytearray(page)
    for _ in range(dice.randint(1, 50)):
        if changed:
            changed[dice.randrange(len(changed))] = dice.choice((dice.randrange(256), 60, 62, 34, 38, 47, 0))
    return bytes(changed)


def cut(dice: random.Random, page: bytes, _: Sequence[bytes]) -> bytes:
    return page[: dice.randrange(len(page) + 1)]


def splice(dice: random.Random, page: bytes, pages: Sequence[bytes]) -> bytes:
    """A stretch of another page in the middle of this one."""
    other = dice.choice(pages)
    first, at = dice.randrange(len(other)), dice.randrange(len(page) + 1)
    return page[:at] + other[first : first + dice.randrange(2000)] + page[at:]


def drop(dice: random.Random, page: bytes, _: Sequence[bytes]) -> bytes:
    at = dice.randrange(len(page) + 1)
    return page[:at] + page[at + dice.randrange(500) :]


def double(dice: random.Random, page: bytes, _: Sequence[bytes]) -> bytes:
    at = dice.randrange(len(page) + 1)
    return page[:at] + page[at : at + dice.randrange(500)] * dice.randint(2, 20) + page[at:]


def unquote(dice: random.Random, page: bytes, _: Sequence[bytes]) -> bytes:
    """One of the next quotes is lost."""
    at = page.find(dice.choice((b'"', b"'", b">", b"-->")), dice.randrange(len(page) + 1))
    return page if at < 0 else page[:at] + page[at + 1 :]


def insert(dice: random.Random, page: bytes, _: Sequence[bytes]) -> bytes:
    at = dice.randrange(len(page) + 1)
    return page[:at] + dice.choice(TOKENS + RAW) * dice.choice((1, 1, 1, 2, 100)) + page[at:]


def swap_tags(dice: random.Random, page: bytes, _: Sequence[bytes]) -> bytes:
    """Two tags change places."""
    parts = page.split(b"<")
    if len(parts) > 2:
        i, j = dice.randrange(1, len(parts)), dice.randrange(1, len(parts))
        parts[i], parts[j] = parts[j], parts[i]
    return b"<".join(parts)
