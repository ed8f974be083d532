"""The order of training: hashes, histograms, positions, what is kept."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mixture_helpers import documents, placed

from pipeline.kernels.order import copy_hashes
from pipeline.mixture.order import (
    BIN_BITS,
    add_sparse,
    epochs_count,
    held_out,
    histogram,
    place,
    shard_of,
    source_order,
    to_sparse,
    validation_position,
)

SEQ_LEN = 64
lengths = st.lists(st.integers(1, 5 * SEQ_LEN), min_size=1, max_size=30)


def _hashes(count: int, segment: int, epoch: int, key: int = 7) -> np.ndarray:
    words = np.stack((np.arange(count, dtype=np.uint64), np.full(count, 3, dtype=np.uint64)), axis=1)
    full = np.full(count, 1, dtype=np.int32)
    return copy_hashes(words, full * segment, full * epoch, np.uint64(key))


def _chi_squared(counts: np.ndarray) -> float:
    expected = counts.sum() / counts.size
    return float(((counts - expected) ** 2 / expected).sum())


@pytest.mark.parametrize("shift", [0, 24, 56])
def test_hashes_of_counting_ids_are_uniform(shift):
    counts = np.bincount(((_hashes(1 << 18, 0, 0) >> np.uint64(shift)) & np.uint64(255)).astype(int), minlength=256)
    # chi-squared with 255 degrees of freedom: 5 standard deviations are 113.
    assert abs(_chi_squared(counts) - 255) < 113


@pytest.mark.parametrize(("segment", "epoch"), [(0, 1), (1, 0), (1, 1), (1 << 20, 0)])
def test_copies_are_independent(segment, epoch):
    first, second = _hashes(1 << 18, 0, 0), _hashes(1 << 18, segment, epoch)
    cells = ((first >> np.uint64(60)) * np.uint64(16) + (second >> np.uint64(60))).astype(int)
    assert abs(_chi_squared(np.bincount(cells, minlength=256)) - 255) < 113
    assert len(np.union1d(first, second)) == 1 << 19


def test_hashes_depend_on_seed_and_source():
    source = documents([10] * 1000, 0)
    position = {
        (name, seed): placed(source, name, 10_000, seed, SEQ_LEN).position
        for name in ("web", "books")
        for seed in (1, 2)
    }
    for key, one in position.items():
        for other, two in position.items():
            correlation = np.corrcoef(one, two)[0, 1]
            assert correlation == pytest.approx(1) if key == other else abs(correlation) < 0.2


def _expected(source, name, seed, target):
    """Place each copy with Python integers, as the docstring says."""
    options = {"source": name, "seed": seed, "seq_len_tokens": SEQ_LEN}
    unique = int(source.offsets[-1])
    epochs = epochs_count(target, unique)
    bins = histogram(source.ids, source.n_tokens, epochs=epochs, **options).tolist()
    key = source_order(np.array(bins), target_tokens=target, **options).key
    words = source.ids.view("<u8")
    kept = []
    for row, tokens in enumerate(source.n_tokens.tolist()):
        for segment in range(-(-tokens // SEQ_LEN)):
            own = min(SEQ_LEN, tokens - segment * SEQ_LEN)
            for epoch in range(epochs):
                one = np.ones(1, dtype=np.int32)
                u = int(copy_hashes(words[row : row + 1], one * segment, one * epoch, key)[0])
                u_bin, rest = divmod(u, 1 << (64 - BIN_BITS))
                below, inside = sum(bins[epoch][:u_bin]), bins[epoch][u_bin]
                twice = 2 * (epoch * unique + below) + own + ((rest >> (32 - BIN_BITS)) * 2 * (inside - own) >> 32)
                if twice < 2 * target:
                    kept.append((row, segment, epoch, twice / (2 * target)))
    return kept


@pytest.mark.parametrize("epochs", [0.3, 1.0, 2.5])
def test_positions_are_those_of_the_definition(epochs):
    source = documents([1, SEQ_LEN, SEQ_LEN + 1, 200, 7, 63], 5)
    target = round(epochs * int(source.offsets[-1]))
    copies = placed(source, "web", target, 11, SEQ_LEN)
    found = list(zip(*(column.tolist() for column in (copies.row, copies.segment, copies.epoch, copies.position))))
    assert found == _expected(source, "web", 11, target)


@settings(max_examples=50)
@given(lengths, st.floats(0.05, 4), st.integers(0, 2**40))
def test_epochs_follow_each_other_and_are_whole(counts, epochs, seed):
    source = documents(counts, 1)
    unique = int(source.offsets[-1])
    target = max(1, round(epochs * unique))
    copies = placed(source, "web", target, seed, SEQ_LEN)
    assert ((copies.position >= 0) & (copies.position < 1)).all()
    # Epoch k fills [k U / T, (k + 1) U / T), so nothing returns before its epoch ends.
    assert (copies.position > copies.epoch * unique / target).all()
    assert (copies.position < (copies.epoch + 1) * unique / target).all()
    own = np.minimum(source.n_tokens[copies.row] - copies.segment * SEQ_LEN, SEQ_LEN)
    per_epoch = np.bincount(copies.epoch, weights=own, minlength=epochs_count(target, unique))
    assert (per_epoch[: target // unique] == unique).all()
    # The cut of the last epoch errs by less than the segments that share its bin; alone, by half a segment.
    assert abs(own.sum() - target) <= 2 * SEQ_LEN
    keys = set(zip(copies.row.tolist(), copies.segment.tolist(), copies.epoch.tolist()))
    assert len(keys) == len(copies)


def test_a_whole_number_of_epochs_is_exact():
    source = documents([1, 64, 65, 700, 3, 128], 2)
    unique = int(source.offsets[-1])
    for epochs in (1, 3):
        copies = placed(source, "web", epochs * unique, 1, SEQ_LEN)
        assert len(copies) == epochs * sum(-(-int(n) // SEQ_LEN) for n in source.n_tokens)


def test_a_document_spreads_over_the_run_and_epochs_are_shuffled_afresh():
    source = documents([1000 * SEQ_LEN], 3)
    copies = placed(source, "books", 2 * 1000 * SEQ_LEN, 1, SEQ_LEN)
    first, second = (copies.position[copies.epoch == epoch] for epoch in (0, 1))
    # One book fills its epoch evenly (segments lie a thousandth of an epoch apart) ...
    assert np.allclose(np.sort(first), (np.arange(1000) + 0.5) / 2000, atol=2e-3)
    # ... in no order that has to do with the text or with the epoch before.
    assert abs(np.corrcoef(first, np.arange(1000))[0, 1]) < 0.15
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.15


@settings(max_examples=30)
@given(lengths, st.data())
def test_parts_in_any_order_give_the_same(counts, data):
    source = documents(counts, 4)
    target = int(source.offsets[-1]) * 3 // 2
    options = {"source": "web", "seed": 9, "seq_len_tokens": SEQ_LEN}
    epochs = epochs_count(target, int(source.offsets[-1]))
    whole = histogram(source.ids, source.n_tokens, epochs=epochs, **options)
    shuffled = data.draw(st.permutations(range(len(counts))))
    cut = data.draw(st.integers(0, len(counts)))
    total = np.zeros_like(whole)
    for rows in (shuffled[:cut], shuffled[cut:]):
        part = source.take(rows)
        add_sparse(total, *to_sparse(histogram(part.ids, part.n_tokens, epochs=epochs, **options)))
    assert (total == whole).all()
    order = source_order(total, target_tokens=target, **options)
    expected = dict(_rows(source, place(order, source.ids, source.n_tokens)))
    found = {}
    for rows in (shuffled[:cut], shuffled[cut:]):
        part = source.take(rows)
        found |= dict(_rows(part, place(order, part.ids, part.n_tokens)))
    assert found == expected


def _rows(source, copies):
    for row, segment, epoch, position in zip(copies.row, copies.segment, copies.epoch, copies.position):
        yield (source.ids[row].tobytes(), int(segment), int(epoch)), float(position)


def test_sparse_histograms_hold_the_bins_with_tokens_only():
    source = documents([100, 3], 1)
    dense = histogram(source.ids, source.n_tokens, source="web", seed=1, seq_len_tokens=SEQ_LEN, epochs=2)
    epoch, u_bin, tokens = to_sparse(dense)
    assert dense.shape == (2, 1 << BIN_BITS)
    assert len(tokens) == 6
    assert sorted(tokens[epoch == 0].tolist()) == [3, 36, 64]
    assert (epoch.dtype, u_bin.dtype, tokens.dtype) == (np.int32, np.int32, np.int64)


def test_an_empty_source_has_no_copies():
    source = documents([], 1)
    assert len(placed(source, "web", 0, 1, SEQ_LEN)) == 0
    assert epochs_count(0, 0) == 0


def test_a_target_of_zero_keeps_nothing():
    assert len(placed(documents([5, 9], 1), "web", 0, 1, SEQ_LEN)) == 0


def test_shards_are_ranges_of_positions():
    position = np.array([0.0, 0.2499, 0.25, 0.5, np.nextafter(1, 0)])
    assert shard_of(position, 4).tolist() == [0, 0, 1, 2, 3]
    # The product rounds up to 3.0: the last shard takes it.
    assert shard_of(np.array([np.nextafter(1, 0)]), 3).tolist() == [2]


def test_validation_documents_are_drawn_by_hash():
    source = documents([1] * 20_000, 8)
    out = held_out(source.ids, seed=3, fraction=0.05)
    assert 900 < out.sum() < 1100
    assert (held_out(source.ids, seed=3, fraction=0.1) >= out).all()
    assert (held_out(source.ids, seed=4, fraction=0.05) != out).any()
    assert not held_out(source.ids, seed=3, fraction=0.0).any()
    position = validation_position(source.ids, seed=3)
    assert abs(position[out].mean() - 0.5) < 0.05
    assert len(np.unique(position)) == 20_000


@pytest.mark.parametrize(
    ("ids", "n_tokens", "message"),
    [
        (np.zeros((2, 8), dtype=np.uint8), [1, 1], "document ids are uint8"),
        (np.zeros((2, 16), dtype=np.uint8), [1], "2 documents but 1 token counts"),
        (np.zeros((2, 16), dtype=np.uint8), [1, 0], "document 1 has no tokens"),
    ],
)
def test_wrong_columns_are_refused(ids, n_tokens, message):
    with pytest.raises(ValueError, match=message):
        histogram(ids, np.array(n_tokens), source="web", seed=1, seq_len_tokens=SEQ_LEN, epochs=1)


def test_histograms_that_do_not_fit_the_target_are_refused():
    source = documents([10, 20], 1)
    options = {"source": "web", "seed": 1, "seq_len_tokens": SEQ_LEN}
    one_epoch = histogram(source.ids, source.n_tokens, epochs=1, **options)
    with pytest.raises(ValueError, match="1 epochs of histograms do not fit a target of 31 tokens"):
        source_order(one_epoch, target_tokens=31, **options)
    uneven = np.concatenate((one_epoch, 2 * one_epoch))
    with pytest.raises(ValueError, match="every epoch must hold the same"):
        source_order(uneven, target_tokens=31, **options)
