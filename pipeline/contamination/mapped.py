"""Arrays of a folder, which workers map into memory and share."""

import io
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.engine import storage

_MAPPED_BYTES = 1 << 16  # smaller files are read; an empty array cannot be mapped


def load_array(path: str) -> npt.NDArray[Any]:
    """A read-only array: a map of the file where it is local and not small."""
    if storage.is_local(path) and storage.size(path) > _MAPPED_BYTES:
        found = np.asarray(np.load(path, mmap_mode="r"))
    else:
        found = np.load(io.BytesIO(storage.read_bytes(path)))
    found.flags.writeable = False
    return found
