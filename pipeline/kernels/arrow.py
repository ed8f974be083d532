"""Arrow string arrays as the two buffers that kernels read, and back."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int32]


def string_buffers(texts: pa.Array, name: str = "text") -> tuple[Bytes, Offsets]:
    """(data uint8, offsets int32 [n + 1]) of a string array, not copied: row i is data[offsets[i]:offsets[i + 1]].

    Both are marked read-only, so that a kernel is compiled for one type alone. Raises TypeError for other types
    (large_string too: offsets are int32 everywhere) and ValueError for nulls; `name` is the column in the message.
    """
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.combine_chunks()
    if texts.type != pa.string():
        raise TypeError(f"column {name!r} has type {texts.type}, a filter reads string; cast it first")
    if texts.null_count:
        row = texts.is_null().index(True).as_py()
        raise ValueError(f"column {name!r} is null in row {row} of the batch; drop such rows first")
    _, offset_buffer, data_buffer = texts.buffers()
    if offset_buffer is None or len(texts) == 0:
        offsets = np.zeros(len(texts) + 1, np.int32)
    else:
        offsets = np.frombuffer(offset_buffer, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    data = np.frombuffer(data_buffer, np.uint8) if data_buffer is not None else np.zeros(0, np.uint8)
    data.flags.writeable = False
    offsets.flags.writeable = False
    return data, offsets


def string_array(data: Bytes, offsets: Offsets) -> pa.Array:
    """A string array over `data`, which must be valid UTF-8; no copy."""
    buffers = [None, pa.py_buffer(np.ascontiguousarray(offsets)), pa.py_buffer(data)]
    return pa.Array.from_buffers(pa.string(), len(offsets) - 1, buffers)


def packed(strings: tuple[str, ...]) -> tuple[Bytes, Offsets]:
    """A few strings as (UTF-8 data, offsets), for kernels that look for them."""
    return string_buffers(pa.array(strings, pa.string()))
