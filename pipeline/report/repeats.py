"""Groups of exact duplicates: how often each kept document was repeated, by the witnesses that removals name."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.report.figures import DuplicateGroup, Duplicates
from pipeline.report.files import Output

STAGE = "exact_dedup"
LARGEST = 5
TEXT_CHARS = 300
# Witnesses are counted by the first 8 bytes of their ids, so many at a time: 160 MB. More rows take more passes.
PASS_ROWS = 20_000_000

# Documents in a group, with the one that stayed: lower ends of the bins that are counted.
_SIZES = np.array([2, 3, 5, 9, 17, 65, 257, 1025])
_SIZE_LABELS = ("2", "3-4", "5-8", "9-16", "17-64", "65-256", "257-1024", "1025+")

KeyArray = npt.NDArray[np.uint64]


def read_duplicates(output: Output, pass_rows: int = PASS_ROWS) -> Duplicates | None:
    """None where no removal names a witness. At most about `pass_rows` witnesses are held at a time."""
    names = output.names(f"decisions/{STAGE}/")
    rows = 0
    for name in names:
        with output.parquet(name) as file:
            rows += file.metadata.num_rows
    passes = -(-rows // pass_rows)
    sizes = np.zeros(len(_SIZES), np.int64)
    removed = 0
    largest: list[tuple[int, int]] = []  # (-removed, key), so that the smallest are the largest groups
    for part in range(passes):
        found = [keys[keys % np.uint64(passes) == part] for name in names for keys in _witnesses(output, name)]
        if not found:
            continue
        keys, counts = np.unique(np.concatenate(found), return_counts=True)
        removed += int(counts.sum())
        sizes += np.bincount(np.searchsorted(_SIZES, counts + 1, side="right") - 1, minlength=len(_SIZES))
        top = np.argsort(-counts, kind="stable")[:LARGEST]
        largest = sorted([*largest, *((-int(counts[i]), int(keys[i])) for i in top)])[:LARGEST]
    if not removed:
        return None
    by_size = {label: int(number) for label, number in zip(_SIZE_LABELS, sizes, strict=True) if number}
    return Duplicates(int(sizes.sum()), removed, by_size, tuple(_describe(output, largest)))


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
