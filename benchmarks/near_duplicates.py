"""Near-duplicates as people judge them: `python -m benchmarks.near_duplicates`.

Pairs of real web pages with a human label (Webis ECIR 2020; CopyCat, canonical links): 1 and above is a duplicate. Each
setting is a layout that nominates and a similarity that decides. A threshold is chosen on one half of the pairs, as the
middle of the plateau of F1 (a Gaussian of 0.02 over thresholds), and scored on the other half, with nomination: a pair
that shares no band counts as not found. Pairs that have a text in common, if only through other pairs, are of one half:
that of the parity of xxh3-64 of the least of their texts' digests. Both directions are printed. Cost is the time of
signatures and shingles for the documents of all pairs, against 14 x 8.
"""

import gzip
import itertools
import json
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import xxhash

from benchmarks.common import shared_files
from pipeline.dedup import minhash
from pipeline.recheck import similarity_of
from pipeline.recipe.presets import PRESETS

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

SETS = {"webis": "webis-ecir20-pairs", "canonical": "copycat-canonical-pairs"}
THRESHOLDS = np.arange(0.3, 0.98, 0.005)
SMOOTHING = 0.02
ROUNDS = 3


@dataclass(frozen=True)
class Setting:
    name: str
    shingle: str
    ngram: int
    bands: int
    rows: int
    measure: str = "jaccard"
    repeats: bool = False
    threshold: float | None = None  # as published; None: chosen


OURS = (
    Setting("scaled, word 3 with repeats, 40 x 5", "word", 3, 40, 5, "scaled", True),
    Setting("scaled, word 2 with repeats, 40 x 5", "word", 2, 40, 5, "scaled", True),
    Setting("scaled, word 2 with repeats, 50 x 4", "word", 2, 50, 4, "scaled", True),
    Setting("mutual, word 3 with repeats, 40 x 5", "word", 3, 40, 5, "mutual", True),
    Setting("mutual, word 2 with repeats, 40 x 5", "word", 2, 40, 5, "mutual", True),
    Setting("Jaccard, word 5, 14 x 8", "word", 5, 14, 8),
    Setting("Jaccard, word 5, 36 x 4", "word", 5, 36, 4),
)


def published(name: str) -> Setting:
    """A preset at its own threshold; one without verification removes all that it nominates."""
    p = PRESETS[name]
    threshold = p["threshold"] if p.get("verify", True) else 0.0
    return Setting(f"{name}, as published", p["shingle"], p["ngram"], p["bands"], p["rows"], threshold=threshold)


@dataclass(frozen=True)
class Pairs:
    """The judged pairs; texts are left, right, left, right ..."""

    texts: pa.Array
    duplicate: Bools
    half: npt.NDArray[np.int64]
    member: dict[str, Bools]  # set -> which pairs


def read_pairs() -> Pairs:
    texts, duplicate, names = [], [], []
    for name, file in SETS.items():
        (path,) = shared_files(f"data/neardup/{file}.jsonl.gz")
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                if row["label"] != "unknown":
                    texts += [row["left"], row["right"]]
                    duplicate.append(float(row["label"]) >= 1)
                    names.append(name)
    member = {name: np.array(names) == name for name in SETS}
    return Pairs(pa.array(texts), np.array(duplicate), halves(texts), member)


def halves(texts: list[str]) -> npt.NDArray[np.int64]:
    """0 or 1 of each pair, such that no text, but for its white space, is in both."""
    least: dict[str, str] = {}  # digest -> a lesser one of the same component

    def root(digest: str) -> str:
        while least.setdefault(digest, digest) != digest:
            digest = least[digest]
        return digest

    digests = [xxhash.xxh3_128_hexdigest(" ".join(text.split()).encode()) for text in texts]
    for left, right in zip(digests[::2], digests[1::2]):
        lesser, greater = sorted((root(left), root(right)))
        least[greater] = lesser
    return np.array([xxhash.xxh3_64_intdigest(root(left).encode()) % 2 for left in digests[::2]])


def measured(setting: Setting, pairs: Pairs) -> tuple[Floats, Bools]:
    """(similarity, nominated) of each pair."""
    signed, _ = minhash.signatures(
        pairs.texts, shingle=setting.shingle, ngram=setting.ngram, hashes=setting.bands * setting.rows
    )
    salt = np.zeros(len(signed), np.uint64)
    keys = minhash.band_keys(signed, bands=setting.bands, rows=setting.rows, salt=salt)
    sets, offsets = minhash.shingle_sets(
        pairs.texts, shingle=setting.shingle, ngram=setting.ngram, repeats=setting.repeats
    )
    own = [sets[first:last] for first, last in itertools.pairwise(offsets)]
    both_ways = [
        min(similarity_of(a, b, setting.measure), similarity_of(b, a, setting.measure))
        for a, b in zip(own[::2], own[1::2])
    ]
    return np.array(both_ways), (keys[::2] == keys[1::2]).any(axis=1)


def f1(found: Bools, wanted: Bools) -> float:
    return 2 * float((found & wanted).sum()) / max(1, int(found.sum() + wanted.sum()))


def choose(similarity: Floats, nominated: Bools, wanted: Bools) -> float:
    scores = np.array([f1((similarity >= t) & nominated, wanted) for t in THRESHOLDS])
    weights = np.exp(-0.5 * ((THRESHOLDS[:, None] - THRESHOLDS[None]) / SMOOTHING) ** 2)
    return float(THRESHOLDS[np.argmax(weights @ scores / weights.sum(axis=1))])


def seconds(setting: Setting, texts: pa.Array) -> float:
    """The fastest of some rounds of what a run computes for each document."""
    times = []
    for _ in range(ROUNDS):
        started = time.process_time()
        minhash.signatures(texts, shingle=setting.shingle, ngram=setting.ngram, hashes=setting.bands * setting.rows)
        minhash.shingle_sets(texts, shingle=setting.shingle, ngram=setting.ngram, repeats=setting.repeats)
        times.append(time.process_time() - started)
    return min(times)


def row_of(setting: Setting, pairs: Pairs, base: float) -> dict[str, Any]:
    similarity, nominated = measured(setting, pairs)
    row: dict[str, Any] = {"cost": seconds(setting, pairs.texts) / base}
    for name, mine in pairs.member.items():
        for chosen in (0, 1):
            fit, score = mine & (pairs.half == chosen), mine & (pairs.half != chosen)
            threshold = setting.threshold
            if threshold is None:
                threshold = choose(similarity[fit], nominated[fit], pairs.duplicate[fit])
            found = (similarity >= threshold) & nominated
            row[f"{name} {chosen}"] = (threshold, f1(found[score], pairs.duplicate[score]))
        found = nominated & (similarity >= np.where(pairs.half == 0, row[f"{name} 1"][0], row[f"{name} 0"][0]))
        row[f"{name} both"] = f1(found[mine], pairs.duplicate[mine])
        best = max(f1((similarity[mine] >= t), pairs.duplicate[mine]) for t in THRESHOLDS)
        row[f"{name} best"] = best
    return row


def main() -> None:
    pairs = read_pairs()
    counts = {name: int(mine.sum()) for name, mine in pairs.member.items()}
    print(f"{counts} judged pairs; halves without a common text: {np.bincount(pairs.half).tolist()}")
    print("F1 on the half that the threshold was not chosen on (threshold in brackets): 0 -> 1, 1 -> 0; both: of all")
    print("pairs, each by the other half's threshold; best: the most that any threshold gives on all pairs of the set,")
    print("without nomination; cost against Jaccard, word 5, 14 x 8")
    base = Setting("", "word", 5, 14, 8)
    measured(base, pairs)  # compiled
    unit = seconds(base, pairs.texts)
    for setting in (*OURS, *map(published, PRESETS)):
        row = row_of(setting, pairs, unit)
        cells = []
        for name in SETS:
            apart = ", ".join("{1:.3f} ({0:.2f})".format(*row[f"{name} {half}"]) for half in (0, 1))
            cells.append(f"{name} {apart}, both {row[f'{name} both']:.3f}, best {row[f'{name} best']:.3f}")
        print(f"{setting.name:38} {'; '.join(cells)}; cost {row['cost']:.2f}", flush=True)


if __name__ == "__main__":
    main()
