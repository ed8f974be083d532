"""The Arrow schemas that contamination's stages pass on, and the public tables."""

import pyarrow as pa

from pipeline import records

# An example as the index numbers it. `problem`: why its row gave no text.
INDEXED = pa.schema(
    [
        pa.field("benchmark", pa.string()),
        pa.field("example", pa.string()),
        pa.field("text", pa.string()),
        pa.field("words", pa.int32()),
        pa.field("problem", pa.string()),
    ]
)

# An n-gram of a benchmark in a document: `row` of rules' docs/, `word` its first word there, and its characters.
HIT = pa.schema(
    [
        pa.field("row", pa.int32()),
        pa.field("n", pa.int8()),
        pa.field("gram", pa.int32()),
        pa.field("word", pa.int32()),
        pa.field("start_char", pa.int64()),
        pa.field("end_char", pa.int64()),
    ]
)

# A match of Winnow's method that may count: `winnow.Candidates`. `row` as in HIT.
CANDIDATE = pa.schema(
    [
        pa.field("row", pa.int32()),
        pa.field("item", pa.int32()),
        pa.field("span_start", pa.int64()),
        pa.field("span_end", pa.int64()),
        pa.field("first_word", pa.int32()),
        pa.field("end_word", pa.int32()),
        pa.field("words", pa.int32()),
        pa.field("weight", pa.int32()),
        pa.field("before", pa.uint64()),
        pa.field("after", pa.uint64()),
    ]
)

# Documents of a part that have the n-gram; that have a match in these surroundings.
GRAM_DOCUMENTS = pa.schema([pa.field("gram", pa.int32()), pa.field("documents", pa.int64())])
CONTEXT_DOCUMENTS = pa.schema([pa.field("context", pa.uint64()), pa.field("documents", pa.int64())])

# Documents of a part that have any n-gram of the example, or that match it where a method matches documents; then with
# the most n-grams or words of it that one has, and the largest overlap.
EXAMPLE_DOCUMENTS = pa.schema(
    [
        pa.field("method", pa.string()),
        pa.field("example", pa.int32()),
        pa.field("documents", pa.int64()),
        pa.field("matched", pa.int32()),
        pa.field("overlap", pa.float64()),
    ]
)

# What a method says about each example, in the index's order; null counts for a row without text.
MEASURED = pa.schema(
    [
        pa.field("ngrams", pa.int32()),
        pa.field("matched", pa.int32()),
        pa.field("overlap", pa.float64()),
        pa.field("status", pa.string()),
    ]
)

# Excerpts on their way to contamination/samples.parquet, with what they are chosen by.
RANKED_SAMPLE = records.MATCH_SAMPLE.append(pa.field("overlap", pa.float64()))
