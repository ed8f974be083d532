"""Near-duplicates by SimHash, with the numbers of ROOTS as defaults."""

from collections.abc import Mapping
from math import comb
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator

from pipeline.recipe.values import CopiesBySize, Count, Preset, refuse

PRESETS: Mapping[str, Mapping[str, Any]] = {
    # Laurençon et al. 2023 (arXiv:2303.03915) and the scripts of its data preparation: 64-bit SimHash of windows of 6
    # words (characters for Chinese), lower case, no punctuation; Hamming distance 4, looked for with 6 blocks.
    "roots": {"shingle": "word", "ngram": 6, "distance": 4, "blocks": 6},
}

MAX_TABLES = 256
"""Keys a fingerprint; ROOTS has 15."""


class SimHash(Preset):
    """Near-duplicates: all pairs of 64-bit fingerprints that differ in few bits. Defaults: ROOTS."""

    PRESETS = PRESETS

    preset: Annotated[str, Field(min_length=1)] | None = None
    """A published setting: roots. Keys given beside it come before its own."""
    shingle: Literal["word", "char"] = "word"
    """The unit of shingles. Scripts without spaces have a word a character."""
    ngram: Annotated[Count, Field(le=100)] = 6
    """Units a shingle."""
    distance: Annotated[int, Field(ge=0, lt=64)] = 4
    """Bits, of 64, in which two fingerprints may differ; every such pair is found."""
    blocks: Annotated[Count, Field(le=64, validate_default=True)] = 6
    """Blocks that a fingerprint is cut into, more than `distance`: with more there are more tables, and fewer pairs a
    table to compare."""
    threshold: Annotated[float, Field(gt=0, le=1)] | None = None
    """Similarity that a pair within the distance must have too; without it, the distance decides alone."""
    similarity: Literal["jaccard", "containment", "mutual", "scaled"] = "jaccard"
    """What the threshold is of: as for `minhash`."""
    repeats: bool = False
    """Count a shingle as often as a document has it, when pairs are compared by `similarity`; without it, once."""
    rehydrate: CopiesBySize | None = None
    """Copies that a kept document is worth, by the least size of its group: as for `minhash`."""

    @property
    def method(self) -> str:
        """The name of its stage in decisions and reports."""
        return "simhash"

    @field_validator("blocks")
    @classmethod
    def _tables(cls, blocks: int, info: ValidationInfo) -> int:
        distance = info.data.get("distance")
        if distance is not None:
            if blocks <= distance:
                raise refuse(f"{blocks} blocks cannot find pairs that differ in {distance} bits: give more blocks")
            if (number := comb(blocks, distance)) > MAX_TABLES:
                raise refuse(f"{number:,} tables, one for each choice of blocks; at most {MAX_TABLES} are allowed")
        return blocks
