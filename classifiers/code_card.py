"""The card of a trained classifier of programming languages."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xxhash

from classifiers.code import Trained
from classifiers.code_data import MIN_SAMPLES, PROSE_ROWS

SPLIT = (
    "by xxh3-64 of the text: odd ones are held out of training and of all choices (of sets and of prose); what is "
    "cross-validated are the even ones, each scored by a model of the others"
)
LICENCE = (
    "Trained on files that keep their own licences (linguist's samples), on MIT-licensed ones, and on the texts named "
    "under prose, each with the licence of its corpus. The model holds integer weights of hashed features, no text: no "
    "file can be read out of it."
)
DETERMINISM = (
    "The same files and library versions give the same model on one kind of processor; elsewhere the linear system's "
    "last bits may differ, and with them a few weights by one step. Scores of one model file are the same everywhere."
)


def make_card(
    trained: Trained, sets: Sequence[Path], also: Sequence[Path], prose: Sequence[Path], counts: Mapping[str, int]
) -> dict[str, Any]:
    return {
        "data": {
            role: [{"file": path.name, "xxh3_128": xxhash.xxh3_128_hexdigest(path.read_bytes())} for path in files]
            for role, files in (("labelled", sets), ("labelled, all trained on", also), ("prose", prose))
        },
        "texts": dict(counts),
        "languages": f"those with at least {MIN_SAMPLES} rows in the labelled sets, and those that file names tell",
        "prose": f"at most {PROSE_ROWS} texts of a file",
        "split": SPLIT,
        **trained.figures,
        "bytes": len(trained.file),
        "digest": xxhash.xxh3_128_hexdigest(trained.file),
        "library": {"numpy": np.__version__},
        "licence": LICENCE,
        "determinism": DETERMINISM,
    }


def card_json(card: Mapping[str, Any]) -> bytes:
    return json.dumps(card, indent=1, ensure_ascii=False).encode() + b"\n"
