"""Published MinHash layouts by name. A recipe's own keys come before those of its preset.

Where a paper does not say how pairs are confirmed, or removes whole connected groups, `verify` is false; where it has a
threshold on the similarity, pairs are compared exactly.
"""

from collections.abc import Mapping
from typing import Any

PRESETS: Mapping[str, Mapping[str, Any]] = {
    # Brown et al. 2020, appendix A: Spark's MinHashLSH, 10 hashes of single words, each a table of its own. The cut
    # that follows is not disclosed; the threshold here is the usual one.
    "gpt3": {"shingle": "word", "ngram": 1, "hashes": 10, "bands": 10, "rows": 1, "threshold": 0.8},
    # Rae et al. 2021, appendix A.1.3: Jaccard similarity of 13-grams above 0.8, without punctuation. The layout is not
    # disclosed; this one nominates .995 of the pairs at 0.8.
    "gopher": {"shingle": "word", "ngram": 13, "hashes": 125, "bands": 25, "rows": 5, "threshold": 0.8},
    # Zhang et al. 2022, section 2.3: similarity 0.95 and above, across all sources. Shingles and layout not disclosed.
    "opt": {"shingle": "word", "ngram": 5, "hashes": 112, "bands": 14, "rows": 8, "threshold": 0.95},
    # Smith et al. 2022, section 3.2, and the scripts of Megatron-LM: 10 bands of 10, exact Jaccard similarity.
    "mt_nlg": {"shingle": "char", "ngram": 5, "hashes": 100, "bands": 10, "rows": 10, "threshold": 0.8},
    # Penedo et al. 2024 (datatrove): one of each connected group stays.
    "fineweb": {"shingle": "word", "ngram": 5, "hashes": 112, "bands": 14, "rows": 8, "verify": False},
    # Penedo et al. 2025 (fineweb-2): the same for each language, and copies by the size of the group.
    "fineweb2": {
        "shingle": "word",
        "ngram": 5,
        "hashes": 112,
        "bands": 14,
        "rows": 8,
        "verify": False,
        "rehydrate": ((1, 1), (2, 2), (3, 3), (5, 5), (100, 8), (1000, 1)),
    },
    # Penedo et al. 2023, appendix G.3; the main text prints bands and rows the other way round.
    "refinedweb": {"shingle": "word", "ngram": 5, "hashes": 9000, "bands": 450, "rows": 20, "verify": False},
    # Soboleva et al. 2023: 13-grams, similarity 0.8. In the released scripts they are of characters, and datasketch
    # chooses the layout from 128 hashes.
    "slimpajama": {
        "shingle": "char",
        "ngram": 13,
        "hashes": 117,
        "bands": 9,
        "rows": 13,
        "threshold": 0.8,
        "verify": False,
    },
    # Tokpanov et al. 2024: about 0.85 by layout alone; connected groups.
    "zyda2": {
        "shingle": "char",
        "ngram": 25,
        "hashes": 128,
        "bands": 8,
        "rows": 16,
        "threshold": 0.85,
        "verify": False,
    },
}
