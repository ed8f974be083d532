"""The resolution of components against a plain one in Python, and what must hold of every resolution."""

import itertools
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.dedup.verify import Resolution, resolve
from pipeline.recheck import similarity_of

Row = tuple[frozenset[int], tuple[int, ...]]  # shingles, band keys
Components = list[list[Row]]


def arrays(components: Components) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    rows = [row for component in components for row in component]
    starts = np.cumsum([0, *map(len, components)])
    offsets = np.cumsum([0, *(len(shingles) for shingles, _ in rows)])
    sets = np.array([value for shingles, _ in rows for value in sorted(shingles)], np.uint64)
    keys = np.array([own for _, own in rows], np.uint64).reshape(len(rows), -1 if rows else 3)
    return starts, sets, offsets, keys


def resolved(components: Components, threshold: float, **more: Any) -> Resolution:
    return resolve(*arrays(components), threshold=threshold, **more)


def similarity(measure: str, mine: frozenset[int], theirs: frozenset[int]) -> Fraction:
    both, larger = len(mine & theirs), max(len(mine), len(theirs))
    of = {"jaccard": len(mine | theirs), "containment": len(mine), "mutual": larger}
    of["scaled"] = both + scaled_difference(larger - both, larger)
    return Fraction(both, of[measure])


def scaled_difference(different: int, larger: int) -> int:
    """The least whole number that is different * (larger / 1024)^(1/4) or more, 128 being the least length."""
    return next(n for n in itertools.count() if n**4 * 1024 >= different**4 * max(larger, 128))


def reference(
    components: Components,
    threshold: Fraction,
    max_comparisons: int,
    max_bucket: int,
    measure: str = "jaccard",
    contained: Fraction | None = None,
) -> list[tuple[int, int, Fraction | None, bool]]:
    """(witness, shared bands, similarity, unchecked) of each row."""
    out = []
    first = 0
    for component in components:
        kept: list[int] = []
        found_by: dict[int, list[int]] = {}  # the kept rows that a key leads to
        overflowed = set()
        for at, (shingles, keys) in enumerate(component):
            candidates: dict[int, int] = {}
            for key in keys:
                for other in found_by.get(key, []):
                    candidates[other] = candidates.get(other, 0) + 1
            ranked = sorted(candidates, key=lambda other: (-candidates[other], other))
            unchecked = len(ranked) > max_comparisons or any(key in overflowed for key in keys)
            answer = (-1, 0, None, unchecked and bool(shingles))
            for other in ranked[:max_comparisons] if shingles else []:
                theirs = component[other][0]
                score = similarity(measure, shingles, theirs)
                if contained is not None and score < threshold:
                    if similarity("containment", shingles, theirs) < contained:
                        continue
                    score = similarity("containment", shingles, theirs)
                if contained is not None or score >= threshold:
                    answer = (first + other, candidates[other], score, False)
                    break
            out.append(answer)
            if answer[0] < 0 and shingles:
                kept.append(at)
                for key in keys:
                    if len(found_by.setdefault(key, [])) < max_bucket:
                        found_by[key].append(at)
                    else:
                        overflowed.add(key)
        first += len(component)
    return out


rows = st.tuples(
    st.frozensets(st.integers(0, 7), max_size=8),
    st.tuples(st.integers(0, 2), st.integers(10, 12), st.integers(20, 21)),
)
some_components = st.lists(st.lists(rows, max_size=12), max_size=4)


@settings(max_examples=500, deadline=None)
@given(
    some_components,
    st.integers(1, 20),
    st.integers(1, 4),
    st.integers(1, 4),
    st.sampled_from(["jaccard", "containment", "mutual", "scaled"]),
    st.none() | st.integers(1, 20),
)
def test_the_resolution_is_that_of_the_reference(
    components: Components,
    twentieths: int,
    max_comparisons: int,
    max_bucket: int,
    measure: str,
    contained: int | None,
) -> None:
    limits = {"max_comparisons": max_comparisons, "max_bucket": max_bucket}
    share = None if contained is None else contained / 20
    found = resolved(components, twentieths / 20, measure=measure, contained=share, **limits)
    part = None if contained is None else Fraction(contained, 20)
    wanted = reference(components, Fraction(twentieths, 20), max_comparisons, max_bucket, measure, part)
    assert found.witness.tolist() == [witness for witness, _, _, _ in wanted]
    assert found.shared.tolist() == [shared for _, shared, _, _ in wanted]
    assert found.unchecked.tolist() == [unchecked for _, _, _, unchecked in wanted]
    for both, either, (_, _, score, _) in zip(found.intersection.tolist(), found.whole.tolist(), wanted):
        assert (Fraction(both, either) if either else None) == score


@settings(max_examples=300, deadline=None)
@given(some_components, st.floats(0.05, 1))
def test_what_holds_of_every_resolution(components: Components, threshold: float) -> None:
    found = resolved(components, threshold)
    all_rows = [(number, row) for number, component in enumerate(components) for row in component]
    for at, (number, (shingles, keys)) in enumerate(all_rows):
        witness = int(found.witness[at])
        if witness < 0:
            assert found.whole[at] == found.intersection[at] == found.shared[at] == 0
            continue
        other_number, (theirs, other_keys) = all_rows[witness]
        assert found.witness[witness] == -1
        assert witness < at
        assert other_number == number
        assert found.shared[at] == sum(one == other for one, other in zip(keys, other_keys)) > 0
        assert (found.intersection[at], found.whole[at]) == (len(shingles & theirs), len(shingles | theirs))
        assert found.intersection[at] * 10**6 >= round(threshold * 10**6) * found.whole[at]
        assert not found.unchecked[at]
    assert found.compared.sum() == found.comparisons
    # Nothing depends on the other components.
    alone = [resolved([component], threshold) for component in components]
    starts = arrays(components)[0]
    joined = [w + start if w >= 0 else -1 for own, start in zip(alone, starts.tolist()) for w in own.witness.tolist()]
    assert found.witness.tolist() == joined


def row(shingles: range, *keys: int) -> Row:
    return frozenset(shingles), keys


def test_the_threshold_itself_is_similar_enough() -> None:
    five, four = row(range(5), 1), row(range(4), 1)
    assert resolved([[five, four]], 0.8).witness.tolist() == [-1, 0]
    assert resolved([[five, four]], 0.800001).witness.tolist() == [-1, -1]
    third = [row(range(3), 1), row(range(1), 1)]
    assert resolved([third], 1 / 3).witness.tolist() == [-1, 0]


def test_what_is_only_similar_to_something_removed_stays() -> None:
    chain = [row(range(100), 1), row(range(10, 110), 1), row(range(20, 120), 1)]
    assert resolved([chain], 0.8).witness.tolist() == [-1, 0, -1]


def test_most_shared_bands_come_first_then_the_most_preferred() -> None:
    kept = [row(range(10), 1, 10), row(range(50, 60), 2, 11), row(range(5, 15), 1, 11)]
    both = frozenset([*range(15), *range(50, 60)])
    found = resolved([[*kept, (both, (1, 11))]], 0.4)
    assert found.witness.tolist() == [-1, -1, -1, 2]
    found = resolved([[*kept, (both, (1, 99))]], 0.4)
    assert found.witness.tolist() == [-1, -1, -1, 0]


def test_similar_documents_without_a_shared_band_are_not_compared() -> None:
    found = resolved([[row(range(9), 1, 2), row(range(9), 3, 4)]], 0.8)
    assert found.witness.tolist() == [-1, -1]
    assert found.comparisons == 0


def test_compared_pairs_are_counted_by_similarity() -> None:
    rows_of = [row(range(100), 1), row(range(100), 1), row(range(1, 101), 1), row(range(50, 150), 1)]
    found = resolved([rows_of], 0.9)
    assert found.comparisons == 3
    assert {place: count for place, count in enumerate(found.compared.tolist()) if count} == {99: 1, 98: 1, 33: 1}


def test_sizes_that_forbid_the_threshold_count_as_the_most_they_allow() -> None:
    found = resolved([[row(range(100), 1), row(range(1000, 1025), 1)]], 0.5)
    assert np.flatnonzero(found.compared).tolist() == [25]


def test_documents_without_shingles_stay_and_are_no_witnesses() -> None:
    found = resolved([[row(range(0), 1), row(range(0), 1), row(range(3), 1)]], 0.1)
    assert found.witness.tolist() == [-1, -1, -1]
    assert found.comparisons == 0


def test_a_limit_on_comparisons_marks_what_stays() -> None:
    apart = [row(range(100 * at, 100 * at + 10), 1) for at in range(5)]
    found = resolved([[*apart, row(range(400, 410), 1)]], 0.5, max_comparisons=4)
    assert found.unchecked.tolist() == [False] * 5 + [True]
    assert resolved([[*apart, row(range(300, 310), 1)]], 0.5, max_comparisons=4).witness[5] == 3


def test_a_full_bucket_marks_what_meets_it_and_stays() -> None:
    apart = [row(range(100 * at, 100 * at + 10), 1) for at in range(4)]
    found = resolved([[*apart, row(range(300, 310), 1), row(range(900, 910), 2)]], 0.5, max_bucket=3)
    assert found.witness.tolist() == [-1] * 6
    assert found.unchecked.tolist() == [False, False, False, False, True, False]


def test_a_hundred_thousand_identical_documents_leave_one() -> None:
    n, size = 100_000, 30
    sets = np.tile(np.arange(size, dtype=np.uint64), n)
    keys = np.tile(np.arange(14, dtype=np.uint64), (n, 1))
    found = resolve(np.array([0, n]), sets, np.arange(n + 1) * size, keys, threshold=0.8)
    assert found.witness[0] == -1
    assert not found.witness[1:].any()
    assert found.comparisons == found.compared[99] == n - 1
    assert set(found.shared[1:].tolist()) == {14}


def test_a_million_documents_in_one_bucket_take_at_most_64_comparisons_each() -> None:
    n, size = 1_000_000, 4
    sets = np.arange(n * size, dtype=np.uint64)  # nothing in common but the band
    sets[size * 900_000 :] = np.tile(sets[:size], n - 900_000)  # the last tenth repeats the first document
    keys = np.full((n, 1), 7, np.uint64)
    keys = np.concatenate([keys, np.arange(n, dtype=np.uint64)[:, None] + 100], axis=1)
    keys[900_000:, 1] = keys[0, 1]
    found = resolve(np.array([0, n]), sets, np.arange(n + 1) * size, keys, threshold=0.8)
    assert np.all(found.witness[:900_000] == -1)
    assert not found.witness[900_000:].any()  # both bands shared: the first to be compared
    assert found.comparisons == 64 * (900_000 - 64) + 64 * 63 // 2 + 100_000


def test_both_removes_what_is_contained() -> None:
    page, part, other = row(range(100), 1), row(range(60), 1), row(range(40, 140), 1)
    assert resolved([[page, part, other]], 0.8).witness.tolist() == [-1, -1, -1]
    found = resolved([[page, part, other]], 0.8, contained=0.95)
    assert found.witness.tolist() == [-1, 0, -1]
    assert (found.contained.tolist(), found.whole[1]) == ([False, True, False], 60)


def test_repeats_count_where_sets_hold_them() -> None:
    sets = np.array([1, 1, 1, 2, 1, 2, 2, 2], np.uint64)
    found = resolve(np.array([0, 2]), sets, np.array([0, 4, 8]), np.array([[5], [5]], np.uint64), threshold=0.5,
                    measure="mutual")  # fmt: skip
    assert (found.intersection[1], found.whole[1]) == (2, 4)


def scaled(first: range, second: range) -> Fraction:
    found = resolved([[row(first, 1), row(second, 1)]], 1e-6, measure="scaled")
    return Fraction(int(found.intersection[1]), int(found.whole[1])) if found.whole[1] else Fraction(0)


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 3000), st.integers(0, 3000), st.integers(1, 3000))
def test_scaled_similarity_of_two_documents(first: int, offset: int, second: int) -> None:
    ours, theirs = range(first), range(offset, offset + second)
    both, larger = len(frozenset(ours) & frozenset(theirs)), max(first, second)
    found = scaled(ours, theirs)
    assert found == Fraction(both, both + scaled_difference(larger - both, larger)) if both else found == 0
    assert found == scaled(theirs, ours)
    assert 0 <= found <= 1
    assert (found == 1) == (ours == theirs)
    counted = [np.fromiter(shingles, np.uint64) for shingles in (ours, theirs)]
    assert similarity_of(*counted, "scaled") == pytest.approx(float(found), abs=1e-12)
    mutual = Fraction(both, larger)
    assert found <= mutual if larger >= 1024 else found >= mutual


def test_scaled_similarity_asks_more_of_long_documents() -> None:
    of = {size: scaled(range(size), range(size // 4, size + size // 4)) for size in (128, 1024, 16384)}
    assert of == {128: Fraction(96, 116), 1024: Fraction(3, 4), 16384: Fraction(3, 5)}  # 32 * .5946; 256; 4096 * 2
    assert scaled(range(12), range(3, 15)) == Fraction(9, 11)  # 3 * .5946: as of 128


def test_a_hundred_thousand_documents_of_one_template_stay_within_the_limits() -> None:
    n, size = 100_000, 12
    sets = np.arange(n * size, dtype=np.uint64)  # nothing in common
    keys = np.arange(n * 3, dtype=np.uint64).reshape(n, 3)
    keys[:, 1] = 1 << 40
    found = resolve(np.array([0, n]), sets, np.arange(n + 1) * size, keys, threshold=0.8)
    assert np.all(found.witness == -1)
    assert found.comparisons == 64 * (n - 64) + 64 * 63 // 2
    assert found.unchecked.tolist() == [at > 64 for at in range(n)]


def test_no_rows_at_all() -> None:
    found = resolved([], 0.8)
    assert len(found.witness) == found.comparisons == 0
    assert resolved([[], []], 0.8).unchecked.tolist() == []


def test_what_is_refused() -> None:
    one = [[row(range(3), 1)]]
    for threshold in (0.0, -0.1, 1.01):
        with pytest.raises(ValueError, match="threshold"):
            resolved(one, threshold)
    with pytest.raises(ValueError, match="threshold"):
        resolved(one, 0.8, contained=0.0)
    with pytest.raises(ValueError, match="measure 'cosine' is not one of jaccard"):
        resolved(one, 0.8, measure="cosine")
    with pytest.raises(ValueError, match="at least 1"):
        resolved(one, 0.8, max_comparisons=0)
    starts, sets, offsets, keys = arrays(one)
    with pytest.raises(ValueError, match=r"components end at row 2, there are 1 sets and keys \(1, 1\)"):
        resolve(starts * 2, sets, offsets, keys, threshold=0.8)
