"""The model file of the learned extractor, and its class/id lexicon."""

import dataclasses
import json

import numpy as np
import pytest
import xxhash

from pipeline.extract.model import (
    MAX_BYTES,
    SHIPPED,
    ExtractorModelError,
    Model,
    check_features,
    lexicon_values,
    load,
    read,
    write,
)
from pipeline.kernels.block_features import NAMES
from pipeline.kernels.lexicon import build_table, lookup_all
from pipeline.kernels.trees import FIELDS, RESULT, forest, score


def small_model(**changed):
    steps = np.zeros((2, FIELDS), np.int16)
    steps[:, :6] = [(1, 16256, 700, 0, 0, 1), (0, 0, -300, 1, 0, RESULT)]
    model = Model(
        features=("length", "link_density"),
        forest=forest(steps, -50),
        scale=1024,
        threshold=-12,
        hashes=np.array([0, 7, 1 << 31, (1 << 32) - 1], np.uint32),
        values=np.array([-128, 1, 0, 127], np.int8),
        settings={"comments": False, "name": "d\u00e9j\u00e0", "k": [1, 2.5]},
    )
    return dataclasses.replace(model, **changed)


ROWS = np.array([[0, 2], [0, 0.5], [1, 2], [-1, 1]], np.float32)


def test_what_is_written_is_read():
    model = small_model()
    again = read(write(model), "a")
    assert (again.features, again.scale, again.threshold) == (model.features, model.scale, model.threshold)
    assert again.settings == model.settings
    assert again.hashes.tolist() == model.hashes.tolist()
    assert again.values.tolist() == model.values.tolist()
    assert score(again.forest, ROWS).tolist() == score(model.forest, ROWS).tolist() == [650, -50, -350, -50]


def test_same_model_same_bytes_wherever_its_settings_stood():
    turned = {"k": [1, 2.5], "name": "d\u00e9j\u00e0", "comments": False}
    assert write(small_model()) == write(small_model()) == write(small_model(settings=turned))
    assert write(read(write(small_model()), "a")) == write(small_model())


def test_every_cut_and_every_changed_byte_is_noticed():
    data = write(small_model())
    for stop in range(len(data)):
        with pytest.raises(ExtractorModelError, match=r"own\.model"):
            read(data[:stop], "own.model")
    for at in range(len(data)):
        changed = bytearray(data)
        changed[at] ^= 0x40
        with pytest.raises(ExtractorModelError, match=r"own\.model"):
            read(bytes(changed), "own.model")
    with pytest.raises(ExtractorModelError, match="damaged"):
        read(data + b"\0", "own.model")


def test_other_files_are_named(tmp_path):
    with pytest.raises(ExtractorModelError, match="no model of the learned extractor"):
        read(b"PK\x03\x04", "x.zip")
    with pytest.raises(ExtractorModelError, match="cannot be read"):
        load(tmp_path / "missing.model")
    (tmp_path / "some.model").write_bytes(write(small_model()))
    assert load(tmp_path / "some.model").threshold == -12


def test_unsound_and_oversized_models_are_not_written():
    with pytest.raises(ExtractorModelError, match="trees are not whole"):
        write(small_model(features=("length",)))
    with pytest.raises(ExtractorModelError, match="lexicon is not in order"):
        write(small_model(hashes=np.array([7, 0, 8, 9], np.uint32)))
    many = np.arange(MAX_BYTES // 5, dtype=np.uint32)
    with pytest.raises(ExtractorModelError, match="train fewer trees"):
        write(small_model(hashes=many, values=np.zeros(len(many), np.int8)))


def test_other_features_are_named():
    check_features(small_model(), ("length", "link_density"), "a.model")
    with pytest.raises(ExtractorModelError, match="'link_density' for 'depth'"):
        check_features(small_model(), ("length", "depth"), "a.model")
    with pytest.raises(ExtractorModelError, match="2 for 3"):
        check_features(small_model(), ("length", "link_density", "depth"), "a.model")


def test_shipped_model_fits_its_card_and_the_features_here():
    data, card = SHIPPED.read_bytes(), json.loads(SHIPPED.with_name("learned.card.json").read_text())
    assert (len(data), xxhash.xxh3_128_hexdigest(data)) == (card["bytes"], card["digest"])
    model = read(data, SHIPPED.name)
    check_features(model, tuple(NAMES), SHIPPED.name)
    assert round(card["threshold"]["log_odds"] * model.scale) == model.threshold
    assert {entry["set"] for entry in card["data"]} == {"wcxb", "zyte-articles"}
    assert sorted(model.settings) == ["precision", "recall"]


def test_lexicon_table_finds_what_is_there_and_nothing_else():
    model = small_model()
    wanted = np.array([0, 7, 1 << 31, (1 << 32) - 1, 8, 2], np.uint32)
    assert lookup_all(*model.lexicon, wanted).tolist() == [-8.0, 0.0625, 0.0, 7.9375, 0.0, 0.0]


def test_lexicon_table_with_many_collisions():
    hashes = np.arange(1, 3000, dtype=np.uint32) << np.uint32(16)  # all in the first slots
    values = lexicon_values(np.arange(2999).astype(np.int8))
    slots, placed = build_table(hashes, values)
    assert len(slots) == 8192
    assert lookup_all(slots, placed, hashes).tolist() == values.tolist()
    assert not lookup_all(slots, placed, hashes + np.uint32(1)).any()


def test_empty_lexicon():
    slots, placed = build_table(np.zeros(0, np.uint32), np.zeros(0, np.float32))
    assert lookup_all(slots, placed, np.array([0, 1, 5], np.uint32)).tolist() == [0, 0, 0]
