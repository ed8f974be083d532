"""The quality classifier on real text: AUC on corpora that training never saw, for both families, and its speed.

    python -m benchmarks.quality DATA --out OUT [--family fasttext logistic] [--parts 4]

DATA is a folder with reference/*.jsonl.gz and warc/*. A run of Winnow in OUT makes their English documents: six
reference corpora, crawl pages, and C4, which is Common Crawl text without menus and forms. Both families are trained on
five corpora and on the pages and C4 texts of three quarters of the hosts, and judged on the sixth corpus against each
of the two kinds of web text of the other hosts; the mean over `--parts` quarters is printed for each corpus.

`matched` is the same over pairs of like documents: each document of the corpus with the nearest web text of the kind
by the logarithm of its words and its shares of capitals, digits, punctuation and line ends and its letters a word, each
divided by its spread over all documents, where the distance is at most 1; a web text is used once. What is printed is
the share of pairs whose good document scores higher, and the number of pairs; in the last line, of all corpora's.

Speed: documents of 3 kB a second on one core, plain form included, in CPU time, the best of five rounds.
"""

import argparse
import math
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds

from classifiers import quality
from classifiers.evaluate import auc, histogram
from classifiers.examples import Examples, balanced, cut_pieces
from classifiers.features import prepare
from pipeline.ids import hash01

CORPORA = {
    "prose": "brown", "news": "nltk-abc", "speeches": "nltk-state_union", "textbook": "openstax-astronomy",
    "wiki": "wikipedia-plain-demo", "wikitext": "wikitext2-valid",
}  # fmt: skip
PAGES, CLEAN = ("crawl", "forms", "arc"), ("c4",)
RECIPE = """
name: quality-benchmark
seed: 3
sources:
  crawl: {{reader: warc, paths: ["{data}/warc/*.warc.gz", "{data}/warc/*.warc"], extract: {{method: learned}}}}
  forms: {{reader: warc, paths: ["{data}/extraction/forms-pages.warc.gz"], extract: {{method: learned}}}}
  arc: {{reader: arc, paths: ["{data}/warc/*.arc", "{data}/warc/*.arc.gz"], extract: {{method: learned}}}}
  c4: {{reader: jsonl, paths: ["{data}/reference/c4-*.jsonl.gz"]}}
{corpora}
languages: {{keep: [en], min_score: 0.65}}
dedup: {{exact: true}}
"""
MIN_WORDS = 10
PARTS = 4
FARTHEST = 1.0
SEED = 1


@dataclass(frozen=True)
class Documents:
    """Of all sources, in the order of a hash of their ids. `shapes`: [n, 6], what documents are matched by."""

    examples: Examples
    plain: pa.Array
    parts: np.ndarray
    shapes: np.ndarray

    @property
    def sources(self) -> np.ndarray:
        return np.array(self.examples.sources, object)


def documents(data: Path, out: Path) -> Documents:
    """Run the recipe and read what is left."""
    from pipeline import run
    from pipeline.recipe import loads

    corpora = "\n".join(
        f"  {name}: {{reader: jsonl, paths: [{data}/reference/{file}.jsonl.gz]}}" for name, file in CORPORA.items()
    )
    run.run(loads(RECIPE.format(data=data, corpora=corpora)), str(out), replace=True)
    rows = []
    for source in (*PAGES, *CLEAN, *CORPORA):
        table = ds.dataset(out / "documents" / source).to_table(["id", "url", "text"])
        rows += [(source, *row.values()) for row in table.to_pylist()]
    rows.sort(key=lambda row: hash01(SEED, "order", row[1].encode()))
    plain = prepare(pa.array([row[3] for row in rows]))
    words = np.array([len(text.split()) for text in plain.to_pylist()])
    left = np.flatnonzero(words >= MIN_WORDS)
    rows = [rows[i] for i in left]
    sources = [row[0] for row in rows]
    keys = [_key(source, url or "") for source, _, url, _ in rows]
    good = np.array([source in CORPORA for source in sources])
    parts = np.array([int(PARTS * hash01(SEED, "part", key.encode())) for key in keys])
    examples = Examples(sources, good, [row[1].encode() for row in rows], keys, words[left])
    return Documents(examples, plain.take(pa.array(left)), parts, np.array([_shape(row[3]) for row in rows]))


def _key(source: str, url: str) -> str:
    """A page's host; in an archive's address, that of the page that was archived."""
    archived = re.search(r"web\.archive\.org/web/\w+/(https?:/+.*)", url)
    host = urlsplit(archived[1] if archived else url).hostname
    return f"host:{host}" if host else f"file:{source}"


def _shape(text: str) -> list[float]:
    head = text[:6000]
    words = re.findall(r"\w+", head) or ["x"]
    letters = max(1, sum(map(len, words)))
    return [
        math.log(max(1, len(text.split()))),
        sum(map(str.isupper, head)) / letters,
        sum(map(str.isdigit, head)) / letters,
        len(re.findall(r"[.,;:!?'\"()-]", head)) / len(words),
        head.count("\n") / len(words),
        letters / len(words),
    ]


def train(found: Documents, rows: np.ndarray, family: str) -> quality.Model:
    """A model of the documents where `rows` is true, as a run trains it."""
    taken = balanced(found.examples, ~rows, "benchmark")
    texts = found.plain.to_pylist()

    def lines() -> Iterator[tuple[bool, str]]:
        for first in range(0, len(texts), 1024):
            part = slice(first, first + 1024)
            for row, piece in cut_pieces(texts[part], taken[part]):
                yield bool(found.examples.good[first + row]), piece

    raw, _ = quality.train_family(lines, int(taken.sum()), family=family, seed=SEED, name="benchmark")
    model = quality.from_bytes(raw, "benchmark")
    used = taken > 0
    data = quality.calibrated(raw, model.logits(found.plain)[used], found.examples.good[used], "benchmark")
    return quality.from_bytes(data, "benchmark")


def pairs(found: Documents, good: np.ndarray, web: np.ndarray) -> list[tuple[int, int]]:
    """Documents of `good`, each with the nearest of `web` that none before it took."""
    shapes = found.shapes / found.shapes.std(axis=0)
    free = set(web.tolist())
    chosen = []
    for row in good.tolist():
        rest = np.array(sorted(free), np.int64)
        if not len(rest):
            break
        distance = np.sqrt(((shapes[rest] - shapes[row]) ** 2).sum(axis=1))
        if distance.min() <= FARTHEST:
            nearest = int(rest[distance.argmin()])
            chosen.append((row, nearest))
            free.discard(nearest)
    return chosen


def leave_one_out(found: Documents, family: str, parts: int) -> None:
    """Print a line a corpus, and the means."""
    kinds = {"pages": np.isin(found.sources, PAGES), "c4": np.isin(found.sources, CLEAN)}
    areas: list[list[float]] = []
    tallies: list[list[tuple[float, int]]] = []
    for corpus in CORPORA:
        mine = found.sources == corpus
        scores: dict[str, list[float]] = {kind: [] for kind in kinds}
        matched: dict[str, list[float]] = {kind: [] for kind in kinds}
        for part in range(parts):
            away = (found.parts == part) & ~found.examples.good
            steps = train(found, ~mine & ~away, family).score_prepared(found.plain)
            for kind, rows in kinds.items():
                scores[kind].append(auc(histogram(steps[mine]), histogram(steps[rows & away])) or 0.0)
                like = pairs(found, np.flatnonzero(mine), np.flatnonzero(rows & away))
                matched[kind] += [0.5 + 0.5 * float(np.sign(steps[a] - steps[b])) for a, b in like]
        areas.append([float(np.mean(values)) for values in scores.values()])
        tallies.append([(sum(values), len(values)) for values in matched.values()])
        _show(family, corpus, kinds, areas[-1], tallies[-1])
    pooled = [
        (sum(won for won, _ in column), sum(count for _, count in column)) for column in zip(*tallies, strict=True)
    ]
    _show(family, "all", kinds, np.mean(areas, axis=0).tolist(), pooled)


def _show(family: str, name: str, kinds: Iterable[str], areas: list[float], tallies: list[tuple[float, int]]) -> None:
    cells = [
        f"{kind} {area:.3f}, matched {won / max(1, count):.3f} of {count} pairs"
        for kind, area, (won, count) in zip(kinds, areas, tallies, strict=True)
    ]
    print(f"{family:9} {name:9} {'; '.join(cells)}", flush=True)


def speed(found: Documents, family: str) -> None:
    """Print documents a second."""
    model = train(found, np.ones(len(found.parts), bool), family)
    long = [text for text in found.plain.to_pylist() if len(text) >= 3000]
    texts = pa.array([text[:3000] for text in long[:500]])
    best = math.inf
    for _ in range(5):
        started = time.process_time()
        for _ in range(4):
            model.score(texts)
        best = min(best, time.process_time() - started)
    print(f"{family:9} {4 * len(texts) / best:,.0f} documents of 3 kB a second and core", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--family", nargs="+", default=["logistic", "fasttext"])
    parser.add_argument("--parts", type=int, default=PARTS, choices=range(1, PARTS + 1))
    chosen = parser.parse_args()
    found = documents(chosen.data.resolve(), chosen.out)
    for family in chosen.family:
        speed(found, family)
        leave_one_out(found, family, chosen.parts)


if __name__ == "__main__":
    main()
