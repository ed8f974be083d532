import numpy as np
import pyarrow as pa
import pytest
import xxhash
from filter_texts import batches, real_texts, texts
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from reference_filters import normal_form

from pipeline.kernels.normalise import content_keys, normalise


def key(text: str) -> bytes:
    return content_keys(pa.array([text], pa.string()))[0].as_py()


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("", ""),
        (" \n\t…—!", ""),
        ("  Hello,\n  WORLD! ", "hello world"),
        ("C++ is not C#, $5 < €6", "c++ is not c $5 < €6"),
        ("ÉCOLE Straße ΣΊΣΥΦΟΣ МОСКВА", "école straße σίσυφοσ москва"),
        ("hyphen\u00adation zero\u200bwidth", "hyphenation zerowidth"),
        ("水车在\n河湾处。转动", "水车在河湾处转动"),
        ("the 水车\nmill", "the 水车 mill"),
        ("ប្រទេស\u200bកម្ពុជា", "ប្រទេសកម្ពុជា"),
        ("a\u0301 \u0301", "a\u0301 \u0301"),
    ],
)
def test_normal_form(text: str, normal: str) -> None:
    assert normalise(pa.array([text])).to_pylist() == [normal]
    assert normal_form(text) == normal


@settings(max_examples=300, deadline=None)
@given(batches)
def test_normal_form_is_that_of_the_reference(batch: list[str]) -> None:
    assert normalise(pa.array(batch, pa.string())).to_pylist() == [normal_form(text) for text in batch]


def test_normal_form_of_real_text_is_that_of_the_reference(shared) -> None:
    found = real_texts(shared)[::3]
    assert normalise(pa.array(found)).to_pylist() == [normal_form(text) for text in found]


@settings(max_examples=100, deadline=None)
@given(texts)
def test_normal_form_is_its_own_normal_form(text: str) -> None:
    once = normalise(pa.array([text], pa.string())).cast(pa.string())
    assert normalise(once).to_pylist() == once.to_pylist()


@settings(max_examples=200, deadline=None)
@given(texts, st.sampled_from(["\n", "  ", ",\t", " — ", "\u200b "]))
def test_keys_do_not_see_wrapping_punctuation_and_outer_space(text: str, separator: str) -> None:
    assume(normal_form(text))
    assert key(separator.join(text.split(" "))) == key(text)
    assert key(f"{separator}{text}{separator}") == key(text)


@settings(max_examples=200, deadline=None)
@given(st.text("abcXYZ ,.\n éÉжЖςΣ", max_size=40))
def test_keys_do_not_see_case(text: str) -> None:
    assume(normal_form(text))
    assert key(text.upper()) == key(text.lower()) == key(text)


@settings(max_examples=200, deadline=None)
@given(texts, texts)
def test_keys_differ_where_normal_forms_do(one: str, other: str) -> None:
    assume(normal_form(one) or normal_form(other))
    assert (key(one) == key(other)) == (normal_form(one) == normal_form(other))


def test_a_key_is_xxh3_128_of_the_normal_form() -> None:
    assert key("Hello, World!") == xxhash.xxh3_128_digest(b"hello world")


def test_texts_without_content_are_kept_apart() -> None:
    assert len({key(text) for text in ("", "---", "***", "…", "\0")}) == 5
    assert key("") == key(" \n")
    assert key("--- ---") == key(" ---\n--- ")


def test_keys_of_a_slice_an_empty_array_and_many_rows() -> None:
    rows = pa.array([f"Row {i}!" for i in range(10_000)])
    keys = content_keys(rows)
    assert keys.type == pa.binary(16)
    assert len(set(keys.to_pylist())) == 10_000
    assert content_keys(rows.slice(4321, 7)).to_pylist() == keys.to_pylist()[4321:4328]
    assert content_keys(pa.array([], pa.string())).to_pylist() == []
    assert content_keys(rows.slice(3, 0)).to_pylist() == []


def test_the_bits_of_keys_are_even() -> None:
    keys = content_keys(pa.array([f"text {i}" for i in range(20_000)]))
    bits = np.unpackbits(np.frombuffer(keys.buffers()[1], np.uint8).reshape(-1, 16), axis=1)
    assert abs(bits.mean(axis=0) - 0.5).max() < 0.02


@pytest.mark.parametrize("text", ["x" * 1_000_000, "Ⱥ" * 100_000, "a\n" * 100_000])
def test_long_texts(text: str) -> None:
    assert normalise(pa.array([text])).to_pylist() == [normal_form(text)]


def test_invalid_utf8_becomes_replacement_characters() -> None:
    data = b"a\xff\xfe\xc3 b"
    bad = pa.Array.from_buffers(pa.string(), 1, [None, pa.py_buffer(np.array([0, 6], np.int32)), pa.py_buffer(data)])
    assert normalise(bad).to_pylist() == ["a\ufffd\ufffd\ufffd b"]


def test_nulls_are_refused() -> None:
    with pytest.raises(ValueError, match="null in row 1"):
        content_keys(pa.array(["a", None]))
