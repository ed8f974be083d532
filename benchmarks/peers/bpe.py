"""Encoding texts to token ids: ours against tokenizers and tiktoken, by one tokenizer.json, with equal ids.

    python benchmarks/peers/bpe.py [--documents 2000] [--rounds 3]

A byte-level BPE of GPT-2's kind and size; English documents of 3 kB and the texts of the gold sets in many scripts, one
thread each. Our clock runs over pipeline.shards.encode.Encoder, which ends in the array that is packed into shards; the
others' over tokenizers' encode_batch_fast and tiktoken's encode_ordinary, which end in lists. Where ids differ anywhere
the program ends with an error.

One minute with 2,000 documents and three rounds.
"""

import argparse
import hashlib
from itertools import pairwise

from rounds import compare, one_core, peer

one_core()

import numpy as np  # noqa: E402
from end_to_end import tokenizer_file  # noqa: E402
from texts import pieces, rows, shared_data  # noqa: E402

from pipeline.shards.encode import Encoder  # noqa: E402
from pipeline.shards.tokenizer import load_tokenizer  # noqa: E402

BATCH = 512


def gold_texts() -> list[str]:
    """Main texts by people, in some ten languages."""
    data = shared_data()
    files = sorted(data.glob("extraction/*.gold.jsonl.gz")) if data else []
    found = [row.get("main_content") or row.get("main_content_marked") or "" for file in files for row in rows(file)]
    return [text for text in found if text]


def digest(encoder: Encoder, texts: list[str]) -> str:
    """SHA-256 of all ids and the lengths of the documents, as others_side.py has it: without the end of text."""
    tokens, offsets = encoder.encode(texts)
    ids = [tokens[first : last - 1] for first, last in pairwise(offsets.tolist())]
    found = hashlib.sha256(np.array([len(each) for each in ids], np.uint32).tobytes())
    for each in ids:
        found.update(each.astype(np.uint32).tobytes())
    return found.hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--documents", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    file = tokenizer_file()
    encoder = Encoder(load_tokenizer(file.read_bytes()))
    kinds = {"English prose": pieces(args.documents), "gold texts": gold_texts()}
    for kind, texts in kinds.items():
        if not texts:
            continue
        batches = [texts[at : at + BATCH] for at in range(0, len(texts), BATCH)]
        wanted = digest(encoder, texts)

        def ours(batches: list[list[str]] = batches) -> None:
            for batch in batches:
                encoder.encode(batch)

        size = sum(len(text.encode()) for text in texts)
        for name in ("tokenizers", "tiktoken"):
            with peer(name, texts, {"tokenizer": [str(file)]}, name=name) as other:
                if other.ask()[1] != wanted:
                    raise SystemExit(f"{kind}: {name} finds other ids than we do")
                compare(f"{kind}, equal ids", ours, other, args.rounds, len(texts), size)


if __name__ == "__main__":
    main()
