"""MinHash signatures against datatrove's first stage, datasketch, rensa and text-dedup.

    python benchmarks/peers/minhash.py [--documents 1000] [--rounds 3] [--peers datatrove datasketch rensa text-dedup]

112 hashes (14 bands of 8) of word 5-grams, English documents of 3 kB. datatrove's clock runs over its own functions of
stage 1 (normalise, tokenise, hash, minima) without writing files, the others' over making shingles and signatures; ours
over pipeline.dedup.minhash.signatures in batches of 512. Each side has its documents as its pipeline hands them over:
strings, and Arrow strings.

That the work is equal: on pairs of documents that differ in up to a third of their words, the share of equal minima is
set against the exact Jaccard similarity of word 5-grams; 112 perfect hashes err by .03 to .05 (root mean square).

A minute and a half with four peers, 1,000 documents and three rounds.
"""

import argparse
import math
import random
import re

from rounds import compare, one_core, peer

one_core()

import numpy as np  # noqa: E402
import pyarrow as pa  # noqa: E402
from texts import pieces  # noqa: E402

from pipeline.dedup.minhash import signatures  # noqa: E402

BATCH = 512
HASHES, NGRAM = 112, 5
PEERS = ("datatrove", "datasketch", "rensa", "text-dedup")
PAIRS = 200
MAX_CHANGED = 1 / 3


def pairs(count: int) -> list[str]:
    """`count` documents, each followed by itself with some words taken from other places of it."""
    dice = random.Random(2)
    out = []
    for text in pieces(count, seed=2):
        words = text.split()
        share = dice.random() * MAX_CHANGED
        changed = [dice.choice(words) if dice.random() < share else word for word in words]
        out += [" ".join(words), " ".join(changed)]
    return out


def exact(texts: list[str]) -> list[float]:
    """Jaccard similarity of the word 5-grams of every two texts in a row."""
    sets = []
    for text in texts:
        words = re.findall(r"\w+", text.lower())
        sets.append({tuple(words[at : at + NGRAM]) for at in range(len(words) - NGRAM + 1)})
    return [len(one & other) / len(one | other) for one, other in zip(sets[::2], sets[1::2])]


def sign(texts: list[str]) -> np.ndarray:
    """uint32 [n, 112]"""
    batches = (pa.array(texts[at : at + BATCH], pa.string()) for at in range(0, len(texts), BATCH))
    return np.concatenate([signatures(b, shingle="word", ngram=NGRAM, hashes=HASHES)[0] for b in batches])


def error(estimates: list[float], truth: list[float]) -> float:
    return math.sqrt(sum((a - b) ** 2 for a, b in zip(estimates, truth)) / len(truth))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", nargs="+", choices=PEERS, default=PEERS)
    args = parser.parse_args()
    texts, alike = pieces(args.documents), pairs(PAIRS)
    batches = [pa.array(texts[at : at + BATCH], pa.string()) for at in range(0, len(texts), BATCH)]
    truth, minima = exact(alike), sign(alike)
    own_error = error([float((a == b).mean()) for a, b in zip(minima[::2], minima[1::2])], truth)

    def ours() -> None:
        for batch in batches:
            signatures(batch, shingle="word", ngram=NGRAM, hashes=HASHES)

    size = sum(len(text.encode()) for text in texts)
    for name in args.peers:
        task = "pairs" if name == "datatrove" else f"pairs-{name}"
        with peer(task, alike, name=name) as other:
            print(f"{name} errs by {error(other.ask()[1], truth):.4f} on {PAIRS} pairs, ours by {own_error:.4f}")
        with peer("minhash" if name == "datatrove" else name, texts, name=name) as other:
            compare("MinHash signatures", ours, other, args.rounds, len(texts), size)


if __name__ == "__main__":
    main()
