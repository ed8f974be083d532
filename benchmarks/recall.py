"""What MinHash finds of the pairs that there are: `python -m benchmarks.recall`.

All pairs of 20,000 real documents with word-5-gram Jaccard similarity of at least 0.6 are found without hashing bands:
exactly, over an index of each document's rarest shingles that no such pair can avoid (prefix filter; Chaudhuri et al.
2006). Eight independent layouts of 14 x 8 then nominate; what they find is put against the S-curve, by similarity, with
the sampling error of independent draws. The documents are what the shared data has: web pages, news, posts, programs,
and single sentences of many languages to make up the number. At last one layout resolves as a run does: of pairs at 0.9
and above, at most one document should stay.
"""

import argparse
import gzip
import itertools
import json
import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from benchmarks.common import shared_files
from pipeline.dedup import lsh, minhash, verify

FILES = (
    "reference/common-crawl-wet-govuk.jsonl.gz", "reference/c4-*.jsonl.gz", "reference/nltk-abc.jsonl.gz",
    "reference/ia-wide-zh-text.jsonl.gz", "reference/brown.jsonl.gz", "reference/frecore-dev.jsonl.gz",
    "reference/swecore-dev.jsonl.gz", "neardup/articles-1000.jsonl.gz", "neardup/*-pairs.jsonl.gz",
    "conversations/reddit-*.jsonl.gz", "code/linguist-samples.jsonl.gz", "code/sample-programs.jsonl.gz",
    "extraction/*.gold.jsonl.gz", "reference/openstax-*.jsonl.gz", "reference/wikitext2-*.jsonl.gz",
    "languages/udhr2.jsonl.gz", "languages/bible-verses.jsonl.gz", "languages/lingua-testdata.jsonl.gz",
)  # fmt: skip
FIELDS = ("text", "left", "right", "selftext", "body", "content", "code", "main_content")
DOCUMENTS = 20_000
FLOOR = 0.6
BANDS, ROWS, LAYOUTS = 14, 8, 8
EDGES = (0.6, 0.65, 0.75, 0.85, 0.9, 1.01)
THRESHOLD = 0.8


def documents() -> Iterator[str]:
    for pattern in FILES:
        for path in shared_files(f"data/{pattern}"):
            with gzip.open(path, "rt", encoding="utf-8") as lines:
                for row in map(json.loads, lines):
                    yield from (row[field] for field in FIELDS if isinstance(row.get(field), str) and row[field])


def similar_pairs(
    sets: npt.NDArray[np.uint64], offsets: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """(int64 [pairs, 2], similarity) of all pairs at FLOOR and above."""
    values, codes, counts = np.unique(sets, return_inverse=True, return_counts=True)
    rank = np.empty(len(values), np.int64)
    rank[np.argsort(counts, kind="stable")] = np.arange(len(values))
    ordered = [np.sort(rank[codes[first:last]]) for first, last in itertools.pairwise(offsets)]
    holders: dict[int, list[int]] = {}
    pairs, scores = [], []
    for at, own in enumerate(ordered):
        met = set()
        for shingle in own[: len(own) - math.ceil(FLOOR * len(own)) + 1].tolist():
            known = holders.setdefault(shingle, [])
            met.update(known)
            known.append(at)
        for other in met:
            theirs = ordered[other]
            if FLOOR * max(len(own), len(theirs)) <= min(len(own), len(theirs)):
                both = len(np.intersect1d(own, theirs, assume_unique=True))
                score = both / (len(own) + len(theirs) - both)
                if score >= FLOOR:
                    pairs.append((other, at))
                    scores.append(score)
    return np.array(pairs), np.array(scores)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=DOCUMENTS)
    wanted = parser.parse_args().documents
    texts = pa.array(list(dict.fromkeys(documents())))
    _, offsets = minhash.shingle_sets(texts, shingle="word", ngram=5)
    texts = texts.filter(pa.array(np.diff(offsets) > 0)).slice(0, wanted)
    sets, offsets = minhash.shingle_sets(texts, shingle="word", ngram=5)
    pairs, scores = similar_pairs(sets, offsets)
    print(f"{len(texts):,} different documents with words; {len(pairs):,} pairs at {FLOOR:g} and above")

    signed, _ = minhash.signatures(texts, shingle="word", ngram=5, hashes=BANDS * ROWS * LAYOUTS)
    salt = np.zeros(len(texts), np.uint64)
    keys = minhash.band_keys(signed, bands=BANDS * LAYOUTS, rows=ROWS, salt=salt)
    agree = (keys[pairs[:, 0]] == keys[pairs[:, 1]]).reshape(len(pairs), LAYOUTS, BANDS).any(axis=2)
    chance = np.array([minhash.s_curve(score, BANDS, ROWS) for score in scores])
    for low, high in itertools.pairwise(EDGES):
        mine = (scores >= low) & (scores < high)
        expected, found = chance[mine].mean(), agree[mine].mean()
        error = math.sqrt((chance[mine] * (1 - chance[mine])).sum() / LAYOUTS) / mine.sum()
        print(
            f"similarity {low:.2f} to {min(high, 1):.2f}: {mine.sum():6,} pairs x {LAYOUTS} layouts, nominated "
            f"{found:.4f}, S-curve {expected:.4f}, {(found - expected) / max(error, 1e-12):+.1f} standard errors"
        )

    own = np.ascontiguousarray(keys[:, :BANDS])
    roots = lsh.group_signatures(np.ascontiguousarray(signed[:, : BANDS * ROWS]), bands=BANDS, rows=ROWS)
    lengths = np.array([-len(text.as_py().encode()) for text in texts])
    order = np.lexsort((np.arange(len(roots)), lengths, roots))
    starts = np.append(np.flatnonzero(np.diff(roots[order], prepend=-1)), len(order))
    taken = [sets[offsets[row] : offsets[row + 1]] for row in order]
    ends = np.append(0, np.cumsum([len(one) for one in taken]))
    result = verify.resolve(starts, np.concatenate(taken), ends, own[order], threshold=THRESHOLD)
    stays = np.empty(len(order), bool)
    stays[order] = result.witness < 0
    for least in (0.9, 0.8):
        high = pairs[scores >= least]
        both = stays[high[:, 0]] & stays[high[:, 1]]
        print(
            f"pairs at {least:g} and above: of {len(high):,}, at most one stays in {1 - both.mean():.4f} "
            f"({both.sum():,} with both); {int((~stays).sum()):,} documents removed at {THRESHOLD:g}"
        )


if __name__ == "__main__":
    main()
