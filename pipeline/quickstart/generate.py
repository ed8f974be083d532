"""`generate`: a small crawl with known contents, the same bytes for the same arguments."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import xxhash

from pipeline.ids import document_id
from pipeline.quickstart.archives import ArcFile, WarcFile
from pipeline.quickstart.damage import damaged_files
from pipeline.quickstart.pages import Page
from pipeline.quickstart.plants import (
    NEAR,
    THRESHOLD,
    Counts,
    Entry,
    book_entries,
    charset_entries,
    clean_entries,
    entry_of,
    exact_entries,
    leak_entries,
    near_entries,
    no_document_entries,
    other_language_entries,
    site_of,
    spam_entries,
)
from pipeline.quickstart.reference import ENCYCLOPEDIA, QUIZ, ReferenceSizes, encyclopedia_pages, write_reference
from pipeline.quickstart.truth import Truth, TruthRow, write_truth
from pipeline.quickstart.words import LANGUAGES

PATTERNS: dict[str, tuple[str, ...]] = {
    "web": ("crawl/*.warc*",),
    "arc": ("crawl/*.arc.gz",),
    "wet": ("crawl/*.wet.gz",),
    "encyclopedia": ("reference/encyclopedia.jsonl.gz",),
    "forum": ("reference/forum.parquet",),
    "manuals": ("reference/manuals.jsonl.zst",),
}
"""Source of recipes/quickstart.yaml -> its files in a generated folder."""

PREFER = ("encyclopedia", "manuals", "forum", "web", "arc", "wet")
"""Whose copy of a duplicate stays, first first; as in recipes/quickstart.yaml."""

MIN_PAGES = 50
MIN_CLEAN_PAGES = 60
"""However few pages are asked for, the planted ones stand among ordinary ones."""
_DATE = "2026-10-01T00:00:00Z"
_ENCODINGS = ("", "gzip", "chunked", "gzip, chunked")


def inputs(folder: Path) -> dict[str, tuple[str, ...]]:
    """Source -> absolute patterns, to be given as `--input SOURCE=PATTERN`."""
    root = folder.resolve()
    return {source: tuple(str(root / pattern) for pattern in patterns) for source, patterns in PATTERNS.items()}


def settings(folder: Path) -> tuple[str, ...]:
    """What else of the recipe names files of the folder, to be given as `--set`."""
    return (f"contamination.benchmarks={json.dumps([str(folder.resolve() / QUIZ)])}",)


def generate(folder: Path, pages: int = 3000, seed: int = 7) -> Truth:
    """Write a crawl of `pages` pages, its further sources and a benchmark into `folder`, and truth.jsonl beside them.

    One of everything planted and MIN_CLEAN_PAGES make some 160 pages, also where fewer are asked for; damaged files,
    other responses and the further sources come on top. All text is made up from the rules in
    `pipeline.quickstart.words`. Raises ValueError below 50 pages.
    """
    if pages < MIN_PAGES:
        raise ValueError(f"pages is {pages}; give at least {MIN_PAGES}")
    counts, sizes = Counts.of(pages), ReferenceSizes.of(pages)
    encyclopedia = encyclopedia_pages(seed, sizes.encyclopedia)
    shared = encyclopedia[: counts.shared_with_encyclopedia]
    entries = [
        *exact_entries(seed, counts.exact_groups),
        *_shared_entries(seed, shared),
        *near_entries(seed, counts.near_duplicates),
        *spam_entries(seed, counts.crude_spam, counts.fluent_spam),
        *leak_entries(seed, counts.leaks),
        *charset_entries(seed, counts.charsets),
        *other_language_entries(seed, counts.other_language),
        *book_entries(seed, counts.books),
    ]
    clean = list(clean_entries(seed, max(MIN_CLEAN_PAGES, pages - len(entries))))
    small = max(4, len(clean) // 25)  # ARC, WET and the plain WARC hold a few clean pages each
    arc, wet, plain, clean = clean[:small], clean[small : 2 * small], clean[2 * small : 3 * small], clean[3 * small :]
    web = _shuffled(seed, [*entries, *clean, *no_document_entries(seed, counts.no_document)])

    crawl = folder / "crawl"
    crawl.mkdir(parents=True, exist_ok=True)
    placed = [
        *_write_warcs(crawl, web, files=max(2, pages // 600)),
        _write_plain(crawl, plain),
        _write_arc(crawl, [*arc, *_copies_for_arc(entries)]),
        _write_wet(crawl, wet),
    ]
    records = {f"crawl/{file.name}": file.records for file in placed}
    records |= write_reference(folder, seed, sizes, encyclopedia)
    rows = [*chain.from_iterable(file.rows for file in placed), *_reference_rows(shared), *_write_damaged(crawl, seed)]
    truth = Truth(folder, tuple(_with_survivors(rows)), records)
    write_truth(truth)
    return truth


def _shared_entries(seed: int, pages: list[Page]) -> Iterator[Entry]:
    """Web copies of encyclopedia entries."""
    for page in pages:
        site = site_of(page, seed, 0, text_only=True)
        detail = {"form": "copy of a reference work", "text_bytes": len(page.text().encode())}
        yield entry_of(page, site, seed, "exact_duplicate", group=page.key, stage="exact_dedup", detail=detail)


def _copies_for_arc(entries: list[Entry]) -> list[Entry]:
    """Two originals of the crawl once more, in the ARC file, whose source comes after the web."""
    originals = [entry for entry in entries if entry.kind == "page" and (entry.group or "").startswith("exact-")]
    return [
        replace(
            entry, kind="exact_duplicate", stage="exact_dedup", detail={**entry.detail, "form": "in another archive"}
        )
        for entry in originals[:2]
    ]


def _shuffled(seed: int, entries: list[Entry]) -> list[Entry]:
    def rank(entry: Entry) -> int:
        return xxhash.xxh3_64_intdigest(f"{seed}\x00order\x00{entry.response.url}\x00{entry.response.date}".encode())

    return sorted(entries, key=lambda entry: (rank(entry), entry.kind, str(sorted(entry.detail.items()))))


@dataclass(frozen=True, slots=True)
class _Placed:
    name: str
    records: int
    rows: tuple[TruthRow, ...]


def _row(entry: Entry, source: str, name: str, ordinal: int) -> TruthRow:
    return TruthRow(
        source=source,
        file=f"crawl/{name}",
        ordinal=ordinal,
        url=entry.response.url,
        kind=entry.kind,
        language=entry.language,
        template=entry.template,
        group=entry.group,
        expected=entry.expected,
        stage=entry.stage,
        reason=entry.reason,
        detail=entry.detail,
    )


def _write_warcs(crawl: Path, entries: list[Entry], files: int) -> Iterator[_Placed]:
    """Gzipped WARC files; every second one with requests and metadata, as Common Crawl has them."""
    per_file = -(-len(entries) // files)
    for number in range(files):
        warc = WarcFile(f"crawl-{number:05d}.warc.gz", _DATE, triples=number % 2 == 0)
        part = entries[number * per_file : (number + 1) * per_file]
        rows = tuple(_row(entry, "web", warc.name, warc.add(entry.response)) for entry in part)
        (crawl / warc.name).write_bytes(warc.content())
        yield _Placed(warc.name, warc.records, rows)


def _write_plain(crawl: Path, entries: list[Entry]) -> _Placed:
    """A WARC file without compression, whose responses use HTTP's own encodings."""
    warc = WarcFile("crawl-plain.warc", _DATE, compress=False)
    rows = []
    for number, entry in enumerate(entries):
        encoding = _ENCODINGS[number % len(_ENCODINGS)]
        ordinal = warc.add(replace(entry.response, encoding=encoding))
        rows.append(_row(replace(entry, detail={"encoding": encoding}), "web", warc.name, ordinal))
    (crawl / warc.name).write_bytes(warc.content())
    return _Placed(warc.name, warc.records, tuple(rows))


def _write_arc(crawl: Path, entries: list[Entry]) -> _Placed:
    arc = ArcFile("crawl-old.arc.gz", _DATE)
    rows = tuple(_row(entry, "arc", arc.name, arc.add(entry.response)) for entry in entries)
    (crawl / arc.name).write_bytes(arc.content())
    return _Placed(arc.name, arc.records, rows)


def _write_wet(crawl: Path, entries: list[Entry]) -> _Placed:
    """Text as Common Crawl extracts it: everything on the page, menus included."""
    wet = WarcFile("crawl-text.wet.gz", _DATE)
    rows = []
    for entry in entries:
        interface = LANGUAGES[entry.language].interface
        lines = [
            interface.home,
            *interface.sections,
            entry.text or "",
            interface.related,
            *interface.legal,
            interface.rights,
        ]
        ordinal = wet.add_text(entry.response.url, entry.response.date, "\n".join(lines), entry.language)
        rows.append(_row(replace(entry, expected=None), "wet", wet.name, ordinal))
    (crawl / wet.name).write_bytes(wet.content())
    return _Placed(wet.name, wet.records, tuple(rows))


def _write_damaged(crawl: Path, seed: int) -> Iterator[TruthRow]:
    for file in damaged_files(seed):
        (crawl / file.name).write_bytes(file.content)
        for planted in file.rows:
            kind = "page" if planted.template == "good_neighbour" else "broken"
            yield TruthRow(
                source="web",
                file=f"crawl/{file.name}",
                ordinal=planted.ordinal,
                url=planted.url,
                kind=kind,
                language="en" if planted.expected == "keep" else "",
                template=planted.template,
                group=None,
                expected=planted.expected,
                stage=planted.stage if planted.expected != "keep" else None,
                reason=planted.reason,
            )


def _reference_rows(shared: list[Page]) -> Iterator[TruthRow]:
    for ordinal, page in enumerate(shared):
        url = f"https://encyclopedia.example/wiki/{page.key}"
        yield TruthRow(
            "encyclopedia", ENCYCLOPEDIA, ordinal, url, "page", page.language, "entry", page.key, "keep", None, None,
            {"form": "original", "text_bytes": len(page.text().encode())},
        )  # fmt: skip


def _with_survivors(rows: list[TruthRow]) -> Iterator[TruthRow]:
    """Fill in which of each group of equal or similar texts stays: by source, then the longest, then by id."""
    apart = {row.group for row in rows if row.kind == "near_duplicate" and row.detail["jaccard"] < THRESHOLD}
    best: dict[str, tuple[int, int, bytes]] = {}
    for row in rows:
        if row.group is not None:
            best[row.group] = min(best.get(row.group, _rank(row)), _rank(row))
    for row in rows:
        if row.group is None:
            yield row
        elif row.group in apart or _rank(row) == best[row.group]:
            yield replace(row, expected="keep", stage=None, reason=None)
        elif row.group.startswith(NEAR):
            yield replace(row, expected="drop", stage="minhash", reason="near_duplicate")
        else:
            yield replace(row, expected="drop", stage="exact_dedup", reason="exact_duplicate")


def _rank(row: TruthRow) -> tuple[int, int, bytes]:
    identity = document_id(row.source, row.file.rpartition("/")[2], row.ordinal)
    return PREFER.index(row.source), -row.detail["text_bytes"], identity
