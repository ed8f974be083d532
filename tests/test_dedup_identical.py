"""Equal texts of a component: which stands for them, and what becomes of the others."""

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.dedup.identical import expand, first_of_equal_texts, first_of_equals, text_rows
from pipeline.dedup.verify import Resolution, resolve


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from(["", "a", "b", "\N{LATIN SMALL LETTER E WITH ACUTE}"]))))
def test_the_first_of_a_component_with_the_same_text(rows: list[tuple[int, str]]) -> None:
    component = np.array([number for number, _ in rows], np.uint64)
    found = first_of_equals(component, pa.array([text for _, text in rows], pa.string()))
    assert found.tolist() == [rows.index(row) for row in rows]


def test_texts_are_found_where_they_were_left_and_joined_across_parts() -> None:
    # Two components; the first holds the text "x" of two parts, brought by rows that are not the first.
    text = pa.array([None, "x", "y", "x", "x"], pa.large_string())
    address, same = np.array([7, 3, 5, 90, 4], np.uint64), np.array([3, 3, 5, 90, 4], np.uint64)
    holder = text_rows(address, same, np.asarray(text.is_valid()))
    assert holder.tolist() == [1, 1, 2, 3, 4]
    assert first_of_equal_texts(np.array([0, 4, 5]), holder, text).tolist() == [0, 0, 2, 0, 4]


def resolved(sets: list[list[int]], threshold: float) -> Resolution:
    offsets = np.cumsum([0, *map(len, sets)])
    flat = np.array([value for values in sets for value in values], np.uint64)
    keys = np.tile(np.array([1, 2], np.uint64), (len(sets), 1))
    return resolve(np.array([0, len(sets)]), flat, offsets, keys, threshold=threshold)


@settings(deadline=None)
@given(st.lists(st.sampled_from([(1, 2, 3, 4), (1, 2, 3, 5), (7, 8), (9,)]), min_size=1, max_size=12), st.booleans())
def test_expanding_changes_no_outcome(rows: list[tuple[int, ...]], low: bool) -> None:
    """Against comparing every row: who stays, who goes because of whom, and how similar they are."""
    threshold = 0.6 if low else 0.8
    first = np.array([rows.index(row) for row in rows])
    chosen = np.unique(first)
    alone = resolved([list(rows[row]) for row in chosen], threshold)
    found = expand(alone, np.array([len(rows[row]) for row in chosen]), chosen, first, bands=2)
    wanted = resolved([list(row) for row in rows], threshold)
    for name in ("witness", "shared", "intersection", "whole", "contained", "unchecked"):
        assert getattr(found, name).tolist() == getattr(wanted, name).tolist()
    copies = sum(int(row != place and wanted.witness[row] < 0) for place, row in enumerate(first.tolist()))
    assert (found.compared[-1], found.comparisons) == (alone.compared[-1] + copies, alone.comparisons + copies)
