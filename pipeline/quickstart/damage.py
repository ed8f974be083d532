"""Files that are damaged, and pages that are too much: what a reader or an extractor has to survive and to report."""

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.quickstart.archives import Response, WarcFile, gzip_member, http_message, warc_record
from pipeline.quickstart.pages import prose_page
from pipeline.quickstart.plants import crawl_date, site_of
from pipeline.quickstart.sites import render, url_of
from pipeline.quickstart.truth import Expected

DEEP_LEVELS = 2_500
"""Above the default limit of 2,000 nested elements."""
MANY_CELLS = 210_000
"""Above the default limit of 200,000 elements."""
OVERSIZED_BYTES = 10_200_000
"""Above the default limit of 10,000,000 bytes."""

_DATE = "2026-10-15T00:00:00Z"


@dataclass(frozen=True, slots=True)
class Planted:
    """A row of the truth for one record of a damaged file."""

    template: str
    url: str | None
    ordinal: int
    expected: Expected | None
    reason: str | None
    stage: str = "read"


@dataclass(frozen=True, slots=True)
class DamagedFile:
    """A file of the crawl with its own truth."""

    name: str
    content: bytes
    rows: tuple[Planted, ...]


def damaged_files(seed: int) -> Iterator[DamagedFile]:
    """All damaged files, the same for every number of pages."""
    yield _truncated(seed)
    yield _wrong_lengths(seed)
    yield _garbage(seed, compress=True)
    yield _garbage(seed, compress=False)
    yield DamagedFile("damaged-empty.warc.gz", b"", (Planted("empty_file", None, 0, "quarantine", "empty_file"),))
    page = _response(seed, "not-a-warc").body
    yield DamagedFile("damaged-html.warc", page, (Planted("not_a_warc", None, 0, "quarantine", "not_a_warc"),))
    picture = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8
    yield DamagedFile("damaged-picture.warc.gz", picture, (Planted("not_a_warc", None, 0, "quarantine", "not_a_warc"),))
    yield _encodings(seed)
    yield _too_much(seed)


def _response(seed: int, key: str) -> Response:
    page = prose_page(seed, f"damage-{key}", "en", "article", 260)
    site = site_of(page, seed, 0)
    url = url_of(page, site)
    return Response(url, crawl_date(url), render(page, site, seed).encode(), server=site.server)


def _good(warc: WarcFile, response: Response) -> Planted:
    return Planted("good_neighbour", response.url, warc.add(response), "keep", None)


def _truncated(seed: int) -> DamagedFile:
    """The upload stopped in the middle of the last record."""
    warc = WarcFile("damaged-truncated.warc.gz", _DATE)
    rows = [_good(warc, _response(seed, f"truncated-{number}")) for number in range(3)]
    member = gzip_member(_record(_response(seed, "truncated-last")))
    ordinal = warc.add_raw(member[: len(member) * 2 // 3])
    rows.append(Planted("truncated_gzip", None, ordinal, "quarantine", "truncated_gzip"))
    return DamagedFile(warc.name, warc.content(), tuple(rows))


def _wrong_lengths(seed: int) -> DamagedFile:
    """Content-Length once beyond the record's end, once short of it, in a file without compression."""
    warc = WarcFile("damaged-lengths.warc", _DATE, compress=False)
    rows = [_good(warc, _response(seed, "lengths-0"))]
    for number, error in enumerate((700, -900)):
        response = _response(seed, f"lengths-wrong-{number}")
        ordinal = warc.add_raw(_record(response, error))
        form = "length_too_long" if error > 0 else "length_too_short"
        rows.append(Planted(form, response.url, ordinal, "quarantine", "bad_content_length"))
        rows.append(_good(warc, _response(seed, f"lengths-{number + 1}")))
    return DamagedFile(warc.name, warc.content(), tuple(rows))


def _garbage(seed: int, compress: bool) -> DamagedFile:
    """Bytes between two records that belong to neither."""
    name = "damaged-garbage.warc.gz" if compress else "damaged-garbage.warc"
    warc = WarcFile(name, _DATE, compress=compress)
    rows = [_good(warc, _response(seed, f"{name}-0"))]
    ordinal = warc.add_raw(b"disk error, please call the operator\n" * 30 if not compress else bytes(range(1, 200)) * 9)
    reason = "bad_gzip" if compress else "bad_record_header"
    rows.append(Planted("garbage", None, ordinal, "quarantine", reason))
    rows.append(_good(warc, _response(seed, f"{name}-1")))
    return DamagedFile(name, warc.content(), tuple(rows))


def _encodings(seed: int) -> DamagedFile:
    """Bodies whose HTTP header says chunked or gzip, and is wrong: readable all the same."""
    warc = WarcFile("damaged-encodings.warc.gz", _DATE)
    rows = []
    for form, field in (
        ("chunked_but_is_not", ("Transfer-Encoding", "chunked")),
        ("gzip_but_is_not", ("Content-Encoding", "gzip")),
    ):
        response = _response(seed, form)
        response = Response(
            response.url, response.date, response.body, response.content_type, server=response.server, extra=(field,)
        )
        rows.append(Planted(form, response.url, warc.add(response), "keep", None))
    cut = _response(seed, "chunk-cut-short")
    block = http_message(Response(cut.url, cut.date, cut.body, server=cut.server, encoding="chunked"))
    record = warc_record(
        "response", "<urn:uuid:00000000-0000-4000-8000-000000000001>", cut.date, block[: len(block) - 400],
        (("WARC-Target-URI", cut.url), ("Content-Type", "application/http; msgtype=response")),
    )  # fmt: skip
    rows.append(Planted("chunk_cut_short", cut.url, warc.add_raw(gzip_member(record)), "keep", None))
    return DamagedFile(warc.name, warc.content(), tuple(rows))


def _too_much(seed: int) -> DamagedFile:
    """Pages beyond each of the limits, and one without anything in it. What becomes of elements that are too many or
    too deep depends on the method: the learned extractor does them.
    """
    warc = WarcFile("damaged-pages.warc.gz", _DATE)
    good = _response(seed, "limits")
    text = good.body.decode()
    deep = text.replace("<body", "<body data-deep", 1).replace(
        "</body>", "<div>" * DEEP_LEVELS + "<p>The bottom.</p>" + "</div>" * DEEP_LEVELS + "</body>"
    )
    many = text.replace("</body>", "<table><tr>" + "<td>1</td>" * MANY_CELLS + "</tr></table></body>")
    big = text.replace("</body>", f"<!-- {'0123456789abcdef' * (OVERSIZED_BYTES // 16)} --></body>")
    blank = "<html><head><title></title></head><body></body></html>"
    host = good.url.split("/")[2]
    rows = []
    forms: tuple[tuple[str, str, Expected | None, str | None], ...] = (
        ("too_deep", deep, None, None),
        ("too_many_nodes", many, None, None),
        ("too_many_bytes", big, "quarantine", "too_many_bytes"),
        ("blank_page", blank, "drop", "no_main_text"),
    )
    for form, html, expected, reason in forms:
        url = f"https://{host}/limits/{form}"
        ordinal = warc.add(Response(url, _DATE, html.encode(), server=good.server))
        rows.append(Planted(form, url, ordinal, expected, reason, stage="extract"))
    return DamagedFile(warc.name, warc.content(), tuple(rows))


def _record(response: Response, length_error: int = 0) -> bytes:
    block = http_message(response)
    fields = (("WARC-Target-URI", response.url), ("Content-Type", "application/http; msgtype=response"))
    record_id = "<urn:uuid:00000000-0000-4000-8000-000000000000>"
    return warc_record("response", record_id, response.date, block, fields, len(block) + length_error)
