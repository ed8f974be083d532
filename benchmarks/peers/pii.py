"""Masking of personal data against datatrove's PIIFormatter: e-mail and IP addresses; and all four kinds alone.

    python benchmarks/peers/pii.py [--documents 2000] [--rounds 5]

Two sets of English documents of 3 kB: stretches of books and articles, of which few have anything to mask, and of
published web text, of which some do. One core, one thread, core-seconds. Ours works on Arrow strings in batches of 512,
datatrove's on strings, as each pipeline has them. The two sets of rules are not the same (peers/README.md): the number
of documents that each changes is printed beside its speed.
"""

import argparse
import time

from rounds import compare, mean_pass, one_core, peer

one_core()

import numpy as np  # noqa: E402
import pyarrow as pa  # noqa: E402
from texts import PUBLISHED, pieces, rows, shared_data  # noqa: E402

from pipeline.kernels.pii import nominate  # noqa: E402
from pipeline.pii import KINDS, find, mask  # noqa: E402

BATCH = 512
BYTES = 3000


def web_pieces(count: int) -> list[str]:
    """The first `count` stretches of 3 kB of published web text, in the order of its files; none without real data."""
    data = shared_data()
    if data is None:
        return []
    joined = "\n\n".join(row["text"] for name in PUBLISHED for row in rows(data / "reference" / f"{name}.jsonl.gz"))
    whole = joined.encode()
    return [whole[at : at + BYTES].decode("utf-8", "ignore") for at in range(0, len(whole), BYTES)][:count]


def masked(batches: list[pa.Array], kinds: tuple[str, ...]) -> int:
    """How many documents have something to mask; they are masked."""
    changed = 0
    for batch in batches:
        found = find(batch, kinds)
        mask(batch, found)
        changed += len({match.row for match in found})
    return changed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--documents", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--alone", action="store_true", help="without datatrove")
    args = parser.parse_args()
    for name, texts in (("books and articles", pieces(args.documents)), ("web text", web_pieces(args.documents))):
        if not texts:
            continue
        batches = [pa.array(texts[at : at + BATCH], pa.string()) for at in range(0, len(texts), BATCH)]
        both, every = masked(batches, ("email", "ip")), masked(batches, KINDS)
        print(f"{name}: ours changes {both} of {len(texts):,} documents for two kinds, {every} for all four")
        silent = [
            batch.filter(pa.array(~np.isin(np.arange(len(batch)), nominate(batch, frozenset(KINDS))[:, 0])))
            for batch in batches
        ]
        quiet = sum(len(batch) for batch in silent)
        for title, group, number in (
            ("all documents", batches, len(texts)),
            ("those without a nomination", silent, quiet),
        ):
            best = min(_seconds(group) for _ in range(args.rounds)) / number
            print(f"  all four kinds, {title} ({number:,}): {1 / best:,.0f} documents/s, {best * 1e6:.2f} us each")
        if args.alone:
            continue
        with peer("pii", texts) as other:
            print(f"  datatrove changes {other.ask()[1]}")
            size = sum(len(text.encode()) for text in texts)
            compare(
                "Masking, two kinds", lambda b=batches: masked(b, ("email", "ip")), other, args.rounds, len(texts), size
            )


def _seconds(batches: list[pa.Array]) -> float:
    return mean_pass(lambda: masked(batches, KINDS), 0.2)


if __name__ == "__main__":
    started = time.process_time()
    main()
    print(f"{time.process_time() - started:.0f} s of CPU")
