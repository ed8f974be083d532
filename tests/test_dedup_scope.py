"""Which documents exact keys may be equal between."""

import pyarrow as pa
import pytest

from pipeline.dedup import exact, scope
from pipeline.planning.snapshots import COMMON_CRAWL, _last
from pipeline.records import METADATA, public_metadata

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


def test_per_snapshot_keys_are_equal_within_a_crawl_whatever_the_source() -> None:
    names = ["CC-MAIN-2024-10", "CC-MAIN-2024-18", "CC-MAIN-2024-10", None, None]
    metadata = [None if name is None else [("title", "T"), ("snapshot", name)] for name in names]
    metadata[4] = [("title", "no crawl is named")]
    batch = pa.RecordBatch.from_arrays([pa.array(metadata, METADATA)], names=["metadata"])
    winter, spring, again, unknown, too = exact.scoped(
        pa.array([KEY] * 5, pa.binary(16)), scope.salts(batch, "per_snapshot", "a")
    ).to_pylist()
    assert winter == again
    assert unknown == too
    assert len({winter, spring, unknown}) == 3
    public = pa.RecordBatch.from_arrays([public_metadata(batch.column("metadata"))], names=["metadata"])
    assert scope.salts(public, "per_snapshot", "a").tolist() == scope.salts(batch, "per_snapshot", "a").tolist()


@pytest.mark.parametrize(
    ("path", "crawl"),
    [
        ("s3://bucket/crawl-data/CC-MAIN-2024-10/segments/1/warc/CC-MAIN-20240220211055-00000.warc.gz", "2024-10"),
        ("/old/CC-MAIN-2012/a.arc.gz", "2012"),
        ("/old/CC-MAIN-2009-2010/a.arc.gz", "2009-2010"),
        ("/CC-MAIN-2013-20/taken/from/CC-MAIN-2014-10/a.warc.gz", "2014-10"),
        ("/crawl/CC-MAIN-20240220211055-20240221001055-00000.warc.gz", None),
    ],
)  # fmt: skip
def test_a_crawl_is_named_in_the_path_of_its_files(path: str, crawl: str | None) -> None:
    assert _last(COMMON_CRAWL, path) == (crawl and f"CC-MAIN-{crawl}")
