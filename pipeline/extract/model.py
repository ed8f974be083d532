"""The learned extractor's model file: trees, class/id lexicon, threshold and settings, in one file of at most 1 MiB.

    16 bytes   MAGIC
     4 bytes   version, uint32 (all numbers are little-endian)
     4 bytes   size of the header, uint32
    16 bytes   xxh3-128 of all other bytes
    header     JSON: feature names, scale, base, threshold, settings, and the length of each array
    arrays     one after the other

No pickle, no clock: the same model gives the same bytes. Reading needs numpy alone.
"""

import functools
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import xxhash

from pipeline.errors import WinnowError
from pipeline.kernels.lexicon import build_table
from pipeline.kernels.trees import FIELDS, Forest, forest, is_sound

MAGIC = b"winnow-extractor"
VERSION = 1
MAX_BYTES = 1 << 20
LEXICON_STEP = 1 / 16
"""Lexicon values are whole multiples of this, -128 to 127 of them."""

SHIPPED = Path(__file__).with_name("learned.model")

_START = struct.Struct("<16sII")
_BODY = _START.size + 16
_ARRAYS = {"steps": "<i2", "hashes": "<u4", "values": "i1"}  # in the file's order
_ANOTHER = "make one with `winnow train extractor`"


class ExtractorModelError(WinnowError):
    """A model file that cannot be used: the message names the file and what is wrong with it."""


@dataclass(frozen=True, eq=False)
class Model:
    """What marks blocks as main text: `score(forest, features) >= threshold`; scores are log odds times `scale`."""

    features: tuple[str, ...]  # names of the columns, in order
    forest: Forest
    scale: int
    threshold: int
    hashes: npt.NDArray[np.uint32]  # of class and id words, ascending
    values: npt.NDArray[np.int8]  # of each, in LEXICON_STEPs of log odds
    settings: Mapping[str, Any]  # JSON

    @functools.cached_property
    def lexicon(self) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.float32]]:
        """The lexicon as `pipeline.kernels.lexicon.lookup` reads it."""
        return build_table(self.hashes, lexicon_values(self.values))


def lexicon_values(steps: npt.NDArray[np.int8]) -> npt.NDArray[np.float32]:
    """Log odds of lexicon values as they are stored."""
    return steps.astype(np.float32) * np.float32(LEXICON_STEP)


def write(model: Model) -> bytes:
    """The bytes of a model file. Raises ExtractorModelError where it would be larger than MAX_BYTES or is unsound."""
    _check(model, "model")
    arrays: dict[str, npt.NDArray[Any]]
    arrays = {"steps": model.forest.steps, "hashes": model.hashes, "values": model.values}
    header = {
        "features": list(model.features),
        "scale": model.scale,
        "base": int(model.forest.base),
        "threshold": int(model.threshold),
        "settings": model.settings,
        "arrays": {name: int(array.size) for name, array in arrays.items()},
    }
    text = json.dumps(header, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
    body = text + b"".join(arrays[name].astype(kind).tobytes() for name, kind in _ARRAYS.items())
    start = _START.pack(MAGIC, VERSION, len(text))
    data = start + xxhash.xxh3_128_digest(start + body) + body
    if len(data) > MAX_BYTES:
        raise ExtractorModelError(f"the model has {len(data):,} bytes, more than {MAX_BYTES:,}: train fewer trees")
    return data


def read(data: bytes, name: str) -> Model:
    """A model from its file's content; `name` is the file in messages. Raises ExtractorModelError."""
    if data[: len(MAGIC)] != MAGIC:
        raise ExtractorModelError(
            f"{name} is no model of the learned extractor: make one with `winnow train extractor`"
        )
    if len(data) < _BODY:
        raise ExtractorModelError(_damaged(name, f"it ends after {len(data)} bytes"))
    _, version, header_bytes = _START.unpack_from(data)
    if version != VERSION:
        raise ExtractorModelError(f"{name} has format {version}, this Winnow reads format {VERSION}: {_ANOTHER}")
    body = data[_BODY:]
    if xxhash.xxh3_128_digest(data[: _START.size] + body) != data[_START.size : _BODY]:
        raise ExtractorModelError(_damaged(name, "its content does not match its digest"))
    header = json.loads(body[:header_bytes])
    arrays, at = {}, header_bytes
    for key, kind in _ARRAYS.items():
        stored = np.frombuffer(body, kind, header["arrays"][key], at)
        arrays[key] = stored.astype(
            np.dtype(kind).newbyteorder("=")
        )  # a copy: kernels are compiled for writable arrays
        at += arrays[key].nbytes
    model = Model(
        features=tuple(header["features"]),
        forest=forest(arrays["steps"].reshape(-1, FIELDS), header["base"]),
        scale=header["scale"],
        threshold=header["threshold"],
        hashes=arrays["hashes"],
        values=arrays["values"],
        settings=header["settings"],
    )
    _check(model, name)
    return model


def load(path: str | Path) -> Model:
    """Read a model file. Raises ExtractorModelError, which names the file."""
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise ExtractorModelError(f"extractor model {path}: cannot be read ({error})") from error
    return read(data, str(path))


@functools.cache
def shipped() -> Model:
    """The model in this package."""
    return load(SHIPPED)


def check_features(model: Model, names: tuple[str, ...], name: str) -> None:
    """Raise ExtractorModelError where a model was trained on other features than are computed here."""
    if model.features == names:
        return
    unlike = [f"{own!r} for {here!r}" for own, here in zip(model.features, names) if own != here]
    found = unlike[0] if unlike else f"{len(model.features)} for {len(names)}"
    raise ExtractorModelError(f"{name} was trained on other features ({found}): {_ANOTHER}")


def _check(model: Model, name: str) -> None:
    """What the kernels rely on."""
    if not is_sound(model.forest, len(model.features)):
        raise ExtractorModelError(_damaged(name, "its trees are not whole"))
    if len(model.hashes) != len(model.values) or (np.diff(model.hashes.astype(np.int64)) <= 0).any():
        raise ExtractorModelError(_damaged(name, "its lexicon is not in order"))


def _damaged(name: str, how: str) -> str:
    return f"extractor model {name} is damaged: {how}; fetch or train it again"
