"""The card of a trained classifier: what it was made from, how good it is on what it has not seen, what it is."""

import importlib.metadata
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from classifiers.evaluate import calibration, evaluate, histogram, precision_recall
from classifiers.examples import CLASS_DOCUMENTS, HELD_OUT_SHARE, PIECE_WORDS, Counts, Examples, Mask
from classifiers.features import MAX_CHARS
from classifiers.noise import FOLDS
from classifiers.policies import by_hundredth
from classifiers.quality import LIBRARY, SCORE_STEPS, Chosen, Steps

TEXT = (
    f"the first {MAX_CHARS:,} characters of words of each document: case folded, symbols and punctuation left out, "
    "every digit 0, one word a character cluster in scripts without spaces"
)
EXAMPLES = (
    f"pieces of {PIECE_WORDS} words, spread evenly over a document; as many of one class as of the other, in equal "
    "shares of a class's sources, of a source's hosts and files, and of their documents, where what small ones lack "
    "goes to the others. Scores are of whole texts, calibrated on the documents trained on (Platt 1999)"
)
DETERMINISM = {
    "fasttext": (
        "Training uses one thread and a seed, and gives the same bytes every time on one kind of processor; elsewhere "
        f"the last bits of its floats may differ. Scoring is integer arithmetic in steps of 1/{SCORE_STEPS:,}: this "
        "file gives the same scores on every processor."
    ),
    "logistic": (
        "Training adds, multiplies and divides doubles in one order and uses nothing else: the same bytes on every "
        f"processor with IEEE 754 arithmetic. Scoring is integer arithmetic in steps of 1/{SCORE_STEPS:,}."
    ),
}

CONFUSIONS = 10
"""Documents of each kind that a card shows, at most."""


@dataclass(frozen=True)
class Facts:
    """What `make_card` puts into words and numbers."""

    model: str
    family: str
    digest: str  # xxh3-128 of model.bin
    sha256: str  # the same, as recipes pin it
    model_bytes: int
    seed: int
    examples: Examples
    chars: npt.NDArray[np.int64]  # of each example, in plain form
    taken: Counts  # pieces of each that were trained on
    held_out: Mask
    rules: Mapping[str, str]  # source -> how it was split
    hyper_parameters: Chosen
    steps: Steps  # scores of all examples
    confusions: Mapping[str, list[dict[str, Any]]]
    confounds: Mapping[str, dict[str, Any]]
    drop_contradicted: float
    dropped: Mask | None
    dropped_shown: Mapping[str, list[dict[str, Any]]]


def make_card(facts: Facts) -> bytes:
    """card.json. Figures are of held-out documents unless they say otherwise."""
    examples, steps = facts.examples, facts.steps
    judged = facts.held_out & examples.worded
    good, ordinary = (histogram(steps[judged & (examples.good == side)]) for side in (True, False))
    found = evaluate(good, ordinary)
    sources = np.array(examples.sources, object)
    card = {
        "model": facts.model,
        "family": facts.family,
        "data": {
            side: _class_data(facts, sources, side == "positive") for side in ("positive", "negative")
        },
        "class_documents_at_most": CLASS_DOCUMENTS,
        "text": TEXT,
        "examples": EXAMPLES,
        "split": {
            "held_out_share": HELD_OUT_SHARE,
            "by_source": dict(sorted(facts.rules.items())),
            "held_out": {"positive": int(good.sum()), "negative": int(ordinary.sum())},
            "note": _split_note(facts.rules),
        },
        "hyper_parameters": {**asdict(facts.hyper_parameters), "seed": facts.seed},
        "auc": found.auc,
        "precision_at_half": found.precision,
        "recall_at_half": found.recall,
        "precision_recall": precision_recall(good, ordinary),
        "calibration": calibration(good, ordinary),
        "confusions": facts.confusions,
        "confounds": facts.confounds,
        **({} if facts.dropped is None else {"label_noise": _label_noise(facts, facts.dropped)}),
        "scores": {
            source: by_hundredth(histogram(steps[judged & (sources == source)])) for source in sorted(facts.rules)
        },
        "score_steps": SCORE_STEPS,
        "digest": facts.digest,
        "sha256": facts.sha256,
        "bytes": facts.model_bytes,
        "library": {LIBRARY: importlib.metadata.version(LIBRARY)} if facts.family == "fasttext" else {},
        "determinism": DETERMINISM[facts.family],
    }  # fmt: skip
    return json.dumps(card, indent=1, ensure_ascii=False).encode() + b"\n"


def _label_noise(facts: Facts, dropped: Mask) -> dict[str, Any]:
    """What was left out of training because a model of the other documents contradicts its label."""
    sources = np.array(facts.examples.sources, object)
    could = ~facts.held_out & facts.examples.worded
    return {
        "drop_contradicted": facts.drop_contradicted,
        "folds": FOLDS,
        "by_source": {
            source: {
                "documents": int((could & (sources == source)).sum()),
                "dropped": int(dropped[sources == source].sum()),
            }
            for source in sorted(set(facts.examples.sources))
        },
        "dropped": facts.dropped_shown,
    }


def farthest(examples: Examples, among: Mask, steps: Steps) -> dict[str, list[int]]:
    """Rows of documents whose label is contradicted: ordinary ones by falling, good ones by rising score."""
    found = {}
    for name, side, sign in (("negative", ~examples.good, -1), ("positive", examples.good, 1)):
        rows = np.flatnonzero(among & side).tolist()
        found[name] = sorted(rows, key=lambda row: (sign * int(steps[row]), examples.ids[row]))[:CONFUSIONS]
    return found


def confused(examples: Examples, judged: Mask, steps: Steps) -> dict[str, list[int]]:
    """Rows of held-out documents of the wrong side of one half: ordinary ones by falling, good ones by rising score."""
    found = farthest(examples, judged & (examples.good == (steps < SCORE_STEPS // 2)), steps)
    return {"negative_called_good": found["negative"], "positive_called_ordinary": found["positive"]}


def _class_data(facts: Facts, sources: npt.NDArray[np.object_], good: bool) -> dict[str, Any]:
    """Documents and characters of a class by source: drawn, without words, trained on, held out."""
    found: dict[str, Any] = {}
    for source in sorted(set(sources[facts.examples.good == good])):
        mine = sources == source
        judged = mine & facts.held_out & facts.examples.worded
        trained = mine & (facts.taken > 0)
        share = facts.taken / np.maximum(facts.examples.pieces, 1)
        found[source] = {
            "documents": int(mine.sum()),
            "without_words": int((mine & ~facts.examples.worded).sum()),
            "trained_documents": int(trained.sum()),
            "trained_pieces": int(facts.taken[trained].sum()),
            "trained_chars": round(float((facts.chars * share)[trained].sum())),
            "hosts_or_files": len({key for key, own in zip(facts.examples.keys, mine) if own}),
            "held_out_documents": int(judged.sum()),
        }
    return found


def _split_note(rules: Mapping[str, str]) -> str:
    by_document = sorted(source for source, rule in rules.items() if rule == "document")
    note = "hosts of addresses, or files where there is no address, are wholly on one side, by a hash of their name"
    if by_document:
        note += (
            f"; {', '.join(by_document)}: split by document, since hosts or files would have left too much on one "
            "side, so that held-out documents may resemble training documents more than unseen ones would"
        )
    return note
