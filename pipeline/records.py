"""The Arrow schemas: the one place that knows column names.

`DOCUMENT` and `DECISION` are the public tables (ids as 32 hex characters); `WORK_DOCUMENT` is what stages pass on
(ids as 16 bytes). A row's address is (task, row): its place in the committed file of a map task.
"""

import json
from collections.abc import Iterable
from typing import Literal

import pyarrow as pa

Verdict = Literal["drop", "cut", "quarantine"]

ID = pa.binary(16)

# Metadata is a map of strings while stages pass it on. In public files it is a struct, whose fields every tool can
# name (Hugging Face `datasets` opens no maps): what archives say, and whatever else a source's rows hold as one JSON
# object in `other`.
METADATA = pa.map_(pa.string(), pa.string())
METADATA_FIELDS = (
    "warc_record_id", "warc_file", "warc_offset", "warc_date", "warc_identified_content_language", "http_status",
    "content_type", "charset", "title", "extract_fallback", "script", "second_language", "second_language_share",
    "language_uncertain", "code_languages", "code_share",
)  # fmt: skip
SNAPSHOT = "snapshot"  # the field that names a document's crawl snapshot, where a recipe asks for it
PUBLIC_METADATA = pa.struct([pa.field(name, pa.string()) for name in (*METADATA_FIELDS, "other")])

_BODY = [
    pa.field("native_id", pa.string()),
    pa.field("parent_id", pa.string()),
    pa.field("text", pa.string()),
    pa.field("source", pa.string()),
    pa.field("url", pa.string()),
    pa.field("date", pa.string()),
    pa.field("language", pa.string()),
    pa.field("language_score", pa.float32()),
    pa.field("code_language", pa.string()),
    pa.field("format", pa.string()),
    pa.field("quality", pa.float32()),
]

DOCUMENT = pa.schema([pa.field("id", pa.string()), *_BODY, pa.field("metadata", PUBLIC_METADATA)])
WORK_DOCUMENT = pa.schema([pa.field("id", ID), *_BODY, pa.field("metadata", METADATA)])

DECISION = pa.schema(
    [
        pa.field("id", pa.string()),
        pa.field("native_id", pa.string()),
        pa.field("source", pa.string()),
        pa.field("url", pa.string()),
        pa.field("verdict", pa.string()),
        pa.field("reason", pa.string()),
        pa.field("rows_out", pa.int32()),
        pa.field("score", pa.float64()),
        pa.field("threshold", pa.float64()),
        pa.field("witness", pa.string()),
        pa.field("detail", pa.string()),
    ]
)

# For reports: a hash sample of what a stage kept, and a bounded number of dropped rows a reason, with their text.
SAMPLE = pa.schema(
    [
        pa.field("id", pa.string()),
        pa.field("source", pa.string()),
        pa.field("url", pa.string()),
        pa.field("verdict", pa.string()),
        pa.field("reason", pa.string()),
        pa.field("score", pa.float64()),
        pa.field("text", pa.string()),
    ]
)

# One row a file split: how many records it held, so that ids can be recomputed and counted.
INPUT = pa.schema(
    [
        pa.field("source", pa.string()),
        pa.field("path", pa.string()),
        pa.field("split", pa.int32()),
        pa.field("first_ordinal", pa.int64()),
        pa.field("records", pa.int64()),
    ]
)

# A verdict on its way back to the task whose file holds the row.
VERDICT = pa.schema(
    [
        pa.field("row", pa.int32()),
        pa.field("verdict", pa.string()),
        pa.field("reason", pa.string()),
        pa.field("rows_out", pa.int32()),
        pa.field("score", pa.float64()),
        pa.field("threshold", pa.float64()),
        pa.field("witness", ID),
        pa.field("detail", pa.string()),
    ]
)

# A piece of a document that was cut, in place of it: `piece` counts from 0 within the row.
PIECE = pa.schema([pa.field("row", pa.int32()), pa.field("piece", pa.int32()), pa.field("text", pa.string())])

# What a stage takes out of a document's text: a range of its UTF-8 bytes, as the stages before it left it.
CUT = pa.schema([pa.field("row", pa.int32()), pa.field("start", pa.int64()), pa.field("stop", pa.int64())])

# dedup/<stage>/*.parquet: stretches of cut documents that are elsewhere too, in characters of the text that the stage
# got. The witness is the document that keeps the stretch whole, null where none does (and for lines of a document that
# went whole that have no n-gram elsewhere).
CUT_SPAN = pa.schema(
    [
        pa.field("id", pa.string()),
        pa.field("span_start", pa.int64()),
        pa.field("span_end", pa.int64()),
        pa.field("text", pa.string()),
        pa.field("copies", pa.int64()),
        pa.field("witness", pa.string()),
    ]
)

# pii/*.parquet: personal data that was found, by its place in characters of the text before anything was masked. The
# data itself is in no public table.
PII_MATCH = pa.schema(
    [
        pa.field("id", pa.string()),
        pa.field("source", pa.string()),
        pa.field("kind", pa.string()),
        pa.field("rule", pa.string()),
        pa.field("action", pa.string()),
        pa.field("span_start", pa.int64()),
        pa.field("span_end", pa.int64()),
    ]
)

# Quality scores on their way into documents: the row's address within its part, and the score in [0, 1].
SCORE = pa.schema([pa.field("row", pa.int32()), pa.field("score", pa.float32())])

# dedup/pairs.parquet: who was removed because of whom. Similarity is null where nothing was compared (`closure`).
PAIR = pa.schema(
    [
        pa.field("removed_id", pa.string()),
        pa.field("kept_id", pa.string()),
        pa.field("similarity", pa.float64()),
        pa.field("method", pa.string()),
        pa.field("removed_source", pa.string()),
        pa.field("kept_source", pa.string()),
        pa.field("bands", pa.int32()),
    ]
)

# dedup/against.parquet: who was removed because of a document of an earlier run, and where that stands: a row of a file
# of that run's documents. Similarity is null for equal texts.
EARLIER_PAIR = pa.schema(
    [
        pa.field("removed_id", pa.string()),
        pa.field("kept_id", pa.string()),
        pa.field("similarity", pa.float64()),
        pa.field("method", pa.string()),
        pa.field("removed_source", pa.string()),
        pa.field("bands", pa.int32()),
        pa.field("run", pa.string()),
        pa.field("index", pa.string()),
        pa.field("file", pa.string()),
        pa.field("row", pa.int64()),
    ]
)

# dedup/clusters.parquet: the documents that bands connect, directly or through others.
CLUSTER = pa.schema(
    [
        pa.field("id", pa.string()),
        pa.field("cluster", pa.string()),
        pa.field("size", pa.int64()),
        pa.field("role", pa.string()),
        pa.field("source", pa.string()),
        pa.field("copies", pa.int32()),  # what the document is worth in training: 0 where it is removed
    ]
)

# dedup/samples.parquet: a few pairs a similarity band, with their texts, for reports.
PAIR_SAMPLE = pa.schema(
    [
        pa.field("removed_id", pa.string()),
        pa.field("kept_id", pa.string()),
        pa.field("similarity", pa.float64()),
        pa.field("removed_source", pa.string()),
        pa.field("kept_source", pa.string()),
        pa.field("removed_text", pa.string()),
        pa.field("kept_text", pa.string()),
    ]
)

# contamination/matches.parquet: one row a contiguous stretch of an example's n-grams in a document.
MATCH = pa.schema(
    [
        pa.field("id", pa.string()),
        pa.field("benchmark", pa.string()),
        pa.field("example", pa.string()),
        pa.field("method", pa.string()),
        pa.field("overlap", pa.float64()),
        pa.field("span_start", pa.int64()),
        pa.field("span_end", pa.int64()),
        pa.field("action", pa.string()),
        pa.field("source", pa.string()),
        pa.field("example_start", pa.int64()),
        pa.field("example_end", pa.int64()),
    ]
)

_EXAMPLE_METHOD = (
    ("ngrams", pa.int32()), ("matched", pa.int32()), ("documents", pa.int64()), ("overlap", pa.float64()),
    ("status", pa.string()),
)  # fmt: skip

# contamination/examples.parquet: one row a benchmark item, with the reason where its row gave no text (status
# `unreadable`).
EXAMPLE = pa.schema(
    [
        pa.field("benchmark", pa.string()),
        pa.field("example", pa.string()),
        pa.field("text", pa.string()),
        pa.field("words", pa.int32()),
        *(pa.field(f"{method}_{name}", kind) for method in ("gpt3", "palm") for name, kind in _EXAMPLE_METHOD),
        pa.field("problem", pa.string()),
    ]
)


def example_schema(methods: Iterable[str]) -> pa.Schema:
    """EXAMPLE with the columns of other methods behind them, by name."""
    others = sorted(set(methods) - {"gpt3", "palm"})
    more = [pa.field(f"{method}_{name}", kind) for method in others for name, kind in _EXAMPLE_METHOD]
    return pa.schema([*EXAMPLE, *more])


# contamination/samples.parquet: excerpts around matches, for reports; spans count within the excerpt.
MATCH_SAMPLE = pa.schema(
    [
        pa.field("id", pa.string()),
        pa.field("source", pa.string()),
        pa.field("url", pa.string()),
        pa.field("benchmark", pa.string()),
        pa.field("example", pa.string()),
        pa.field("method", pa.string()),
        pa.field("excerpt", pa.string()),
        pa.field("span_start", pa.int64()),
        pa.field("span_end", pa.int64()),
        pa.field("example_text", pa.string()),
    ]
)

# Tokens of one source's documents by what a mixture may go by; `copies` is 1 where nothing is rehydrated.
TOKEN_COUNTS = pa.schema(
    [
        pa.field("language", pa.string()),
        pa.field("format", pa.string()),
        pa.field("copies", pa.int32()),
        pa.field("train_documents", pa.int64()),
        pa.field("train_tokens", pa.int64()),
        pa.field("validation_tokens", pa.int64()),
    ]
)

# Training tokens of one source's documents as they were placed, every epoch counted.
PLACED_COUNTS = pa.schema(
    [pa.field("language", pa.string()), pa.field("format", pa.string()), pa.field("placed_tokens", pa.int64())]
)

# shards/composition.parquet: what the tokens are made of. `unique_tokens` are those of the training documents, counted
# once; `train_tokens` as often as they are seen, up to the few that fall off at the ends of shards.
COMPOSITION = pa.schema(
    [
        pa.field("source", pa.string()),
        pa.field("language", pa.string()),
        pa.field("format", pa.string()),
        pa.field("documents", pa.int64()),
        pa.field("unique_tokens", pa.int64()),
        pa.field("train_tokens", pa.int64()),
        pa.field("validation_tokens", pa.int64()),
    ]
)

SPARSE_HISTOGRAM = pa.schema(
    [
        pa.field("epoch", pa.int32()),
        pa.field("bin", pa.int32()),
        pa.field("tokens", pa.int64()),
    ]
)


def public_metadata(maps: pa.Array) -> pa.StructArray:
    """METADATA -> PUBLIC_METADATA. Fields that the map does not have are null."""
    rows = []
    for pairs in maps.to_pylist():
        given = dict(pairs or ())
        row = {name: given.pop(name, None) for name in METADATA_FIELDS}
        row["other"] = json.dumps(given, ensure_ascii=False, sort_keys=True) if given else None
        rows.append(row)
    return pa.array(rows, PUBLIC_METADATA)


def token_document(dtype: pa.DataType, *, rehydrate: bool = False) -> pa.Schema:
    """Tokenized documents: tokens end with the end-of-text id; validation rows are kept out of training. `rehydrate`:
    with the copies that a document is worth. Language and format are what a mixture may go by.
    """
    return pa.schema(
        [
            pa.field("id", ID),
            pa.field("tokens", pa.large_list(dtype)),
            pa.field("n_tokens", pa.int64()),
            pa.field("validation", pa.bool_()),
            pa.field("language", pa.string()),
            pa.field("format", pa.string()),
            *([pa.field("copies", pa.int32())] if rehydrate else []),
        ]
    )
