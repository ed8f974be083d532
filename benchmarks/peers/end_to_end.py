"""From WARC files to token shards: `winnow run` against datatrove, the same pages, rules and tokenizer.

    python benchmarks/peers/end_to_end.py [--method learned] [--languages en] [--files 8] [--rounds 3] [--large 80]

Both sides as their users start them, each in processes of its own, with two workers, in alternating rounds; starting up
is in the clock. Before the rounds each side runs once over one file: ours compiles its kernels on the first run in a
checkout (two to three core-minutes), which is printed and not counted.

The chain: read, extract, language (English from .65, or all kept), Gopher repetition and quality, C4 without terminal
punctuation, MinHash of word 5-grams in 14 bands of 8 (whatever one band connects goes, as datatrove does it), tokens by
one tokenizer.json, shards. Numbers are datatrove's defaults. With all languages the rule on English stop words is off
on both sides.

Prints wall times, core-seconds, documents and tokens; the ratio with its spread; whether both kept the same pages; and,
by the shared scorer, the F1 of the text that both kept against gold. Eight files hold every page of the gold sets once,
3,246 in all; more hold them again with changed text. `--large` runs our side once more on that many files: time must
not grow faster than the input.

datatrove takes up to 60 core-seconds a file: two to four minutes a round of eight files and choice of languages.
"""

import argparse
import gzip
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from crawl import make_crawl
from processes import Spent, run_program
from rounds import HERE, PEER_PYTHON
from texts import PROSE, WORK, rows, shared_data

from pipeline.shards.tokenizer import train_tokenizer
from pipeline.tag.language import model_file

RECIPE = """\
name: end-to-end
seed: 7
sources:
  web:
    reader: warc
    paths: ["{folder}/*.warc.gz"]
    extract: {{method: {method}{extract}}}
    filters:
      - gopher_repetition
      - gopher_quality{gopher}
      - c4: {{terminal_punctuation: false, min_words_per_line: 3, min_sentences: 5}}
{languages}
dedup: {{minhash: {{shingle: word, ngram: 5, bands: 14, rows: 8, hashes: 112, verify: false}}}}
mixture: {{budget_tokens: 1000000000, weights: {{web: 1.0}}, max_epochs: 1}}
tokenizer: {{path: "{tokenizer}"}}
shards: {{seq_len_tokens: 2048, count: 2}}
"""
ENOUGH_TOKENS_MISSING = 3  # the exit code that says so: the budget is larger than any crawl here, so that all are taken
VOCABULARY = 50257
Documents = dict[str, tuple[str, str]]
"""WARC-Record-ID to (address, text)."""


def tokenizer_file() -> Path:
    """A byte-level BPE of GPT-2's kind and size, trained on English prose on the first call."""
    file = WORK / "tokenizer.json"
    data = shared_data()
    if not file.exists() and data is not None:
        texts = (row["text"] for name in PROSE for row in rows(data / "reference" / f"{name}.jsonl.gz"))
        file.write_bytes(train_tokenizer(texts, VOCABULARY)[0].data)
    return file


def run_ours(method: str, every_language: bool, crawl: Path, out: Path, workers: int) -> Spent:
    """`winnow run` of the recipe above into `out`."""
    recipe = out.with_suffix(".yaml")
    recipe.write_text(
        RECIPE.format(
            folder=crawl,
            method=method,
            extract=", favor: precision" if method == "trafilatura" else "",  # as datatrove asks it to
            gopher=": {min_stop_words: 0}" if every_language else "",
            languages="" if every_language else "languages: {model: lid.176, keep: [en], min_score: 0.65}",
            tokenizer=tokenizer_file(),
        )
    )
    command = [sys.executable, "-m", "pipeline.cli", "run", str(recipe), "--out", str(out), "--workers", str(workers)]
    return run_program(command, out.with_suffix(".log"), fine=(0, ENOUGH_TOKENS_MISSING))


def run_theirs(every_language: bool, crawl: Path, out: Path, workers: int) -> Spent:
    """datatrove's half, on the language model that ours bundles."""
    command = [str(PEER_PYTHON), str(HERE / "datatrove_run.py"), "--input", str(crawl), "--out", str(out)]
    command += ["--tokenizer", str(tokenizer_file()), "--language-model", str(model_file().path)]
    command += ["--workers", str(workers)] + ["--all-languages"] * every_language
    environment = {**os.environ, "HF_ASSETS_CACHE": str(WORK / "assets")}
    return run_program(command, out.with_suffix(".log"), environment=environment)


def our_output(out: Path) -> tuple[Documents, int]:
    """Kept documents and the number of their tokens."""
    found: Documents = {}
    for file in sorted((out / "documents").rglob("*.parquet")):
        table = pq.read_table(file, columns=["text", "url", "metadata"])
        for row in table.to_pylist():
            found[dict(row["metadata"])["warc_record_id"]] = (row["url"], row["text"])
    return found, json.loads((out / "shards" / "index.json").read_text())["splits"]["train"]["tokens"]


def their_output(out: Path) -> tuple[Documents, int]:
    """The same of datatrove."""
    found: Documents = {}
    for file in sorted((out / "kept").glob("*.jsonl.gz")):
        found.update((row["id"], (row["metadata"]["url"], row["text"])) for row in rows(file))
    tokens = (int(file.read_text().splitlines()[1]) for file in (out / "tokens").glob("*shuffled.ds.metadata"))
    return found, sum(tokens)


def _given_up(out: Path) -> int:
    """Pages that datatrove's extractor had no time for in the last round."""
    steps = json.loads((out / "logs" / "extract" / "stats.json").read_text())
    return sum(step["stats"].get("timeout", 0) for step in steps)


def scores(sides: Mapping[str, Documents], folder: Path) -> None:
    """Print the gold score of each side's text on the pages that all sides kept, by the shared scorer."""
    data = shared_data()
    assert data is not None
    common = set.intersection(*(set(documents) for documents in sides.values()))
    golds = []
    for gold in sorted(data.glob("extraction/*.gold.jsonl.gz")):
        kept = [row for row in rows(gold) if row["warc_record_id"] in common and _has_gold(row)]
        if kept:
            golds.append(folder / gold.name)
            with gzip.open(golds[-1], "wt", encoding="utf-8") as out:
                out.writelines(json.dumps(row) + "\n" for row in kept)
    for name, documents in sides.items():
        file = folder / f"{name}.parquet"
        chosen = [(identity, *documents[identity]) for identity in common]
        columns = {
            "url": pa.array([url for _, url, _ in chosen], pa.string()),
            "text": pa.array([text for _, _, text in chosen], pa.string()),
            "metadata": pa.array(
                [[("warc_record_id", identity)] for identity, _, _ in chosen], pa.map_(pa.string(), pa.string())
            ),
        }
        pq.write_table(pa.table(columns), file)
        scorer = [sys.executable, str(data.parent / "checks" / "score_extraction.py"), "--json"]
        scorer += ["--documents", str(file), "--gold", *map(str, golds)]
        for score in json.loads(subprocess.run(scorer, check=True, capture_output=True, text=True).stdout):
            figures = "  ".join(f"{key} {value:.4f}" for key, value in score.items() if isinstance(value, float))
            print(f"  {name:<10} {score['gold'].split('.')[0]:<22} {score['pages']:5} pages kept by both  {figures}")


def _has_gold(row: Mapping[str, object]) -> bool:
    return any(row.get(key) for key in ("main_content", "main_content_marked", "with", "without"))


def describe(name: str, spent: Spent, output: tuple[Documents, int]) -> None:
    documents, tokens = output
    print(
        f"  {name:<10} {spent.seconds:8.1f} s {spent.core_seconds:9.1f} core-s  "
        f"{len(documents):7,} documents {tokens:12,} tokens",
        flush=True,
    )


def measure(args: argparse.Namespace, every_language: bool, folder: Path) -> None:
    """The rounds for one choice of languages."""
    files = make_crawl(max(args.files, args.large))
    crawl = linked(files[: args.files], folder / "crawl")
    languages = "all languages" if every_language else "English only"
    print(f"\n{languages}, {args.files} files, {size(crawl) / 1e6:.0f} MB of WARC, method {args.method}", flush=True)
    ours_out, theirs_out = folder / "ours", folder / "theirs"

    def both_run(pages: Path) -> tuple[Spent, Spent]:
        shutil.rmtree(ours_out, ignore_errors=True)
        shutil.rmtree(theirs_out, ignore_errors=True)
        ours = run_ours(args.method, every_language, pages, ours_out, args.workers)
        describe("winnow", ours, our_output(ours_out))
        theirs = run_theirs(every_language, pages, theirs_out, args.workers)
        describe("datatrove", theirs, their_output(theirs_out))
        return ours, theirs

    print(" not counted: one file", flush=True)
    both_run(linked(files[:1], folder / "first"))
    found: list[tuple[Spent, Spent]] = []
    for number in range(args.rounds):
        print(f" round {number + 1}", flush=True)
        ours, theirs = both_run(crawl)
        found.append((ours, theirs))
        print(f"  ratio {theirs.seconds / ours.seconds:.1f}", flush=True)
    wall = [theirs.seconds / ours.seconds for ours, theirs in found]
    core = [theirs.core_seconds / ours.core_seconds for ours, theirs in found]
    for name, values in (("wall time", wall), ("core-seconds", core)):
        print(f" {name}: {statistics.median(values):.1f} times ({min(values):.1f} to {max(values):.1f})")
    print(f" datatrove gave up on {_given_up(theirs_out)} pages after a second")
    sides = {"winnow": our_output(ours_out)[0], "datatrove": their_output(theirs_out)[0]}
    both = set.intersection(*map(set, sides.values()))
    alone = {name: len(set(documents) - both) for name, documents in sides.items()}
    print(f" kept by both {len(both):,}; " + ", ".join(f"by {name} alone {count:,}" for name, count in alone.items()))
    scores(sides, folder)
    if args.large > args.files:
        shutil.rmtree(ours_out)
        more = linked(files, folder / "more")
        large = run_ours(args.method, every_language, more, ours_out, args.workers)
        describe(f"x {args.large / args.files:g}", large, our_output(ours_out))
        small = statistics.median(ours.seconds for ours, _ in found)
        print(f"  {size(more) / size(crawl):.2f} times the input took {large.seconds / small:.2f} times the time")


def linked(files: list[Path], folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for file in files:
        os.symlink(file, folder / file.name)
    return folder


def size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.iterdir())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--method", default="learned", help="ours; datatrove's is trafilatura 1.11")
    parser.add_argument("--languages", choices=("en", "all", "both"), default="both")
    parser.add_argument("--files", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--large", type=int, default=0, help="files of one more run of ours")
    parser.add_argument("--workers", type=int, default=2)
    args = parser.parse_args()
    if not PEER_PYTHON.is_file():
        raise SystemExit(f"no {PEER_PYTHON}: run benchmarks/peers/setup, or set WINNOW_PEER_PYTHON")
    for every_language in {"en": (False,), "all": (True,), "both": (False, True)}[args.languages]:
        with tempfile.TemporaryDirectory() as folder:
            measure(args, every_language, Path(folder))


if __name__ == "__main__":
    main()
