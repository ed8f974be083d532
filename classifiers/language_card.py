"""The card of a trained second opinion on languages, and what is said of its sources."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xxhash

from classifiers.language import Trained
from classifiers.language_data import DOCUMENT_WORDS, HELD_OUT_PARTS, Texts
from pipeline.errors import WinnowError

SPLIT = (
    f"by xxh3-64 of the text: those that {HELD_OUT_PARTS} divides are held out and judge a model of the others, "
    f"one by one and joined to documents of {DOCUMENT_WORDS} words"
)
DETERMINISM = (
    "The same files, seed and library versions give the same bytes on one kind of processor; elsewhere the exponential "
    "function may differ in its last bit, and with it a few weights by one step. Scores of one model file differ by no "
    "more than the roundings of a sum of exponentials."
)


def read_sources(path: Path) -> dict[str, Any]:
    """What a file says of each source: {name: {url, version, licence, ...}}. Raises WinnowError."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise WinnowError(f"{path}: {error}; it has one JSON object, from names of sources to what they are") from error
    if not isinstance(found, dict) or not all(isinstance(value, dict) and value for value in found.values()):
        raise WinnowError(f"{path}: one JSON object is wanted, from names of sources to objects that say what they are")
    return found


def weights_of(sources: Mapping[str, Any], key: str = "weight") -> dict[str, float]:
    """How much each source counts, where that is said. Raises WinnowError for what is no positive number."""
    found = {name: of[key] for name, of in sources.items() if key in of}
    for name, weight in found.items():
        if not isinstance(weight, int | float) or not 0 < weight < float("inf"):
            raise WinnowError(f"source {name}: {key} {weight!r} is no positive number")
    return found


def check_sources(texts: Texts, sources: Mapping[str, Any]) -> None:
    """Raises WinnowError unless just the sources of the texts are described."""
    named = {name for of_language in texts.values() for name in of_language}
    if missing := sorted(named - set(sources)):
        raise WinnowError(f"nothing is said of the sources {', '.join(missing)}: add them to --sources")
    if unknown := sorted(set(sources) - named):
        raise WinnowError(f"no text has the sources {', '.join(unknown)} that --sources describes")


def make_card(trained: Trained, files: Sequence[Path], sources: Mapping[str, Any]) -> dict[str, Any]:
    model = trained.model
    characters: Counter[str] = Counter()
    count: Counter[str] = Counter()
    for label in model.labels:
        for source, rows in trained.texts[label].items():
            characters[source] += sum(map(len, rows))
            count[source] += len(rows)
    return {
        "name": "neighbours",
        "what": "softmaxes over hashed runs of 1 to 4 letters and words; see pipeline/tag/neighbours.py",
        "labels": list(model.labels),
        "groups": [list(group.labels) for group in model.groups],
        "left_out": sorted(set(trained.texts) - set(model.labels)),
        "data": [{"file": path.name, "xxh3_128": xxhash.xxh3_128_hexdigest(path.read_bytes())} for path in files],
        "sources": {
            name: {"texts": count[name], "characters": characters[name], **sources.get(name, {})}
            for name in sorted(characters)
        },
        "training": dict(trained.training),
        "split": SPLIT,
        "held_out": dict(trained.held_out),
        "weights_not_nought": int(sum(np.count_nonzero(one.weights) for one in (model.whole, *model.groups))),
        "bytes": len(trained.file),
        "digest": xxhash.xxh3_128_hexdigest(trained.file),
        "library": {"numpy": np.__version__},
        "determinism": DETERMINISM,
    }


def card_json(card: Mapping[str, Any]) -> bytes:
    return json.dumps(card, indent=1, ensure_ascii=False).encode() + b"\n"
