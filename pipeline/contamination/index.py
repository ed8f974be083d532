"""The index: all distinct n-grams of all examples, for each n that a method in use looks for.

One folder of plain .npy arrays, which workers map into memory and share, beside the examples as Arrow. N-grams are
numbered over all n (kernels/ngrams.py `Lookup`), examples by benchmark and then as their files have them.
"""

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.contamination import stretches
from pipeline.contamination.layouts import Example
from pipeline.contamination.mapped import load_array
from pipeline.contamination.stretches import Stretches
from pipeline.engine import storage
from pipeline.kernels.gram_runs import Postings, count_parts, invert
from pipeline.kernels.ngrams import Lookup, gram_hashes, lookup, words

Int64Array = npt.NDArray[np.int64]
Int32Array = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]

STATUSES = ("clean", "dirty", "too_short", "unreadable")


@dataclass(frozen=True)
class GramLength:
    """N-grams of `n` words that are looked for: of whole texts (prompt and target joined), or of each part alone."""

    n: int
    across: bool


@dataclass(frozen=True)
class Shares:
    """What a method says about each example: arrays by example. `overlap` is matched / ngrams, 0 of none."""

    ngrams: Int32Array
    matched: Int32Array
    overlap: npt.NDArray[np.float64]
    status: npt.NDArray[np.int8]  # places in STATUSES

    @classmethod
    def of(cls, ngrams: npt.NDArray[np.integer[Any]], matched: npt.NDArray[np.integer[Any]], dirty: Bools) -> "Shares":
        overlap = np.divide(matched, ngrams, out=np.zeros(len(ngrams)), where=ngrams > 0)
        status = np.where(ngrams == 0, STATUSES.index("too_short"), dirty.astype(np.int8)).astype(np.int8)
        return cls(ngrams.astype(np.int32), matched.astype(np.int32), overlap, status)


@dataclass(frozen=True)
class Index:
    """Arrays by gram, posting, example and word; `sequences` has one row for each n."""

    ns: Int64Array
    keys: npt.NDArray[np.uint64]
    buckets: Int32Array
    filter: npt.NDArray[np.uint64]
    posting_offsets: Int32Array
    posting_examples: Int32Array
    posting_positions: Int32Array
    example_words: Int64Array  # [examples + 1]: example e has words example_words[e]:example_words[e + 1]
    prompt_words: Int32Array  # the first so many of them are the prompt's
    word_start: Int32Array  # characters of the example's text
    word_end: Int32Array
    sequences: Int32Array  # [ns, words]: the gram that begins at each word, -1 where none does

    @property
    def grams(self) -> int:
        return len(self.keys)

    @property
    def method_grams(self) -> int:
        """Of `grams`, those of the lengths that methods count; the others are seeds of stretches."""
        return int(self.buckets[len(self.sequences) - 1, -1]) if len(self.sequences) else 0

    @property
    def examples(self) -> int:
        return len(self.prompt_words)

    @property
    def lookup(self) -> Lookup:
        return Lookup(self.ns, self.keys, self.buckets, self.filter)

    def postings(self, n: int) -> Postings:
        """For `runs` of the n-grams of this length."""
        return Postings(
            self.posting_offsets, self.posting_examples, self.posting_positions, self.example_words,
            self.sequence(n),
        )  # fmt: skip

    def sequence(self, n: int) -> Int32Array:
        """int32 [words]: the n-gram of this length that begins at each word of all examples, -1 where none does."""
        return self.sequences[self._place(n)]

    def has_length(self, n: int) -> Bools:
        """bool [grams]: those of n words."""
        grams = np.arange(self.method_grams)
        return (grams >= self.buckets[self._place(n), 0]) & (grams < self.buckets[self._place(n), -1])

    def example_counts(self, n: int, found: Bools) -> tuple[Int64Array, Int64Array]:
        """(distinct n-grams, those of them that are found) of each example."""
        first, end = self.buckets[self._place(n), 0], self.buckets[self._place(n), -1]
        part = slice(self.posting_offsets[first], self.posting_offsets[end])
        grams = np.repeat(np.arange(first, end), np.diff(self.posting_offsets[first : end + 1]))
        examples = self.posting_examples[part]
        ngrams = np.bincount(examples, minlength=self.examples)
        return ngrams, np.bincount(examples[found[grams]], minlength=self.examples)

    def part_counts(self, n: int, found: Bools) -> tuple[Int64Array, Int64Array]:
        """(distinct n-grams, those found) of each part: [examples, 2], the prompt's and the target's."""
        sequence = self.sequence(n)
        counts = count_parts(sequence, self.example_words, self.prompt_words, found)
        return counts[:, :, 0], counts[:, :, 1]

    def _place(self, n: int) -> int:
        return self.ns.tolist().index(n)


def build(examples: Sequence[Example], lengths: Sequence[GramLength]) -> Index:
    """The index of these examples; one without text has no words."""
    return build_all(examples, lengths, seeds=False)[0]


def build_all(examples: Sequence[Example], lengths: Sequence[GramLength], *, seeds: bool) -> tuple[Index, Stretches]:
    """(the index, the stretches that the seeds among its n-grams lead to: none without `seeds`)."""
    prompts = words(pa.array([example.prompt for example in examples], pa.string()))
    whole = words(pa.array([example.text for example in examples], pa.string()))
    bounds = whole.offsets
    prompt_words = np.diff(prompts.offsets)
    last_words = np.repeat(bounds[1:], np.diff(bounds))  # for each word: where its example ends, and its part
    borders = np.repeat(bounds[:-1] + prompt_words, np.diff(bounds))
    place = np.arange(len(whole.hashes))
    part_ends = np.where(place < borders, borders, last_words)

    keys, sequences, first = [], [], 0
    for length in lengths:
        has_gram = np.flatnonzero(place + length.n <= (last_words if length.across else part_ends))
        distinct, number = np.unique(gram_hashes(whole.hashes, length.n)[has_gram], return_inverse=True)
        sequence = np.full(len(place), -1, np.int32)
        sequence[has_gram] = first + number
        first += len(distinct)
        keys.append(distinct)
        sequences.append(sequence)
    ns = [length.n for length in lengths]
    found_stretches = stretches.NONE
    if seeds:
        found_stretches, seed_keys = stretches.build(whole.hashes, bounds, prompt_words, first)
        ns += list(seed_keys)
        keys += list(seed_keys.values())
    found = lookup(ns, keys)
    stacked = np.stack(sequences) if sequences else np.zeros((0, len(place)), np.int32)
    for array in (stacked, bounds):  # read-only as when loaded: kernels are compiled for one type alone
        array.flags.writeable = False
    postings = invert(stacked, bounds, first)
    index = Index(
        *found, *postings, bounds, prompt_words.astype(np.int32), whole.start_char.astype(np.int32),
        whole.end_char.astype(np.int32), stacked,
    )  # fmt: skip
    for field in dataclasses.fields(index):
        getattr(index, field.name).flags.writeable = False
    return index, found_stretches


def arrays(index: Index) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    """(file name, array) of all that `load` reads."""
    for field in dataclasses.fields(index):
        yield f"{field.name}.npy", getattr(index, field.name)


@lru_cache(maxsize=2)  # consecutive tasks of a worker use the same
def load(folder: str) -> Index:
    """The index in a folder: mapped where it is local."""
    return Index(*(load_array(storage.join(folder, f"{field.name}.npy")) for field in dataclasses.fields(Index)))
