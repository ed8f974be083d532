"""Encoding: the fast path gives the ids of the reference, or is not taken."""

import gzip
import json

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizer_helpers import small_tokenizer, texts

from pipeline.kernels import bpe
from pipeline.kernels.arrow import string_buffers
from pipeline.shards.encode import Encoder
from pipeline.shards.tokenizer import TokenizerFile, load_tokenizer, reference_tokenizer, train_tokenizer

FAST = Encoder(small_tokenizer())
REFERENCE = Encoder(small_tokenizer(), proven=False)


def _same(some: list[str], fast: Encoder = FAST, reference: Encoder = REFERENCE) -> None:
    tokens, offsets = fast.encode(some)
    expected, expected_offsets = reference.encode(some)
    assert np.array_equal(offsets, expected_offsets)
    assert np.array_equal(tokens, expected)


def test_each_text_ends_with_the_end_of_text_id():
    tokens, offsets = FAST.encode(["The miller", "", "watches"])
    assert FAST.is_fast
    assert not REFERENCE.is_fast
    assert (tokens.dtype, offsets.dtype) == (np.uint16, np.int64)
    assert tokens[offsets[1:] - 1].tolist() == [0, 0, 0]
    assert np.count_nonzero(tokens == 0) == 3
    assert np.diff(offsets)[1] == 1
    tokenizer = reference_tokenizer(small_tokenizer())
    assert tokens[: offsets[1] - 1].tolist() == tokenizer.encode("The miller").ids
    assert [len(column) for column in FAST.encode([])] == [0, 1]


# Text as it comes, and text that is rich in what the pattern looks at.
_RICH = st.text(
    st.sampled_from(list("aZéß中 \n\t\r\u00a0\u3000\u2028'sdmtlvre1²Ⅷ٣.,!<|>_-\u0301\u200d👩")), max_size=60
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(st.text(), _RICH, st.sampled_from(texts())), max_size=6))
def test_both_paths_give_equal_ids(some):
    _same(some)


def test_both_paths_give_equal_ids_on_real_text(shared):
    some = []
    for name in ("c4-sample", "ia-wide-zh-text", "frecore-dev", "nltk-webtext"):
        with gzip.open(shared / "data" / "reference" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            some += [json.loads(line)["text"] for line in lines][:150]
    trained, _ = train_tokenizer(some, 4096)
    fast = Encoder(trained)
    assert fast.is_fast
    _same(some, fast, Encoder(trained, proven=False))


def _boundary_tokenizer() -> TokenizerFile:
    """Each of `a`, `1` and `!` merges with any byte after it, so that the ids show where the pattern cuts."""
    value = json.loads(small_tokenizer().data)
    symbols = [token for token in value["model"]["vocab"] if len(token) == 1]
    merges = [(left, right) for left in "a1!" for right in symbols]
    vocabulary = ["<|endoftext|>", *symbols, *("".join(pair) for pair in merges)]
    value["model"]["merges"] = [list(pair) for pair in merges]
    value["model"]["vocab"] = {token: rank for rank, token in enumerate(vocabulary)}
    return load_tokenizer(json.dumps(value).encode())


def _same_boundaries(points: range) -> None:
    tokenizer = _boundary_tokenizer()
    some = [
        "".join(f"a{chr(point)}1{chr(point)}!{chr(point)} {chr(point)}\n" for point in points[start : start + 16])
        for start in range(0, len(points), 16)  # few a text: the kernel leaves out texts with one that it does not know
    ]
    fast = Encoder(tokenizer)
    assert fast.is_fast
    _same(some, fast, Encoder(tokenizer, proven=False))


def test_both_libraries_class_characters_alike():
    _same_boundaries(range(0x3100))
    _same_boundaries(range(0xF000, 0x1F000, 3))


@pytest.mark.slow
def test_both_libraries_class_every_character_alike():
    _same_boundaries(range(0xD800))
    _same_boundaries(range(0xE000, 0x110000))


@pytest.mark.parametrize("text", ["<|endoftext|>", "a<|endoftext|>b", " <|endoftext|> <|endoftext|>"])
def test_a_text_cannot_end_a_document(text):
    for one in (FAST, REFERENCE):
        tokens, _ = one.encode([text])
        assert np.flatnonzero(tokens == 0).tolist() == [len(tokens) - 1]
    _same([text])


def _changed(**changes) -> TokenizerFile:
    value = json.loads(small_tokenizer().data)
    for path, new in changes.items():
        *parents, last = path.split("__")
        part = value
        for parent in parents:
            part = part[parent]
        part[last] = new
    return load_tokenizer(json.dumps(value).encode())


def test_an_end_of_text_that_the_file_does_not_call_special_is_still_none_in_a_text():
    token = json.loads(small_tokenizer().data)["added_tokens"][0] | {"special": False}
    one = Encoder(_changed(added_tokens=[token]))
    assert not one.is_fast
    tokens, _ = one.encode(["a<|endoftext|>b"])
    assert np.flatnonzero(tokens == 0).tolist() == [len(tokens) - 1]


_WORD = {"id": 400, "content": "miller", "single_word": False, "lstrip": False, "rstrip": False, "normalized": False}


@pytest.mark.parametrize(
    "changes",
    [
        {"normalizer": {"type": "NFC"}},
        {"pre_tokenizer__add_prefix_space": True},
        {"pre_tokenizer__use_regex": False},
        {"pre_tokenizer": {"type": "Whitespace"}},
        {"pre_tokenizer": None},
        {"model__dropout": 0.1},
        {"model__ignore_merges": True},
        {"model__byte_fallback": True},
        {"added_tokens": [json.loads(small_tokenizer().data)["added_tokens"][0], _WORD | {"special": False}]},
    ],
)
def test_other_kinds_of_tokenizers_go_by_the_reference(changes):
    assert not Encoder(_changed(**changes)).is_fast


def test_a_second_special_token_is_text_too():
    special = [json.loads(small_tokenizer().data)["added_tokens"][0], _WORD | {"special": True}]
    tokenizer = _changed(added_tokens=special)
    one = Encoder(tokenizer)
    assert one.is_fast
    assert tokenizer.vocab_size == 401
    tokens, _ = one.encode(["The miller"])
    assert 400 not in tokens
    _same(["The miller"], one, Encoder(tokenizer, proven=False))


def _by_hand(merges: list[tuple[str, str]], order: list[str]) -> TokenizerFile:
    value = json.loads(small_tokenizer().data)
    symbols = [token for token in value["model"]["vocab"] if len(token) == 1]
    value["model"]["merges"] = [list(pair) for pair in merges]
    value["model"]["vocab"] = {token: rank for rank, token in enumerate(["<|endoftext|>", *symbols, *order])}
    return load_tokenizer(json.dumps(value).encode())


def test_ranks_that_are_not_proven_to_agree_are_not_used():
    good = _by_hand([("a", "b"), ("ab", "c")], ["ab", "abc"])
    assert Encoder(good).is_fast
    # Ids in another order than the merges: tiktoken would merge bc first.
    assert not Encoder(_by_hand([("a", "b"), ("b", "c")], ["bc", "ab"])).is_fast
    # abc alone becomes a + bc, for bc comes first; tiktoken would then join a and bc.
    assert not Encoder(_by_hand([("b", "c"), ("a", "b"), ("ab", "c")], ["bc", "ab", "abc"])).is_fast
    # Two merges for one token.
    assert not Encoder(_by_hand([("a", "b"), ("b", "c"), ("ab", "c"), ("a", "bc")], ["ab", "bc", "abc"])).is_fast
    # A token that no merge makes.
    assert not Encoder(_by_hand([("a", "b")], ["ab", "xyz"])).is_fast


@pytest.mark.parametrize("shift", range(5))
def test_long_texts_are_cut_where_it_does_not_matter(shift):
    # Wherever the first part ends in "aa", "a ", "  " and so on, the ids are those of the whole text.
    text = "x" * shift + "aa   " * 220_000
    whole = reference_tokenizer(small_tokenizer()).encode(text, add_special_tokens=False).ids
    for one in (FAST, REFERENCE):
        tokens, offsets = one.encode([text, "heron"])
        assert tokens[: offsets[1] - 1].tolist() == whole
        assert offsets[1] == len(whole) + 1


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        "雪" * 1_200_000 + " a",
        " " * 1_000_000 + "x",
        "x" + "\n" * 1_500_000 + "x",
        "\u3000" * 1_000_000 + "x",
        "ab" * 600_000 + " " * 20_000 + "b" * 600_000,
        "!?" * 500_000,
    ],
    ids=lambda text: repr(text[:3]),
)
def test_endless_runs(text):
    _same([text])


def test_padding_and_truncation_of_the_file_are_ignored():
    tokenizer = _changed(
        truncation={"direction": "Right", "max_length": 3, "strategy": "LongestFirst", "stride": 0},
        padding={
            "strategy": {"Fixed": 64},
            "direction": "Right",
            "pad_to_multiple_of": None,
            "pad_id": 1,
            "pad_type_id": 0,
            "pad_token": "!",
        },
    )
    for one in (Encoder(tokenizer), Encoder(tokenizer, proven=False)):
        assert np.array_equal(one.encode(texts())[0], FAST.encode(texts())[0])


def test_a_large_vocabulary_gives_32_bit_ids():
    words = {"<|endoftext|>": 0, "<unk>": 1, "heron": 70_000, "miller": 65_536}
    value = {
        "version": "1.0",
        "added_tokens": [],
        "normalizer": {"type": "Lowercase"},
        "pre_tokenizer": {"type": "Whitespace"},
        "post_processor": None,
        "decoder": None,
        "model": {"type": "WordLevel", "vocab": words, "unk_token": "<unk>"},
    }
    one = Encoder(load_tokenizer(json.dumps(value).encode()))
    tokens, offsets = one.encode(["Miller HERON", "cat"])
    assert tokens.dtype == np.uint32
    assert tokens.tolist() == [65_536, 70_000, 0, 1, 0]
    assert offsets.tolist() == [0, 3, 5]


def test_texts_that_the_kernel_leaves_out_stand_in_their_places():
    long_word, unknown, ends = "a" * (bpe.MAX_WORD_BYTES + 1), "x \U0003fffd y", "x" * bpe.MAX_WORD_BYTES
    some = ["the miller", long_word, "", "heron", unknown, f" {ends}", ends, unknown]
    _same(some)
    data, offsets = string_buffers(pa.array(some, pa.string()))
    done = bpe.encode(data, offsets, bpe.character_classes(), FAST.tables, 0)[2]
    assert done.tolist() == [True, False, True, True, False, False, True, False]


def test_rows_are_encoded_in_groups_of_bounded_size(monkeypatch):
    some = ["the miller's heron " * n for n in (1, 0, 3, 40, 2, 2, 2)]
    whole = FAST.encode(some)
    monkeypatch.setattr("pipeline.shards.encode._GROUP_BYTES", 100)
    tokens, offsets = FAST.encode(pa.array(["left out", *some], pa.string()).slice(1))
    assert tokens.tolist() == whole[0].tolist()
    assert offsets.tolist() == whole[1].tolist()


def test_what_was_proven_is_not_proven_again(monkeypatch):
    monkeypatch.setattr("pipeline.shards.encode._same_ranks", None)  # not to be called
    assert FAST.tables is not None
    told = Encoder(small_tokenizer(), proven=bpe.from_bytes(bpe.to_bytes(FAST.tables)))
    assert told.is_fast
    _same(["The miller's heron", "\n \n\t 12½ 中文", " " * 20_000], told)
