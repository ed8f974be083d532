"""The crawl that the arms are made of, and the texts that the models are tested on.

Real pages: the shared data's extraction sets, and archives of Common Crawl and others. Two things that a crawl has and
these sets do not are planted, and told from one another by what they are named in the table:
- copies: one page in COPIED_SHARE, drawn by a hash of its address, is there COPIES times more, under addresses of its
  own and with a line of its own, as mirrors and templates are
- leaks: each of LEAKED benchmark items stands in LEAK_PAGES of the pages, as a paragraph of its own; as many items of
  the same benchmarks are planted nowhere
Held-out text comes from other corpora, of which no classifier sees anything.
"""

import gzip
import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path

import xxhash
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from pipeline.sources import READERS, WHOLE_FILE, InputFile, Record

COPIED_SHARE, COPIES = 10, 10
LEAKED, LEAK_PAGES = 60, 4
BENCHMARKS = ("arc_easy", "boolq", "hellaswag_val")
HELD_OUT = {"wikitext": "wikitext2-valid", "Brown": "brown", "OpenStax": "openstax-astronomy"}
POSITIVES = ("nltk-abc", "nltk-state_union", "wikipedia-plain-demo")
HELD_OUT_BYTES = 60_000
PAGES = (
    "extraction/*.warc.gz",
    "warc/common-crawl-*.warc.gz",
    "warc/ia*.warc.gz",
    "warc/bitch*.warc.gz",
    "warc/dolma*.gz",
)
FILES = 8


def draw(*parts: str) -> int:
    """A number that depends on the parts alone."""
    return xxhash.xxh3_64_intdigest("\0".join(parts).encode())


def rows(path: Path) -> Iterator[dict]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def pages(data: Path) -> list[tuple[str, str | None, bytes]]:
    """(address, charset of the HTTP header, body) of the pages, in order of their files."""
    found = []
    reader = READERS["warc"]
    for path in sorted(path for pattern in PAGES for path in data.glob(pattern)):
        file = InputFile("pages", str(path), path.name, path.stat().st_size, "")
        for record in reader.read(file, WHOLE_FILE, reader.options()):
            if isinstance(record, Record) and record.content:
                found.append((record.url or "about:blank", record.charset, record.content))
    return found


def item_text(row: dict) -> str:
    """What a model would see of a benchmark item."""
    parts = [str(row[name]) for name in ("query", "question", "context", "ctx", "goal") if name in row]
    choices = row.get("choices") or row.get("endings") or []
    gold = row.get("gold", row.get("label"))
    if isinstance(choices, list) and isinstance(gold, int) and gold < len(choices):
        parts.append(str(choices[gold]))
    return " ".join(" ".join(parts).split())


def items(data: Path) -> tuple[list[tuple[str, dict]], list[tuple[str, dict]]]:
    """((benchmark, row) of the items that are planted, and of as many that are not), of 30 words and more."""
    planted, others = [], []
    for name in BENCHMARKS:
        usable = [row for row in rows(data / f"benchmarks/{name}.jsonl.gz") if 30 <= len(item_text(row).split()) <= 200]
        usable.sort(key=lambda row: draw("item", item_text(row)))
        half = LEAKED // len(BENCHMARKS)
        planted += [(name, row) for row in usable[:half]]
        others += [(name, row) for row in usable[half : 2 * half]]
    return planted, others


def write_crawl(data: Path, folder: Path, share: int) -> None:
    """Write crawl/, benchmarks/ and held-out texts below `folder`; `share`: one page in so many."""
    (folder / "benchmarks").mkdir(parents=True)
    planted, others = items(data)
    for name in BENCHMARKS:
        lines = [json.dumps(row) + "\n" for benchmark, row in [*planted, *others] if benchmark == name]
        (folder / "benchmarks" / f"{name}.jsonl").write_text("".join(lines))
    real = [page for page in pages(data) if draw("share", page[0]) % share == 0]
    leaks: dict[int, list[str]] = {}
    for _, row in planted:
        text = item_text(row)
        for time in range(LEAK_PAGES):
            leaks.setdefault(draw("leak", text, str(time)) % len(real), []).append(text)
    writers = [WARCWriter((folder / f"part-{number}.warc.gz").open("wb"), gzip=True) for number in range(FILES)]
    for number, (url, charset, body) in enumerate(real):
        body = _with(body, leaks.get(number, []))
        versions = [(url, body)]
        if draw("copied", url) % COPIED_SHARE == 0:
            for copy in range(COPIES):
                host = hashlib.sha256(f"{url} {copy}".encode()).hexdigest()[:12]
                versions.append((f"http://{host}.test/{number}", _with(body, [f"This is mirror number {copy + 1}."])))
        for address, content in versions:
            writer = writers[draw("file", address) % FILES]
            _write(writer, address, charset, content)
    for writer in writers:
        writer.out.close()
    _write_held_out(data, folder, planted, others)


def _with(body: bytes, paragraphs: list[str]) -> bytes:
    """The page with paragraphs in the middle of its own, before its end where it has none."""
    if not paragraphs:
        return body
    added = "".join(f"<p>{text}</p>" for text in paragraphs).encode("ascii", "xmlcharrefreplace")
    places = list(_ends(body))
    at = places[len(places) // 2] if places else len(body)
    return body[:at] + added + body[at:]


def _ends(body: bytes) -> Iterator[int]:
    at = body.find(b"</p>")
    while at >= 0:
        yield at + 4
        at = body.find(b"</p>", at + 4)


def _write(writer: WARCWriter, url: str, charset: str | None, body: bytes) -> None:
    kind = "text/html" + (f"; charset={charset}" if charset else "")
    headers = StatusAndHeaders("200 OK", [("Content-Type", kind)], "HTTP/1.1")
    writer.write_record(writer.create_warc_record(url, "response", payload=io.BytesIO(body), http_headers=headers))


def _write_held_out(data: Path, folder: Path, planted: list, others: list) -> None:
    texts = {}
    for name, file in HELD_OUT.items():
        found = sorted(
            (row["text"] for row in rows(data / f"reference/{file}.jsonl.gz")), key=lambda t: draw("held", t)
        )
        chosen, size = [], 0
        for text in found:
            if size < HELD_OUT_BYTES:
                chosen.append(text[: 4 * HELD_OUT_BYTES // 10])
                size += len(chosen[-1].encode())
        texts[name] = chosen
    texts["planted items"] = [item_text(row) for _, row in planted]
    texts["other items"] = [item_text(row) for _, row in others]
    (folder / "held_out.json").write_text(json.dumps(texts))
