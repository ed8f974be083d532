"""What grouping is predicted to cost, against the bytes that its stages send."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from pipeline.estimate import estimate
from pipeline.planning.near_costs import GroupingCosts, grouping_costs, simhash_costs
from pipeline.recipe import loads
from pipeline.run import make_plan
from pipeline.show_plan import show

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


def test_costs_of_fingerprints_are_those_measured() -> None:
    """`python -m benchmarks.simhash --grouping 1e6`: 360.0 and 6.0 MB, 10.8 s, 365 MB. Edges hang on chains of copies,
    and were 15.5 MB there, where there are none.
    """
    found = simhash_costs(MILLION, distance=4, blocks=6, partitions=2, parts=8)
    assert found.key_bytes == pytest.approx(360e6, rel=0.02)
    assert found.label_bytes == pytest.approx(6e6, rel=0.25)
    assert found.core_seconds == pytest.approx(10.8, rel=0.25)
    assert found.memory_bytes == pytest.approx(365e6, rel=0.35)
    assert 10e6 < found.edge_bytes < 40e6
    more = simhash_costs(MILLION, distance=4, blocks=8, partitions=2, parts=8)
    assert more.core_seconds > 3.5 * found.core_seconds  # 70 tables instead of 15


def test_a_plan_prices_fingerprints(tmp_path: Path) -> None:
    """Its bytes, time and memory are those of 15 keys a document, with their fingerprints."""
    (tmp_path / "a.jsonl").write_text('{"text": "A mill stands by the river."}\n' * 20_000)
    recipe = f"name: t\nseed: 1\nsources: {{a: {{reader: jsonl, paths: [{tmp_path}/a.jsonl]}}}}\ndedup: {{%s}}\n"
    found = {}
    for name in ("simhash", "minhash"):
        plan = make_plan(loads(recipe % f"{name}: {{}}"), str(tmp_path / "out"))
        found[name] = estimate(plan)
        page = io.StringIO()
        show(plan, Console(file=page, width=200))
        assert "Grouping of near-duplicates: about" in page.getvalue()
    keys = {name: each.exchange_bytes["signatures"] for name, each in found.items()}
    assert keys["simhash"] - keys["minhash"] == pytest.approx(keys["minhash"] * (15 * 24 / (14 * 16) - 1), rel=0.1)
    times = [found[name].grouping.core_seconds for name in ("simhash", "minhash")]  # type: ignore[union-attr]
    assert times[0] > times[1]


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
