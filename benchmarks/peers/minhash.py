"""MinHash signatures against datatrove's first stage.

    python benchmarks/peers/minhash.py [--documents 1000] [--rounds 3]

112 hashes (14 bands of 8) of word 5-grams, English documents of 3 kB. datatrove's clock runs over its own functions of
stage 1 (normalise, tokenise, hash, minima) without writing files; ours over pipeline.dedup.minhash.signatures in
batches of 512. Each side has its documents as its pipeline hands them over: strings, and Arrow strings.
"""

import argparse

from rounds import compare, one_core, peer

one_core()

import pyarrow as pa  # noqa: E402
from texts import pieces  # noqa: E402

from pipeline.dedup.minhash import signatures  # noqa: E402

BATCH = 512
HASHES, NGRAM = 112, 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    texts = pieces(args.documents)
    batches = [pa.array(texts[at : at + BATCH], pa.string()) for at in range(0, len(texts), BATCH)]

    def ours() -> None:
        for batch in batches:
            signatures(batch, shingle="word", ngram=NGRAM, hashes=HASHES)

    with peer("minhash", texts) as datatrove:
        compare("MinHash signatures", ours, datatrove, args.rounds, len(texts), sum(len(t.encode()) for t in texts))


if __name__ == "__main__":
    main()
