"""Shard files: bytes, index, reader, check; and that others open them."""

import json
import pickle

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mixture_helpers import documents, epoch_targets, layout, ordered_segments

from pipeline.engine import storage
from pipeline.errors import OutputMismatch
from pipeline.shards.check import check_shards
from pipeline.shards.index import INDEX_NAME, index_json
from pipeline.shards.layout import Layout
from pipeline.shards.pack import pack
from pipeline.shards.read import ShardReader, batch_range
from pipeline.shards.segments import count_tokens
from pipeline.shards.write import Shard, shard_name, write_shard
from tests.duckdb_helper import rows_of

SEQ_LEN = 512
SOURCES = {"web": documents([300, 1200, 40, 512, 2000] * 300, 1), "books": documents([30_000] * 12, 2)}
LAYOUT = layout(tuple(SOURCES), SEQ_LEN)
TARGETS = epoch_targets(SOURCES, {"web": 1.4, "books": 0.8})


def write_run(folder: str, shards: int = 3, into: Layout = LAYOUT) -> None:
    splits: dict[str, list[Shard]] = {"train": [], "validation": []}
    for number, segments in enumerate(ordered_segments(SOURCES, TARGETS, 7, SEQ_LEN, shards)):
        name = shard_name("train", number, shards)
        batches = segments.to_batches()
        with storage.create(storage.join(folder, name)) as file:
            splits["train"].append(
                write_shard(name, file, pack(batches, into, count_tokens(batches, 2).tolist()), into)
            )
    name = shard_name("validation", 0, 1)
    with storage.create(storage.join(folder, name)) as file:
        splits["validation"].append(write_shard(name, file, pack(batches[-1:], into, None), into))
    splits = {
        split: [Shard.from_json(json.loads(json.dumps(shard.to_json()))) for shard in split_shards]
        for split, split_shards in splits.items()
    }
    storage.write_bytes(storage.join(folder, INDEX_NAME), index_json(into, splits))


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> str:
    folder = str(tmp_path_factory.mktemp("shards"))
    write_run(folder)
    return folder


@pytest.fixture
def copy(tmp_path) -> str:
    write_run(str(tmp_path))
    return str(tmp_path)


def test_the_same_segments_give_the_same_bytes(run, copy):
    assert storage.listing(run) == storage.listing(copy)
    for name in storage.listing(run):
        assert storage.digest_of(storage.join(run, name)) == storage.digest_of(storage.join(copy, name))


def test_the_index_says_what_is_there(run):
    index = json.loads(storage.read_bytes(storage.join(run, INDEX_NAME)))
    train = index["splits"]["train"]
    assert index["sources"] == ["web", "books"]
    assert (index["dtype"], index["seq_len_tokens"], index["format_version"]) == ("uint16", SEQ_LEN, 1)
    assert [shard["name"] for shard in train["shards"]] == [f"train-0000{i}-of-00003.arrow" for i in range(3)]
    assert train["tokens"] == train["sequences"] * SEQ_LEN == sum(train["source_tokens"].values())
    left = {name: abs(train["source_tokens"][name] - TARGETS[name]) for name in SOURCES}
    assert max(left.values()) < 4 * SEQ_LEN
    assert train["shards"][2]["first_sequence"] == sum(shard["sequences"] for shard in train["shards"][:2])
    for shard in train["shards"]:
        path = storage.join(run, shard["name"])
        assert (storage.size(path), storage.digest_of(path)) == (shard["bytes"], shard["digest"])


def test_the_schema_says_how_to_use_the_tokens(run):
    with pa.memory_map(storage.join(run, "train-00000-of-00003.arrow")) as source:
        metadata = pa.ipc.open_file(source).schema.metadata
    assert {key.decode(): value.decode() for key, value in metadata.items()} == {
        "winnow.format_version": "1",
        "winnow.seq_len_tokens": "512",
        "winnow.batch_rows": "1024",
        "winnow.dtype": "uint16",
        "winnow.vocab_size": "1000",
        "winnow.end_of_text_id": "0",
        "winnow.tokenizer_hash": "tokenizer",
        "winnow.recipe_hash": "recipe",
        "winnow.sources": '["web", "books"]',
    }


def test_every_sequence_is_found(run):
    reader = ShardReader(run)
    names = ["train-00000-of-00003.arrow", "train-00001-of-00003.arrow", "train-00002-of-00003.arrow"]
    rows = [row for name in names for row in pa.ipc.open_file(storage.join(run, name)).read_all().to_pylist()]
    assert len(reader) == len(rows) > 1024
    for i in [*range(0, len(rows), 97), len(rows) - 1]:
        sequence = reader[i]
        assert sequence.input_ids.tolist() == rows[i]["input_ids"]
        assert sequence.labels.tolist() == [*rows[i]["input_ids"][1:], rows[i]["next_token"]]
        pieces = rows[i]["documents"]
        assert [piece.id for piece in sequence.documents] == [piece["id"] for piece in pieces]
        assert [piece.source for piece in sequence.documents] == [list(SOURCES)[piece["source"]] for piece in pieces]
        assert reader.documents(i) == sequence.documents
    assert reader[-1].input_ids.tolist() == rows[-1]["input_ids"]
    with pytest.raises(IndexError, match="the train split holds"):
        reader[len(rows)]


def test_documents_name_the_text(run):
    reader = ShardReader(run)
    text = {
        source.ids[row].tobytes().hex(): source.tokens[source.offsets[row] : source.offsets[row + 1]]
        for source in SOURCES.values()
        for row in range(len(source.ids))
    }
    for i in range(0, len(reader), 41):
        sequence = reader[i]
        for piece in sequence.documents:
            # The last token may be an end-of-text put where a segment is cut off.
            found = sequence.input_ids[piece.start : piece.start + piece.tokens - 1]
            assert (found == text[piece.id][piece.offset : piece.offset + piece.tokens - 1]).all()


def test_input_ids_are_a_view_of_the_file(run):
    reader = ShardReader(run)
    before = pa.total_allocated_bytes()
    sequences = [reader[i] for i in range(len(reader))]
    # All sequences are held at once, the Arrow memory is that of nothing but small pieces.
    assert pa.total_allocated_bytes() - before < len(reader) * SEQ_LEN * 2 / 10
    assert not any(sequence.input_ids.flags.owndata for sequence in sequences)
    with pytest.raises(ValueError, match="read-only"):
        sequences[0].input_ids[0] = 1


@pytest.mark.parametrize("world", [1, 2, 8])
def test_a_step_is_the_same_for_every_world_size(run, world):
    reader = ShardReader(run)
    step, size = 5, 64
    whole = reader.batch(step, size)
    parts = [reader.batch(step, size, rank, world) for rank in range(world)]
    assert np.array_equal(np.concatenate([part.input_ids for part in parts]), whole.input_ids)
    assert np.array_equal(np.concatenate([part.labels for part in parts]), whole.labels)
    assert [part.first for part in parts] == [step * size + rank * size // world for rank in range(world)]
    assert np.array_equal(whole.input_ids[3], reader[step * size + 3].input_ids)


def test_reading_across_batches_and_shards(run):
    reader = ShardReader(run)
    everything = reader.read(0, len(reader))
    assert everything.input_ids.shape == (len(reader), SEQ_LEN)
    for i in (0, 700, 1023, 1024, len(reader) - 1):
        assert np.array_equal(everything.input_ids[i], reader[i].input_ids)
        assert everything.next_token[i] == reader[i].next_token
    assert np.array_equal(everything.labels[:, -1], everything.next_token)


def test_steps_beyond_the_data_and_wrong_ranks_are_errors(run):
    reader = ShardReader(run)
    with pytest.raises(IndexError, match=r"step 1,000 is sequences 64,000 to 64,064: the train split holds"):
        reader.batch(1000, 64)
    with pytest.raises(ValueError, match="rank 2 of a world of 2"):
        reader.batch(0, 64, rank=2, world=2)
    with pytest.raises(ValueError, match="cannot be divided over 7 ranks"):
        reader.batch(0, 64, world=7)


def test_batch_ramps():
    palm = [(0, 512), (50_000, 1024), (115_000, 2048)]
    assert batch_range(0, palm) == (0, 512)
    assert batch_range(49_999, palm) == (49_999 * 512, 512)
    assert batch_range(50_000, palm) == (50_000 * 512, 1024)
    assert batch_range(115_001, palm) == (50_000 * 512 + 65_000 * 1024 + 2048, 2048)
    for wrong in ([], [(1, 8)], [(0, 8), (0, 16)], [(0, 8), (5, 16), (3, 32)], [(0, 0)], 0):
        with pytest.raises(ValueError, match="batch_size"):
            batch_range(0, wrong)
    with pytest.raises(ValueError, match="step -1"):
        batch_range(-1, 8)


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 9)), min_size=1, max_size=5))
def test_steps_of_a_ramp_leave_no_gap(stages):
    starts = np.cumsum([0, *(steps for steps, _ in stages[:-1])]).tolist()
    ramp = [(start, size) for start, (_, size) in zip(starts, stages)]
    following = 0
    for step in range(starts[-1] + 5):
        first, size = batch_range(step, ramp)
        assert first == following
        following = first + size


def test_a_reader_travels_to_worker_processes(run):
    reader = ShardReader(run, recipe_hash="recipe")
    reader[3]
    twin = pickle.loads(pickle.dumps(reader))
    assert np.array_equal(twin[3].input_ids, reader[3].input_ids)


def test_the_validation_split_is_beside_it(run):
    reader = ShardReader(run, "validation")
    assert len(reader) > 0
    with pytest.raises(OutputMismatch, match="no split 'test'; it has train, validation"):
        ShardReader(run, "test")


def test_a_good_folder_has_no_problems(run):
    assert list(check_shards(run)) == []


def _change_index(folder, change):
    path = storage.join(folder, INDEX_NAME)
    index = json.loads(storage.read_bytes(path))
    change(index)
    storage.write_bytes(path, json.dumps(index).encode())


def test_a_missing_index_is_named(tmp_path):
    with pytest.raises(OutputMismatch, match=r"index\.json is missing: give the shards/ folder of a finished run"):
        ShardReader(str(tmp_path))
    (tmp_path / INDEX_NAME).write_text("{")
    with pytest.raises(OutputMismatch, match="is not JSON"):
        ShardReader(str(tmp_path))
    (tmp_path / INDEX_NAME).write_text("{}")
    with pytest.raises(OutputMismatch, match="not an index of token shards"):
        ShardReader(str(tmp_path))
    assert "not an index of token shards" in next(check_shards(str(tmp_path)))


def test_a_missing_shard_is_named(copy):
    storage.remove(storage.join(copy, "train-00001-of-00003.arrow"))
    with pytest.raises(OutputMismatch, match=r"train-00001-of-00003\.arrow is missing, but index\.json lists it"):
        ShardReader(copy)
    assert [problem for problem in check_shards(copy) if "train-00001-of-00003.arrow is missing" in problem]


def test_a_shard_cut_short_is_named(copy):
    path = storage.join(copy, "train-00001-of-00003.arrow")
    storage.write_bytes(path, storage.read_bytes(path)[:-100])
    with pytest.raises(OutputMismatch, match="it was cut short or changed"):
        ShardReader(copy)


def test_a_changed_shard_is_found_by_the_check(copy):
    path = storage.join(copy, "train-00001-of-00003.arrow")
    data = bytearray(storage.read_bytes(path))
    data[len(data) // 2] ^= 255
    storage.write_bytes(path, bytes(data))
    assert any("its xxh3-128 is" in problem for problem in check_shards(copy))


def test_another_recipe_is_refused(copy, tmp_path_factory):
    with pytest.raises(OutputMismatch, match="was made by recipe recipe, not by another"):
        ShardReader(copy, recipe_hash="another")
    _change_index(copy, lambda index: index.update(tokenizer_hash="other"))
    with pytest.raises(OutputMismatch, match=r"winnow\.tokenizer_hash is tokenizer, the index says other"):
        ShardReader(copy)[0]
    assert any("winnow.tokenizer_hash" in problem for problem in check_shards(copy))


def test_wrong_counts_in_the_index_are_found(copy):
    def change(index):
        shards = index["splits"]["train"]["shards"]
        shards[0]["source_tokens"]["web"] += 1
        shards[1]["sequences"] += 1
        shards[2]["first_sequence"] += 1

    _change_index(copy, change)
    problems = "\n".join(check_shards(copy))
    assert "train-00000-of-00003.arrow: [" in problems
    assert "train-00001-of-00003.arrow: " in problems
    assert "sequences in all, but its shards hold" in problems


def test_a_newer_format_is_refused(copy):
    _change_index(copy, lambda index: index.update(format_version=2))
    with pytest.raises(OutputMismatch, match="shard format 2; this version of Winnow reads 1"):
        ShardReader(copy)
    _change_index(copy, lambda index: index.pop("format_version"))
    with pytest.raises(OutputMismatch, match="format_version"):
        ShardReader(copy)


def test_pandas_opens_a_shard(run):
    pandas = pytest.importorskip("pandas")
    frame = pandas.read_feather(storage.join(run, "train-00000-of-00003.arrow"))
    reader = ShardReader(run)
    assert frame["input_ids"][5].tolist() == reader[5].input_ids.tolist()
    assert frame["documents"][5][0]["id"] == reader.documents(5)[0].id


def test_duckdb_opens_a_shard(run):
    path = storage.join(run, "train-00000-of-00003.arrow")
    pieces = "select unnest(documents) piece from shard"
    rows = rows_of(f"select piece.source, sum(piece.tokens) from ({pieces}) group by 1 order by 1", path)
    index = json.loads(storage.read_bytes(storage.join(run, INDEX_NAME)))
    assert [tokens for _, tokens in rows] == list(index["splits"]["train"]["shards"][0]["source_tokens"].values())
    sequences = rows_of("select count(*) from shard", path)[0][0]
    assert sequences * SEQ_LEN == sum(tokens for _, tokens in rows)


def test_hugging_face_datasets_opens_the_shards(run, tmp_path):
    datasets = pytest.importorskip("datasets")
    files = [storage.join(run, name) for name in storage.listing(run) if name.startswith("train")]
    data = datasets.load_dataset("arrow", data_files={"train": files}, split="train", cache_dir=str(tmp_path))
    reader = ShardReader(run)
    assert len(data) == len(reader)
    assert data[5]["input_ids"] == reader[5].input_ids.tolist()
    assert data[5]["documents"][0]["id"] == reader.documents(5)[0].id
