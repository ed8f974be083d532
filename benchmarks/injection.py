"""Benchmark items planted in real text: what each method of `contamination` finds, and whom it accuses besides.

    python benchmarks/injection.py [--items 10] [--seed 3] [--benchmarks 'gsm8k_*' ...] [--keep FOLDER]

Of every benchmark so many items a way of planting, all different: verbatim, wrapped at 8 words a line, in capitals or
small letters, inside source code (as a comment, a block comment or a string), in a book of 100,000 words, and lightly
edited (5 % of the words, at least one, replaced, left out or put in). An item is prompt and answer, as the index joins
them; items of fewer than 8 words in all cannot be tested, are counted apart and not planted. Two runs of `winnow run`
with all methods: one over the planted texts, for recall (a document's match with the item for methods that match
documents, a dirty item for PaLM and Llama 3), one over the same reference text without, for who is accused. Whether an
accusation is wrong is for people to say: all of Winnow's are printed with both texts.

Settings were chosen on the benchmarks at even places of the sorted list; the others are reported apart.
"""

import argparse
import gzip
import json
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from pipeline.contamination.benchmarks import list_benchmarks, read_benchmark
from pipeline.contamination.stretches import MIN_WORDS
from pipeline.kernels.words import MATCHING, split_words

METHODS = ("winnow", "gpt3", "palm", "gopher", "llama3")
OF_ITEMS = ("palm", "llama3")
KINDS = ("verbatim", "wrapped", "recased", "code", "book", "edited")
BOOK_WORDS = 100_000
HOST_CHARS = 3_000
EDITED_SHARE = 0.05
WORDS_A_LINE = 8
CODE_COLUMNS = 14  # words a line of a comment
SHOWN = 40


@dataclass(frozen=True)
class Plant:
    """An item in a document."""

    kind: str
    benchmark: str
    example: str
    document: str


def shared_data() -> Path:
    return Path(os.environ.get("WINNOW_SHARED", Path(__file__).parents[2] / "shared")) / "data"


def rows(path: Path) -> Iterator[str]:
    """Texts of a JSON Lines file."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            text = row.get("text") or row.get("content") or row.get("code")
            if text:
                yield text


def lines_of(text: str, words: int, before: str = "") -> str:
    found = text.split()
    return "\n".join(before + " ".join(found[at : at + words]) for at in range(0, len(found), words))


def edited(text: str, dice: random.Random, vocabulary: list[str]) -> str:
    words = text.split()
    for _ in range(max(1, round(EDITED_SHARE * len(words)))):
        at = dice.randrange(len(words))
        change = dice.randrange(3)
        if change == 0:
            words[at] = dice.choice(vocabulary)
        elif change == 1 and len(words) > 1:
            del words[at]
        else:
            words.insert(at, dice.choice(vocabulary))
    return " ".join(words)


def in_code(text: str, dice: random.Random) -> str:
    way = dice.randrange(4)
    if way < 2:
        return lines_of(text, CODE_COLUMNS, ("# ", "// ")[way])
    if way == 2:
        return "/*\n" + lines_of(text, CODE_COLUMNS, " * ") + "\n */"
    return f"question = {json.dumps(text)}"


def inserted(host: str, text: str, dice: random.Random, apart: str = "\n") -> str:
    """The text in the host, behind a blank or line break."""
    places = [at for at, character in enumerate(host) if character == apart] or [len(host)]
    at = dice.choice(places)
    return f"{host[:at]}\n{text}\n{host[at:]}"


def plant(
    chosen: dict[str, dict[str, list[tuple[str, str]]]], texts: list[str], code: list[str], dice: random.Random
) -> tuple[dict[str, str], list[Plant]]:
    """(document -> text, what is where); `chosen`: benchmark -> kind -> (name, text) of items."""
    hosts = [text[:HOST_CHARS] for text in texts if len(text) > HOST_CHARS // 3]
    programs = [text[:HOST_CHARS] for text in code if len(text) > HOST_CHARS // 6 and "\n" in text]
    vocabulary = " ".join(hosts[:200]).split()
    book = " ".join(texts).split()[:BOOK_WORDS]
    assert len(book) == BOOK_WORDS
    recase: list[Callable[[str], str]] = [str.upper, str.lower, str.title]
    documents: dict[str, str] = {}
    plants = []
    for benchmark, kinds in chosen.items():
        for kind, items in kinds.items():
            in_book = list(book) if kind == "book" else []
            for name, text in items:
                document = f"{kind}/{benchmark}" if kind == "book" else f"{kind}/{benchmark}/{name}"
                plants.append(Plant(kind, benchmark, name, document))
                if kind == "book":
                    in_book[dice.randrange(BOOK_WORDS)] += f"\n{text}\n"
                    continue
                if kind == "code":
                    documents[document] = inserted(dice.choice(programs), in_code(text, dice), dice)
                    continue
                written = {
                    "verbatim": lambda text=text: text,
                    "wrapped": lambda text=text: lines_of(text, WORDS_A_LINE),
                    "recased": lambda text=text: dice.choice(recase)(text),
                    "edited": lambda text=text: edited(text, dice, vocabulary),
                }[kind]()
                documents[document] = inserted(dice.choice(hosts), written, dice, " ")
            if in_book:
                documents[f"{kind}/{benchmark}"] = " ".join(in_book)
    return documents, plants


def choose(
    patterns: list[str], items: int, dice: random.Random
) -> tuple[dict[str, dict[str, list[tuple[str, str]]]], Counter[str]]:
    """(benchmark -> kind -> items, all different; items of each benchmark that cannot be tested)."""
    chosen: dict[str, dict[str, list[tuple[str, str]]]] = {}
    untestable: Counter[str] = Counter()
    for file in list_benchmarks(patterns):
        found = [(each.name, each.text) for each in read_benchmark(file.path) if each.problem is None]
        long = [item for item in found if len(split_words(item[1], MATCHING)) >= MIN_WORDS]
        untestable[file.name] = len(found) - len(long)
        drawn = dice.sample(long, min(items * len(KINDS), len(long)))
        chosen[file.name] = {kind: drawn[place :: len(KINDS)] for place, kind in enumerate(KINDS)}
    return chosen, untestable


def winnow_run(folder: Path, name: str, documents: dict[str, str], patterns: list[str]) -> Path:
    """OUT of a run over the documents."""
    source = folder / f"{name}.jsonl"
    with source.open("w", encoding="utf-8") as file:
        for document, text in documents.items():
            file.write(json.dumps({"id": document, "text": text}) + "\n")
    methods = ", ".join(f"{method}: measure" for method in METHODS)
    recipe = folder / f"{name}.yaml"
    recipe.write_text(
        f"name: injection\nseed: 1\nsources:\n  text: {{reader: jsonl, paths: [{json.dumps(str(source))}]}}\n"
        f"contamination: {{benchmarks: {json.dumps(patterns)}, methods: {{{methods}}}}}\n"
    )
    out = folder / "out"
    command = [
        sys.executable,
        "-m",
        "pipeline.cli",
        "run",
        str(recipe),
        "--out",
        str(out),
        "--replace",
        "--workers",
        "2",
    ]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    kept = folder / f"{name}-out"
    kept.mkdir()
    for part in ("contamination", "documents"):
        (out / part).rename(kept / part)
    return kept


def found_in(out: Path) -> tuple[dict[str, set[tuple[str, str, str]]], dict[str, set[tuple[str, str]]]]:
    """(method -> (document, benchmark, example) that match, method -> (benchmark, example) that are dirty)."""
    documents = pq.read_table(out / "documents", columns=["id", "native_id"]).to_pylist()
    names = {row["id"]: row["native_id"] for row in documents}
    matches: dict[str, set[tuple[str, str, str]]] = defaultdict(set)
    for row in pq.read_table(out / "contamination/matches.parquet").to_pylist():
        matches[row["method"]].add((names[row["id"]], row["benchmark"], row["example"]))
    dirty: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in pq.read_table(out / "contamination/examples.parquet").to_pylist():
        for method in METHODS:
            if row[f"{method}_status"] == "dirty":
                dirty[method].add((row["benchmark"], row["example"]))
    return matches, dirty


def recalled(
    method: str, of: Plant, found: tuple[dict[str, set[tuple[str, str, str]]], dict[str, set[tuple[str, str]]]]
) -> bool:
    if method in OF_ITEMS:
        return (of.benchmark, of.example) in found[1][method]
    return (of.document, of.benchmark, of.example) in found[0][method]


def table(title: str, head: list[str], body: list[list[str]]) -> None:
    widths = [max(len(row[column]) for row in [head, *body]) for column in range(len(head))]
    print(f"\n{title}")
    for row in [head, *body]:
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        print("  ".join(cells))


def show_accused(out: Path, documents: dict[str, str]) -> None:
    names = {
        row["id"]: row["native_id"] for row in pq.read_table(out / "documents", columns=["id", "native_id"]).to_pylist()
    }
    texts = {
        (row["benchmark"], row["example"]): row["text"]
        for row in pq.read_table(out / "contamination/examples.parquet").to_pylist()
    }
    matches = [
        row for row in pq.read_table(out / "contamination/matches.parquet").to_pylist() if row["method"] == "winnow"
    ]
    print(f"\nall {len(matches)} matches of Winnow's method in text that nothing was planted in")
    for row in sorted(matches, key=lambda row: -row["overlap"])[:SHOWN]:
        name = names[row["id"]]
        print(f"{row['overlap']:.2f}  {name}  {row['benchmark']}/{row['example']}")
        print(f"      text {documents[name][row['span_start'] : row['span_end']]!r}")
        item = texts[row["benchmark"], row["example"]]
        print(f"      item {item[row['example_start'] : row['example_end']]!r}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--items", type=int, default=10, help="of a benchmark and way of planting")
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--benchmarks", nargs="+", default=["*"])
    parser.add_argument("--keep", type=Path)
    args = parser.parse_args()
    data = shared_data()
    patterns = [str(data / "benchmarks" / f"{pattern}.jsonl.gz") for pattern in args.benchmarks]
    dice = random.Random(args.seed)
    clean = {
        f"{path.name.split('.')[0]}/{number}": text
        for path in sorted(data.glob("reference/*.jsonl.gz"))
        for number, text in enumerate(rows(path))
    }
    code = list(rows(data / "code/linguist-samples.jsonl.gz"))
    chosen, untestable = choose(patterns, args.items, dice)
    prose = [text for name, text in clean.items() if name.split("/")[0] in ("brown", "c4-sample", "c4-demo-300")]
    planted, plants = plant(chosen, prose, code, dice)
    with tempfile.TemporaryDirectory() as temporary:
        folder = args.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        found = found_in(winnow_run(folder, "planted", planted, patterns))
        clean_out = winnow_run(folder, "clean", clean, patterns)
        accused = found_in(clean_out)
        reported = set(sorted(chosen)[1::2])
        for title, names in (
            ("benchmarks that settings were chosen on", set(chosen) - reported),
            ("benchmarks that nothing was chosen on", reported),
        ):
            body = []
            for method in METHODS:
                cells = [method]
                for kind in KINDS:
                    mine = [plant for plant in plants if plant.kind == kind and plant.benchmark in names]
                    cells.append(f"{sum(recalled(method, each, found) for each in mine) / max(1, len(mine)):.4f}")
                body.append([*cells, str(sum(plant.benchmark in names for plant in plants))])
            table(f"recall, {title}", ["method", *KINDS, "items"], body)
        body = []
        for method in METHODS:
            documents = {document for document, _, _ in accused[0][method]}
            share = 1 - len(documents) / len(clean)
            body.append([method, str(len(documents)), str(len(accused[1][method])), f"{share:.4f}"])
        head = ["method", "documents accused", "items called dirty", "share not accused"]
        table(f"{len(clean):,} documents that nothing was planted in", head, body)
        body = []
        for benchmark, kinds in chosen.items():
            cells = [benchmark + ("" if benchmark in reported else " *"), str(untestable[benchmark])]
            for kind in kinds:
                mine = [plant for plant in plants if plant.kind == kind and plant.benchmark == benchmark]
                cells.append(f"{sum(recalled('winnow', each, found) for each in mine) / max(1, len(mine)):.3f}")
            body.append(cells)
        table("Winnow's recall by benchmark (* settings were chosen on it)", ["benchmark", "too short", *KINDS], body)
        missed = [each for each in plants if not recalled("winnow", each, found)]
        for each in missed[:SHOWN]:
            print(f"missed: {each.kind} {each.benchmark}/{each.example}")
        show_accused(clean_out, clean)


if __name__ == "__main__":
    main()
