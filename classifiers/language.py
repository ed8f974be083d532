"""Trains the second opinion on languages (`pipeline.tag.neighbours`): a softmax over hashed runs of letters.

    python -m classifiers.language TEXTS.jsonl.gz ... --out DIR

reads lines {"lang", "source", "text"} and writes `neighbours.model` and its card. Texts of a language are joined and
cut to lengths from a word or two to a paragraph; sources are drawn by the square root of their size, and a language has
at most CHARS_A_LANGUAGE characters a pass. Weights are rounded to eight bits, and all but the KEPT_WEIGHTS that matter
most (their size times the square root of how often their feature is seen) are nought. One processor, one seed: the same
bytes; on another kind of processor the exponential function may differ in its last bit, so the file is pinned by hash.
"""

import argparse
import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.errors import WinnowError
from pipeline.kernels.letter_grams import HASH_BITS, gram_buckets
from pipeline.kernels.softmax_fit import descend
from pipeline.kernels.symbols import string_buffers
from pipeline.tag.neighbours import CARD_FILE, MODEL_FILE, Neighbours, pack

MIN_CHARS = 4000
"""A language with less text is left to lid.176."""
CHARS_A_LANGUAGE = 150_000
MOST_REPEATS = 12
"""How often a small language's text is read in one pass, at most."""
LENGTHS, LENGTH_SHARES = (30, 60, 100, 150, 300, 600), (0.1, 0.15, 0.35, 0.2, 0.1, 0.1)
SOURCE_WEIGHT = {"lingua": 3.0, "osm": 0.3, "transliterated": 0.1}
"""Running prose counts for more than lists of terms; other sources count 1."""
PASSES, FIRST_RATE, LAST_RATE = 4, 0.62, 0.02
KEPT_WEIGHTS = 300_000
CLIPPED = 0.9995  # this share of the weights keeps its size; the scale is the largest of them

Texts = Mapping[str, Mapping[str, list[str]]]
"""Language -> source -> texts."""


@dataclass(frozen=True)
class Trained:
    model: Neighbours
    losses: tuple[float, ...]
    """Mean loss of each pass, in nats."""


def read_texts(paths: Iterable[Path]) -> dict[str, dict[str, list[str]]]:
    """Language -> source -> texts, in the order of the files. Raises WinnowError for a line without the three keys."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for path in paths:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    row = json.loads(line)
                    found[row["lang"]][row["source"]].append(row["text"])
                except (ValueError, KeyError, TypeError) as error:
                    raise WinnowError(f"{path}, line {number}: no object with lang, source, text ({error})") from error
    return {language: dict(sources) for language, sources in found.items()}


def train(texts: Texts, seed: int = 1, kept_weights: int = KEPT_WEIGHTS) -> Trained:
    """Raises WinnowError where fewer than two languages have MIN_CHARS characters."""
    sizes = {language: sum(len(t) for ts in sources.values() for t in ts) for language, sources in texts.items()}
    labels = sorted(language for language, size in sizes.items() if size >= MIN_CHARS)
    if len(labels) < 2:
        raise WinnowError(f"languages with {MIN_CHARS} characters of text: {labels or 'none'}; two are needed")
    rng = np.random.default_rng(seed)
    pieces: list[str] = []
    numbers: list[int] = []
    for number, label in enumerate(labels):
        drawn = draw(texts[label], min(CHARS_A_LANGUAGE, MOST_REPEATS * sizes[label]), rng)
        pieces += drawn
        numbers += [number] * len(drawn)
    features, starts = gram_buckets(*string_buffers(pc.utf8_lower(pa.array(pieces, pa.string()))))
    weights = np.zeros((1 << HASH_BITS, len(labels)), np.float32)
    bias, squares = np.zeros(len(labels), np.float32), np.full(len(weights), 0.01, np.float32)
    rates = np.linspace(FIRST_RATE, LAST_RATE, PASSES + 1)
    losses = [
        descend(features, starts, np.array(numbers), rng.permutation(len(numbers)), weights, bias, squares, two)
        for two in np.lib.stride_tricks.sliding_window_view(rates, 2).copy()
    ]
    seen = np.bincount(features, minlength=len(weights))
    rounded, scale = thin(weights, seen, kept_weights)
    return Trained(Neighbours(tuple(labels), rounded, bias, scale), tuple(round(loss, 4) for loss in losses))


def draw(sources: Mapping[str, list[str]], limit: int, rng: np.random.Generator) -> list[str]:
    """Pieces of texts, `limit` characters in all, of many lengths."""
    names = sorted(sources)
    weights = np.sqrt([sum(map(len, sources[name])) * SOURCE_WEIGHT.get(name, 1.0) for name in names])
    found: list[str] = []
    total = 0
    while total < limit:
        texts = sources[names[rng.choice(len(names), p=weights / weights.sum())]]
        length = int(rng.choice(LENGTHS, p=LENGTH_SHARES))
        piece = texts[rng.integers(len(texts))]
        while len(piece) < length:
            piece += " " + texts[rng.integers(len(texts))]
        if len(piece) > 1.3 * length:
            start = piece.find(" ", int(rng.integers(len(piece) - length))) + 1
            piece = piece[start : start + length]
        total += len(piece) + 1
        found.append(piece)
    return found


def thin(
    weights: npt.NDArray[np.float32], seen: npt.NDArray[np.int64], kept: int
) -> tuple[npt.NDArray[np.int8], float]:
    """(weights in eight bits [buckets, labels], what one stands for). What all labels share cancels out, and goes."""
    centred = weights - np.median(weights, axis=1, keepdims=True)
    matters = np.abs(centred) * np.sqrt(seen)[:, None]
    if 0 < kept < matters.size:
        centred[matters < np.partition(matters.ravel(), -kept)[-kept]] = 0
    sizes = np.abs(centred[centred != 0])
    scale = float(np.quantile(sizes, CLIPPED)) / 127 if sizes.size else 1.0
    return np.clip(np.rint(centred / scale), -127, 127).astype(np.int8), scale


def card(texts: Texts, trained: Trained, note: str) -> dict[str, object]:
    """What the model was made of: languages, characters by source, losses, and a note on sources and licences."""
    characters: Counter[str] = Counter()
    for label in trained.model.labels:
        for source, rows in texts[label].items():
            characters[source] += sum(map(len, rows))
    return {
        "name": "neighbours",
        "what": "a softmax over hashed runs of 1 to 4 letters and words; see pipeline/tag/neighbours.py",
        "labels": list(trained.model.labels),
        "training_characters": dict(sorted(characters.items())),
        "loss_of_each_pass": list(trained.losses),
        "weights_not_nought": int(np.count_nonzero(trained.model.weights)),
        "sources": note,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("texts", nargs="+", type=Path, help='gzipped lines of {"lang", "source", "text"}')
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--note", default="", help="sources and licences, for the card")
    args = parser.parse_args()
    texts = read_texts(args.texts)
    trained = train(texts)
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / MODEL_FILE).write_bytes(pack(trained.model))
    written = card(texts, trained, args.note)
    (args.out / CARD_FILE).write_text(json.dumps(written, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(f"{args.out / MODEL_FILE}: {len(trained.model.labels)} languages, losses {trained.losses}")


if __name__ == "__main__":
    main()
