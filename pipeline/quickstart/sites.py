"""Invented web sites (all under the reserved `.example`) and how they show a page as HTML."""

import re
from dataclasses import dataclass
from functools import cache
from html import escape

from pipeline.quickstart.dice import Dice
from pipeline.quickstart.grammar import Writer, split_words
from pipeline.quickstart.layouts import LAYOUTS, SCRIPT, STYLE
from pipeline.quickstart.pages import CELL, Block, Page
from pipeline.quickstart.words import LANGUAGES

_FIRST = split_words("""amber, bright, cedar, distant, early, fable, granite, hollow, island, juniper, kindly, lantern,
    marble, north, open, paper, quiet, river, silver, timber, upland, velvet, winter, yellow""")
_SECOND = {
    "news": split_words("herald, courier, observer, post, gazette, chronicle"),
    "blog": split_words("diary, notes, kitchen, journal, letters, corner"),
    "forum": split_words("forum, board, talk, circle"),
    "answers": split_words("answers, questions, help"),
    "docs": split_words("docs, manual, handbook"),
    "shop": split_words("shop, market, store"),
}
_SITE_KIND = {
    "article": "news",
    "interview": "news",
    "table": "news",
    "blog": "blog",
    "recipe": "blog",
    "forum": "forum",
    "answers": "answers",
    "documentation": "docs",
    "shop": "shop",
    "login": "forum",
}
SITES_PER_KIND = 12


@dataclass(frozen=True, slots=True)
class Site:
    """A host with a look of its own."""

    host: str
    name: str
    layout: str
    """A key of LAYOUTS."""
    server: str


@cache
def sites_for(language: str, kind: str, seed: int) -> tuple[Site, ...]:
    """The sites that show pages of this kind in this language."""
    family = _SITE_KIND[kind]
    dice = Dice(seed, "sites", f"{language}/{family}")
    firsts = dice.sample(_FIRST, SITES_PER_KIND)
    sites = []
    for place, first in enumerate(firsts):
        second = dice.pick(_SECOND[family])
        sites.append(
            Site(
                host=f"www.{first}-{second}-{language}.example",
                name=f"{first} {second}".title(),
                layout=tuple(LAYOUTS)[place % len(LAYOUTS)],
                server=dice.pick(("nginx", "Apache/2.4.57 (Unix)", "lighttpd/1.4.71", "cloud-front")),
            )
        )
    return tuple(sites)


def url_of(page: Page, site: Site) -> str:
    """An address as such sites make them."""
    dice = Dice(0, "url", f"{site.host}/{page.key}")
    number = dice.between(10_000, 999_999)
    slug = re.sub(r"[^a-z0-9]+", "-", page.title.lower()).strip("-")[:60].strip("-")
    year, month, _ = page.date.split("-")
    if len(slug) < 8:
        return f"https://{site.host}/index.php?id={number}&lang={page.language}"
    return dice.pick(
        (
            f"https://{site.host}/{year}/{month}/{slug}-{number}.html",
            f"http://{site.host}/{slug}-{number}/",
            f"https://{site.host}/archive/{number}/{slug}",
            f"https://{site.host}/page.php?p={number}&title={slug}",
        )
    )


def render(page: Page, site: Site, seed: int, meta_charset: str | None = "utf-8") -> str:
    """The page as HTML on this site. `meta_charset` is what the page says of itself; None says nothing."""
    interface = LANGUAGES[page.language].interface
    dice = Dice(seed, "render", f"{site.host}/{page.key}")
    grammars = LANGUAGES[page.language].grammars
    writer = Writer(grammars[dice.pick(tuple(grammars))], dice)
    number = str(dice.between(10_000, 999_999))
    site_name = f"{site.name} {number[:2]}"

    def links(texts: tuple[str, ...] | list[str]) -> str:
        return "".join(f'<li><a href="/{dice.between(100, 99_999)}">{escape(text)}</a></li>' for text in texts)

    offer = dice.pick(interface.offers)
    values = {
        "COOKIE": f'<div class="cookie-banner cookie-consent" role="dialog"><p>{interface.cookies}</p>'
        f'<button data-consent="all">{interface.accept}</button></div>',
        "SITE": site_name,
        "MENU": links((interface.home, *interface.sections)),
        "SEARCH": interface.search,
        "ADVERT": f'<small>{interface.advert}</small> <a href="https://ads.example/{number}">{offer}</a>',
        "TITLE": escape(page.title),
        "BY": interface.by,
        "AUTHOR_SLUG": str(dice.between(100, 999)),
        "AUTHOR": escape(page.author),
        "DATE": page.date,
        "CONTENT": "\n".join(_block(block, interface.said) for block in page.blocks),
        "SHARE": f'<a class="share" href="/share?p={number}">{interface.share}</a>',
        "DISCUSSION": _discussion(page, interface.comments, interface.reply),
        "RELATED_TITLE": interface.related,
        "RELATED": links([writer.phrase("headline") for _ in range(5)]),
        "NEWSLETTER": f'<form class="newsletter"><label>{interface.subscribe}</label><input type="email">'
        f"<button>OK</button></form>",
        "FOOTER": f'<ul class="legal">{links(interface.legal)}</ul><p>&copy; {page.date[:4]} {site_name}. '
        f"{interface.rights}</p>",
        "SCRIPTS": SCRIPT.replace("NUMBER", number).replace("SITE", site.host),
        "NUMBER": number,
        "HOME": interface.home,
        "SECTION": dice.pick(interface.sections),
        "LOG_IN": interface.log_in,
        "SUBSCRIBE": interface.subscribe,
        "MORE": interface.more,
    }
    if page.kind == "login":
        values["CONTENT"] = _login_form(page)
    body = _PLACEHOLDER.sub(lambda match: values[match[0]], LAYOUTS[site.layout])
    charset = f'<meta charset="{meta_charset}">\n' if meta_charset else ""
    title = f"<title>{escape(page.title)} | {site_name}</title>\n"
    return (
        f'<!DOCTYPE html>\n<html lang="{page.language}">\n<head>\n{charset}{title}'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<link rel="stylesheet" href="/assets/{number}.css">\n{STYLE}\n</head>\n{body}\n</html>\n'
    )


_PLACEHOLDER = re.compile(
    r"\b(?:COOKIE|SITE|MENU|SEARCH|ADVERT|TITLE|BY|AUTHOR_SLUG|AUTHOR|DATE|CONTENT|SHARE|DISCUSSION|RELATED_TITLE|RELATED|"
    r"NEWSLETTER|FOOTER|SCRIPTS|NUMBER|HOME|SECTION|LOG_IN|SUBSCRIBE|MORE)\b"
)


def _block(block: Block, said: str) -> str:
    lines = [escape(line, quote=False) for line in block.lines]
    if block.kind == "p":
        return f"<p>{lines[0]}</p>"
    if block.kind == "h2":
        return f"<h2>{lines[0]}</h2>"
    if block.kind == "lines":
        return "<p>" + "<br>\n".join(lines) + "</p>"
    if block.kind == "quote":
        return f"<blockquote><p>{lines[0]}</p></blockquote>"
    if block.kind == "pre":
        return f'<pre><code class="language-{block.note}">{lines[0]}</code></pre>'
    if block.kind in ("ul", "ol"):
        return f"<{block.kind}>" + "".join(f"<li>{line}</li>" for line in lines) + f"</{block.kind}>"
    if block.kind == "table":
        rows = ["".join(f"<td>{cell}</td>" for cell in line.split(CELL)) for line in lines]
        return "<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"
    if block.kind == "post":
        text = "".join(f"<p>{line}</p>" for line in lines)
        head = f'<div class="post-head"><strong>{escape(block.note)}</strong> {said}:</div>'
        return f'<div class="message">{head}<div class="message-text">{text}</div></div>'
    raise ValueError(f"unknown block kind {block.kind!r}")


def _discussion(page: Page, title: str, reply: str) -> str:
    if not page.comments:
        return ""
    items = "".join(
        f'<li class="comment"><cite>{escape(comment.note)}</cite><p>{escape(comment.lines[0], quote=False)}</p>'
        f'<a class="reply" href="#respond">{reply}</a></li>'
        for comment in page.comments
    )
    return (
        f'<section id="comments" class="comments-area"><h3>{title}</h3><ol class="comment-list">{items}</ol></section>'
    )


def _login_form(page: Page) -> str:
    interface = LANGUAGES[page.language].interface
    return (
        f'<form class="login" method="post"><label>{interface.user}<input name="user"></label>'
        f'<label>{interface.password}<input type="password" name="secret"></label><button>{interface.log_in}</button>'
        f'<a href="/forgot">{interface.forgot}</a></form>'
    )
