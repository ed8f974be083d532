"""The quality classifier: fastText or logistic regression on words and their pairs, trained here, scored in integers.

Published classifiers of this kind: GPT-3 (arXiv:2005.14165, Appendix A) logistic regression on hashed words; the Pile
(arXiv:2101.00027) and MT-NLG (arXiv:2201.11990) fastText with word bigrams; DCLM (arXiv:2406.11794) the same, 5
epochs, learning rate 0.1. Two classes of equal size: text that is known to be good, and ordinary text.

Measured on 849 crawl pages and six small English corpora, each left out of training as a whole: AUC of its documents
against pages of held-out hosts (mean over hosts in four parts, two seeds). On the first three the settings were chosen.
In brackets, training on whole documents, files in proportion to their size:

    prose .982 (.954)   news .952 (.912)   textbook .990 (.973)
    speeches .972 (.862)   encyclopedia .936 (.897), .955 (.917)

The crawl pages that score too high are mostly well written. `benchmarks/quality.py` measures both families side by side
on corpora and hosts left out of training, also against C4, and on pairs of like documents.
"""

import functools
import math
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import xxhash

from classifiers import logistic
from classifiers.calibrate import Floats, platt
from classifiers.fasttext_file import LinearModel, QualityModelError, read_model, recalibrated
from classifiers.features import prepare
from classifiers.logistic import HashedModel
from pipeline.engine import storage
from pipeline.kernels.linear import ONE, steps_of

SCORE_STEPS = 10_000
"""Scores are multiples of 1/SCORE_STEPS, from 0 to 1."""

MIN_EPOCHS = 1
MIN_EXAMPLES_SEEN = 200_000
MAX_EPOCHS = 10
"""A small sample is gone over more often, until this many examples (pieces of documents) were seen."""

NEGATIVE, POSITIVE = "__label__negative", "__label__positive"
LIBRARY = "fasttext-community"

Steps = npt.NDArray[np.int32]
Lines = Iterable[tuple[bool, str]]
"""Good or not, and prepared text."""


@dataclass(frozen=True, slots=True)
class HyperParameters:
    """fastText's own names. `dim` and `bucket` are smaller than its defaults (100 and 2,000,000): on documents that
    costs no accuracy, and the model is a hundredth of the size.
    """

    epoch: int
    lr: float = 0.1
    dim: int = 16
    wordNgrams: int = 2
    bucket: int = 200_000
    minCount: int = 3
    loss: str = "softmax"
    thread: int = 1
    """More are not reproducible."""


def hyper_parameters(examples: int) -> HyperParameters:
    """For a number of training examples."""
    return HyperParameters(epoch=epochs(examples))


def epochs(examples: int) -> int:
    """How often so many examples are gone over."""
    return min(MAX_EPOCHS, max(MIN_EPOCHS, math.ceil(MIN_EXAMPLES_SEEN / max(1, examples))))


Chosen = HyperParameters | logistic.LogisticParameters


@dataclass(frozen=True)
class Model:
    """A classifier that is ready to score. `digest` is the xxh3-128 of its file, 32 hex characters."""

    linear: LinearModel | HashedModel
    digest: str

    def score(self, texts: pa.Array) -> Steps:
        """string [n] -> int32 [n]: the probability of good text in steps of 1/SCORE_STEPS; 0 for a text without words.

        Integer arithmetic throughout: the same model file gives the same steps on every processor.
        """
        return self.score_prepared(prepare(texts))

    def score_prepared(self, plain: pa.Array) -> Steps:
        """The same for texts that `features.prepare` has seen."""
        return steps_of(*self.linear.sums(plain), _limits())

    def logits(self, plain: pa.Array) -> Floats:
        """float64 [n] for prepared texts: what the probability is the logistic function of; 0 without words."""
        totals, counts = self.linear.sums(plain)
        return totals / np.maximum(counts, 1) / ONE


def load(path: str) -> Model:
    """Read a model file, local or remote. Raises QualityModelError, which names the file."""
    return from_bytes(read_file(path), path)


def read_file(path: str) -> bytes:
    """The bytes of a model file. Raises QualityModelError, which names the file."""
    try:
        return storage.read_bytes(path)
    except OSError as error:
        raise QualityModelError(f"quality model {path}: cannot be read ({error})") from error


def from_bytes(data: bytes, name: str) -> Model:
    """A model from its file's content, which says of which family it is. Raises QualityModelError."""
    reader = logistic.read_model if data.startswith(logistic.MAGIC) else read_model
    return Model(reader(data, name), xxhash.xxh3_128_hexdigest(data))


def train_family(lines: Callable[[], Lines], count: int, *, family: str, seed: int, name: str) -> tuple[bytes, Chosen]:
    """(model file, settings) of either family, trained on `count` lines, which are read in the same order each time."""
    if family == "logistic":
        settings = logistic.LogisticParameters(epoch=epochs(count))
        return logistic.train(lines, count, chosen=settings, name=name), settings
    chosen = hyper_parameters(count)
    return train(lines(), chosen=chosen, seed=seed, name=name), chosen


def train(examples: Lines, *, chosen: HyperParameters, seed: int, name: str) -> bytes:
    """(good or not, prepared text) in training order -> the bytes of a model file, the same every time.

    fastText reads a file, so the examples are written to a temporary one first: memory does not grow with them.
    Raises QualityModelError when fastText cannot train on them.
    """
    import fasttext  # takes a while, and only training needs it

    with tempfile.TemporaryDirectory(prefix="winnow-quality-") as folder:
        lines = Path(folder) / "train.txt"
        with lines.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(f"{POSITIVE if good else NEGATIVE} {text}\n" for good, text in examples)
        try:
            trained = fasttext.train_supervised(
                input=str(lines), seed=seed & 0x7FFFFFFF, verbose=0, **asdict(chosen)
            )  # fmt: skip
        except (RuntimeError, ValueError, MemoryError) as error:
            raise QualityModelError(
                f"quality model {name}: fastText could not train ({error}). Look at the texts of its sources with "
                "`winnow inspect`; more documents usually help"
            ) from error
        trained.save_model(str(Path(folder) / "model.bin"))
        return (Path(folder) / "model.bin").read_bytes()


def calibrated(data: bytes, logits: Floats, good: npt.NDArray[np.bool_], name: str) -> bytes:
    """The model file with its scores calibrated on whole documents, of which its own `logits` are given."""
    scale, shift = platt(logits, good)
    model = from_bytes(data, name).linear
    if isinstance(model, HashedModel):
        return logistic.recalibrated(model, scale, shift)
    return recalibrated(data, model, scale, shift)


@functools.cache
def _limits() -> npt.NDArray[np.int64]:
    """The logits, in multiples of 1/ONE, from which a probability rounds to 1, 2, ... SCORE_STEPS steps."""
    middles = ((step + 0.5) / SCORE_STEPS for step in range(SCORE_STEPS))
    return np.array([round(ONE * math.log(p / (1 - p))) for p in middles], np.int64)
