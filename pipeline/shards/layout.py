"""What a shard holds: an uncompressed Arrow IPC file, one row a sequence, batches of one size (but the last).

    input_ids    fixed_size_list<uint16|uint32>[seq_len_tokens]
    next_token   uint16|uint32: the label of the last position (see `next_token` below)
    documents    list<struct<id, source, epoch, offset, start, tokens>>: the pieces of documents that make up the row

A piece is `tokens` tokens of document `id` (32 hex characters, as in documents/ and decisions/), from token `offset` of
the document, at place `start` of the row; `source` indexes the list of sources in the metadata; `epoch` counts from 0.
Where the mixture goes by language or format, a piece also has `group`, which indexes the list of groups: epochs are the
group's. Pieces are in order and cover the row. Full rows without padding, so that a batch is one reshape of the file.

next_token is what follows the last token in its document, in a packed row what follows in the packed stream; where
nothing follows it is the end-of-text id. The labels of a row are input_ids[1:] and next_token: no label is lost.

The schema's metadata (keys `winnow.*`) says all that is needed to use the tokens without index.json.
"""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

FORMAT_VERSION = 1
METADATA_PREFIX = "winnow."
UINT16_VOCABULARY = 1 << 16
# About 1 MiB of tokens a batch: little to hold while writing, much to read at once.
BATCH_BYTES = 1 << 20

_PIECE = [
    pa.field("id", pa.string()),
    pa.field("source", pa.int16()),
    pa.field("epoch", pa.int32()),
    pa.field("offset", pa.int32()),
    pa.field("start", pa.int32()),
    pa.field("tokens", pa.int32()),
]
_GROUP = pa.field("group", pa.int16())


def token_type(vocab_size: int) -> pa.DataType:
    """uint16 where every id fits, else uint32."""
    return pa.uint16() if vocab_size <= UINT16_VOCABULARY else pa.uint32()


@dataclass(frozen=True, slots=True)
class Layout:
    """Everything that the rows of a run's shards have in common."""

    seq_len_tokens: int
    vocab_size: int
    end_of_text_id: int
    tokenizer_hash: str
    recipe_hash: str
    sources: tuple[str, ...]
    """Names, at the indices that pieces and segments use."""
    by: str = "source"
    """What the mixture goes by: source, language or format."""
    groups: tuple[str, ...] = ()
    """Names of the languages or formats, at the indices that pieces and segments use; none where it goes by source."""

    def __post_init__(self) -> None:
        if (self.by == "source") == bool(self.groups):
            raise ValueError(f"the mixture goes by {self.by}, and its groups are {self.groups}")
        if self.seq_len_tokens < 1:
            raise ValueError(f"seq_len_tokens is {self.seq_len_tokens}; give at least 1")
        if not 0 <= self.end_of_text_id < self.vocab_size:
            raise ValueError(f"end-of-text id {self.end_of_text_id} is outside the vocabulary of {self.vocab_size}")

    @property
    def weighed(self) -> tuple[str, ...]:
        """The names of what the mixture weighs: its sources, or the groups of documents that it has in their place."""
        return self.groups or self.sources

    @property
    def piece(self) -> pa.StructType:
        return pa.struct([*_PIECE, _GROUP] if self.groups else _PIECE)

    @property
    def token_type(self) -> pa.DataType:
        return token_type(self.vocab_size)

    @property
    def dtype(self) -> np.dtype[Any]:
        return np.dtype(str(self.token_type))

    @property
    def batch_rows(self) -> int:
        """Rows a record batch: a function of the layout alone, so that row i is found without reading."""
        return max(1, BATCH_BYTES // (self.seq_len_tokens * self.dtype.itemsize))

    @property
    def schema(self) -> pa.Schema:
        fields = [
            pa.field("input_ids", pa.list_(self.token_type, self.seq_len_tokens)),
            pa.field("next_token", self.token_type),
            pa.field("documents", pa.list_(self.piece)),
        ]
        metadata = {
            METADATA_PREFIX + key: json.dumps(value) if isinstance(value, list) else str(value)
            for key, value in self.facts().items()
        }
        return pa.schema(fields, metadata=metadata)

    def facts(self) -> dict[str, Any]:
        """What schema metadata and index.json both say."""
        return {
            "format_version": FORMAT_VERSION,
            "seq_len_tokens": self.seq_len_tokens,
            "batch_rows": self.batch_rows,
            "dtype": self.dtype.name,
            "vocab_size": self.vocab_size,
            "end_of_text_id": self.end_of_text_id,
            "tokenizer_hash": self.tokenizer_hash,
            "recipe_hash": self.recipe_hash,
            "sources": list(self.sources),
            **({"by": self.by, "groups": list(self.groups)} if self.groups else {}),
        }

    @classmethod
    def from_facts(cls, facts: dict[str, Any]) -> "Layout":
        """The inverse of `facts`, for index.json. KeyError or ValueError where it cannot be."""
        if facts["format_version"] != FORMAT_VERSION:
            raise ValueError(f"shard format {facts['format_version']}; this version of Winnow reads {FORMAT_VERSION}")
        layout = cls(
            seq_len_tokens=facts["seq_len_tokens"],
            vocab_size=facts["vocab_size"],
            end_of_text_id=facts["end_of_text_id"],
            tokenizer_hash=facts["tokenizer_hash"],
            recipe_hash=facts["recipe_hash"],
            sources=tuple(facts["sources"]),
            **({"by": facts["by"], "groups": tuple(facts["groups"])} if "groups" in facts else {}),
        )
        for key in ("batch_rows", "dtype"):
            if facts[key] != layout.facts()[key]:
                raise ValueError(f"{key} is {facts[key]}, but the layout says {layout.facts()[key]}")
        return layout
