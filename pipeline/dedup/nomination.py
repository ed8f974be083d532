"""Who may be near whom, by the method of the recipe: MinHash bands, or SimHash tables with their fingerprints.

Documents that share a key are nominated; with fingerprints, only those that also differ in few bits.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.dedup import minhash, simhash

UInt64Array = npt.NDArray[np.uint64]

MINHASH, SIMHASH = "minhash", "simhash"
METHODS = (MINHASH, SIMHASH)
"""The methods for near-duplicates: keys of `dedup`, and names of the ledger stage."""


class Nominated(NamedTuple):
    """Arrays with one element a text."""

    keys: UInt64Array  # [n, bands]
    some: npt.NDArray[np.bool_]  # whether it has any shingle; keys of others mean nothing
    prints: UInt64Array | None  # fingerprints, of SimHash


def nominate(texts: pa.Array, p: Mapping[str, Any], salt: UInt64Array) -> Nominated:
    """Keys of texts by the parameters `p` of the stages (`shape`); `salt` uint64 [n] keeps scopes apart."""
    if p["method"] == SIMHASH:
        prints, some = simhash.fingerprints(texts, shingle=p["shingle"], ngram=p["ngram"])
        keys = simhash.table_keys(prints, blocks=p["blocks"], distance=p["distance"], salt=salt)
        return Nominated(keys, some, prints)
    signed, some = minhash.signatures(texts, shingle=p["shingle"], ngram=p["ngram"], hashes=p["hashes"])
    return Nominated(minhash.band_keys(signed, bands=p["bands"], rows=p["rows"], salt=salt), some, None)
