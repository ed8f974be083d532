"""Packing: rows of exact length, the order of epochs, labels, what is left out."""

from collections import Counter, defaultdict

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mixture_helpers import END, documents, epoch_targets, layout, ordered_segments, pack_table

from pipeline.kernels.pack import merge_order, plan_rows
from pipeline.mixture.order import validation_position
from pipeline.shards.layout import Layout
from pipeline.shards.pack import pack
from pipeline.shards.segments import count_tokens, segment_rows, sort_segments, whole_documents

SEQ_LEN = 16
NAMES = ("web", "books", "wiki")

mixtures = st.tuples(
    *[
        st.tuples(
            st.lists(st.integers(1, 5 * SEQ_LEN), min_size=1, max_size=25), st.floats(0.1, 3.5), st.integers(0, 2**20)
        )
        for _ in NAMES
    ]
)


def _made(mixture):
    sources = {name: documents(counts, seed) for name, (counts, _, seed) in zip(NAMES, mixture)}
    targets = epoch_targets(sources, {name: epochs for name, (_, epochs, _) in zip(NAMES, mixture)})
    return sources, targets


def _pieces(batches):
    """(row, piece) of all rows, in order."""
    row = 0
    for batch in batches:
        for pieces in batch.column("documents").to_pylist():
            for piece in pieces:
                yield row, piece
            row += 1


def _rows(batches):
    return [ids for batch in batches for ids in batch.column("input_ids").to_pylist()]


@settings(max_examples=30, deadline=None)
@given(mixtures, st.integers(0, 2**20))
def test_groups_are_packed_as_sources_are(mixture, seed):
    """Whatever sources their documents are of: these are only noted."""
    sources, targets = _made(mixture)
    (segments,) = ordered_segments(sources, targets, 1, SEQ_LEN)
    expected, expected_tally = pack_table(segments, layout(NAMES, SEQ_LEN))
    own = np.random.default_rng(seed).integers(0, 2, len(segments)).astype(np.int16)
    grouped = segments.append_column("group", segments["source"]).set_column(1, "source", pa.array(own))
    into = Layout(SEQ_LEN, 1000, END, "t", "r", ("a", "b"), "format", NAMES)
    found, tally = pack_table(grouped, into)
    assert _rows(found) == _rows(expected)
    as_group = [(row, {**piece, "source": piece["group"]}) for row, piece in _pieces(found)]
    assert as_group == [(row, {**piece, "group": piece["source"]}) for row, piece in _pieces(expected)]
    assert (tally.packed == expected_tally.packed).all()
    tokens = Counter()
    for _, piece in _pieces(found):
        tokens[piece["source"]] += piece["tokens"]
    assert tally.sources.tolist() == [tokens[0], tokens[1]]


@settings(max_examples=60, deadline=None)
@given(mixtures, st.integers(1, 3))
def test_rows_hold_what_their_pieces_say(mixture, shards):
    sources, targets = _made(mixture)
    text = {
        (index, source.ids[row].tobytes().hex()): source.tokens[source.offsets[row] : source.offsets[row + 1]].tolist()
        for index, source in enumerate(sources.values())
        for row in range(len(source.ids))
    }
    for segments in ordered_segments(sources, targets, 1, SEQ_LEN, shards):
        batches, tally = pack_table(segments, layout(NAMES, SEQ_LEN))
        rows = _rows(batches)
        assert len(rows) == tally.sequences
        assert (tally.came_in + tally.added == tally.packed + tally.left_out).all()
        assert tally.packed.sum() == tally.sequences * SEQ_LEN
        packed = np.zeros(len(NAMES), dtype=int)
        filled = defaultdict(int)
        for row, piece in _pieces(batches):
            assert piece["start"] == filled[row]
            filled[row] += piece["tokens"]
            packed[piece["source"]] += piece["tokens"]
            found = rows[row][piece["start"] : filled[row]]
            document = text[piece["source"], piece["id"]]
            expected = document[piece["offset"] : piece["offset"] + piece["tokens"]]
            # An end-of-text that was put where a segment is cut off stands for the document's own next token.
            assert found == expected or found == [*document[piece["offset"] :][: piece["tokens"] - 1], END]
        assert set(filled.values()) <= {SEQ_LEN}
        assert (packed == tally.packed).all()


@settings(max_examples=60, deadline=None)
@given(mixtures, st.integers(1, 3))
def test_nothing_returns_before_its_epoch_ends(mixture, shards):
    sources, targets = _made(mixture)
    epoch = [0] * len(NAMES)
    seen = defaultdict(int)
    for segments in ordered_segments(sources, targets, 2, SEQ_LEN, shards):
        batches, _ = pack_table(segments, layout(NAMES, SEQ_LEN))
        for _, piece in _pieces(batches):
            assert piece["epoch"] >= epoch[piece["source"]]
            epoch[piece["source"]] = piece["epoch"]
            # A place of a document comes once an epoch: the copy of epoch k never comes twice.
            first = (piece["source"], piece["id"], piece["epoch"], piece["offset"])
            seen[first] += 1
            assert seen[first] == 1


@settings(max_examples=40, deadline=None)
@given(mixtures, st.integers(1, 40))
def test_where_the_stream_is_cut_does_not_matter(mixture, chunk_rows):
    sources, targets = _made(mixture)
    (segments,) = ordered_segments(sources, targets, 3, SEQ_LEN)
    whole, tally = pack_table(segments, layout(NAMES, SEQ_LEN))
    parts, other = pack_table(segments, layout(NAMES, SEQ_LEN), chunk_rows)
    assert _bytes(whole) == _bytes(parts)
    assert (tally.left_out == other.left_out).all()


def _bytes(batches):
    sink = pa.BufferOutputStream()
    if batches:
        with pa.ipc.new_file(sink, batches[0].schema) as writer:
            for batch in batches:
                writer.write_batch(batch)
    return sink.getvalue().to_pybytes()


@settings(max_examples=40, deadline=None)
@given(mixtures, st.integers(2, 7), st.randoms())
def test_shards_and_input_order_do_not_change_the_segments(mixture, shards, random):
    sources, targets = _made(mixture)
    (one,) = ordered_segments(sources, targets, 4, SEQ_LEN)
    shuffled = {
        name: source.take(random.sample(range(len(source.ids)), len(source.ids))) for name, source in sources.items()
    }
    many = ordered_segments(shuffled, targets, 4, SEQ_LEN, shards)
    assert pa.concat_tables(many).equals(one)


def test_batches_have_one_size():
    into = Layout(8 * 1024, 100_000, END, "t", "r", ("web",))
    source = documents([8 * 1024] * 70, 1, np.uint32)
    assert into.batch_rows == 32
    (segments,) = ordered_segments({"web": source}, {"web": 70 * 8 * 1024}, 1, 8 * 1024)
    batches, _ = pack_table(segments, into)
    assert [batch.num_rows for batch in batches] == [32, 32, 6]
    assert batches[0].schema.field("input_ids").type == pa.list_(pa.uint32(), 8 * 1024)


def _plan(lengths, source, epoch, ends, seq_len=4):
    pieces, row_start, next_segment, next_offset = plan_rows(
        np.array(lengths), np.array(source, np.int16), np.array(epoch, np.int32), np.array(ends), seq_len
    )
    rows = [
        [tuple(piece) for piece in pieces[:, start:stop].T.tolist()]
        for start, stop in zip(row_start, [*row_start[1:], pieces.shape[1]])
    ]
    return rows[:-1], rows[-1], list(zip(next_segment.tolist(), next_offset.tolist()))


def test_full_segments_are_rows_and_remainders_are_joined_and_cut():
    rows, waiting, follows = _plan([4, 3, 4, 3, 2], [0] * 5, [0] * 5, [False, True, False, True, True])
    assert rows == [[(0, 0, 4)], [(2, 0, 4)], [(1, 0, 3), (3, 0, 1)], [(3, 1, 2), (4, 0, 2)]]
    assert waiting == []
    # After a whole segment comes its document's next token, after a cut the rest of the piece, at the end nothing.
    assert follows == [(0, 4), (2, 4), (3, 1), (-1, 0)]


def test_a_full_segment_does_not_overtake_its_sources_earlier_epoch():
    # Epoch 1 of source 0 starts while a remainder of its epoch 0 waits: the segment goes through the buffer, and as its
    # document goes on elsewhere, an end-of-text (a fifth token of four) closes it.
    rows, waiting, _ = _plan([3, 4, 4, 2], [0, 0, 0, 1], [0, 1, 1, 0], [True, False, False, True])
    assert rows == [[(0, 0, 3), (1, 0, 1)], [(1, 1, 4)], [(2, 0, 4)]]
    assert waiting == [(3, 0, 2)]


def test_a_full_segment_may_overtake_other_sources_and_its_own_epoch():
    rows, waiting, _ = _plan([3, 4, 4], [1, 0, 1], [0, 1, 0], [True, False, False])
    assert rows == [[(1, 0, 4)], [(2, 0, 4)]]
    assert waiting == [(0, 0, 3)]


def test_merging_keeps_each_sources_order_and_sees_a_window():
    source = np.array([0, 0, 0, 1, 1, 1], np.int16)
    place = np.array([0.2, 0.5, 0.8, 0.1, 0.4, 0.9])
    leaves, stays = merge_order(source, place, 2, 3, 6)
    assert leaves.tolist() == [3, 0, 4, 1, 2, 5]
    assert stays.tolist() == []
    # With one segment in view beside the newest, source 1 comes too late to be first.
    leaves, stays = merge_order(source, place, 2, 1, 5)
    assert leaves.tolist() == [0, 1, 3, 4, 2]
    assert stays.tolist() == [5]


def test_labels():
    source = documents([2 * SEQ_LEN, SEQ_LEN + 3], 1)
    (segments,) = ordered_segments({"web": source}, {"web": 3 * SEQ_LEN + 3}, 1, SEQ_LEN)
    batches, tally = pack_table(segments, layout(["web"], SEQ_LEN))
    assert tally.left_out.tolist() == [3]
    next_token = [token for batch in batches for token in batch.column("next_token").to_pylist()]
    for (_, piece), label in zip(_pieces(batches), next_token, strict=True):
        row = next(i for i in range(2) if source.ids[i].tobytes().hex() == piece["id"])
        after = source.offsets[row] + piece["offset"] + SEQ_LEN
        assert label == (source.tokens[after] if after < source.offsets[row + 1] else END)


def test_the_label_of_a_packed_row_is_the_next_token_of_the_stream():
    source = documents([3] * 16, 1)
    (segments,) = ordered_segments({"web": source}, {"web": 48}, 1, SEQ_LEN)
    batches, _ = pack_table(segments, layout(["web"], SEQ_LEN))
    rows = _rows(batches)
    assert batches[0].column("next_token").to_pylist() == [rows[1][0], rows[2][0], END]


def test_what_is_left_out_comes_from_the_end_of_the_largest_source():
    sources = {"web": documents([SEQ_LEN] * 9 + [5], 1), "books": documents([3], 2)}
    (segments,) = ordered_segments(sources, {"web": 9 * SEQ_LEN + 5, "books": 3}, 1, SEQ_LEN)
    _, tally = pack_table(segments, layout(["web", "books"], SEQ_LEN))
    assert tally.sequences == 9
    # 8 tokens are too many. A segment of web ends 8 tokens early, where an end-of-text takes the place of one more.
    assert tally.left_out.tolist() in ([8, 0], [9, 0])
    assert tally.packed.tolist() == [9 * SEQ_LEN - 3, 3]
    assert tally.added.sum() == tally.left_out.sum() - 8


def test_a_shard_without_a_whole_sequence_is_empty():
    sources = {"web": documents([5, 4], 1)}
    (segments,) = ordered_segments(sources, {"web": 9}, 1, SEQ_LEN)
    batches, tally = pack_table(segments, layout(["web"], SEQ_LEN))
    assert batches == []
    assert (tally.sequences, tally.left_out.tolist()) == (0, [9])
    assert pack_table(segments.slice(0, 0), layout(["web"], SEQ_LEN))[1].sequences == 0


@pytest.mark.parametrize("lengths", [[SEQ_LEN], [1] * SEQ_LEN, [SEQ_LEN - 1, 1], [SEQ_LEN + 1, SEQ_LEN - 1]])
def test_exact_fits(lengths):
    source = documents(lengths, 1)
    (segments,) = ordered_segments({"web": source}, {"web": sum(lengths)}, 1, SEQ_LEN)
    batches, tally = pack_table(segments, layout(["web"], SEQ_LEN))
    assert tally.sequences == sum(lengths) // SEQ_LEN
    assert (tally.left_out.sum(), tally.added.sum()) == (0, 0)
    assert sorted(token for row in _rows(batches) for token in row) == sorted(source.tokens.tolist())


def test_validation_keeps_documents_whole_and_in_hash_order():
    source = documents([3 * SEQ_LEN, 2 * SEQ_LEN, SEQ_LEN], 6)
    position = validation_position(source.ids, seed=1)
    batch = segment_rows(
        source.ids,
        source.offsets,
        source.tokens,
        whole_documents(source.n_tokens, position, SEQ_LEN),
        source_index=0,
        seq_len_tokens=SEQ_LEN,
        end_of_text_id=END,
    )
    (packed,) = pack(sort_segments([batch]).to_batches(), layout(["web"], SEQ_LEN), None)
    assert packed.column("input_ids").values.equals(pa.array(source.take(np.argsort(position)).tokens))


def test_segments_out_of_order_are_refused():
    source = documents([5] * 20, 1)
    (segments,) = ordered_segments({"web": source}, {"web": 100}, 1, SEQ_LEN)
    backwards = segments.take(list(reversed(range(20)))).to_batches()
    with pytest.raises(ValueError, match="not in training order"):
        list(pack(backwards, layout(["web"], SEQ_LEN), [100]))
    two = segments.to_batches(max_chunksize=10)
    with pytest.raises(ValueError, match="not in training order"):
        list(pack([two[1], two[0]], layout(["web"], SEQ_LEN), [100]))


@pytest.mark.parametrize(
    ("into", "source_tokens", "message"),
    [
        (layout(["web"], 4), [100], "segments have 5 to 5 tokens, not 1 to 4"),
        (layout(["web"], SEQ_LEN, 1 << 17), [100], "segments hold uint16 tokens, the layout says uint32"),
        (layout(["web"], SEQ_LEN), [0], "source web has no tokens in this shard, but here they are"),
        (layout(["web"], SEQ_LEN), [1, 2], "token counts of 2 sources, but the layout names 1"),
    ],
)
def test_segments_that_do_not_fit_are_refused(into, source_tokens, message):
    (segments,) = ordered_segments({"web": documents([5] * 20, 1)}, {"web": 100}, 1, SEQ_LEN)
    with pytest.raises(ValueError, match=message):
        list(pack(segments.to_batches(), into, source_tokens))


def test_token_counts_of_sources():
    sources = {"web": documents([40, 2], 1), "books": documents([7], 2)}
    (segments,) = ordered_segments(sources, {"web": 84, "books": 7}, 1, SEQ_LEN)
    assert count_tokens(segments.to_batches(max_chunksize=2), 2).tolist() == [84, 7]
