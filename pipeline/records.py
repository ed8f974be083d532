"""The Arrow schemas: the one place that knows column names.

`DOCUMENT` and `DECISION` are the public tables (ids as 32 hex characters); `WORK_DOCUMENT` is what stages pass on
(ids as 16 bytes). A row's address is (task, row): its place in the committed file of a map task.
"""

from typing import Literal

import pyarrow as pa

Verdict = Literal["drop", "cut", "quarantine"]

ID = pa.binary(16)
METADATA = pa.map_(pa.string(), pa.string())

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
    pa.field("metadata", METADATA),
]

DOCUMENT = pa.schema([pa.field("id", pa.string()), *_BODY])
WORK_DOCUMENT = pa.schema([pa.field("id", ID), *_BODY])

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
        pa.field("score", pa.float64()),
        pa.field("threshold", pa.float64()),
        pa.field("witness", ID),
        pa.field("detail", pa.string()),
    ]
)

SPARSE_HISTOGRAM = pa.schema(
    [
        pa.field("source", pa.int32()),
        pa.field("epoch", pa.int32()),
        pa.field("bin", pa.int32()),
        pa.field("tokens", pa.int64()),
    ]
)


def token_document(dtype: pa.DataType) -> pa.Schema:
    """Tokenized documents: tokens end with the end-of-text id; validation rows are kept out of training."""
    return pa.schema(
        [
            pa.field("id", ID),
            pa.field("tokens", pa.large_list(dtype)),
            pa.field("n_tokens", pa.int64()),
            pa.field("validation", pa.bool_()),
        ]
    )
