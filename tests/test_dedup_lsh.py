"""Grouping against dictionaries of sets, and components against a search of the graph."""

from collections import defaultdict

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.dedup.lsh import components, group, group_signatures

U64 = npt.NDArray[np.uint64]
MASK = (1 << 64) - 1


def u64(values: list[int]) -> U64:
    return np.array(values, np.uint64)


def edges(keys: list[int], nodes: list[int]) -> set[tuple[int, int]]:
    members = defaultdict(set)
    for key, node in zip(keys, nodes):
        members[key].add(node)
    smallest = {key: min(own) for key, own in members.items()}
    return {(smallest[key], node) for key, own in members.items() for node in own if node != smallest[key]}


def smallest_reachable(pairs: list[tuple[int, int]]) -> dict[int, int]:
    near = defaultdict(set)
    for one, other in pairs:
        near[one].add(other)
        near[other].add(one)
    found: dict[int, int] = {}
    for node in sorted(near):  # the first visit of a component starts from its smallest node
        waiting = [] if node in found else [node]
        while waiting:
            at = waiting.pop()
            if at not in found:
                found[at] = node
                waiting.extend(near[at])
    return found


def unmixed(value: int) -> int:
    """The key that the kernels' mixing turns into `value`."""
    for prime in (0xC4CEB9FE1A85EC53, 0xFF51AFD7ED558CCD):
        value ^= value >> 33
        value = value * pow(prime, -1, 1 << 64) & MASK
    return value ^ value >> 33


keys = st.one_of(st.integers(0, 5), st.sampled_from([MASK, MASK - 1, 1 << 63]))
nodes = st.one_of(st.integers(0, 9), st.sampled_from([MASK, 1 << 63, 5 << 32]))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(keys, nodes), max_size=40))
def test_edges_are_the_stars_of_all_groups(rows: list[tuple[int, int]]) -> None:
    own_keys, own_nodes = [key for key, _ in rows], [node for _, node in rows]
    a, b = group(u64(own_keys), u64(own_nodes))
    assert set(zip(a.tolist(), b.tolist())) == edges(own_keys, own_nodes)


@pytest.mark.parametrize("distinct", [10, 5_000, 200_000])
def test_edges_of_many_keys(distinct: int) -> None:
    draw = np.random.default_rng(distinct)
    own_keys = draw.integers(0, distinct, 100_000).astype(np.uint64)
    own_nodes = draw.integers(0, 50_000, 100_000).astype(np.uint64)
    a, b = group(own_keys, own_nodes)
    assert set(zip(a.tolist(), b.tolist())) == edges(own_keys.tolist(), own_nodes.tolist())
    assert len(a) <= 100_000


def test_keys_that_all_fall_into_one_partition() -> None:
    own_keys = u64([unmixed(value * 97 + 1) for value in range(20_000)] * 2)
    a, b = group(own_keys, np.arange(40_000).astype(np.uint64))
    assert set(zip(a.tolist(), b.tolist())) == {(at, at + 20_000) for at in range(20_000)}


def test_a_key_of_a_million_nodes_gives_one_edge_a_node() -> None:
    own_nodes = np.arange(1_000_000)[::-1].astype(np.uint64)
    a, b = group(np.full(1_000_000, 7, np.uint64), own_nodes)
    assert not a.any()
    assert np.array_equal(np.sort(b), np.arange(1, 1_000_000).astype(np.uint64))


def test_keys_and_nodes_of_arrow_columns_are_taken_as_they_are() -> None:
    own_keys, own_nodes = u64([3, 3]), u64([9, 4])
    own_keys.flags.writeable = own_nodes.flags.writeable = False
    a, b = group(own_keys, own_nodes)
    assert (a.tolist(), b.tolist()) == ([4], [9])


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(nodes, nodes), max_size=30))
def test_components_are_what_a_search_reaches(pairs: list[tuple[int, int]]) -> None:
    a, b = u64([a for a, _ in pairs]), u64([b for _, b in pairs])
    found, roots, at_a, at_b = components(a, b)
    assert np.array_equal(found[at_a], a)
    assert np.array_equal(found[at_b], b)
    wanted = smallest_reachable(pairs)
    assert found.tolist() == sorted(wanted)
    assert roots.tolist() == [wanted[node] for node in sorted(wanted)]


def test_a_chain_of_a_hundred_thousand_nodes_in_any_order() -> None:
    links = np.random.default_rng(0).permutation(99_999).astype(np.uint64)
    found, roots, *_ = components(links, links + np.uint64(1))
    assert len(found) == 100_000
    assert not roots.any()


@pytest.mark.parametrize(("bands", "rows"), [(3, 2), (2, 3), (6, 1), (7, 1)])
def test_groups_of_signatures_are_components_of_equal_bands(bands: int, rows: int) -> None:
    draw = np.random.default_rng(bands)
    n = 9_000
    signatures = draw.integers(0, 1 << 32, (n, 7), dtype=np.uint32)
    copies = draw.integers(0, n, n // 3)
    signatures[: len(copies)] = np.where(
        draw.random((len(copies), 7)) < 0.6, signatures[copies], signatures[: len(copies)]
    )
    pairs = [(row, row) for row in range(n)]
    for band in range(bands):
        first: dict[tuple[int, ...], int] = {}
        for row, values in enumerate(signatures[:, band * rows : (band + 1) * rows].tolist()):
            pairs.append((row, first.setdefault(tuple(values), row)))
    wanted = smallest_reachable(pairs)
    roots = group_signatures(signatures, bands=bands, rows=rows)
    assert roots.tolist() == [wanted[row] for row in range(n)]
    assert 500 < np.count_nonzero(roots != np.arange(n)) < n


def test_a_hundred_thousand_equal_signatures_are_one_group() -> None:
    signatures = np.full((100_000, 112), 5, np.uint32)
    assert not group_signatures(signatures, bands=14, rows=8).any()


def test_nothing_to_group() -> None:
    nothing = np.zeros(0, np.uint64)
    assert [len(side) for side in group(nothing, nothing)] == [0, 0]
    assert [len(side) for side in components(nothing, nothing)] == [0, 0, 0, 0]
    assert group_signatures(np.zeros((0, 112), np.uint32), bands=14, rows=8).tolist() == []


def test_what_is_refused() -> None:
    with pytest.raises(ValueError, match="2 keys for 1 nodes"):
        group(u64([1, 2]), u64([1]))
    with pytest.raises(ValueError, match="1 and 2 ends"):
        components(u64([1]), u64([1, 2]))
    with pytest.raises(ValueError, match="15 bands of 8 rows do not fit signatures of 112 hashes"):
        group_signatures(np.zeros((1, 112), np.uint32), bands=15, rows=8)
