"""Signatures and shingle sets against datasketch and against sets of word tuples."""

import random
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from datasketch import MinHash
from filter_texts import batches, real_texts
from hypothesis import given, settings
from hypothesis import strategies as st
from reference_filters import fold, kind, matching_words

from pipeline.dedup.minhash import band_keys, permutations, s_curve, shingle_sets, signatures

HASHES = 112


def strings(texts: list[str]) -> pa.Array:
    return pa.array(texts, pa.string())


def sets_of(texts: list[str], shingle: str, ngram: int) -> list[list[int]]:
    hashes, offsets = shingle_sets(strings(texts), shingle=shingle, ngram=ngram)
    return [hashes[a:b].tolist() for a, b in pairwise(offsets.tolist())]


def characters(text: str) -> str:
    """The characters that shingles of characters are made of."""
    out = ""
    separated, unspaced = True, False
    for c in text:
        what = kind(c)
        if what in ("space", "symbol"):
            separated = True
        elif what != "format" and not (what == "mark" and separated):
            was_unspaced, unspaced = unspaced, what == "cluster" or (what == "mark" and unspaced)
            if separated and out and not (was_unspaced and unspaced):
                out += " "
            out += fold(c)
            separated = False
    return out


def reference(text: str, shingle: str, ngram: int) -> set[tuple[str, ...]]:
    units = matching_words(text) if shingle == "word" else list(characters(text))
    if not units:
        return set()
    return {tuple(units[at : at + ngram]) for at in range(max(len(units) - ngram + 1, 1))}


def edited_pair(draw: random.Random, words: int, edits: int) -> list[str]:
    """A text of distinct random words, and a copy with some of them replaced."""
    one = [f"w{draw.getrandbits(48):x}" for _ in range(words)]
    other = list(one)
    for place in draw.sample(range(words), edits):
        other[place] = f"w{draw.getrandbits(48):x}"
    return [" ".join(one), " ".join(other)]


def similarity(one: list[int], other: list[int]) -> float:
    return len(set(one) & set(other)) / len(set(one) | set(other))


# -- shingles ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shingle", "ngram", "count"),
    [
        ("", "word", 5, 0),
        ("?! ...", "word", 5, 0),
        ("one", "word", 5, 1),
        ("one two three four", "word", 5, 1),
        ("one two three four five", "word", 5, 1),
        ("one two three four five six", "word", 5, 2),
        ("a a a a a a a a", "word", 2, 1),
        ("中文字", "word", 2, 2),
        ("", "char", 3, 0),
        ("-- --", "char", 3, 0),
        ("ab", "char", 3, 1),
        ("abcd", "char", 3, 2),
        ("a b", "char", 3, 1),
    ],
)
def test_number_of_shingles(text: str, shingle: str, ngram: int, count: int) -> None:
    (found,) = sets_of([text], shingle, ngram)
    assert len(found) == count
    assert len(reference(text, shingle, ngram)) == count


@pytest.mark.parametrize(
    ("one", "other", "shingle", "equal"),
    [
        ("The cat, sat!", "the CAT\nsat", "word", True),
        ("the cat sat", "the sat cat", "word", False),
        ("the cat sat", "thecat sat", "word", False),
        ("The  cat, sat! ", "the\ncat -- sat", "char", True),
        ("the cat sat", "thecat sat", "char", False),
        ("水车在\n河湾处。", "水车在河湾处", "char", True),
        ("soft\u00adware", "software", "char", True),
        ("mill 水", "mill水", "char", False),
    ],
)
def test_which_texts_have_the_same_shingles(one: str, other: str, shingle: str, equal: bool) -> None:
    found, wanted = sets_of([one, other], shingle, 3)
    assert (found == wanted) is equal


@settings(max_examples=200, deadline=None)
@given(batches, st.sampled_from(["word", "char"]), st.integers(1, 7))
def test_sets_meet_as_sets_of_tuples_do(batch: list[str], shingle: str, ngram: int) -> None:
    found = sets_of(batch, shingle, ngram)
    wanted = [reference(text, shingle, ngram) for text in batch]
    for one, own in zip(found, wanted):
        assert one == sorted(set(one))
        for other, theirs in zip(found, wanted):
            assert len(set(one) & set(other)) == len(own & theirs)


def test_sets_of_real_texts_meet_as_sets_of_tuples_do(shared) -> None:
    texts = real_texts(shared, max_chars=8_000)[::12]
    texts += [text[: len(text) // 2] for text in texts]
    for shingle, ngram in (("word", 5), ("char", 9)):
        found = [set(one) for one in sets_of(texts, shingle, ngram)]
        wanted = [reference(text, shingle, ngram) for text in texts]
        half = len(texts) // 2
        for at in range(half):
            for other in (at, at + half, (at + 1) % half):
                assert len(found[at] & found[other]) == len(wanted[at] & wanted[other])


# -- signatures --------------------------------------------------------------------------------------------------------


def test_permutations_are_those_that_datasketch_draws() -> None:
    for hashes in (1, 112, 450):
        assert np.array_equal(np.array(permutations(hashes)), MinHash(num_perm=hashes).permutations)


@settings(max_examples=100, deadline=None)
@given(batches, st.sampled_from(["word", "char"]), st.integers(1, 6), st.sampled_from([1, 7, 16, 112]))
def test_signatures_are_those_of_datasketch(batch: list[str], shingle: str, ngram: int, hashes: int) -> None:
    found, some = signatures(strings(batch), shingle=shingle, ngram=ngram, hashes=hashes)
    for row, own in enumerate(sets_of(batch, shingle, ngram)):
        oracle = MinHash(num_perm=hashes, hashfunc=lambda value: value)
        oracle.update_batch([value >> 32 for value in own])
        assert np.array_equal(found[row], oracle.hashvalues)
        assert some[row] == (len(own) > 0)
    assert found.dtype == np.uint32
    assert found.shape == (len(batch), hashes)


def test_order_and_slices_of_documents_change_nothing(shared) -> None:
    texts = strings(real_texts(shared)[::5])
    found, _ = signatures(texts, shingle="word", ngram=5, hashes=HASHES)
    order = np.random.default_rng(0).permutation(len(texts))
    shuffled, _ = signatures(texts.take(pa.array(order)), shingle="word", ngram=5, hashes=HASHES)
    assert np.array_equal(shuffled, found[order])
    part, _ = signatures(texts.slice(3, 9), shingle="word", ngram=5, hashes=HASHES)
    assert np.array_equal(part, found[3:12])


def test_equal_places_estimate_the_similarity() -> None:
    draw = random.Random(1)
    texts = [text for edits in range(0, 60, 1) for text in edited_pair(draw, 300, edits)]
    found, _ = signatures(strings(texts), shingle="word", ngram=5, hashes=HASHES)
    sets = sets_of(texts, "word", 5)
    exact = np.array([similarity(sets[at], sets[at + 1]) for at in range(0, len(texts), 2)])
    estimate = (found[::2] == found[1::2]).mean(axis=1)
    assert exact.min() < 0.3
    assert exact.max() == estimate.max() == 1.0
    sigma = np.sqrt(exact * (1 - exact) / HASHES)
    assert np.all(np.abs(estimate - exact) <= 4.5 * sigma)
    assert abs((estimate - exact).mean()) < 4 * np.sqrt((sigma**2).sum()) / len(exact)


@pytest.mark.parametrize(("edits", "level"), [(10, 0.7), (6, 0.8), (3, 0.9)])
def test_pairs_share_a_band_as_often_as_the_s_curve_says(edits: int, level: float) -> None:
    draw = random.Random(edits)
    texts = [text for _ in range(300) for text in edited_pair(draw, 300, edits)]
    sets = sets_of(texts, "word", 5)
    exact = [similarity(sets[at], sets[at + 1]) for at in range(0, len(texts), 2)]
    assert abs(np.mean(exact) - level) < 0.03
    found, _ = signatures(strings(texts), shingle="word", ngram=5, hashes=HASHES)
    keys = band_keys(found, bands=14, rows=8, salt=np.zeros(len(texts), np.uint64))
    share = (keys[::2] == keys[1::2]).any(axis=1)
    chance = np.array([s_curve(value, 14, 8) for value in exact])
    assert abs(share.sum() - chance.sum()) <= 4 * np.sqrt((chance * (1 - chance)).sum()) + 1


def test_s_curve() -> None:
    assert s_curve(0.0, 14, 8) == 0
    assert s_curve(1.0, 14, 8) == 1
    assert s_curve(0.5, 1, 1) == 0.5
    assert [round(s_curve(level, 14, 8), 3) for level in (0.7, 0.8, 0.9)] == [0.565, 0.924, 1.0]
    assert s_curve(0.5, 2, 3) == 1 - (1 - 0.125) ** 2


# -- band keys ---------------------------------------------------------------------------------------------------------


def test_keys_are_equal_where_salt_band_and_values_are() -> None:
    values = np.random.default_rng(0).integers(0, 3, (500, 13), dtype=np.uint32)
    salt = np.arange(500, dtype=np.uint64) % np.uint64(2)
    for bands, rows in ((4, 3), (2, 4), (13, 1), (1, 13)):
        keys = band_keys(values, bands=bands, rows=rows, salt=salt)
        assert keys.shape == (500, bands)
        wanted = [
            (int(salt[row]), band, *values[row, band * rows : (band + 1) * rows].tolist())
            for row in range(500)
            for band in range(bands)
        ]
        flat = keys.ravel().tolist()
        assert len(set(zip(flat, wanted))) == len(set(flat)) == len(set(wanted))


def test_keys_of_regular_values_are_spread_over_all_bits() -> None:
    values = np.arange(40_000, dtype=np.uint32).reshape(-1, 4) // np.uint32(5)
    keys = band_keys(values, bands=2, rows=2, salt=np.zeros(len(values), np.uint64)).ravel()
    distinct = np.unique(keys)
    for bit in range(64):
        ones = np.count_nonzero(distinct >> np.uint64(bit) & np.uint64(1))
        assert abs(ones - len(distinct) / 2) < 5 * np.sqrt(len(distinct)) / 2


# -- bad input ---------------------------------------------------------------------------------------------------------


def test_no_texts_at_all() -> None:
    found, some = signatures(strings([]), shingle="word", ngram=5, hashes=HASHES)
    assert found.shape == (0, HASHES)
    assert some.shape == (0,)
    assert band_keys(found, bands=14, rows=8, salt=np.zeros(0, np.uint64)).shape == (0, 14)
    hashes, offsets = shingle_sets(strings([]), shingle="char", ngram=5)
    assert len(hashes) == 0
    assert offsets.tolist() == [0]


def test_texts_without_words_have_no_signature() -> None:
    found, some = signatures(strings(["", "!?", " \n", "word"]), shingle="word", ngram=5, hashes=HASHES)
    assert some.tolist() == [False, False, False, True]
    assert np.all(found[:3] == 0xFFFFFFFF)
    assert not np.any(found[3] == 0xFFFFFFFF)


def test_one_word_a_million_times_is_one_shingle() -> None:
    texts = strings(["ha " * 1_000_000, "ha ha ha ha ha", "ha" * 1_000_000])
    found, _ = signatures(texts, shingle="word", ngram=5, hashes=HASHES)
    assert np.array_equal(found[0], found[1])
    assert not np.array_equal(found[0], found[2])
    hashes, offsets = shingle_sets(texts, shingle="word", ngram=5)
    assert offsets.tolist() == [0, 1, 2, 3]
    assert hashes[0] == hashes[1] != hashes[2]


def test_texts_without_spaces_are_shingled_by_character() -> None:
    draw = random.Random(0)
    text = "".join(chr(draw.randrange(0x4E00, 0x9FA5)) for _ in range(500))
    one, other = sets_of([text, text[:250] + "字" + text[251:]], "word", 5)
    assert len(one) == len(other) == 496
    assert len(set(one) & set(other)) == 491


def test_what_is_refused() -> None:
    with pytest.raises(ValueError, match="null in row 1"):
        signatures(pa.array(["a", None]), shingle="word", ngram=5, hashes=HASHES)
    with pytest.raises(TypeError, match="large_string"):
        shingle_sets(pa.array(["a"], pa.large_string()), shingle="word", ngram=5)
    with pytest.raises(ValueError, match="shingle 'line' is not one of word, char"):
        signatures(strings(["a"]), shingle="line", ngram=5, hashes=HASHES)
    with pytest.raises(ValueError, match="at least 1"):
        shingle_sets(strings(["a"]), shingle="word", ngram=0)
    with pytest.raises(ValueError, match="at least one hash"):
        signatures(strings(["a"]), shingle="word", ngram=5, hashes=0)
    values = np.zeros((2, 112), np.uint32)
    with pytest.raises(ValueError, match="15 bands of 8 rows need 120 hashes, there are 112"):
        band_keys(values, bands=15, rows=8, salt=np.zeros(2, np.uint64))
    with pytest.raises(ValueError, match="1 salts for 2 signatures"):
        band_keys(values, bands=14, rows=8, salt=np.zeros(1, np.uint64))
