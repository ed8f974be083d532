"""Which documents exact keys may be equal between."""

import pyarrow as pa

from pipeline.dedup import exact, scope

KEY = bytes(range(16))
BATCH = pa.RecordBatch.from_pydict({"language": pa.array(["en", "de", "en", None, None])})


def keys(name: str, source: str) -> list[bytes]:
    """Five documents of one text."""
    equal = pa.array([KEY] * BATCH.num_rows, pa.binary(16))
    return exact.scoped(equal, scope.salts(BATCH, name, source)).to_pylist()


def test_across_leaves_keys_as_they_are() -> None:
    assert keys("across", "a") == keys("across", "b") == [KEY] * 5


def test_within_a_source_keys_are_equal_and_between_sources_they_are_not() -> None:
    assert len(set(keys("within", "a"))) == len(set(keys("within", "b"))) == 1
    assert keys("within", "a") != keys("within", "b")


def test_per_language_keys_are_equal_within_a_language_whatever_the_source() -> None:
    english, german, again, unknown, too = keys("per_language", "a")
    assert english == again
    assert unknown == too
    assert len({english, german, unknown}) == 3
    assert keys("per_language", "a") == keys("per_language", "b")
