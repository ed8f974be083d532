"""Many fingerprints of one key: the same components as all pairs give, with few steps whatever the fingerprints are."""

import random
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.dedup import lsh, near_prints, simhash
from pipeline.errors import WinnowError
from tests.test_dedup_simhash import apart, by_brute_force, grouped
from tests.test_dedup_simhash import near_prints as around

UInt64Array = npt.NDArray[np.uint64]


def components(values: UInt64Array, distance: int) -> tuple[dict[int, int], int]:
    """(place -> first place of its component, of all that are connected; steps); every edge is a pair that is near."""
    found = near_prints.connect(values, distance)
    assert len(found.a) < max(1, len(values))
    for one, other in zip(found.a.tolist(), found.b.tolist(), strict=True):
        assert apart(int(values[one]), int(values[other])) <= distance
    joined = lsh.components(found.a.astype(np.uint64), found.b.astype(np.uint64))
    return dict(zip(joined.nodes.tolist(), joined.roots.tolist(), strict=True)), found.steps


def scattered(seed: int, count: int, bits: int) -> UInt64Array:
    """Distinct values that vary in so many bits, around a few middles."""
    dice = random.Random(seed)
    places = dice.sample(range(64), bits)
    middles = [dice.getrandbits(64)]
    for _ in range(dice.randrange(4)):
        middles.append(middles[0] ^ sum(1 << place for place in places if dice.random() < 0.5))
    flips = (sum(1 << place for place in dice.sample(places, dice.randrange(min(bits, 7) + 1))) for _ in range(count))
    return np.unique(np.array([dice.choice(middles) ^ flip for flip in flips], np.uint64))


@settings(deadline=None, max_examples=120)
@given(
    st.integers(0, 2**32), st.integers(1, 120), st.sampled_from([3, 6, 9, 20, 40]), st.integers(1, 6),
    st.sampled_from([5, 9, 24]),
)  # fmt: skip
def test_components_are_those_of_all_pairs(seed: int, count: int, bits: int, distance: int, free: int) -> None:
    """However few bits are left to differ, and so however many tables there are."""
    values = scattered(seed, count, bits)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(near_prints, "_FREE_BITS", free)
        patch.setattr(near_prints, "_STEPS_A_TABLE", 0)  # tables, however few values there are
        near_prints._tables.cache_clear()
        found, _ = components(values, distance)
    near_prints._tables.cache_clear()
    assert found == by_brute_force(values, np.zeros(len(values), np.uint64), distance)


def test_a_large_group_of_few_bits_is_not_compared_each_with_each() -> None:
    """All values of 15 bits in two heaps that no pair connects, so that nothing ends the search early."""
    heaps = [bits for bits in range(1 << 15) if bits.bit_count() <= 4 or bits.bit_count() >= 10]
    found, steps = components(np.array(heaps, np.uint64) << np.uint64(20), 4)
    assert len(set(found.values())) == 2
    assert len(found) == len(heaps) > 6_000
    assert steps < 150 * len(heaps)  # 1 + 15 + 105 look-ups each; all pairs would be 3,400 each


@pytest.mark.parametrize("distance", [3, 4, 5])
def test_random_fingerprints_of_one_key_take_few_steps_each(distance: int) -> None:
    """40,000 that agree in 21 bits, every hundredth a few bits from the one before: 20,000 pairs each otherwise."""
    dice = np.random.default_rng(distance)
    values = dice.integers(0, 1 << 43, 40_000, np.uint64)
    for row in range(99, len(values), 100):
        bits = dice.choice(43, 1 + row // 100 % distance, replace=False).astype(np.uint64)
        values[row] = values[row - 1] ^ np.bitwise_or.reduce(np.uint64(1) << bits)
    distinct = np.unique(values)
    found, steps = components(distinct, distance)
    place = {value: at for at, value in enumerate(distinct.tolist())}
    for row in range(99, len(values), 100):
        assert found[place[int(values[row])]] == found[place[int(values[row - 1])]]
    assert steps < 300 * len(distinct)


def test_a_hot_key_is_searched_like_any_other(monkeypatch: pytest.MonkeyPatch) -> None:
    prints = around(1, 3, 300)
    salt = np.zeros(len(prints), np.uint64)
    whole = grouped(prints, salt, 6, 4)
    for few in (1, 2, 10):
        monkeypatch.setattr(simhash, "FEW", few)
        assert grouped(prints, salt, 6, 4) == whole == by_brute_force(prints, salt, 4)


def test_ten_thousand_texts_of_a_template_are_one_component() -> None:
    """Every way to change up to three of 40 bits: 10,000 fingerprints, which share a key with one another."""
    changes = [sum(1 << bit for bit in some) for count in range(4) for some in combinations(range(24, 64), count)]
    prints = np.array(changes, np.uint64) ^ np.uint64(0x5DEECE66D1234567)
    key, nodes = np.zeros(len(prints), np.uint64), np.arange(len(prints), dtype=np.uint64)
    found = lsh.components(*simhash.group(key, nodes, prints, distance=2))
    assert len(prints) > simhash.FEW
    assert len(found.nodes) == len(prints)
    assert not found.roots.any()


def test_what_no_table_makes_cheap_fails_and_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(near_prints, "MOST_STEPS", 10**6)
    values = np.random.default_rng(1).integers(0, 2**64, 5_000, np.uint64)
    with pytest.raises(WinnowError, match=r"5,000 different fingerprints share one key.*more `blocks`"):
        near_prints.connect(values, 20)
