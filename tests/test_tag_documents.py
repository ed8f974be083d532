"""The one call of the extract stage: schema, agreement with the single tags, and speed."""

import time

import pyarrow as pa
import pytest

from pipeline import records
from pipeline.tag import TAGS, load, tag_code, tag_document_languages, tag_documents, tag_formats

TEXTS = [
    "The ferry leaves at seven, and whoever is late waits on the quay until the noon boat comes in.",
    "Die Fähre legt um sieben ab, und wer zu spät kommt, wartet am Kai bis zum Mittagsboot.",
    "import os\n\nfor name in os.listdir('.'):\n    print(name)\n",
    "boat\tlength\tcrew\nGull\t7.5\t2\nTern\t6.1\t1\nSkua\t9.0\t3\n",
    "Anna: Is the boat ready?\nBen: Almost.\nAnna: How long does it take?\nBen: Ten minutes, perhaps.\n",
    "- a loaf of bread\n- the salt from the kitchen\n- some rope\n",
    "",
    None,
    "😀" * 50,
    "y = x + 1\n",
]


def test_columns_and_values() -> None:
    urls = pa.array([None] * (len(TEXTS) - 1) + ["src/sum.py"], pa.string())
    tags = tag_documents(pa.array(TEXTS), urls, model="lid.176")
    assert tags.schema.equals(TAGS)
    assert tags["language"].to_pylist()[:2] == ["en", "de"]
    assert tags["language"].to_pylist()[6:9] == ["und"] * 3
    assert tags["code_language"].to_pylist() == [None, None, "python", *[None] * 6, "python"]
    assert tags["format"].to_pylist() == [
        "prose", "prose", "code", "table", "dialogue", "list", "prose", "prose", "prose", "code"
    ]  # fmt: skip


def test_columns_are_those_of_documents() -> None:
    for field in TAGS:
        if field.name not in records.METADATA_FIELDS:
            assert records.WORK_DOCUMENT.field(field.name).type == field.type


def test_agrees_with_the_single_tags_and_takes_slices_and_chunks() -> None:
    texts = pa.array(TEXTS)
    tags = tag_documents(texts, None, model=load())
    found = tag_document_languages(texts, load())
    assert all(tags[name].equals(found[name]) for name in found.schema.names)
    assert tags["code_language"].equals(tag_code(texts))
    assert tags["format"].equals(tag_formats(texts, tag_code(texts)))
    assert tag_documents(texts[2:5], None, model=load()).equals(tags.slice(2, 3))
    assert tag_documents(pa.chunked_array([texts[:4], texts[4:]]), None, model=load()).equals(tags)


def test_no_documents() -> None:
    tags = tag_documents(pa.array([], pa.string()), pa.array([], pa.string()), model=load())
    assert tags.num_rows == 0
    assert tags.schema.equals(TAGS)


def test_other_string_types_are_refused_by_name() -> None:
    with pytest.raises(TypeError, match="large_string"):
        tag_documents(pa.array(["a"], pa.large_string()), None, model=load())


def test_three_thousand_documents_of_three_kilobytes_a_second() -> None:
    # Processor time and the best of three: the test machine may be busy. A quiet core does 8,900 a second.
    texts = pa.array([(TEXTS[i % 2] + f" Day {i}. ") * 30 for i in range(300)])
    spent = []
    for _ in range(3):
        start = time.process_time()
        tag_documents(texts, None, model=load())
        spent.append(time.process_time() - start)
    assert len(texts) / min(spent) > 3000
