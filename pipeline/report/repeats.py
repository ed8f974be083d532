"""Groups of duplicates: how often each kept document was repeated, counted from the witnesses that removals name."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.report.figures import DuplicateGroup, Duplicates
from pipeline.report.files import Output

LARGEST = 5
TEXT_CHARS = 300
# Witnesses are counted by the first 8 bytes of their ids, so many at a time: 160 MB. More rows take more passes.
PASS_ROWS = 20_000_000

_SIZES = ((2, 2), (3, 4), (5, 8), (9, 16), (17, 64), (65, 256), (257, 1024))

KeyArray = npt.NDArray[np.uint64]


def read_duplicates(output: Output) -> Duplicates | None:
    """None where no removal names a witness."""
    names = output.names("decisions/")
    rows = 0
    for name in names:
        with output.parquet(name) as file:
            rows += file.metadata.num_rows
    passes = -(-rows // PASS_ROWS)
    groups = removed = 0
    sizes: dict[str, int] = {}
    largest: list[tuple[int, int]] = []  # (-removed, key), so that the smallest are the largest groups
    for part in range(passes):
        found = [keys[keys % np.uint64(passes) == part] for name in names for keys in _witnesses(output, name)]
        if not found:
            continue
        keys, counts = np.unique(np.concatenate(found), return_counts=True)
        groups += len(keys)
        removed += int(counts.sum())
        for low, high in (*_SIZES, (_SIZES[-1][1] + 1, None)):
            inside = (counts + 1 >= low) & ((counts + 1 <= high) if high else True)
            if inside.any():
                label = f"{low}" if low == high else f"{low}-{high}" if high else f"{low}+"
                sizes[label] = sizes.get(label, 0) + int(inside.sum())
        top = np.argsort(-counts, kind="stable")[:LARGEST]
        largest = sorted([*largest, *((-int(counts[i]), int(keys[i])) for i in top)])[:LARGEST]
    if not groups:
        return None
    ordered = {label: sizes[label] for label in sorted(sizes, key=lambda label: int(label.rstrip("+").split("-")[0]))}
    return Duplicates(groups, removed, ordered, tuple(_describe(output, largest)))


def _witnesses(output: Output, name: str) -> Iterator[KeyArray]:
    column = output.columns(name, ["witness"])["witness"].drop_null()
    if len(column):
        yield _keys(column)


def _keys(ids: pa.ChunkedArray) -> KeyArray:
    """The first 16 hex characters of each id as a number."""
    data = b"".join(pc.cast(pc.utf8_slice_codeunits(ids, 0, 16), pa.binary()).to_pylist())
    return np.frombuffer(bytes.fromhex(data.decode()), dtype=">u8").astype(np.uint64)


def _describe(output: Output, largest: list[tuple[int, int]]) -> Iterator[DuplicateGroup]:
    """The kept documents themselves, by their ids' first 16 characters."""
    prefixes = {f"{key:016x}": -removed for removed, key in largest}
    value_set = pa.array(sorted(prefixes))
    found: dict[str, DuplicateGroup] = {}
    for name in output.names("documents/"):
        heads = pc.utf8_slice_codeunits(output.columns(name, ["id"])["id"], 0, 16)
        rows = np.flatnonzero(pc.is_in(heads, value_set=value_set).to_numpy())
        for row in output.rows(name, rows.tolist()):
            head = row["id"][:16]
            found[head] = DuplicateGroup(row["id"], prefixes[head], row["source"], row["url"], row["text"][:TEXT_CHARS])
    for head, removed in prefixes.items():
        yield found.get(head) or DuplicateGroup(head, removed, None, None, None)
