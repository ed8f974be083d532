"""Components across partitions: equal to a union-find of everything, whatever the partitions, or a failed run."""

import itertools
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import WinnowError
from pipeline.planning import near
from tests.toy_groups import Keys, build, found, grouped


def expected(keys: Keys) -> dict[int, int]:
    """Node -> smallest node of its component, of nodes that share a key with another, by a plain union-find."""
    members: dict[int, set[int]] = {}
    for key, node in keys:
        members.setdefault(key, set()).add(node)
    parent = {node: node for _, node in keys}

    def root(node: int) -> int:
        while parent[node] != node:
            node = parent[node]
        return node

    for nodes in members.values():
        roots = {root(node) for node in nodes}
        for other in roots:
            parent[other] = min(roots)
    connected = {node for nodes in members.values() if len(nodes) > 1 for node in nodes}
    return {node: root(node) for node in connected}


@pytest.fixture(autouse=True)
def _without_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


nodes = st.integers(0, 2).flatmap(lambda part: st.integers(0, 11).map(lambda row: part << 32 | row))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 25), nodes), max_size=60),
    st.integers(0, 60),
    st.randoms(use_true_random=False),
    st.integers(1, 6),
)
def test_components_are_those_of_a_union_find_whatever_the_partitions(
    tmp_path_factory: pytest.TempPathFactory, keys: Keys, length: int, dice: Any, partitions: int
) -> None:
    chained = [part << 32 | row for part in range(3) for row in range(12, 32)]
    dice.shuffle(chained)
    for number, (one, other) in enumerate(itertools.pairwise(chained[:length])):
        keys = [*keys, (100 + number, one), (100 + number, other)]
    graph = grouped(tmp_path_factory.mktemp("groups"), partitions, keys=keys, parts=3, rounds=7)
    assert found(graph) == expected(keys)


def test_the_order_of_keys_changes_nothing(tmp_path: Path) -> None:
    dice = np.random.default_rng(4)
    keys = [(int(key), int(node)) for key, node in zip(dice.integers(0, 900, 2_000), dice.integers(0, 999, 2_000))]
    one, other = (grouped(tmp_path / str(n), 5, keys=order) for n, order in enumerate((keys, keys[::-1])))
    assert found(one) == found(other) == expected(keys)


@pytest.mark.parametrize("partitions", [2, 7])
def test_a_long_chain_becomes_one_component(tmp_path: Path, partitions: int) -> None:
    assert found(grouped(tmp_path, partitions, path=100_000)) == dict.fromkeys(range(100_000), 0)


def test_too_few_rounds_fail_the_run_and_say_so(tmp_path: Path) -> None:
    with pytest.raises(WinnowError, match=r"did not converge in 3 rounds.*dedup.minhash.rows"):
        grouped(tmp_path, 7, path=10_000, rounds=3)


def test_rounds_after_the_fixed_point_write_nothing(tmp_path: Path) -> None:
    graph = grouped(tmp_path, 4, keys=[(key, node) for key in range(500) for node in (2 * key, 2 * key + 1)])
    exchanged = [len(list(Path(graph.work(f"components.{k}")).glob("exchange/*"))) for k in range(1, near.ROUNDS + 1)]
    assert exchanged == [4, 4, *[0] * (near.ROUNDS - 2)]


def test_beam_finds_the_same(tmp_path: Path) -> None:
    from pipeline.engine import beam

    keys = [(key, (key + more) % 150) for key in range(100) for more in (0, 7)]
    graph = build(tmp_path, 3, keys=keys, rounds=6)
    beam.run(graph, ["--runner", beam.IN_PROCESS])
    assert found(graph) == expected(keys)
