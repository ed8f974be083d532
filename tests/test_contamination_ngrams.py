"""N-gram look-up, runs and the index, against a plain reading of the same words."""

import re
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.contamination.index import GramLength, Index, build
from pipeline.contamination.layouts import Example
from pipeline.contamination.scan import Scanner, hit_reader
from pipeline.kernels.gram_runs import runs
from pipeline.kernels.ngrams import Hits, count_documents, find, gram_hashes, lookup, words

LENGTHS = [GramLength(3, across=True), GramLength(2, across=False)]

# Few words, so that n-grams meet; separators that must not matter, and a script without spaces.
token = st.sampled_from(["a", "b", "A", "c", "Éa", "éa", "日", "1"])
separator = st.sampled_from([" ", "\n", ", ", " - ", "...\n\n", "\t"])
text = st.lists(st.tuples(token, separator), max_size=12).map(lambda pairs: "".join(a + b for a, b in pairs))
example = st.builds(lambda prompt, target: Example("e", prompt.strip(), target.strip()), text, text)


def spans(value: str) -> list[tuple[str, int, int]]:
    """(folded word, start, end) of each word."""
    return [(m.group().lower(), m.start(), m.end()) for m in re.finditer("日|[a-zé0-9]+", value, re.IGNORECASE)]


def grams(value: str, n: int) -> list[tuple[tuple[str, ...], int, int]]:
    """(words, start, end) of each n-gram."""
    found = spans(value)
    many = [found[at : at + n] for at in range(len(found) - n + 1)]
    return [(tuple(word for word, _, _ in gram), gram[0][1], gram[-1][2]) for gram in many]


def wanted(examples: list[Example], length: GramLength) -> set[tuple[str, ...]]:
    texts = [[each.text] if length.across else [each.prompt, each.target] for each in examples]
    return {gram for parts in texts for part in parts for gram, _, _ in grams(part, length.n)}


@settings(deadline=None)  # the first call compiles
@given(st.lists(example, min_size=1, max_size=4), st.lists(text, max_size=4))
def test_hits_are_those_of_a_plain_search(examples: list[Example], texts: list[str]) -> None:
    index = build(examples, LENGTHS)
    hits = find(pa.array(texts, pa.string()), index.lookup)
    found = list(zip(*(hits._asdict()[name].tolist() for name in ("row", "n", "word", "start_char", "end_char"))))
    expected = []
    for row, value in enumerate(texts):
        for length in LENGTHS:
            looked_for = wanted(examples, length)
            for word, (gram, start, end) in enumerate(grams(value, length.n)):
                if gram in looked_for:
                    expected.append((row, length.n, word, start, end))
    assert found == expected
    assert index.grams == sum(len(wanted(examples, length)) for length in LENGTHS)
    # Equal n-grams have equal numbers, and others have others.
    number: dict[tuple[str, ...], int] = {}
    for (row, n, word, _, _), gram in zip(found, hits.gram.tolist()):
        assert number.setdefault(grams(texts[row], n)[word][0], gram) == gram
    assert len(set(number.values())) == len(number)


@settings(deadline=None)  # the first call compiles
@given(st.lists(example, min_size=1, max_size=4), st.data())
def test_counts_of_examples_and_parts_are_those_of_sets(examples: list[Example], data: st.DataObject) -> None:
    index = build(examples, LENGTHS)
    marks = data.draw(st.lists(st.booleans(), min_size=index.grams, max_size=index.grams))
    found = np.array(marks, bool)
    number = {}  # as `find` numbers them
    for each in examples:
        hits = find(pa.array([each.text]), index.lookup)
        for n, word, gram in zip(hits.n.tolist(), hits.word.tolist(), hits.gram.tolist()):
            number[grams(each.text, n)[word][0]] = gram

    def count(gram_set: set[tuple[str, ...]]) -> tuple[int, int]:
        return len(gram_set), sum(marks[number[gram]] for gram in gram_set)

    whole = index.example_counts(3, found)
    parts = index.part_counts(2, found)
    for place, each in enumerate(examples):
        assert (whole[0][place], whole[1][place]) == count({gram for gram, _, _ in grams(each.text, 3)})
        for part, value in enumerate((each.prompt, each.target)):
            assert (parts[0][place, part], parts[1][place, part]) == count({gram for gram, _, _ in grams(value, 2)})
    assert index.has_length(3).sum() == len(wanted(examples, LENGTHS[0]))


@settings(deadline=None)  # the first call compiles
@given(st.lists(example, min_size=1, max_size=4), st.lists(text, min_size=1, max_size=3), st.data())
def test_runs_cover_all_hits_and_read_the_same_on_both_sides(
    examples: list[Example], texts: list[str], data: st.DataObject
) -> None:
    index = build(examples, LENGTHS)
    chosen = np.array(data.draw(st.lists(st.booleans(), min_size=len(examples), max_size=len(examples))), bool)
    for length in LENGTHS:
        hits = find(pa.array(texts, pa.string()), index.lookup)
        mine = Hits(*(column[hits.n == length.n] for column in hits))
        documents = np.zeros(len(examples), np.int64)
        ngrams = np.array([len(wanted([each], length)) for each in examples], np.int32)
        found = runs(
            mine.row, mine.word, mine.gram, index.postings(length.n), ngrams, chosen, documents, max_runs_a_row=1000
        )
        covered: dict[int, set[int]] = {place: set() for place in range(len(examples))}
        for row, place, first, last, first_word, last_word, matched in zip(*(column.tolist() for column in found)):
            assert chosen[place]
            start, end = mine.start_char[first], mine.end_char[last]
            words_here = [word for word, _, _ in spans(texts[row][start:end])]
            of_example = [word for word, _, _ in spans(examples[place].text)]
            assert words_here == of_example[first_word : last_word + length.n]
            covered[place] |= set(range(first, last + 1))
            own = wanted([examples[place]], length)
            assert matched == len(own & {gram for gram, _, _ in grams(texts[row], length.n)})
        for place, each in enumerate(examples):
            own = wanted([each], length)
            having = [hit for hit in range(len(mine.row)) if _gram(texts, mine, hit, length.n) in own]
            assert covered[place] == (set(having) if chosen[place] else set())
            assert documents[place] == len({int(mine.row[hit]) for hit in having})


def _gram(texts: list[str], hits: Hits, hit: int, n: int) -> tuple[str, ...]:
    return grams(texts[hits.row[hit]], n)[hits.word[hit]][0]


def test_of_too_many_runs_those_of_the_fullest_examples_stay_and_of_these_the_longest() -> None:
    texts = ["a b c y z", "a b c u v w x", "a b c", "b c d e"]  # shares in "a b c d e": 1/3, 1/5, 1, 1
    index = build([Example(str(number), text) for number, text in enumerate(texts)], LENGTHS[:1])
    ngrams = np.array([3, 5, 1, 2], np.int32)
    hits = find(pa.array(["a b c d e", "a b c"]), index.lookup)

    def found(max_runs: int) -> list[tuple[int, int]]:
        everyone, documents = np.ones(4, bool), np.zeros(4, np.int64)
        kept = runs(
            hits.row, hits.word, hits.gram, index.postings(3), ngrams, everyone, documents, max_runs_a_row=max_runs
        )
        assert documents.tolist() == [2, 2, 2, 1]  # all are counted
        return list(zip(kept.row.tolist(), kept.example.tolist()))

    assert found(4) == [(0, 0), (0, 1), (0, 2), (0, 3), (1, 0), (1, 1), (1, 2)]
    # The first row has three distinct n-grams and so room for three runs, the second for one.
    assert found(1) == [(0, 0), (0, 2), (0, 3), (1, 2)]


def test_words_do_not_depend_on_wrapping_case_or_punctuation() -> None:
    index = build([Example("e", "Of all the gin joints, in all the towns")], [GramLength(9, across=True)])
    same = ["of all\nthe GIN joints in\nall the towns", "«Of — all the gin-joints (in all) the towns!»"]
    assert find(pa.array(same), index.lookup).row.tolist() == [0, 1]
    assert find(pa.array(["of all the gin joints in all the town"]), index.lookup).row.tolist() == []


def test_n_grams_never_reach_from_one_document_or_example_into_the_next() -> None:
    index = build([Example("e", "a b"), Example("f", "c d")], [GramLength(3, across=True)])
    assert index.grams == 0
    assert find(pa.array(["a b", "c d"]), index.lookup).row.tolist() == []


def test_n_grams_from_prompt_into_target_belong_to_the_whole_text_alone() -> None:
    examples = [Example("e", "a b c", "d e f")]
    across, parts = (build(examples, [GramLength(3, across=across)]) for across in (True, False))
    assert (across.grams, parts.grams) == (4, 2)
    assert find(pa.array(["b c d"]), across.lookup).row.tolist() == [0]
    assert find(pa.array(["b c d"]), parts.lookup).row.tolist() == []


def test_characters_of_scripts_without_spaces_are_words() -> None:
    index = build([Example("e", "北京是中国的首都吗")], [GramLength(8, across=True)])
    hits = find(pa.array(["在这里，北京是中\n国的首都吗？对"]), index.lookup)
    assert list(zip(hits.start_char.tolist(), hits.end_char.tolist())) == [(4, 13), (5, 14)]


def test_an_index_without_n_grams_finds_nothing() -> None:
    index = build([Example("e", problem="empty text"), Example("f", "too short")], LENGTHS[:1])
    assert find(pa.array(["too short", "", "a b c d"]), index.lookup).row.tolist() == []
    assert index.example_counts(3, np.zeros(0, bool))[0].tolist() == [0, 0]


@pytest.mark.parametrize("n", [1, 2, 13])
def test_rolling_gives_the_polynomial(n: int) -> None:
    hashes = words(
        pa.array(["the quick brown fox jumps over a lazy dog while seven other dogs look on and bark"])
    ).hashes
    base = 0xD1342543DE82EF95
    expected = [
        sum(int(h) * base ** (n - 1 - i) for i, h in enumerate(hashes[at : at + n])) % 2**64
        for at in range(len(hashes) - n + 1)
    ]
    assert gram_hashes(hashes, n).tolist() == expected


def test_a_filter_that_is_full_still_finds_all() -> None:
    rng = np.random.default_rng(5)
    keys = np.unique(rng.integers(0, 2**64, 50_000, dtype=np.uint64))
    tokens = [f"w{number}" for number in range(3_000)]
    line = " ".join(tokens)
    own = np.unique(gram_hashes(words(pa.array([line])).hashes, 5))
    hits = find(pa.array([line, " ".join(reversed(tokens))]), _frozen(lookup([5], [np.union1d(keys, own)])))
    assert hits.row.tolist() == [0] * 2_996
    assert hits.word.tolist() == list(range(2_996))


def _frozen(found):  # type: ignore[no-untyped-def]
    for array in found:
        array.flags.writeable = False
    return found


def test_a_document_counts_once_for_an_n_gram_even_when_batches_divide_its_hits() -> None:
    index = build([Example("e", "a b c")], LENGTHS[:1])
    last_row, documents = np.full(index.grams, -1, np.int32), np.zeros(index.grams, np.int64)
    hits = find(pa.array(["a b c a b c", "a b", "a b c"]), index.lookup)
    for part in (slice(0, 1), slice(1, 3)):
        count_documents(Hits(*(column[part] for column in hits)), last_row, documents)
    assert documents.tolist() == [2]


def scanned(index: Index, texts: list[str], size: int) -> list[pa.RecordBatch]:
    scanner = Scanner(index)
    bounds = list(pairwise([*range(0, len(texts), size), len(texts)]))
    rows = np.arange(len(texts), dtype=np.int32) * 3
    return [scanner.scan(rows[a:b], pa.array(texts[a:b], pa.string())) for a, b in bounds]


@settings(deadline=None)  # the first call compiles
@given(st.lists(text, min_size=1, max_size=8), st.integers(1, 8), st.integers(1, 8))
def test_hits_come_back_row_by_row_however_they_were_batched(texts: list[str], wrote: int, reads: int) -> None:
    index = build([Example("e", "a b a c b a")], LENGTHS)
    reader = hit_reader(iter(scanned(index, texts, wrote)))
    found = [reader.up_to(3 * min(row + reads, len(texts)) - 1) for row in range(0, len(texts), reads)]
    for number, hits in enumerate(found):
        assert all(number * reads * 3 <= row < (number + 1) * reads * 3 for row in hits.row.tolist())
    whole = scanned(index, texts, len(texts))[0]
    assert np.concatenate([hits.gram for hits in found]).tolist() == whole.column("gram").to_pylist()
