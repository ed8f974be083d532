"""What grouping is predicted to cost, against the bytes that its stages send."""

import pytest

from pipeline.planning.near_costs import GroupingCosts, grouping_costs

MILLION = 1_000_000


def planned(documents: float, partitions: int, parts: int, bands: int = 14, rows: int = 8) -> GroupingCosts:
    return grouping_costs(documents, bands=bands, rows=rows, partitions=partitions, parts=parts)


@pytest.mark.parametrize(
    ("documents", "partitions", "parts", "measured"),
    [
        # `python -m benchmarks.scale --documents 1e6 1e7`: MB of keys, edges and labels, seconds of CPU.
        (MILLION, 2, 239, (224.2, 29.4, 4.6, 8.6)),
        (10 * MILLION, 19, 2385, (2250.7, 646.4, 55.1, 75.2)),
    ],
)
def test_costs_are_those_measured(
    documents: int, partitions: int, parts: int, measured: tuple[float, float, float, float]
) -> None:
    found = planned(documents, partitions, parts)
    predicted = (found.key_bytes / 1e6, found.edge_bytes / 1e6, found.label_bytes / 1e6, found.core_seconds)
    assert predicted == pytest.approx(measured, rel=0.15)


def test_bytes_grow_with_the_documents_and_memory_with_the_partition():
    small, large = planned(10 * MILLION, 20, 400), planned(100 * MILLION, 200, 4000)
    assert large.key_bytes == pytest.approx(10 * small.key_bytes, rel=0.05)
    assert large.memory_bytes == small.memory_bytes


def test_one_partition_sends_no_edges():
    assert planned(MILLION, 1, 10).edge_bytes == 0


def test_copies_that_share_no_band_are_connected_with_nothing():
    few = planned(MILLION, 4, 10, bands=1, rows=400)
    assert few.edge_bytes < planned(MILLION, 4, 10).edge_bytes / 50
    assert few.label_bytes < planned(MILLION, 4, 10).label_bytes / 50


def test_nothing_costs_next_to_nothing():
    found = planned(0, 1, 1)
    assert found.key_bytes + found.edge_bytes + found.label_bytes < 1000
    assert found.core_seconds < 3
