"""Gopher's filter of test documents (arXiv:2112.11446, Appendix A.1.3): a training document goes whose set of 13-grams
has a Jaccard similarity above 0.8 with that of a test document, here a benchmark's item.

The paper estimates the similarity by MinHash; here it is exact. A document that holds an item among other text is
unlike it and stays: the method finds copies of items alone.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.contamination.index import Index, Shares
from pipeline.kernels.ngrams import gram_hashes, words

NGRAM = 13
MIN_JACCARD = 0.8  # to be exceeded

REASON = "benchmark_similarity"

Int32Array = npt.NDArray[np.int32]
Int64Array = npt.NDArray[np.int64]


class Pairs(NamedTuple):
    """Documents and examples with an n-gram in common, each pair once, by (row, example)."""

    row: Int32Array
    example: Int32Array
    matched: Int64Array
    jaccard: npt.NDArray[np.float64]


def similarities(
    row: Int32Array, example: Int32Array, matched: Int32Array, ngrams: Int32Array, texts: pa.Array, rows: Int32Array
) -> Pairs:
    """`row`, `example`, `matched` (distinct n-grams of the example in the document): of runs, in any order.

    `ngrams` int32 [examples]: their distinct n-grams; `texts`: the documents with numbers `rows` (ascending).
    """
    _, firsts = np.unique(row.astype(np.int64) << 32 | example, return_index=True)
    row, example, shared = row[firsts], example[firsts], matched[firsts].astype(np.int64)
    if not len(row):
        return Pairs(row, example, shared, np.zeros(0))
    documents = np.unique(row)
    of_texts = words(texts.take(pa.array(np.searchsorted(rows, documents))))
    sizes = np.array(
        [
            len(np.unique(gram_hashes(of_texts.hashes[a:b], NGRAM)))
            for a, b in zip(of_texts.offsets, of_texts.offsets[1:])
        ],
        np.int64,
    )
    union = sizes[np.searchsorted(documents, row)] + ngrams[example] - shared
    return Pairs(row, example, shared, shared / np.maximum(union, 1))


def exceeds(pairs: Pairs) -> npt.NDArray[np.bool_]:
    return pairs.jaccard > MIN_JACCARD


def testable(index: Index) -> Shares:
    """Of each example its distinct 13-grams; those without are too short. What matches is known later."""
    ngrams = index.example_counts(NGRAM, np.zeros(index.method_grams, bool))[0]
    return Shares.of(ngrams, np.zeros_like(ngrams), dirty=np.zeros(index.examples, bool))
