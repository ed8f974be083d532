"""Gopher's rules against datatrove's: speed, and how many documents both decide alike.

    python benchmarks/peers/gopher.py [--rounds 3] [--timed 600] [--strip-lines]

Documents: English main texts that trafilatura finds in the pages of the shared data, and published English web text.
Decisions (keep or drop, default limits) are compared on all of them: each filter alone on every document, and the two
in a row. Speed is measured on `--timed` of them, drawn evenly: repetition, then quality on what is left, as both
pipelines do it; datatrove tokenises each document once for both. --strip-lines takes white space off the ends of lines
first: datatrove counts blank lines that hold some as lines, and nearly all that is unequal in repetition comes of it.
"""

import argparse
from collections import Counter
from collections.abc import Sequence

from rounds import compare, one_core, peer

one_core()

import pyarrow as pa  # noqa: E402
from texts import english_texts  # noqa: E402

from pipeline.filters import FILTERS  # noqa: E402

BATCH = 512
NAMES = ("gopher_repetition", "gopher_quality")
PARAMS = {name: FILTERS[name].params() for name in NAMES}
Reasons = list[str | None]


def batches_of(texts: Sequence[str]) -> list[pa.RecordBatch]:
    return [
        pa.RecordBatch.from_pydict({"text": pa.array(texts[at : at + BATCH], pa.string())})
        for at in range(0, len(texts), BATCH)
    ]


def in_a_row(batches: list[pa.RecordBatch]) -> int:
    """Documents that both filters keep."""
    kept = 0
    for batch in batches:
        for name in NAMES:
            batch = batch.filter(pa.array(FILTERS[name].apply(batch, PARAMS[name]).code == 0))
        kept += batch.num_rows
    return kept


def decide(texts: list[str], name: str) -> Reasons:
    """Why the filter drops each text, None where it keeps it."""
    chosen = FILTERS[name]
    codes = [code for batch in batches_of(texts) for code in chosen.apply(batch, PARAMS[name]).code.tolist()]
    return [chosen.reasons[code - 1] if code else None for code in codes]


def report(kinds: dict[str, list[str]], ours: dict[str, Reasons], theirs: dict[str, Reasons]) -> None:
    """Shares of equal decisions by kind of text, and what the unequal ones were."""
    bounds, total = {}, 0
    for kind, texts in kinds.items():
        bounds[kind] = range(total, total + len(texts))
        total += len(texts)
    bounds["all"] = range(total)
    keeps = {
        side: {name: [reason is None for reason in found[name]] for name in NAMES}
        for side, found in (("ours", ours), ("theirs", theirs))
    }
    for both in keeps.values():
        both["both in a row"] = [a and b for a, b in zip(*both.values())]
    print(f"\n{'equal decisions':<22}" + "".join(f"{f'{kind} ({len(rows):,})':>32}" for kind, rows in bounds.items()))
    for name in (*NAMES, "both in a row"):
        a, b = keeps["ours"][name], keeps["theirs"][name]
        shares = [sum(a[i] == b[i] for i in rows) / len(rows) for rows in bounds.values()]
        print(f"{name:<22}" + "".join(f"{share:>32.2%}" for share in shares))
    for name in NAMES:
        differ = Counter(
            (a or "keep", b or "keep") for a, b in zip(ours[name], theirs[name]) if (a is None) != (b is None)
        )
        print(f"\n{name}, unequal: documents, ours, datatrove's")
        for (a, b), count in differ.most_common():
            print(f"{count:6}  {a:<22} {b}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--timed", type=int, default=600)
    parser.add_argument("--strip-lines", action="store_true")
    args = parser.parse_args()
    kinds = english_texts()
    if args.strip_lines:
        kinds = {kind: ["\n".join(map(str.strip, t.split("\n"))) for t in texts] for kind, texts in kinds.items()}
    texts = [text for found in kinds.values() for text in found]
    timed = texts[:: max(1, len(texts) // args.timed)]
    batches = batches_of(timed)
    with peer("gopher", timed) as datatrove:
        size = sum(len(text.encode()) for text in timed)
        compare("Gopher repetition and quality", lambda: in_a_row(batches), datatrove, args.rounds, len(timed), size)
    with peer("decisions", texts) as datatrove:
        _, theirs = datatrove.ask()
    report(kinds, {name: decide(texts, name) for name in NAMES}, theirs)


if __name__ == "__main__":
    main()
