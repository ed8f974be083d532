"""Reading shards: sequence i in O(1) from the memory map, and batches that are a function of the step alone.

    reader = ShardReader("OUT/shards")
    reader[i].input_ids                                 # read-only view of the file, no copy
    reader.batch(step, batch_size=512, rank=3, world=8)
    reader.documents(i)                                 # which documents sequence i is made of

A trainer keeps no state but its step number: it can restart 100 steps back, skip 300 batches (by adding 300 to the
step), change the number of ranks, or ramp the batch size. Nothing depends on workers, threads or earlier reads.
"""

import functools
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.errors import OutputMismatch
from pipeline.shards.index import check_size, open_shard, read_index

TokenArray = npt.NDArray[np.uint16 | np.uint32]
# A batch size, or a ramp: (first step, batch size) in ascending order, from step 0.
BatchSize = int | Sequence[tuple[int, int]]

# Record batches that stay mapped; each is a few views, not data.
_CACHED_BATCHES = 256


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a document in a sequence; see `layout`."""

    id: str
    source: str
    epoch: int
    offset: int
    start: int
    tokens: int
    group: str
    """What the mixture weighs it as: its language or format, or its source."""


@dataclass(frozen=True, slots=True, eq=False)
class TokenSequence:
    """One training sequence."""

    input_ids: TokenArray
    next_token: int
    documents: tuple[Piece, ...]

    @property
    def labels(self) -> TokenArray:
        """What follows each token: input_ids[1:] and next_token."""
        return np.append(self.input_ids[1:], self.input_ids.dtype.type(self.next_token))


@dataclass(frozen=True, slots=True, eq=False)
class TokenBatch:
    """Consecutive sequences: `input_ids` [n, seq_len_tokens] and `next_token` [n]."""

    first: int
    """The sequence of the split that is row 0."""
    input_ids: TokenArray
    next_token: TokenArray

    @property
    def labels(self) -> TokenArray:
        """What follows each token, [n, seq_len_tokens]."""
        return np.concatenate((self.input_ids[:, 1:], self.next_token[:, None]), axis=1)


def batch_range(step: int, batch_size: BatchSize) -> tuple[int, int]:
    """(first sequence, sequences) of a step. Under a ramp the sequences of all earlier stages come before.

    `[(0, 512), (50_000, 1024), (115_000, 2048)]` is PaLM 540B's (2204.02311, section 5).
    """
    ramp = [(0, batch_size)] if isinstance(batch_size, int) else list(batch_size)
    starts = [start for start, _ in ramp]
    if not ramp or starts[0] != 0 or sorted(set(starts)) != starts or min(size for _, size in ramp) < 1:
        raise ValueError(
            f"batch_size {batch_size!r}: give a number above 0, or (first step, size) pairs from step 0 on"
        )
    if step < 0:
        raise ValueError(f"step {step} is negative")
    stage = bisect_right(starts, step) - 1
    before = sum((ramp[i + 1][0] - ramp[i][0]) * ramp[i][1] for i in range(stage))
    return before + (step - starts[stage]) * ramp[stage][1], ramp[stage][1]


class ShardReader:
    """One split of a folder of shards. Cheap to open and to pickle; files are mapped when they are first read.

    `recipe_hash` makes sure that the folder is the output of that recipe. Raises OutputMismatch where the folder, the
    index and the files do not belong together.
    """

    def __init__(self, folder: str, split: str = "train", recipe_hash: str | None = None) -> None:
        self.folder = str(folder)
        self.split = split
        self.layout, index = read_index(self.folder)
        if recipe_hash is not None and recipe_hash != self.layout.recipe_hash:
            raise OutputMismatch(
                f"{self.folder} was made by recipe {self.layout.recipe_hash}, not by {recipe_hash}: "
                "point to the output of that recipe, or run it with --replace"
            )
        if split not in index["splits"]:
            raise OutputMismatch(f"{self.folder} has no split {split!r}; it has {', '.join(index['splits'])}")
        self.shards: list[dict[str, Any]] = index["splits"][split]["shards"]
        for shard in self.shards:
            check_size(self.folder, shard)
        self._first = [shard["first_sequence"] for shard in self.shards]
        self._len: int = index["splits"][split]["sequences"]
        self._wanted_hash = recipe_hash
        self._file = functools.lru_cache(maxsize=None)(self._open_file)
        self._batch = functools.lru_cache(maxsize=_CACHED_BATCHES)(self._open_batch)

    def __reduce__(self) -> tuple[Any, ...]:
        return ShardReader, (self.folder, self.split, self._wanted_hash)

    def __len__(self) -> int:
        return self._len

    def __getitem__(self, i: int) -> TokenSequence:
        """Sequence i; counts from the end where negative."""
        batch, row = self._locate(i)
        length = self.layout.seq_len_tokens
        flat = batch.column("input_ids").values.to_numpy(zero_copy_only=True)
        return TokenSequence(
            input_ids=flat[row * length : (row + 1) * length],
            next_token=batch.column("next_token")[row].as_py(),
            documents=self._pieces(batch, row),
        )

    def __iter__(self) -> Iterator[TokenSequence]:
        return (self[i] for i in range(len(self)))

    def documents(self, i: int) -> tuple[Piece, ...]:
        """The pieces of documents that make up sequence i, in order."""
        return self._pieces(*self._locate(i))

    def read(self, first: int, count: int) -> TokenBatch:
        """Sequences first to first + count, copied. IndexError where the split ends earlier."""
        if count < 0 or first < 0 or first + count > len(self):
            raise IndexError(f"sequences {first:,} to {first + count:,}: the {self.split} split holds {len(self):,}")
        length = self.layout.seq_len_tokens
        input_ids = np.empty((count, length), dtype=self.layout.dtype)
        next_token = np.empty(count, dtype=self.layout.dtype)
        done = 0
        while done < count:
            batch, row = self._locate(first + done)
            rows = min(count - done, batch.num_rows - row)
            flat = batch.column("input_ids").values.to_numpy(zero_copy_only=True)
            input_ids[done : done + rows] = flat[row * length : (row + rows) * length].reshape(rows, length)
            next_token[done : done + rows] = batch.column("next_token").to_numpy()[row : row + rows]
            done += rows
        return TokenBatch(first, input_ids, next_token)

    def batch(self, step: int, batch_size: BatchSize, rank: int = 0, world: int = 1) -> TokenBatch:
        """This rank's part of a step: `batch_size` sequences divided over `world` ranks, in order.

        The sequences of a step do not depend on `world`. IndexError where the split has no such step.
        """
        first, size = batch_range(step, batch_size)
        if not 0 <= rank < world:
            raise ValueError(f"rank {rank} of a world of {world}: ranks count from 0")
        if size % world:
            raise ValueError(f"a batch of {size} sequences cannot be divided over {world} ranks")
        if first + size > len(self):
            raise IndexError(
                f"step {step:,} is sequences {first:,} to {first + size:,}: the {self.split} split holds {len(self):,}"
            )
        share = size // world
        return self.read(first + rank * share, share)

    def _locate(self, i: int) -> tuple[pa.RecordBatch, int]:
        if not -len(self) <= i < len(self):
            raise IndexError(f"sequence {i:,}: the {self.split} split holds {len(self):,}")
        i %= len(self)
        number = bisect_right(self._first, i) - 1
        batch, row = divmod(i - self._first[number], self.layout.batch_rows)
        return self._batch(number, batch), row

    def _open_file(self, number: int) -> Any:
        return open_shard(self.folder, self.shards[number], self.layout)

    def _open_batch(self, number: int, batch: int) -> pa.RecordBatch:
        return self._file(number).get_batch(batch)

    def _pieces(self, batch: pa.RecordBatch, row: int) -> tuple[Piece, ...]:
        found = []
        for piece in batch.column("documents")[row].as_py():
            group = piece["group"] if self.layout.groups else piece["source"]
            names = {"source": self.layout.sources[piece["source"]], "group": self.layout.weighed[group]}
            found.append(Piece(**{**piece, **names}))
        return tuple(found)
