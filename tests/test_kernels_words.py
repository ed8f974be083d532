import numpy as np
import pytest
from filter_texts import real_texts, texts
from hypothesis import given, settings
from reference_filters import fold, kind, matching_words, rule_words

from pipeline.kernels import unicode_data
from pipeline.kernels.unicode import class_of, fold_case, next_character, previous_character
from pipeline.kernels.unicode_rules import make_tables, two_level, unpack
from pipeline.kernels.words import MATCHING, RULES, split_words, word_hashes


def as_matched(words: list[str]) -> list[str]:
    return ["".join(fold(c) for c in word if kind(c) != "format") for word in words]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        (" \n\u3000\t", []),
        ("Hello, world!", ["Hello", ",", "world", "!"]),
        ("don't, it’s", ["don", "'t", ",", "it", "’s"]),
        ("the dogs' tails", ["the", "dogs", "'", "tails"]),
        ("well-known -- really...", ["well", "-", "known", "--", "really", "..."]),
        ("3.5 1,000 a@b.org and/or 10:30", ["3.5", "1,000", "a@b.org", "and/or", "10:30"]),
        ("R&D f(x) file(s) a[1] (b", ["R&D", "f(x", ")", "file(s", ")", "a[1", "]", "(", "b"]),
        ("-1 +44 @name /usr/bin .org \\pi", ["-1", "+44", "@name", "/usr/bin", ".org", "\\pi"]),
        ("- item, (-1) --yes */usr", ["-", "item", ",", "(", "-", "1", ")", "--", "yes", "*", "/", "usr"]),
        ("J. Smith of the U.S. army", ["J.", "Smith", "of", "the", "U.S.", "army"]),
        ("So it ends. Next", ["So", "it", "ends", ".", "Next"]),
        ("see http://a.org/?b=c&d, then", ["see", "http://a.org/?b=c&d,", "then"]),
        ("!!??(a)", ["!!", "??", "(", "a", ")"]),
        ("naïve cafe\u0301 soft\u00adware", ["naïve", "cafe\u0301", "soft\u00adware"]),
        ("中文 and かな", ["中", "文", "and", "か", "な"]),
        ("ภาษาไทย", ["ภา", "ษา", "ไท", "ย"]),
        ("ភាសាខ្មែរ", ["ភា", "សា", "ខ្មែ", "រ"]),
        ("བོད་སྐད", ["བོད", "སྐད"]),
        ("한국어 문장", ["한국어", "문장"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
    ],
)
def test_words_of_the_rule_filters(text: str, words: list[str]) -> None:
    assert split_words(text, RULES) == words
    assert [word for word, _ in rule_words(text)] == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Don't STOP -- well-known!", ["don", "t", "stop", "well", "known"]),
        ("ΣΊΣΥΦΟΣ Москва İz", ["σίσυφοσ", "москва", "iz"]),
        ("soft\u00adware 3.5", ["software", "3", "5"]),
        ("中文。字", ["中", "文", "字"]),
    ],
)
def test_words_for_matching(text: str, words: list[str]) -> None:
    assert as_matched(split_words(text, MATCHING)) == words
    assert matching_words(text) == words


@settings(max_examples=400, deadline=None)
@given(texts)
def test_words_are_those_of_the_reference(text: str) -> None:
    assert split_words(text, RULES) == [word for word, _ in rule_words(text)]
    assert as_matched(split_words(text, MATCHING)) == matching_words(text)


def test_words_of_real_text_are_those_of_the_reference(shared) -> None:
    for text in real_texts(shared, max_chars=15_000)[::4]:
        assert split_words(text, RULES) == [word for word, _ in rule_words(text)]
        assert as_matched(split_words(text, MATCHING)) == matching_words(text)


def test_a_hash_tells_words_apart_and_matching_ignores_case() -> None:
    many = tuple(f"w{i}" for i in range(20_000))
    assert len(np.unique(word_hashes(many, RULES))) == len(many)
    assert word_hashes(("Straße", "ÉCOLE"), MATCHING).tolist() == word_hashes(("straße", "école"), MATCHING).tolist()
    assert word_hashes(("The",), RULES) != word_hashes(("the",), RULES)


def test_a_stop_word_that_is_two_words_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\"c'est\" is not one word but \['c', \"'est\"\]"):
        word_hashes(("le", "c'est"), RULES)


@pytest.mark.parametrize(
    "damaged", [b"\xff", b"\xc3", b"\xe4\xb8", b"\xf0\x9f\x98", b"\xc0\x80", b"\x80", b"\xf5\x80\x80\x80", b"\xe4a"]
)
def test_bytes_that_are_no_utf8_are_one_replacement_character_each(damaged: bytes) -> None:
    data = np.frombuffer(b"a" + damaged + b"z", np.uint8)
    at = 1
    found = []
    while at < len(data) - 1:
        code, size = next_character(data, at, len(data) - 1)
        found.append(code)
        at += size
    assert at == len(data) - 1
    assert set(found) <= {0xFFFD, ord("a")}
    assert previous_character(data, 0, len(data)) == (ord("z"), 1)


def test_characters_are_read_forwards_and_backwards() -> None:
    text = "aé中😀"
    data = np.frombuffer(text.encode(), np.uint8)
    at = 0
    for c in text:
        code, size = next_character(data, at, len(data))
        at += size
        assert (chr(code), chr(previous_character(data, 0, at)[0])) == (c, c)


def test_the_character_tables_are_those_of_their_rules() -> None:
    import unicodedata

    if unicodedata.unidata_version != unicode_data.UNICODE_VERSION:
        pytest.skip(
            f"this interpreter knows Unicode {unicodedata.unidata_version}, the tables {unicode_data.UNICODE_VERSION}"
        )
    classes, folds = make_tables()
    for table, name in ((classes, "CLASS"), (folds, "FOLD")):
        index, blocks = two_level(table)
        assert np.array_equal(index, unpack(getattr(unicode_data, f"{name}_INDEX"), np.uint8))
        assert np.array_equal(blocks, unpack(getattr(unicode_data, f"{name}_BLOCKS"), table.dtype.type))
    for code in (0x41, 0x4E00, 0x0E44, 0x301, 0x10FFFF):
        assert class_of(code) == classes[code]
        assert fold_case(code) == code + folds[code]
