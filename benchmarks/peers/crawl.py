"""A crawl for runs from WARC files to tokens: the pages of the extraction gold sets, repeated as often as asked.

Copy 0 holds the pages byte for byte, with their record ids, so that gold can be joined. In every other copy half of the
words of four letters and more (of the characters, in Chinese, Japanese and Korean) change places within the page's
text: language, word lengths and mark-up stay, word 5-grams do not, so that no copy is a near-duplicate of another.
Records carry WARC-Identified-Payload-Type, as Common Crawl's do: without it datatrove asks libmagic, which calls a
tenth of real pages something else than HTML.
"""

import gzip
import hashlib
import io
import random
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fastwarc.warc import ArchiveIterator, WarcRecordType
from texts import WORK, shared_data

from pipeline.extract.charset import decode

SHUFFLED = 1 / 2
FILES_A_COPY = 8  # datatrove's tasks are files: small ones keep both workers busy to the end
COMPRESSION = 6

_CJK = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_TEXT = re.compile(
    rf"<script\b.*?</script\s*>|<style\b.*?</style\s*>|<!--.*?-->|<[^>]*>|&#?\w{{1,32}};?|([{_CJK}])|([^\W\d_{_CJK}]{{4,}})",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True)
class PageRecord:
    """One response of the gold sets: `head` is the HTTP header with its blank line."""

    record_id: str
    url: str
    date: str
    head: bytes
    body: bytes


def page_records() -> Iterator[PageRecord]:
    """The pages of all gold sets, in the order of their files."""
    data = shared_data()
    if data is None:
        raise SystemExit("real pages are needed here: set WINNOW_SHARED to the folder of shared data")
    for file in sorted(data.glob("extraction/*.warc.gz")):
        with file.open("rb") as stream:
            for record in ArchiveIterator(stream, record_types=WarcRecordType.response, parse_http=False):
                fields = {name.lower(): value for name, value in record.headers.items()}
                head, blank, body = record.reader.read().partition(b"\r\n\r\n")
                yield PageRecord(
                    fields["warc-record-id"], fields["warc-target-uri"], fields["warc-date"], head + blank, body
                )


def make_crawl(count: int) -> list[Path]:
    """The crawl's first `count` files of about 400 pages, made where missing (5 s each), in build/peers/crawl/."""
    folder = WORK / "crawl"
    folder.mkdir(parents=True, exist_ok=True)
    pages: list[PageRecord] = []
    files = []
    for number in range(count):
        copy, part = divmod(number, FILES_A_COPY)
        files.append(folder / f"copy{copy:02d}-{part}.warc.gz")
        if not files[-1].exists():
            pages = pages or list(page_records())
            unfinished = files[-1].with_suffix(".part")
            with unfinished.open("wb") as out:
                out.writelines(_record(page, copy) for page in pages if _part_of(page) == part)
            unfinished.rename(files[-1])
    return files


def changed_text(html: str, dice: random.Random) -> str:
    """The page with half of its longer words in one another's places; see above."""
    found = [match for match in _TEXT.finditer(html) if match.lastindex]
    moved = {kind: [m for m in found if m.lastindex == kind and dice.random() < SHUFFLED] for kind in (1, 2)}
    new: dict[int, str] = {}
    for matches in moved.values():
        words = [match[0] for match in matches]
        dice.shuffle(words)
        new.update((match.start(), word) for match, word in zip(matches, words))
    out, at = io.StringIO(), 0
    for match in found:
        if (word := new.get(match.start())) is not None:
            out.write(html[at : match.start()])
            out.write(word)
            at = match.end()
    out.write(html[at:])
    return out.getvalue()


def _part_of(page: PageRecord) -> int:
    return int(hashlib.sha256(page.record_id.encode()).hexdigest(), 16) % FILES_A_COPY


def _record(page: PageRecord, copy: int) -> bytes:
    record_id, url, body = page.record_id, page.url, page.body
    if copy:
        record_id = f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{page.record_id} {copy}')}>"
        url += f"{'&' if '?' in url else '?'}copy={copy}"
        decoded = decode(page.body, None)
        dice = random.Random(f"{copy} {page.record_id}")
        body = changed_text(decoded.text, dice).encode(decoded.charset, "xmlcharrefreplace")
    head = re.sub(rb"(?i)(Content-Length:) *\d+", rb"\1 %d" % len(body), page.head)
    fields = (
        "WARC/1.0\r\nWARC-Type: response\r\n"
        f"WARC-Record-ID: {record_id}\r\nWARC-Date: {page.date}\r\nWARC-Target-URI: {url}\r\n"
        "WARC-Identified-Payload-Type: text/html\r\nContent-Type: application/http; msgtype=response\r\n"
        f"Content-Length: {len(head) + len(body)}\r\n\r\n"
    )
    return gzip.compress(fields.encode() + head + body + b"\r\n\r\n", COMPRESSION, mtime=0)
