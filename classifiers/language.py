"""Trains the second opinion on languages (`pipeline.tag.neighbours`): softmaxes over hashed runs of letters.

Texts of a language are joined and cut to lengths from a word or two to a paragraph. Sources are drawn by the square
root of their size and weight, and a language has at most `chars` characters a pass. Weights are rounded to eight bits,
and all but those that matter most (their size times the square root of how often their feature is seen) are nought.
One processor, one seed: the same bytes; see `classifiers.language_card` for others.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from classifiers.language_data import Texts, is_held_out, only
from classifiers.language_judge import judge
from pipeline.errors import WinnowError
from pipeline.kernels.letter_grams import HASH_BITS, gram_buckets
from pipeline.kernels.softmax_fit import descend
from pipeline.kernels.symbols import string_buffers
from pipeline.tag.neighbours import GROUPS, Neighbours, Softmax, pack

MAX_BYTES = 1_000_000  # of the model's file
LENGTHS, LENGTH_SHARES = (30, 60, 100, 150, 300, 600), (0.1, 0.15, 0.35, 0.2, 0.1, 0.1)
FIRST_RATE, LAST_RATE = 0.62, 0.02
CLIPPED = 0.9995  # this share of the weights keeps its size; the scale is the largest of them

Say = Callable[[str], None]
Weights = Mapping[str, float]
"""Source -> how much its texts count; 1 where it is not named."""


@dataclass(frozen=True)
class Fit:
    """How one softmax is trained."""

    chars: int
    """Characters of a language in one pass, at most."""
    passes: int
    kept: int
    """Weights that are kept."""
    most_repeats: int = 12
    """How often a small language's text is read in one pass, at most."""


@dataclass(frozen=True)
class Settings:
    seed: int = 1
    min_chars: int = 4000
    """A language with less text is left to lid.176."""
    whole: Fit = field(default=Fit(chars=150_000, passes=4, kept=300_000))
    group: Fit = field(default=Fit(chars=600_000, passes=4, kept=40_000))


@dataclass(frozen=True)
class Trained:
    model: Neighbours
    file: bytes
    texts: Texts
    """What the model was trained on."""
    training: Mapping[str, Any]
    """Settings, and the mean loss of each pass in nats."""
    held_out: Mapping[str, Any]
    """Figures of texts that the judged model has not seen; see `classifiers.language_judge`."""


def train(
    texts: Texts,
    settings: Settings = Settings(),
    *,
    weights: Weights | None = None,
    group_weights: Weights | None = None,
    refit: bool = False,
    say: Say = lambda _line: None,
) -> Trained:
    """A model of the texts that are not held out, judged by the others; with `refit` then one of all texts.

    `group_weights` are for the softmaxes of groups, where they differ: what is rare but well written tells neighbours
    apart. Raises WinnowError where fewer than two languages have `min_chars` characters of text.
    """
    shares = (weights or {}, {**(weights or {}), **(group_weights or {})})
    seen: Texts = only(texts, lambda text: not is_held_out(text))
    say(f"training on {_count(seen):,} texts, {_count(texts) - _count(seen):,} held out")
    model, losses = _train(seen, settings, shares, say)
    figures = judge(model, only(texts, is_held_out))
    say(f"held out: {figures['texts']['accuracy']} of the texts, {figures['documents']['accuracy']} of documents right")
    if refit:
        seen = texts
        say("training again on all texts")
        model, losses = _train(seen, settings, shares, say)
    file = pack(model)
    if len(file) > MAX_BYTES:
        raise WinnowError(f"the model has {len(file):,} bytes, more than {MAX_BYTES:,}: keep fewer weights")
    training = {"refit": refit, "settings": asdict(settings), "losses": losses}
    return Trained(model, file, seen, training, figures)


def _count(texts: Texts) -> int:
    return sum(len(rows) for sources in texts.values() for rows in sources.values())


def _train(
    texts: Texts, settings: Settings, shares: tuple[Weights, Weights], say: Say
) -> tuple[Neighbours, dict[str, list[float]]]:
    sizes = {language: _chars(sources) for language, sources in texts.items()}
    labels = tuple(sorted(language for language, size in sizes.items() if size >= settings.min_chars))
    if len(labels) < 2:
        raise WinnowError(f"languages with {settings.min_chars} characters of text: {labels or 'none'}; two are needed")
    groups = [group for group in GROUPS if set(group) <= set(labels)]
    losses: dict[str, list[float]] = {}
    found: list[Softmax] = []
    for of in (labels, *groups):
        fit, weights = (settings.group, shares[1]) if found else (settings.whole, shares[0])
        softmax, lost = fit_softmax(texts, of, fit, weights, np.random.default_rng(settings.seed))
        name = " ".join(of) if found else "all languages"
        losses[name] = lost
        found.append(softmax)
        say(f"{name}: mean loss {lost[-1]:.4f}")
    return Neighbours(found[0], tuple(found[1:])), losses


def fit_softmax(
    texts: Texts, labels: Sequence[str], fit: Fit, weights: Weights, rng: np.random.Generator
) -> tuple[Softmax, list[float]]:
    """(softmax over some languages, mean loss of each pass)."""
    pieces: list[str] = []
    numbers: list[int] = []
    for number, label in enumerate(labels):
        drawn = draw(texts[label], min(fit.chars, fit.most_repeats * _chars(texts[label])), weights, rng)
        pieces += drawn
        numbers += [number] * len(drawn)
    features, starts = gram_buckets(*string_buffers(pc.utf8_lower(pa.array(pieces, pa.string()))))
    fitted = np.zeros((1 << HASH_BITS, len(labels)), np.float32)
    bias, squares = np.zeros(len(labels), np.float32), np.full(len(fitted), 0.01, np.float32)
    rates = np.linspace(FIRST_RATE, LAST_RATE, fit.passes + 1)
    losses = [
        descend(features, starts, np.array(numbers), rng.permutation(len(numbers)), fitted, bias, squares, two)
        for two in np.lib.stride_tricks.sliding_window_view(rates, 2).copy()
    ]
    rounded, scale = thin(fitted, np.bincount(features, minlength=len(fitted)), fit.kept)
    return Softmax(tuple(labels), rounded, bias, scale), [round(loss, 4) for loss in losses]


def _chars(sources: Mapping[str, list[str]]) -> int:
    return sum(len(text) for texts in sources.values() for text in texts)


def draw(sources: Mapping[str, list[str]], limit: int, weights: Weights, rng: np.random.Generator) -> list[str]:
    """Pieces of texts, `limit` characters in all, of many lengths."""
    names = sorted(sources)
    shares = np.sqrt([sum(map(len, sources[name])) * weights.get(name, 1.0) for name in names])
    found: list[str] = []
    total = 0
    while total < limit:
        texts = sources[names[rng.choice(len(names), p=shares / shares.sum())]]
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
