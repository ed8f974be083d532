"""Grouping MinHash signatures by bands, against numpy's argsort a band: `python benchmarks/lsh.py --documents 1000000`.

Both sides get the same signatures, made here: a quarter of the documents are near-duplicates of others, with a
similarity between .7 and 1. Both make the bands' 64-bit keys with the same kernel and join with the same union-find, so
that the ratio is that of hashing against sorting; they take turns, and must find the same components. 10^7 documents
with 112 hashes take 4.5 GB, and 5.5 GB at the peak.
"""

import argparse
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType

import numpy as np
import numpy.typing as npt
import psutil

from pipeline.dedup.lsh import group_signatures
from pipeline.kernels import lsh, minhash

Method = Callable[..., npt.NDArray[np.int64]]

DUPLICATES = 0.25
CHUNK = 100_000


def make_signatures(documents: int, hashes: int, seed: int = 0) -> npt.NDArray[np.uint32]:
    """Random signatures; those of near-duplicates agree with an original's in a share of places, drawn for each."""
    draw = np.random.default_rng(seed)
    out = np.empty((documents, hashes), np.uint32)
    originals = documents - int(DUPLICATES * documents)
    for begin in range(0, documents, CHUNK):
        own = out[begin : begin + CHUNK]
        own[:] = draw.integers(0, 1 << 32, own.shape, dtype=np.uint32)
        copies = own[max(originals - begin, 0) :]
        if len(copies):
            of = draw.integers(0, originals, len(copies))
            equal = draw.random(copies.shape, np.float32) < draw.uniform(0.7, 1, (len(copies), 1))
            copies[:] = np.where(equal, out[of], copies)
    return out


def group_by_sorting(signatures: npt.NDArray[np.uint32], *, bands: int, rows: int) -> npt.NDArray[np.int64]:
    """What `group_signatures` answers, by numpy's argsort of each band's keys."""
    parents = np.arange(len(signatures))
    keys = np.empty((lsh.BANDS_AT_ONCE, len(signatures)), np.uint64)
    for band in range(bands):
        if band % lsh.BANDS_AT_ONCE == 0:
            minhash.keys_of_bands(signatures, band, rows, keys[: bands - band])
        own = keys[band % lsh.BANDS_AT_ONCE]
        order = np.argsort(own)
        ordered = own[order]
        equal = np.flatnonzero(ordered[1:] == ordered[:-1])
        lsh.unite_all(parents, order[equal], order[equal + 1])
    lsh.flatten(parents)
    return parents


@dataclass
class Peak:
    """The most resident memory of this process while in the block, in bytes."""

    bytes: int = 0

    def __enter__(self) -> "Peak":
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        process = psutil.Process()
        while True:
            self.bytes = max(self.bytes, process.memory_info().rss)
            if self._ended.wait(0.01):
                return


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--documents", type=int, default=1_000_000)
    parser.add_argument("--bands", type=int, default=14)
    parser.add_argument("--rows", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()

    methods: dict[str, Callable[..., npt.NDArray[np.int64]]] = {
        "hashing": group_signatures,
        "argsort": group_by_sorting,
    }
    tiny = make_signatures(1000, args.bands * args.rows)
    for method in methods.values():  # compiles
        method(tiny, bands=args.bands, rows=args.rows)
    signatures = make_signatures(args.documents, args.bands * args.rows)
    signatures.flags.writeable = False
    print(
        f"{args.documents:,} documents, {args.bands} bands of {args.rows}; signatures {signatures.nbytes / 1e9:.2f} GB"
    )

    seconds: dict[str, list[float]] = {name: [] for name in methods}
    peaks = dict.fromkeys(methods, 0)
    components: dict[str, npt.NDArray[np.int64]] = {}
    for _ in range(args.rounds):
        for name, method in methods.items():
            components.pop(name, None)
            with Peak() as peak:
                started = time.perf_counter()
                components[name] = method(signatures, bands=args.bands, rows=args.rows)
                seconds[name].append(time.perf_counter() - started)
            peaks[name] = max(peaks[name], peak.bytes)
    if not np.array_equal(components["hashing"], components["argsort"]):
        raise SystemExit("the two methods found different components")
    duplicates = np.count_nonzero(components["hashing"] != np.arange(args.documents))
    print(f"{duplicates:,} documents are connected to an earlier one")
    for name, times in seconds.items():
        middle = statistics.median(times)
        print(
            f"{name}: median {middle:.2f} s of {', '.join(f'{t:.2f}' for t in times)};"
            f" {args.documents / middle:,.0f} docs/s; peak {peaks[name] / 1e9:.2f} GB resident"
        )
    ratios = [sort / hashed for hashed, sort in zip(seconds["hashing"], seconds["argsort"])]
    print(f"argsort takes {statistics.median(ratios):.1f} times as long ({min(ratios):.1f} to {max(ratios):.1f})")


if __name__ == "__main__":
    main()
