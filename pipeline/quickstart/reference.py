"""The further sources: an encyclopedia (JSON lines), a forum (Parquet), manuals (JSON lines, zstd); the benchmark."""

import gzip
import io
from dataclasses import dataclass
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from pipeline.quickstart.dice import Dice
from pipeline.quickstart.grammar import Writer
from pipeline.quickstart.pages import Page, paragraphs, prose_page
from pipeline.quickstart.quiz import quiz_items
from pipeline.quickstart.words import LANGUAGE_SHARES, LANGUAGES

ENCYCLOPEDIA = "reference/encyclopedia.jsonl.gz"
FORUM = "reference/forum.parquet"
MANUALS = "reference/manuals.jsonl.zst"
QUIZ = "benchmarks/quiz.jsonl"

COOKERY_EVERY = 4
"""Every so many manuals one is a cookery book's."""


@dataclass(frozen=True, slots=True)
class ReferenceSizes:
    """How many documents each further source holds."""

    encyclopedia: int
    forum: int
    manuals: int

    @staticmethod
    def of(pages: int) -> "ReferenceSizes":
        return ReferenceSizes(max(150, pages // 10), max(125, pages // 12), max(60, pages // 25))


def encyclopedia_pages(seed: int, count: int) -> list[Page]:
    """Entries, a topic each: every other one on a thing, the rest on its history; in the languages of the crawl."""
    pages = []
    for number in range(count):
        key = f"entry-{number}"
        dice = Dice(seed, "encyclopedia", key)
        language = dice.weighted(LANGUAGE_SHARES)
        grammars = LANGUAGES[language].grammars
        writer = Writer(grammars[tuple(grammars)[number % len(grammars)]], dice)
        title = writer.phrase("item")
        words = dice.log_normal(420, 0.5, 200, min(2500, LANGUAGES[language].lengths.high))
        register = "lore" if dice.chance(0.5) else "prose"
        blocks = tuple(paragraphs(writer, language, register, words, longest=7))
        pages.append(Page(key, "article", language, title, writer.phrase("name"), "2020-06-01", blocks))
    return pages


def write_reference(folder: Path, seed: int, sizes: ReferenceSizes, encyclopedia: list[Page]) -> dict[str, int]:
    """Writes the further sources and the benchmark; file -> number of rows."""
    entries = [
        {
            "id": page.key,
            "title": page.title,
            "text": page.text(),
            "url": f"https://encyclopedia.example/wiki/{page.key}",
        }
        for page in encyclopedia
    ]
    threads = [_thread(seed, number) for number in range(sizes.forum)]
    manuals = [_manual(seed, number) for number in range(sizes.manuals)]
    _write(folder / ENCYCLOPEDIA, gzip.compress(_json_lines(entries), 6, mtime=0))
    _write(folder / MANUALS, zstandard.ZstdCompressor(level=3).compress(_json_lines(manuals)))
    _write(folder / QUIZ, _json_lines(quiz_items()))
    table = pa.Table.from_pylist(threads)
    sink = io.BytesIO()
    pq.write_table(table, sink, row_group_size=64)
    _write(folder / FORUM, sink.getvalue())
    return {ENCYCLOPEDIA: len(entries), FORUM: len(threads), MANUALS: len(manuals)}


def _thread(seed: int, number: int) -> dict[str, str]:
    dice = Dice(seed, "thread", str(number))
    page = prose_page(seed, f"thread-{number}", "en", "forum", dice.log_normal(320, 0.6, 120, 2500))
    turns = [f"{block.note}: {' '.join(block.lines)}" for block in page.blocks]
    text = "\n\n".join([page.title, *turns])
    return {
        "id": page.key,
        "title": page.title,
        "text": text,
        "url": f"https://talk.example/t/{number}",
        "date": page.date,
    }


def _manual(seed: int, number: int) -> dict[str, str]:
    dice = Dice(seed, "manual", str(number))
    kind = "recipe" if number % COOKERY_EVERY == 0 else "documentation"
    page = prose_page(seed, f"manual-{number}", "en", kind, dice.log_normal(500, 0.5, 150, 3000))
    return {"id": page.key, "title": page.title, "text": page.text(), "date": page.date}


def _json_lines(rows: list[dict[str, object]] | list[dict[str, str]]) -> bytes:
    return b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
