"""The second opinion on languages: a softmax over hashed runs of letters, for what lid.176 confuses.

lid.176 in its compressed form knows close neighbours (Malay and Indonesian, Bosnian, Croatian and Serbian, the two
Norwegians and Danish, Afrikaans and Dutch) and some languages (Somali, Yoruba) badly. This model is Winnow's own; its
card, neighbours.card.json beside it, says what it was trained on, and classifiers/language.py how. A language that it
has too little text for is not among its labels: there lid.176 decides alone.
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

MODEL_FILE, CARD_FILE = "neighbours.model", "neighbours.card.json"
SHIPPED = Path(__file__).with_name(MODEL_FILE)
_FORMAT = "winnow-neighbours-1"
_FILTERS = [{"id": lzma.FILTER_LZMA2, "preset": 9, "lc": 0, "pb": 0}]


@dataclass(frozen=True)
class Neighbours:
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


def pack(model: Neighbours) -> bytes:
    """The model as a file: a header in JSON, and the weights."""
    head = {"format": _FORMAT, "labels": model.labels, "scale": model.scale, "bias": model.bias.tolist()}
    return lzma.compress(json.dumps(head).encode() + b"\n" + model.weights.tobytes(), lzma.FORMAT_XZ, filters=_FILTERS)


def unpack(data: bytes, name: str) -> Neighbours:
    """Raises WinnowError for a file that is no such model, or cut short; `name` is the file in the message."""
    try:
        head, _, rest = lzma.decompress(data).partition(b"\n")
        found = json.loads(head)
        if found["format"] != _FORMAT:
            raise ValueError(f"format {found['format']!r}")
        weights = np.frombuffer(rest, np.int8).reshape(1 << HASH_BITS, len(found["labels"]))
        return Neighbours(tuple(found["labels"]), weights, np.array(found["bias"], np.float32), float(found["scale"]))
    except (lzma.LZMAError, EOFError, ValueError, KeyError, TypeError) as error:
        raise WinnowError(f"language model {name}: no model of neighbours, or cut short ({error})") from error


@functools.cache
def load_neighbours() -> Neighbours:
    """The model of the package, loaded once a process."""
    return unpack(SHIPPED.read_bytes(), str(SHIPPED))
