"""What goes into the crawl: clean pages, and everything that was planted among them, each with its truth."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pipeline.quickstart.archives import Response
from pipeline.quickstart.dice import Dice
from pipeline.quickstart.grammar import Writer
from pipeline.quickstart.pages import Page, book_page, prose_page
from pipeline.quickstart.quiz import GPT3_NGRAM, quiz_items
from pipeline.quickstart.sites import Site, render, sites_for, url_of
from pipeline.quickstart.spam import CRUDE_FORMS, FLUENT_FORMS, SPAM_FORMS, spam_page
from pipeline.quickstart.truth import Expected
from pipeline.quickstart.variants import (
    CHARSETS,
    LEAK_FORMS,
    LIES,
    edited,
    encoded,
    jaccard,
    leaked,
    lies_for,
    restyled,
)
from pipeline.quickstart.words import LANGUAGE_SHARES, LANGUAGES

KEPT_LANGUAGES = ("en", "de", "fr", "es", "ru", "pl", "zh", "ja")
OTHER_LANGUAGES = ("el",)
_ENGLISH_KINDS = (
    ("article", 0.47), ("blog", 0.16), ("forum", 0.08), ("documentation", 0.07), ("answers", 0.06), ("interview", 0.04),
    ("table", 0.04), ("recipe", 0.04), ("shop", 0.02), ("login", 0.02),
)  # fmt: skip
_OTHER_KINDS = (
    ("article", 0.60), ("blog", 0.18), ("forum", 0.08), ("interview", 0.05), ("table", 0.05), ("shop", 0.02),
    ("login", 0.02),
)  # fmt: skip
_MOST_WORDS = {"blog": 1100, "interview": 650}
"""Kinds of page whose registers have fewer sentences: longer ones would repeat themselves."""

SURE_KINDS = frozenset({"article", "blog", "interview"})
"""Kinds of page that are prose, so that every rule set of the quickstart should keep them."""

BANDS = (0.95, 0.85, 0.7, 0.5)
"""Similarities that near-duplicates are edited towards."""
NEAR = "near-"
"""How their groups are called."""
THRESHOLD = 0.8
"""Similarity from which one of a pair goes, as in recipes/quickstart.yaml."""
MIN_COMPARED_WORDS = 350
"""Near-duplicates are long enough that single edits move the similarity by little."""

MAX_LEAKS_PER_ITEM = 8
"""GPT-3's rule ignores what more than 10 documents contain (arXiv:2005.14165, Appendix C)."""
_LEAKED_ITEMS = tuple(item for item in quiz_items() if len(str(item["question"]).split()) >= GPT3_NGRAM)[:20]
"""The others stay clean."""
MAX_LEAKS = MAX_LEAKS_PER_ITEM * len(_LEAKED_ITEMS)

_TEXT_LAYOUTS = frozenset({"semantic", "press", "portal", "plain"})
"""Layouts whose main text comes out without the heading (`boxes` has it): copies between them extract equally."""


_MARKS = re.compile("[„”“’«»—–\"']")


@dataclass(frozen=True, slots=True)
class Entry:
    """One response to be archived, and what is true of it."""

    response: Response
    kind: str
    language: str
    template: str
    group: str | None = None
    expected: Expected | None = None
    stage: str | None = None
    reason: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
    text: str | None = None
    """The main text, for archives that hold text."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of each; `clean` fills up to the number of pages asked for."""

    exact_groups: int
    shared_with_encyclopedia: int
    near_duplicates: int
    crude_spam: int
    fluent_spam: int
    leaks: int
    charsets: int
    other_language: int
    no_document: int
    books: int

    @staticmethod
    def of(pages: int) -> "Counts":
        return Counts(
            exact_groups=max(4, pages // 60),
            shared_with_encyclopedia=max(2, pages // 300),
            near_duplicates=max(16, pages // 30),
            crude_spam=max(len(CRUDE_FORMS), pages // 30),
            fluent_spam=max(6, pages // 16),
            leaks=min(max(2 * len(LEAK_FORMS), pages // 40), MAX_LEAKS),
            charsets=max(12, pages // 60),
            other_language=max(3, pages // 100),
            no_document=max(6, pages // 60),
            books=max(1, pages // 1500),
        )


def crawl_date(key: str) -> str:
    """When the crawler fetched it: some second of the first two weeks of October 2026."""
    dice = Dice(0, "crawl date", key)
    return f"2026-10-{dice.between(1, 14):02}T{dice.below(24):02}:{dice.below(60):02}:{dice.below(60):02}Z"


def site_of(page: Page, seed: int, place: int, text_only: bool = False) -> Site:
    """The `place`-th of a page's possible sites, counted from one of its own; `text_only`: see _TEXT_LAYOUTS."""
    sites = sites_for(page.language, page.kind, seed)
    if text_only:
        sites = tuple(site for site in sites if site.layout in _TEXT_LAYOUTS)
    return sites[(Dice(seed, "site", page.key).below(len(sites)) + place) % len(sites)]


def entry_of(page: Page, site: Site, seed: int, kind: str, **truth: Any) -> Entry:
    """A well-behaved response: UTF-8, and saying so."""
    url = url_of(page, site)
    response = Response(url, crawl_date(url), render(page, site, seed).encode(), server=site.server)
    return Entry(response, kind, page.language, page.kind, text=page.text(), **truth)


def clean_entries(seed: int, count: int) -> Iterator[Entry]:
    """Pages as the web has them."""
    for number in range(count):
        key = f"clean-{number}"
        dice = Dice(seed, "clean", key)
        language = dice.weighted(LANGUAGE_SHARES)
        kind = dice.weighted(_ENGLISH_KINDS if language == "en" else _OTHER_KINDS)
        shape = LANGUAGES[language].lengths
        words = dice.log_normal(
            shape.median, shape.sigma, shape.low, min(shape.high, _MOST_WORDS.get(kind, shape.high))
        )
        page = prose_page(seed, key, language, kind, words)
        expected = "keep" if kind in SURE_KINDS else None
        yield entry_of(page, site_of(page, seed, 0), seed, "page", expected=expected)


def book_entries(seed: int, count: int) -> Iterator[Entry]:
    """Very long pages; the first one holds a benchmark question."""
    for number in range(count):
        page = book_page(seed, f"book-{number}", 20_000)
        if number > 0:
            yield entry_of(page, site_of(page, seed, 0), seed, "page", expected="keep")
            continue
        item = quiz_items()[0]
        page = leaked(page, seed, "book-leak", item, "verbatim")
        detail = {"example": item["id"], "form": "in a book"}
        site = site_of(page, seed, 0)
        yield entry_of(page, site, seed, "leak", expected="cut", stage="contamination", detail=detail)


def exact_entries(seed: int, count: int) -> Iterator[Entry]:
    """Groups of pages with the same main text: on other sites, with other punctuation, or fetched again later.

    One group is a story that a dozen sites carry.
    """
    for number in range(count):
        key = f"exact-{number}"
        dice = Dice(seed, "exact", key)
        language = dice.weighted(LANGUAGE_SHARES)
        page = prose_page(seed, key, language, "article", dice.log_normal(400, 0.5, 220, 2000))
        copies = 11 if number == 0 else dice.between(1, 3)
        original = entry_of(page, site_of(page, seed, 0, text_only=True), seed, "page", group=key)
        yield replace(original, detail=_copy_detail("original", page))
        for copy in range(1, copies + 1):
            form = "syndicated" if number == 0 else dice.weighted(_COPY_FORMS)
            if form == "recrawled":
                date = original.response.date.replace("2026-10", _LATER_MONTHS[copy - 1])
                response = replace(original.response, date=date)
                detail = _copy_detail(form, page)
                yield replace(original, response=response, kind="exact_duplicate", stage="exact_dedup", detail=detail)
                continue
            # One text, another look: the copy's own key gives it other menus, adverts and addresses.
            copy_key = f"{key}-copy-{copy}"
            shown = restyled(page, copy_key) if form == "restyled" else replace(page, key=copy_key)
            detail = _copy_detail(form, shown)
            site = site_of(page, seed, copy, text_only=True)
            yield entry_of(shown, site, seed, "exact_duplicate", group=key, stage="exact_dedup", detail=detail)


_LATER_MONTHS = ("2026-11", "2026-12", "2027-01")
_COPY_FORMS = (("syndicated", 0.45), ("recrawled", 0.3), ("restyled", 0.25))


def _copy_detail(form: str, page: Page) -> dict[str, Any]:
    # Of equal or similar texts the longest stays, so the length is part of the truth.
    return {"form": form, "text_bytes": len(page.text().encode())}


def near_entries(seed: int, count: int) -> Iterator[Entry]:
    """Edited copies at known similarities, one an original; and one original with six close copies of it."""
    for number in range(count):
        clustered = number < 6
        group = f"{NEAR}cluster" if clustered else f"{NEAR}{number}"
        band = 0.95 if clustered else BANDS[number % len(BANDS)]
        dice = Dice(seed, "near", group)
        language = "en" if clustered or dice.chance(0.75) else dice.pick(("de", "ru", "fr"))
        page = prose_page(seed, group, language, "article", dice.between(MIN_COMPARED_WORDS, 900))
        if number == 0 or not clustered:
            original = entry_of(
                page, site_of(page, seed, 0, text_only=True), seed, "page", expected="keep", group=group
            )
            yield replace(original, detail=_copy_detail("original", page))
        copy = edited(page, seed, f"{group}-{number}", band)
        site = site_of(page, seed, 1 + number, text_only=True)
        detail = {
            **_copy_detail("edited", copy),
            "band": band,
            "jaccard": round(jaccard(page.text(), copy.text()), 6),
            "original": url_of(page, site_of(page, seed, 0, text_only=True)),
        }
        yield entry_of(copy, site, seed, "near_duplicate", expected="keep", group=group, stage="minhash", detail=detail)


def spam_entries(seed: int, crude: int, fluent: int) -> Iterator[Entry]:
    """English pages that a rule should drop, and pages that only the quality classifier can."""
    for name, forms, count in (("spam", CRUDE_FORMS, crude), ("fluent-spam", FLUENT_FORMS, fluent)):
        for number in range(count):
            yield _spam_entry(seed, f"{name}-{number}", forms[number % len(forms)])


def _spam_entry(seed: int, key: str, form: str) -> Entry:
    grammars = LANGUAGES["en"].grammars
    dice = Dice(seed, "spam", key)
    writer = Writer(grammars[dice.pick(tuple(grammars))], dice)
    page = spam_page(prose_page(seed, key, "en", "article", 120), writer, form)
    entry = entry_of(page, site_of(page, seed, 0, text_only=True), seed, "spam", expected="drop")
    return replace(entry, template=form, stage=SPAM_FORMS[form].stage, reason=SPAM_FORMS[form].reason)


def leak_entries(seed: int, count: int) -> Iterator[Entry]:
    """Articles with a benchmark question between their paragraphs."""
    for number in range(count):
        form = LEAK_FORMS[number % len(LEAK_FORMS)]
        item = _LEAKED_ITEMS[(7 * number + 1) % len(_LEAKED_ITEMS)]
        dice = Dice(seed, "leak page", str(number))
        page = prose_page(seed, f"leak-{number}", "en", "article", dice.between(250, 900))
        page = leaked(page, seed, page.key, item, form)
        detail = {"example": item["id"], "form": form}
        yield entry_of(page, site_of(page, seed, 0), seed, "leak", expected="cut", stage="contamination", detail=detail)


def charset_entries(seed: int, count: int) -> Iterator[Entry]:
    """Pages in legacy charsets that say nothing of it, or something wrong."""
    for number in range(count):
        charset = CHARSETS[number % len(CHARSETS)]
        forms = lies_for(charset)
        form = forms[number // len(CHARSETS) % len(forms)]
        header, meta = (charset.label if said == "true" else said for said in LIES[form])
        page = prose_page(seed, f"charset-{number}", charset.language, "article", 300)
        site = site_of(page, seed, 0)
        url = url_of(page, site)
        body = encoded(render(page, site, seed, meta), charset)
        content_type = f"text/html; charset={header}" if header else "text/html"
        response = Response(url, crawl_date(url), body, content_type=content_type, server=site.server)
        detail = {"charset": charset.label, "form": form, "snippet": _snippet(page)}
        yield Entry(
            response, "wrong_charset", page.language, page.kind, expected="keep", stage="extract", detail=detail,
            text=page.text(),
        )  # fmt: skip


def _snippet(page: Page) -> str:
    """A piece of the first paragraph without the marks that some charsets lack, with letters beyond ASCII."""
    pieces = [piece.strip() for piece in _MARKS.split(page.blocks[0].lines[0]) if not piece.isascii()]
    piece = max(pieces, key=len)
    first = next(place for place, letter in enumerate(piece) if not letter.isascii())
    return piece[max(0, first - 20) : first + 40].strip()


def other_language_entries(seed: int, count: int) -> Iterator[Entry]:
    """Pages in a language that the quickstart does not keep."""
    for number in range(count):
        language = OTHER_LANGUAGES[number % len(OTHER_LANGUAGES)]
        page = prose_page(seed, f"other-{number}", language, "article", 250)
        entry = entry_of(page, site_of(page, seed, 0), seed, "other_language", expected="drop")
        yield replace(entry, stage="language", reason="language_not_kept")


_NO_DOCUMENTS = (
    (
        "404",
        "404 Not Found",
        "text/html; charset=utf-8",
        b"<html><body><h1>Not found</h1></body></html>",
        "http_status",
    ),
    ("301", "301 Moved Permanently", "text/html", b"", "http_status"),
    (
        "503",
        "503 Service Unavailable",
        "text/html",
        b"<html><body>Please come back later.</body></html>",
        "http_status",
    ),
    ("pdf", "200 OK", "application/pdf", b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n", "content_type"),
    ("png", "200 OK", "image/png", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01", "content_type"),
    ("json", "200 OK", "application/json", b'{"items": [], "next": null}', "content_type"),
    ("empty", "200 OK", "text/html; charset=utf-8", b"", "empty_body"),
)


def no_document_entries(seed: int, count: int) -> Iterator[Entry]:
    """Responses that are no pages."""
    for number in range(count):
        form, status, content_type, body, reason = _NO_DOCUMENTS[number % len(_NO_DOCUMENTS)]
        site = sites_for("en", "article", seed)[number % 12]
        url = f"https://{site.host}/files/{form}-{number}"
        extra = (("Location", f"https://{site.host}/"),) if form == "301" else ()
        response = Response(url, crawl_date(url), body, content_type, status, site.server, extra=extra)
        yield Entry(response, "no_document", "", form, expected="drop", stage="read", reason=reason)
