"""Trains the content classifier of programming languages (`pipeline.tag.code_model`).

Regularised least squares, one label against the others (Rifkin, Yeo and Poggio 2003), in its dual form: one linear
system over the training texts, solved exactly. Each feature counts (1 + log2(times)) * sqrt(log(texts / texts with
it)); each family of features has length 1, and the two count alike. Texts of a label with many weigh less. Of all
weights the largest are kept, in steps of 1/127 of the largest.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import xxhash

from pipeline.errors import WinnowError
from pipeline.kernels.code_features import FAMILIES, STEPS, code_features
from pipeline.kernels.code_training import FloatArray, products, weights_of
from pipeline.kernels.symbols import string_buffers
from pipeline.tag.code_model import MAX_FILE_BYTES, PROSE, CodeModel, values, write_model

MIN_TEXTS = 2  # of a label
RARITY_STEPS = 32
LARGEST = 127

Say = Callable[[str], None]


@dataclass(frozen=True)
class Settings:
    """All but the folds was chosen by cross-validation over the training half of linguist's samples."""

    bits: int = 16
    max_bytes: int = 4096
    regularisation: float = 0.05
    balance: float = 0.5
    """A text weighs 1 / (texts of its label)^balance."""
    entries: int = 420_000
    """Weights that are kept."""
    folds: int = 4


@dataclass(frozen=True)
class Example:
    text: str
    label: str
    judged: bool
    """Whether it counts in cross-validation; what does not is always trained on."""


@dataclass(frozen=True, eq=False)
class Family:
    """One family's features of all texts: sparse rows of length 1."""

    starts: npt.NDArray[np.int64]
    buckets: npt.NDArray[np.int32]
    values: FloatArray
    rarity: npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Trained:
    file: bytes
    figures: dict[str, Any]


def train(examples: Sequence[Example], settings: Settings, say: Say = lambda _line: None) -> Trained:
    """Raises WinnowError where fewer than two labels have texts."""
    examples = _usable(examples)
    labels = tuple(sorted({example.label for example in examples}))
    if len(labels) < 2:
        raise WinnowError(f"code: {len(labels)} label(s) with at least {MIN_TEXTS} texts; give labelled files of two")
    texts = pa.array([example.text for example in examples], pa.string())
    truth = np.array([labels.index(example.label) for example in examples])
    families = [_family(texts, number, settings) for number in range(FAMILIES)]
    size = 1 << settings.bits
    alike = np.zeros((len(examples), len(examples)))
    for family in families:
        alike += products(family.starts, family.buckets, family.values, size) / FAMILIES
    say(f"{len(examples):,} texts, {len(labels)} labels")
    figures = _cross_validate(alike, truth, labels, examples, settings)
    say(f"cross-validated: {figures['accuracy']:.4f} of {figures['texts']:,}")
    shares = _solve(alike, truth, len(labels), settings)
    file = _fit_file(families, shares, labels, settings)
    return Trained(file, {"cross_validated": figures, "settings": asdict(settings), "labels": list(labels)})


def _usable(examples: Sequence[Example]) -> list[Example]:
    """Each text once, of labels with MIN_TEXTS, in an order that does not depend on the files' order."""
    unique = {xxhash.xxh3_128_digest(e.text.encode() + b"\0" + e.label.encode()): e for e in examples if e.text.strip()}
    texts = Counter(example.label for example in unique.values())
    return [unique[key] for key in sorted(unique) if texts[unique[key].label] >= MIN_TEXTS]


def _family(texts: pa.Array, family: int, settings: Settings) -> Family:
    starts, buckets, times = code_features(*string_buffers(texts), settings.max_bytes, settings.bits, family)
    n = len(texts)
    seen = np.bincount(buckets, minlength=1 << settings.bits)
    rarity = np.sqrt(np.log((n + 1) / np.maximum(seen, 1)))
    steps = np.where(seen >= 2, np.rint(RARITY_STEPS * rarity), 0).astype(np.uint8)
    found = (values()[times].astype(np.int64) * steps[buckets]).astype(np.float64)
    rows = np.repeat(np.arange(n), np.diff(starts))
    lengths = np.sqrt(np.bincount(rows, found * found, minlength=n))
    return Family(starts, buckets, found / np.maximum(lengths, 1)[rows], steps)


def _solve(alike: FloatArray, truth: npt.NDArray[np.int64], labels: int, settings: Settings) -> FloatArray:
    """[n, labels]: how much each text adds to each label: (K + regularisation / weight) shares = one-hot truth."""
    weight = np.bincount(truth, minlength=labels)[truth].astype(np.float64) ** -settings.balance
    ridge = settings.regularisation * weight.mean() / weight
    return np.asarray(np.linalg.solve(alike + np.diag(ridge), np.eye(labels)[truth]), np.float64)


def _cross_validate(
    alike: FloatArray, truth: npt.NDArray[np.int64], labels: tuple[str, ...], examples: Sequence[Example], s: Settings
) -> dict[str, Any]:
    """Of the judged texts, each scored by a model of the others' folds; before weights are rounded and cut."""
    folds = np.array(
        [xxhash.xxh3_64_intdigest(e.text.encode()) // 2 % s.folds if e.judged else -1 for e in examples], np.int64
    )
    found = np.full(len(truth), -1)
    for fold in range(s.folds):
        rest, mine = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        if len(mine):
            shares = _solve(alike[np.ix_(rest, rest)], truth[rest], len(labels), s)
            found[mine] = (alike[np.ix_(mine, rest)] @ shares).argmax(axis=1)
    prose = truth == labels.index(PROSE) if PROSE in labels else np.zeros(len(truth), np.bool_)
    code, right = (folds >= 0) & ~prose, found == truth
    accused = (folds >= 0) & prose
    return {
        "texts": int(code.sum()),
        "accuracy": float(right[code].mean()) if code.any() else 0.0,
        "prose_texts": int(accused.sum()),
        "prose_called_code": float((~right[accused]).mean()) if accused.any() else 0.0,
        "by_label": {
            label: [int((right & code & (truth == i)).sum()), int((code & (truth == i)).sum())]
            for i, label in enumerate(labels)
        },
    }


def _fit_file(families: Sequence[Family], shares: FloatArray, labels: tuple[str, ...], settings: Settings) -> bytes:
    size = 1 << settings.bits
    weights = np.concatenate([weights_of(f.starts, f.buckets, f.values, shares, size) for f in families])
    rarity = np.concatenate([f.rarity for f in families])
    entries = settings.entries
    while True:
        file = write_model(_model(weights, rarity, labels, entries, settings))
        if len(file) <= MAX_FILE_BYTES:
            return file
        entries = entries * 19 // 20


def _model(
    weights: npt.NDArray[np.float32], rarity: npt.NDArray[np.uint8], labels: tuple[str, ...], entries: int, s: Settings
) -> CodeModel:
    """The largest weights, by what they add to a score where their feature occurs once."""
    worth = np.abs(weights * rarity[:, None])
    flat = worth.ravel()
    if entries < np.count_nonzero(flat):
        worth[worth < np.partition(flat, len(flat) - entries)[len(flat) - entries]] = 0
    largest = float(np.abs(weights[worth > 0]).max())
    steps = np.rint(weights * (LARGEST / largest)).astype(np.int8)
    bucket, label = np.nonzero((worth > 0) & (steps != 0))
    counts = np.minimum(np.bincount(bucket, minlength=len(rarity)), 255).astype(np.uint8)
    return CodeModel(
        labels=labels,
        bits=s.bits,
        max_bytes=s.max_bytes,
        scales=np.full(FAMILIES, STEPS * largest / LARGEST / FAMILIES),
        biases=np.zeros(len(labels), np.int32),
        rarity=rarity,
        entries=counts,
        entry_labels=label.astype(np.uint8),
        entry_weights=steps[bucket, label],
    )
