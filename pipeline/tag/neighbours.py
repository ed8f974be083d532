"""The second opinion on languages: softmaxes over hashed runs of letters, for what lid.176 confuses.

lid.176 in its compressed form knows close neighbours (Malay and Indonesian, Bosnian, Croatian and Serbian, the two
Norwegians and Danish, Afrikaans and Dutch) and some languages (Somali, Yoruba) badly. This model is Winnow's own: one
softmax over all languages that there is enough text for, and one for each of GROUPS, trained on the texts of these
languages alone. Its card, neighbours.card.json beside it, says what it was trained on; `winnow train language` makes
another one. A language that it does not have is left to lid.176.
"""

import functools
import json
import lzma
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pipeline.errors import WinnowError
from pipeline.kernels.arrow import Bytes, Offsets
from pipeline.kernels.letter_grams import HASH_BITS, gram_sums

GROUPS = tuple(tuple(group.split()) for group in ("id ms", "bs hr sl sr", "da nn no", "af nl", "cs sk"))
"""Languages so alike that a softmax of their own tells them apart."""

MODEL_FILE, CARD_FILE = "neighbours.model", "neighbours.card.json"
SHIPPED = Path(__file__).with_name(MODEL_FILE)
_FORMAT = "winnow-neighbours-2"
_FILTERS = [{"id": lzma.FILTER_LZMA2, "preset": 9, "lc": 0, "pb": 0}]


@dataclass(frozen=True)
class Softmax:
    labels: tuple[str, ...]
    weights: npt.NDArray[np.int8] = field(repr=False, compare=False)
    """[buckets, labels], in units of `scale`"""
    bias: npt.NDArray[np.float32] = field(repr=False, compare=False)
    scale: float

    def log_probabilities(self, data: Bytes, offsets: Offsets) -> npt.NDArray[np.float64]:
        """[n, labels] of texts in small letters; a text without letters has the same for each label."""
        sums, counts = gram_sums(data, offsets, self.weights)
        logits = sums * (self.scale / np.sqrt(np.maximum(counts, 1)))[:, None] + self.bias
        logits[counts == 0] = 0
        logits -= logits.max(axis=1, keepdims=True)
        return np.asarray(logits - np.log(np.exp(logits).sum(axis=1, keepdims=True)))


@dataclass(frozen=True)
class Neighbours:
    whole: Softmax
    """Over all languages."""
    groups: tuple[Softmax, ...]
    """Over each of GROUPS that there was text for."""

    @property
    def labels(self) -> tuple[str, ...]:
        return self.whole.labels


def pack(model: Neighbours) -> bytes:
    """The model as a file: a header in JSON, and the weights of one softmax after another."""
    parts = (model.whole, *model.groups)
    heads = [{"labels": one.labels, "scale": one.scale, "bias": one.bias.tolist()} for one in parts]
    head = json.dumps({"format": _FORMAT, "softmaxes": heads}).encode() + b"\n"
    weights = b"".join(one.weights.tobytes() for one in parts)
    return lzma.compress(head + weights, lzma.FORMAT_XZ, filters=_FILTERS)


def unpack(data: bytes, name: str) -> Neighbours:
    """Raises WinnowError for a file that is no such model, or cut short; `name` is the file in the message."""
    try:
        head, _, rest = lzma.decompress(data).partition(b"\n")
        found = json.loads(head)
        if found["format"] != _FORMAT:
            raise ValueError(f"format {found['format']!r}")
        parts, at = [], 0
        for one in found["softmaxes"]:
            shape = (1 << HASH_BITS, len(one["labels"]))
            weights = np.frombuffer(rest, np.int8, shape[0] * shape[1], at).reshape(shape)
            at += weights.size
            parts.append(Softmax(tuple(one["labels"]), weights, np.array(one["bias"], np.float32), float(one["scale"])))
        return Neighbours(parts[0], tuple(parts[1:]))
    except (lzma.LZMAError, EOFError, ValueError, LookupError, TypeError) as error:
        raise WinnowError(f"language model {name}: no model of neighbours, or cut short ({error})") from error


@functools.cache
def load_neighbours() -> Neighbours:
    """The model of the package, loaded once a process."""
    return unpack(SHIPPED.read_bytes(), str(SHIPPED))
