"""English documents for the comparisons: main texts of real pages, published web text, and 3 kB pieces of both.

Extracting the pages takes minutes, so their texts are kept in build/peers/ beside the checkout's other builds; remove
that folder to extract anew.
"""

import gzip
import json
import multiprocessing
import os
import random
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from pipeline.extract import ExtractOptions, Page
from pipeline.extract.extractors import EXTRACTORS
from pipeline.extract.gate import load_gate
from pipeline.extract.work import extract_page
from pipeline.quickstart.pages import prose_page
from pipeline.sources import READERS, WHOLE_FILE, InputFile, Record
from pipeline.tag.language import DEFAULT_MODEL, tag_languages

WORK = Path(__file__).parents[2] / "build" / "peers"
MIN_ENGLISH_SCORE = 0.65  # FineWeb's limit for lid.176
PUBLISHED = ("c4-demo-300", "c4-sample", "common-crawl-wet-govuk", "dolma-cc-en-head")
PROSE = ("brown", "nltk-state_union", "openstax-astronomy", "wikipedia-plain-demo", "c4-sample", "c4-demo-300")


def shared_data() -> Path | None:
    """The folder of real data, None where it is absent."""
    folder = Path(os.environ.get("WINNOW_SHARED", Path(__file__).parents[3] / "shared")) / "data"
    return folder if folder.is_dir() else None


def rows(path: Path) -> Iterator[dict]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def english_texts() -> dict[str, list[str]]:
    """Distinct English texts by kind: main texts that trafilatura finds in real pages, and published web text."""
    data = shared_data()
    if data is None:
        raise SystemExit("real pages are needed here: set WINNOW_SHARED to the folder of shared data")
    published = [row["text"] for name in PUBLISHED for row in rows(data / "reference" / f"{name}.jsonl.gz")]
    found = {"extracted pages": _extracted_pages(data), "published web text": published}
    seen: set[str] = set()
    return {kind: [t for t in _english(texts) if not (t in seen or seen.add(t))] for kind, texts in found.items()}


def pieces(count: int, size: int = 3000, seed: int = 1) -> list[str]:
    """`count` documents of about `size` bytes: stretches of real English prose, else generated articles.

    A stretch begins at a random place of a random text, at a word, and goes on in the next text where one ends.
    """
    dice = random.Random(seed)
    data = shared_data()
    if data is None:
        sources = [prose_page(seed, f"piece{i}", "en", "article", 1500).text() for i in range(200)]
    else:
        found = [row["text"] for name in PROSE for row in rows(data / "reference" / f"{name}.jsonl.gz")]
        sources = [text for text in found if len(text) > 200]
    out = []
    for _ in range(count):
        which = dice.randrange(len(sources))
        text = sources[which]
        text = text[text.find(" ", dice.randrange(len(text) // 2)) + 1 :]
        while len(text) < size:
            which = (which + 1) % len(sources)
            text += "\n\n" + sources[which]
        cut = text.rfind(" ", 0, size)
        out.append(text[: cut if cut > 0 else size])
    return out


def _english(texts: list[str]) -> list[str]:
    languages, scores = tag_languages(pa.array(texts, pa.string()))
    keep = zip(texts, languages.to_pylist(), scores.to_pylist())
    return [text for text, language, score in keep if language == "en" and score >= MIN_ENGLISH_SCORE]


def _extracted_pages(data: Path) -> list[str]:
    kept = WORK / "extracted.jsonl.gz"
    if not kept.exists():
        WORK.mkdir(parents=True, exist_ok=True)
        files = sorted([*data.glob("extraction/*.warc*"), *data.glob("warc/*.warc*"), *data.glob("warc/*.arc*")])
        with multiprocessing.get_context("spawn").Pool() as pool:
            found = pool.map(_extract_file_part, [(file, part, 8) for file in files for part in range(8)], chunksize=1)
        unfinished = kept.with_suffix(".part")
        with gzip.open(unfinished, "wt", encoding="utf-8") as out:
            for texts in found:
                out.writelines(json.dumps({"text": text}) + "\n" for text in texts)
        unfinished.rename(kept)
    return [row["text"] for row in rows(kept)]


def _extract_file_part(what: tuple[Path, int, int]) -> list[str]:
    """The texts of every `parts`-th page of an archive file; pages in other languages are passed over."""
    file, part, parts = what
    gate = load_gate(("en",), DEFAULT_MODEL)
    reader = READERS["arc" if ".arc" in file.name else "warc"]
    texts = []
    input_file = InputFile("pages", str(file), file.name, file.stat().st_size, "")
    for record in reader.read(input_file, WHOLE_FILE, reader.options()):
        if isinstance(record, Record) and record.content and record.ordinal % parts == part:
            page = Page(record.content, record.charset, record.url)
            text = extract_page(page, ExtractOptions(), EXTRACTORS["trafilatura"], gate).text
            if text:
                texts.append(text)
    return texts
