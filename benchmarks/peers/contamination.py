"""The search for benchmark 13-grams against datatrove's decontamination filter.

    python benchmarks/peers/contamination.py [--documents 1000] [--rounds 3] [--benchmarks 'gsm8k_*' 'humaneval*' ...]

English documents of 3 kB, into every fiftieth of which one example is planted verbatim. Both indexes hold the 13-grams
of the whole examples (prompt and answer); building them is not measured. datatrove stops at a document's first match;
ours finds them all, with their positions. Each side has its documents as its pipeline hands them over. Recall of the
planted and documents accused without are printed for both.
"""

import argparse
import random

from rounds import compare, one_core, peer

one_core()

import numpy as np  # noqa: E402
import pyarrow as pa  # noqa: E402
from texts import pieces, shared_data  # noqa: E402

from pipeline.contamination.benchmarks import read_benchmark  # noqa: E402
from pipeline.contamination.index import GramLength, build  # noqa: E402
from pipeline.contamination.layouts import Example  # noqa: E402
from pipeline.contamination.scan import Scanner  # noqa: E402

BATCH = 512
NGRAM = 13
MIN_PLANTED_WORDS = 30
DEFAULT = ("gsm8k_*", "humaneval*", "mmlu_test*")


def examples_of(patterns: list[str]) -> dict[str, list[Example]]:
    """Examples by benchmark; without shared data, pieces of generated text."""
    data = shared_data()
    if data is None:
        return {"generated": [Example(str(i), text, "") for i, text in enumerate(pieces(3000, 400, seed=2))]}
    files = sorted({file for pattern in patterns for file in data.glob(f"benchmarks/{pattern}")})
    return {file.name.split(".")[0]: [e for e in read_benchmark(str(file)) if e.problem is None] for file in files}


def planted(texts: list[str], examples: list[Example], seed: int = 3) -> tuple[list[str], set[int]]:
    """The texts with an example in the middle of every fiftieth, and which those are."""
    dice = random.Random(seed)
    long = [example.text for example in examples if len(example.text.split()) >= MIN_PLANTED_WORDS]
    chosen = set(range(0, len(texts), 50))
    out = []
    for number, text in enumerate(texts):
        middle = text.find(" ", len(text) // 2) + 1
        out.append(f"{text[:middle]}\n{dice.choice(long)}\n{text[middle:]}" if number in chosen else text)
    return out, chosen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--benchmarks", nargs="+", default=list(DEFAULT))
    args = parser.parse_args()
    by_name = examples_of(args.benchmarks)
    examples = [example for found in by_name.values() for example in found]
    texts, chosen = planted(pieces(args.documents), examples)
    index = build(examples, [GramLength(NGRAM, across=True)])
    batches = [
        (np.arange(at, min(at + BATCH, len(texts)), dtype=np.int32), pa.array(texts[at : at + BATCH], pa.string()))
        for at in range(0, len(texts), BATCH)
    ]
    print(f"{len(examples):,} examples of {', '.join(by_name)}: {index.grams:,} distinct {NGRAM}-grams", flush=True)

    def ours() -> set[int]:
        scanner = Scanner(index)
        hits = [scanner.scan(rows, batch) for rows, batch in batches]
        return {row for found in hits for row in found.column("row").to_pylist()}

    with peer("contamination", texts, {name: [e.text for e in found] for name, found in by_name.items()}) as datatrove:
        size = sum(len(text.encode()) for text in texts)
        compare("search for 13-grams", ours, datatrove, args.rounds, len(texts), size)
        _, theirs = datatrove.ask()
    for name, found in (("ours", ours()), ("datatrove", {row for row, hit in enumerate(theirs) if hit})):
        print(f"{name}: {len(found & chosen)} of {len(chosen)} planted found, {len(found - chosen)} others accused")


if __name__ == "__main__":
    main()
