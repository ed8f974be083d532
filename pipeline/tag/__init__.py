"""Tags of documents: natural language (with script, second language and how sure), programming language, and form.
Each is a pure function of an Arrow array.
"""

from pathlib import Path

import pyarrow as pa

from pipeline.tag.code import tag_code
from pipeline.tag.document_language import tag_document_languages
from pipeline.tag.format import FORMATS, tag_formats
from pipeline.tag.language import LanguageModel, ModelError, detect, load, tag_languages

__all__ = [
    "FORMATS",
    "TAGS",
    "LanguageModel",
    "ModelError",
    "detect",
    "load",
    "tag_code",
    "tag_document_languages",
    "tag_documents",
    "tag_formats",
    "tag_languages",
]

TAGS = pa.schema(
    [
        pa.field("language", pa.string()),
        pa.field("language_score", pa.float32()),
        pa.field("code_language", pa.string()),
        pa.field("format", pa.string()),
        pa.field("script", pa.string()),
        pa.field("second_language", pa.string()),
        pa.field("second_language_share", pa.float32()),
        pa.field("language_uncertain", pa.bool_()),
    ]
)


def tag_documents(texts: pa.Array, urls: pa.Array | None, *, model: str | Path | LanguageModel) -> pa.RecordBatch:
    """A batch of schema TAGS, one row a text.

    `urls` [n] are web addresses or null; where the source is code, file paths (see `tag_code`).
    `model` is loaded once per process. Raises ModelError.
    """
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.combine_chunks()
    found = tag_document_languages(texts, model)
    code_languages = tag_code(texts, urls)
    columns = {name: found[name] for name in found.schema.names}
    columns |= {"code_language": code_languages, "format": tag_formats(texts, code_languages)}
    return pa.RecordBatch.from_arrays([columns[name] for name in TAGS.names], schema=TAGS)
